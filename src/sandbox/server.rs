//! Serving a sandbox over HTTP on loopback, and the handle on one that runs.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{Response, header};
use futures_util::{StreamExt as _, stream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::answer::Answer;
use super::counts::{Counts, Seen};
use super::desk::{Desk, Outcome};
use super::line::{Lines, Scissors};
use super::options::{Manners, Options};
use super::request::{Class, Request};
use super::store::Store;

/// What a request body may have; no user is larger.
const MAX_BODY: usize = 1 << 20;
/// How much of a body that is too large is read all the same.
const MAX_DRAINED: usize = 1 << 24;

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be listened on.
    #[error("the sandbox cannot listen")]
    Listen(#[source] io::Error),
    /// Only loopback is served: the sandbox takes any credentials.
    #[error("the sandbox listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The store could not be read.
    #[error("the sandbox's data cannot be read")]
    Store(#[source] io::Error),
    /// What the store holds is not a sandbox's account, or could not be written.
    #[error("{0}")]
    Data(String),
}

/// Starts sandboxes.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Serves on a loopback address; port 0 picks a free one. To be called inside a tokio runtime.
    pub fn listen(
        address: SocketAddr,
        options: Options,
        store: impl Store,
    ) -> Result<Running, StartError> {
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        Self::start(TcpListener::bind(address).map_err(StartError::Listen)?, options, store)
    }

    /// Serves on a listener that is bound already. To be called inside a tokio runtime.
    pub fn start(
        listener: TcpListener,
        options: Options,
        store: impl Store,
    ) -> Result<Running, StartError> {
        listener.set_nonblocking(true).map_err(StartError::Listen)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(StartError::Listen)?;
        let addr = listener.local_addr().map_err(StartError::Listen)?;
        let shared = Shared {
            manners: options.manners,
            desk: Arc::new(Mutex::new(Desk::open(options, Box::new(store))?)),
            open: Arc::default(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let app = Router::new().fallback(serve).with_state(shared.clone());
        let task = tokio::spawn(async move {
            let app = app.into_make_service_with_connect_info::<Scissors>();
            let wait = async {
                // Dropped or sent, both mean that it is over.
                let _ = stopped.await;
            };
            axum::serve(Lines(listener), app).with_graceful_shutdown(wait).await
        });
        Ok(Running { addr, shared, stop: Some(stop), task })
    }
}

#[derive(Clone)]
struct Shared {
    manners: Manners,
    desk: Arc<Mutex<Desk>>,
    /// Requests that are open now.
    open: Arc<Mutex<u64>>,
}

impl Shared {
    fn with<T>(&self, f: impl FnOnce(&mut Desk) -> T) -> T {
        f(&mut self.desk.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self) -> Open {
        let now = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            *open += 1;
            *open
        };
        self.with(|desk| desk.counts.open_at_most = desk.counts.open_at_most.max(now));
        Open(Arc::clone(&self.open))
    }
}

/// Counts a request as open until it is dropped.
struct Open(Arc<Mutex<u64>>);

impl Drop for Open {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
    }
}

/// A sandbox that serves. Dropped, it stops serving without writing its document; nothing is lost, since
/// the log has every write.
pub struct Running {
    addr: SocketAddr,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://ADDRESS/scim2`, the base of the SCIM endpoints.
    pub fn scim_url(&self) -> String {
        format!("http://{}/scim2", self.addr)
    }

    /// `http://ADDRESS/oauth/token`.
    pub fn token_url(&self) -> String {
        format!("http://{}/oauth/token", self.addr)
    }

    /// How often what was asked since the start.
    pub fn counts(&self) -> Counts {
        self.with(|desk| desk.counts.clone())
    }

    /// The requests so far, with [`Options::record`].
    pub fn requests(&self) -> Vec<Seen> {
        self.with(|desk| desk.seen.clone())
    }

    /// Stops serving, waits a moment for what is under way, and writes the document.
    ///
    /// # Errors
    ///
    /// Says why the document could not be written; the log still has every write.
    pub async fn shutdown(mut self) -> Result<(), String> {
        drop(self.stop.take());
        if tokio::time::timeout(Duration::from_secs(2), &mut self.task).await.is_err() {
            self.task.abort();
        }
        self.with(Desk::close)
    }

    pub(super) fn with<T>(&self, f: impl FnOnce(&mut Desk) -> T) -> T {
        self.shared.with(f)
    }
}

async fn serve(
    State(shared): State<Shared>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: axum::extract::Request,
) -> Response<Body> {
    let bases: &[&str] = match shared.manners {
        Manners::Zoom => &["/scim2"],
        Manners::Rfc => &["/scim2", "/scim/v2", "/v2"],
    };
    let _open = shared.enter();
    let (parts, body) = request.into_parts();
    let Ok(body) = read(body).await else {
        // The caller is gone in the middle of the request.
        return Response::new(Body::empty());
    };
    let request = Request::new(&parts, body, bases);
    let outcome = if request.class() == Class::Write {
        // A write waits for the store, and must be whole even if the caller hangs up meanwhile.
        let shared = shared.clone();
        tokio::task::spawn_blocking(move || shared.with(|desk| desk.handle(&request)))
            .await
            .unwrap_or(Outcome::Lost)
    } else {
        shared.with(|desk| desk.handle(&request))
    };
    match outcome {
        Outcome::Answered(answer, wait) => {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            response(answer, &parts.method)
        }
        Outcome::Lost => {
            scissors.cut();
            Response::new(Body::empty())
        }
        Outcome::Broken(answer) => broken(&answer),
    }
}

/// The whole body, or `None` where it is too large. What is too much is still read, within reason: a caller
/// that is cut off while it sends never sees the answer.
async fn read(body: Body) -> Result<Option<Bytes>, axum::Error> {
    let (mut whole, mut length) = (Vec::new(), 0);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        length += chunk.len();
        if length <= MAX_BODY {
            whole.extend_from_slice(&chunk);
        } else if length > MAX_DRAINED {
            break;
        }
    }
    Ok((length <= MAX_BODY).then(|| whole.into()))
}

fn response(answer: Answer, method: &axum::http::Method) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status;
    response.headers_mut().extend(answer.header_values());
    if *method != axum::http::Method::HEAD {
        *response.body_mut() = Body::from(answer.body);
    }
    response
}

/// Promises the whole body, sends half of it and fails.
fn broken(answer: &Answer) -> Response<Body> {
    let whole = answer.body.len().max(1);
    let half = Bytes::copy_from_slice(&answer.body[..answer.body.len() / 2]);
    let tail = stream::once(async {
        // Lets the first half go out before the connection ends.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    let body = Body::from_stream(stream::iter([Ok(half)]).chain(tail));
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    response.headers_mut().extend(answer.header_values());
    response.headers_mut().insert(header::CONTENT_LENGTH, whole.into());
    response
}

//! A server that keeps a state by Terraform's HTTP protocol, as documented, with GitLab's manners: a lock is
//! needed to write, each version has a serial of its own, and what goes wrong can be rehearsed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::prelude::{BASE64_STANDARD, Engine};

pub(super) const USER: &str = "robot";
pub(super) const PASSWORD: &str = "p4ss-of-the-state-q7";

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// This status, and nothing is done.
    Status(u16),
    /// It is done, and the connection is closed without an answer.
    LostAnswer,
    /// Nothing is done, and the connection is closed without an answer.
    LostRequest,
    /// The answer says how long it is and ends before.
    Truncated,
    /// The answer ends early and says that this is all.
    Cut,
    /// The answer leads elsewhere.
    Redirect,
    /// Somebody else wrote the document a moment before.
    Overtaken,
    /// Somebody gave the lock back that is held.
    Unlocked,
}

#[derive(Debug)]
struct Planned {
    method: String,
    skip: usize,
    times: usize,
    fault: Fault,
}

#[derive(Debug, Default)]
struct Inner {
    document: Option<Vec<u8>>,
    lock: Option<serde_json::Value>,
    serials: Vec<u64>,
    faults: Vec<Planned>,
    seen: Vec<String>,
}

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) port: u16,
    inner: Arc<Mutex<Inner>>,
}

impl Server {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Arc::new(Mutex::new(Inner::default()));
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { port, inner }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/state", self.port)
    }

    /// The block that names it.
    pub(super) fn backend(&self) -> String {
        let address = self.address();
        format!(
            "enroll {{\n  backend \"http\" {{\n    address      = \"{address}\"\n    lock_address = \"{address}/lock\"\n  }}\n}}\n"
        )
    }

    /// Requests of that method fail so: `skip` go well before, then `times` fail.
    pub(super) fn fail(&self, method: &str, skip: usize, times: usize, fault: Fault) {
        self.inner().faults.push(Planned { method: method.to_owned(), skip, times, fault });
    }

    pub(super) fn mend(&self) {
        self.inner().faults.clear();
    }

    pub(super) fn document(&self) -> Option<String> {
        self.inner().document.clone().map(|bytes| String::from_utf8(bytes).unwrap())
    }

    pub(super) fn set_document(&self, text: Option<&str>) {
        self.inner().document = text.map(|text| text.as_bytes().to_vec());
    }

    pub(super) fn lock(&self) -> Option<serde_json::Value> {
        self.inner().lock.clone()
    }

    pub(super) fn set_lock(&self, lock: Option<serde_json::Value>) {
        self.inner().lock = lock;
    }

    /// The requests so far, as `METHOD path`.
    pub(super) fn seen(&self) -> Vec<String> {
        self.inner().seen.clone()
    }

    pub(super) fn count(&self, method: &str) -> usize {
        self.seen().iter().filter(|line| line.starts_with(&format!("{method} "))).count()
    }
}

struct Request {
    method: String,
    path: String,
    authorized: bool,
    body: Vec<u8>,
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut authorized) = (0, false);
    let wanted = format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}")));
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim_end();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(": ")?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => authorized = value == wanted || value == "Bearer t0ken-of-the-state",
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, authorized, body })
}

fn serve(stream: TcpStream, shared: &Mutex<Inner>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let mut inner = shared.lock().unwrap();
        inner.seen.push(format!("{} {}", request.method, request.path));
        let fault = inner.fault(&request.method);
        match fault {
            Some(Fault::LostRequest) => return,
            Some(Fault::Overtaken) => inner.overtake(),
            Some(Fault::Unlocked) => inner.lock = None,
            _ => {}
        }
        let (status, body) = match fault {
            Some(Fault::Status(status)) => (status, b"{\"message\": \"not now\"}".to_vec()),
            Some(Fault::Redirect) => (302, Vec::new()),
            _ => inner.answer(&request),
        };
        drop(inner);
        let mut length = body.len();
        let mut sent = body.as_slice();
        match fault {
            Some(Fault::LostAnswer) => return,
            Some(Fault::Truncated) => sent = &body[..length / 2],
            Some(Fault::Cut) => (sent, length) = (&body[..length / 2], length / 2),
            _ => {}
        }
        let head = format!(
            "HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
        );
        if stream.write_all(head.as_bytes()).is_err() || stream.write_all(sent).is_err() {
            return;
        }
        if fault == Some(Fault::Truncated) {
            return;
        }
    }
}

impl Inner {
    fn fault(&mut self, method: &str) -> Option<Fault> {
        let planned = self.faults.iter_mut().find(|p| p.method == method && p.times > 0)?;
        if planned.skip > 0 {
            planned.skip -= 1;
            return None;
        }
        planned.times -= 1;
        Some(planned.fault)
    }

    /// Another run writes the document, with nothing in it changed but the serial.
    fn overtake(&mut self) {
        let Some(bytes) = &self.document else { return };
        let (mut state, intents) = enroll::codec::state::read_with(bytes).unwrap();
        state.serial += 1;
        self.serials.push(state.serial);
        self.document = Some(enroll::codec::state::write_with(&state, &intents));
    }

    fn answer(&mut self, request: &Request) -> (u16, Vec<u8>) {
        if !request.authorized {
            return (401, b"who are you?".to_vec());
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let json = || serde_json::from_slice::<serde_json::Value>(&request.body).unwrap();
        match (request.method.as_str(), path) {
            ("GET", "/state") => match &self.document {
                Some(document) => (200, document.clone()),
                None => (204, Vec::new()),
            },
            ("POST" | "PUT", "/state") => {
                let id = query.strip_prefix("ID=");
                if self.lock.as_ref().and_then(|lock| lock["ID"].as_str()) != id {
                    return (409, self.held());
                }
                let serial = json()["serial"].as_u64().unwrap();
                if self.serials.contains(&serial) {
                    return (422, b"that version is there already".to_vec());
                }
                self.serials.push(serial);
                self.document = Some(request.body.clone());
                (200, Vec::new())
            }
            ("LOCK" | "POST", "/state/lock") => {
                if self.lock.is_some() {
                    return (423, self.held());
                }
                self.lock = Some(json());
                (200, Vec::new())
            }
            ("UNLOCK" | "DELETE", "/state/lock") => {
                if self.lock.as_ref().map(|lock| &lock["ID"]) != Some(&json()["ID"]) {
                    return (409, self.held());
                }
                self.lock = None;
                (200, Vec::new())
            }
            _ => (404, Vec::new()),
        }
    }

    fn held(&self) -> Vec<u8> {
        self.lock.as_ref().map(|lock| lock.to_string().into_bytes()).unwrap_or_default()
    }
}

//! The client of one connection: what it is made from, and what all of its requests share.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use url::Url;

use super::decode::{self, Page, RawUser, VersionBy};
use super::encode::Resource;
use super::failure::not_understood;
use super::http::Http;
use super::listing::{Ask, Terms};
use super::options::ClientOptions;
use super::retry::{Attempts, Policy};
use super::session::{Class, Request, Requests, Session, Setup};
use super::transport::{Reply, Transport};
use super::wire::Wire;
use crate::live::{Account, Seen};
use crate::model::{Dialect, HostError, Pace, check_url};
use crate::port::{Answer, Failure, FailureKind};

/// An answer that should be a list.
pub(super) const NO_LIST: &str = "the answer is not a SCIM list";

/// What a path segment keeps: RFC 3986's unreserved characters. Zoom's ids hold `&`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A client can't be made from these options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Credentials may not go there.
    #[error("{what}: {source}")]
    Host {
        /// `scim_url` or `token_url`.
        what: &'static str,
        /// Why.
        source: HostError,
    },
    /// The machine has no working TLS.
    #[error("no HTTP client can be made: {0}")]
    Http(String),
}

impl OpenError {
    /// The way out.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Host { source, .. } => Some(source.help()),
            Self::Http(_) => None,
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self {
            help: error.help().into_iter().collect(),
            ..Self::new(FailureKind::Local, error.to_string())
        }
    }
}

/// A client of one connection. It may be shared: pace, token and limits are the connection's.
#[derive(Debug)]
pub struct Client<T = Http> {
    pub(super) session: Session<T>,
    pub(super) dialect: Dialect,
    /// `scim_url` without a slash at the end.
    pub(super) base: Url,
    pub(super) at_once: usize,
    /// The pace of lists.
    pace: Pace,
    /// How many accounts a page may hold, where somebody said so.
    max_page: Option<u32>,
    /// Whether PATCH was answered with 405 or 501.
    pub(super) no_patch: AtomicBool,
    /// Whether a filter was answered with 400 or 501.
    pub(super) no_filter: AtomicBool,
    /// One write at a time for each account: Zoom locks an account while it changes it. An account has the
    /// lock that its id falls on; two may share one.
    writing: [tokio::sync::Mutex<()>; 64],
    /// What the last listing had for versions, so that a closer look shows the same.
    pub(super) version: Mutex<VersionBy>,
}

impl Client<Http> {
    /// A client over HTTP. Nothing is sent yet, but both addresses are checked.
    pub fn new(options: ClientOptions) -> Result<Self, OpenError> {
        let http = Http::new(&options)
            .map_err(|error| OpenError::Http(error.without_url().to_string()))?;
        Self::with_transport(options, http)
    }
}

impl<T: Transport> Client<T> {
    /// A client over another transport.
    pub fn with_transport(options: ClientOptions, transport: T) -> Result<Self, OpenError> {
        let checked = |what, url: &str| {
            check_url(url, &options.allow_hosts).map_err(|source| OpenError::Host { what, source })
        };
        let mut base = checked("scim_url", &options.scim_url)?;
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        let token_url =
            options.auth.token_url().map(|url| checked("token_url", url)).transpose()?;
        let setup = Setup {
            wire: Wire::of(&options.dialect),
            policy: Policy { retries: options.retries, deadline: options.deadline },
            seed: options.seed,
            auth: options.auth,
            hidden: options.hidden,
            token_url,
            clock: options.clock,
            rate: options.rate,
            max_in_flight: options.max_in_flight,
        };
        Ok(Self {
            session: Session::new(transport, setup),
            dialect: options.dialect,
            base,
            at_once: usize::try_from(options.max_in_flight).unwrap_or(1).max(1),
            pace: options.rate.list,
            max_page: options.max_page,
            no_patch: AtomicBool::new(false),
            no_filter: AtomicBool::new(false),
            writing: std::array::from_fn(|_| tokio::sync::Mutex::new(())),
            version: Mutex::new(VersionBy::Either),
        })
    }

    /// Waits until no other write to this account is under way.
    pub(super) async fn alone(&self, id: &str) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let hash = id
            .bytes()
            .fold(5381_usize, |hash, byte| hash.wrapping_mul(33).wrapping_add(usize::from(byte)));
        match self.writing.get(hash % self.writing.len()) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        }
    }

    /// How many requests were sent so far.
    pub fn requests(&self) -> Requests {
        self.session.requests()
    }

    /// `/Users`, with a query.
    pub(super) fn users_url(&self, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/Users", self.base.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// `/Users/{id}`. An id that a path would lose (`..` deletes a segment) is refused.
    pub(super) fn user_url(&self, id: &str) -> Result<Url, Failure> {
        if id.is_empty() || id == "." || id == ".." {
            return Err(Failure::new(FailureKind::Protocol, format!("`{id}` is no account's id")));
        }
        let mut url = self.users_url(&[]);
        let id = utf8_percent_encode(id, SEGMENT);
        url.set_path(&format!("{}/{id}", url.path()));
        Ok(url)
    }

    /// One page of a listing or of a look-up.
    pub(super) async fn fetch_page(
        &self,
        ask: Ask<'_>,
        filter: Option<&str>,
    ) -> Result<Page, Failure> {
        let request = self.page_request(ask, filter);
        match self.get(&request, NO_LIST, decode::page).await? {
            Got::Value(page, reply) if page.is_list => {
                Ok(Page { bytes: reply.body.len() as u64, ..page })
            }
            Got::Value(..) => Err(Failure::new(FailureKind::Protocol, NO_LIST)),
            Got::Refused(reply) => Err(self.session.failure(&reply)),
        }
    }

    /// The request for a page of a listing or of a look-up.
    pub(super) fn page_request(&self, ask: Ask<'_>, filter: Option<&str>) -> Request {
        let count = match ask {
            Ask::One => 1,
            Ask::From(_) | Ask::Cursor(_) => self.dialect.page.max(self.max_page.unwrap_or(0)),
        };
        let count = count.to_string();
        let start = match ask {
            Ask::One => Some("1".to_owned()),
            Ask::From(start) => Some(start.to_string()),
            Ask::Cursor(_) => None,
        };
        let mut query = Vec::new();
        match (ask, &start) {
            (Ask::Cursor(cursor), _) => query.push(("cursor", cursor)),
            (_, Some(start)) => query.push(("startIndex", start.as_str())),
            (_, None) => {}
        }
        query.push(("count", count.as_str()));
        query.extend(filter.map(|filter| ("filter", filter)));
        Request::get(Class::List, self.users_url(&query))
    }

    /// What a listing goes by besides its pages.
    pub(super) fn terms(&self, may_stay_open: bool) -> Terms<'_> {
        Terms {
            dialect: &self.dialect,
            at_once: self.at_once,
            pace: self.pace,
            max_page: self.max_page,
            may_stay_open,
        }
    }

    /// Whether the service says that it pages by cursor. One that says nothing does not.
    pub(super) async fn says_cursor(&self) -> bool {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/ServiceProviderConfig", self.base.path().trim_end_matches('/')));
        let request = Request::get(Class::List, url);
        let read = |body: &[u8]| serde_json::from_slice::<decode::Features>(body);
        match self.get(&request, "the answer is not a ServiceProviderConfig", read).await {
            Ok(Got::Value(features, _)) => features.cursor,
            Ok(Got::Refused(_)) | Err(_) => false,
        }
    }

    /// A GET whose answer is understood by `read`. An answer that ends in the middle is asked for again.
    pub(super) async fn get<V>(
        &self,
        request: &Request,
        what: &str,
        read: impl Fn(&[u8]) -> Result<V, serde_json::Error>,
    ) -> Result<Got<V>, Failure> {
        let mut left = self.session.policy.retries;
        loop {
            let (reply, _) = self.session.repeat(request).await?;
            if !reply.is_success() {
                return Ok(Got::Refused(reply));
            }
            match read(&reply.body) {
                Ok(value) => return Ok(Got::Value(value, reply)),
                Err(error) if error.is_eof() && left > 0 => {
                    left -= 1;
                    let mut attempts = Attempts::new(self.session.policy);
                    attempts.went_out(tokio::time::Instant::now());
                    if let Some(delay) =
                        attempts.next(std::time::Duration::ZERO, &self.session.jitter)
                    {
                        tokio::time::sleep(delay).await;
                    }
                }
                Err(error) => {
                    let what = format!("{what} ({error})");
                    return Err(self.session.scrubbed(not_understood(&reply, &what)));
                }
            }
        }
    }

    /// Whether an answer means that the account is not shown: 404, or Zoom's 400 with the same meaning.
    pub(super) fn is_absent(&self, reply: &Reply) -> bool {
        reply.status == 404 || self.is_elsewhere(reply)
    }

    /// Whether an answer says that the account is pending or of another account
    /// (<https://devforum.zoom.us/t/7646>).
    pub(super) fn is_elsewhere(&self, reply: &Reply) -> bool {
        matches!(reply.status, 400 | 404)
            && super::failure::said(reply)
                .words
                .to_lowercase()
                .contains(self.session.wire.elsewhere)
    }

    /// An account from a user resource.
    pub(super) fn account(&self, user: RawUser, seen: Seen) -> Option<Account> {
        let version = *self.version.lock().unwrap_or_else(PoisonError::into_inner);
        user.into_account(&self.dialect, seen, version)
    }

    /// The account in the answer to a write, where the answer holds one.
    pub(super) fn answered(&self, reply: &Reply) -> Answer {
        let user = decode::user(&reply.body).ok()?;
        self.account(user, Seen::Listed)
    }
}

/// What a GET brought.
pub(super) enum Got<V> {
    /// What was read, and the answer that it came in.
    Value(V, Reply),
    /// An answer that is no success.
    Refused(Reply),
}

impl Request {
    /// A GET.
    pub(super) fn get(class: Class, url: Url) -> Self {
        Self { class, method: Method::GET, url, body: None, if_match: None }
    }

    /// A write with a JSON body.
    pub(super) fn write(method: Method, url: Url, body: &Resource) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Failure::new(FailureKind::Local, error.to_string()))?;
        Ok(Self { class: Class::Write, method, url, body: Some(body), if_match: None })
    }
}

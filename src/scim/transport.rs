//! One request and its answer, without HTTP's machinery: what the client is written against.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use url::Url;

/// One request as it goes out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// All headers; the credentials are marked as sensitive, so that they don't print.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// An answer, whatever its status.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(HeaderValue::to_str)?.ok().map(str::trim)
    }

    /// Whether the request did what it asked for.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The host's name does not resolve.
    Name,
    /// Nobody listens there.
    Connect,
    /// The certificate or the TLS handshake was not accepted.
    Tls,
    /// Whoever listens there does not speak TLS.
    Plain,
    /// It took too long.
    Timeout,
    /// The connection broke before the answer was whole.
    Broken,
    /// The answer is longer than the limit.
    TooLong,
    /// The answer is no HTTP.
    Garbled,
    /// The request could not be made at all.
    Invalid,
}

/// A request that ended without a whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Why.
    pub loss: Loss,
    /// Whether the service may have seen the request, so that it may have been carried out.
    pub sent: bool,
    /// Words for people, without address and credentials.
    pub detail: String,
}

impl Lost {
    /// Whether trying again may help.
    pub fn is_transient(&self) -> bool {
        match self.loss {
            Loss::Name | Loss::Connect | Loss::Timeout | Loss::Broken => true,
            Loss::Tls | Loss::Plain | Loss::TooLong | Loss::Garbled | Loss::Invalid => false,
        }
    }
}

/// Carries one request, once: no redirect is followed, nothing is repeated.
pub trait Transport: Send + Sync {
    /// Sends the request and reads the whole answer.
    fn carry(&self, outgoing: Outgoing) -> impl Future<Output = Result<Reply, Lost>> + Send;
}

/// The limits of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) request: Duration,
    pub(super) body: usize,
}

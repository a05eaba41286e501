//! The transport over HTTP.

use std::error::Error;

use reqwest::redirect;

use super::options::ClientOptions;
use super::transport::{Limits, Loss, Lost, Outgoing, Reply, Transport};

/// HTTP/1.1 and HTTP/2 with rustls.
///
/// No redirect is followed, since credentials would go along; nothing is repeated below the client's
/// own retries, which know which request may be; loopback addresses bypass a proxy from the
/// environment, which would else see credentials sent in clear text.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    direct: reqwest::Client,
    max_body: usize,
}

impl Http {
    /// A transport with the timeouts and limits of `options`.
    pub fn new(options: &ClientOptions) -> Result<Self, reqwest::Error> {
        let limits = Limits {
            connect: options.connect_timeout,
            request: options.request_timeout,
            body: options.max_body,
        };
        let builder = || {
            reqwest::Client::builder()
                .user_agent(&options.user_agent)
                .redirect(redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(limits.connect)
                .timeout(limits.request)
        };
        Ok(Self {
            client: builder().build()?,
            direct: builder().no_proxy().build()?,
            max_body: limits.body,
        })
    }
}

impl Transport for Http {
    async fn carry(&self, outgoing: Outgoing) -> Result<Reply, Lost> {
        let Outgoing { method, url, headers, body } = outgoing;
        let client = if crate::model::leads_home(&url) { &self.direct } else { &self.client };
        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(|error| lost(error, Loss::Broken))?;
        let mut reply = Reply {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(error, Loss::Broken))? {
            if reply.body.len() + chunk.len() > self.max_body {
                return Err(Lost {
                    loss: Loss::TooLong,
                    sent: true,
                    detail: format!("the answer is longer than {} bytes", self.max_body),
                });
            }
            reply.body.extend_from_slice(&chunk);
        }
        Ok(reply)
    }
}

/// Sorts an error of the HTTP library.
fn lost(error: reqwest::Error, otherwise: Loss) -> Lost {
    let error = error.without_url();
    let words = chain(&error);
    let lower = words.to_ascii_lowercase();
    let (loss, what) = if error.is_builder() {
        (Loss::Invalid, "the request can't be made")
    } else if error.is_dns() || lower.contains("dns error") {
        (Loss::Name, "the host's name does not resolve")
    } else if ["message head is too large", "too many headers"].iter().any(|w| lower.contains(w)) {
        (Loss::TooLong, "the answer's header is too long")
    } else if lower.contains("invalid http") {
        (Loss::Garbled, "the answer is no HTTP")
    } else if error.is_timeout() {
        (Loss::Timeout, "no answer in time")
    } else if error.is_connect() && lower.contains("invalidcontenttype") {
        (Loss::Plain, "whoever listens there does not speak TLS")
    } else if error.is_connect()
        && ["certificate", "tls", "handshake", "corrupt message"].iter().any(|w| lower.contains(w))
    {
        (Loss::Tls, "no encrypted connection")
    } else if error.is_connect() {
        (Loss::Connect, "no connection")
    } else {
        (otherwise, "the connection broke before the answer was whole")
    };
    // What the library says of itself helps nobody.
    let cause = ["error sending request: ", "client error (Connect): ", "dns error: "]
        .iter()
        .fold(words.as_str(), |words, own| words.strip_prefix(own).unwrap_or(words));
    let sent = !error.is_connect() && !error.is_builder() && loss != Loss::Name;
    Lost { loss, sent, detail: format!("{what} ({cause})") }
}

/// The error and its causes in one line; the library's own text repeats itself at each step.
fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !words.contains(&text) {
            words.push_str(": ");
            words.push_str(&text);
        }
        next = cause.source();
    }
    words
}

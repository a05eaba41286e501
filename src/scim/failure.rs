//! Every answer that went wrong as one typed failure: status, the service's words, tracking id, help.
//!
//! Bodies come in three shapes: SCIM `{detail, status}`, the gateway's `{code, message}`, OAuth's
//! `{reason, error}`; or as HTML, or not at all.

use serde::Deserialize;

use super::decode::Scalar;
use super::transport::{Loss, Lost, Reply};
use super::wire::Wire;
use crate::port::{Failure, FailureKind};

/// How much of a service's words is kept, in characters.
const LONGEST: usize = 600;
/// How much of a body is looked at for words.
const LOOKED_AT: usize = 64 << 10;

/// What an answer's body says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// For people.
    pub(super) words: String,
    /// The gateway's code, or OAuth's error name, or the SCIM error type.
    pub(super) code: String,
}

#[derive(Deserialize)]
struct Body {
    detail: Option<Scalar>,
    #[serde(rename = "scimType")]
    scim_type: Option<Scalar>,
    code: Option<Scalar>,
    message: Option<Scalar>,
    reason: Option<Scalar>,
    error: Option<Scalar>,
    error_description: Option<Scalar>,
}

/// Reads the words of a body in whatever shape.
pub(super) fn said(reply: &Reply) -> Said {
    let start = reply.body.get(..LOOKED_AT).unwrap_or(&reply.body);
    if let Ok(body) = serde_json::from_slice::<Body>(&reply.body) {
        let text = |scalar: Option<Scalar>| {
            scalar.and_then(Scalar::into_text).filter(|text| !text.is_empty())
        };
        let error = text(body.error);
        let code = text(body.code).or_else(|| text(body.scim_type)).or_else(|| error.clone());
        let words = text(body.detail)
            .or_else(|| text(body.message))
            .or_else(|| text(body.reason))
            .or_else(|| text(body.error_description))
            .or(error);
        if let Some(words) = words {
            return Said { words: shorten(&words), code: code.unwrap_or_default().to_string() };
        }
    }
    let text = String::from_utf8_lossy(start);
    let text = text.trim();
    let words = if text.is_empty() {
        format!("the answer {} has no text", status_name(reply.status))
    } else if text.starts_with('<') {
        let title = between(text, "<title>", "</title>").unwrap_or_default();
        format!("the answer is a web page instead of SCIM: {}", shorten(title.trim()))
    } else {
        shorten(text)
    };
    Said { words, code: String::new() }
}

/// The failure that an answer stands for, whatever its status.
pub(super) fn of_reply(reply: &Reply, wire: &Wire) -> Failure {
    if (300..400).contains(&reply.status) {
        return redirect(reply);
    }
    let said = said(reply);
    let lower = said.words.to_lowercase();
    let advice = wire.advice.iter().find(|advice| {
        advice.status.is_none_or(|status| status == reply.status)
            && (advice.words.is_empty() || lower.contains(advice.words))
    });
    let kind = advice.and_then(|advice| advice.kind).unwrap_or_else(|| kind_of(reply.status));
    Failure {
        status: Some(reply.status),
        tracking_id: tracking_id(reply),
        help: advice.map(|advice| advice.help.to_owned()).into_iter().collect(),
        ..Failure::new(kind, said.words)
    }
}

fn redirect(reply: &Reply) -> Failure {
    let place = reply.header("location").unwrap_or("a place that it does not name");
    Failure {
        status: Some(reply.status),
        tracking_id: tracking_id(reply),
        help: vec![
            "no redirect is followed, because the credentials would go along: put the right address into \
             the configuration"
                .to_owned(),
        ],
        ..Failure::new(
            FailureKind::Protocol,
            format!("the service redirects to {}", shorten(place)),
        )
    }
}

/// What a status means without words.
fn kind_of(status: u16) -> FailureKind {
    match status {
        401 => FailureKind::Unauthorized,
        403 => FailureKind::Forbidden,
        404 | 410 => FailureKind::Missing,
        409 => FailureKind::Taken,
        412 => FailureKind::Conflict,
        408 | 429 | 500 | 502..=504 | 507..=599 => FailureKind::Service,
        200..=299 => FailureKind::Protocol,
        _ => FailureKind::Refused,
    }
}

/// The failure that a lost request stands for.
pub(super) fn of_loss(lost: &Lost, host: &str) -> Failure {
    let (kind, help) = match lost.loss {
        Loss::Name => (FailureKind::Unreachable, "check the host's name and this machine's DNS"),
        Loss::Connect => (
            FailureKind::Unreachable,
            "check the address and port, and whether a firewall or a proxy (HTTPS_PROXY) stands between",
        ),
        Loss::Tls => (
            FailureKind::Unreachable,
            "the certificate was not accepted, or the handshake broke off: check the host; add the \
             authority of a proxy that opens TLS to this machine's trusted certificates",
        ),
        Loss::Plain => (
            FailureKind::Unreachable,
            "check the port of this address; `http` instead of `https` will do for this machine only",
        ),
        Loss::Timeout | Loss::Broken => {
            (FailureKind::Unreachable, "the network or the service is unwell: try again later")
        }
        Loss::TooLong => (FailureKind::Protocol, "no SCIM answer is that long: check `scim_url`"),
        Loss::Garbled => {
            (FailureKind::Protocol, "check the address, its port, and whether it is https")
        }
        Loss::Invalid => {
            (FailureKind::Protocol, "check the connection's addresses and credentials")
        }
    };
    Failure {
        help: vec![help.to_owned()],
        ..Failure::new(kind, format!("{host}: {}", shorten(&lost.detail)))
    }
}

/// An answer with a good status that can't be understood.
pub(super) fn not_understood(reply: &Reply, what: &str) -> Failure {
    let said = said(reply);
    let words = if reply.body.trim_ascii_start().first() == Some(&b'<') {
        said.words
    } else {
        what.to_owned()
    };
    Failure {
        status: Some(reply.status),
        tracking_id: tracking_id(reply),
        help: vec!["check that `scim_url` is the base of a SCIM 2.0 service".to_owned()],
        ..Failure::new(FailureKind::Protocol, words)
    }
}

/// Zoom's id of a request, or what other services call it.
pub(super) fn tracking_id(reply: &Reply) -> Option<String> {
    ["x-zm-trackingid", "x-request-id", "x-correlation-id"]
        .into_iter()
        .find_map(|name| reply.header(name))
        .map(|id| cut(&id.chars().filter(|c| !c.is_control()).collect::<String>(), 200))
}

fn status_name(status: u16) -> String {
    let known = reqwest::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    known.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

/// At most [`LONGEST`] characters.
pub(super) fn shorten(text: &str) -> String {
    cut(text, LONGEST)
}

/// At most `longest` characters. The mark of a cut tells [`super::session::Session::hidden`] that a secret may have
/// been cut too.
pub(super) fn cut(text: &str, longest: usize) -> String {
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(longest).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find(from)? + from.len();
    let end = lower.get(start..)?.find(to)? + start;
    text.get(start..end)
}

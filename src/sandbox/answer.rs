//! Answers, and the shapes of errors: SCIM's, the gateway's and the token endpoint's.

use std::fmt;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use super::options::Manners;

const SCIM_ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A whole answer, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// An answer with a JSON body in the content type of the manners.
    pub(super) fn json(manners: Manners, status: StatusCode, body: &impl Serialize) -> Self {
        let content_type = match manners {
            Manners::Zoom => "application/json;charset=UTF-8",
            Manners::Rfc => "application/scim+json",
        };
        match serde_json::to_vec(body) {
            Ok(body) => Self::bare(status).with(header::CONTENT_TYPE, content_type).body(body),
            Err(_) => Self::bare(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// An answer without a body.
    pub(super) fn bare(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// What a proxy in front of the service says.
    pub(super) fn html(status: StatusCode) -> Self {
        let page =
            format!("<html><head><title>{status}</title></head><body>{status}</body></html>\n");
        Self::bare(status).with(header::CONTENT_TYPE, "text/html").body(page.into_bytes())
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// The headers as axum wants them; a value that is none is left out.
    pub(super) fn header_values(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.headers
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_str(value).ok()?)))
    }
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The SCIM service itself.
    Scim { status: StatusCode, kind: Option<&'static str>, detail: String },
    /// What stands before it, for tokens, scopes and rates.
    Gateway { status: StatusCode, code: u32, message: String, headers: Vec<(HeaderName, String)> },
    /// The token endpoint.
    OAuth { status: StatusCode, error: &'static str, reason: String },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scim { detail: text, .. }
            | Self::Gateway { message: text, .. }
            | Self::OAuth { reason: text, .. } => f.write_str(text),
        }
    }
}

impl Refusal {
    /// A SCIM error.
    pub(super) fn scim(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::Scim { status, kind: None, detail: detail.into() }
    }

    /// A SCIM error with one of the RFC's keywords, which Zoom never sends.
    pub(super) fn keyword(
        status: StatusCode,
        kind: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::Scim { status, kind: Some(kind), detail: detail.into() }
    }

    /// A SCIM error 400.
    pub(super) fn bad(detail: impl Into<String>) -> Self {
        Self::scim(StatusCode::BAD_REQUEST, detail)
    }

    /// An error of the gateway.
    pub(super) fn gateway(status: StatusCode, code: u32, message: impl Into<String>) -> Self {
        Self::Gateway { status, code, message: message.into(), headers: Vec::new() }
    }

    /// An error of the token endpoint.
    pub(super) fn oauth(
        status: StatusCode,
        error: &'static str,
        reason: impl Into<String>,
    ) -> Self {
        Self::OAuth { status, error, reason: reason.into() }
    }

    /// The store could not keep the change.
    pub(super) fn not_kept(error: &impl ToString) -> Self {
        Self::scim(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }

    /// Zoom's statuses are numbers, the RFC's are strings; the RFC knows no gateway.
    pub(super) fn answer(self, manners: Manners) -> Answer {
        match (self, manners) {
            (Self::Scim { status, kind: _, detail }, Manners::Zoom) => Answer::json(
                manners,
                status,
                &json!({"schemas": [SCIM_ERROR], "detail": detail, "status": status.as_u16()}),
            ),
            (Self::Scim { status, kind, detail }, Manners::Rfc) => {
                Answer::json(manners, status, &rfc_error(status, kind, &detail))
            }
            (Self::Gateway { status, code, message, headers }, _) => {
                let mut answer = match manners {
                    Manners::Zoom => {
                        Answer::json(manners, status, &json!({"code": code, "message": message}))
                    }
                    Manners::Rfc => {
                        Answer::json(manners, status, &rfc_error(status, None, &message))
                    }
                };
                answer.headers.extend(headers);
                answer
            }
            (Self::OAuth { status, error, reason }, Manners::Zoom) => {
                Answer::json(manners, status, &json!({"reason": reason, "error": error}))
            }
            (Self::OAuth { status, error, reason }, Manners::Rfc) => {
                let body = json!({"error": error, "error_description": reason});
                let mut answer = Answer::json(manners, status, &body);
                answer.headers = vec![(header::CONTENT_TYPE, "application/json".to_owned())];
                answer
            }
        }
    }
}

fn rfc_error(status: StatusCode, kind: Option<&str>, detail: &str) -> serde_json::Value {
    let mut body = json!({"schemas": [SCIM_ERROR], "detail": detail, "status": status.as_str()});
    if let Some(kind) = kind {
        body["scimType"] = json!(kind);
    }
    body
}

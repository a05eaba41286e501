//! A request, decoded as far as both manners share it.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, header};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The kinds of requests that are counted, paced and disturbed apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `POST /oauth/token`.
    Token,
    /// `GET /Users`.
    List,
    /// `GET /Users/{id}`.
    Read,
    /// POST, PUT, PATCH and DELETE of users.
    Write,
    /// Anything else.
    Other,
}

/// Where a request leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Token,
    Users,
    User(String),
    /// `/ServiceProviderConfig` and its like: the name, and an id behind it.
    Discovery(String, Option<String>),
    Nowhere,
}

/// One request with its whole body.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) uri: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) authorization: Option<String>,
    pub(super) if_match: Option<String>,
    /// The address of the SCIM endpoints as the caller reached them.
    pub(super) base: String,
    pub(super) body: Bytes,
    /// The body was larger than any user is, and was not kept.
    pub(super) oversize: bool,
}

impl Request {
    /// `bases` are the paths under which the SCIM endpoints stand.
    pub(super) fn new(parts: &Parts, body: Option<Bytes>, bases: &[&str]) -> Self {
        let text = |name: HeaderName| {
            parts.headers.get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned)
        };
        let host = text(header::HOST).unwrap_or_else(|| "127.0.0.1".to_owned());
        let path = parts.uri.path();
        let (base, below) = split_base(path, bases).unwrap_or_default();
        Self {
            target: if path == "/oauth/token" { Target::Token } else { target(below) },
            base: format!("http://{host}{base}"),
            method: parts.method.clone(),
            uri: parts.uri.to_string(),
            query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            authorization: text(header::AUTHORIZATION),
            if_match: text(header::IF_MATCH),
            oversize: body.is_none(),
            body: body.unwrap_or_default(),
        }
    }

    pub(super) fn class(&self) -> Class {
        match (&self.target, &self.method) {
            (Target::Token, _) => Class::Token,
            (Target::Users, &Method::GET) => Class::List,
            (Target::User(_), &Method::GET) => Class::Read,
            (
                Target::Users | Target::User(_),
                &Method::POST | &Method::PUT | &Method::PATCH | &Method::DELETE,
            ) => Class::Write,
            _ => Class::Other,
        }
    }

    /// A parameter of the query, by its name without case.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON of a shape; the error says what is wrong with it.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Err("The request JSON must not be empty.".to_owned());
        }
        let value: Value = serde_json::from_slice(&self.body)
            .map_err(|_| "The request body must be in JSON format.".to_owned())?;
        if !value.is_object() {
            return Err("The request body must be a JSON object.".to_owned());
        }
        serde_json::from_value(value).map_err(|error| format!("The request is invalid: {error}."))
    }
}

/// The pairs of a query or a form.
pub(super) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

/// The base that a path begins with, and what follows it.
fn split_base<'a>(path: &'a str, bases: &[&str]) -> Option<(&'a str, &'a str)> {
    bases.iter().find_map(|base| {
        let (head, tail) = (path.get(..base.len())?, path.get(base.len()..)?);
        (head.eq_ignore_ascii_case(base) && tail.starts_with('/')).then_some((head, tail))
    })
}

/// Decodes segment by segment, since an id may hold a `/` that came as `%2F`.
fn target(below: &str) -> Target {
    let mut segments = below.split('/').skip(1);
    let decoded = |segment: &str| {
        percent_decode_str(segment).decode_utf8().map_or_else(|_| String::new(), Into::into)
    };
    match (segments.next(), segments.next(), segments.next()) {
        (Some(name), None | Some(""), None) if name.eq_ignore_ascii_case("Users") => Target::Users,
        (Some(name), Some(id), None) if name.eq_ignore_ascii_case("Users") => {
            Target::User(decoded(id))
        }
        (Some(name), None, None) if !name.is_empty() => Target::Discovery(decoded(name), None),
        (Some(name), Some(id), None) => Target::Discovery(decoded(name), Some(decoded(id))),
        _ => Target::Nowhere,
    }
}

//! A transport that answers by a script, and clients made for tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

use crate::model::{Dialect, Pace, Rate};
use crate::scim::{Auth, Client, ClientOptions, Clock, Loss, Lost, Outgoing, Reply, Transport};

pub(super) const BASE: &str = "http://127.0.0.1:1/scim2";
pub(super) const TOKEN_URL: &str = "http://127.0.0.1:1/oauth/token";
pub(super) const SECRET: &str = "s3cr3t-of-the-app";
pub(super) const TOKEN: &str = "t0ken-of-the-hour";

type Script = dyn Fn(&Outgoing, usize) -> Result<Reply, Lost> + Send + Sync;

/// Answers each request by a function of the request and of how many came before.
pub(super) struct Scripted {
    script: Box<Script>,
    pub(super) seen: Mutex<Vec<Outgoing>>,
    /// How long an answer takes.
    pub(super) delay: std::time::Duration,
}

impl Transport for Scripted {
    async fn carry(&self, outgoing: Outgoing) -> Result<Reply, Lost> {
        let count = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(outgoing.clone());
            seen.len() - 1
        };
        tokio::time::sleep(self.delay).await;
        (self.script)(&outgoing, count)
    }
}

impl Client<Scripted> {
    /// `METHOD path` of every request, tokens apart.
    pub(super) fn sent(&self) -> Vec<String> {
        let seen = self.session.transport.seen.lock().unwrap();
        seen.iter()
            .filter(|request| !request.url.path().ends_with("/token"))
            .map(|request| {
                let query = request.url.query().map(|query| {
                    let kind = if query.contains("filter=") { "filter" } else { "list" };
                    format!("?{kind}")
                });
                let path = request.url.path().trim_start_matches("/scim2");
                format!("{} {path}{}", request.method, query.unwrap_or_default())
            })
            .collect()
    }

    /// The JSON body of the request number `at`.
    pub(super) fn body(&self, at: usize) -> serde_json::Value {
        let seen = self.session.transport.seen.lock().unwrap();
        serde_json::from_slice(seen[at].body.as_deref().unwrap_or_default()).unwrap_or_default()
    }
}

pub(super) fn options(dialect: Dialect) -> ClientOptions {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    let auth = Auth::BearerToken(SecretString::from(TOKEN));
    ClientOptions {
        rate: Rate::all(Pace::Unlimited),
        ..ClientOptions::new(BASE, dialect, auth, clock)
    }
}

pub(super) fn s2s(token_url: &str) -> Auth {
    Auth::AccountCredentials {
        token_url: token_url.to_owned(),
        account_id: "acc".to_owned(),
        client_id: "app".to_owned(),
        client_secret: SecretString::from(SECRET),
    }
}

pub(super) fn scripted(
    options: ClientOptions,
    script: impl Fn(&Outgoing, usize) -> Result<Reply, Lost> + Send + Sync + 'static,
) -> Client<Scripted> {
    let transport = Scripted {
        script: Box::new(script),
        seen: Mutex::new(Vec::new()),
        delay: std::time::Duration::from_millis(5),
    };
    Client::with_transport(options, transport).unwrap()
}

/// An answer with a JSON body.
#[allow(clippy::unnecessary_wraps, reason = "what a script answers")]
pub(super) fn reply(status: u16, body: &serde_json::Value) -> Result<Reply, Lost> {
    Ok(Reply { status, headers: HeaderMap::new(), body: body.to_string().into_bytes() })
}

/// An answer with headers and no body.
#[allow(clippy::unnecessary_wraps, reason = "what a script answers")]
pub(super) fn headed(status: u16, headers: &[(&str, &str)]) -> Result<Reply, Lost> {
    let headers: BTreeMap<_, _> = headers.iter().copied().collect();
    let headers = headers
        .into_iter()
        .map(|(name, value)| {
            (HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap())
        })
        .collect();
    Ok(Reply { status, headers, body: Vec::new() })
}

/// An answer that was lost after the request had gone out, or before.
pub(super) fn lost(sent: bool) -> Result<Reply, Lost> {
    let loss = if sent { Loss::Broken } else { Loss::Connect };
    Err(Lost { loss, sent, detail: "gone".to_owned() })
}

/// A list of users.
pub(super) fn list_of(users: &[serde_json::Value]) -> serde_json::Value {
    serde_json::json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": users.len(), "startIndex": 1, "itemsPerPage": users.len(),
        "Resources": users,
    })
}

pub(super) fn user(id: &str, user_name: &str) -> serde_json::Value {
    serde_json::json!({"id": id, "userName": user_name, "active": true})
}

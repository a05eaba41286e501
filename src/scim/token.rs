//! Signing in: one token a connection, fetched once however many requests wait for it.
//!
//! Zoom has said both that several tokens may be in use and that a new one ends the one before
//! (<https://devforum.zoom.us/t/72070>), so there is never more than one fetch under way.

use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::decode::Scalar;
use super::options::Auth;
use super::sign_in::{SignInFailure, Trouble};
use super::transport::Reply;
use crate::port::{Failure, FailureKind};

/// Scopes of which a Zoom token needs one (<https://developers.zoom.us/docs/api/scim2.md>).
const ZOOM_SCOPES: [&str; 2] = ["scim2:admin", "scim2"];
/// How long a token lasts whose answer does not say so.
const UNSAID: Duration = Duration::from_secs(3600);
/// So long before its end a token is no longer used, or a tenth of its life where that is less.
const MARGIN: Duration = Duration::from_secs(60);

/// What a request carries as `Authorization`.
#[derive(Clone, Debug)]
pub(super) struct Credential {
    /// Marked as sensitive, so that it does not print.
    pub(super) header: HeaderValue,
    /// Which token this is, so that many refused requests renew it once; `None` where nothing renews it.
    pub(super) serial: Option<u64>,
}

/// A fetched token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    header: HeaderValue,
    secret: SecretString,
    /// What the token may do, where the service says so.
    pub(super) scopes: Option<Vec<String>>,
    ends: Instant,
}

/// The one token of a connection.
#[derive(Debug, Default)]
pub(super) struct Cache {
    held: Mutex<Held>,
    /// The latest tokens, to be kept out of what a service says back.
    seen: std::sync::Mutex<Vec<SecretString>>,
}

#[derive(Debug, Default)]
struct Held {
    token: Option<Token>,
    /// Counts fetches, also those that failed.
    serial: u64,
    failure: Option<SignInFailure>,
}

impl Cache {
    /// The token, fetched by `fetch` where there is none that will do: those who waited for a fetch
    /// share its outcome, also when it failed.
    pub(super) async fn token<F>(
        &self,
        refused: Option<u64>,
        fetch: impl FnOnce() -> F + Send,
    ) -> Result<(Token, u64), SignInFailure>
    where
        F: Future<Output = Result<Token, SignInFailure>> + Send,
    {
        let waited_from = self.held.try_lock().map_or(None, |held| Some(held.serial));
        let mut held = self.held.lock().await;
        if let Some(token) = &held.token
            && refused != Some(held.serial)
            && token.ends > Instant::now()
        {
            return Ok((token.clone(), held.serial));
        }
        // Nobody could look while a fetch was under way: its failure is this one's too.
        if waited_from.is_none()
            && let Some(failure) = &held.failure
        {
            return Err(failure.clone());
        }
        held.token = None;
        held.serial += 1;
        held.failure = None;
        match fetch().await {
            Ok(token) => {
                held.token = Some(token.clone());
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.truncate(2);
                seen.insert(0, token.secret.clone());
                Ok((token, held.serial))
            }
            Err(failure) => {
                held.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }
}

impl Cache {
    /// The tokens that requests of late carried.
    pub(super) fn seen(&self) -> Vec<SecretString> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Token {
    /// The credential that requests carry.
    pub(super) fn credential(&self, serial: u64) -> Credential {
        Credential { header: self.header.clone(), serial: Some(serial) }
    }
}

impl Auth {
    /// The credential that needs no token, where the method is such.
    pub(super) fn standing(&self) -> Option<Result<Credential, Failure>> {
        let header = match self {
            Self::BearerToken(token) => bearer(token.expose_secret()),
            Self::Basic { username, password } => basic(username, password),
            Self::AccountCredentials { .. } | Self::ClientCredentials { .. } => return None,
        };
        Some(header.map(|header| Credential { header, serial: None }))
    }

    /// The form that asks for a token, and the client's own credentials.
    pub(super) fn token_request(&self) -> Option<(String, Result<HeaderValue, Failure>)> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        match self {
            Self::AccountCredentials { account_id, client_id, client_secret, .. } => {
                form.append_pair("grant_type", "account_credentials");
                form.append_pair("account_id", account_id);
                Some((form.finish(), basic(client_id, client_secret)))
            }
            Self::ClientCredentials { client_id, client_secret, scope, .. } => {
                form.append_pair("grant_type", "client_credentials");
                if let Some(scope) = scope.as_deref().filter(|scope| !scope.is_empty()) {
                    form.append_pair("scope", scope);
                }
                Some((form.finish(), basic(client_id, client_secret)))
            }
            Self::BearerToken(_) | Self::Basic { .. } => None,
        }
    }

    /// The scopes of which a token needs one; none where the method says nothing of them.
    fn needs_one_of(&self) -> &'static [&'static str] {
        match self {
            Self::AccountCredentials { .. } => &ZOOM_SCOPES,
            Self::BearerToken(_) | Self::Basic { .. } | Self::ClientCredentials { .. } => &[],
        }
    }

    /// Every secret, to be kept out of what a service says back.
    pub(super) fn secrets(&self) -> Vec<SecretString> {
        let pair = |name: &str, secret: &SecretString| {
            let encoded = STANDARD.encode(format!("{name}:{}", secret.expose_secret()));
            vec![secret.clone(), SecretString::from(encoded)]
        };
        match self {
            Self::AccountCredentials { client_id, client_secret, .. }
            | Self::ClientCredentials { client_id, client_secret, .. } => {
                pair(client_id, client_secret)
            }
            Self::Basic { username, password } => pair(username, password),
            Self::BearerToken(token) => vec![token.clone()],
        }
    }
}

/// RFC 6750 section 2.1.
fn bearer(token: &str) -> Result<HeaderValue, Failure> {
    sensitive(format!("Bearer {}", token.trim()))
}

/// RFC 7617 section 2.
fn basic(name: &str, secret: &SecretString) -> Result<HeaderValue, Failure> {
    sensitive(format!("Basic {}", STANDARD.encode(format!("{name}:{}", secret.expose_secret()))))
}

fn sensitive(text: String) -> Result<HeaderValue, Failure> {
    // The error of the conversion is dropped: it may show the text.
    let mut header = HeaderValue::try_from(text).map_err(|_| Failure {
        help: vec!["copy it again, without line breaks and other control characters".to_owned()],
        ..Failure::new(FailureKind::Unauthorized, "the credentials can't be sent in a header")
    })?;
    header.set_sensitive(true);
    Ok(header)
}

#[derive(Deserialize)]
struct Granted {
    access_token: Option<String>,
    expires_in: Option<Scalar>,
    scope: Option<Scalar>,
}

/// Reads a token endpoint's good answer. `api_url` is ignored: credentials go where the configuration says.
pub(super) fn granted(reply: &Reply, auth: &Auth, now: Instant) -> Result<Token, SignInFailure> {
    let odd = |what: &str| {
        SignInFailure::new(
            Trouble::Other,
            Failure {
                status: Some(reply.status),
                tracking_id: super::failure::tracking_id(reply),
                help: vec!["check `token_url`".to_owned()],
                ..Failure::new(FailureKind::Protocol, what)
            },
        )
    };
    let granted: Granted = serde_json::from_slice(&reply.body)
        .map_err(|_| odd("the token endpoint's answer is not what OAuth describes"))?;
    let token = granted
        .access_token
        .map(SecretString::from)
        .filter(|token| !token.expose_secret().is_empty())
        .ok_or_else(|| odd("the token endpoint's answer holds no access_token"))?;
    let scopes: Option<Vec<String>> = granted.scope.and_then(Scalar::into_text).map(|text| {
        let parts = text.split([' ', ',']).filter(|scope| !scope.is_empty());
        parts.map(str::to_owned).collect()
    });
    let needed = auth.needs_one_of();
    if let Some(scopes) = &scopes
        && !needed.is_empty()
        && !scopes.iter().any(|scope| needed.contains(&scope.as_str()))
    {
        return Err(SignInFailure::no_scope(scopes, needed));
    }
    let life = granted.expires_in.and_then(|e| e.as_count()).map_or(UNSAID, Duration::from_secs);
    let usable = life.saturating_sub(MARGIN.min(life / 10)).min(Duration::from_secs(30 * 86400));
    Ok(Token {
        header: bearer(token.expose_secret())
            .map_err(|failure| SignInFailure::new(Trouble::Other, failure))?,
        secret: token,
        scopes,
        ends: now + usable,
    })
}

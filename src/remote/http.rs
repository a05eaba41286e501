//! Terraform's HTTP protocol for state, which GitLab and others speak
//! (<https://developer.hashicorp.com/terraform/language/backend/http>): GET, POST, LOCK and UNLOCK, 423 or 409
//! with the holder in the body where another has the lock.
//!
//! The protocol knows no versions. Under the lock the document is read again right before it is written; that is
//! what guards it where the server does not hold the lock's id against the write.

use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::codec::lock;
use crate::codec::masking::Masker;
use crate::model::{Text, leads_home};
use crate::port::{Holder, StateStore, StoreFailure, StoreFailureKind as Kind, Stored, Token};

/// The longest answer other than the document that is read.
const LONGEST_WORDS: usize = 1 << 20;

/// How to sign in.
#[derive(Clone, Debug)]
pub enum HttpAuth {
    /// Not at all.
    None,
    /// User name and password.
    Basic {
        /// User name.
        username: String,
        /// Password.
        password: SecretString,
    },
    /// A token.
    Bearer(SecretString),
}

impl HttpAuth {
    fn masker(&self) -> Masker {
        match self {
            Self::None => Masker::default(),
            Self::Bearer(token) => Masker::new([token.expose_secret()], []),
            Self::Basic { username, password } => {
                let password = password.expose_secret();
                let both = STANDARD.encode(format!("{username}:{password}"));
                Masker::new([password, &both], [])
            }
        }
    }
}

/// Everything that a store is made from.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Where the document is.
    pub address: Url,
    /// Where it is locked.
    pub lock_address: Url,
    /// Where it is unlocked.
    pub unlock_address: Url,
    /// How it is written.
    pub update_method: Method,
    /// How it is locked.
    pub lock_method: Method,
    /// How it is unlocked.
    pub unlock_method: Method,
    /// How to sign in.
    pub auth: HttpAuth,
    /// How long one request may take.
    pub timeout: Duration,
    /// The longest document that is read, in bytes.
    pub max_body: usize,
}

/// A state at a server.
#[derive(Debug)]
pub struct HttpStore {
    client: reqwest::Client,
    options: HttpOptions,
    /// Takes what was sent to sign in out of what comes back.
    masker: Masker,
    /// The id of the lock that is held.
    locked: Mutex<Option<Text>>,
}

struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl HttpStore {
    /// A store that asks nobody yet.
    pub fn new(options: HttpOptions) -> Result<Self, StoreFailure> {
        let home = [&options.address, &options.lock_address, &options.unlock_address];
        let builder = reqwest::Client::builder()
            .user_agent(concat!("enroll/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(Duration::from_secs(10).min(options.timeout))
            .timeout(options.timeout);
        // A proxy would see credentials that are sent to this machine in clear text.
        let builder = if home.into_iter().any(leads_home) { builder.no_proxy() } else { builder };
        let client = builder
            .build()
            .map_err(|error| StoreFailure::new(Kind::Broken, error.without_url().to_string()))?;
        let masker = options.auth.masker();
        Ok(Self { client, options, masker, locked: Mutex::default() })
    }

    async fn send(
        &self,
        method: &Method,
        url: &Url,
        body: Option<Vec<u8>>,
        most: usize,
    ) -> Result<Answer, StoreFailure> {
        let mut request = self.client.request(method.clone(), url.clone());
        request = match &self.options.auth {
            HttpAuth::None => request,
            HttpAuth::Basic { username, password } => {
                request.basic_auth(username, Some(password.expose_secret()))
            }
            HttpAuth::Bearer(token) => request.bearer_auth(token.expose_secret()),
        };
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            request = request.header(CONTENT_TYPE, json).body(body);
        }
        let mut response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let is_empty = response.content_length() == Some(0);
        let mut read = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if read.len() + chunk.len() > most {
                let detail = format!("the answer is longer than {most} bytes");
                return Err(StoreFailure::new(Kind::Broken, detail));
            }
            read.extend_from_slice(&chunk);
        }
        if status == 200 && read.is_empty() && !is_empty && *method == Method::GET {
            let detail = "the answer ended before it began";
            return Err(StoreFailure::new(Kind::Unreachable, detail));
        }
        let is_document = status == 200 && *method == Method::GET;
        if is_document && self.masker.finds(&read) {
            let detail = "the document holds what this run signs in with: the server says it back";
            return Err(StoreFailure::new(Kind::Broken, detail));
        }
        if !is_document && let Some(masked) = self.masker.text(&String::from_utf8_lossy(&read)) {
            read = masked.into_bytes();
        }
        Ok(Answer { status, body: read })
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Option<Text>> {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for HttpStore {
    async fn load(&self) -> Result<Option<Stored>, StoreFailure> {
        let HttpOptions { address, max_body, .. } = &self.options;
        let answer = self.send(&Method::GET, address, None, *max_body).await?;
        match answer.status {
            200 if answer.body.is_empty() => Ok(None),
            200 => Ok(Some(Stored { bytes: answer.body, token: Token::default() })),
            204 | 404 => Ok(None),
            _ => Err(answer.failure("reading the state")),
        }
    }

    async fn replace(
        &self,
        bytes: Vec<u8>,
        before: Option<&Stored>,
    ) -> Result<Stored, StoreFailure> {
        let now = self.load().await?;
        if now.as_ref().map(|now| &now.bytes) != before.map(|before| &before.bytes) {
            let detail = "somebody else wrote the state since it was read";
            return Err(StoreFailure::new(Kind::Raced, detail));
        }
        let mut address = self.options.address.clone();
        if let Some(id) = self.locked().as_ref() {
            address.query_pairs_mut().append_pair("ID", id);
        }
        let method = &self.options.update_method;
        let answer = self.send(method, &address, Some(bytes.clone()), LONGEST_WORDS).await?;
        match answer.status {
            200 | 201 | 204 => Ok(Stored { bytes, token: Token::default() }),
            409 | 423 => Err(StoreFailure::new(
                Kind::NotOurs,
                match lock::read_holder(&answer.body) {
                    Some(holder) => format!("the lock is not ours any more: it is {holder}"),
                    None => "the lock is not ours any more".to_owned(),
                },
            )),
            _ => Err(answer.failure("writing the state")),
        }
    }

    async fn lock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        let HttpOptions { lock_address, lock_method, .. } = &self.options;
        let body = Some(lock::write_holder(holder));
        let answer = self.send(lock_method, lock_address, body, LONGEST_WORDS).await?;
        match answer.status {
            200 | 201 | 204 => {
                *self.locked() = Some(holder.id.clone());
                Ok(())
            }
            409 | 423 => {
                let other = lock::read_holder(&answer.body).unwrap_or_default();
                if other.id == holder.id {
                    *self.locked() = Some(other.id.clone());
                }
                let detail = format!("the state is locked by {other}");
                Err(StoreFailure::new(Kind::Locked(Box::new(other)), detail))
            }
            404 | 405 | 501 => Err(StoreFailure::new(
                Kind::Broken,
                format!(
                    "the server does not take `{lock_method}` at the lock's address (it answered {})",
                    answer.status
                ),
            )),
            _ => Err(answer.failure("locking the state")),
        }
    }

    async fn take_over(&self, from: &Holder, _holder: &Holder) -> Result<(), StoreFailure> {
        let detail = format!("the state is locked by {from}");
        Err(StoreFailure::new(Kind::Locked(Box::new(from.clone())), detail))
    }

    fn has_leases(&self) -> bool {
        false
    }

    async fn renew(&self, _holder: &Holder) -> Result<(), StoreFailure> {
        Ok(())
    }

    async fn unlock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        self.give_back(lock::write_holder(holder)).await
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreFailure> {
        self.give_back(lock::write_id(id)).await
    }
}

impl HttpStore {
    async fn give_back(&self, body: Vec<u8>) -> Result<(), StoreFailure> {
        let HttpOptions { unlock_address, unlock_method, .. } = &self.options;
        let answer = self.send(unlock_method, unlock_address, Some(body), LONGEST_WORDS).await?;
        match answer.status {
            200 | 204 => {
                *self.locked() = None;
                Ok(())
            }
            404 | 409 | 423 => Err(StoreFailure::new(
                Kind::NotOurs,
                match lock::read_holder(&answer.body) {
                    Some(holder) => format!("that is not the lock: it is held by {holder}"),
                    None => format!("the server has no such lock (it answered {})", answer.status),
                },
            )),
            _ => Err(answer.failure("unlocking the state")),
        }
    }
}

impl Answer {
    fn failure(&self, doing: &str) -> StoreFailure {
        let status = self.status;
        let (kind, what) = match status {
            401 => (Kind::Refused, "the server did not accept the credentials".to_owned()),
            403 => (Kind::Refused, "the credentials may not do this".to_owned()),
            300..=399 => {
                (Kind::Broken, "a redirect is not followed: credentials would go along".to_owned())
            }
            408 | 429 | 500..=599 => (Kind::Unreachable, "the server failed".to_owned()),
            _ => (Kind::Broken, "the answer was not expected".to_owned()),
        };
        let words = String::from_utf8_lossy(self.body.get(..300).unwrap_or(&self.body));
        let words = words.trim();
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        StoreFailure::new(kind, format!("{doing}: {what} ({status}{said})"))
    }
}

/// A request that ended without a whole answer.
fn lost(error: reqwest::Error) -> StoreFailure {
    let error = error.without_url();
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
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_builder() {
        return StoreFailure::new(Kind::Broken, format!("the request can't be made ({words})"));
    } else {
        "the connection broke before the answer was whole"
    };
    StoreFailure::new(Kind::Unreachable, format!("{what} ({words})"))
}

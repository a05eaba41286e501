//! Asking for a token, with the patience that other requests have.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use tokio::time::{Instant, sleep};

use super::retry::{Attempts, is_transient};
use super::session::Session;
use super::sign_in::{SignInFailure, Trouble};
use super::token::{Credential, Token, granted};
use super::transport::{Outgoing, Transport};
use crate::port::{Failure, FailureKind};

impl<T: Transport> Session<T> {
    /// What the next request carries; another token than the one of serial `refused`.
    pub(super) async fn credential(&self, refused: Option<u64>) -> Result<Credential, Failure> {
        if let Some(standing) = self.auth.standing() {
            return standing;
        }
        let (token, serial) = self.token(refused).await.map_err(|error| error.failure)?;
        Ok(token.credential(serial))
    }

    /// The connection's token; another one than the one of serial `refused`.
    pub(super) async fn token(&self, refused: Option<u64>) -> Result<(Token, u64), SignInFailure> {
        self.cache.token(refused, || self.fetch_token()).await
    }

    async fn fetch_token(&self) -> Result<Token, SignInFailure> {
        let other = |failure| SignInFailure::new(Trouble::Other, failure);
        let none = || other(Failure::new(FailureKind::Local, "this method has no token"));
        let url = self.token_url.clone().ok_or_else(none)?;
        let (form, basic) = self.auth.token_request().ok_or_else(none)?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, basic.map_err(other)?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let outgoing =
            Outgoing { method: Method::POST, url, headers, body: Some(form.into_bytes()) };
        let mut attempts = Attempts::new(self.policy);
        loop {
            let until = attempts.went_out(Instant::now());
            let mut at_least = Duration::ZERO;
            let carried = self.within(until, self.carry(3, outgoing.clone())).await;
            let (mut failure, again) = match carried {
                Ok(reply) if reply.is_success() => {
                    return granted(&reply, &self.auth, Instant::now()).map_err(|error| {
                        SignInFailure::new(error.trouble, self.scrubbed(error.failure))
                    });
                }
                Ok(reply) => {
                    at_least = self.come_back(&reply).map_or(at_least, |back| back.wait);
                    (SignInFailure::of_reply(&reply), is_transient(reply.status))
                }
                Err(lost) => {
                    let host = outgoing.url.host_str().unwrap_or_default();
                    (SignInFailure::of_loss(&lost, host), lost.is_transient())
                }
            };
            failure.failure = self.scrubbed(failure.failure);
            match again.then(|| attempts.next(at_least, &self.jitter)).flatten() {
                Some(delay) => sleep(delay).await,
                None => return Err(failure),
            }
        }
    }
}

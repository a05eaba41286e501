//! The steps of a connection's test, each by itself.

use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::client::Client;
use super::failure::of_loss;
use super::listing::Ask;
use super::sign_in::SignInFailure;
use super::transport::{Outgoing, Transport};
use crate::port::Failure;

/// Whether a host answers at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The host, with its port where that is not the usual one.
    pub host: String,
    /// The status of an answer, whichever; else why there was none: name, connection, TLS or time.
    pub outcome: Result<u16, Failure>,
}

/// What signing in brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// What the token may do, where there is a token and the service says so.
    pub scopes: Option<Vec<String>>,
}

impl<T: Transport> Client<T> {
    /// Knocks at the hosts that get credentials, without any: the token endpoint's first, each host once.
    pub async fn reach(&self) -> Vec<Reached> {
        let mut reached: Vec<Reached> = Vec::new();
        let mut origins = Vec::new();
        for url in self.session.token_url.iter().chain(std::iter::once(&self.base)) {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            let host = format!("{}{port}", url.host_str().unwrap_or_default());
            if origins.contains(&url.origin()) {
                continue;
            }
            origins.push(url.origin());
            let mut url = url.clone();
            url.set_path("/");
            url.set_query(None);
            let knock =
                Outgoing { method: Method::HEAD, url, headers: HeaderMap::new(), body: None };
            let until = Instant::now() + self.session.policy.deadline;
            let answer = self.session.within(until, self.session.transport.carry(knock)).await;
            let outcome = answer.map(|reply| reply.status).map_err(|lost| of_loss(&lost, &host));
            reached.push(Reached { host, outcome });
        }
        reached
    }

    /// Lists to the end, as a plan does: how many accounts there are, and whether something showed that these are
    /// all. A list of which nothing does is refused unless it `may_stay_open`.
    pub async fn count(&self, may_stay_open: bool) -> Result<(u64, bool), Failure> {
        let live = self.list_all(may_stay_open).await?;
        Ok((live.accounts().len() as u64, !live.is_open()))
    }

    /// Fetches the token, if the method has one, and checks its scope.
    pub async fn sign_in(&self) -> Result<SignedIn, SignInFailure> {
        if self.session.token_url.is_none() {
            return Ok(SignedIn { scopes: None });
        }
        let (token, _) = self.session.token(None).await?;
        let hidden = |scope| self.session.hidden(scope);
        Ok(SignedIn { scopes: token.scopes.map(|scopes| scopes.into_iter().map(hidden).collect()) })
    }

    /// Signs in and asks for a list of one: whether requests would be let in now.
    pub async fn probe(&self) -> Result<(), Failure> {
        self.sign_in().await.map_err(|error| error.failure)?;
        self.fetch_page(Ask::One, None).await.map(drop)
    }
}

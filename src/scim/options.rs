//! What a client is made from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::model::{Connection, Dialect, Pace, Rate};

/// How to sign in. Secrets print as `[REDACTED]`.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Zoom's Server-to-Server OAuth, grant `account_credentials`
    /// (<https://developers.zoom.us/docs/internal-apps/s2s-oauth/>).
    AccountCredentials {
        /// Where tokens come from.
        token_url: String,
        /// The account that the app belongs to.
        account_id: String,
        /// The app.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
    },
    /// A token that somebody else fetched.
    BearerToken(SecretString),
    /// User name and password with each request.
    Basic {
        /// User name.
        username: String,
        /// Password.
        password: SecretString,
    },
    /// The OAuth 2.0 grant `client_credentials` (RFC 6749 section 4.4).
    ClientCredentials {
        /// Where tokens come from.
        token_url: String,
        /// The client.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
        /// What is asked for.
        scope: Option<String>,
    },
}

impl Auth {
    /// The second address that gets credentials, where there is one.
    pub fn token_url(&self) -> Option<&str> {
        match self {
            Self::AccountCredentials { token_url, .. }
            | Self::ClientCredentials { token_url, .. } => Some(token_url),
            Self::BearerToken(_) | Self::Basic { .. } => None,
        }
    }
}

/// Reads the wall clock, which belongs to `cli`: a service may say *come back at* a date.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> jiff::Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that stands still.
    pub fn fixed(at: jiff::Timestamp) -> Self {
        Self::new(move || at)
    }

    /// The time.
    pub fn now(&self) -> jiff::Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Everything that a client is made from.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Base of the SCIM endpoints.
    pub scim_url: String,
    /// What the service is like.
    pub dialect: Dialect,
    /// How to sign in.
    pub auth: Auth,
    /// What is kept out of everything that the service says, beside the secrets of `auth`.
    pub hidden: Vec<SecretString>,
    /// How fast, by endpoint class.
    pub rate: Rate,
    /// How many requests may be open at once.
    pub max_in_flight: u32,
    /// How many accounts a page of a list may hold, where that is known.
    pub max_page: Option<u32>,
    /// How often a request is repeated.
    pub retries: u32,
    /// How long one request may take with its repetitions, from when it is first sent.
    pub deadline: Duration,
    /// `User-Agent`.
    pub user_agent: String,
    /// Hosts that the operator allows beside Zoom and this machine.
    pub allow_hosts: Vec<String>,
    /// The wall clock.
    pub clock: Clock,
    /// Seed of the jitter between repetitions; `cli` draws it, tests fix it.
    pub seed: u64,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long one request may take with its answer.
    pub request_timeout: Duration,
    /// The longest answer that is read, in bytes.
    pub max_body: usize,
}

impl ClientOptions {
    /// Options for a service at `scim_url`, with the defaults of its dialect.
    pub fn new(scim_url: impl Into<String>, dialect: Dialect, auth: Auth, clock: Clock) -> Self {
        Self {
            scim_url: scim_url.into(),
            dialect,
            auth,
            hidden: Vec::new(),
            rate: Rate::all(dialect.pace.map_or(Pace::Unlimited, Pace::PerSecond)),
            max_in_flight: 4,
            max_page: None,
            retries: 5,
            deadline: Duration::from_secs(300),
            user_agent: concat!("enroll/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_hosts: Vec::new(),
            clock,
            seed: 0,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            max_body: 16 << 20,
        }
    }

    /// Options for a declared connection.
    pub fn of(connection: &Connection, auth: Auth, clock: Clock) -> Self {
        Self {
            rate: connection.rate,
            max_in_flight: connection.max_in_flight,
            max_page: connection.max_page,
            retries: connection.retries,
            deadline: Duration::from_secs(u64::from(connection.deadline)),
            ..Self::new(connection.scim_url.as_str(), connection.dialect(), auth, clock)
        }
    }
}

//! A connection's settings other than its secrets.

use super::{Actions, Dialect, Text};

/// What kind of service a connection talks to: `type` in HCL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Service {
    /// Zoom.
    #[default]
    Zoom,
    /// Any other SCIM 2.0 service.
    Scim,
}

impl Service {
    /// Its dialect.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Zoom => Dialect::ZOOM,
            Self::Scim => Dialect::SCIM,
        }
    }
}

/// How many removals one apply may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At most so many.
    Count(u64),
    /// At most this share, in hundredths of a percent, of the state's active accounts.
    Share(u32),
    /// The default of removals: the lesser of 10 % and 50.
    Default,
}

/// The `guard` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Removals of every kind.
    pub max_removals: Limit,
    /// Deletes alone.
    pub max_deletes: Limit,
    /// Accounts whose roles may change.
    pub max_privileges: Limit,
    /// Folded names of the roles that count, sorted, where the dialect does not tell.
    pub privileged_roles: Vec<Text>,
    /// Folded e-mail addresses that are never touched, sorted.
    pub protect: Vec<Text>,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            max_removals: Limit::Default,
            max_deletes: Limit::Count(5),
            max_privileges: Limit::Count(0),
            privileged_roles: Vec::new(),
            protect: Vec::new(),
        }
    }
}

/// The pace of one endpoint class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Requests per second, more than zero.
    PerSecond(f64),
    /// No pace.
    Unlimited,
}

impl Pace {
    /// How many seconds `requests` take.
    #[allow(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
    pub fn seconds(self, requests: u64) -> f64 {
        match self {
            Self::PerSecond(rate) => requests as f64 / rate,
            Self::Unlimited => 0.0,
        }
    }
}

/// The `rate` block: one pace for each endpoint class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Pages of a listing, and look-ups by filter.
    pub list: Pace,
    /// One account read by its id.
    pub read: Pace,
    /// Everything that changes something.
    pub write: Pace,
}

impl Rate {
    /// The same pace for all classes.
    pub fn all(pace: Pace) -> Self {
        Self { list: pace, read: pace, write: pace }
    }
}

/// A connection as the configuration declares it, without `auth`.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// The block's label.
    pub name: Text,
    /// What kind of service it is.
    pub service: Service,
    /// Words for people.
    pub description: Option<Text>,
    /// Base of the SCIM endpoints, without a slash at the end.
    pub scim_url: Text,
    /// Folded domains that addresses must belong to; `None` where nothing is said.
    pub domains: Option<Vec<Text>>,
    /// Whether it is not paused.
    pub enabled: bool,
    /// What may be done there.
    pub actions: Actions,
    /// How much at once.
    pub guard: Guard,
    /// How fast.
    pub rate: Rate,
    /// How many requests may be open at once.
    pub max_in_flight: u32,
    /// How many accounts a page of a list may hold, where somebody said so.
    pub max_page: Option<u32>,
    /// How often a request is repeated.
    pub retries: u32,
    /// How long one request may take with its repetitions, in seconds.
    pub deadline: u32,
}

impl Connection {
    /// Its dialect.
    pub fn dialect(&self) -> Dialect {
        self.service.dialect()
    }

    /// Whether a role gives somebody more than everybody has: then it is guarded. Names compare as a whole,
    /// without ASCII case.
    pub fn is_privileged(&self, role: &str) -> bool {
        match self.dialect().plain_role {
            Some(plain) => !role.is_empty() && !role.eq_ignore_ascii_case(plain),
            None => self.guard.privileged_roles.iter().any(|r| r.eq_ignore_ascii_case(role)),
        }
    }

    /// How many accounts a page of its list has, as far as anybody knows.
    pub fn page(&self) -> u32 {
        self.max_page.unwrap_or(self.dialect().page).max(1)
    }
}

/// Names the account at the service that a state belongs to: a digest of type, `scim_url` and
/// `account_id`. Two connections with the same fingerprint talk to the same account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(pub Text);

//! What a sandbox is started with.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::faults::Faults;

/// Whose habits the sandbox has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// Zoom's: thin LIST, merging PUT, PATCH that only switches on and off, three shapes of errors.
    Zoom,
    /// Those of RFC 7643 and 7644, for connections of type `scim`.
    Rfc,
}

impl Manners {
    /// The name under which the data file remembers them.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Zoom => "zoom",
            Self::Rfc => "rfc",
        }
    }
}

/// The only source of time of a sandbox.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that decides how a sandbox behaves.
#[derive(Clone)]
pub struct Options {
    /// Whose habits it has.
    pub manners: Manners,
    /// What goes wrong, and when.
    pub faults: Faults,
    /// What ids and tokens are made from.
    pub seed: u64,
    /// How many users may be `Licensed`; `None` is no limit.
    pub seats: Option<usize>,
    /// How many requests a second are let through.
    pub rates: Rates,
    /// Who may come in.
    pub credentials: Credentials,
    /// The associated domains; a user created outside of them stays pending. Empty: every domain is.
    pub domains: Vec<String>,
    /// The time for `meta.created` and `meta.lastModified`.
    pub clock: Clock,
    /// Keeps every request for [`Running::requests`](super::Running::requests).
    pub record: bool,
}

impl Options {
    /// A sandbox without limits or faults that takes any credentials, its clock standing still.
    pub fn new(manners: Manners) -> Self {
        Self {
            manners,
            faults: Faults::default(),
            seed: 0,
            seats: None,
            rates: Rates::default(),
            credentials: Credentials::default(),
            domains: Vec::new(),
            clock: Arc::new(|| Timestamp::constant(1_767_225_600, 0)),
            record: false,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("manners", &self.manners)
            .field("faults", &self.faults)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// Requests per second of each class; `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rates {
    /// `GET /Users`.
    pub list: Option<f64>,
    /// `GET /Users/{id}`.
    pub read: Option<f64>,
    /// POST, PUT, PATCH and DELETE.
    pub write: Option<f64>,
}

/// Who may come in. What is `None` accepts any value that is not empty.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Client id and secret of the token endpoint.
    pub client: Option<(String, String)>,
    /// The account id of Zoom's grant.
    pub account_id: Option<String>,
    /// A bearer token that is good without the token endpoint, in both manners.
    pub bearer: Option<String>,
    /// User name and password, with the RFC's manners.
    pub basic: Option<(String, String)>,
}

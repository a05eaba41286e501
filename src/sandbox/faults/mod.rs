//! What goes wrong in a sandbox, and when. Counters decide, never a clock or a random number.

mod draw;
mod parse;

pub(super) use draw::{Draw, Drawn};
pub use parse::FAULTS_HELP;

use super::options::Rates;

/// Everything that can be made to go wrong. The default is a service without faults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    pub(super) rules: Vec<Rule>,
    pub(super) slow_ms: Option<u64>,
    pub(super) rates: Rates,
    pub(super) daily: Option<u64>,
    pub(super) retry_after: RetryAfter,
    pub(super) accounts: AccountFaults,
    pub(super) listing: ListingFaults,
    pub(super) update: UpdateFaults,
    pub(super) token: TokenFaults,
    pub(super) not_found: bool,
}

impl Faults {
    /// Reads a specification; [`FAULTS_HELP`] says what may stand in one.
    ///
    /// # Errors
    ///
    /// Names the part that is not understood.
    pub fn parse(spec: &str) -> Result<Self, String> {
        parse::parse(spec)
    }
}

/// One disturbance of single requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) effect: Effect,
    pub(super) scope: Scope,
    pub(super) when: When,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Answers this status without doing anything.
    Status(u16),
    /// Does the work, then answers this status.
    StatusAfter(u16),
    /// Answers 502 with a page of HTML without doing anything.
    Html,
    /// Does the work, then closes the connection without an answer.
    Lose,
    /// Closes the connection without doing anything.
    Drop,
    /// Does the work, then sends half of the body as if it were all.
    Cut,
    /// Does the work, then breaks the connection in the middle of the body.
    Break,
    /// Answers late.
    Slow,
}

/// Which requests a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Any,
    Token,
    List,
    Read,
    Write,
    Create,
    Put,
    Patch,
    Delete,
}

/// Which of the counted requests it disturbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Every(u64),
    First(u64),
}

/// How a 429 says when to come back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum RetryAfter {
    /// Not at all, as Zoom does.
    #[default]
    None,
    Seconds(u32),
    /// An HTTP date, this many seconds from now.
    Date(u32),
    /// ISO 8601, this many seconds from now.
    Iso(u32),
}

/// Who is what, whatever the data says. Addresses and domains in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AccountFaults {
    pub(super) admins: Vec<String>,
    pub(super) elsewhere: Vec<String>,
    pub(super) pending_domains: Vec<String>,
    pub(super) seats: Option<usize>,
    pub(super) soft_delete: bool,
    pub(super) no_sso: bool,
    pub(super) no_role: bool,
}

/// How lists lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each with its own word")]
pub(in crate::sandbox) struct ListingFaults {
    pub(super) short: usize,
    pub(super) long: usize,
    pub(super) duplicates: bool,
    pub(super) drift: bool,
    pub(super) page: Option<usize>,
    pub(super) claimed: Option<usize>,
    pub(super) again: bool,
    pub(super) ignore_count: bool,
    pub(super) ignore_filter: bool,
    pub(super) no_filter: bool,
    pub(super) shuffle: bool,
    pub(super) cap: Option<usize>,
    pub(super) follows: bool,
    pub(super) no_start: bool,
    pub(super) hides: bool,
}

/// How updates lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each with its own word")]
pub(super) struct UpdateFaults {
    pub(super) ignored: Vec<String>,
    pub(super) thin: bool,
    pub(super) bodiless: bool,
    pub(super) no_patch: bool,
    pub(super) roles_object: bool,
}

/// What is wrong with tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TokenFaults {
    pub(super) uses: Option<u64>,
    pub(super) single: bool,
    pub(super) no_scope: bool,
    pub(super) app_off: bool,
}

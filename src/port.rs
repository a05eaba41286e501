//! What the outside must offer: read accounts, write accounts, keep state. Traits only.
//!
//! Planning is handed the read port alone, so it can't write whatever it does.

mod store;

use std::fmt;

pub use store::{Holder, StateStore, StoreFailure, StoreFailureKind, Stored, Token};

use crate::live::{Account, Live};
use crate::model::{Action, Address, Attribute, Text, Value};
pub use crate::model::{NewAccount, Update};
use crate::state;

/// What went wrong with a request, in a form that decides what happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The listing does not hold what the service says it holds.
    Incomplete,
    /// The credentials were not accepted, also after a fresh token.
    Unauthorized,
    /// The credentials may not do this.
    Forbidden,
    /// Nobody answered, past the retries.
    Unreachable,
    /// The account's daily limit is used up.
    DailyLimit,
    /// The address belongs to an account that LIST does not show (409).
    Taken,
    /// The account is not there (any more).
    Missing,
    /// Somebody else changed the account meanwhile (412).
    Conflict,
    /// The service refused this one request.
    Refused,
    /// The service failed, past the retries.
    Service,
    /// The answer was not understood.
    Protocol,
    /// The run itself can't go on: the state can't be written.
    Local,
}

/// A failed request: the service's words, its status and its tracking id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What decides how things go on.
    pub kind: FailureKind,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The service's words, as they came, or what happened instead.
    pub detail: String,
    /// The service's id of the request, for its support.
    pub tracking_id: Option<String>,
    /// Ways out.
    pub help: Vec<String>,
}

impl Failure {
    /// A failure without an answer from the service.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, status: None, detail: detail.into(), tracking_id: None, help: Vec::new() }
    }

    /// Whether the service may have done what it was asked all the same.
    pub fn is_ambiguous(&self) -> bool {
        match self.kind {
            FailureKind::Unreachable | FailureKind::Service | FailureKind::Protocol => true,
            FailureKind::Incomplete
            | FailureKind::Unauthorized
            | FailureKind::Forbidden
            | FailureKind::DailyLimit
            | FailureKind::Taken
            | FailureKind::Missing
            | FailureKind::Conflict
            | FailureKind::Refused
            | FailureKind::Local => false,
        }
    }

    /// Whether a create or update that failed so would fail again however often it is sent: the service refused what
    /// was asked of this one account (400, 422). What it says of licences, seats or limits may be otherwise tomorrow.
    pub fn is_lasting(&self) -> bool {
        const MAY_PASS: [&str; 9] = [
            "licen",
            "seat",
            "limit",
            "quota",
            "exceed",
            "capacity",
            "paid user",
            "free user",
            "subscription",
        ];
        let said = self.detail.to_lowercase().replace("limited domain", "");
        self.kind == FailureKind::Refused
            && matches!(self.status, Some(400 | 403 | 422))
            && !MAY_PASS.iter().any(|word| said.contains(word))
    }

    /// Whether this says that the credentials may not do this, and may be about this one account all the same: it is
    /// where they may do the like to another. A scope that is missing is missing for everybody.
    pub fn may_be_of_one(&self) -> bool {
        self.kind == FailureKind::Forbidden
            && self.status == Some(403)
            && !self.detail.to_lowercase().contains("scope")
    }

    /// Whether every further request would share it, so that going on makes no sense.
    pub fn is_shared(&self) -> bool {
        match self.kind {
            FailureKind::Unauthorized
            | FailureKind::Forbidden
            | FailureKind::Unreachable
            | FailureKind::DailyLimit
            | FailureKind::Local => true,
            FailureKind::Incomplete
            | FailureKind::Taken
            | FailureKind::Missing
            | FailureKind::Conflict
            | FailureKind::Refused
            | FailureKind::Service
            | FailureKind::Protocol => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.status {
            write!(f, "{status}: ")?;
        }
        f.write_str(&self.detail)?;
        if let Some(id) = &self.tracking_id {
            write!(f, " (tracking id {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// What a look-up by user name found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The account, wholly read where the service shows all of it.
    Account(Box<Account>),
    /// No account has that name.
    Absent,
    /// The service knows the name but does not show the account: pending, or of another account.
    Elsewhere,
}

/// Reads the accounts of one connection.
pub trait ReadAccounts: Send + Sync {
    /// Lists every account, or fails: never a part.
    fn list(&self) -> impl Future<Output = Result<Live, Failure>> + Send;

    /// Reads one whole account; `None` where the service does not show it.
    fn read(&self, id: &str) -> impl Future<Output = Result<Option<Account>, Failure>> + Send;

    /// Looks an account up by its user name; every hit is compared again.
    fn find(&self, user_name: &str) -> impl Future<Output = Result<Found, Failure>> + Send;
}

/// What the service answered to a write: the account as it says it now is, where it says so. An
/// attribute that the answer lacks is not known to be absent: look with [`ReadAccounts::read`].
pub type Answer = Option<Account>;

/// A write that the service took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered<T> {
    /// What it said.
    pub said: T,
    /// The service's id of the request, for its support.
    pub tracking_id: Option<String>,
}

impl<T> Answered<T> {
    /// Without an id.
    pub fn untracked(said: T) -> Self {
        Self { said, tracking_id: None }
    }
}

/// What the service made of a new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// The account as the service says it now is.
    Account(Box<Account>),
    /// The service has it, but shows neither the account nor its id: it waits for the person.
    Pending,
    /// An answer was lost, and then the address was taken: by that very request, or by somebody else's account.
    Unknown,
}

/// Changes accounts of one connection. Nothing here decides: each call is one write, checked by the
/// caller.
pub trait WriteAccounts: ReadAccounts {
    /// Creates an active account and answers what the service made of it.
    fn create(
        &self,
        new: &NewAccount,
    ) -> impl Future<Output = Result<Answered<Created>, Failure>> + Send;

    /// Changes attributes of an account.
    fn update(
        &self,
        id: &str,
        update: &Update,
    ) -> impl Future<Output = Result<Answered<Answer>, Failure>> + Send;

    /// Switches an account on or off, alone.
    fn set_active(
        &self,
        id: &str,
        active: bool,
    ) -> impl Future<Output = Result<Answered<Answer>, Failure>> + Send;

    /// Deletes an account; one that is gone already is a success.
    fn delete(&self, id: &str) -> impl Future<Output = Result<Answered<()>, Failure>> + Send;
}

/// Keeps what an apply did, as it happens, so that a crash forgets nothing.
pub trait KeepState: Send + Sync {
    /// Before a slice of a connection's phase: every write that it may try. Whoever shares a state tells
    /// the others.
    fn ahead(
        &self,
        connection: &str,
        intents: &[Intent],
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (connection, intents);
        async { Ok(()) }
    }

    /// Before a write goes out: what is about to be tried, when, and what the account had before.
    fn intent(
        &self,
        intent: &Intent,
        at: &Text,
        before: Option<&Before>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// What the state holds at `address` from now on; `None` where the record goes. `step` is the step
    /// that made it so, which may have failed all the same.
    fn done(
        &self,
        address: &Address,
        record: Option<&state::Account>,
        step: Option<&Finished<'_>>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A step that failed, and of which the state learns nothing.
    fn failed(&self, step: &Finished<'_>) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What became of a step.
#[derive(Clone, Copy, Debug)]
pub struct Finished<'a> {
    /// The account.
    pub address: &'a Address,
    /// Its user name.
    pub user_name: &'a Text,
    /// The service's id, where there is one.
    pub id: Option<&'a Text>,
    /// The step.
    pub action: Action,
    /// When it ended, as RFC 3339.
    pub at: &'a Text,
    /// The service's id of the last write, where it gave one.
    pub tracking_id: Option<&'a str>,
    /// What went wrong, and the attribute that did not stick.
    pub failure: Option<(&'a Failure, Option<Attribute>)>,
}

/// What a plan saw of an account, as far as a write may change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Its user name.
    pub user_name: Text,
    /// Whether the person may sign in.
    pub active: bool,
    /// Its other attributes; `None` for one that it lacks.
    pub values: Vec<(Attribute, Option<Value>)>,
}

/// A write that is about to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The account.
    pub address: Address,
    /// The step.
    pub action: Action,
    /// The account's id, except for a create.
    pub id: Option<Text>,
    /// Its user name, for a look-up of a create whose answer was lost.
    pub user_name: Text,
    /// What the state is to hold once the write is known to have happened; `None` where the record
    /// goes.
    pub record: Option<state::Account>,
}

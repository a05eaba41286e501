//! A place that a team shares: the state as a document there, and its lock. Traits only.

use std::fmt;

use crate::model::Text;

/// What went wrong with a request to the store, in a form that decides what happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreFailureKind {
    /// Somebody else wrote the document since it was read.
    Raced,
    /// Somebody else holds the lock.
    Locked(Box<Holder>),
    /// The lock is not ours any more.
    NotOurs,
    /// Nobody answered, or the store failed, past the retries.
    Unreachable,
    /// The store did not accept the credentials, or they may not do this.
    Refused,
    /// The answer was not understood.
    Broken,
}

/// A failed request to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFailure {
    /// What decides how things go on.
    pub kind: StoreFailureKind,
    /// What happened, in words, without credentials.
    pub detail: String,
}

impl StoreFailure {
    /// A failure in words.
    pub fn new(kind: StoreFailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// Whether the store may have done what it was asked all the same, or may do it when asked again.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            StoreFailureKind::Unreachable => true,
            StoreFailureKind::Raced
            | StoreFailureKind::Locked(_)
            | StoreFailureKind::NotOurs
            | StoreFailureKind::Refused
            | StoreFailureKind::Broken => false,
        }
    }
}

impl fmt::Display for StoreFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for StoreFailure {}

/// Who holds a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Names this one lock.
    pub id: Text,
    /// Who: user and host.
    pub who: Text,
    /// For what: the command.
    pub operation: Text,
    /// With which program.
    pub version: Text,
    /// Since when, as RFC 3339.
    pub created: Text,
    /// When it was renewed last, as RFC 3339; `None` where the lock stays until it is given back.
    pub renewed: Option<Text>,
    /// How often it was renewed.
    pub renewals: u64,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &Text, otherwise: &str| {
            if text.is_empty() { otherwise.to_owned() } else { text.to_string() }
        };
        write!(f, "{}", or(&self.who, "somebody who gives no name"))?;
        if !self.operation.is_empty() {
            write!(f, ", who runs `{}`", self.operation)?;
        }
        if !self.created.is_empty() {
            write!(f, " since {}", self.created)?;
        }
        if let Some(renewed) = &self.renewed {
            write!(f, ", renewed {renewed}")?;
        }
        Ok(())
    }
}

/// What tells one version of a document from the next, in the store's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// An `ETag`.
    pub tag: Option<String>,
    /// A generation or version.
    pub version: Option<String>,
}

/// The document as it is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which version of it this is.
    pub token: Token,
}

/// Keeps the state of a team: one document, replaced only by who has read the version before, and a lock.
pub trait StateStore: Send + Sync {
    /// Reads the document; `None` where there is none.
    fn load(&self) -> impl Future<Output = Result<Option<Stored>, StoreFailure>> + Send;

    /// Writes the document in place of the version `before`; `None`: only where there is none.
    fn replace(
        &self,
        bytes: Vec<u8>,
        before: Option<&Stored>,
    ) -> impl Future<Output = Result<Stored, StoreFailure>> + Send;

    /// Takes the lock, once; another's is a failure that says whose.
    fn lock(&self, holder: &Holder) -> impl Future<Output = Result<(), StoreFailure>> + Send;

    /// Takes the lock over that `holder` holds, whose lease ran out: only if nobody has renewed it since.
    fn take_over(
        &self,
        from: &Holder,
        holder: &Holder,
    ) -> impl Future<Output = Result<(), StoreFailure>> + Send;

    /// Whether a lock ends by itself when its holder does not renew it.
    fn has_leases(&self) -> bool;

    /// Renews the lock, or says that it is not ours any more.
    fn renew(&self, holder: &Holder) -> impl Future<Output = Result<(), StoreFailure>> + Send;

    /// Gives the lock back.
    fn unlock(&self, holder: &Holder) -> impl Future<Output = Result<(), StoreFailure>> + Send;

    /// Gives back the lock of that id, whoever holds it.
    fn force_unlock(&self, id: &str) -> impl Future<Output = Result<(), StoreFailure>> + Send;
}

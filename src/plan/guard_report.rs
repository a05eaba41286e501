//! How far the guards are from tripping, and which of them stop an apply.

use super::types::Plan;
use crate::model::Text;

/// What a guard counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GuardKind {
    /// Disables, deletes, downgrades and forgets.
    Removals,
    /// Deletes.
    Deletes,
    /// Accounts whose roles change. It stops nothing but these steps.
    Privileges,
}

impl GuardKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Removals, Self::Deletes, Self::Privileges];

    /// Whether one that refuses stops the whole apply, and not only what it counts.
    pub fn stops(self) -> bool {
        matches!(self, Self::Removals | Self::Deletes)
    }

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Removals => "removals",
            Self::Deletes => "deletes",
            Self::Privileges => "privileges",
        }
    }
}

/// What a guard counts, split by what happens to each account. Each is counted once: delete before disable
/// before downgrade before forget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByKind {
    /// Accounts that are disabled and not deleted.
    pub disable: u64,
    /// Accounts that are deleted.
    pub delete: u64,
    /// Accounts that only lose a licence.
    pub downgrade: u64,
    /// Records that are dropped.
    pub forget: u64,
}

/// How far one guard of one connection is from tripping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardReport {
    /// The connection.
    pub connection: Text,
    /// What is counted.
    pub kind: GuardKind,
    /// How many are planned, those that the guard of privileges holds back among them.
    pub planned: u64,
    /// How many may be.
    pub limit: u64,
    /// Whether more are planned than may be: then an allowance is needed.
    pub tripped: bool,
    /// What happens to them; zeros for privileges.
    pub by_kind: ByKind,
}

impl Plan {
    /// How many of a kind are planned where its guards tripped: what an allowance must name.
    pub fn planned_past(&self, kind: GuardKind) -> u64 {
        self.guards.iter().filter(|g| g.kind == kind && g.tripped).map(|g| g.planned).sum()
    }

    /// Whether the steps that give or take a role wait for consent. Between two revisions nothing is applied.
    pub fn holds_privileges(&self) -> bool {
        self.basis.options.between.is_none()
            && self.refused_guards().iter().any(|guard| !guard.kind.stops())
    }

    /// The guards that refuse: tripped, and not allowed for exactly what is planned. That of privileges holds
    /// its own steps back; the others stop an apply.
    pub fn refused_guards(&self) -> Vec<&GuardReport> {
        GuardKind::ALL
            .into_iter()
            .filter(|kind| self.basis.options.allowed(*kind) != Some(self.planned_past(*kind)))
            .flat_map(|kind| self.guards.iter().filter(move |g| g.kind == kind && g.tripped))
            .collect()
    }
}

impl super::types::Options {
    /// How many of a kind are allowed past a guard that tripped.
    pub fn allowed(&self, kind: GuardKind) -> Option<u64> {
        match kind {
            GuardKind::Removals => self.allow_removals,
            GuardKind::Deletes => self.allow_deletes,
            GuardKind::Privileges => self.allow_privileges,
        }
    }

    /// The allowance of a kind, to be changed.
    pub fn allowance(&mut self, kind: GuardKind) -> &mut Option<u64> {
        match kind {
            GuardKind::Removals => &mut self.allow_removals,
            GuardKind::Deletes => &mut self.allow_deletes,
            GuardKind::Privileges => &mut self.allow_privileges,
        }
    }
}

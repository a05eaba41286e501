//! Who left and can still sign in: recorded accounts that should be off, where nothing in the plan switches
//! them off.

use std::fmt;

use super::draft::Draft;
use super::table::Want;
use super::types::Blocker;
use crate::model::{Action, Address, Text};
use crate::state::{Leaver as Recorded, Status};

/// A recorded account that should be off and is not, and that no step of the plan switches off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaver {
    /// Which account.
    pub address: Address,
    /// The live user name where there is one, else the recorded.
    pub user_name: Text,
    /// When an apply first recorded that the account should be off, as RFC 3339; `None` where none has yet.
    pub since: Option<Text>,
    /// Why it is still on.
    pub by: StillOn,
}

/// Why a leaver can still sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StillOn {
    /// The removal is blocked.
    Blocked(Blocker),
    /// The removal was tried and failed.
    Failed,
}

impl fmt::Display for StillOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked(by) => by.fmt(f),
            Self::Failed => f.write_str("failed"),
        }
    }
}

fn removes(action: Action) -> bool {
    matches!(action, Action::Disable | Action::Delete)
}

impl Draft<'_> {
    /// The open leaver that this account is, if it is one. What the connection's actions forbid is its policy,
    /// and whoever is paused has not left.
    pub(super) fn open_leaver(&self) -> Option<Leaver> {
        let known = self.subject.known;
        let is_ours = known.is_some() || self.run.contains(&Action::Adopt);
        let wanted_off = matches!(self.want, Want::Gone(_) | Want::Inactive);
        if !is_ours || !wanted_off {
            return None;
        }
        let leaver = |by| Leaver {
            address: self.address.clone(),
            user_name: self.user_name(),
            since: known.and_then(|known| known.leaver.as_ref()?.since.clone()),
            by: StillOn::Blocked(by),
        };
        if known.is_some_and(|known| known.status == Status::Unknown) {
            // Whoever stands there may be a stranger, and nobody may be there at all.
            let adopts = self.run.contains(&Action::Adopt);
            return (self.unproven && !adopts).then(|| leaver(Blocker::Unproven));
        }
        let blocked = self.blocked.iter().find(|blocked| removes(blocked.action))?;
        // What is not there can't sign in, unless it is invited, or nobody could tell.
        let unseen = known.is_some_and(|known| known.status == Status::Pending)
            || matches!(blocked.by, Blocker::Unproven | Blocker::Ambiguous(_));
        let can_sign_in = self.live.map_or(unseen, |live| live.active);
        (can_sign_in && !blocked.by.is_policy()).then(|| leaver(blocked.by.clone()))
    }

    /// What the record says of it from now on: that it is open, or was before and is to be removed now.
    pub(super) fn leaver(&self) -> Option<Recorded> {
        let known = self.subject.known.and_then(|known| known.leaver.clone());
        if self.open_leaver().is_some() {
            return Some(known.unwrap_or_default());
        }
        known.filter(|_| self.run.iter().any(|action| removes(*action)))
    }
}

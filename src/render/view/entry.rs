//! One account of a plan, and what several equal ones have in common.

use super::super::attributes::ValueChange;
use super::super::phrase::Phrase;
use super::super::{plain, words};
use crate::model::Action;
use crate::plan::{Blocked, Blocker, Change, Reason};

/// One account with everything that is said about it.
#[derive(Clone, Debug)]
pub(in super::super) struct Entry {
    /// What happens and why.
    pub what: What,
    /// Which account, and where it is asked for.
    pub who: Who,
    /// The values that change.
    pub values: Vec<ValueChange>,
    /// The address that its record had before.
    pub moved_from: Option<String>,
}

/// The steps of an account and why they are taken, or not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct What {
    /// The steps that will run.
    pub actions: Vec<Action>,
    /// What the steps are called; `no change` where there are none.
    pub steps: String,
    /// Why.
    pub why: Phrase,
    /// The rules that select the account, or that owned it.
    pub rules: Vec<String>,
    /// Steps that won't run: what they are called, by what, and the way out.
    pub blocked: Vec<BlockedStep>,
    /// The connection.
    pub connection: String,
    /// Whether the reason names the rules already, or there are none.
    pub names_its_rules: bool,
}

/// A step that won't run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct BlockedStep {
    /// What the step is called.
    pub step: &'static str,
    /// What blocks it, as JSON has it.
    pub by: String,
    /// What that means, and the way out.
    pub why: Phrase,
}

/// Which account, and where it is asked for.
#[derive(Clone, Debug)]
pub(in super::super) struct Who {
    /// `account.prod["ada"]`
    pub address: String,
    /// Its e-mail address.
    pub user_name: String,
    /// `people.csv:12`, where anything asks for it.
    pub place: Option<String>,
}

impl Entry {
    /// Everything about one account.
    pub(in super::super) fn of(change: &Change) -> Self {
        Self {
            what: What::of(change, Some(words::known_as(change))),
            who: Who::of(change),
            values: change.attributes.iter().map(|a| ValueChange::of(a, change)).collect(),
            moved_from: change
                .moved_from
                .as_ref()
                .map(|from| plain(&from.to_string()).into_owned()),
        }
    }
}

impl What {
    /// `who` stands in the ways out; without it they are said of several accounts.
    pub(super) fn of(change: &Change, who: Option<&str>) -> Self {
        let names: Vec<_> =
            change.actions.iter().map(|action| words::step(*action, change.reason)).collect();
        let blocked = |blocked: &Blocked| blocked_step(blocked, change, who);
        Self {
            actions: change.actions.clone(),
            steps: if names.is_empty() { "no change".to_owned() } else { names.join(", ") },
            why: words::reason(change),
            rules: change.rules.iter().map(|rule| plain(rule).into_owned()).collect(),
            blocked: change.blocked.iter().map(blocked).collect(),
            connection: plain(&change.address.connection).into_owned(),
            names_its_rules: change.rules.is_empty()
                || matches!(change.reason, Reason::LeftRules | Reason::RuleDeleted),
        }
    }
}

fn blocked_step(blocked: &Blocked, change: &Change, who: Option<&str>) -> BlockedStep {
    let of_address = blocked.by == Blocker::Refused && blocked.action == Action::Update;
    let address = of_address.then(|| words::address_refused(change, who.is_some())).flatten();
    BlockedStep {
        step: words::step(blocked.action, change.reason),
        by: plain(&blocked.by.to_string()).into_owned(),
        why: address.unwrap_or_else(|| words::blocked(&blocked.by, change.reason, who)),
    }
}

impl Who {
    pub(super) fn of(change: &Change) -> Self {
        let place =
            |source: &crate::desired::Origin| format!("{}:{}", plain(&source.file), source.line);
        Self {
            address: plain(&change.address.to_string()).into_owned(),
            user_name: plain(&change.user_name).into_owned(),
            place: change.source.as_ref().map(place),
        }
    }
}

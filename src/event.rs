//! What an apply reports while it runs.

use crate::model::{Action, Address, Attribute, Text};
use crate::port::Failure;

/// One thing that happened to one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The account.
    pub address: Address,
    /// Its user name.
    pub user_name: Text,
    /// The service's id, once there is one.
    pub id: Option<Text>,
    /// The step.
    pub action: Action,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The step begins.
    Start,
    /// The step is done and recorded.
    Done,
    /// The step failed.
    Failed(Trouble),
    /// The step was not begun, because something before it failed or the run stopped.
    Skipped,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The service's words.
    pub failure: Failure,
    /// The attribute that did not stick, if it was one.
    pub attribute: Option<Attribute>,
}

/// Hears what happens, in the order in which it happens for each account.
pub trait Listener: Send + Sync {
    /// Something happened.
    fn hear(&self, event: &Event);
}

/// How an apply ended.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Steps that are done, by action in the order of a plan.
    pub done: Vec<(Action, u64)>,
    /// Steps that failed, sorted by address.
    pub failed: Vec<Event>,
    /// Steps that were not begun.
    pub not_started: u64,
    /// Why the run stopped early, for each connection that it stopped at.
    pub stopped: Vec<(Text, Failure)>,
}

impl Outcome {
    /// Whether everything was done.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.not_started == 0 && self.stopped.is_empty()
    }

    /// How many steps are done, of all kinds.
    pub fn done_in_all(&self) -> u64 {
        self.done.iter().map(|(_, count)| count).sum()
    }

    /// How many steps of one kind are done.
    pub fn count(&self, action: Action) -> u64 {
        self.done.iter().filter(|(a, _)| *a == action).map(|(_, count)| count).sum()
    }

    /// Adds what happened at another connection.
    pub fn join(&mut self, other: Self) {
        for (action, count) in other.done {
            self.add(action, count);
        }
        self.failed.extend(other.failed);
        self.failed.sort_by(|a, b| a.address.cmp(&b.address));
        self.not_started += other.not_started;
        self.stopped.extend(other.stopped);
    }

    /// Counts steps that are done.
    pub fn add(&mut self, action: Action, count: u64) {
        if let Some((_, sum)) = self.done.iter_mut().find(|(a, _)| *a == action) {
            *sum += count;
        } else {
            self.done.push((action, count));
            self.done.sort();
        }
    }
}

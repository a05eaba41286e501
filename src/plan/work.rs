//! What an apply carries out: a plan's changes as writes and records, with nothing left to decide.

use crate::model::{Action, Address, Attribute, NewAccount, Text, Update};
use crate::state;

/// All the work of a plan.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// What the state learns before anything is sent: moves, owners, flags, ids.
    pub records: Vec<Effect>,
    /// What the state learns by the way. No work: nobody is told, and an apply that has nothing else to do writes
    /// it down all the same.
    pub quiet: Vec<Effect>,
    /// One for each account that has steps; sorted by address.
    pub tasks: Vec<Task>,
    /// Accounts without a record that Enroll had switched off, and somebody switched on again: by connection and
    /// id. What becomes of them later is no doing of Enroll's.
    pub on_again: Vec<(Text, Text)>,
    /// Records that go with accounts that are gone. They alone are no reason to write the state.
    pub stale: Vec<Address>,
}

impl Work {
    /// Tells a state what it learns by the way at `now`.
    pub fn tell(&self, state: &mut state::State, now: &Text) {
        for Effect { address, record } in &self.quiet {
            let mut record = record.clone();
            if let Some(record) = &mut record {
                record.stamp(now);
            }
            state.put(address, record);
        }
        self.forget_on_again(state);
    }

    /// Takes out of a state what is remembered of accounts that are on again.
    pub fn forget_on_again(&self, state: &mut state::State) {
        for (connection, id) in &self.on_again {
            if let Some(connection) = state.connections.get_mut(connection) {
                connection.switched_off.remove(id);
            }
        }
    }
}

/// What the state holds at an address from now on; `None` where the record goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The account.
    pub address: Address,
    /// Its record.
    pub record: Option<state::Account>,
}

/// The steps of one account, in the order of their phases.
#[derive(Clone, Debug)]
pub struct Task {
    /// The account.
    pub address: Address,
    /// Its user name now, or the one that it gets, for messages and look-ups.
    pub user_name: Text,
    /// The service's id, except where the account is to be created.
    pub id: Option<Text>,
    /// The record before the first step; `None` where there is none.
    pub base: Option<state::Account>,
    /// The account whose rename must have gone before its own rename or create, since it frees the address.
    pub after: Option<Address>,
    /// In order.
    pub steps: Vec<Step>,
}

/// One step of one account.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which one.
    pub action: Action,
    /// When it runs: the phases are barriers.
    pub phase: Phase,
    /// The writes.
    pub operation: Operation,
    /// The account's record once the step is done; `None` where the record goes. A create's lacks
    /// the id, which the answer gives.
    pub record: Option<state::Account>,
    /// Each value that a create or update sends, as the record remembers it where the service refuses them.
    pub sends: Vec<(Attribute, state::Refused)>,
}

/// When a step runs. Everything of one phase ends before the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Adopt and forget: the service is not touched.
    State,
    /// Disables and downgrades, which free seats.
    Free,
    /// Renames, by depth: an address must be free before the next account takes it.
    Rename(u32),
    /// Updates and enables.
    Update,
    /// Creates.
    Create,
    /// Deletes, each only if nothing of its own account failed before.
    Delete,
}

/// The writes of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Only the record.
    Record,
    /// Create the account.
    Create(NewAccount),
    /// Change attributes.
    Update(Update),
    /// Switch off.
    Disable,
    /// Switch on, then give back.
    Enable(Update),
    /// Delete.
    Delete,
}

impl Operation {
    /// How many requests it takes that change something.
    pub fn writes(&self) -> u64 {
        match self {
            Self::Record => 0,
            Self::Create(_) | Self::Update(_) | Self::Disable | Self::Delete => 1,
            Self::Enable(update) => 1 + u64::from(!update.is_empty()),
        }
    }
}

//! Brings a journal into a state that others may have written since it was begun: what this run did is never
//! lost, and what others did is never taken back.

use std::collections::BTreeMap;

use super::{JournalError, JsonBefore, JsonLine, beginning, parse, read_intent};
use crate::model::{Address, Fingerprint};
use crate::port::Intent;
use crate::state::{Account, State};

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Writes whose outcome neither knows.
    pub unknown: Vec<Intent>,
    /// Accounts that both changed in different ways: the state's record stays.
    pub conflicts: Vec<Address>,
    /// Whether the state learnt anything.
    pub changed: bool,
    /// Whether nothing of it was taken: the state knows of no such apply.
    pub stray: bool,
}

/// Whose a journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This run's own, which it wrote itself.
    Ours,
    /// One that was found. It counts only where the state knows of the apply: whoever can put a file there can't
    /// write to the store.
    Found,
}

/// The records that an account had by the journal, the one before it first. Without that one, it is not known.
#[derive(Default)]
struct Chain {
    known_base: bool,
    records: Vec<Option<Account>>,
}

/// Merges a journal into `state`, which holds `intents`. An account's record follows the journal where the state
/// has it as the journal ever knew it; where somebody else changed it since, theirs stays.
pub fn merge(
    state: &mut State,
    intents: Vec<Intent>,
    journal: &str,
    whose: Whose,
) -> Result<Merged, JournalError> {
    let ends = |text: &&str| text.ends_with('\n');
    let mut lines = journal.split_inclusive('\n').filter(ends).enumerate().peekable();
    // One in which nothing happened says nothing, not even which state there is.
    let (Some((_, first)), Some(_)) = (lines.next(), lines.peek()) else {
        return Ok(Merged { unknown: intents, ..Merged::default() });
    };
    let begin = beginning(first)?;
    if !state.lineage.is_empty() && state.lineage != begin.lineage {
        return Err(JournalError::OtherLineage);
    }
    if state.serial < begin.serial {
        return Err(JournalError::OtherSerial { journal: begin.serial, state: state.serial });
    }
    let known = begin.run.as_ref().is_some_and(|run| state.runs.contains(run));
    if whose == Whose::Found && !known {
        return Ok(Merged { unknown: intents, stray: true, ..Merged::default() });
    }
    let mut chains: BTreeMap<Address, Chain> = BTreeMap::new();
    let mut open: BTreeMap<Address, Intent> = BTreeMap::new();
    for (at, text) in lines {
        let damaged = |why| JournalError::Damaged { line: at + 1, why };
        match parse(at, text)? {
            JsonLine::Done(done) => {
                let address = Address::new(done.connection, done.key);
                let record = done.record.map(Account::try_from).transpose().map_err(damaged)?;
                open.remove(&address);
                chain(&mut chains, &address, done.before).map_err(damaged)?.records.push(record);
            }
            JsonLine::Intent(mut intent) => {
                let before = intent.before.take();
                let intent = read_intent(*intent).map_err(damaged)?;
                chain(&mut chains, &intent.address, before).map_err(damaged)?;
                open.insert(intent.address.clone(), intent);
            }
            JsonLine::Begin(_) | JsonLine::Failed(_) => {}
        }
    }
    let mut merged = Merged::default();
    // Of what this run touched, the journal knows more than what it announced.
    merged.unknown.extend(intents.into_iter().filter(|i| !chains.contains_key(&i.address)));
    merged.unknown.extend(open.into_values());
    if state.lineage.is_empty() {
        state.lineage = begin.lineage;
        merged.changed = true;
    }
    for (name, fingerprint) in begin.fingerprints {
        let connection = state.connections.entry(name).or_default();
        connection.fingerprint.get_or_insert(Fingerprint(fingerprint));
    }
    for (address, chain) in chains {
        merged.settle(state, address, chain);
    }
    state.end_run(begin.run.as_deref().unwrap_or_default());
    Ok(merged)
}

impl Merged {
    fn settle(&mut self, state: &mut State, address: Address, chain: Chain) {
        let Chain { known_base, mut records } = chain;
        if records.len() <= usize::from(known_base) {
            return;
        }
        let theirs = state.account(&address);
        let is_ours = !known_base || records.iter().any(|ours| same(ours.as_ref(), theirs));
        let Some(last) = records.pop() else { return };
        if !is_ours {
            self.conflicts.push(address);
        } else if last.as_ref() != theirs {
            state.put(&address, last);
            self.changed = true;
        }
    }
}

fn chain<'a>(
    chains: &'a mut BTreeMap<Address, Chain>,
    address: &Address,
    before: Option<JsonBefore>,
) -> Result<&'a mut Chain, String> {
    if !chains.contains_key(address) {
        let mut begun = Chain::default();
        if let Some(before) = before {
            begun.known_base = true;
            begun.records.push(before.record.map(Account::try_from).transpose()?);
        }
        chains.insert(address.clone(), begun);
    }
    chains.get_mut(address).ok_or_else(|| "it is about nobody".to_owned())
}

/// Whether two records say the same of an account: when it was written or seen is no part of that.
fn same(one: Option<&Account>, other: Option<&Account>) -> bool {
    let bare = |account: &Account| {
        let mut account = account.clone();
        account.version = None;
        account.updated = None;
        if let Some(left) = &mut account.left {
            left.at = None;
        }
        account
    };
    match (one, other) {
        (Some(one), Some(other)) => one == other || bare(one) == bare(other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;

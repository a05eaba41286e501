//! The records of a connection under the keys that its `moved` blocks give them.

use std::collections::BTreeMap;

use super::held::Holding;
use crate::desired::DesiredConnection;
use crate::diagnostic::Diagnostic;
use crate::model::{Address, Text};
use crate::state::{Account as Known, Connection as KnownAccounts, Status};

/// A record, and the key that the state has it under where that is another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub known: &'a Known,
    pub moved_from: Option<&'a Text>,
}

/// Records with the key that they go by from now on, sorted by it, each key once.
pub(super) type Records<'a> = Vec<(&'a Text, Entry<'a>)>;

/// Moves every record that a block names. What [`refused`] reports stays where it is.
pub(super) fn records<'a>(desired: &'a DesiredConnection, known: &'a KnownAccounts) -> Records<'a> {
    let unmoved =
        known.accounts.iter().map(|(key, known)| (key, Entry { known, moved_from: None }));
    if desired.moved.is_empty() {
        return unmoved.collect();
    }
    let mut records: BTreeMap<&Text, Entry<'_>> = unmoved.collect();
    for (from, record) in movable(desired, known) {
        let Some(moved) = desired.moved.get(from) else { continue };
        if records.get(&moved.to).is_none_or(|there| there.known.owns_nothing()) {
            records.remove(from);
            records.insert(&moved.to, Entry { known: record, moved_from: Some(from) });
        }
    }
    records.into_iter().collect()
}

/// The records that a block names. What a paused rule holds never moves to another key, and a refused
/// create is nobody's record.
fn movable<'a>(
    desired: &'a DesiredConnection,
    known: &'a KnownAccounts,
) -> impl Iterator<Item = (&'a Text, &'a Known)> {
    let holding = Holding::of(desired);
    desired
        .moved
        .keys()
        .filter_map(|from| known.accounts.get_key_value(from))
        .filter(|(_, record)| !record.owns_nothing() && !is_paused(desired, record))
        .filter(move |(key, record)| !holding.holds(key, record, None))
}

/// Whether a paused rule holds the account of a record still.
pub(super) fn is_paused(desired: &DesiredConnection, record: &Known) -> bool {
    let paused = |rule| desired.rules.get(rule).is_some_and(|rule| rule.paused);
    record.status != Status::Deprovisioned && record.rules.iter().any(paused)
}

/// Two records can't go by one key.
pub(super) fn refused(desired: &DesiredConnection, known: &KnownAccounts) -> Vec<Diagnostic> {
    let name = &desired.settings.name;
    let mut found = Vec::new();
    let mut there: BTreeMap<&Text, &Text> = BTreeMap::new();
    for (from, _) in movable(desired, known) {
        let Some(moved) = desired.moved.get(from) else { continue };
        let at_end = known.accounts.get_key_value(&moved.to).filter(|(_, r)| !r.owns_nothing());
        let other = at_end.map(|(key, _)| key).or_else(|| there.get(&moved.to).copied());
        if let Some(other) = other {
            let (from, to) = (
                Address::new(name.clone(), from.clone()),
                Address::new(name.clone(), moved.to.clone()),
            );
            let other = Address::new(name.clone(), other.clone());
            found.push(
                Diagnostic::error(format!("{from} can't move to {to}: the state has an account there"))
                    .at(moved.place.clone())
                    .detail(format!("{from} and {other} are two accounts, and would go by one address"))
                    .help(format!(
                        "if they are the same person, drop the record that is wrong: `enroll state rm '{other}'`"
                    ))
                    .help("otherwise drop the block"),
            );
        } else {
            there.insert(&moved.to, from);
        }
    }
    found
}

//! A key is the same in every Unicode normalization form, and a record keeps the form that it has.

use std::collections::BTreeMap;

use crate::desired::Desired;
use crate::model::{Text, is_nfc, nfc_text};
use crate::state::State;

/// Gives each key that is asked for, moved or removed the form that the state has it in, so that from here on equal
/// keys are equal texts. A configuration has its keys in form C.
pub fn align(desired: &mut Desired, state: &State) {
    for (name, connection) in &mut desired.connections {
        let Some(known) = state.connections.get(name) else { continue };
        let other: BTreeMap<Text, &Text> = known
            .accounts
            .keys()
            .filter(|key| !is_nfc(key))
            .map(|key| (nfc_text(key.clone()), key))
            .filter(|(composed, _)| !known.accounts.contains_key(composed))
            .collect();
        if other.is_empty() {
            continue;
        }
        let form = |key: &mut Text| {
            if let Some(recorded) = other.get(key) {
                *key = (*recorded).clone();
            }
        };
        for account in &mut connection.accounts {
            form(&mut account.key);
        }
        connection.accounts.sort_by(|a, b| a.key.cmp(&b.key));
        for held in &mut connection.held {
            form(&mut held.key);
        }
        let moved = std::mem::take(&mut connection.moved);
        connection.moved.extend(moved.into_iter().map(|(mut from, mut moved)| {
            form(&mut from);
            form(&mut moved.to);
            (from, moved)
        }));
        let removed = std::mem::take(&mut connection.removed);
        connection.removed.extend(removed.into_iter().map(|(mut key, removed)| {
            form(&mut key);
            (key, removed)
        }));
    }
}

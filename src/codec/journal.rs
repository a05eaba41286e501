//! The journal of an apply: what is about to be tried, and what is done, one JSON object a line.
//!
//! The first line names the lineage and serial of the state that the journal extends. Each later line
//! is an intent, or an account's record as it stands from then on. A last line that was cut off is
//! what a crash leaves; anything else that does not parse is damage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record::JsonRecord;
use crate::model::{Action, Address, Fingerprint, Text};
use crate::port::Intent;
use crate::state::{Account, State};

const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum JsonLine {
    Begin(JsonBegin),
    Intent(Box<JsonIntent>),
    Done(Box<JsonDone>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonBegin {
    format_version: String,
    lineage: Text,
    serial: u64,
    fingerprints: BTreeMap<Text, Text>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonIntent {
    connection: Text,
    key: Text,
    action: Text,
    id: Option<Text>,
    user_name: Text,
    record: Option<JsonRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonDone {
    connection: Text,
    key: Text,
    record: Option<JsonRecord>,
}

/// What is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// A line before the last does not parse.
    #[error("line {line} is damaged: {why}")]
    Damaged {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// It extends a state other than the one beside it.
    #[error("it extends serial {journal} of a state, but the state beside it is at serial {state}")]
    OtherSerial {
        /// The serial that the journal extends.
        journal: u64,
        /// The serial of the state.
        state: u64,
    },
    /// It extends another state altogether.
    #[error("it extends another state: their lineages differ")]
    OtherLineage,
}

/// The first line: what the journal extends. `state` already has its lineage and fingerprints.
pub fn begin(state: &State) -> String {
    let fingerprints = state
        .connections
        .iter()
        .filter_map(|(name, known)| Some((name.clone(), known.fingerprint.as_ref()?.0.clone())))
        .collect();
    line(&JsonLine::Begin(JsonBegin {
        format_version: FORMAT_VERSION.to_owned(),
        lineage: state.lineage.clone(),
        serial: state.serial,
        fingerprints,
    }))
}

/// An intent as a line.
pub fn intent(intent: &Intent) -> String {
    line(&JsonLine::Intent(Box::new(JsonIntent {
        connection: intent.address.connection.clone(),
        key: intent.address.key.clone(),
        action: intent.action.word().into(),
        id: intent.id.clone(),
        user_name: intent.user_name.clone(),
        record: intent.record.as_ref().map(JsonRecord::from),
    })))
}

/// A finished operation as a line: the record from now on, or `null` where it goes.
pub fn done(address: &Address, record: Option<&Account>) -> String {
    line(&JsonLine::Done(Box::new(JsonDone {
        connection: address.connection.clone(),
        key: address.key.clone(),
        record: record.map(JsonRecord::from),
    })))
}

fn line(value: &JsonLine) -> String {
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}

/// Folds a journal into the state that it extends, and returns the writes whose outcome it does not
/// know: an intent without a result. A journal that an apply has folded already, but had no time to
/// remove, changes nothing.
pub fn fold(state: &mut State, journal: &str) -> Result<Vec<Intent>, JournalError> {
    let mut open: BTreeMap<Address, Intent> = BTreeMap::new();
    let mut lines = journal.split_inclusive('\n').enumerate();
    let whole = |text: &str| text.ends_with('\n');
    let Some((_, first)) = lines.next().filter(|(_, first)| whole(first)) else {
        return Ok(Vec::new());
    };
    let begin = match parse(0, first)? {
        JsonLine::Begin(begin) => begin,
        JsonLine::Intent(_) | JsonLine::Done(_) => {
            return Err(JournalError::Damaged { line: 1, why: "it has no beginning".to_owned() });
        }
    };
    if !state.lineage.is_empty() && state.lineage != begin.lineage {
        return Err(JournalError::OtherLineage);
    }
    if state.serial == begin.serial + 1 {
        return Ok(Vec::new());
    }
    if state.serial != begin.serial {
        return Err(JournalError::OtherSerial { journal: begin.serial, state: state.serial });
    }
    for (at, text) in lines.filter(|(_, text)| whole(text)) {
        match parse(at, text)? {
            JsonLine::Done(done) => {
                let damaged = |why| JournalError::Damaged { line: at + 1, why };
                let record = done.record.map(Account::try_from).transpose().map_err(damaged)?;
                let address = Address::new(done.connection, done.key);
                open.remove(&address);
                state.put(&address, record);
            }
            JsonLine::Intent(intent) => {
                let damaged = |why| JournalError::Damaged { line: at + 1, why };
                let intent = read_intent(*intent).map_err(damaged)?;
                open.insert(intent.address.clone(), intent);
            }
            JsonLine::Begin(_) => {}
        }
    }
    state.lineage = begin.lineage;
    for (name, fingerprint) in begin.fingerprints {
        let connection = state.connections.entry(name).or_default();
        connection.fingerprint = Some(Fingerprint(fingerprint));
    }
    Ok(open.into_values().collect())
}

fn read_intent(intent: JsonIntent) -> Result<Intent, String> {
    let action = Action::ALL.into_iter().find(|action| action.word() == intent.action);
    Ok(Intent {
        address: Address::new(intent.connection, intent.key),
        action: action.ok_or_else(|| format!("`{}` is no action", intent.action))?,
        id: intent.id,
        user_name: intent.user_name,
        record: intent.record.map(Account::try_from).transpose()?,
    })
}

fn parse(at: usize, text: &str) -> Result<JsonLine, JournalError> {
    serde_json::from_str(text)
        .map_err(|error| JournalError::Damaged { line: at + 1, why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::{JournalError, begin, done, fold, intent};
    use crate::model::{Action, Address};
    use crate::plan::tests::world::World;
    use crate::port::Intent;
    use crate::state::{State, Status};

    fn journal() -> (State, String, State) {
        let mut world = World::new();
        let ada = world.have("ada", Status::Active).clone();
        let before = world.state.clone();
        let bob = world.have("bob", Status::Active).clone();
        world.state.put(&Address::new("prod", "ada"), None);
        let intent = intent(&Intent {
            address: Address::new("prod", "bob"),
            action: Action::Create,
            id: None,
            user_name: "bob@example.com".into(),
            record: Some(bob.clone()),
        });
        assert_eq!(before.account(&Address::new("prod", "ada")), Some(&ada));
        let text = begin(&before)
            + &intent
            + &done(&Address::new("prod", "bob"), Some(&bob))
            + &done(&Address::new("prod", "ada"), None);
        (before, text, world.state)
    }

    #[test]
    fn a_journal_folds_into_the_state_that_it_extends() {
        let (mut state, text, expected) = journal();
        assert_eq!(fold(&mut state, &text), Ok(vec![]));
        assert_eq!(state, expected);
    }

    #[test]
    fn a_journal_cut_anywhere_forgets_no_finished_operation() {
        let (before, text, _) = journal();
        let bob = Address::new("prod", "bob");
        let finished = text.match_indices('\n').nth(2).unwrap().0 + 1;
        let begun = text.match_indices('\n').nth(1).unwrap().0 + 1;
        for length in 0..=text.len() {
            let mut state = before.clone();
            let open = fold(&mut state, &text[..length]).unwrap();
            assert_eq!(state.account(&bob).is_some(), length >= finished, "{length}");
            assert_eq!(open.len(), usize::from((begun..finished).contains(&length)), "{length}");
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let (before, text, _) = journal();
        let mut other = State { lineage: "other".into(), ..before.clone() };
        assert_eq!(fold(&mut other, &text), Err(JournalError::OtherLineage));
        let mut later = State { serial: before.serial + 2, ..before.clone() };
        assert!(matches!(fold(&mut later, &text), Err(JournalError::OtherSerial { .. })));
        let mut folded = State { serial: before.serial + 1, ..before.clone() };
        assert_eq!(fold(&mut folded, &text), Ok(vec![]));
        assert!(folded.account(&Address::new("prod", "bob")).is_none());
        let mut damaged = before.clone();
        let text = text.replacen("\"intent\"", "\"wish\"", 1);
        assert!(matches!(fold(&mut damaged, &text), Err(JournalError::Damaged { line: 2, .. })));
    }
}

//! The journal of an apply: what is about to be tried, and what became of it, one JSON object a line.
//!
//! The first line names the lineage and serial of the state that the journal extends. Each later line
//! is an intent, an account's record as it stands from then on, or a step that failed and changed no
//! record. A last line that was cut off is what a crash leaves; anything else that does not parse is
//! damage.
//!
//! The first line about a step holds what was before it: the record, and what a plan saw of the live
//! account. Folding needs none of that; a journal is kept with it, so that an apply can be undone later.

mod merge;

use std::collections::{BTreeMap, BTreeSet};

pub use merge::{Merged, Whose, merge};

use serde::{Deserialize, Serialize};

use super::error::JsonError;
use super::intent::JsonOpen;
use super::json::line;
use super::record::JsonRecord;
use super::value::JsonValue;
use super::version::is_newer;
use crate::model::{Action, Address, Fingerprint, Text};
use crate::port::{Before, Finished, Intent};
use crate::state::{Account, State};

/// The format that is written. 1.0 had neither what was before nor what failed; it is read as well.
const FORMAT_VERSION: &str = "1.1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum JsonLine {
    Begin(JsonBegin),
    Intent(Box<JsonIntent>),
    Done(Box<JsonDone>),
    Failed(Box<JsonFailed>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonBegin {
    format_version: String,
    lineage: Text,
    serial: u64,
    fingerprints: BTreeMap<Text, Text>,
    /// Which apply it is of. Absent where an older Enroll wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Text>,
}

/// The version alone, which every format has.
#[derive(Deserialize)]
struct Head {
    begin: HeadBegin,
}

#[derive(Deserialize)]
struct HeadBegin {
    format_version: String,
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
    before: Option<JsonBefore>,
    at: Option<Text>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonDone {
    connection: Text,
    key: Text,
    record: Option<JsonRecord>,
    /// Absent where the state alone learns something.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<JsonStep>,
    /// Absent where an intent has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<JsonBefore>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonFailed {
    connection: Text,
    key: Text,
    step: JsonStep,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonStep {
    action: Text,
    id: Option<Text>,
    user_name: Text,
    result: Text,
    error: Option<JsonError>,
    tracking_id: Option<Text>,
    at: Text,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonBefore {
    record: Option<JsonRecord>,
    live: Option<JsonLive>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonLive {
    user_name: Text,
    active: bool,
    values: BTreeMap<Text, Option<JsonValue>>,
}

/// What was before a step, for who undoes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Was<'a> {
    /// The record.
    pub record: Option<&'a Account>,
    /// What a plan saw of the live account.
    pub live: Option<&'a Before>,
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
    /// Written by a newer Enroll.
    #[error("its format {0} is newer than {FORMAT_VERSION}, which this Enroll knows")]
    Newer(String),
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

/// The first line: what the journal extends, and which apply it is of. `state` already has its lineage and
/// fingerprints.
pub fn begin(state: &State, run: &Text) -> String {
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
        run: Some(run.clone()),
    }))
}

/// An intent as a line: what is about to be tried, when, and what was before it.
pub fn intent(intent: &Intent, at: &Text, was: Was<'_>) -> String {
    line(&JsonLine::Intent(Box::new(JsonIntent {
        connection: intent.address.connection.clone(),
        key: intent.address.key.clone(),
        action: intent.action.word().into(),
        id: intent.id.clone(),
        user_name: intent.user_name.clone(),
        record: intent.record.as_ref().map(JsonRecord::from),
        before: Some(was.into()),
        at: Some(at.clone()),
    })))
}

/// The record from now on as a line, or `null` where it goes; with the step that made it so, and what was
/// before where no intent said it.
pub fn done(
    address: &Address,
    record: Option<&Account>,
    step: Option<&Finished<'_>>,
    was: Option<Was<'_>>,
) -> String {
    line(&JsonLine::Done(Box::new(JsonDone {
        connection: address.connection.clone(),
        key: address.key.clone(),
        record: record.map(JsonRecord::from),
        step: step.map(JsonStep::from),
        before: was.map(JsonBefore::from),
    })))
}

/// A step that failed without a change of the record, as a line.
pub fn failed(step: &Finished<'_>) -> String {
    line(&JsonLine::Failed(Box::new(JsonFailed {
        connection: step.address.connection.clone(),
        key: step.address.key.clone(),
        step: step.into(),
    })))
}

impl From<&Finished<'_>> for JsonStep {
    fn from(step: &Finished<'_>) -> Self {
        Self {
            action: step.action.word().into(),
            id: step.id.cloned(),
            user_name: step.user_name.clone(),
            result: if step.failure.is_some() { "failed" } else { "done" }.into(),
            error: step.failure.map(|(failure, attribute)| JsonError::of(failure, attribute)),
            tracking_id: step.tracking_id.map(Text::from),
            at: step.at.clone(),
        }
    }
}

impl From<Was<'_>> for JsonBefore {
    fn from(was: Was<'_>) -> Self {
        Self {
            record: was.record.map(JsonRecord::from),
            live: was.live.map(|live| JsonLive {
                user_name: live.user_name.clone(),
                active: live.active,
                values: live
                    .values
                    .iter()
                    .map(|(attribute, value)| {
                        (attribute.name().into(), value.as_ref().map(JsonValue::from))
                    })
                    .collect(),
            }),
        }
    }
}

/// The serial that the state has once a journal is folded into it, by the journal's first line. `None`
/// where a crash cut that off.
pub fn makes_serial(first: &str) -> Result<Option<u64>, JournalError> {
    if !first.ends_with('\n') {
        return Ok(None);
    }
    Ok(Some(beginning(first)?.serial.saturating_add(1)))
}

fn beginning(first: &str) -> Result<JsonBegin, JournalError> {
    if let Ok(Head { begin: HeadBegin { format_version } }) = serde_json::from_str(first)
        && is_newer(&format_version, FORMAT_VERSION)
    {
        return Err(JournalError::Newer(format_version));
    }
    match parse(0, first)? {
        JsonLine::Begin(begin) => Ok(begin),
        JsonLine::Intent(_) | JsonLine::Done(_) | JsonLine::Failed(_) => {
            Err(JournalError::Damaged { line: 1, why: "it has no beginning".to_owned() })
        }
    }
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
    let begin = beginning(first)?;
    if !state.lineage.is_empty() && state.lineage != begin.lineage {
        return Err(JournalError::OtherLineage);
    }
    if state.serial == begin.serial.saturating_add(1) {
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
                let deletes = |step: &JsonStep| *step.action == *Action::Delete.word();
                match record {
                    None if done.step.as_ref().is_some_and(deletes) => state.gone(&address),
                    record => state.put(&address, record),
                }
            }
            JsonLine::Intent(intent) => {
                let damaged = |why| JournalError::Damaged { line: at + 1, why };
                let intent = read_intent(*intent).map_err(damaged)?;
                open.insert(intent.address.clone(), intent);
            }
            // What came of it may be unknown all the same: its intent stays open.
            JsonLine::Begin(_) | JsonLine::Failed(_) => {}
        }
    }
    state.lineage = begin.lineage;
    for (name, fingerprint) in begin.fingerprints {
        let connection = state.connections.entry(name).or_default();
        connection.fingerprint = Some(Fingerprint(fingerprint));
    }
    Ok(open.into_values().collect())
}

/// What a journal holds, for who is told that it is taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Which apply it is of.
    pub run: Option<Text>,
    /// When something was first tried, where it says so.
    pub at: Option<Text>,
    /// Operations, each with its end.
    pub operations: u64,
    /// Records that changed without one.
    pub records: u64,
    /// Operations of which nobody knows what came.
    pub unknown: u64,
}

/// Counts what a journal holds.
pub fn contents(journal: &str) -> Result<Contents, JournalError> {
    let mut found = Contents::default();
    let mut open: BTreeSet<Address> = BTreeSet::new();
    let whole = |text: &&str| text.ends_with('\n');
    for (at, text) in journal.split_inclusive('\n').filter(whole).enumerate() {
        match parse(at, text)? {
            JsonLine::Begin(begin) => found.run = begin.run,
            JsonLine::Intent(intent) => {
                let said = intent.at.filter(|at| !at.is_empty());
                found.at = found.at.take().or(said);
                open.insert(Address::new(intent.connection, intent.key));
            }
            JsonLine::Done(done) => {
                open.remove(&Address::new(done.connection, done.key));
                if done.step.is_some() {
                    found.operations += 1;
                } else {
                    found.records += 1;
                }
            }
            JsonLine::Failed(_) => found.operations += 1,
        }
    }
    found.unknown = open.len() as u64;
    Ok(found)
}

fn read_intent(intent: JsonIntent) -> Result<Intent, String> {
    // What was before, and when, is for who undoes it.
    let JsonIntent { connection, key, action, id, user_name, record, before: _, at: _ } = intent;
    JsonOpen { connection, key, action, id, user_name, record }.try_into()
}

fn parse(at: usize, text: &str) -> Result<JsonLine, JournalError> {
    serde_json::from_str(text)
        .map_err(|error| JournalError::Damaged { line: at + 1, why: error.to_string() })
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;

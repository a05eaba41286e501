//! The state's file: `enroll.state.json`, format 1.0; 1.1 while an apply runs on a shared one.
//!
//! One account a line, keys sorted, the same bytes for the same state, so that a state kept in git
//! diffs line by line. The checksum is the SHA-256 of the file's own bytes with the checksum's 64
//! hexadecimal digits replaced by zeros: changing any byte of the file changes it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::intent::JsonOpen;
use super::record::JsonRecord;
use super::seal::{BLANK, holds, seal};
use super::version::{Upgrade, is_newer, upgrade};
use crate::model::{Fingerprint, Text};
use crate::port::Intent;
use crate::state::{Account, Connection, State};

/// The format that is written. A reader refuses a newer one: what it does not know it would lose.
const FORMAT_VERSION: &str = "1.0";

/// The format of a state that holds what an apply is about to try. Who does not know that would take an account
/// that was created meanwhile for a stranger.
const WITH_INTENTS: &str = "1.1";

/// How a state of an older format becomes one of this one when it is read. 1.0 is the first format. Who
/// changes the format adds the step from the one before here, and a state of that one to the tests.
const UPGRADES: &[Upgrade] = &[];

/// What is wrong with a state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// Not what a state looks like.
    #[error("it is not a state: {0}")]
    Malformed(String),
    /// No checksum.
    #[error("it has no checksum")]
    NoChecksum,
    /// Somebody or something changed it.
    #[error("its checksum does not match: it was changed or damaged since Enroll wrote it")]
    WrongChecksum,
    /// Of a format that no Enroll ever wrote.
    #[error("no Enroll ever wrote its format {0}")]
    Unknown(String),
    /// Written by a newer Enroll.
    #[error("its format {0} is newer than {WITH_INTENTS}, which this Enroll knows")]
    Newer(String),
}

#[derive(Deserialize)]
struct Head {
    format_version: Option<String>,
    checksum: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonState {
    #[serde(rename = "format_version")]
    _format_version: String,
    lineage: Text,
    serial: u64,
    #[serde(rename = "checksum")]
    _checksum: String,
    connections: BTreeMap<Text, JsonConnection>,
    #[serde(default)]
    intents: Vec<JsonOpen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonConnection {
    fingerprint: Option<Text>,
    accounts: BTreeMap<Text, JsonRecord>,
}

/// Writes a state.
pub fn write(state: &State) -> Vec<u8> {
    write_with(state, &[])
}

/// Writes a state with what is about to be tried, or was tried without anybody knowing what came of it.
pub fn write_with(state: &State, intents: &[Intent]) -> Vec<u8> {
    let version = if intents.is_empty() { FORMAT_VERSION } else { WITH_INTENTS };
    let mut out = String::new();
    out.push_str("{\n  \"format_version\": ");
    out.push_str(&json(&version));
    out.push_str(",\n  \"lineage\": ");
    out.push_str(&json(&state.lineage));
    out.push_str(",\n  \"serial\": ");
    out.push_str(&json(&state.serial));
    out.push_str(",\n  ");
    out.push_str("\"checksum\": \"");
    out.push_str(BLANK);
    out.push_str("\",\n  \"connections\": {");
    separated(&mut out, &state.connections, |out, name, connection| {
        out.push_str("\n    ");
        out.push_str(&json(name));
        out.push_str(": {\n      \"fingerprint\": ");
        out.push_str(&json(&connection.fingerprint.as_ref().map(|f| &f.0)));
        out.push_str(",\n      \"accounts\": {");
        separated(out, &connection.accounts, |out, key, account| {
            out.push_str("\n        ");
            out.push_str(&json(key));
            out.push_str(": ");
            out.push_str(&json(&JsonRecord::from(account)));
        });
        out.push_str("\n      }\n    }");
    });
    out.push_str("\n  }");
    for (at, intent) in intents.iter().enumerate() {
        out.push_str(if at == 0 { ",\n  \"intents\": [\n    " } else { ",\n    " });
        out.push_str(&json(&JsonOpen::from(intent)));
    }
    out.push_str(if intents.is_empty() { "\n}\n" } else { "\n  ]\n}\n" });
    seal(out).into_bytes()
}

fn separated<V>(
    out: &mut String,
    entries: &BTreeMap<Text, V>,
    write: impl Fn(&mut String, &Text, &V),
) {
    for (at, (key, value)) in entries.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, key, value);
    }
}

/// JSON of a value of ours. These have text keys and no floats, so this can't fail.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a state alone, or says what is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<State, StateError> {
    read_with(bytes).map(|(state, _)| state)
}

/// Reads a state and the writes of unknown outcome in it, or says what is wrong with the file.
pub fn read_with(bytes: &[u8]) -> Result<(State, Vec<Intent>), StateError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| StateError::Malformed("it is not UTF-8 text".to_owned()))?;
    if text.trim().is_empty() {
        return Err(StateError::Empty);
    }
    let malformed = |error: serde_json::Error| StateError::Malformed(error.to_string());
    let head: Head = serde_json::from_str(text).map_err(malformed)?;
    let version = head
        .format_version
        .ok_or_else(|| StateError::Malformed("it has no format_version".to_owned()))?;
    if is_newer(&version, WITH_INTENTS) {
        return Err(StateError::Newer(version));
    }
    let checksum = head.checksum.filter(|c| !c.is_empty()).ok_or(StateError::NoChecksum)?;
    if !holds(text, &checksum) {
        return Err(StateError::WrongChecksum);
    }
    let state: JsonState = if [FORMAT_VERSION, WITH_INTENTS].contains(&version.as_str()) {
        serde_json::from_str(text).map_err(malformed)?
    } else {
        let older = serde_json::from_str(text).map_err(malformed)?;
        let document = upgrade(older, &version, FORMAT_VERSION, UPGRADES)
            .ok_or(StateError::Unknown(version))?;
        serde_json::from_value(document).map_err(malformed)?
    };
    let mut connections = BTreeMap::new();
    for (name, connection) in state.connections {
        let mut accounts = BTreeMap::new();
        for (key, record) in connection.accounts {
            let account = Account::try_from(record).map_err(|why| {
                StateError::Malformed(format!("account.{name}[\"{key}\"]: {why}"))
            })?;
            accounts.insert(key, account);
        }
        let fingerprint = connection.fingerprint.map(Fingerprint);
        connections.insert(name, Connection { fingerprint, accounts });
    }
    let intents = state.intents.into_iter().map(Intent::try_from).collect::<Result<_, _>>();
    let intents = intents
        .map_err(|why: String| StateError::Malformed(format!("an entry of `intents`: {why}")))?;
    Ok((State { lineage: state.lineage, serial: state.serial, connections }, intents))
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;

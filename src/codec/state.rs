//! The state's file: `enroll.state.json`, format 1.0; 1.1 while an apply runs on a shared one, or has not ended there.
//!
//! One account a line, keys sorted, the same bytes for the same state, so that a state kept in git
//! diffs line by line. The checksum is the SHA-256 of the file's own bytes with the checksum's 64
//! hexadecimal digits replaced by zeros: changing any byte of the file changes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::intent::JsonOpen;
use super::json;
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
    format_version: Text,
    lineage: Text,
    serial: u64,
    checksum: String,
    connections: BTreeMap<Text, JsonConnection>,
    #[serde(default)]
    runs: Vec<Text>,
    #[serde(default)]
    intents: Vec<JsonOpen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonConnection {
    fingerprint: Option<Text>,
    #[serde(default)]
    switched_off: BTreeSet<Text>,
    accounts: JsonAccounts,
}

/// Accounts by key, each made at once from its record: there may be very many.
struct JsonAccounts(BTreeMap<Text, Account>);

impl<'de> Deserialize<'de> for JsonAccounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AccountsVisitor)
    }
}

struct AccountsVisitor;

impl<'de> Visitor<'de> for AccountsVisitor {
    type Value = JsonAccounts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of records by key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonAccounts, A::Error> {
        let mut accounts = Vec::new();
        while let Some((key, record)) = map.next_entry::<Text, JsonRecord>()? {
            let account = Account::try_from(record)
                .map_err(|why| A::Error::custom(format!("account `{key}`: {why}")))?;
            accounts.push((key, account));
        }
        // Sorted as they are written, so that the tree is built in one go.
        Ok(JsonAccounts(accounts.into_iter().collect()))
    }
}

/// Writes a state.
pub fn write(state: &State) -> Vec<u8> {
    write_with(state, &[])
}

/// Writes a state with what is about to be tried, or was tried without anybody knowing what came of it.
pub fn write_with(state: &State, intents: &[Intent]) -> Vec<u8> {
    let plain = intents.is_empty() && state.runs.is_empty();
    let version = if plain { FORMAT_VERSION } else { WITH_INTENTS };
    let mut out = Vec::new();
    out.extend_from_slice(b"{\n  \"format_version\": ");
    json::to(&mut out, &version);
    out.extend_from_slice(b",\n  \"lineage\": ");
    json::to(&mut out, &state.lineage);
    out.extend_from_slice(b",\n  \"serial\": ");
    json::to(&mut out, &state.serial);
    out.extend_from_slice(b",\n  \"checksum\": ");
    json::to(&mut out, &BLANK);
    out.extend_from_slice(b",\n  \"connections\": {");
    separated(&mut out, &state.connections, |out, name, connection| {
        out.extend_from_slice(b"\n    ");
        json::to(out, name);
        out.extend_from_slice(b": {\n      \"fingerprint\": ");
        json::to(out, &connection.fingerprint.as_ref().map(|f| &f.0));
        if !connection.switched_off.is_empty() {
            out.extend_from_slice(b",\n      \"switched_off\": ");
            json::to(out, &connection.switched_off);
        }
        out.extend_from_slice(b",\n      \"accounts\": {");
        separated(out, &connection.accounts, |out, key, account| {
            out.extend_from_slice(b"\n        ");
            json::to(out, key);
            out.extend_from_slice(b": ");
            json::to(out, &JsonRecord::from(account));
        });
        out.extend_from_slice(b"\n      }\n    }");
    });
    out.extend_from_slice(b"\n  }");
    if !state.runs.is_empty() {
        out.extend_from_slice(b",\n  \"runs\": ");
        json::to(&mut out, &state.runs);
    }
    for (at, intent) in intents.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b",\n  \"intents\": [\n    " } else { b",\n    " });
        json::to(&mut out, &JsonOpen::from(intent));
    }
    out.extend_from_slice(if intents.is_empty() { b"\n}\n" } else { b"\n  ]\n}\n" });
    seal(out)
}

fn separated<V>(
    out: &mut Vec<u8>,
    entries: &BTreeMap<Text, V>,
    write: impl Fn(&mut Vec<u8>, &Text, &V),
) {
    for (at, (key, value)) in entries.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, key, value);
    }
}

/// Reads a state alone, or says what is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<State, StateError> {
    read_with(bytes).map(|(state, _)| state)
}

/// Reads a state and the writes of unknown outcome in it, or says what is wrong with the file.
pub fn read_with(bytes: &[u8]) -> Result<(State, Vec<Intent>), StateError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| StateError::Malformed("it is not UTF-8 text".to_owned()))?;
    // A good state is read once; only what is not one is looked at again, for what is wrong with it.
    let state = match serde_json::from_str::<JsonState>(text) {
        Ok(state) if is_present(&state.format_version) => {
            checked(text, &state.checksum)?;
            state
        }
        Ok(_) | Err(_) => read_other(text)?,
    };
    let connections = state.connections.into_iter().map(|(name, connection)| {
        let fingerprint = connection.fingerprint.map(Fingerprint);
        let switched_off = connection.switched_off;
        (name, Connection { fingerprint, accounts: connection.accounts.0, switched_off })
    });
    let connections = connections.collect();
    let intents = state.intents.into_iter().map(Intent::try_from).collect::<Result<_, _>>();
    let intents = intents
        .map_err(|why: String| StateError::Malformed(format!("an entry of `intents`: {why}")))?;
    let JsonState { lineage, serial, runs, .. } = state;
    Ok((State { lineage, serial, connections, runs }, intents))
}

fn is_present(version: &str) -> bool {
    [FORMAT_VERSION, WITH_INTENTS].contains(&version)
}

/// Reads a state of an older format, or says what is wrong with what is no state of this one.
fn read_other(text: &str) -> Result<JsonState, StateError> {
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
    checked(text, &head.checksum.unwrap_or_default())?;
    if is_present(&version) {
        return serde_json::from_str(text).map_err(malformed);
    }
    let older = serde_json::from_str(text).map_err(malformed)?;
    let document =
        upgrade(older, &version, FORMAT_VERSION, UPGRADES).ok_or(StateError::Unknown(version))?;
    serde_json::from_value(document).map_err(malformed)
}

fn checked(text: &str, checksum: &str) -> Result<(), StateError> {
    if checksum.is_empty() {
        return Err(StateError::NoChecksum);
    }
    if !holds(text.as_bytes(), checksum) {
        return Err(StateError::WrongChecksum);
    }
    Ok(())
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;

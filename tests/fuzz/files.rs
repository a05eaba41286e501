//! What Enroll writes itself and reads again: state, journal, saved plan, cache. A mutated file gets its checksum
//! anew, or nothing behind it would ever be reached.

use std::fmt::Write as _;

use enroll::codec::{backend, cache, journal, lock, plan, seen, state};
use enroll::model::{Address, Fingerprint};
use enroll::state::State;
use sha2::{Digest, Sha256};

use crate::engine::{fuzz, outline};
use crate::show::{quiet, shown_plan};

const STATE: &str = include_str!("../samples/fuzz/state.json");
const PLAN: &str = include_str!("../samples/fuzz/plan.json");
const JOURNAL: &str = include_str!("../samples/fuzz/journal.jsonl");

/// The text with the checksum that its bytes have.
fn sealed(input: &[u8]) -> Vec<u8> {
    const KEY: &str = "\"checksum\": \"sha256:";
    let Ok(text) = std::str::from_utf8(input) else { return input.to_vec() };
    let Some(at) = text.find(KEY).map(|at| at + KEY.len()) else { return input.to_vec() };
    let Some((before, rest)) = text.split_at_checked(at) else { return input.to_vec() };
    let Some(after) = rest.get(64..) else { return input.to_vec() };
    let blank = format!("{before}{}{after}", "0".repeat(64));
    let mut sum = String::new();
    for byte in Sha256::digest(blank.as_bytes()) {
        write!(sum, "{byte:02x}").unwrap();
    }
    format!("{before}{sum}{after}").into_bytes()
}

fn shown_state(state: &State) {
    quiet(&enroll::render::state_text(state, false));
    for (name, connection) in &state.connections {
        for (key, account) in &connection.accounts {
            let address = Address::new(name.clone(), key.clone());
            quiet(&enroll::render::state_show(&address, account, false));
        }
    }
    // What was read is what is written, and is read again as the same.
    let again = state::write(state);
    assert_eq!(state::read(&again).as_ref(), Ok(state));
}

fn of_state(input: &[u8]) -> String {
    match state::read_with(&sealed(input)) {
        Ok((state, intents)) => {
            shown_state(&state);
            let again = state::write_with(&state, &intents);
            assert_eq!(state::read_with(&again), Ok((state.clone(), intents.clone())));
            format!("{} connections, {} intents", state.connections.len(), intents.len().min(9))
        }
        Err(error) => outline(&error.to_string()),
    }
}

fn of_journal(input: &[u8]) -> String {
    let mut base = state::read(STATE.as_bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(input);
    let mut shared = base.clone();
    if let Ok(merged) = journal::merge(&mut shared, Vec::new(), &text, journal::Whose::Ours) {
        shown_state(&shared);
        let once = shared.clone();
        let again = journal::merge(&mut shared, Vec::new(), &text, journal::Whose::Ours);
        assert_eq!(shared, once, "brought in twice");
        assert!(again.is_ok_and(|again| again.conflicts == merged.conflicts));
    }
    match journal::fold(&mut base, &text) {
        Ok(open) => {
            shown_state(&base);
            format!("{} open", open.len())
        }
        Err(error) => outline(&error.to_string()),
    }
}

fn of_plan(input: &[u8]) -> String {
    match plan::read(&sealed(input)) {
        Ok(read) => {
            shown_plan(&read);
            let again = plan::save(&read);
            assert_eq!(plan::read(&again).map(|read| plan::save(&read)), Ok(again));
            format!("{} changes, {} records", read.changes.len().min(9), read.records.len().min(9))
        }
        Err(error) => outline(&error.to_string()),
    }
}

fn of_cache(input: &[u8]) -> String {
    let ours = Fingerprint("sha256:x".into());
    let read = cache::read(input, &ours);
    assert_eq!(cache::read(&cache::write(&read), &ours), read);
    let values: usize = read.entries.values().map(|entry| entry.values.iter().count()).sum();
    format!("{} entries, {} values", read.entries.len().min(9), values.min(9))
}

fn of_seen(input: &[u8]) -> String {
    match seen::read(input) {
        Ok(serials) => {
            assert_eq!(seen::read(&seen::write(&serials)).as_ref(), Ok(&serials));
            format!("{} states", serials.len().min(9))
        }
        Err(error) => outline(&error.to_string()),
    }
}

/// The first line of a journal that is kept, or about to be.
fn of_kept(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let first = text.split_inclusive('\n').next().unwrap_or("");
    match journal::makes_serial(first) {
        Ok(serial) => {
            assert_eq!(serial.is_some(), first.ends_with('\n'));
            format!("{}", serial.is_some())
        }
        Err(error) => outline(&error.to_string()),
    }
}

fn of_lock(input: &[u8]) -> String {
    let backend = backend::read(input).map(|backend| backend::read(&backend::write(&backend)));
    let lock =
        lock::read(input).map(|lock| lock::read(&lock::write(&lock)).is_ok_and(|l| l == lock));
    let held = lock::read_holder(input).is_some();
    format!("{} {lock:?} {held}", outline(&format!("{backend:?}"))).chars().take(200).collect()
}

#[test]
fn locks() {
    let lock = r#"{"ID":"a","Operation":"o","Who":"w","Version":"1","Created":"c","Renewed":"r","Renewals":3}"#;
    let backend =
        r#"{"format_version":"1.0","backend":{"kind":"s3","bucket":"b","key":"k","encrypt":true}}"#;
    fuzz("lock", vec![lock.into(), backend.into()], of_lock);
}

#[test]
fn states() {
    assert!(of_state(STATE.as_bytes()).contains("connections"), "{}", of_state(STATE.as_bytes()));
    fuzz("state", vec![STATE.into(), b"{}".to_vec()], of_state);
}

#[test]
fn journals() {
    assert!(of_journal(JOURNAL.as_bytes()).contains("open"), "{}", of_journal(JOURNAL.as_bytes()));
    fuzz("journal", vec![JOURNAL.into(), Vec::new()], of_journal);
}

#[test]
fn plans() {
    assert!(of_plan(PLAN.as_bytes()).contains("changes"), "{}", of_plan(PLAN.as_bytes()));
    fuzz("plan", vec![PLAN.into(), b"{}".to_vec()], of_plan);
}

#[test]
fn caches() {
    let cache = r#"{"format_version":"1.0","fingerprint":"sha256:x","accounts":{"a":{"version":"1","values":{"title":"x","roles":["a","b"]}},"b":{"version":"2026-01-01T00:00:00Z","values":{"active":true}}}}"#;
    assert_eq!(of_cache(cache.as_bytes()), "2 entries, 3 values");
    fuzz("cache", vec![cache.into(), b"{}".to_vec()], of_cache);
}

#[test]
fn serials_seen() {
    let seen = r#"{"format_version":"1.0","states":{"a":7,"b":18446744073709551615}}"#;
    assert_eq!(of_seen(seen.as_bytes()), "2 states");
    fuzz("seen", vec![seen.into(), b"{}".to_vec()], of_seen);
}

#[test]
fn kept_journals() {
    assert_eq!(of_kept(JOURNAL.as_bytes()), "true");
    fuzz("kept", vec![JOURNAL.into(), Vec::new()], of_kept);
}

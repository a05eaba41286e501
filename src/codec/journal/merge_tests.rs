//! A journal meets a state that went on without it.

use super::{Merged, Whose};
use crate::codec::journal::{JournalError, Was, contents, done, intent};
use crate::model::{Action, Address, Attribute, Text, Value};
use crate::plan::tests::world::{CONNECTION, World};
use crate::port::Intent;
use crate::state::{Account, State, Status};

/// The apply that the journals here are of.
const RUN: Text = Text::new_static("run");

fn begin(state: &State) -> String {
    super::super::begin(state, &RUN)
}

fn merge(state: &mut State, intents: Vec<Intent>, journal: &str) -> Result<Merged, JournalError> {
    super::merge(state, intents, journal, Whose::Ours)
}

fn ada() -> Address {
    Address::new(CONNECTION, "ada")
}

fn titled(account: &Account, title: &str) -> Account {
    let mut account = account.clone();
    account.written.set(Attribute::Title, Value::text(title));
    account
}

fn base() -> (State, Account) {
    let mut world = World::new();
    let record = world.have("ada", Status::Active).clone();
    (world.state, record)
}

/// A journal of one update of ada, from `before` over `records`.
fn journal(state: &State, before: Option<&Account>, records: &[Option<&Account>]) -> String {
    let mut text = begin(state);
    for (at, record) in records.iter().enumerate() {
        let was = (at == 0).then_some(Was { record: before, live: None });
        text.push_str(&done(&ada(), *record, None, was));
    }
    text
}

#[test]
fn ours_follows_where_theirs_is_one_that_we_knew_and_stays_away_otherwise() {
    let (state, was) = base();
    let (one, two, other) = (titled(&was, "one"), titled(&was, "two"), titled(&was, "other"));
    let text = journal(&state, Some(&was), &[Some(&one), Some(&two)]);
    let settled = Account { version: None, updated: Some("later".into()), ..two.clone() };
    for (theirs, expected, conflict) in [
        // Nothing of it was pushed; the half; all of it.
        (Some(&was), Some(&two), false),
        (Some(&one), Some(&two), false),
        (Some(&two), Some(&two), false),
        // Another run looked up what we did.
        (Some(&settled), Some(&two), false),
        // Somebody else went on from there.
        (Some(&other), Some(&other), true),
        (None, None, true),
    ] {
        let mut now = state.clone();
        now.serial += 5;
        now.put(&ada(), theirs.cloned());
        let merged = merge(&mut now, vec![], &text).unwrap();
        assert_eq!(now.account(&ada()), expected);
        assert_eq!(merged.conflicts, if conflict { vec![ada()] } else { vec![] }, "{theirs:?}");
        let serial = now.serial;
        // Once more changes nothing.
        let again = merge(&mut now, vec![], &text).unwrap();
        assert!(!again.changed, "{theirs:?}");
        assert_eq!((now.account(&ada()), now.serial), (expected, serial));
    }
}

#[test]
fn what_is_open_stays_unknown_and_what_was_never_begun_stays_announced() {
    let (mut state, was) = base();
    state.put(&ada(), None);
    let write = |key: &str| Intent {
        address: Address::new(CONNECTION, key),
        action: Action::Create,
        id: None,
        user_name: format!("{key}@example.com").into(),
        record: Some(was.clone()),
    };
    let at = "2026-01-01T00:00:00Z".into();
    let text = begin(&state)
        + &intent(&write("ada"), &at, Was::default())
        + &done(&ada(), Some(&was), None, None)
        + &intent(&write("bob"), &at, Was::default());
    let announced = vec![write("ada"), write("bob"), write("cyd")];
    let merged = merge(&mut state, announced, &text).unwrap();
    assert_eq!(merged.unknown, [write("cyd"), write("bob")]);
    assert_eq!(state.account(&ada()), Some(&was), "a create that is recorded nowhere else");
}

#[test]
fn what_does_not_belong_together_is_refused_and_a_cut_journal_is_not() {
    let (state, was) = base();
    let text = journal(&state, Some(&was), &[Some(&titled(&was, "one"))]);
    let mut other = State { lineage: "other".into(), ..state.clone() };
    assert_eq!(merge(&mut other, vec![], &text), Err(JournalError::OtherLineage));
    let mut later = state.clone();
    later.serial += 1;
    let text_of_later = journal(&later, Some(&was), &[None]);
    let refused = merge(&mut state.clone(), vec![], &text_of_later);
    assert!(matches!(refused, Err(JournalError::OtherSerial { .. })), "{refused:?}");
    assert_eq!(merge(&mut other, vec![], &begin(&state)), Ok(Merged::default()));
    for length in 0..text.len() {
        let Some(part) = text.get(..length) else { continue };
        let mut now = state.clone();
        assert_eq!(merge(&mut now, vec![], part), Ok(Merged::default()), "{length}");
        assert_eq!(now, state);
    }
}

#[test]
fn a_journal_that_was_found_counts_only_where_the_state_knows_of_its_apply() {
    let (state, was) = base();
    let one = titled(&was, "one");
    let text = journal(&state, Some(&was), &[Some(&one)]);
    let older = text.replace(",\"run\":\"run\"", "");
    assert_ne!(text, older);
    for (runs, journal, counts) in [
        (&["run"][..], &text, true),
        (&["a", "run", "b"], &text, true),
        (&[], &text, false),
        (&["runs", "ru", ""], &text, false),
        (&["run", ""], &older, false),
    ] {
        let mut now = state.clone();
        now.runs = runs.iter().copied().map(Text::from).collect();
        let before = now.clone();
        let merged = super::merge(&mut now, vec![], journal, Whose::Found).unwrap();
        assert_eq!(merged.stray, !counts, "{runs:?}");
        if counts {
            assert_eq!(now.account(&ada()), Some(&one));
            assert!(!now.runs.contains(&RUN) && now.runs.len() + 1 == runs.len());
            // It is taken in once.
            let again = super::merge(&mut now, vec![], journal, Whose::Found).unwrap();
            assert!(again.stray);
        } else {
            assert_eq!(now, before);
        }
    }
    // Nor into a state that was never written: that knows of nobody.
    let mut new = State { serial: state.serial, ..State::default() };
    let merged = super::merge(&mut new, vec![], &text, Whose::Found).unwrap();
    assert!(merged.stray && new.lineage.is_empty());
    let counted = contents(&text).unwrap();
    assert_eq!((counted.run, counted.operations, counted.records), (Some(RUN), 0, 1));
}

//! Tests of the journal.

use serde_json::{Value as Json, json};

use super::{JournalError, Was, done, failed, fold, intent, makes_serial};
use crate::model::{Action, Address, Attribute, Value};
use crate::plan::tests::world::World;
use crate::port::{Before, Failure, FailureKind, Finished, Intent};
use crate::state::{State, Status};

fn begin(state: &crate::state::State) -> String {
    super::begin(state, &"run".into())
}

fn journal() -> (State, String, State) {
    let mut world = World::new();
    let ada = world.have("ada", Status::Active).clone();
    let before = world.state.clone();
    let bob = world.have("bob", Status::Active).clone();
    world.state.put(&Address::new("prod", "ada"), None);
    let intent_of_bob = Intent {
        address: Address::new("prod", "bob"),
        action: Action::Create,
        id: None,
        user_name: "bob@example.com".into(),
        record: Some(bob.clone()),
    };
    let intent = intent(&intent_of_bob, &"2026-01-01T00:00:00Z".into(), Was::default());
    assert_eq!(before.account(&Address::new("prod", "ada")), Some(&ada));
    let text = begin(&before)
        + &intent
        + &done(&Address::new("prod", "bob"), Some(&bob), None, None)
        + &done(
            &Address::new("prod", "ada"),
            None,
            None,
            Some(Was { record: Some(&ada), live: None }),
        );
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

/// A journal as it was before there was anything to undo.
#[test]
fn an_older_journal_is_folded_and_a_newer_one_refused() {
    let mut world = World::new();
    world.have("ada", Status::Active);
    let mut state = world.state;
    let text = format!(
        concat!(
            r#"{{"begin":{{"format_version":"1.0","lineage":"{}","serial":{},"fingerprints":{{}}}}}}"#,
            "\n",
            r#"{{"intent":{{"connection":"prod","key":"ada","action":"delete","id":"i","user_name":"u","record":null}}}}"#,
            "\n",
            r#"{{"done":{{"connection":"prod","key":"ada","record":null}}}}"#,
            "\n",
        ),
        state.lineage, state.serial
    );
    let newer = text.replacen("1.0", "2.0", 1).replacen("\"serial\"", "\"clock\"", 1);
    assert_eq!(fold(&mut state, &newer), Err(JournalError::Newer("2.0".to_owned())));
    assert_eq!(
        makes_serial(text.split_inclusive('\n').next().unwrap()),
        Ok(Some(state.serial + 1))
    );
    assert_eq!(fold(&mut state, &text), Ok(vec![]));
    assert_eq!(state.account(&Address::new("prod", "ada")), None);
}

#[test]
fn a_step_is_kept_with_what_was_before_it_and_what_became_of_it() {
    let mut world = World::new();
    let ada = world.have("ada", Status::Active).clone();
    let address = Address::new("prod", "ada");
    let at = "2026-01-01T00:00:00Z".into();
    let live = Before {
        user_name: "ada@example.com".into(),
        active: true,
        values: vec![(Attribute::Department, Some(Value::text("Ops"))), (Attribute::Title, None)],
    };
    let tried = Intent {
        address: address.clone(),
        action: Action::Update,
        id: ada.id.clone(),
        user_name: ada.user_name.clone(),
        record: Some(ada.clone()),
    };
    let was = Was { record: Some(&ada), live: Some(&live) };
    let failure = Failure::new(FailureKind::Refused, "no");
    let step = Finished {
        address: &address,
        user_name: &ada.user_name,
        id: ada.id.as_ref(),
        action: Action::Update,
        at: &at,
        tracking_id: Some("track-1"),
        failure: Some((&failure, Some(Attribute::Title))),
    };
    let read = |line: String| serde_json::from_str::<Json>(&line).unwrap();
    let intent = read(intent(&tried, &at, was));
    assert_eq!(intent["intent"]["before"]["record"], intent["intent"]["record"]);
    let seen = json!({
        "user_name": "ada@example.com",
        "active": true,
        "values": {"department": "Ops", "title": null},
    });
    assert_eq!(intent["intent"]["before"]["live"], seen);
    assert_eq!(intent["intent"]["at"], "2026-01-01T00:00:00Z");
    let failed_line = failed(&step);
    assert_eq!(
        read(failed_line.clone())["failed"]["step"],
        json!({
            "action": "update",
            "id": ada.id,
            "user_name": ada.user_name,
            "result": "failed",
            "error": {"status": null, "detail": "no", "tracking_id": null, "attribute": "title"},
            "tracking_id": "track-1",
            "at": "2026-01-01T00:00:00Z",
        })
    );
    let done = read(done(&address, None, Some(&Finished { failure: None, ..step }), None));
    assert_eq!(done["done"]["step"]["result"], "done");
    assert!(done["done"].get("before").is_none(), "the intent has it");

    // A failure without an answer leaves the outcome unknown.
    let text = begin(&world.state) + &super::intent(&tried, &at, was) + &failed_line;
    assert_eq!(fold(&mut world.state, &text), Ok(vec![tried]));
}

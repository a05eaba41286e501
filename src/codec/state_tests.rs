//! Tests of the state's file.

use super::{StateError, UPGRADES, read, read_with, write, write_with};
use crate::model::{Action, Address, Attribute as A, Fingerprint, LicenseValue, Value};
use crate::port::Intent;
use crate::state::{Account, Kept, Leaver, Left, Provenance, Refused, State, Status};

fn full() -> State {
    let licences = Value::Map(Box::new(
        [("plan".into(), LicenseValue::Text("x".into())), ("iq".into(), LicenseValue::Bool(true))]
            .into(),
    ));
    let account = Account {
        id: Some("k&Kd/R".into()),
        user_name: "ada@example.com".into(),
        status: Status::Deprovisioned,
        provenance: Provenance::Adopted,
        rules: vec!["a".into(), "b".into()],
        protect: true,
        prevent_removal: vec!["a".into()],
        written: [
            (A::Department, Value::text("\u{202e}\"R&D\"\n")),
            (A::Roles, Value::Set(Box::new(["x".into(), "y".into()].into()))),
            (A::Licenses, licences.clone()),
        ]
        .into_iter()
        .collect(),
        refused: [(
            A::Title,
            Refused { desired: Value::text("CTO"), live: None, status: Some(400) },
        )]
        .into(),
        kept: Some(Kept { user_type: Some(Value::text("Licensed")), licenses: Some(licences) }),
        left: Some(Left { at: None, reason: "left_rules".into(), off_before: true, deleted: true }),
        leaver: None,
        version: Some("2026-01-01T00:00:00Z".into()),
        hidden: true,
        updated: Some("2026-01-02T00:00:00Z".into()),
        mapped: Some("AbCdEfGhIjKl".into()),
    };
    let plain = Account {
        id: None,
        status: Status::Pending,
        provenance: Provenance::Created,
        rules: vec![],
        protect: false,
        prevent_removal: vec![],
        written: crate::model::Values::new(),
        refused: std::collections::BTreeMap::new(),
        kept: None,
        left: None,
        leaver: Some(Leaver { since: Some("2026-01-01T00:00:00Z".into()) }),
        version: None,
        hidden: false,
        updated: None,
        mapped: None,
        ..account.clone()
    };
    let mut state = State { lineage: "l".into(), serial: 7, ..State::default() };
    state.put(&Address::new("prod", "hr/E1"), Some(account));
    state.put(&Address::new("prod", "bob"), Some(plain));
    state.connections.get_mut("prod").unwrap().fingerprint = Some(Fingerprint("sha256:ab".into()));
    state.connections.get_mut("prod").unwrap().switched_off.insert("id-gone".into());
    state.connections.entry("empty".into()).or_default();
    state
}

#[test]
fn a_state_reads_back_what_was_written() {
    for state in [State::default(), full()] {
        let bytes = write(&state);
        assert_eq!(read(&bytes).as_ref(), Ok(&state));
        assert_eq!(write(&read(&bytes).unwrap()), bytes);
    }
}

#[test]
fn one_account_stands_on_a_line_of_its_own() {
    let text = String::from_utf8(write(&full())).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("user_name")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].trim_start().starts_with("\"bob\": {"), "{}", lines[0]);
    insta::assert_snapshot!(lines[0].trim(), @r#""bob": {"user_name":"ada@example.com","status":"pending","origin":"created","rules":[],"written":{},"leaver":{"since":"2026-01-01T00:00:00Z"}},"#);
    assert!(text.starts_with("{\n  \"format_version\": \"1.0\",\n  \"lineage\": \"l\",\n  \"serial\": 7,\n  \"checksum\": \"sha256:"));
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    let good = write(&full());
    for at in 0..good.len() {
        for with in [b'x', b' ', b'7', b'"'] {
            let mut bad = good.clone();
            if bad[at] != with {
                bad[at] = with;
                assert!(read(&bad).is_err(), "byte {at} as {}", with as char);
            }
        }
    }
}

#[test]
fn a_cut_file_is_refused_at_every_length() {
    let good = write(&full());
    for length in 0..good.len() {
        assert!(read(&good[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn each_damage_has_its_own_words() {
    let good = String::from_utf8(write(&full())).unwrap();
    let newer = good.replace("\"1.0\"", "\"1.2\"");
    let other = good.replace("ada@", "eve@");
    let start = good.find("  \"checksum\"").unwrap();
    let end = good[start..].find('\n').unwrap() + start + 1;
    let without = format!("{}{}", &good[..start], &good[end..]);
    for (text, expected) in [
        ("", StateError::Empty),
        (" \n", StateError::Empty),
        ("{}", StateError::Malformed("it has no format_version".to_owned())),
        (newer.as_str(), StateError::Newer("1.2".to_owned())),
        (other.as_str(), StateError::WrongChecksum),
        (without.as_str(), StateError::NoChecksum),
    ] {
        assert_eq!(read(text.as_bytes()), Err(expected));
    }
    // Sealed well, so that the format alone is what is wrong with it.
    let sum = &good[good.find("sha256:").unwrap()..][..crate::codec::seal::BLANK.len()];
    let blank = good.replacen("\"1.0\"", "\"0.9\"", 1).replacen(sum, crate::codec::seal::BLANK, 1);
    let older = crate::codec::seal::seal(blank.into_bytes());
    assert_eq!(read(&older), Err(StateError::Unknown("0.9".to_owned())));
    // 1.0 is the first format: whoever makes a second one reads a state of this one in a test here.
    assert!(UPGRADES.is_empty());
    assert!(matches!(read(b"[1"), Err(StateError::Malformed(_))));
    assert!(matches!(read(b"\xff"), Err(StateError::Malformed(_))));
}

/// A state as it stands in a store while an apply runs.
#[test]
fn what_is_about_to_be_tried_is_read_back_and_makes_another_format() {
    let state = full();
    let bob = state.account(&Address::new("prod", "bob")).cloned();
    let intent = |action: Action, record: Option<Account>| Intent {
        address: Address::new("prod", "bob"),
        action,
        id: record.as_ref().and_then(|record| record.id.clone()),
        user_name: "bob@example.com".into(),
        record,
    };
    let intents = [intent(Action::Create, bob), intent(Action::Delete, None)];
    let bytes = write_with(&state, &intents);
    assert_eq!(read_with(&bytes), Ok((state.clone(), intents.to_vec())));
    assert_eq!(read(&bytes).as_ref(), Ok(&state));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("{\n  \"format_version\": \"1.1\",\n"), "{text}");
    // Nothing of it stays once it is known.
    assert_eq!(write_with(&state, &[]), write(&state));
    let odd = text.replace("\"delete\"", "\"defeat\"");
    assert_eq!(read(odd.as_bytes()), Err(StateError::WrongChecksum));
    for length in (0..text.len()).step_by(7) {
        assert!(read(&text.as_bytes()[..length]).is_err(), "{length} bytes");
    }
}

//! Every line of an apply's events and of an audit log is valid by the schema that we publish, and wrong ones are not.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{audit, event};
use crate::event::{Event, Outcome, Trouble, What};
use crate::model::{Action, Address, Attribute};
use crate::port::{Failure, FailureKind, Finished};

fn validator(schema: &str) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn check(validator: &Validator, bytes: &[u8]) {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

/// Changes a file at a place, and holds the result against its schema.
fn refuses(validator: &Validator, bytes: &[u8], pointer: &str, to: &Value) {
    let mut value: Value = serde_json::from_slice(bytes).unwrap();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(object) if to == "(gone)" => drop(object.remove(name).unwrap()),
        Value::Object(object) => drop(object.insert(name.to_owned(), to.clone())),
        Value::Array(array) => array[name.parse::<usize>().unwrap()] = to.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => panic!("{parent}"),
    }
    assert!(!validator.is_valid(&value), "{pointer} = {to}");
}

/// One line of each kind.
fn sample_events() -> Vec<String> {
    let mut failure = Failure::new(FailureKind::Refused, "no\nway");
    failure.status = Some(400);
    let trouble = Trouble { failure, attribute: Some(Attribute::Title) };
    let mut lines: Vec<_> = [What::Start, What::Done, What::Failed(trouble), What::Skipped]
        .into_iter()
        .map(|what| {
            event::write(&Event {
                address: Address::new("prod", "hr/\"E1\"\n"),
                user_name: "ada@example.com".into(),
                id: (what == What::Done).then(|| "k7Xq".into()),
                action: Action::Update,
                what,
            })
        })
        .collect();
    lines.push(event::summary(&Outcome::default()));
    lines
}

#[test]
fn events() {
    let validator = validator(include_str!("../../schema/apply-event.schema.json"));
    let samples = sample_events();
    for line in &samples {
        check(&validator, line.as_bytes());
    }
    for (pointer, to) in [
        ("/type", json!("summary")),
        ("/action", json!("destroy")),
        ("/id", json!("(gone)")),
        ("/done", json!(1)),
        ("/error", json!({"detail": "x"})),
    ] {
        refuses(&validator, samples[0].as_bytes(), pointer, &to);
    }
    refuses(&validator, samples[4].as_bytes(), "/done", &json!(-1));
}

#[test]
fn audit_entries() {
    let schema =
        serde_json::from_str(include_str!("../../schema/audit-entry.schema.json")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let (address, user_name) = (Address::new("prod", "hr/\"E1\"\n"), "ada@example.com".into());
    let (id, at) = ("k7Xq".into(), "2026-11-24T10:11:12Z".into());
    let mut failure = Failure::new(FailureKind::Refused, "no\nway");
    failure.tracking_id = Some("track-2".to_owned());
    let run = |actor: Option<&str>| audit::Run {
        who: "ada@host".to_owned(),
        actor: actor.map(ToOwned::to_owned),
        sandbox: false,
        lineage: "6fa459ea-ee8a-4ca4-894e-db77e160355e".into(),
        serial: 0,
    };
    let done = Finished {
        address: &address,
        user_name: &user_name,
        id: Some(&id),
        action: Action::Update,
        at: &at,
        tracking_id: Some("track-1"),
        failure: None,
    };
    let failed = Finished {
        id: None,
        tracking_id: None,
        failure: Some((&failure, Some(Attribute::Title))),
        ..done
    };
    let samples = [audit::line(&run(None), &done), audit::line(&run(Some("octocat")), &failed)];
    for line in &samples {
        assert_eq!((line.matches('\n').count(), line.ends_with('\n')), (1, true));
        check(&validator, line.as_bytes());
    }
    assert!(samples[1].contains(r#""tracking_id":"track-2","sandbox""#), "{}", samples[1]);
    for (pointer, to) in [
        ("/at", json!("yesterday")),
        ("/who", json!("ada")),
        ("/actor", json!("")),
        ("/address", json!("prod/ada")),
        ("/action", json!("destroy")),
        ("/result", json!("failed")),
        ("/error", json!({"detail": "x"})),
        ("/sandbox", json!("no")),
        ("/serial", json!(-1)),
        ("/lineage", json!("(gone)")),
        ("/secret", json!("x")),
    ] {
        refuses(&validator, samples[0].as_bytes(), pointer, &to);
    }
    refuses(&validator, samples[1].as_bytes(), "/result", &json!("done"));
}

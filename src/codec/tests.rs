//! Every line of an apply's events is valid by the schema that we publish, and wrong ones are not.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::event;
use crate::event::{Event, Outcome, Trouble, What};
use crate::model::{Action, Address, Attribute};
use crate::port::{Failure, FailureKind};

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

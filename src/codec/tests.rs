//! What we write is valid by the schemas that we publish, and wrong files are not.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{event, plan, state};
use crate::desired::Origin as Source;
use crate::diagnostic::{Diagnostic, Place};
use crate::event::{Event, Outcome, Trouble, What};
use crate::model::{
    ATTRIBUTES, Action, Address, Attribute, Fingerprint, LicenseValue, Value as Has, Values, Who,
};
use crate::plan::{
    AttributeChange, Basis, Blocked, Blocker, Change, Cost, GuardKind, GuardReport, Learnt,
    Options, Origin, Plan, Reason, Record, Summary, Unmanaged,
};
use crate::port::{Failure, FailureKind};
use crate::state::{Account, Connection, Kept, Left, Provenance, Refused, State, Status};

/// DESIGN's example, with one entry of everything else.
fn sample_plan() -> Plan {
    let place =
        Place { file: "main.hcl".into(), line: 3, column: 5, text: String::new(), range: 0..0 };
    Plan {
        complete: true,
        sandbox: false,
        basis: Basis {
            lineage: "5e0f".into(),
            serial: 7,
            config: "sha256:cd".into(),
            fingerprints: [("prod".into(), Fingerprint("sha256:ab".into()))].into(),
            options: Options {
                confirm: vec![Who::parse("ada@example.com").unwrap()],
                allow_removals: Some(60),
                show_unmanaged: true,
                ..Options::default()
            },
        },
        summary: Summary { update: 1, blocked: 1, unchanged: 96, records: 1, ..Summary::default() },
        changes: vec![Change {
            address: Address::new("prod", "hr/E1001"),
            user_name: "ada@example.com".into(),
            id: Some("k7Xq".into()),
            actions: vec![Action::Update],
            blocked: vec![Blocked {
                action: Action::Enable,
                by: Blocker::PreventRemoval("staff".into()),
            }],
            reason: Reason::AttributesChanged,
            rules: vec!["engineering".into()],
            moved_from: None,
            source: Some(Source { file: "people.csv".into(), line: 12 }),
            attributes: vec![AttributeChange {
                attribute: Attribute::Department,
                before: Some(Has::text("Ops")),
                after: None,
                origin: Origin::Config,
            }],
        }],
        records: vec![Record {
            address: Address::new("prod", "bob"),
            moved_from: Some(Address::new("prod", "rob\"")),
            what: vec![Learnt::Rules, Learnt::Moved],
        }],
        guards: vec![GuardReport {
            connection: "prod".into(),
            kind: GuardKind::Removals,
            planned: 1,
            limit: 50,
            tripped: false,
        }],
        cost: vec![Cost { connection: "prod".into(), list: 2, read: 0, write: 3, seconds: 5 }],
        unmanaged: vec![Unmanaged {
            connection: "prod".into(),
            id: "x".into(),
            user_name: "guest@example.com".into(),
            active: true,
        }],
        diagnostics: vec![Diagnostic::warning("idle").at(place).help("one\ntwo")],
    }
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

/// A state with an account that has everything and one that has nothing.
fn sample_state() -> State {
    let bare = Account {
        id: None,
        user_name: "bob@example.com".into(),
        status: Status::Pending,
        provenance: Provenance::Created,
        rules: vec![],
        protect: false,
        prevent_removal: vec![],
        written: Values::new(),
        refused: [].into(),
        kept: None,
        left: None,
        version: None,
        updated: None,
    };
    let licenses = [("zoom_phone".into(), LicenseValue::Bool(true))];
    let full = Account {
        id: Some("k7Xq".into()),
        rules: vec!["staff".into()],
        protect: true,
        prevent_removal: vec!["staff".into()],
        written: [
            (Attribute::Title, Has::text("CTO")),
            (Attribute::Roles, Has::Set(Box::new(["a".into(), "b".into()].into()))),
            (Attribute::Licenses, Has::Map(Box::new(licenses.into()))),
        ]
        .into_iter()
        .collect(),
        refused: [(Attribute::UserType, Refused { desired: Has::text("Licensed"), live: None })]
            .into(),
        kept: Some(Kept { user_type: Some(Has::text("Licensed")), licenses: None }),
        left: Some(Left { at: None, reason: "left_rules".into(), off_before: true }),
        version: Some("v1".into()),
        updated: Some("2026-01-02T03:04:05Z".into()),
        ..bare.clone()
    };
    let accounts = [("bob".into(), bare), ("hr/E1".into(), full)].into();
    let connection = Connection { fingerprint: Some(Fingerprint("sha256:ab".into())), accounts };
    State { lineage: "5e0f".into(), serial: 7, connections: [("prod".into(), connection)].into() }
}

fn validator(schema: &str) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn of_states() -> Validator {
    validator(include_str!("../../schema/state.schema.json"))
}

fn of_plans() -> Validator {
    validator(include_str!("../../schema/plan.schema.json"))
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

#[test]
fn states() {
    let validator = of_states();
    let bytes = state::write(&sample_state());
    check(&validator, &bytes);
    check(&validator, &state::write(&State::default()));
    let account = "/connections/prod/accounts/bob";
    for (pointer, to) in [
        ("/format_version", json!("2.0")),
        ("/serial", json!(-1)),
        ("/serial", json!("7")),
        ("/checksum", json!("sha256:")),
        ("/checksum", json!("(gone)")),
        ("/more", json!(1)),
        ("/connections/prod/more", json!(1)),
        (&format!("{account}/more"), json!(1)),
        (&format!("{account}/status"), json!("gone")),
        (&format!("{account}/origin"), json!("(gone)")),
        (&format!("{account}/id"), json!(null)),
        (&format!("{account}/protect"), json!(false)),
        (&format!("{account}/written"), json!({"dept": "x"})),
        (&format!("{account}/written"), json!({"title": 1})),
        (&format!("{account}/written"), json!({"roles": ["a", "a"]})),
        (&format!("{account}/refused"), json!({"title": {"live": "x"}})),
    ] {
        refuses(&validator, &bytes, pointer, &to);
    }
}

#[test]
fn plans() {
    let validator = of_plans();
    let text = plan::write(&sample_plan());
    let bytes = text.as_bytes();
    check(&validator, bytes);
    check(&validator, plan::write(&Plan::default()).as_bytes());
    for (pointer, to) in [
        ("/format_version", json!("2.0")),
        ("/more", json!(1)),
        ("/complete", json!("yes")),
        ("/summary/create", json!("(gone)")),
        ("/basis/options/retry_refused", json!(false)),
        ("/basis/options/target", json!([])),
        ("/changes/0/moved_from", json!("(gone)")),
        ("/changes/0/address", json!("ada")),
        ("/changes/0/actions/0", json!("destroy")),
        ("/changes/0/reason", json!("because")),
        ("/changes/0/blocked/0/by", json!("rule.staff")),
        ("/changes/0/attributes/0/name", json!("dept")),
        ("/changes/0/attributes/0/before", json!(1)),
        ("/changes/0/source/line", json!(-1)),
        ("/records/0/what/0", json!("all")),
        ("/guards/0/kind", json!("creates")),
        ("/diagnostics/0/severity", json!("fatal")),
        ("/diagnostics/0/help", json!(["a"])),
        ("/diagnostics", json!("(gone)")),
    ] {
        refuses(&validator, bytes, pointer, &to);
    }
    let failed = plan::failed(&[Diagnostic::error("no")]);
    check(&validator, failed.as_bytes());
    refuses(&validator, failed.as_bytes(), "/changes", &json!([]));
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
fn the_schemas_know_every_word() {
    let plans: Value = serde_json::from_str(include_str!("../../schema/plan.schema.json")).unwrap();
    let states: Value =
        serde_json::from_str(include_str!("../../schema/state.schema.json")).unwrap();
    let names = json!(ATTRIBUTES.map(|spec| spec.name));
    let of_change = "/$defs/change/properties/attributes/items/properties/name/enum";
    assert_eq!(plans.pointer(of_change), Some(&names));
    assert_eq!(states.pointer("/$defs/attribute/enum"), Some(&names));
    let reasons = json!(Reason::ALL.map(Reason::word));
    assert_eq!(plans.pointer("/$defs/change/properties/reason/enum"), Some(&reasons));
}

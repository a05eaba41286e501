//! Tests of plans as JSON: what is written is read back, what was edited is refused.

use super::{PlanError, read, save, write};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Attribute as A, LicenseValue, RemoveAction, Value, Who};
use crate::plan::tests::world::World;
use crate::plan::{Between, Plan, Revision};
use crate::render::{gitlab, html, markdown, text};
use crate::state::Status;

/// A plan with something of everything in it.
fn full() -> Plan {
    let mut world = World::new();
    world.actions().remove_action = RemoveAction::Delete;
    let licences = Value::Map(Box::new([("iq".into(), LicenseValue::Bool(true))].into()));
    let new = world.want("new", true);
    new.values.set(A::Licenses, licences);
    new.values.set(A::Roles, Value::Set(Box::new(["a".into(), "b".into()].into())));
    new.values.set(A::Title, Value::text("\u{202e}\"<b>\\ \n@all|"));
    world.want("off", true);
    world.have("off", Status::Active);
    world.is("off", false);
    world.have("gone", Status::Active);
    world.is("gone", true).values.set(A::UserType, Value::text("Licensed"));
    world.want("moved", true).user_name = "old@example.com".into();
    world.have("old", Status::Active);
    world.is("old", true);
    world.is("stranger", true);
    world.options.show_unmanaged = true;
    world.options.confirm = vec![Who::parse("account.prod[\"x\"]").unwrap()];
    world.options.allow_removals = Some(3);
    world.options.allow_empty = vec!["hr".into()];
    let mut plan = world.plan().plan;
    plan.basis.options.targets = vec![Who::parse("b@example.com").unwrap()];
    let revision = |name: &str| Revision { name: name.into(), commit: "0".repeat(40).into() };
    plan.basis.options.between =
        Some(Between { base: revision("main"), head: Some(revision("topic")) });
    let place =
        Place { file: "main.hcl".into(), line: 3, column: 5, text: "x".into(), range: 0..1 };
    let whole = Place { line: 0, column: 0, ..place.clone() };
    plan.diagnostics.extend([
        Diagnostic::warning("odd")
            .detail("one\ntwo")
            .at(place.clone())
            .help("this")
            .help("or that"),
        Diagnostic::note("of a whole file").at(whole).related(place, "here"),
    ]);
    plan
}

#[test]
fn a_saved_plan_reads_back_and_prints_the_same() {
    let plan = full();
    let saved = save(&plan);
    let read = read(&saved).unwrap();
    assert_eq!(write(&read), write(&plan));
    assert_eq!(save(&read), saved);
    let formats: [fn(&Plan) -> String; 4] =
        [|plan| text(plan, false), |plan| markdown(plan, 60_000), html, gitlab];
    for format in formats {
        assert_eq!(format(&read), format(&plan));
    }
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    let good = save(&full());
    for at in 0..good.len() {
        for with in [b'x', b'7'] {
            let mut bad = good.clone();
            if bad[at] != with {
                bad[at] = with;
                assert!(read(&bad).is_err(), "byte {at} as {}", with as char);
            }
        }
    }
    for length in (0..good.len()).step_by(7) {
        assert!(read(&good[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn each_damage_has_its_own_words() {
    let saved = String::from_utf8(save(&full())).unwrap();
    let edited = saved.replacen("new@example.com", "eve@example.com", 1);
    let newer = saved.replacen("\"format_version\": \"1.0\"", "\"format_version\": \"2.0\"", 1);
    for (text, expected) in [
        ("{}", PlanError::NoVersion),
        (edited.as_str(), PlanError::WrongChecksum),
        (newer.as_str(), PlanError::OtherVersion("2.0".to_owned())),
        (write(&full()).as_str(), PlanError::NoChecksum),
        (super::failed(&[]).as_str(), PlanError::Failed),
    ] {
        assert_eq!(read(text.as_bytes()).err(), Some(expected));
    }
}

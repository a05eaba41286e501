//! Licences that go, and roles that come and go.

use std::sync::Arc;

use super::world::World;
use crate::desired::Ownership;
use crate::model::{Attribute as A, LicenseValue, Limit, Value};
use crate::plan::{GuardKind, Options, Phase, closer_look};
use crate::state::Status;

fn code(text: &str) -> LicenseValue {
    LicenseValue::Text(text.into())
}

fn roles(role: &str) -> Value {
    Value::Set(Box::new([role.into()].into()))
}

/// One account that had `before` of a key, written and live, and is to have `after`.
fn world(key: &str, before: &LicenseValue, after: &LicenseValue) -> World {
    let mut world = World::new();
    world.want("ada", true).values.set_license(key.into(), after.clone());
    world.have("ada", Status::Active).written.set_license(key.into(), before.clone());
    let live = world.is("ada", true);
    live.values.set_license(key.into(), before.clone());
    live.seen = crate::live::Seen::Read;
    world
}

#[test]
fn a_plan_or_a_phone_that_goes_is_a_removal_and_an_add_on_is_not() {
    let (on, off) = (LicenseValue::Bool(true), LicenseValue::Bool(false));
    for (key, before, after, downgrade) in [
        ("zoomOneBizPlus", code("16"), code("0"), true),
        ("zoomOneBizPlus", code("16"), code(""), true),
        ("zoomOneBizPlus", code("16"), off.clone(), true),
        ("zoomOneBizPlus", code("16"), code("32"), false),
        ("zoomOneBizPlus", code("0"), code("16"), false),
        ("zoomWorkplaceBundleNew", code("1"), code(""), true),
        ("zoomPhoneCallingPlan", code("3000"), code(""), true),
        ("zoomPhoneExtNumber", code("7"), code("0"), false),
        ("zoomUnheardOf", on.clone(), off.clone(), true),
        ("zoomWhiteboard", on.clone(), off, false),
    ] {
        let mut world = world(key, &before, &after);
        world.connection().settings.guard.max_removals = Limit::Count(0);
        let planned = world.plan();
        let guard = planned.plan.guards.iter().find(|g| g.kind == GuardKind::Removals).unwrap();
        let counted = (guard.planned, guard.by_kind.downgrade, guard.tripped);
        let one = u64::from(downgrade);
        assert_eq!(counted, (one, one, downgrade), "{key}: {before:?} to {after:?}");
        let phase = planned.work.tasks[0].steps[0].phase;
        assert_eq!(phase == Phase::Free, downgrade, "{key}: {before:?} to {after:?}");

        let owner = &mut world.connection().accounts[0].owner;
        *owner = Arc::new(Ownership { prevent_removal: vec!["staff".into()], ..(**owner).clone() });
        let held = !world.plan().plan.changes[0].blocked.is_empty();
        assert_eq!(held, downgrade, "prevent_removal: {key}: {before:?} to {after:?}");
    }
}

#[test]
fn one_licence_for_another_frees_the_old_seat_before_it_takes_the_new_one() {
    let mut world = world("zoomOneBizPlus", &code("16"), &code(""));
    let wanted = &mut world.connection().accounts[0].values;
    wanted.set_license("zoomOneEntPremier".into(), code("1"));
    let phases: Vec<_> = world.plan().work.tasks[0].steps.iter().map(|step| step.phase).collect();
    assert_eq!(phases, [Phase::Free, Phase::Update]);
}

#[test]
fn a_guarded_role_waits_alone_and_whoever_goes_is_looked_at_all_the_same() {
    let mut world = World::new();
    for key in ["ada", "bob"] {
        world.want(key, key == "ada").values.set(A::Roles, roles("Admin"));
        world.have(key, Status::Active).written.set(A::Roles, roles("Member"));
        let live = world.is(key, true);
        live.values.set(A::Roles, roles("Member"));
        live.values.set(A::Department, Value::text("Ops"));
    }
    world.connection().accounts[1].values.remove(A::Roles);
    world.connection().accounts[0].values.set(A::Department, Value::text("Eng"));
    assert_eq!(
        world.short(),
        "ada update,!update(guard.privileges) attributes_changed; bob disable disabled_at_source"
    );
    let live = crate::live::Live::complete(world.live.clone(), 2).unwrap();
    let known = world.state.connections["prod"].clone();
    let ids = closer_look(world.connection(), &known, &live, &Options::default());
    assert!(ids.contains("id-bob"), "{ids:?}");
    for (allowed, runs) in [(None, false), (Some(2), false), (Some(1), true)] {
        world.options.allow_privileges = allowed;
        let plan = world.plan().plan;
        assert_eq!(plan.changes[0].blocked.is_empty(), runs, "{allowed:?}");
        assert!(plan.changes[0].attributes.iter().any(|a| a.attribute == A::Roles && a.privilege));
    }
}

#[test]
fn only_member_is_no_privilege() {
    for (before, after, counts) in [
        ("Member", "Admin", true),
        ("Admin", "Member", true),
        ("Admin", "Owner", true),
        ("Member", "member", false),
        ("Member", "Members", true),
        ("ADMIN", "Admin", false),
    ] {
        let mut world = World::new();
        world.want("ada", true).values.set(A::Roles, roles(after));
        world.have("ada", Status::Active).written.set(A::Roles, roles(before));
        world.is("ada", true).values.set(A::Roles, roles(before));
        let plan = world.plan().plan;
        let guard = plan.guards.iter().find(|g| g.kind == GuardKind::Privileges).unwrap();
        assert_eq!(guard.planned, u64::from(counts), "{before} to {after}");
    }
}

//! `moved`, `removed` and `--target`.

use super::cases::settled;
use super::world::{CONNECTION, World};
use crate::model::{Attribute as A, Limit, RemoveAction, Value, Who};
use crate::plan::check;
use crate::state::Status;
use std::collections::BTreeMap;

/// `ada` is recorded and live under her old key, and asked for under `hr/1`.
fn rekeyed() -> World {
    let mut world = settled();
    world.connection().accounts.clear();
    world.want("hr/1", true).user_name = "ada@example.com".into();
    world
}

fn keys(world: &World) -> Vec<String> {
    world.state.connections[CONNECTION].accounts.keys().map(ToString::to_string).collect()
}

#[test]
fn a_moved_record_goes_by_its_new_key() {
    let mut world = rekeyed();
    // Another name and another address: without the block these are two people.
    let wanted = &mut world.connection().accounts[0];
    wanted.values.set(A::GivenName, Value::text("Augusta"));
    wanted.user_name = "augusta@example.com".into();
    world.have("ada", Status::Active).written.set(A::GivenName, Value::text("Ada"));
    world.live[0].values.set(A::GivenName, Value::text("Ada"));
    assert_eq!(world.short(), "ada disable left_rules; hr/1 create not_in_account");

    world.moved("ada", "hr/1");
    assert_eq!(world.short(), "hr/1 update attributes_changed; hr/1 records moved");
    let planned = world.plan();
    let from = planned.plan.changes[0].moved_from.as_ref().unwrap();
    assert_eq!(from.to_string(), "account.prod[\"ada\"]");
    world.apply(&planned);
    assert_eq!(keys(&world), ["hr/1"]);
    // The block stays in the files, and nothing is left for it to do.
    assert_eq!(world.short(), "");
}

#[test]
fn a_move_to_a_key_that_nobody_asks_for_takes_the_row_of_who_left() {
    let mut world = settled();
    world.connection().accounts.clear();
    world.moved("ada", "b");
    assert_eq!(world.short(), "b disable left_rules; b records moved");
    world.actions().remove_action = RemoveAction::Delete;
    assert_eq!(world.short(), "b delete left_rules; b records moved");
    let planned = world.plan();
    world.apply(&planned);
    assert_eq!(keys(&world), [""; 0]);
}

#[test]
fn a_move_and_a_changed_key_go_together() {
    // The block says a → b; the person is asked for as c by now.
    let mut world = rekeyed();
    world.moved("ada", "b");
    assert_eq!(world.short(), "hr/1 records moved");
    let planned = world.plan();
    assert_eq!(planned.plan.records[0].moved_from.as_ref().unwrap().key, "ada");
    world.apply(&planned);
    assert_eq!(keys(&world), ["hr/1"]);
    assert_eq!(world.short(), "");
}

#[test]
fn two_records_never_become_one() {
    let mut world = rekeyed();
    world.have("hr/1", Status::Active).id = Some("id-other".into());
    world.moved("ada", "hr/1");
    let found = world.try_plan().unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].summary.contains("the state has an account there"), "{found:?}");

    let mut world = rekeyed();
    world.have("bob", Status::Active);
    world.moved("ada", "hr/1");
    world.moved("bob", "hr/1");
    let found = world.try_plan().unwrap_err();
    assert!(found[0].detail.as_ref().unwrap().contains("two accounts"), "{found:?}");

    // Nothing at the one address: the blocks of two histories, of which one happened here.
    world.state.connections.get_mut(CONNECTION).unwrap().accounts.remove("bob");
    assert_eq!(world.short(), "hr/1 records moved");
}

#[test]
fn what_a_paused_rule_holds_never_moves() {
    let mut world = rekeyed();
    world.connection().accounts.clear();
    world.rule("staff").paused = true;
    world.moved("ada", "hr/1");
    assert_eq!(world.short(), "");
    assert_eq!(world.plan().plan.summary.paused, 1);
}

#[test]
fn what_an_enable_owes_moves_along() {
    let mut world = rekeyed();
    let kept = crate::state::Kept { user_type: Some(Value::text("Licensed")), licenses: None };
    world.have("ada", Status::Active).kept = Some(kept);
    world.live[0].values.set(A::UserType, Value::text("Basic"));
    world.moved("ada", "hr/1");
    assert_eq!(world.short(), "hr/1 update attributes_changed; hr/1 records moved");
    let planned = world.plan();
    world.apply(&planned);
    assert_eq!(world.short(), "");
}

#[test]
fn a_removed_block_obeys_every_guard() {
    let gone = |deprovision| {
        let mut world = settled();
        world.connection().accounts.clear();
        world.removed("ada", deprovision);
        world
    };
    assert_eq!(gone(true).short(), "ada disable removed_block");
    assert_eq!(gone(false).short(), "ada forget removed_block");
    // It goes before what the deletion of rules says, either way.
    let mut world = gone(true);
    world.connection().rules.clear();
    assert_eq!(world.short(), "ada disable removed_block");
    // No rule ever owned it: nobody but Zoom knows why it is there.
    let mut world = gone(true);
    world.have("ada", Status::Active).rules.clear();
    assert_eq!(world.short(), "ada forget removed_block");
    let mut world = gone(true);
    world.actions().deprovision = false;
    assert_eq!(world.short(), "ada !disable(actions.deprovision) removed_block");
    let mut world = gone(true);
    world.have("ada", Status::Active).protect = true;
    assert_eq!(world.short(), "ada !disable(guard.protect) removed_block");
    let mut world = gone(true);
    world.rule("staff").paused = true;
    assert_eq!(world.short(), "");
    for deprovision in [true, false] {
        let mut world = gone(deprovision);
        world.connection().settings.guard.max_removals = Limit::Count(0);
        assert!(world.plan().plan.guards[0].tripped);
    }
    // Somebody named who is not in the state.
    let mut world = settled();
    world.removed("nobody", true);
    assert_eq!(world.short(), "");
}

#[test]
fn a_removed_block_that_had_its_way_is_quiet_and_says_where_it_stands() {
    let mut world = settled();
    world.connection().accounts.clear();
    world.removed("ada", true);
    let planned = world.plan();
    let source = planned.plan.changes[0].source.as_ref().unwrap();
    assert_eq!((source.file.as_ref(), source.line), ("main.hcl", 1));
    world.apply(&planned);
    assert_eq!(world.state.connections[CONNECTION].accounts["ada"].status, Status::Deprovisioned);
    assert_eq!(world.short(), "");
    // `deprovision = false` later drops the memory of it.
    world.removed("ada", false);
    assert_eq!(world.short(), "ada forget removed_block");
}

#[test]
fn forgetting_the_old_record_frees_a_recycled_address() {
    let mut world = rekeyed();
    world.connection().accounts[0].values.set(A::GivenName, Value::text("Grace"));
    world.have("ada", Status::Active).written.set(A::GivenName, Value::text("Ada"));
    world.live[0].values.set(A::GivenName, Value::text("Ada"));
    let blocked =
        "ada !disable(user_name_taken) left_rules; hr/1 !create(user_name_taken) not_in_account";
    assert_eq!(world.short(), blocked);
    world.removed("ada", false);
    let forgets = "ada forget removed_block; hr/1 !create(user_name_taken) not_in_account";
    assert_eq!(world.short(), forgets);
    let planned = world.plan();
    world.apply(&planned);
    assert_eq!(world.short(), "hr/1 adopt,update already_in_account");
}

/// Three with a department to change, the last of whom left.
fn three() -> World {
    let mut world = World::new();
    for key in ["a", "b", "c"] {
        world.want(key, true).values.set(A::Department, Value::text("Ops"));
        world.have(key, Status::Active);
        world.is(key, true).values.set(A::Department, Value::text("Eng"));
    }
    world.connection().accounts.pop();
    world
}

fn target(world: &mut World, who: &[&str]) {
    world.options.targets = who.iter().map(|who| Who::parse(who).unwrap()).collect();
}

#[test]
fn targets_leave_everybody_else_out() {
    for (who, expected) in [
        (vec!["account.prod[\"a\"]"], "a update attributes_changed"),
        (vec!["B@example.com"], "b update attributes_changed"),
        (vec!["c@example.com"], "c disable left_rules"),
        (
            vec!["a@example.com", "account.prod[\"c\"]"],
            "a update attributes_changed; c disable left_rules",
        ),
        (vec!["nobody@example.com"], ""),
        (vec!["account.other[\"a\"]"], ""),
    ] {
        let mut world = three();
        target(&mut world, &who);
        assert_eq!(world.short(), expected, "{who:?}");
        let plan = world.plan().plan;
        assert!(!plan.complete);
        let removals = &plan.guards[0];
        assert_eq!(removals.planned, 1, "the guard counts everybody: {who:?}");
        let unknown = plan.diagnostics.iter().any(|d| d.summary.contains("no such account"));
        assert_eq!(unknown, expected.is_empty(), "{who:?}");
    }
}

#[test]
fn a_guard_trips_for_everybody_whoever_is_named() {
    let mut world = three();
    world.connection().settings.guard.max_removals = Limit::Count(0);
    target(&mut world, &["a@example.com"]);
    let plan = world.plan().plan;
    assert_eq!(plan.refused_guards().len(), 1);
    world.options.allow_removals = Some(1);
    assert!(world.plan().plan.refused_guards().is_empty());
}

#[test]
fn a_target_takes_along_the_renames_that_must_go_first() {
    // a wants b's address, b wants c's, c moves to a new one; d has an update of its own.
    let mut world = World::new();
    for (key, name) in [("a", "b"), ("b", "c"), ("c", "z"), ("d", "d")] {
        let wanted = world.want(key, true);
        wanted.user_name = format!("{name}@example.com").into();
        wanted.values.set(A::Department, Value::text("Ops"));
        world.have(key, Status::Active);
        world.is(key, true);
    }
    // A newcomer takes the address that a gives up.
    world.want("new", true).user_name = "a@example.com".into();
    let named = |who: &str| {
        let mut world = world.clone();
        target(&mut world, &[who]);
        let keys: Vec<_> =
            world.plan().plan.changes.iter().map(|c| c.address.key.to_string()).collect();
        let planned = world.plan();
        world.apply(&planned);
        keys.join(",")
    };
    assert_eq!(named("account.prod[\"c\"]"), "c");
    assert_eq!(named("account.prod[\"b\"]"), "b,c");
    assert_eq!(named("account.prod[\"a\"]"), "a,b,c");
    assert_eq!(named("account.prod[\"new\"]"), "a,b,c,new");
    assert_eq!(named("account.prod[\"d\"]"), "d");
}

#[test]
fn the_checker_sees_a_removal_that_a_block_spares() {
    let mut world = settled();
    world.connection().accounts.clear();
    let planned = world.plan();
    world.removed("ada", false);
    let live =
        [(CONNECTION.into(), crate::live::Live::complete(world.live.clone(), 1).unwrap())].into();
    let found = check(&planned, &world.input(&live, &BTreeMap::new()));
    assert_eq!(found, ["account.prod[\"ada\"]: disable is not allowed"]);
}

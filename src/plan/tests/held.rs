//! People whose record can't be used.

use super::world::World;
use crate::desired::Held;
use crate::model::{Attribute as A, Value};
use crate::state::Status;

fn held(world: &mut World, key: &str, user_name: Option<&str>) {
    let user_name = user_name.map(Into::into);
    world.connection().held.push(Held { key: key.into(), user_name });
}

/// Somebody who is recorded in each way, and asked for no longer.
fn world(status: Status, active: Option<bool>) -> World {
    let mut world = World::new();
    world.have("ada", status).rules = vec!["staff".into()];
    if let Some(active) = active {
        world.is("ada", active);
    }
    world.want("bob", true);
    world.have("bob", Status::Active);
    world.is("bob", true);
    world
}

#[test]
fn who_is_held_is_left_exactly_as_is() {
    for status in Status::ALL {
        for live in [None, Some(true), Some(false)] {
            for removed in [None, Some(false), Some(true)] {
                let name = "ADA@example.com";
                for (key, user_name) in [("ada", None), ("ada", Some(name)), ("other", Some(name))]
                {
                    let mut world = world(status, live);
                    held(&mut world, key, user_name);
                    if let Some(deprovision) = removed {
                        world.removed("ada", deprovision);
                    }
                    let planned = world.plan();
                    assert_eq!(world.short(), "", "{status:?} {live:?} {key}");
                    assert!(planned.work.stale.is_empty() && planned.work.records.is_empty());
                    assert!(planned.plan.leavers.is_empty() && planned.plan.complete);
                    assert_eq!(planned.plan.summary.held, 1);
                    assert_eq!(planned.plan.summary.unchanged, 1, "bob");
                }
            }
        }
    }
}

#[test]
fn nobody_else_gets_what_they_hold() {
    let mut world = world(Status::Active, Some(true));
    held(&mut world, "ada", None);
    // The same person under another key is nobody to move the record to, as long as the old key is there.
    world.want("new", true).user_name = "ada@example.com".into();
    assert_eq!(world.short(), "new !create(user_name_taken) not_in_account");
    world.moved("ada", "new");
    assert_eq!(world.short(), "new !create(user_name_taken) not_in_account");
    world.connection().accounts.retain(|account| account.key != "new");
    world.connection().accounts[0].user_name = "ada@example.com".into();
    assert_eq!(world.short(), "bob !update(user_name_taken) attributes_changed");
}

#[test]
fn a_newcomer_who_is_held_is_counted_and_nothing_else() {
    let mut world = world(Status::Active, Some(true));
    held(&mut world, "new", None);
    held(&mut world, "new", None);
    assert_eq!(world.short(), "ada disable left_rules");
    assert_eq!(world.plan().plan.summary.held, 2);
}

#[test]
fn they_are_no_part_of_what_a_guard_counts_and_no_reason_to_stop() {
    let mut world = world(Status::Active, Some(true));
    held(&mut world, "ada", None);
    world.connection().accounts[0].values.set(A::Title, Value::text("CTO"));
    let planned = world.plan();
    assert!(planned.plan.guards.iter().all(|guard| guard.planned == 0));
    assert_eq!(planned.plan.summary.update, 1);
    // Nothing is planned where it is not known who is missing.
    world.connection().unusable = true;
    let plan = world.plan().plan;
    assert!(plan.changes.is_empty() && !plan.complete);
    assert_eq!(plan.summary.held, 0);
}

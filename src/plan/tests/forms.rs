//! Texts that differ by their Unicode normalization form alone.

use super::world::{CONNECTION, World};
use crate::model::{Address, Attribute as A, Value, Who};
use crate::plan::align;
use crate::state::Status;

const COMPOSED: &str = "zo\u{eb}";
const APART: &str = "zoe\u{308}";

/// Somebody who is settled under `recorded`, at an address and with a name in that form, and asked for in another.
fn other_form(recorded: &str, wanted: &str) -> World {
    let mut world = World::new();
    let account = world.want(wanted, true);
    account.user_name = format!("{wanted}@example.com").into();
    account.values.set(A::GivenName, Value::text(wanted));
    let record = world.have(recorded, Status::Active);
    record.user_name = format!("{recorded}@example.com").into();
    record.written.set(A::GivenName, Value::text(recorded));
    let live = world.is(recorded, true);
    live.user_name = format!("{recorded}@example.com").into();
    live.values.set(A::GivenName, Value::text(recorded));
    align(&mut world.desired, &world.state);
    world
}

#[test]
fn another_form_of_a_key_an_address_and_a_name_changes_nothing() {
    for (recorded, wanted) in [(COMPOSED, APART), (APART, COMPOSED), (APART, APART)] {
        // A configuration has its keys in form C.
        let mut world = other_form(recorded, COMPOSED);
        assert_eq!(world.short(), "", "{recorded:?} {wanted:?}");
        world.connection().accounts[0].user_name = format!("{wanted}@example.com").into();
        world.connection().accounts[0].values.set(A::GivenName, Value::text(wanted));
        assert_eq!(world.short(), "");
        // The record keeps the form of its key.
        let keys: Vec<_> = world.state.connections[CONNECTION].accounts.keys().cloned().collect();
        assert_eq!(keys, [recorded]);
    }
}

#[test]
fn a_record_in_another_form_is_removed_and_moved_by_its_key() {
    let mut world = other_form(APART, COMPOSED);
    world.connection().accounts.clear();
    world.removed(COMPOSED, true);
    align(&mut world.desired, &world.state);
    assert_eq!(world.short(), format!("{APART} disable removed_block"));

    let mut world = other_form(APART, COMPOSED);
    world.connection().accounts.clear();
    world.want("e1", true).user_name = format!("{COMPOSED}@example.com").into();
    world.moved(COMPOSED, "e1");
    align(&mut world.desired, &world.state);
    assert_eq!(world.short(), "e1 records moved");
}

#[test]
fn who_is_named_in_another_form_is_found() {
    let mut world = other_form(APART, COMPOSED);
    world.connection().accounts[0].values.set(A::Title, Value::text("CTO"));
    for who in [
        Who::Address(Address::new(CONNECTION, COMPOSED)),
        Who::Address(Address::new(CONNECTION, APART)),
        Who::parse(&format!("{COMPOSED}@example.com")).unwrap(),
        Who::parse(&format!("{APART}@example.com")).unwrap(),
    ] {
        world.options.targets = vec![who.clone()];
        let plan = world.plan().plan;
        assert_eq!(plan.changes.len(), 1, "{who}");
        assert!(plan.diagnostics.iter().all(|d| !d.summary.contains("no such account")), "{who}");
    }
    let recorded = world.state.recorded(&Address::new(CONNECTION, COMPOSED));
    assert_eq!(recorded, Some(Address::new(CONNECTION, APART)));
}

#[test]
fn two_records_in_two_forms_stay_two() {
    let mut world = other_form(APART, COMPOSED);
    world.have(COMPOSED, Status::Active);
    world.connection().accounts.clear();
    world.want(COMPOSED, true);
    align(&mut world.desired, &world.state);
    assert_eq!(world.connection().accounts[0].key, COMPOSED);
}

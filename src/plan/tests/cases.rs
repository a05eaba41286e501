//! Cases beyond the table: attributes, and who is matched with whom.

use super::world::World;
use crate::model::{Attribute as A, AttributeSet, Value};
use crate::plan::work::Phase;
use crate::state::Status;
use std::sync::Arc;

pub(super) fn text(value: &str) -> Value {
    Value::text(value)
}

/// One settled active account, to be varied.
pub(super) fn settled() -> World {
    let mut world = World::new();
    world.want("ada", true);
    world.have("ada", Status::Active);
    world.is("ada", true);
    world
}

pub(super) fn settled_with(
    attribute: A,
    wanted: &str,
    written: Option<&str>,
    live: Option<&str>,
) -> World {
    let mut world = settled();
    let account = &mut world.connection().accounts[0];
    account.values.set(attribute, text(wanted));
    if let Some(written) = written {
        world.have("ada", Status::Active).written.set(attribute, text(written));
    }
    if let Some(live) = live {
        world.live[0].values.set(attribute, text(live));
    }
    world
}

/// `attribute: before → after (origin)` of the only change.
fn attributes(world: &World) -> Vec<String> {
    let planned = world.plan();
    let show = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(Value::Text(text)) => text.to_string(),
        Some(value) => format!("{value:?}"),
    };
    let changes = planned.plan.changes.iter().flat_map(|change| &change.attributes);
    changes
        .map(|c| {
            let (before, after) = (show(&c.before), show(&c.after));
            format!("{} {before}→{after} {}", c.attribute, c.origin.word())
        })
        .collect()
}

#[test]
fn attributes_differ_as_people_mean_it_and_say_who_moved() {
    let d = A::Department;
    for (wanted, written, live, expected) in [
        ("Ops", Some("Ops"), Some("Ops"), None),
        ("Ops", None, Some("Ops"), None),
        (
            "Ops",
            Some("Eng"),
            Some("Eng"),
            Some(("department Eng→Ops config", "attributes_changed")),
        ),
        ("Ops", None, Some("Eng"), Some(("department Eng→Ops config", "attributes_changed"))),
        ("Ops", Some("Ops"), Some("Eng"), Some(("department Eng→Ops drift", "drifted"))),
        ("Ops", Some("Ops"), None, Some(("department -→Ops drift", "drifted"))),
        ("Ops", Some("Eng"), Some("Ops"), None),
        // Zoom can't clear.
        ("", Some("Ops"), Some("Ops"), None),
        ("", None, None, None),
    ] {
        let world = settled_with(d, wanted, written, live);
        let case = format!("{wanted} {written:?} {live:?}");
        match expected {
            None => assert_eq!(world.short(), "", "{case}"),
            Some((attribute, reason)) => {
                assert_eq!(attributes(&world), [attribute], "{case}");
                assert_eq!(world.short(), format!("ada update {reason}"), "{case}");
            }
        }
    }
}

#[test]
fn what_zoom_cannot_clear_is_noted_and_the_rfc_clears_it() {
    let mut world = settled_with(A::Department, "", Some("Ops"), Some("Ops"));
    let notes = world.plan().plan.diagnostics;
    assert!(notes[0].summary.contains("1 accounts have a value that is to be empty"), "{notes:?}");
    world.connection().settings.service = crate::model::Service::Scim;
    assert_eq!(attributes(&world), ["department Ops→ config"]);
}

#[test]
fn ignored_attributes_are_set_at_creation_and_not_compared_later() {
    let mut world = settled_with(A::Title, "CTO", Some("CEO"), Some("CEO"));
    let owner = Arc::make_mut(&mut world.connection().accounts[0].owner);
    owner.ignore_changes = [A::Title, A::UserName].into_iter().collect::<AttributeSet>();
    world.connection().accounts[0].user_name = "other@example.com".into();
    assert_eq!(world.short(), "");
    world.live.clear();
    world.state.connections.clear();
    assert_eq!(attributes(&world), ["user_name -→other@example.com config", "title -→CTO config"]);
}

#[test]
fn addresses_compare_without_case() {
    let mut world = settled();
    world.connection().accounts[0].user_name = "ADA@Example.com".into();
    assert_eq!(world.short(), "");
    world.state.connections.clear();
    assert_eq!(world.short(), "ada adopt already_in_account");
}

#[test]
fn a_rename_takes_the_email_along_where_that_followed() {
    let mut world = settled();
    world.connection().accounts[0].user_name = "ada.l@example.com".into();
    world.live[0].values.set(A::Email, text("ada@example.com"));
    let renamed = "user_name ada@example.com→ada.l@example.com config";
    assert_eq!(attributes(&world), [renamed, "email ada@example.com→ada.l@example.com config"]);
    world.live[0].values.set(A::Email, text("countess@example.com"));
    assert_eq!(attributes(&world), [renamed]);
    world.live[0].admin = Some(true);
    assert_eq!(world.short(), "ada !update(admin) attributes_changed");
}

#[test]
fn renames_wait_for_the_address_they_need_and_circles_are_blocked() {
    let chain = |names: &[(&str, &str)]| {
        let mut world = World::new();
        for (key, wanted) in names {
            world.want(key, true).user_name = format!("{wanted}@example.com").into();
            world.have(key, Status::Active);
            world.is(key, true);
        }
        world
    };
    let mut world = chain(&[("a", "b"), ("b", "c"), ("c", "d")]);
    let phases: Vec<_> =
        world.plan().work.tasks.iter().map(|t| (t.address.key.clone(), t.steps[0].phase)).collect();
    let rename = |key: &str, depth| (key.into(), Phase::Rename(depth));
    assert_eq!(phases, [rename("a", 2), rename("b", 1), rename("c", 0)]);
    let planned = world.plan();
    world.apply(&planned);
    assert_eq!(world.short(), "");

    let swap = chain(&[("a", "b"), ("b", "a"), ("c", "a2")]).short();
    assert_eq!(
        swap,
        "a !update(rename_cycle) attributes_changed; b !update(rename_cycle) attributes_changed; \
         c update attributes_changed"
    );
    // What waits for a circle waits in vain.
    let tail = chain(&[("a", "b"), ("b", "a"), ("c", "a")]);
    assert!(tail.short().contains("c !update(user_name_taken)"), "{}", tail.short());
    // A chain that ends at somebody who stays.
    let mut stuck = chain(&[("a", "b"), ("b", "c")]);
    stuck.is("c", true);
    assert_eq!(
        stuck.short(),
        "a !update(user_name_taken) attributes_changed; b !update(user_name_taken) attributes_changed"
    );
    let planned = stuck.plan();
    assert!(planned.plan.diagnostics.iter().any(|d| d.summary.contains("does not manage")));
    // A create takes an address that a rename frees.
    let mut freed = chain(&[("a", "b")]);
    freed.want("n", true).user_name = "A@example.com".into();
    assert_eq!(freed.short(), "a update attributes_changed; n create not_in_account");
    let planned = freed.plan();
    freed.apply(&planned);
    assert_eq!(freed.short(), "");
}

#[test]
fn a_record_follows_its_person_to_a_new_key() {
    let mut world = World::new();
    world.want("hr/E1", true).user_name = "Ada@example.com".into();
    let account = &mut world.connection().accounts[0];
    account.values.set(A::GivenName, text("Ada"));
    account.values.set(A::FamilyName, text("Lovelace"));
    let known = world.have("ada", Status::Active);
    known.written.set(A::GivenName, text("ADA"));
    known.written.set(A::FamilyName, text("Lovelace"));
    world.is("ada", true).values.set(A::GivenName, text("Ada"));
    world.live[0].values.set(A::FamilyName, text("Lovelace"));
    assert_eq!(world.short(), "hr/E1 records moved");
    let planned = world.plan();
    assert_eq!(planned.plan.records[0].moved_from.as_ref().unwrap().key, "ada");
    world.apply(&planned);
    assert_eq!(world.short(), "");
    assert_eq!(world.state.accounts().count(), 1);
}

#[test]
fn a_recycled_address_blocks_both_people() {
    let mut world = World::new();
    world.want("hr/E2", true).user_name = "ada@example.com".into();
    world.connection().accounts[0].values.set(A::GivenName, text("Adam"));
    world.have("ada", Status::Active).written.set(A::GivenName, text("Ada"));
    world.is("ada", true).values.set(A::GivenName, text("Ada"));
    assert_eq!(
        world.short(),
        "ada !disable(user_name_taken) left_rules; hr/E2 !create(user_name_taken) not_in_account"
    );
    let said = &world.plan().plan.diagnostics[0];
    assert!(said.summary.contains("held by account.prod[\"ada\"]"), "{said:?}");
    // Once the first one's account is gone nobody is in the way.
    world.live.clear();
    assert_eq!(world.short(), "ada forget already_gone; hr/E2 create not_in_account");
}

#[test]
fn a_paused_account_holds_its_address_and_stays_where_it_is() {
    let mut world = World::new();
    world.rule("staff").paused = true;
    world.rule("other");
    world.want("new", true).user_name = "ada@example.com".into();
    world.have("ada", Status::Active);
    world.is("ada", true);
    assert_eq!(world.short(), "new !create(user_name_taken) not_in_account");
    assert_eq!(world.plan().plan.summary.paused, 1);
}

#[test]
fn an_id_that_changed_is_recorded_not_recreated() {
    let mut world = settled();
    world.live[0].id = "another".into();
    assert_eq!(world.short(), "ada records id");
}

#[test]
fn owners_and_flags_are_recorded_and_a_second_rule_keeps_the_account() {
    let mut world = settled();
    world.rule("second");
    Arc::make_mut(&mut world.connection().accounts[0].owner).rules = vec!["second".into()];
    assert_eq!(world.short(), "ada records rules");
    world.connection().rules.remove("staff");
    assert_eq!(world.short(), "ada records rules");
    // Owned by a deleted rule and by one that no longer selects it: it left a rule.
    world.connection().accounts.clear();
    let rules = &mut world.have("ada", Status::Active).rules;
    *rules = vec!["second".into(), "staff".into()];
    assert_eq!(world.short(), "ada disable left_rules");
    assert_eq!(world.plan().plan.changes[0].rules, ["second"]);
}

//! Cases beyond the table: matching, attributes, blocks, guards.

use super::world::World;
use crate::model::{Attribute as A, AttributeSet, LicenseValue, Limit, RemoveAction, Value, Who};
use crate::plan::work::{Operation, Phase};
use crate::plan::{GuardKind, Origin};
use crate::state::{Kept, Refused, Status};
use std::sync::Arc;

fn text(value: &str) -> Value {
    Value::text(value)
}

/// One settled active account, to be varied.
fn settled() -> World {
    let mut world = World::new();
    world.want("ada", true);
    world.have("ada", Status::Active);
    world.is("ada", true);
    world
}

fn settled_with(attribute: A, wanted: &str, written: Option<&str>, live: Option<&str>) -> World {
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

#[test]
fn switches_block_the_steps_that_they_name() {
    let removed = || {
        let mut world = settled();
        world.connection().accounts.clear();
        world
    };
    let inactive = || {
        let mut world = settled();
        world.connection().accounts[0].active = false;
        world
    };
    let mut world = removed();
    world.actions().deprovision = false;
    assert_eq!(world.short(), "ada !disable(actions.deprovision) left_rules");
    world.actions().remove_action = RemoveAction::Delete;
    assert_eq!(world.short(), "ada !delete(actions.deprovision) left_rules");
    let mut world = inactive();
    world.actions().disable = false;
    assert_eq!(world.short(), "ada !disable(actions.disable) disabled_at_source");
    world.actions().update = false;
    assert_eq!(world.short(), "ada !disable(actions.update) disabled_at_source");
    let mut world = settled_with(A::Title, "CTO", None, None);
    world.actions().update = false;
    assert_eq!(world.short(), "ada !update(actions.update) attributes_changed");
    let mut world = World::new();
    world.want("ada", true);
    world.actions().create = false;
    assert_eq!(world.short(), "ada !create(actions.create) not_in_account");
    // Nothing blocks what touches the state alone.
    let mut world = settled();
    world.connection().rules.clear();
    world.connection().accounts.clear();
    *world.actions() = crate::model::Actions {
        create: false,
        update: false,
        disable: false,
        deprovision: false,
        ..*world.actions()
    };
    assert_eq!(world.short(), "ada forget rule_deleted");
}

#[test]
fn protection_outlives_its_line() {
    let mut world = settled();
    world.connection().settings.guard.protect = vec!["ada@example.com".into()];
    assert_eq!(world.short(), "ada records flags");
    let planned = world.plan();
    world.apply(&planned);
    world.connection().accounts.clear();
    world.connection().settings.guard.protect.clear();
    assert_eq!(world.short(), "ada !disable(guard.protect) left_rules");
    // Turned off while the account was still asked for.
    world.want("ada", true);
    let planned = world.plan();
    world.apply(&planned);
    world.connection().accounts.clear();
    assert_eq!(world.short(), "ada disable left_rules");
}

#[test]
fn protect_matches_the_desired_the_recorded_and_the_live_address() {
    for protected in ["wanted@example.com", "known@example.com", "live@example.com"] {
        let mut world = settled();
        world.connection().accounts[0].user_name = "wanted@example.com".into();
        world.have("ada", Status::Active).user_name = "known@example.com".into();
        world.live[0].user_name = "live@example.com".into();
        world.connection().settings.guard.protect = vec![protected.into()];
        assert!(world.short().contains("!update(guard.protect)"), "{protected}: {}", world.short());
    }
}

#[test]
fn prevent_removal_blocks_disables_deletes_and_downgrades_and_outlives_its_rule() {
    let mut world = settled_with(A::UserType, "Basic", None, Some("Licensed"));
    world.connection().accounts[0].values.set(A::Title, text("CTO"));
    let owner = Arc::make_mut(&mut world.connection().accounts[0].owner);
    owner.prevent_removal = vec!["staff".into()];
    assert_eq!(
        world.short(),
        "ada update,!update(rule.staff.prevent_removal) attributes_changed; ada records flags"
    );
    world.connection().accounts[0].active = false;
    assert!(world.short().contains("!disable(rule.staff.prevent_removal)"));
    let planned = world.plan();
    world.apply(&planned);
    world.connection().accounts.clear();
    world.connection().rules.clear();
    world.actions().deprovision_on_rule_deletion = true;
    assert_eq!(world.short(), "ada !disable(rule.staff.prevent_removal) rule_deleted");
}

#[test]
fn owners_and_admins_are_blocked_while_planning() {
    let mut world = settled();
    world.live[0].admin = Some(true);
    world.connection().accounts[0].active = false;
    assert_eq!(world.short(), "ada !disable(admin) disabled_at_source");
    world.connection().accounts.clear();
    assert_eq!(world.short(), "ada !disable(admin) left_rules");
}

#[test]
fn what_the_service_refused_waits_until_something_moves() {
    let mut world = settled_with(A::Title, "CTO", None, Some("CEO"));
    let refused = Refused { desired: text("CTO"), live: Some(text("CEO")) };
    world.have("ada", Status::Active).refused.insert(A::Title, refused);
    assert_eq!(world.short(), "ada !update(refused) attributes_changed");
    world.connection().accounts[0].values.set(A::Department, text("Ops"));
    assert_eq!(world.short(), "ada update,!update(refused) attributes_changed");
    world.options.retry_refused = true;
    assert_eq!(world.short(), "ada update attributes_changed");
    world.options.retry_refused = false;
    world.live[0].values.set(A::Title, text("CFO"));
    assert_eq!(world.short(), "ada update attributes_changed");
}

#[test]
fn somebody_elses_identity_is_not_written_over() {
    let mut world = settled_with(A::GivenName, "Bob", Some("Ada"), Some("Ada"));
    world.connection().accounts[0].values.set(A::FamilyName, text("Stone"));
    world.connection().accounts[0].user_name = "bob@example.com".into();
    let known = world.have("ada", Status::Active);
    known.written.set(A::GivenName, text("Ada"));
    known.written.set(A::FamilyName, text("Lovelace"));
    assert_eq!(world.short(), "ada !update(identity_change) attributes_changed");
    // A disable is not held up.
    world.connection().accounts[0].active = false;
    assert_eq!(world.short(), "ada disable,!update(identity_change) disabled_at_source");
    world.connection().accounts[0].active = true;
    world.options.confirm = vec![Who::UserName("bob@example.com".into())];
    assert_eq!(world.short(), "ada update attributes_changed");
}

#[test]
fn a_confirmation_lets_one_account_through() {
    let mut world = settled();
    world.live[0].active = false;
    for who in ["account.prod[\"ada\"]", "Ada@example.com"] {
        world.options.confirm = vec![Who::parse(who).unwrap()];
        assert_eq!(world.short(), "ada enable drifted", "{who}");
    }
    world.options.confirm = vec![Who::UserName("bob@example.com".into())];
    assert_eq!(world.short(), "ada !enable(disabled_outside) drifted");
    let said = &world.plan().plan.diagnostics[0].summary;
    assert_eq!(said, "--confirm bob@example.com: no such account");
    world.live.clear();
    world.options.confirm = vec![Who::UserName("ada@example.com".into())];
    assert_eq!(world.short(), "ada create removed_outside");
}

#[test]
fn a_disable_keeps_the_licences_and_an_enable_gives_them_back() {
    let licences = Value::Map(Box::new([("zoomIQ".into(), LicenseValue::Bool(true))].into()));
    let mut world = settled_with(A::UserType, "Licensed", Some("Licensed"), Some("Licensed"));
    world.live[0].values.set(A::Licenses, licences.clone());
    world.connection().accounts[0].active = false;
    let planned = world.plan();
    world.apply(&planned);
    let record = &world.state.connections["prod"].accounts["ada"];
    let kept = Kept { user_type: Some(text("Licensed")), licenses: Some(licences.clone()) };
    assert_eq!(record.kept.as_ref(), Some(&kept));
    // Off, the two are not compared.
    assert_eq!(world.short(), "");
    world.connection().accounts[0].active = true;
    assert_eq!(world.short(), "ada enable enabled_at_source");
    let planned = world.plan();
    let Operation::Enable(given) = &planned.work.tasks[0].steps[0].operation else { panic!() };
    assert_eq!(given.values.get(A::UserType), Some(&text("Licensed")));
    assert_eq!(given.values.get(A::Licenses), Some(&licences));
    world.apply(&planned);
    assert_eq!(world.short(), "");
}

#[test]
fn what_somebody_else_had_switched_off_stays_off_after_it_left_and_came_back() {
    let mut world = settled();
    world.live[0].active = false;
    let wanted = world.connection().accounts.pop().unwrap();
    assert_eq!(world.short(), "ada records status");
    let planned = world.plan();
    world.apply(&planned);
    world.connection().accounts.push(wanted);
    assert_eq!(world.short(), "ada !enable(disabled_outside) enabled_at_source");
    world.options.confirm = vec![Who::UserName("ada@example.com".into())];
    assert_eq!(world.short(), "ada enable enabled_at_source");
}

#[test]
fn an_active_licensed_account_frees_its_seat_before_it_is_deleted() {
    let mut world = settled_with(A::UserType, "Licensed", None, Some("Licensed"));
    world.connection().accounts.clear();
    world.actions().remove_action = RemoveAction::Delete;
    assert_eq!(world.short(), "ada disable,delete left_rules");
    let planned = world.plan();
    let phases: Vec<_> = planned.work.tasks[0].steps.iter().map(|step| step.phase).collect();
    assert_eq!(phases, [Phase::Free, Phase::Delete]);
    assert_eq!((planned.plan.guards[0].planned, planned.plan.guards[1].planned), (1, 1));
}

#[test]
fn guards_count_every_removal_once_and_need_the_exact_number() {
    let mut world = World::new();
    for n in 0..20 {
        let key = format!("p{n:02}");
        world.want(&key, n >= 3).values.set(A::UserType, text("Basic"));
        world.have(&key, Status::Active);
        let kind = if n == 5 { "Licensed" } else { "Basic" };
        world.is(&key, true).values.set(A::UserType, text(kind));
    }
    world.connection().accounts.remove(10);
    world.connection().settings.guard.max_removals = Limit::Default;
    let guard = |world: &World| {
        let plan = world.plan().plan;
        let guard = plan.guards.iter().find(|g| g.kind == GuardKind::Removals).unwrap().clone();
        (guard.planned, guard.limit, guard.tripped, plan.refused_guards().len())
    };
    // Three disables, one downgrade, one that left.
    assert_eq!(guard(&world), (5, 5, false, 0));
    world.connection().accounts.remove(10);
    assert_eq!(guard(&world), (6, 5, true, 1));
    world.options.allow_removals = Some(7);
    assert_eq!(guard(&world).3, 1);
    world.options.allow_removals = Some(6);
    assert_eq!(guard(&world).3, 0);
    // Blocked removals take nothing.
    world.actions().deprovision = false;
    assert_eq!(guard(&world), (4, 5, false, 0));
    let notes = world.plan().plan.diagnostics;
    assert!(notes.iter().any(|d| d.summary.contains("--allow-removals is ignored")), "{notes:?}");
}

#[test]
fn an_empty_source_is_an_error_unless_somebody_says_so() {
    let mut world = World::new();
    world.have("hr/E1", Status::Active);
    world.is("hr/E1", true);
    world.rule("staff").selected = 0;
    let place = super::world::place();
    let directory = crate::desired::Directory { people: 0, file: "people.csv".into(), place };
    world.desired.directories.insert("hr".into(), directory);
    let said = |world: &World| -> Vec<String> {
        world.try_plan().err().into_iter().flatten().map(|d| d.summary).collect()
    };
    assert_eq!(
        said(&world),
        [
            "rule `staff` selects nobody, but the state has 1 accounts from it",
            "directory `hr` yields nobody, but the state has 1 accounts from it"
        ]
    );
    world.options.allow_empty = vec!["rule.staff".into()];
    assert_eq!(said(&world).len(), 1);
    world.options.allow_empty = vec!["hr".into()];
    assert_eq!(world.short(), "hr/E1 disable left_rules");
    world.options.allow_empty.clear();
    world.rule("staff").paused = true;
    assert_eq!(
        said(&world),
        ["directory `hr` yields nobody, but the state has 1 accounts from it"]
    );
}

#[test]
fn a_connection_that_vanished_or_points_elsewhere_is_an_error() {
    let mut world = settled();
    let connection = world.desired.connections.remove("prod").unwrap();
    let errors = world.try_plan().unwrap_err();
    assert!(errors[0].summary.contains("left the configuration, but the state has 1"));
    assert!(errors[0].help.len() >= 3);
    world.desired.connections.insert("prod".into(), connection);
    world.state.connections.get_mut("prod").unwrap().fingerprint =
        Some(crate::model::Fingerprint("sha256:1".into()));
    let now = [("prod".into(), crate::model::Fingerprint("sha256:2".into()))].into();
    let errors = crate::plan::preflight(&world.desired, &world.state, &now, &world.options);
    assert!(errors[0].summary.contains("points to another account"), "{errors:?}");
}

#[test]
fn an_account_that_no_rule_ever_owned_is_only_forgotten() {
    let mut world = settled();
    world.connection().accounts.clear();
    world.have("ada", Status::Active).rules.clear();
    world.actions().deprovision_on_rule_deletion = true;
    assert_eq!(world.short(), "ada forget rule_deleted");
}

#[test]
fn a_paused_connection_is_left_alone() {
    let mut world = settled();
    world.connection().accounts.clear();
    world.connection().settings.enabled = false;
    let planned = world.try_plan().unwrap();
    assert!(!planned.plan.has_work());
    assert_eq!(planned.plan.summary.paused, 1);
}

#[test]
fn unmanaged_accounts_are_counted_and_listed_on_demand() {
    let mut world = settled();
    world.is("stranger", true);
    assert_eq!(world.short(), "");
    assert_eq!(world.plan().plan.summary.unmanaged, 1);
    world.options.show_unmanaged = true;
    assert_eq!(world.plan().plan.unmanaged[0].user_name, "stranger@example.com");
}

#[test]
fn origin_of_a_switch() {
    let mut world = settled();
    world.live[0].active = false;
    assert_eq!(world.plan().plan.changes[0].attributes[0].origin, Origin::Drift);
    world.live[0].active = true;
    world.connection().accounts[0].active = false;
    assert_eq!(world.plan().plan.changes[0].attributes[0].origin, Origin::Config);
}

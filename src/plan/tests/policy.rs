//! Cases beyond the table: what blocks a step, what is kept for later, and the guards.

use super::cases::{settled, settled_with, text};
use super::world::World;
use crate::model::{Attribute as A, LicenseValue, Limit, RemoveAction, Value, Who};
use crate::plan::work::{Operation, Phase};
use crate::plan::{GuardKind, Origin};
use crate::state::{Kept, Refused, Status};
use std::sync::Arc;

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
    let refused = Refused { desired: text("CTO"), live: Some(text("CEO")), status: None };
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

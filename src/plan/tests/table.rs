//! The decision table of the design, row by row, and a test that it is total.

use super::world::World;
use crate::model::RemoveAction;
use crate::state::Status;

/// Wanted, recorded, live, removal → what the plan says. `*` stands for any. The first row that
/// matches counts. Written from the design's table, not from the code.
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    ("paused", "*", "*", "*", ""),
    ("active", "-", "-", "*", "create not_in_account"),
    ("inactive", "-", "-", "*", ""),
    ("active", "-", "active", "*", "adopt already_in_account"),
    ("active", "-", "inactive", "*", "adopt,!enable(disabled_outside) already_in_account"),
    ("inactive", "-", "active", "*", "adopt,disable already_in_account"),
    ("inactive", "-", "inactive", "*", "adopt already_in_account"),
    ("active", "active", "active", "*", ""),
    ("inactive", "disabled", "inactive", "*", ""),
    ("active", "disabled", "active", "*", "records status"),
    ("inactive", "active", "inactive", "*", "records status"),
    ("inactive", "active", "active", "*", "disable disabled_at_source"),
    ("inactive", "disabled", "active", "*", "disable drifted"),
    ("active", "disabled", "inactive", "*", "enable enabled_at_source"),
    ("active", "active", "inactive", "*", "!enable(disabled_outside) drifted"),
    ("active", "active", "-", "*", "!create(removed_outside) removed_outside"),
    ("active", "disabled", "-", "*", "!create(removed_outside) removed_outside"),
    ("inactive", "active", "-", "*", "forget already_gone"),
    ("inactive", "disabled", "-", "*", "forget already_gone"),
    ("active", "pending", "-", "*", ""),
    ("inactive", "pending", "-", "*", "!disable(pending) disabled_at_source"),
    ("active", "pending", "active", "*", "records status"),
    ("active", "pending", "inactive", "*", "!enable(disabled_outside) drifted; records status"),
    ("inactive", "pending", "active", "*", "disable disabled_at_source; records status"),
    ("inactive", "pending", "inactive", "*", "records status"),
    ("removed", "-", "*", "*", ""),
    ("removed", "pending", "-", "disable", "!disable(pending) removed_block"),
    ("removed", "pending", "-", "delete", "!delete(pending) removed_block"),
    ("removed", "pending", "active", "disable", "disable removed_block; records status"),
    ("removed", "pending", "active", "delete", "delete removed_block; records status"),
    ("removed", "pending", "inactive", "disable", "records status"),
    ("removed", "pending", "inactive", "delete", "delete removed_block; records status"),
    ("removed", "active", "active", "disable", "disable removed_block"),
    ("removed", "disabled", "active", "disable", "disable removed_block"),
    ("removed", "active", "active", "delete", "delete removed_block"),
    ("removed", "disabled", "active", "delete", "delete removed_block"),
    ("removed", "active", "inactive", "delete", "delete removed_block"),
    ("removed", "disabled", "inactive", "delete", "delete removed_block"),
    ("removed", "active", "inactive", "disable", "records status"),
    ("removed", "disabled", "inactive", "disable", "records status"),
    ("removed", "active", "-", "*", "forget already_gone"),
    ("removed", "disabled", "-", "*", "forget already_gone"),
    ("removed", "deprovisioned", "active", "*", "!disable(enabled_outside) removed_block"),
    ("removed", "deprovisioned", "inactive", "delete", "delete removed_block"),
    ("removed", "deprovisioned", "*", "*", ""),
    ("removed", "unknown", "*", "*", ""),
    ("removed, keep", "-", "*", "*", ""),
    ("removed, keep", "pending", "*", "*", "forget removed_block"),
    ("removed, keep", "active", "-", "*", "forget already_gone"),
    ("removed, keep", "disabled", "-", "*", "forget already_gone"),
    ("removed, keep", "active", "*", "*", "forget removed_block"),
    ("removed, keep", "disabled", "*", "*", "forget removed_block"),
    ("removed, keep", "deprovisioned", "*", "*", "forget removed_block"),
    ("removed, keep", "unknown", "*", "*", ""),
    ("left", "pending", "-", "disable", "!disable(pending) left_rules"),
    ("left", "pending", "-", "delete", "!delete(pending) left_rules"),
    ("left", "pending", "active", "disable", "disable left_rules; records status"),
    ("left", "pending", "active", "delete", "delete left_rules; records status"),
    ("left", "pending", "inactive", "disable", "records status"),
    ("left", "pending", "inactive", "delete", "delete left_rules; records status"),
    ("deleted, keep", "pending", "*", "*", "forget rule_deleted"),
    ("deleted, remove", "pending", "-", "disable", "!disable(pending) rule_deleted"),
    ("deleted, remove", "pending", "-", "delete", "!delete(pending) rule_deleted"),
    ("deleted, remove", "pending", "active", "disable", "disable rule_deleted; records status"),
    ("deleted, remove", "pending", "active", "delete", "delete rule_deleted; records status"),
    ("deleted, remove", "pending", "inactive", "disable", "records status"),
    ("deleted, remove", "pending", "inactive", "delete", "delete rule_deleted; records status"),
    ("left", "active", "active", "disable", "disable left_rules"),
    ("left", "disabled", "active", "disable", "disable left_rules"),
    ("left", "active", "active", "delete", "delete left_rules"),
    ("left", "disabled", "active", "delete", "delete left_rules"),
    ("left", "active", "inactive", "delete", "delete left_rules"),
    ("left", "disabled", "inactive", "delete", "delete left_rules"),
    ("left", "active", "inactive", "disable", "records status"),
    ("left", "disabled", "inactive", "disable", "records status"),
    ("deleted, keep", "active", "active", "*", "forget rule_deleted"),
    ("deleted, keep", "active", "inactive", "*", "forget rule_deleted"),
    ("deleted, keep", "disabled", "active", "*", "forget rule_deleted"),
    ("deleted, keep", "disabled", "inactive", "*", "forget rule_deleted"),
    ("deleted, remove", "active", "active", "disable", "disable rule_deleted"),
    ("deleted, remove", "disabled", "active", "disable", "disable rule_deleted"),
    ("deleted, remove", "active", "active", "delete", "delete rule_deleted"),
    ("deleted, remove", "disabled", "active", "delete", "delete rule_deleted"),
    ("deleted, remove", "active", "inactive", "delete", "delete rule_deleted"),
    ("deleted, remove", "disabled", "inactive", "delete", "delete rule_deleted"),
    ("deleted, remove", "active", "inactive", "disable", "records status"),
    ("deleted, remove", "disabled", "inactive", "disable", "records status"),
    ("left", "active", "-", "*", "forget already_gone"),
    ("left", "disabled", "-", "*", "forget already_gone"),
    ("deleted, keep", "active", "-", "*", "forget already_gone"),
    ("deleted, keep", "disabled", "-", "*", "forget already_gone"),
    ("deleted, remove", "active", "-", "*", "forget already_gone"),
    ("deleted, remove", "disabled", "-", "*", "forget already_gone"),
    ("left", "deprovisioned", "active", "*", "!disable(enabled_outside) left_rules"),
    ("left", "deprovisioned", "inactive", "delete", "delete left_rules"),
    ("left", "deprovisioned", "*", "*", ""),
    ("left", "unknown", "*", "*", ""),
    ("deleted, keep", "deprovisioned", "active", "*", "!disable(enabled_outside) rule_deleted"),
    ("deleted, keep", "deprovisioned", "*", "*", ""),
    ("deleted, keep", "unknown", "*", "*", ""),
    ("deleted, remove", "deprovisioned", "active", "*", "!disable(enabled_outside) rule_deleted"),
    ("deleted, remove", "deprovisioned", "inactive", "delete", "delete rule_deleted"),
    ("deleted, remove", "deprovisioned", "*", "*", ""),
    ("deleted, remove", "unknown", "*", "*", ""),
    ("inactive", "deprovisioned", "inactive", "*", ""),
    ("inactive", "deprovisioned", "-", "*", ""),
    ("active", "deprovisioned", "inactive", "*", "enable enabled_at_source"),
    ("active", "deprovisioned", "active", "*", "adopt already_in_account"),
    ("active", "deprovisioned", "-", "*", "create not_in_account"),
    ("inactive", "deprovisioned", "active", "*", "adopt,disable already_in_account"),
    ("active", "unknown", "-", "*", "create not_in_account"),
    ("active", "unknown", "active", "*", "adopt already_in_account"),
    ("active", "unknown", "inactive", "*", "adopt,!enable(disabled_outside) already_in_account"),
    ("inactive", "unknown", "-", "*", ""),
    ("inactive", "unknown", "active", "*", "adopt,disable already_in_account"),
    ("inactive", "unknown", "inactive", "*", "adopt already_in_account"),
    ("left", "-", "*", "*", ""),
    ("deleted, keep", "-", "*", "*", ""),
    ("deleted, remove", "-", "*", "*", ""),
];

const STATES: [&str; 6] = ["-", "active", "disabled", "pending", "deprovisioned", "unknown"];

fn status(word: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|status| status.word() == word)
}

fn world(want: &str, state: &str, live: &str, removal: &str) -> World {
    let mut world = World::new();
    world.actions().remove_action =
        if removal == "delete" { RemoveAction::Delete } else { RemoveAction::Disable };
    if let Some(status) = status(state) {
        world.have("ada", status);
    }
    if live != "-" {
        world.is("ada", live == "active");
    }
    match want {
        "active" | "inactive" => drop(world.want("ada", want == "active").clone()),
        "paused" => world.rule("staff").paused = true,
        "left" => {}
        "removed" => world.removed("ada", true),
        "removed, keep" => world.removed("ada", false),
        deleted => {
            world.connection().rules.clear();
            world.actions().deprovision_on_rule_deletion = deleted.ends_with("remove");
        }
    }
    world
}

#[test]
fn every_combination_has_its_row() {
    let wants = [
        "active",
        "inactive",
        "left",
        "deleted, keep",
        "deleted, remove",
        "removed",
        "removed, keep",
        "paused",
    ];
    let mut used = vec![false; ROWS.len()];
    for want in wants {
        for state in STATES {
            for live in ["-", "active", "inactive"] {
                for removal in ["disable", "delete"] {
                    let is = |cell: &str, value: &str| cell == "*" || cell == value;
                    let at = ROWS.iter().position(|(w, s, l, r, _)| {
                        is(w, want) && is(s, state) && is(l, live) && is(r, removal)
                    });
                    let case = format!("{want} | {state} | {live} | {removal}");
                    let at = at.unwrap_or_else(|| panic!("the table has no row for {case}"));
                    used[at] = true;
                    let said = world(want, state, live, removal).short().replace("ada ", "");
                    assert_eq!(said, ROWS[at].4, "{case}");
                }
            }
        }
    }
    let idle: Vec<_> = ROWS.iter().zip(used).filter(|(_, used)| !used).collect();
    assert!(idle.is_empty(), "rows that no combination reaches: {idle:?}");
}

/// Whoever should be off and is on, or may be, is switched off by the plan, or open in it: nobody stays unsaid.
#[test]
fn every_leaver_is_removed_or_open() {
    for (want, state, live, removal, said) in ROWS {
        let held = |step: &str| said.contains(&format!("!{step}("));
        for live in ["-", "active", "inactive"].iter().filter(|l| live == *l || *live == "*") {
            for state in STATES.iter().filter(|s| state == *s || *state == "*") {
                let world = world(want, state, live, removal);
                if world.short().replace("ada ", "") != *said {
                    continue;
                }
                let goes = matches!(*want, "left" | "removed" | "deleted, remove" | "inactive");
                let unproven = *state == "unknown" && goes && !said.contains("adopt");
                let blocked = (held("disable") || held("delete")) && *live != "inactive";
                let open: Vec<_> =
                    world.plan().plan.leavers.iter().map(|l| l.by.to_string()).collect();
                let case = format!("{want} | {state} | {live} | {removal}: {open:?}");
                assert_eq!(open.len(), usize::from(unproven || blocked), "{case}");
                if unproven {
                    assert_eq!(open, ["unproven"], "{case}");
                }
                let recorded = !matches!(*state, "-" | "unknown");
                if goes && recorded && *live == "active" {
                    assert!(
                        !open.is_empty() || said.contains("disable") || said.contains("delete"),
                        "{case}"
                    );
                }
            }
        }
    }
}

#[test]
fn after_an_apply_every_combination_settles() {
    for (want, state, live, removal, _) in ROWS {
        let any = |cell: &str, all: &[&'static str]| -> Vec<String> {
            if cell == "*" {
                all.iter().map(ToString::to_string).collect()
            } else {
                vec![cell.to_owned()]
            }
        };
        for state in any(state, &STATES) {
            for live in any(live, &["-", "active", "inactive"]) {
                for removal in any(removal, &["disable", "delete"]) {
                    let mut world = world(want, &state, &live, &removal);
                    let mut rounds = 0;
                    while world.plan().plan.has_work() {
                        let planned = world.plan();
                        world.apply(&planned);
                        rounds += 1;
                        assert!(rounds <= 2, "{want} | {state} | {live} | {removal} goes on");
                    }
                }
            }
        }
    }
}

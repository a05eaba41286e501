//! What a change of the configuration means: a plan between what it asked for and what it asks for now.

use std::collections::{BTreeMap, HashSet};

use super::causes::mapped;
use super::check::check;
use super::planner::{PlanInput, plan};
use super::types::{Between, Options, Plan};
use crate::desired::{Account as Wanted, Desired, DesiredConnection, Held};
use crate::diagnostic::{Diagnostic, sort};
use crate::live::{Account as LiveAccount, Live, Seen};
use crate::model::{AttributeSet, Text, Values, fold};
use crate::state::{Account as Known, Connection, Provenance, State, Status};

/// Plans `head` as if everything that `base` asks for had been applied and nobody had touched it since.
/// `config` is the digest of `head`. Nothing of the plan can be applied: no service was asked, and no
/// account has an id.
pub fn between(
    base: &Desired,
    head: &Desired,
    config: &str,
    revisions: Between,
    allow_empty: &[Text],
) -> Result<Plan, Vec<Diagnostic>> {
    let (mut state, mut live) = (State::default(), BTreeMap::new());
    for (name, connection) in &base.connections {
        let (known, accounts) = applied(connection);
        live.insert(name.clone(), accounts);
        state.connections.insert(name.clone(), known);
    }
    // Of whom the older revision says nothing that can be used, nobody knows what became of them.
    let mut head = head.clone();
    for (name, connection) in &mut head.connections {
        if let Some(before) = base.connections.get(name) {
            hold_what_was_held(before, connection);
        }
    }
    let head = &head;
    for name in head.connections.keys() {
        live.entry(name.clone()).or_insert_with(Live::empty);
    }
    let notes = notes(base, head, &revisions);
    let options = Options {
        allow_empty: allow_empty.to_vec(),
        between: Some(revisions),
        ..Options::default()
    };
    let fingerprints = BTreeMap::new();
    let input = PlanInput {
        desired: head,
        state: &state,
        live: &live,
        fingerprints: &fingerprints,
        options: &options,
        config,
        sandbox: false,
    };
    let planned = plan(&input)?;
    let violations = check(&planned, &input);
    if !violations.is_empty() {
        return Err(vec![
            Diagnostic::error("the plan breaks a rule that no plan may break")
                .detail(violations.join("\n"))
                .help("this is a bug in Enroll: please report it with the lines above"),
        ]);
    }
    let mut plan = planned.plan;
    plan.complete = false;
    for change in &mut plan.changes {
        change.id = None;
    }
    plan.diagnostics.extend(notes);
    sort(&mut plan.diagnostics);
    Ok(plan)
}

/// Leaves out whom the older revision held.
fn hold_what_was_held(before: &DesiredConnection, now: &mut DesiredConnection) {
    let known: HashSet<&Text> = now.held.iter().map(|held| &held.key).collect();
    let more: Vec<Held> =
        before.held.iter().filter(|held| !known.contains(&held.key)).cloned().collect();
    let keys: HashSet<&Text> = more.iter().map(|held| &held.key).collect();
    now.accounts.retain(|account| !keys.contains(&account.key));
    now.held.extend(more);
}

/// The state and the service after everything was applied that a connection asks for.
fn applied(connection: &DesiredConnection) -> (Connection, Live) {
    let mut known = Connection::default();
    let mut accounts = Vec::with_capacity(connection.accounts.len());
    for wanted in &connection.accounts {
        // What is to be empty is left out at creation.
        let written: Values = wanted
            .values
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(attribute, value)| (attribute, value.clone()))
            .collect();
        accounts.push(LiveAccount {
            id: wanted.key.clone(),
            user_name: wanted.user_name.clone(),
            active: wanted.active,
            values: written.clone(),
            seen: Seen::Listed,
            version: None,
            admin: None,
        });
        known.accounts.insert(wanted.key.clone(), record(connection, wanted, written));
    }
    let total = accounts.len() as u64;
    // A configuration has each key once, so this is never incomplete.
    (known, Live::complete(accounts, total).expect("each account has a key of its own"))
}

fn record(connection: &DesiredConnection, wanted: &Wanted, written: Values) -> Known {
    Known {
        id: Some(wanted.key.clone()),
        user_name: wanted.user_name.clone(),
        status: if wanted.active { Status::Active } else { Status::Disabled },
        provenance: Provenance::Created,
        rules: wanted.owner.rules.clone(),
        protect: connection.settings.guard.protect.contains(&fold(&wanted.user_name)),
        prevent_removal: wanted.owner.prevent_removal.clone(),
        written,
        refused: BTreeMap::new(),
        kept: None,
        left: None,
        leaver: None,
        version: None,
        hidden: false,
        updated: None,
        mapped: mapped(&connection.rules, wanted, None, AttributeSet::default()),
    }
}

/// What the comparison can't see.
fn notes(base: &Desired, head: &Desired, revisions: &Between) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    let name = &revisions.base.name;
    if base.connections.is_empty() {
        notes.push(Diagnostic::note(format!(
            "`{name}` has no connection in this folder, so everybody is new"
        )));
    }
    for (label, before) in &base.connections {
        let Some(now) = head.connections.get(label) else { continue };
        let address = |c: &DesiredConnection| (c.settings.service, c.settings.scim_url.clone());
        if address(before) != address(now) {
            notes.push(
                Diagnostic::warning(format!(
                    "connection `{label}` goes to another service than at `{name}`"
                ))
                .at(now.place.clone())
                .detail("a plan with a state is refused until the connection has another name"),
            );
        }
        for (rule, known) in before.rules.iter().filter(|(_, rule)| rule.paused) {
            // Where it is not read now either, nobody of it shows.
            if base.unread.contains_key(&known.directory)
                && head.unread.contains_key(&known.directory)
            {
                continue;
            }
            let why = if base.unread.contains_key(&known.directory) {
                format!("takes from a directory that is not read at `{name}`")
            } else {
                format!("is paused at `{name}`")
            };
            notes.push(Diagnostic::note(format!(
                "rule `{rule}` {why}: whom it owned there is not known, so they may show as new"
            )));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::{Between, between};
    use crate::desired::Desired;
    use crate::model::{Attribute as A, Value};
    use crate::plan::tests::world::World;
    use crate::plan::{Plan, Revision};

    fn revisions() -> Between {
        Between { base: Revision { name: "main".into(), commit: "1".into() }, head: None }
    }

    fn plan(base: &World, head: &World) -> Plan {
        between(&base.desired, &head.desired, "sha256:0", revisions(), &[]).unwrap()
    }

    fn short(plan: &Plan) -> Vec<String> {
        let one = |change: &crate::plan::Change| {
            let actions: Vec<&str> = change.actions.iter().map(|a| a.word()).collect();
            format!("{} {} {}", change.address.key, actions.join("+"), change.reason.word())
        };
        plan.changes.iter().map(one).collect()
    }

    fn world(people: &[(&str, bool, &str)]) -> World {
        let mut world = World::new();
        for (key, active, department) in people {
            world.want(key, *active).values.set(A::Department, Value::text(*department));
        }
        world
    }

    #[test]
    fn the_same_configuration_changes_nothing() {
        let world = world(&[("ada", true, "Ops"), ("bob", false, ""), ("eve", true, "")]);
        let plan = plan(&world, &world);
        assert_eq!(short(&plan), Vec::<String>::new());
        assert_eq!((plan.summary.unchanged, plan.summary.records, plan.complete), (3, 0, false));
    }

    #[test]
    fn who_comes_changes_and_leaves() {
        let base = world(&[
            ("ada", true, "Ops"),
            ("bob", true, ""),
            ("eve", true, ""),
            ("joe", false, ""),
        ]);
        let head = world(&[
            ("ada", true, "Dev"),
            ("bob", false, ""),
            ("joe", true, ""),
            ("new", true, ""),
        ]);
        let plan = plan(&base, &head);
        assert_eq!(
            short(&plan),
            [
                "ada update attributes_changed",
                "bob disable disabled_at_source",
                "eve disable left_rules",
                "joe enable enabled_at_source",
                "new create not_in_account",
            ]
        );
        assert!(plan.changes.iter().all(|change| change.id.is_none()));
        assert_eq!(plan.basis.options.between, Some(revisions()));
    }

    #[test]
    fn without_a_base_everybody_is_new_and_a_note_says_so() {
        let head = world(&[("ada", true, "")]);
        let plan = between(&Desired::default(), &head.desired, "", revisions(), &[]).unwrap();
        assert_eq!(short(&plan), ["ada create not_in_account"]);
        assert!(plan.diagnostics.iter().any(|note| note.summary.contains("everybody is new")));
    }
}

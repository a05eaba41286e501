//! Saved plans: what its own apply left is finished, and whatever else moved is never done unreviewed.

use proptest::prelude::*;

use super::properties::worlds;
use super::world::World;
use crate::model::{Attribute as A, Value, same_address};
use crate::plan::{Change, Operation, Planned, Task, cover};

/// Everybody at the service, apart from ids that a create gives.
fn people(world: &World) -> Vec<String> {
    let one = |account: &crate::live::Account| {
        format!("{} {} {:?}", account.user_name, account.active, account.values)
    };
    let mut all: Vec<_> = world.live.iter().map(one).collect();
    all.sort();
    all
}

/// The plan in short, for a test that fails.
fn short(planned: &Planned) -> String {
    let one = |change: &crate::plan::Change| {
        let of = |a: &crate::plan::AttributeChange| {
            let mark = if a.withheld { "!" } else { "" };
            format!("{mark}{}: {:?} -> {:?}", a.name(), a.before, a.after)
        };
        let values: Vec<_> = change.attributes.iter().map(of).collect();
        let (address, steps, blocked) = (&change.address, &change.actions, &change.blocked);
        format!("{address} {:?} {steps:?} {blocked:?} {values:?}", change.id)
    };
    let lines: Vec<_> = planned.plan.changes.iter().map(one).collect();
    lines.join("\n")
}

/// Whether every record is of the account that has its id. One whose id is gone is matched by its address, to
/// whatever account nobody else holds by then, so that a plan cut short leads to another plan.
fn is_consistent(world: &World) -> bool {
    let records = world.state.connections.values().flat_map(|c| c.accounts.values());
    let is_live = |id: &crate::model::Text| world.live.iter().any(|live| live.id == *id);
    let named = |name: &str| world.live.iter().any(|live| same_address(&live.user_name, name));
    records
        .into_iter()
        .all(|record| record.id.as_ref().is_some_and(is_live) || !named(&record.user_name))
}

/// How many steps a plan has.
fn steps(planned: &Planned) -> usize {
    planned.work.tasks.iter().map(|task| task.steps.len()).sum()
}

/// Something that nobody reviewed: number `what` of the moves, of somebody.
fn move_something(world: &mut World, what: u8, whom: usize) {
    let live = world.live.len();
    if let (0..5, Some(account)) = (what, world.live.get_mut(whom % live.max(1))) {
        match what {
            0 => account.active = !account.active,
            1 => drop(account.values.set(A::Department, Value::text("HR"))),
            2 => account.user_name = "moved@example.com".into(),
            3 => drop(account.values.set(A::UserType, Value::text("Licensed"))),
            _ => account.id = format!("another-{}", account.id).into(),
        }
        return;
    }
    let accounts = &mut world.connection().accounts;
    let wanted = accounts.len();
    if let Some(account) = accounts.get_mut(whom % wanted.max(1)) {
        match what {
            5 => account.active = !account.active,
            6 => drop(account.values.set(A::Department, Value::text("HR"))),
            7 => drop(account.values.set(A::Title, Value::text("CTO"))),
            8 => drop(account.values.remove(A::Department)),
            _ => drop(accounts.remove(whom % wanted)),
        }
    }
    if what == 10 && live > 0 {
        world.live.remove(whom % live);
    }
}

/// Whether the work of `now` is among that of the reviewed plan, looked at write by write.
fn was_reviewed(reviewed: &Planned, now: &Task) -> Result<(), String> {
    let task = reviewed.work.tasks.iter().find(|task| task.address == now.address);
    let task = task.ok_or("nobody reviewed the account")?;
    let sends = now.steps.iter().any(|step| step.operation.writes() > 0);
    if sends && task.id.is_some() && task.id != now.id {
        return Err("another account".to_owned());
    }
    let mut may_set: Vec<(A, Value)> = Vec::new();
    for step in &task.steps {
        let (name, values) = match &step.operation {
            Operation::Update(update) | Operation::Enable(update) => {
                (update.user_name.clone(), &update.values)
            }
            Operation::Create(new) => (Some(new.user_name.clone()), &new.values),
            Operation::Record | Operation::Disable | Operation::Delete => continue,
        };
        may_set.extend(name.map(|name| (A::UserName, Value::Text(name))));
        may_set.extend(values.iter().map(|(attribute, value)| (attribute, value.clone())));
    }
    let has = |find: &dyn Fn(&Operation) -> bool| task.steps.iter().any(|s| find(&s.operation));
    for step in &now.steps {
        let known = match &step.operation {
            Operation::Record => task
                .steps
                .iter()
                .any(|known| known.action == step.action || known.operation == Operation::Delete),
            Operation::Enable(_) => has(&|known| matches!(known, Operation::Enable(_))),
            Operation::Update(_) => true,
            other @ (Operation::Create(_) | Operation::Disable | Operation::Delete) => {
                has(&|known| known == other)
            }
        };
        if !known {
            return Err(format!("{} was not reviewed", step.action));
        }
        if let Operation::Update(update) | Operation::Enable(update) = &step.operation {
            let name = update.user_name.clone().map(|name| (A::UserName, Value::Text(name)));
            let values = update.values.iter().map(|(attribute, value)| (attribute, value.clone()));
            for set in name.into_iter().chain(values) {
                if !may_set.contains(&set) {
                    return Err(format!("{set:?} was not reviewed"));
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_its_own_apply_left_is_finished(world in worlds()) {
        if !is_consistent(&world) {
            return Ok(());
        }
        let reviewed = world.plan();
        let mut whole = world.clone();
        whole.apply(&reviewed);
        if whole.plan().plan.has_work() {
            // It takes more than one plan, and nobody reviewed the next.
            return Ok(());
        }
        for stop in 0..=steps(&reviewed) {
            let mut world = world.clone();
            world.apply_until(&reviewed, stop);
            let now = world.plan();
            let covered = cover(&reviewed.plan, &now.plan);
            let case = format!("{stop}:\n{}\nnow:\n{}", short(&reviewed), short(&now));
            // What was blocked when it was reviewed was not reviewed as something that happens.
            let was_blocked = |change: &Change| {
                let known = reviewed.plan.changes.iter().find(|c| c.address == change.address);
                known.is_some_and(|known| !known.blocked.is_empty())
            };
            prop_assert!(covered.uncovered.iter().all(was_blocked), "{case}");
            if covered.uncovered.is_empty() {
                world.apply(&now);
                prop_assert_eq!(people(&world), people(&whole), "{}", case);
            }
        }
    }

    #[test]
    fn what_nobody_reviewed_is_never_done(
        world in worlds(),
        stop in 0..6usize,
        moves in proptest::collection::vec((0..11u8, 0..12usize), 1..4),
    ) {
        let reviewed = world.plan();
        let mut world = world;
        world.apply_until(&reviewed, stop);
        for (what, whom) in moves {
            move_something(&mut world, what, whom);
        }
        let Ok(now) = world.try_plan() else { return Ok(()) };
        if cover(&reviewed.plan, &now.plan).uncovered.is_empty() {
            for task in &now.work.tasks {
                let found = was_reviewed(&reviewed, task);
                let case = format!("{found:?}:\n{}\nnow:\n{}", short(&reviewed), short(&now));
                prop_assert!(found.is_ok(), "{}: {case}", task.address);
            }
        }
    }
}

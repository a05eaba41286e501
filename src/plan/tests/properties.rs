//! Properties over random worlds: plans settle, leave strangers alone, and don't depend on order.

use super::world::World;
use crate::model::{Action, Actions, Address, Attribute as A, RemoveAction, Value, Who};
use crate::state::{Left, Status};
use proptest::prelude::*;
use std::sync::Arc;

const KEYS: [&str; 6] = ["a", "b", "c", "d", "hr/1", "hr/2"];
const NAMES: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// One person's three sides, each of which may be missing.
#[derive(Clone, Debug)]
struct Side {
    wanted: Option<(usize, bool, usize, bool)>,
    known: Option<(usize, usize, usize, bool, bool)>,
    live: Option<(usize, bool, usize, bool)>,
}

fn side() -> impl Strategy<Value = Side> {
    let name = 0..NAMES.len();
    let value = 0..3usize;
    (
        proptest::option::of((name.clone(), any::<bool>(), value.clone(), any::<bool>())),
        proptest::option::of((
            name.clone(),
            0..5usize,
            value.clone(),
            any::<bool>(),
            any::<bool>(),
        )),
        proptest::option::of((name, any::<bool>(), value, proptest::bool::weighted(0.1))),
    )
        .prop_map(|(wanted, known, live)| Side { wanted, known, live })
}

fn address(name: usize) -> crate::model::Text {
    format!("{}@example.com", NAMES[name]).into()
}

fn value(value: usize) -> Value {
    Value::text(["", "Ops", "Eng"][value])
}

prop_compose! {
    pub(super) fn worlds()(
        sides in proptest::collection::vec(side(), KEYS.len()),
        strangers in proptest::collection::vec((0..NAMES.len(), any::<bool>()), 0..3),
        switches in any::<[bool; 6]>(),
        paused in proptest::bool::weighted(0.2),
        second in any::<bool>(),
        moved in proptest::option::of((0..KEYS.len(), 0..KEYS.len())),
        removed in proptest::option::of((0..KEYS.len(), any::<bool>())),
    ) -> World {
        let mut world = World::new();
        let [create, update, disable, deprovision, delete, rule_deletion] = switches;
        *world.actions() = Actions {
            create: create || update,
            update: update || disable,
            disable,
            deprovision,
            remove_action: if delete { RemoveAction::Delete } else { RemoveAction::Disable },
            deprovision_on_rule_deletion: rule_deletion,
        };
        world.rule("other").paused = paused;
        if !second {
            world.connection().rules.remove("staff");
        }
        let mut wanted_names = std::collections::BTreeSet::new();
        let mut live_names = std::collections::BTreeSet::new();
        for (key, side) in KEYS.into_iter().zip(sides) {
            if let Some((name, active, department, prevents)) = side.wanted
                && wanted_names.insert(name)
            {
                let account = world.want(key, active);
                account.user_name = address(name);
                account.values.set(A::Department, value(department));
                account.values.set(A::GivenName, Value::text(NAMES[name]));
                let owner = Arc::make_mut(&mut account.owner);
                if second && prevents {
                    owner.prevent_removal = vec!["staff".into()];
                }
                if !second {
                    owner.rules = vec!["other".into()];
                }
            }
            if let Some((name, status, department, other, protect)) = side.known {
                let status = Status::ALL[status];
                let account = world.have(key, status);
                account.user_name = address(name);
                account.written.set(A::Department, value(department));
                account.protect = protect;
                account.rules = vec![if other { "other" } else { "staff" }.into()];
                account.left = (status == Status::Deprovisioned).then(|| Left {
                    at: None,
                    reason: "left_rules".into(),
                    off_before: protect,
                    deleted: department == 0,
                });
            }
            if let Some((name, active, department, admin)) = side.live
                && live_names.insert(name)
            {
                let account = world.is(key, active);
                account.user_name = address(name);
                account.values.set(A::Department, value(department));
                account.values.set(A::UserType, Value::text(if active { "Licensed" } else { "Basic" }));
                account.admin = Some(admin);
            }
        }
        for (n, (name, active)) in strangers.into_iter().enumerate() {
            if live_names.insert(name) {
                let account = world.is(&format!("stranger-{n}"), active);
                account.user_name = address(name);
            }
        }
        // A paused rule selects nobody, so nothing can be wanted by it alone.
        if paused && !second {
            world.connection().accounts.clear();
        }
        let asked: Vec<_> = world.connection().accounts.iter().map(|a| a.key.clone()).collect();
        if let Some((from, to)) = moved {
            let (from, to) = (KEYS[from], KEYS[to]);
            let known = world.state.connections.get("prod");
            let taken = known.is_some_and(|known| known.accounts.contains_key(to));
            if from != to && !taken && !asked.iter().any(|key| key == from) {
                world.moved(from, to);
            }
        }
        if let Some((key, deprovision)) = removed
            && !asked.iter().any(|asked| asked == KEYS[key])
        {
            world.removed(KEYS[key], deprovision);
        }
        world
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// A full apply of a plan leaves nothing to do but what it uncovered, and ends.
    #[test]
    fn plans_settle(world in worlds()) {
        let mut world = world;
        for _ in 0..4 {
            let planned = world.plan();
            if !planned.plan.has_work() {
                break;
            }
            world.apply(&planned);
        }
        let planned = world.plan();
        prop_assert!(!planned.plan.has_work(), "goes on: {}", world.short());
    }

    /// Stopped after any number of steps, planning and applying again still settles.
    #[test]
    fn plans_settle_after_a_stop_at_any_step(world in worlds(), stop in 0..12usize) {
        let mut world = world;
        let planned = world.plan();
        world.apply_until(&planned, stop);
        for _ in 0..4 {
            let planned = world.plan();
            world.apply(&planned);
        }
        prop_assert!(!world.plan().plan.has_work(), "goes on: {}", world.short());
    }

    /// Accounts that Enroll neither recorded nor was asked for are never touched.
    #[test]
    fn strangers_are_left_alone(world in worlds()) {
        let planned = world.plan();
        let recorded: Vec<_> = world.state.accounts().map(|(_, a)| a.clone()).collect();
        for task in &planned.work.tasks {
            let Some(id) = &task.id else { continue };
            let live = world.live.iter().find(|account| account.id == *id).unwrap();
            let known = recorded.iter().any(|a| a.id.as_ref() == Some(id) || a.user_name == live.user_name);
            let asked = world.desired.connections["prod"].accounts.iter().any(|a| a.user_name == live.user_name);
            prop_assert!(known || asked, "{} is a stranger", live.user_name);
        }
    }

    /// The order in which the service lists accounts never shows.
    #[test]
    fn the_order_of_the_list_never_shows(world in worlds(), seed in any::<u64>()) {
        let mut shuffled = world.clone();
        let n = shuffled.live.len().max(1);
        let by = usize::try_from(seed % n as u64).unwrap();
        let by = by.min(shuffled.live.len());
        shuffled.live.rotate_left(by);
        if seed % 2 == 0 {
            shuffled.live.reverse();
        }
        prop_assert_eq!(format!("{:?}", world.plan()), format!("{:?}", shuffled.plan()));
    }

    /// What is planned for some is a part of what is planned for all, and the guards are the same.
    #[test]
    fn targets_change_nothing_but_who_is_left_out(world in worlds(), named in any::<[bool; 6]>()) {
        let whole = world.plan().plan;
        let mut world = world;
        world.options.targets = KEYS.into_iter().zip(named).filter(|(_, named)| *named)
            .map(|(key, _)| Who::Address(Address::new("prod", key))).collect();
        let planned = world.plan();
        for change in &planned.plan.changes {
            prop_assert!(whole.changes.contains(change), "{:?}", change);
        }
        for record in &planned.plan.records {
            prop_assert!(whole.records.contains(record), "{:?}", record);
        }
        prop_assert_eq!(&planned.plan.guards, &whole.guards);
        // It stands on its own: nobody needs an address that nobody gives up.
        world.apply(&planned);
    }

    /// Whoever should be off and is on, by what is recorded and listed, is switched off by the plan, or open in it, or
    /// left on by the connection's own actions. Nobody stays unsaid.
    #[test]
    fn no_leaver_stays_unsaid(world in worlds()) {
        let plan = world.plan().plan;
        let connection = &world.desired.connections["prod"];
        for (address, record) in world.state.accounts() {
            let Some(live) = world.live.iter().find(|live| Some(&live.id) == record.id.as_ref()) else { continue };
            let wanted = connection.accounts.iter().any(|a| a.key == address.key && a.active);
            let asked = connection.accounts.iter().any(|a| a.key == address.key);
            // Paused, forgotten or moved to another key by the configuration.
            let paused = record.rules.iter().any(|rule| connection.rules.get(rule).is_some_and(|r| r.paused));
            let moves = connection.moved.contains_key(&address.key)
                || plan.records.iter().any(|r| r.moved_from.as_ref() == Some(&address))
                || plan.changes.iter().any(|c| c.moved_from.as_ref() == Some(&address));
            let deleted = record.rules.iter().all(|rule| !connection.rules.contains_key(rule));
            let keeps = connection.removed.get(&address.key).map_or(
                deleted && !connection.settings.actions.deprovision_on_rule_deletion
                    && record.status != Status::Deprovisioned,
                |removed| !removed.deprovision,
            );
            if !live.active || wanted || paused || moves || (keeps && !asked) {
                continue;
            }
            let change = plan.changes.iter().find(|change| change.address == address);
            let removes = |action: &Action| matches!(action, Action::Disable | Action::Delete);
            let goes = change.is_some_and(|change| change.actions.iter().any(removes));
            let policy = change.is_some_and(|change| {
                change.blocked.iter().any(|b| removes(&b.action) && b.by.is_policy())
            });
            let open = plan.leavers.iter().any(|leaver| leaver.address == address);
            prop_assert!(goes || policy || open, "{address} stays: {}", world.short());
            prop_assert!(!(open && (goes || policy)), "{address}: {}", world.short());
        }
    }

    /// Nothing that is blocked runs, and a protected or admin account is in no write.
    #[test]
    fn a_blocked_removal_is_not_in_the_work(world in worlds()) {
        let planned = world.plan();
        for change in &planned.plan.changes {
            for blocked in &change.blocked {
                if blocked.action != crate::model::Action::Update {
                    prop_assert!(!change.actions.contains(&blocked.action), "{:?}", change);
                }
            }
        }
    }
}

//! Whether a plan made now is covered by one that somebody reviewed.

use std::collections::BTreeMap;

use super::types::{AttributeChange, Change, Plan};
use crate::model::Address;

/// How a new plan stands to the reviewed one.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// Changes of the new plan that nobody reviewed: new ones, and ones with other steps or values.
    pub uncovered: Vec<Change>,
    /// Reviewed changes that are no longer needed.
    pub no_longer_needed: u64,
}

/// Compares. Covered is a change whose steps, before and after stand in the reviewed plan; what only
/// the state learns, and what is blocked, needs no cover.
pub fn cover(reviewed: &Plan, now: &Plan) -> Cover {
    let known: BTreeMap<&Address, &Change> =
        reviewed.changes.iter().map(|change| (&change.address, change)).collect();
    let runs = |change: &&Change| !change.actions.is_empty();
    let uncovered: Vec<Change> = now
        .changes
        .iter()
        .filter(runs)
        .filter(|change| known.get(&change.address).is_none_or(|known| !same(known, change)))
        .cloned()
        .collect();
    let still: BTreeMap<&Address, &Change> =
        now.changes.iter().filter(runs).map(|change| (&change.address, change)).collect();
    let gone = reviewed.changes.iter().filter(runs).filter(|c| !still.contains_key(&c.address));
    Cover { uncovered, no_longer_needed: gone.count() as u64 }
}

/// The same account, steps, before and after. Where a record moved from, why, and who moved may
/// differ: they change nothing of what happens.
fn same(reviewed: &Change, now: &Change) -> bool {
    let value = |a: &AttributeChange| (a.name(), a.before.clone(), a.after.clone());
    let values = |change: &Change| change.attributes.iter().map(value).collect::<Vec<_>>();
    reviewed.actions == now.actions
        && (reviewed.id == now.id || reviewed.id.is_none())
        && values(reviewed) == values(now)
}

#[cfg(test)]
mod tests {
    use super::cover;
    use crate::model::{Attribute as A, Value};
    use crate::plan::tests::world::World;
    use crate::state::Status;

    fn world() -> World {
        let mut world = World::new();
        for key in ["a", "b", "c"] {
            world.want(key, true).values.set(A::Department, Value::text("Ops"));
            world.have(key, Status::Active);
            world.is(key, true).values.set(A::Department, Value::text("Eng"));
        }
        world
    }

    #[test]
    fn what_was_reviewed_is_covered_and_nothing_else() {
        let reviewed = world().plan().plan;
        let uncovered = |change: &dyn Fn(&mut World)| {
            let mut world = world();
            change(&mut world);
            let cover = cover(&reviewed, &world.plan().plan);
            let keys: Vec<_> = cover.uncovered.iter().map(|c| c.address.key.to_string()).collect();
            (keys.join(","), cover.no_longer_needed)
        };
        let nothing: (String, u64) = (String::new(), 0);
        assert_eq!(uncovered(&|_| {}), nothing);
        // Another apply did a part of it.
        let part = |w: &mut World| drop(w.live[0].values.set(A::Department, Value::text("Ops")));
        assert_eq!(uncovered(&part), (String::new(), 1));
        // Somebody changed the account meanwhile.
        let live = |w: &mut World| drop(w.live[1].values.set(A::Department, Value::text("HR")));
        assert_eq!(uncovered(&live), ("b".to_owned(), 0));
        // The configuration asks for more.
        let more = |w: &mut World| drop(w.want("d", true).clone());
        assert_eq!(uncovered(&more), ("d".to_owned(), 0));
        // Somebody left.
        let left = |w: &mut World| drop(w.connection().accounts.remove(2));
        assert_eq!(uncovered(&left), ("c".to_owned(), 0));
    }
}

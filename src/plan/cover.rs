//! Whether a plan made now is covered by one that somebody reviewed.

use std::collections::BTreeMap;

use super::types::{Change, Plan};
use crate::model::{Action, Address, Attribute, Text, Value};

/// How a new plan stands to the reviewed one.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// Changes of the new plan that nobody reviewed: new ones, and ones with other steps or values.
    pub uncovered: Vec<Change>,
    /// Reviewed changes that are no longer needed.
    pub no_longer_needed: u64,
}

/// Compares. Covered is a change of which nothing happens that does not stand in the reviewed plan: the same
/// account, and each of its steps and values. Less than was reviewed may be left: an apply of that very plan may
/// have been cut short between two steps of an account, or between the two writes of one step. What only the
/// state learns, and what is blocked, needs no cover.
pub fn cover(reviewed: &Plan, now: &Plan) -> Cover {
    let known: BTreeMap<&Address, &Change> =
        reviewed.changes.iter().map(|change| (&change.address, change)).collect();
    let runs = |change: &&Change| !change.actions.is_empty();
    let uncovered: Vec<Change> = now
        .changes
        .iter()
        .filter(runs)
        .filter(|change| known.get(&change.address).is_none_or(|known| !is_left_of(known, change)))
        .cloned()
        .collect();
    let still: BTreeMap<&Address, &Change> =
        now.changes.iter().filter(runs).map(|change| (&change.address, change)).collect();
    let gone = reviewed.changes.iter().filter(runs).filter(|c| !still.contains_key(&c.address));
    Cover { uncovered, no_longer_needed: gone.count() as u64 }
}

/// Whether `now` is the whole or the rest of what was reviewed. Where a record moved from, why, and who moved
/// may differ: they change nothing of what happens.
fn is_left_of(reviewed: &Change, now: &Change) -> bool {
    let was_reviewed = |action: &Action| {
        reviewed.actions.contains(action)
            || match action {
                // What a create, or the second write of an enable, did not get as far as to write.
                Action::Update => {
                    reviewed.actions.iter().any(|a| matches!(a, Action::Create | Action::Enable))
                }
                // The account went as it was to go; only its record is left.
                Action::Forget => reviewed.actions.contains(&Action::Delete),
                Action::Create
                | Action::Adopt
                | Action::Disable
                | Action::Enable
                | Action::Delete => false,
            }
    };
    let (before, after) = (values(reviewed), values(now));
    // A create is one write: less of it is another account.
    let whole = now.actions.contains(&Action::Create);
    // To forget touches nothing but the record at this very address.
    let sends = now.actions != [Action::Forget];
    (!sends || reviewed.id == now.id || reviewed.id.is_none())
        && now.actions.iter().all(was_reviewed)
        && after.iter().all(|value| before.contains(value))
        && (!whole || before.len() == after.len())
}

/// An attribute, its key, and the value before and after.
type Set<'a> = (Attribute, Option<&'a Text>, Option<&'a Value>, Option<&'a Value>);

/// What the steps that run set: of which attribute, from what, to what.
fn values(change: &Change) -> Vec<Set<'_>> {
    let run = change.attributes.iter().filter(|attribute| !attribute.withheld);
    run.map(|a| (a.attribute, a.key.as_ref(), a.before.as_ref(), a.after.as_ref())).collect()
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

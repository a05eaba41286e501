//! Accounts that change alike are said once, with the list of them behind it.

use std::collections::{BTreeMap, HashMap};

use super::super::attributes::ValueChange;
use super::entry::{Entry, What, Who};
use crate::model::{Action, Attribute, Text, same_address};
use crate::plan::{AttributeChange, Change};

/// From so many accounts on, equal changes are said once.
const EQUAL: usize = 4;

/// From so many accounts on, changes of the same kind with values of their own get a line each.
const ALIKE: usize = 10;

/// A part of a section.
#[derive(Clone, Debug)]
pub(in super::super) enum Part {
    /// One account.
    One(Box<Entry>),
    /// Several that change alike.
    Many(Box<Group>),
}

/// Accounts with the same steps for the same reason.
#[derive(Clone, Debug)]
pub(in super::super) struct Group {
    /// What happens to each of them, and why.
    pub what: What,
    /// The values that change alike.
    pub common: Vec<ValueChange>,
    /// The names of the attributes that each member has values of its own for.
    pub own: Vec<String>,
    /// The accounts.
    pub members: Vec<Member>,
}

/// One account of a group.
#[derive(Clone, Debug)]
pub(in super::super) struct Member {
    /// Which account.
    pub who: Who,
    /// Its own values, in the order of the group's `own`; none where nothing changes.
    pub own: Vec<Option<ValueChange>>,
}

impl Member {
    /// Its own values, in the order of the group's `own`.
    pub(in super::super) fn own_values(&self) -> Vec<String> {
        let shown = |value: &ValueChange| value.values();
        self.own.iter().map(|own| own.as_ref().map_or_else(|| "–".to_owned(), shown)).collect()
    }
}

impl Part {
    /// How many accounts stand in it.
    pub(in super::super) fn accounts(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(group) => group.members.len(),
        }
    }
}

/// Folds changes, which come in the order of their addresses, where there are enough of a kind. The
/// parts stand in the order of their first accounts.
pub(super) fn fold<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<Part> {
    let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
    let all: Vec<(usize, &Change)> = changes.into_iter().enumerate().collect();
    let (apart, all): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, change)| change.moved_from.is_some());
    let rest = take(&mut parts, all, EQUAL, |change| {
        let values: Vec<ValueChange> =
            said(change).map(|value| ValueChange::of(value, change)).collect();
        (What::of(change, None), values)
    });
    let rest = take(&mut parts, rest, ALIKE, |change| {
        // New accounts have what their sources hold: one has a title, another a phone.
        let names: Vec<_> = said(change)
            .filter(|_| change.actions != [Action::Create])
            .map(|value| {
                (value.name(), value.origin.word(), value.before.is_some(), value.withheld)
            })
            .collect();
        (What::of(change, None), names)
    });
    for (at, change) in rest.into_iter().chain(apart) {
        parts.insert(at, Part::One(Box::new(Entry::of(change))));
    }
    parts.into_values().collect()
}

/// Makes groups of at least `enough` changes with the same key, and gives back the others.
fn take<'a, K: Eq + std::hash::Hash>(
    parts: &mut BTreeMap<usize, Part>,
    changes: Vec<(usize, &'a Change)>,
    enough: usize,
    key: impl Fn(&Change) -> K,
) -> Vec<(usize, &'a Change)> {
    let mut buckets: Vec<Vec<(usize, &Change)>> = Vec::new();
    let mut by_key: HashMap<K, usize> = HashMap::new();
    for (at, change) in changes {
        let bucket = *by_key.entry(key(change)).or_insert(buckets.len());
        match buckets.get_mut(bucket) {
            Some(bucket) => bucket.push((at, change)),
            None => buckets.push(vec![(at, change)]),
        }
    }
    let mut rest = Vec::new();
    for bucket in buckets {
        match bucket.first() {
            Some((at, first)) if bucket.len() >= enough => {
                let members: Vec<&Change> = bucket.iter().map(|(_, change)| *change).collect();
                parts.insert(*at, Part::Many(Box::new(Group::of(first, &members))));
            }
            _ => rest.extend(bucket),
        }
    }
    rest
}

impl Group {
    fn of(first: &Change, changes: &[&Change]) -> Self {
        let mut values: BTreeMap<(Attribute, Option<&Text>), Vec<Option<ValueChange>>> =
            BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            for value in said(change) {
                let of_all =
                    values.entry(value.place()).or_insert_with(|| vec![None; changes.len()]);
                if let Some(slot) = of_all.get_mut(at) {
                    *slot = Some(ValueChange::of(value, change));
                }
            }
        }
        let mut common = Vec::new();
        let mut own = Vec::new();
        let mut of_members = vec![Vec::new(); changes.len()];
        for (_, of_all) in values {
            match of_all.split_first() {
                Some((Some(value), others)) if others.iter().all(|o| o.as_ref() == Some(value)) => {
                    common.push(value.clone());
                }
                _ => {
                    let name = of_all.iter().flatten().next().map(|value| value.name.clone());
                    own.extend(name);
                    for (member, value) in of_members.iter_mut().zip(of_all) {
                        member.push(value);
                    }
                }
            }
        }
        let members = changes.iter().zip(of_members);
        Self {
            what: What::of(first, None),
            common,
            own,
            members: members.map(|(change, own)| Member { who: Who::of(change), own }).collect(),
        }
    }
}

/// What changes, without the address that stands beside the account anyway.
fn said(change: &Change) -> impl Iterator<Item = &AttributeChange> {
    change.attributes.iter().filter(|value| {
        let new = value.before.is_none() && value.attribute == Attribute::UserName;
        let text = value.after.as_ref().and_then(|after| after.as_text()).unwrap_or("");
        !(new && same_address(text, &change.user_name))
    })
}

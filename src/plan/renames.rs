//! Who gets which address: a rename or a create waits for whoever holds it, and nobody takes what is
//! not given up.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::matching::Matched;
use super::types::Blocker;
use crate::diagnostic::Diagnostic;
use crate::live::Account as Live;
use crate::model::{Action, Text};

/// How deep each rename stands in its chain: those of depth 0 need nobody, those of depth 1 wait for
/// them, and so on. By index of the draft.
pub(super) type Depths = BTreeMap<usize, u32>;

/// What [`settle`] found out about the order of renames and creates. By index of the draft.
pub(super) struct Order {
    /// Of each rename.
    pub depths: Depths,
    /// Which rename must go first, for each rename and create that needs the address it frees.
    pub after: BTreeMap<usize, usize>,
}

/// Settles all renames and creates of a connection, blocks those that can't be, and says who holds
/// what they want.
pub(super) fn settle(
    drafts: &mut [Draft<'_>],
    matched: &Matched<'_>,
    accounts: &[Live],
    diagnostics: &mut Vec<Diagnostic>,
) -> Order {
    let wishes: BTreeMap<usize, Text> = drafts
        .iter()
        .enumerate()
        .filter_map(|(index, draft)| Some((index, draft.renames_to()?.clone())))
        .collect();
    // The draft whose rename must come first, for each rename that waits for one.
    let mut waits: BTreeMap<usize, usize> = BTreeMap::new();
    let mut refused: Vec<(usize, Option<usize>)> = Vec::new();
    for (&index, name) in &wishes {
        match holder_of(name, drafts.get(index), matched, accounts) {
            None => {}
            Some(Holder::Subject(other)) if wishes.contains_key(&other) => {
                waits.insert(index, other);
            }
            Some(Holder::Subject(other)) => refused.push((index, Some(other))),
            Some(Holder::Unmanaged) => refused.push((index, None)),
        }
    }
    refuse(drafts, &waits, refused, diagnostics);
    block_cycles(drafts, &waits, diagnostics);
    let depths = depths(drafts, &wishes, &waits);
    let mut after = waits;
    after.extend(settle_creates(drafts, matched, accounts, diagnostics));
    Order { depths, after }
}

enum Holder {
    Subject(usize),
    Unmanaged,
}

/// Who holds a name, other than the one who wants it.
fn holder_of(
    name: &str,
    wanter: Option<&Draft<'_>>,
    matched: &Matched<'_>,
    accounts: &[Live],
) -> Option<Holder> {
    let own = wanter.and_then(|draft| draft.live).map(|live| &live.id);
    let at = matched
        .names
        .holders(name)
        .find(|at| accounts.get(*at).is_some_and(|account| Some(&account.id) != own))?;
    Some(match matched.holder.get(at).copied().flatten() {
        Some(index) => Holder::Subject(index),
        None => Holder::Unmanaged,
    })
}

/// Blocks renames whose address stays held, and every rename that waits for one of these.
fn refuse(
    drafts: &mut [Draft<'_>],
    waits: &BTreeMap<usize, usize>,
    mut refused: Vec<(usize, Option<usize>)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut waiters: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (&waiter, &first) in waits {
        waiters.entry(first).or_default().push(waiter);
    }
    while let Some((index, holder)) = refused.pop() {
        if drafts.get(index).is_none_or(|draft| draft.renames_to().is_none()) {
            continue;
        }
        say_taken(drafts, index, holder, diagnostics);
        if let Some(draft) = drafts.get_mut(index) {
            draft.withhold_update(Blocker::UserNameTaken);
        }
        let followers = waiters.get(&index).into_iter().flatten();
        refused.extend(followers.map(|follower| (*follower, Some(index))));
    }
}

/// Blocks the accounts of each circle, and what waits for a circle.
fn block_cycles(
    drafts: &mut [Draft<'_>],
    waits: &BTreeMap<usize, usize>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut done = vec![false; drafts.len()];
    let mut tails = BTreeSet::new();
    for &start in waits.keys() {
        let mut path = Vec::new();
        let mut on_path = BTreeMap::new();
        let mut at = Some(start);
        while let Some(index) = at.filter(|index| done.get(*index) == Some(&false)) {
            if let Some(&from) = on_path.get(&index) {
                for &member in path.get(from..).unwrap_or(&[]) {
                    if let Some(draft) =
                        drafts.get_mut(member).filter(|d: &&mut Draft<'_>| d.renames_to().is_some())
                    {
                        draft.withhold_update(Blocker::RenameCycle);
                        tails.insert(member);
                    }
                }
                break;
            }
            on_path.insert(index, path.len());
            path.push(index);
            at = waits.get(&index).copied();
        }
        for index in path {
            if let Some(done) = done.get_mut(index) {
                *done = true;
            }
        }
    }
    let waiting = waits
        .iter()
        .filter(|(_, first)| tails.contains(first))
        .map(|(waiter, first)| (*waiter, Some(*first)))
        .collect();
    refuse(drafts, waits, waiting, diagnostics);
}

fn depths(
    drafts: &[Draft<'_>],
    wishes: &BTreeMap<usize, Text>,
    waits: &BTreeMap<usize, usize>,
) -> Depths {
    let mut depths = Depths::new();
    for &start in wishes.keys() {
        let mut chain = Vec::new();
        let mut at = Some(start);
        let mut depth = 0;
        while let Some(index) = at {
            if drafts.get(index).is_none_or(|draft| draft.renames_to().is_none()) {
                break;
            }
            if let Some(known) = depths.get(&index) {
                depth = known + 1;
                break;
            }
            chain.push(index);
            at = waits.get(&index).copied();
        }
        for index in chain.into_iter().rev() {
            depths.insert(index, depth);
            depth += 1;
        }
    }
    depths
}

/// Creates come after the renames, so an address that a rename frees is free by then. Returns which
/// create needs which rename.
fn settle_creates(
    drafts: &mut [Draft<'_>],
    matched: &Matched<'_>,
    accounts: &[Live],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(usize, usize)> {
    let mut after = Vec::new();
    for index in 0..drafts.len() {
        let draft = drafts.get(index).expect("the index is one of the drafts'");
        let Some(wanted) = draft.subject.wanted else { continue };
        let creates = draft.run.contains(&Action::Create);
        let recycled = draft.subject.recycled.is_some() && !draft.blocked.is_empty();
        if !creates && !recycled {
            continue;
        }
        let holder = match holder_of(&wanted.user_name, None, matched, accounts) {
            Some(Holder::Subject(other))
                if drafts.get(other).is_some_and(|d| d.renames_to().is_some()) =>
            {
                after.push((index, other));
                None
            }
            other => other,
        };
        if recycled || holder.is_some() {
            let other = match holder {
                Some(Holder::Subject(other)) => Some(other),
                Some(Holder::Unmanaged) | None => None,
            };
            say_taken(drafts, index, other, diagnostics);
        }
        if creates && holder.is_some() {
            let draft = drafts.get_mut(index).expect("the index is one of the drafts'");
            draft.run.retain(|action| *action != Action::Create);
            draft.block(Action::Create, Blocker::UserNameTaken);
        }
    }
    after
}

fn say_taken(
    drafts: &[Draft<'_>],
    index: usize,
    holder: Option<usize>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let draft = drafts.get(index).expect("the index is one of the drafts'");
    let Some(wanted) = draft.subject.wanted else { return };
    let connection = &draft.address.connection;
    let by_key = draft.subject.recycled.and_then(|key| {
        let at = drafts.binary_search_by(|draft| draft.subject.key.cmp(key)).ok()?;
        drafts.get(at)
    });
    let holder = holder.and_then(|other| drafts.get(other)).or(by_key);
    let (held_by, ways_out) = match holder {
        Some(holder) if holder.subject.wanted.is_none() => (
            holder.address.to_string(),
            vec![
                format!(
                    "if they are one person, let the account move to the new key:\nmoved {{\n  from = \
                     {}\n  to   = {}\n}}",
                    holder.address, draft.address
                ),
                format!(
                    "or drop the old record, and the account is adopted as it is: `enroll state rm \
                     '{}'`",
                    holder.address
                ),
                "otherwise give one of them another address".to_owned(),
            ],
        ),
        Some(holder) => {
            (holder.address.to_string(), vec!["give one of them another address".to_owned()])
        }
        None => (
            format!("an account at {connection} that Enroll does not manage"),
            vec![
                "rename or remove that account in the service, or give the person another address"
                    .to_owned(),
            ],
        ),
    };
    let mut said = Diagnostic::warning(format!(
        "{} wants {}, which is held by {held_by}",
        draft.address, wanted.user_name
    ));
    said.help.extend(ways_out);
    diagnostics.push(said);
}

//! Whom to look at closer before the plan is final: LIST shows only a part of an account.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::matching::{Subject, matched};
use super::moves::records;
use super::planner::Judged;
use super::types::{GuardReport, Options};
use crate::desired::{Account as Wanted, DesiredConnection};
use crate::live::{Account as Live, Known, Live as Listing, Seen};
use crate::model::{Action, Dialect, License, Text, Value};
use crate::state::{Account as Record, Connection, Status};

/// The ids of listed accounts that need a closer look:
///
/// - matched ones, and ones to be adopted, that manage an attribute about which nothing is known;
/// - ones about to be disabled, deleted or renamed, where the service guards owners and admins,
///   unless a guard has tripped that nothing lets through: then nothing will be removed anyway.
///
/// Deciding the second means judging everybody on what the list shows; guards are reckoned over
/// everybody, so `--target` counts for nothing here. In most plans nobody is anywhere near that.
pub fn closer_look(
    connection: &DesiredConnection,
    known: &Connection,
    listing: &Listing,
    options: &Options,
) -> BTreeSet<Text> {
    let records = records(connection, known);
    let matched = matched(connection, &records, listing);
    let dialect = connection.settings.dialect();
    let account = |at| listing.accounts().get(at).expect("matching found it in the list");
    let listed = |subject: &Subject<'_>| subject.live.map(account);
    let unknown = matched.subjects.iter().filter_map(|subject| {
        let (wanted, live) = (subject.wanted?, listed(subject)?);
        let unknown = manages_unknown(wanted, live, &dialect) || owed(subject.known, live);
        (unknown && !subject.paused).then(|| live.id.clone())
    });
    let mut ids: BTreeSet<Text> = unknown.collect();
    let unguarded = |live: &Live| !dialect.guards_admins || live.admin.is_some();
    let safe = |subject: &Subject<'_>| {
        listed(subject).is_none_or(|live| unguarded(live) || stays(subject, live))
    };
    if !matched.subjects.iter().all(safe) {
        let Judged { drafts, guards, .. } =
            Judged::new(connection, options, known, matched, listing);
        // An allowance is for all connections together, so whether it is the right number shows only later.
        let passes = |guard: &GuardReport| {
            !(guard.tripped && guard.kind.stops()) || options.allowed(guard.kind).is_some()
        };
        if guards.iter().all(passes) {
            let guarded = drafts.iter().filter(|draft| is_at_stake(draft));
            let guarded = guarded.filter_map(|draft| draft.live).filter(|live| !unguarded(live));
            ids.extend(guarded.map(|live| live.id.clone()));
        }
    }
    ids
}

/// Whether an account is plainly neither disabled, deleted nor renamed, whatever else may happen to it.
fn stays(subject: &Subject<'_>, live: &Live) -> bool {
    let (Some(wanted), Some(known)) = (subject.wanted, subject.known) else { return false };
    wanted.active
        && live.active
        && known.status == Status::Active
        && wanted.user_name == live.user_name
}

/// Whether somebody who is disabled, deleted or renamed would not have been looked at: never.
pub(super) fn passes_unseen(draft: &Draft<'_>) -> bool {
    draft.live.is_some_and(|live| stays(&draft.subject, live)) && is_at_stake(draft)
}

fn is_at_stake(draft: &Draft<'_>) -> bool {
    draft.renames_to().is_some()
        || draft.run.iter().any(|action| matches!(action, Action::Disable | Action::Delete))
}

fn manages_unknown(wanted: &Wanted, live: &Live, dialect: &Dialect) -> bool {
    let lost = dialect.disable_strips && !(wanted.active && live.active);
    wanted.values.iter().any(|(attribute, value)| {
        let unknown = match value {
            Value::Map(map) => map.keys().any(|key| {
                !License::of(key).write_only && live.license(key, dialect) == Known::Unknown
            }),
            Value::Text(_) | Value::Bool(_) | Value::Set(_) => {
                live.known(attribute, dialect) == Known::Unknown
            }
        };
        unknown
            && dialect.knows(attribute)
            && !wanted.owner.ignore_changes.contains(attribute)
            && !(lost && attribute.goes_with_active())
            && (dialect.clears || !value.is_empty())
    })
}

/// Whether an enable that was broken off owes the account something that LIST may not show.
fn owed(known: Option<&Record>, live: &Live) -> bool {
    live.seen != Seen::Read && known.is_some_and(Record::is_owed)
}

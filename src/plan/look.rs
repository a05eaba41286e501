//! Whom to look at closer before the plan is final: LIST shows only a part of an account.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::moves::records;
use super::planner::Judged;
use super::types::Options;
use crate::desired::{Account as Wanted, DesiredConnection};
use crate::live::{Account as Live, Known, Live as Listing, Seen};
use crate::model::{Action, Dialect, Text};
use crate::state::{Account as Record, Connection};

/// The ids of listed accounts that need a closer look:
///
/// - matched ones, and ones to be adopted, that manage an attribute about which nothing is known;
/// - ones about to be disabled, deleted or renamed, where the service guards owners and admins,
///   unless a guard has tripped: then nothing will be removed anyway.
///
/// Deciding the second means judging everybody on what the list shows; guards are reckoned over
/// everybody, so `--target` counts for nothing here.
pub fn closer_look(
    connection: &DesiredConnection,
    known: &Connection,
    listing: &Listing,
    options: &Options,
) -> BTreeSet<Text> {
    let records = records(connection, known);
    let Judged { policy, drafts, guards, .. } =
        Judged::new(connection, options, known, &records, listing);
    let dialect = policy.dialect;
    let tripped = guards.iter().any(|guard| guard.tripped);
    drafts
        .iter()
        .filter_map(|draft| Some((draft, draft.live?)))
        .filter(|(draft, live)| {
            let subject = &draft.subject;
            let unknown = subject.wanted.is_some_and(|wanted| {
                !subject.paused
                    && (manages_unknown(wanted, live, &dialect) || owed(subject.known, live))
            });
            let guarded = dialect.guards_admins && !tripped && live.admin.is_none();
            unknown || guarded && is_at_stake(draft)
        })
        .map(|(_, live)| live.id.clone())
        .collect()
}

fn is_at_stake(draft: &Draft<'_>) -> bool {
    draft.renames_to().is_some()
        || draft.run.iter().any(|action| matches!(action, Action::Disable | Action::Delete))
}

fn manages_unknown(wanted: &Wanted, live: &Live, dialect: &Dialect) -> bool {
    let lost = dialect.disable_strips && !(wanted.active && live.active);
    wanted.values.iter().any(|(attribute, value)| {
        live.known(attribute, dialect) == Known::Unknown
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

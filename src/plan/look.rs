//! Whom to look at closer before the plan is final: LIST shows only a part of an account.

use std::collections::BTreeSet;

use super::matching::matched;
use super::moves::records;
use super::planner::{PlanInput, plan};
use super::types::Options;
use super::work::Operation;
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
/// Deciding the second needs a plan, so this plans once on what the list shows. `input` must hold a
/// list for the connection.
pub fn closer_look(input: &PlanInput<'_>, connection: &DesiredConnection) -> BTreeSet<Text> {
    let name = &connection.settings.name;
    let Some(listing) = input.live.get(name) else { return BTreeSet::new() };
    let nothing = Connection::default();
    let known = input.state.connections.get(name).unwrap_or(&nothing);
    let dialect = connection.settings.dialect();
    let mut ids = BTreeSet::new();
    let known = records(connection, known);
    for subject in matched(connection, &known, listing).subjects {
        let live = subject.live.and_then(|at| listing.accounts().get(at));
        if let (Some(wanted), Some(live), false) = (subject.wanted, live, subject.paused)
            && (manages_unknown(wanted, live, &dialect) || owed(subject.known, live))
        {
            ids.insert(live.id.clone());
        }
    }
    if dialect.guards_admins {
        ids.extend(at_stake(input, name, listing));
    }
    ids
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

fn at_stake(input: &PlanInput<'_>, name: &Text, listing: &Listing) -> BTreeSet<Text> {
    // Guards are reckoned over everybody, so who is an owner must be known of everybody.
    let options = Options { targets: Vec::new(), ..input.options.clone() };
    let Ok(planned) = plan(&PlanInput { options: &options, ..*input }) else {
        return BTreeSet::new();
    };
    if planned.plan.guards.iter().any(|guard| guard.connection == *name && guard.tripped) {
        return BTreeSet::new();
    }
    let unlooked = |id: &Text| {
        listing
            .accounts()
            .binary_search_by(|account| account.id.cmp(id))
            .is_ok_and(|at| listing.accounts().get(at).is_some_and(|a| a.admin.is_none()))
    };
    planned
        .work
        .tasks
        .iter()
        .filter(|task| task.address.connection == *name)
        .filter(|task| {
            task.steps.iter().any(|step| {
                matches!(step.action, Action::Disable | Action::Delete)
                    || matches!(&step.operation, Operation::Update(u) if u.user_name.is_some())
            })
        })
        .filter_map(|task| task.id.clone())
        .filter(unlooked)
        .collect()
}

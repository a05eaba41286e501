//! Writes of unknown outcome: an apply was killed between a request and its answer.
//!
//! The listing tells what became of each, and what is found is taken as our own doing: no account of
//! ours turns up as a stranger to adopt, and nothing of ours as disabled by somebody else.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::live::{Account as Live, Live as Listing};
use crate::model::{Action, Address, Attribute, Text, Value, folded, same_address};
use crate::port::{Failure, Found, Intent, ReadAccounts};
use crate::state::{Account, Left, State, Status};

/// Looks up the creates of unknown outcome whose account LIST does not show (yet). Returns those of which the service
/// says that it knows the name and does not show the account.
pub async fn look_up<R: ReadAccounts>(
    port: &R,
    intents: &[Intent],
    connection: &str,
    live: &mut Listing,
) -> Result<BTreeSet<Address>, Failure> {
    let creates =
        intents.iter().filter(|i| i.address.connection == connection && i.action == Action::Create);
    let mut unseen: Vec<&Intent> = creates.collect();
    if !unseen.is_empty() {
        let names: HashSet<_> =
            live.accounts().iter().map(|account| folded(&account.user_name)).collect();
        unseen.retain(|intent| !names.contains(&folded(&intent.user_name)));
    }
    let mut found = Vec::new();
    let mut elsewhere = BTreeSet::new();
    for intent in unseen {
        match port.find(&intent.user_name).await? {
            Found::Account(account) => found.push(*account),
            Found::Elsewhere => drop(elsewhere.insert(intent.address.clone())),
            Found::Absent => {}
        }
    }
    live.look_closer(found);
    Ok(elsewhere)
}

/// Settles what a complete listing can settle, and leaves the rest as recorded. A create that nothing shows is pending
/// where the service knows its name (`elsewhere`), and else unknown: whether it was made, nobody can tell.
pub fn settle(
    state: &mut State,
    intents: &[Intent],
    connection: &str,
    live: &Listing,
    elsewhere: &BTreeSet<Address>,
) {
    let ours = || intents.iter().filter(|intent| intent.address.connection == connection);
    if ours().next().is_none() {
        return;
    }
    let mut by_name: HashMap<Cow<'_, str>, &Live> = HashMap::new();
    for account in live.accounts().iter().rev() {
        by_name.insert(folded(&account.user_name), account);
    }
    let mut held: HashSet<Text> = state
        .connections
        .get(connection)
        .into_iter()
        .flat_map(|known| known.accounts.values().filter_map(|known| known.id.clone()))
        .collect();
    for intent in ours() {
        let account = match &intent.id {
            Some(id) => live.get(id),
            None => by_name.get(&folded(&intent.user_name)).copied(),
        };
        if intent.action == Action::Create && account.is_none() {
            let is_owned = |record: &Account| !record.owns_nothing();
            if !state.account(&intent.address).is_some_and(is_owned) {
                let pending = elsewhere.contains(&intent.address);
                let status = if pending { Status::Pending } else { Status::Unknown };
                let record = intent.record.clone();
                let record =
                    record.map(|record| Account { id: None, status, version: None, ..record });
                state.put(&intent.address, record);
            }
            continue;
        }
        if intent.action == Action::Delete {
            match (account, state.account(&intent.address).cloned()) {
                // Nobody could tell whether it is gone.
                (None, _) if intent.id.as_ref().is_some_and(|id| live.is_unread(id)) => {}
                (None, _) => state.gone(&intent.address),
                // Switched off at the least, by the delete or before it.
                (Some(account), Some(record)) if !account.active => {
                    let reason =
                        record.left.as_ref().map_or_else(|| "deleted".into(), |l| l.reason.clone());
                    let left = Left { at: None, reason, off_before: false, deleted: false };
                    let left = Some(record.left.clone().unwrap_or(left));
                    let record = Account { status: Status::Deprovisioned, left, ..record };
                    state.put(&intent.address, Some(record));
                }
                (Some(_), _) => {}
            }
            continue;
        }
        let happened = match (intent.action, account) {
            // Somebody else's record may hold the account that has the name now.
            (Action::Create, Some(account)) => held.insert(account.id.clone()),
            (Action::Disable, Some(account)) => !account.active,
            (Action::Enable, Some(account)) => account.active,
            (Action::Update, Some(account)) => {
                intent.record.as_ref().is_some_and(|record| shows(account, record))
            }
            (Action::Create | Action::Disable | Action::Enable | Action::Update, None)
            | (Action::Delete | Action::Adopt | Action::Forget, _) => false,
        };
        if happened {
            let record = intent.record.clone().map(|mut record| {
                if let (Action::Create, Some(account)) = (intent.action, account) {
                    not_kept(account, &mut record);
                    // What the list shows is no invitation any more.
                    record.status = Status::Active;
                }
                let id = account.map(|account| account.id.clone());
                Account { id, version: None, ..record }
            });
            state.put(&intent.address, record);
        }
    }
}

/// Takes what a new account plainly does not have out of what counts as written, so that it is taken for nobody's
/// change.
fn not_kept(account: &Live, record: &mut Account) {
    let lacks = |attribute: &Attribute, value: &Value| {
        attribute.spec().in_list && !value.satisfied_by(*attribute, account.values.get(*attribute))
    };
    let written = record.written.iter().filter(|(attribute, value)| lacks(attribute, value));
    let lacking: Vec<Attribute> = written.map(|(attribute, _)| attribute).collect();
    for attribute in lacking {
        record.written.remove(attribute);
    }
}

/// Whether the account shows, as far as LIST goes, what an update was to write.
fn shows(account: &Live, record: &Account) -> bool {
    same_address(&account.user_name, &record.user_name)
        && record.written.iter().all(|(attribute, value)| {
            !attribute.spec().in_list
                || value.satisfied_by(attribute, account.values.get(attribute))
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::settle;
    use crate::live::Live;
    use crate::model::{Action, Address, Attribute as A, Value};
    use crate::plan::tests::world::{CONNECTION, World};
    use crate::port::Intent;
    use crate::state::{Kept, Status};

    /// What a plan says after the outcome of `action` was looked up.
    fn after(
        mut world: World,
        action: Action,
        change: impl FnOnce(&mut crate::state::Account),
    ) -> String {
        let mut record = world.have("ada", Status::Active).clone();
        change(&mut record);
        let id = record.id.clone().filter(|_| action != Action::Create);
        if action == Action::Create {
            world.state.put(&Address::new(CONNECTION, "ada"), None);
            record.id = None;
        }
        let intent = Intent {
            address: Address::new(CONNECTION, "ada"),
            action,
            id,
            user_name: "ada@example.com".into(),
            record: (action != Action::Delete).then_some(record),
        };
        let total = world.live.len() as u64;
        let live = Live::complete(world.live.clone(), total).unwrap();
        settle(&mut world.state, &[intent], CONNECTION, &live, &BTreeSet::new());
        world.short()
    }

    #[test]
    fn what_was_done_is_ours_and_what_was_not_is_planned_again() {
        let world = |wanted: Option<bool>, live: Option<bool>| {
            let mut world = World::new();
            if let Some(active) = wanted {
                world.want("ada", active).values.set(A::Department, Value::text("Ops"));
            }
            if let Some(active) = live {
                world.is("ada", active).values.set(A::Department, Value::text("Ops"));
            }
            world
        };
        let ops = |record: &mut crate::state::Account| {
            record.written.set(A::Department, Value::text("Ops"));
        };
        let disabled = |record: &mut crate::state::Account| {
            record.status = Status::Disabled;
            record.kept = Some(Kept::default());
        };
        // A create that came through is no stranger; one that did not is tried again.
        assert_eq!(after(world(Some(true), Some(true)), Action::Create, ops), "");
        assert_eq!(
            after(world(Some(true), None), Action::Create, ops),
            "ada create not_in_account"
        );
        // The rule went meanwhile: the account is ours to remove.
        assert_eq!(after(world(None, Some(true)), Action::Create, ops), "ada disable left_rules");
        // Our disable is not somebody else's.
        assert_eq!(after(world(Some(false), Some(false)), Action::Disable, disabled), "");
        assert_eq!(
            after(world(Some(true), Some(false)), Action::Disable, disabled),
            "ada enable enabled_at_source"
        );
        assert_eq!(
            after(world(Some(false), Some(true)), Action::Disable, disabled),
            "ada disable disabled_at_source"
        );
        // Our update is not drift.
        assert_eq!(after(world(Some(true), Some(true)), Action::Update, ops), "");
        assert_eq!(after(world(None, None), Action::Delete, ops), "");
    }
}

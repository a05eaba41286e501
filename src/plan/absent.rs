//! Whom a list does not show: nobody is gone for that alone.

use std::borrow::Cow;
use std::collections::HashSet;

use super::moves::{is_paused, records};
use crate::desired::DesiredConnection;
use crate::live::{Account as Live, Live as Listing, Seen};
use crate::model::{Attribute, Text, folded};
use crate::state::{Account as Record, Connection, Status};

/// Recorded accounts that a list does not show.
#[derive(Clone, Debug, Default)]
pub struct Absent {
    /// Those to be read by their ids, in the order of their addresses.
    pub read: Vec<Missing>,
    /// Those that the service is known to hide, as they were last seen.
    pub hidden: Vec<Live>,
}

/// A recorded account that is to be read by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The recorded id.
    pub id: Text,
    /// The recorded user name, for messages.
    pub user_name: Text,
}

/// Sorts the recorded accounts that a list lacks. A pending one was in no list yet, and what a paused rule holds
/// rests on nothing. One that was hidden before is read again only where somebody asks for it to be switched on, or
/// where its address belongs to an account of the list.
pub fn absent(connection: &DesiredConnection, known: &Connection, listing: &Listing) -> Absent {
    let mut absent = Absent::default();
    let missing = |record: &Record| {
        let id = record.id.as_ref().filter(|_| record.status != Status::Pending)?;
        (listing.get(id).is_none() && !is_paused(connection, record)).then(|| id.clone())
    };
    let mut names: Option<HashSet<Cow<'_, str>>> = None;
    for (key, entry) in records(connection, known) {
        let record = entry.known;
        let Some(id) = missing(record) else { continue };
        let asked = |key: &Text| {
            let accounts = &connection.accounts;
            accounts.binary_search_by(|wanted| wanted.key.cmp(key)).ok()
        };
        let wanted = asked(key).and_then(|at| connection.accounts.get(at));
        let names = names.get_or_insert_with(|| names_of(connection, listing));
        let is_called_for = wanted.is_some_and(|wanted| wanted.active)
            || names.contains(&folded(&record.user_name));
        if record.hidden && !is_called_for {
            absent.hidden.push(as_last_seen(record, id));
        } else {
            absent.read.push(Missing { id, user_name: record.user_name.clone() });
        }
    }
    absent
}

/// The addresses of those who are asked for, and of the listed accounts.
fn names_of<'a>(connection: &'a DesiredConnection, listing: &'a Listing) -> HashSet<Cow<'a, str>> {
    let wanted = connection.accounts.iter().filter(|wanted| wanted.active);
    let listed = listing.accounts().iter().map(|account| folded(&account.user_name));
    wanted.map(|wanted| folded(&wanted.user_name)).chain(listed).collect()
}

/// An account that nobody asks about again: switched off, and with what was last written.
fn as_last_seen(record: &Record, id: Text) -> Live {
    let mut values = record.written.clone();
    values.remove(Attribute::UserName);
    values.remove(Attribute::Active);
    Live {
        id,
        user_name: record.user_name.clone(),
        active: false,
        values,
        // What was never written is taken for absent: nobody is read for it.
        seen: Seen::Read,
        version: record.version.clone(),
        admin: None,
    }
}

//! Who is held: people whose record can't be used, and who stay exactly as they are.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::desired::DesiredConnection;
use crate::live::Account as Live;
use crate::model::{Text, folded};
use crate::state::Account as Record;

/// The people of a connection who are held, by key and by what address their record gives all the same: a record
/// may have somebody else's key by mistake, and whoever had that address before is no leaver.
pub(super) struct Holding<'a> {
    keys: HashSet<&'a Text>,
    names: HashSet<Cow<'a, str>>,
}

impl<'a> Holding<'a> {
    pub(super) fn of(desired: &'a DesiredConnection) -> Self {
        let names = desired.held.iter().filter_map(|held| held.user_name.as_ref());
        Self {
            keys: desired.held.iter().map(|held| &held.key).collect(),
            names: names.map(|name| folded(name)).collect(),
        }
    }

    /// Whether an account is theirs. Nobody asks for it by its own key.
    pub(super) fn holds(&self, key: &Text, record: &Record, live: Option<&Live>) -> bool {
        !self.keys.is_empty()
            && (self.keys.contains(key)
                || self.names.contains(&folded(&record.user_name))
                || live.is_some_and(|live| self.names.contains(&folded(&live.user_name))))
    }
}

//! What a service says now. Never built from an incomplete list.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Attribute, Dialect, LicenseValue, Text, Value, Values};

/// The accounts of one connection, every one of them.
///
/// The only way to make one checks that the listing was complete, so nothing can be planned from a
/// short list.
#[derive(Clone, Debug, Default)]
pub struct Live {
    accounts: Vec<Account>,
    /// Where each id stands among them.
    positions: HashMap<Text, usize>,
    /// Whether nothing shows that the list ended where it did.
    open: bool,
    /// Ids of accounts that no list shows and a reading by id did: the service hides who is off.
    hidden: BTreeSet<Text>,
    /// Recorded ids that no list shows, and of which reading told nothing.
    unread: BTreeSet<Text>,
    /// How many accounts were read to learn why no list shows them.
    asked: u64,
}

/// A listing that does not hold what its service said it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list holds {seen} accounts, but the service says that there are {total}")]
pub struct Incomplete {
    /// Distinct ids seen.
    pub seen: u64,
    /// `totalResults`.
    pub total: u64,
}

impl Live {
    /// Takes a listing of `total` accounts, as the service counts them. Sorted by id.
    pub fn complete(accounts: Vec<Account>, total: u64) -> Result<Self, Incomplete> {
        let listed = accounts.len() as u64;
        let live = Self::sorted(accounts);
        let seen = live.positions.len() as u64;
        if seen != total || listed != total {
            return Err(Incomplete { seen, total });
        }
        Ok(live)
    }

    /// A service without any account.
    pub fn empty() -> Self {
        Self::sorted(Vec::new())
    }

    fn sorted(mut accounts: Vec<Account>) -> Self {
        accounts.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let positions =
            accounts.iter().enumerate().map(|(at, account)| (account.id.clone(), at)).collect();
        Self { accounts, positions, ..Self::default() }
    }

    /// The accounts, sorted by id.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Where among [`Self::accounts`] the account of that id stands.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// The account of that id.
    pub fn get(&self, id: &str) -> Option<&Account> {
        self.accounts.get(self.position(id)?)
    }

    /// Notes that nothing shows that the list ended where it did: whoever asked for it has to prove it.
    pub fn leave_open(&mut self) {
        self.open = true;
    }

    /// Whether nothing shows yet that the list ended where it did.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Notes that every account is in the list that should be, so that it is whole.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Adds accounts that the service hides from its list because they are switched off. `asked` of them, and of
    /// those that are gone, were read by their ids.
    pub fn add_hidden(&mut self, hidden: Vec<Account>, asked: u64) {
        self.hidden.extend(hidden.iter().map(|account| account.id.clone()));
        self.asked += asked;
        self.look_closer(hidden);
    }

    /// Whether the service shows the account by its id only.
    pub fn is_hidden(&self, id: &str) -> bool {
        self.hidden.contains(id)
    }

    /// Notes recorded accounts that no list shows, and that can't be read either.
    pub fn leave_unread(&mut self, ids: impl IntoIterator<Item = Text>) {
        self.unread.extend(ids);
    }

    /// Whether nobody knows what became of the account of that id.
    pub fn is_unread(&self, id: &str) -> bool {
        self.unread.contains(id)
    }

    /// How many accounts were read to learn why no list shows them.
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// Takes up what LIST did not show of the account at `at`, without asking the service.
    pub fn learn(
        &mut self,
        at: usize,
        values: impl IntoIterator<Item = (Attribute, Value)>,
        seen: Seen,
    ) {
        if let Some(account) = self.accounts.get_mut(at) {
            account.values.extend(values);
            account.seen = seen;
        }
    }

    /// Replaces what LIST said of accounts by what a closer look said, and adds pending ones that LIST
    /// does not show and a look-up found.
    pub fn look_closer(&mut self, seen: impl IntoIterator<Item = Account>) {
        let mut found = Vec::new();
        for account in seen {
            match self.position(&account.id).and_then(|at| self.accounts.get_mut(at)) {
                Some(known) => *known = account,
                None => found.push(account),
            }
        }
        if !found.is_empty() {
            // One that was found twice counts once.
            let mut new: HashMap<Text, Account> = HashMap::new();
            new.extend(found.into_iter().map(|account| (account.id.clone(), account)));
            let mut accounts = std::mem::take(&mut self.accounts);
            accounts.extend(new.into_values());
            let Self { accounts, positions, .. } = Self::sorted(accounts);
            (self.accounts, self.positions) = (accounts, positions);
        }
    }
}

/// How much of an account was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An item of a LIST: what that lacks is unknown.
    Listed,
    /// The whole account: what it lacks is absent.
    Read,
    /// An item of a LIST whose missing attributes were taken from values written or read under the
    /// version that LIST shows.
    Remembered,
}

/// One account at the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The service's id, opaque.
    pub id: Text,
    /// `userName`, as the service writes it.
    pub user_name: Text,
    /// Whether the person may sign in.
    pub active: bool,
    /// What was seen, other than `user_name` and `active`.
    pub values: Values,
    /// How much was seen.
    pub seen: Seen,
    /// Changes when the account does: `meta.lastModified`, or `meta.version` where that is missing.
    pub version: Option<Text>,
    /// Whether the account is an owner or admin; `None` where that was not looked at.
    pub admin: Option<bool>,
}

/// What is known of one attribute of a live account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a, T = Value> {
    /// The account has this value.
    Value(&'a T),
    /// The account has none.
    Absent,
    /// Nobody looked.
    Unknown,
}

impl Account {
    /// What is known of `attribute`, which is neither `user_name` nor `active`.
    pub fn known(&self, attribute: Attribute, dialect: &Dialect) -> Known<'_> {
        match self.values.get(attribute) {
            Some(value) => Known::Value(value),
            None if self.seen == Seen::Read || dialect.listed(attribute) => Known::Absent,
            None => Known::Unknown,
        }
    }

    /// What is known of one licence. Only a look at the whole account tells that one is absent.
    pub fn license(&self, key: &str, dialect: &Dialect) -> Known<'_, LicenseValue> {
        match self.values.license(key) {
            Some(value) => Known::Value(value),
            None if self.seen == Seen::Read || dialect.listed(Attribute::Licenses) => Known::Absent,
            None => Known::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Incomplete, Live, Seen};
    use crate::model::Values;

    fn account(id: &str) -> Account {
        Account {
            id: id.into(),
            user_name: format!("{id}@example.com").into(),
            active: true,
            values: Values::new(),
            seen: Seen::Listed,
            version: None,
            admin: None,
        }
    }

    #[test]
    fn only_a_complete_listing_becomes_live() {
        let ids = |ids: &[&str]| ids.iter().map(|id| account(id)).collect::<Vec<_>>();
        for (listed, total, complete) in [
            (vec![], 0, true),
            (ids(&["b", "a"]), 2, true),
            (ids(&["a"]), 2, false),
            (ids(&[]), 1, false),
            (ids(&["a", "b"]), 1, false),
            (ids(&["a", "a"]), 2, false),
            (ids(&["a", "a", "b"]), 2, false),
        ] {
            let result = Live::complete(listed.clone(), total);
            assert_eq!(result.is_ok(), complete, "{listed:?} of {total}");
        }
        assert_eq!(Live::complete(ids(&["a"]), 2).err(), Some(Incomplete { seen: 1, total: 2 }));
    }
}

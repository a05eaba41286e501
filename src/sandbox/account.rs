//! The users of one account, in the order of their creation, found by id and by address.

use std::collections::{BTreeMap, HashMap};

use super::document::Change;
use super::seed::Standing;
use super::user::User;

/// All users with their indexes. No look-up and no page walks over them.
#[derive(Debug, Default)]
pub(super) struct Account {
    users: BTreeMap<u64, User>,
    by_id: HashMap<String, u64>,
    by_name: HashMap<String, u64>,
    /// What a LIST shows, by place: sequence numbers in ascending order. A page is a slice of it; taking
    /// one out moves a few kilobytes.
    listed: Vec<u64>,
    licensed: usize,
    next: u64,
}

/// Addresses compare without ASCII case.
fn fold_name(name: &str) -> String {
    name.to_ascii_lowercase()
}

impl Account {
    /// The number that the next user gets.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Never hands out a number below `next` again.
    pub(super) fn reserve(&mut self, next: u64) {
        self.next = self.next.max(next);
    }

    /// Whoever holds this address, visible or not.
    pub(super) fn by_name(&self, name: &str) -> Option<&User> {
        self.users.get(self.by_name.get(&fold_name(name))?)
    }

    /// The user of this id, visible or not.
    pub(super) fn by_id(&self, id: &str) -> Option<&User> {
        self.users.get(self.by_id.get(id)?)
    }

    /// The user of this id, if it is one of this account's and not pending.
    pub(super) fn member(&self, id: &str) -> Option<&User> {
        self.by_id(id).filter(|user| user.standing == Standing::Member)
    }

    /// By sequence number.
    pub(super) fn get(&self, seq: u64) -> Option<&User> {
        self.users.get(&seq)
    }

    /// Sequence numbers of what a LIST shows.
    pub(super) fn listed(&self) -> &[u64] {
        &self.listed
    }

    /// How many seats are taken.
    pub(super) fn licensed(&self) -> usize {
        self.licensed
    }

    /// How many there are, visible or not.
    pub(super) fn len(&self) -> usize {
        self.users.len()
    }

    /// Everybody, in the order of creation.
    pub(super) fn all(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Put(user) => self.put(*user),
            Change::Remove(id) => {
                if let Some(seq) = self.by_id.get(&id).copied() {
                    self.forget(seq, false);
                }
            }
        }
    }

    /// Adds a user, or replaces the one with the same number.
    pub(super) fn put(&mut self, user: User) {
        let seq = user.seq;
        let stays_listed = self.users.get(&seq).is_some_and(is_listed) && is_listed(&user);
        self.forget(seq, stays_listed);
        self.reserve(seq + 1);
        self.by_id.insert(user.id.clone(), seq);
        self.by_name.insert(fold_name(&user.profile.user_name), seq);
        if is_listed(&user) {
            self.licensed += usize::from(user.is_licensed());
            if !stays_listed && let Err(place) = self.listed.binary_search(&seq) {
                self.listed.insert(place, seq);
            }
        }
        self.users.insert(seq, user);
    }

    fn forget(&mut self, seq: u64, stays_listed: bool) {
        let Some(user) = self.users.remove(&seq) else {
            return;
        };
        self.by_id.remove(&user.id);
        let name = fold_name(&user.profile.user_name);
        if self.by_name.get(&name) == Some(&seq) {
            self.by_name.remove(&name);
        }
        if is_listed(&user) {
            self.licensed -= usize::from(user.is_licensed());
            if !stays_listed && let Ok(place) = self.listed.binary_search(&seq) {
                self.listed.remove(place);
            }
        }
    }
}

fn is_listed(user: &User) -> bool {
    user.standing == Standing::Member
}

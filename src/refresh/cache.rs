//! What earlier closer looks saw, so that a settled account is not read at every plan.
//!
//! A cache, and no more: entries count only under the version that LIST shows now, and who is about to
//! be disabled, deleted or renamed is read all the same.

use std::collections::BTreeMap;

use crate::live::{Account, Known, Live, Seen};
use crate::model::{Dialect, Fingerprint, Text, Values};

/// The values of one connection's accounts that LIST does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadCache {
    /// Which account at the service this is about.
    pub fingerprint: Option<Fingerprint>,
    /// By id.
    pub entries: BTreeMap<Text, Entry>,
}

/// What one closer look saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The version under which it was seen.
    pub version: Text,
    /// What LIST does not show.
    pub values: Values,
}

impl ReadCache {
    /// Completes listed accounts that are still under the version that was seen.
    pub(super) fn complete(&self, live: &mut Live, dialect: &Dialect) {
        let completed: Vec<Account> = live
            .accounts()
            .iter()
            .filter(|account| account.seen != Seen::Read)
            .filter_map(|account| {
                let entry = self.entries.get(&account.id)?;
                if account.version.as_ref() != Some(&entry.version) {
                    return None;
                }
                let mut account = account.clone();
                let missing = |account: &Account, attribute| {
                    account.known(attribute, dialect) == Known::Unknown
                };
                for (attribute, value) in entry.values.iter() {
                    if missing(&account, attribute) {
                        account.values.set(attribute, value.clone());
                    }
                }
                // The look saw the whole account: what it did not see is absent.
                account.seen = Seen::Read;
                Some(account)
            })
            .collect();
        for account in completed {
            live.look_closer(account);
        }
    }

    /// Takes up what this refresh read, and drops what is not listed any more.
    pub(super) fn learn(&mut self, live: &Live, read: &[Text], dialect: &Dialect) {
        let unlisted = dialect.unlisted();
        let listed = |id: &Text| live.accounts().binary_search_by(|a| a.id.cmp(id));
        self.entries.retain(|id, entry| {
            listed(id).is_ok_and(|at| {
                live.accounts().get(at).and_then(|a| a.version.as_ref()) == Some(&entry.version)
            })
        });
        for id in read {
            let Some(account) = listed(id).ok().and_then(|at| live.accounts().get(at)) else {
                continue;
            };
            let Some(version) = &account.version else { continue };
            let values = account
                .values
                .iter()
                .filter(|(attribute, _)| unlisted.contains(*attribute))
                .map(|(attribute, value)| (attribute, value.clone()))
                .collect();
            self.entries.insert(id.clone(), Entry { version: version.clone(), values });
        }
    }
}

//! What earlier closer looks saw, so that a settled account is not read at every plan.
//!
//! A cache, and no more: entries count only under the version that LIST shows now, and who is about to
//! be disabled, deleted or renamed is read all the same.

use std::collections::BTreeMap;

use crate::live::{Known, Live, Seen};
use crate::model::{Attribute, Dialect, Fingerprint, Text, Values};

/// The values of one connection's accounts that LIST does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadCache {
    /// Which account at the service this is about.
    pub fingerprint: Option<Fingerprint>,
    /// By id.
    pub entries: BTreeMap<Text, Entry>,
    /// Whether it differs from what was loaded.
    pub changed: bool,
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
        for at in 0..live.accounts().len() {
            let Some(account) = live.accounts().get(at).filter(|a| a.seen != Seen::Read) else {
                continue;
            };
            let Some(entry) = self.entries.get(&account.id) else { continue };
            if account.version.as_ref() != Some(&entry.version) {
                continue;
            }
            // The look saw the whole account: what it did not see is absent, and of what was only
            // remembered it knows better. A list that shows more of an account than it must is as new.
            let seen: Vec<_> = entry
                .values
                .iter()
                .filter(|(attribute, _)| {
                    account.seen == Seen::Remembered
                        || *attribute == Attribute::Licenses
                        || account.known(*attribute, dialect) == Known::Unknown
                })
                .map(|(attribute, value)| (attribute, value.clone()))
                .collect();
            live.learn(at, seen, Seen::Read);
        }
    }

    /// Takes up what this refresh read, and drops what is not listed any more.
    pub(super) fn learn(&mut self, live: &Live, read: &[Text], dialect: &Dialect) {
        let unlisted = dialect.unlisted();
        let before = self.entries.len();
        self.entries.retain(|id, entry| {
            live.get(id).and_then(|account| account.version.as_ref()) == Some(&entry.version)
        });
        self.changed |= self.entries.len() != before;
        for id in read {
            let Some(account) = live.get(id) else { continue };
            let Some(version) = &account.version else { continue };
            let values = account
                .values
                .iter()
                .filter(|(attribute, _)| unlisted.contains(*attribute))
                .map(|(attribute, value)| (attribute, value.clone()))
                .collect();
            self.changed = true;
            self.entries.insert(id.clone(), Entry { version: version.clone(), values });
        }
    }
}

//! From what was read to accounts, with the versions that a service has.

use super::{Listing, Whole};
use crate::live::{Account, Live, Seen};
use crate::model::{Dialect, Text};
use crate::port::{Failure, FailureKind};
use crate::scim::decode::{RawUser, VersionBy};

/// Makes accounts of what was read, with the versions that this service has.
pub(super) fn finish(whole: Whole, dialect: &Dialect) -> Result<Listing, Failure> {
    let Whole { users, proven } = whole;
    let total = users.len() as u64;
    let version = version_by(&users);
    let accounts: Vec<Account> = users
        .into_iter()
        .filter_map(|user| {
            let mut account = user.into_account(dialect, Seen::Listed, version.shown())?;
            if matches!(version, Versions::None(_)) {
                account.version = None;
            }
            Some(account)
        })
        .collect();
    let mut live = Live::complete(accounts, total)
        .map_err(|short| Failure::new(FailureKind::Incomplete, short.to_string()))?;
    if !proven {
        live.leave_open();
    }
    Ok(Listing { live, version: version.shown() })
}

/// Which version the listed accounts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Versions {
    By(VersionBy),
    /// One that says nothing: all show the same.
    None(VersionBy),
}

impl Versions {
    fn shown(self) -> VersionBy {
        match self {
            Self::By(by) | Self::None(by) => by,
        }
    }
}

/// `meta.lastModified`; `meta.version` only where no account shows that. What is the same for all tells
/// nothing about one, such as Zoom's example `1.0.0`.
fn version_by(users: &[RawUser]) -> Versions {
    let differ = |version: fn(&RawUser) -> Option<&Text>| {
        let mut all = users.iter().map(version);
        let first = all.next().flatten();
        all.any(|other| other != first)
    };
    if users.iter().any(|user| user.modified.is_some()) {
        let told = users.len() < 2 || differ(|user| user.modified.as_ref());
        return if told {
            Versions::By(VersionBy::Modified)
        } else {
            Versions::None(VersionBy::Modified)
        };
    }
    if users.iter().any(|user| user.version.is_some()) {
        let told = differ(|user| user.version.as_ref());
        return if told {
            Versions::By(VersionBy::Version)
        } else {
            Versions::None(VersionBy::Version)
        };
    }
    Versions::None(VersionBy::Either)
}

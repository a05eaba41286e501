//! From bytes to accounts, through the attribute table: the one place that reads a user resource.
//!
//! A user is read in one pass straight into its values, without a JSON tree between: a tree of 100,000
//! users costs four times the time and ten times the memory. What the table does not know is skipped.

mod elements;
mod features;
mod page;
mod place;
mod scalar;
mod user;

pub(super) use features::Features;
pub(super) use page::{Page, cursor};
pub(super) use scalar::Scalar;
pub(super) use user::RawUser;

use crate::live::{Account, Seen};
use crate::model::{ATTRIBUTES, Attribute, Dialect, Text};

/// Which part of `meta` tells that an account changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionBy {
    /// `meta.lastModified`.
    Modified,
    /// `meta.version`.
    Version,
    /// `meta.lastModified`, else `meta.version`: before any listing told.
    Either,
}

impl RawUser {
    /// The account, unless it has no id.
    pub(super) fn into_account(
        mut self,
        dialect: &Dialect,
        seen: Seen,
        version: VersionBy,
    ) -> Option<Account> {
        let id = self.id.filter(|id| !id.is_empty())?;
        for spec in ATTRIBUTES.iter().filter(|spec| !dialect.knows(spec.attribute)) {
            self.values.remove(spec.attribute);
        }
        self.values.shrink();
        let version = match version {
            VersionBy::Modified => self.modified,
            VersionBy::Version => self.version,
            VersionBy::Either => self.modified.or(self.version),
        };
        let admin = match seen {
            Seen::Read if dialect.guards_admins => self.roles.is_admin(),
            Seen::Read | Seen::Listed | Seen::Remembered => None,
        };
        Some(Account {
            id,
            user_name: self.user_name.unwrap_or_default(),
            // Only a service that says so has switched an account off.
            active: self.active.unwrap_or(true),
            values: self.values,
            seen,
            version,
            admin,
        })
    }
}

/// Reads one user resource.
pub(super) fn user(body: &[u8]) -> Result<RawUser, serde_json::Error> {
    serde_json::from_slice(body)
}

/// Reads one page of a listing.
pub(super) fn page(body: &[u8]) -> Result<Page, serde_json::Error> {
    serde_json::from_slice(body)
}

/// Whether two names of SCIM attributes are the same (RFC 7643 section 2.1: without case).
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// What is known about a person's roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RolesSeen {
    /// The names, also those only for display.
    names: Vec<Text>,
    /// Whether some had no name: some tenants show them so, maybe for lack of a permission.
    unnamed: bool,
}

impl RolesSeen {
    /// Whether one of the roles is exactly the owner's or the admin's, by name or id; `None` where that can't
    /// be told: no role at all, or one without a name. Whoever has another role is tried, and read back.
    fn is_admin(&self) -> Option<bool> {
        // The ids are those of Zoom's roles API; that SCIM says them as well is not certain.
        const HIGH: [&str; 4] = ["owner", "admin", "0", "1"];
        let high = |name: &Text| HIGH.iter().any(|high| name.eq_ignore_ascii_case(high));
        if self.names.iter().any(high) {
            Some(true)
        } else if self.unnamed || self.names.is_empty() {
            None
        } else {
            Some(false)
        }
    }
}

/// No id is longer, in bytes.
const MAX_ID: usize = 1 << 10;
/// No value is longer that is kept, in bytes.
const MAX_VALUE: usize = 64 << 10;

/// Why an id is not taken, if it is too long.
pub(super) fn long_id(id: Option<&Text>) -> Option<String> {
    let length = id.map_or(0, Text::len);
    (length > MAX_ID)
        .then(|| format!("an account's id has {length} bytes; more than {MAX_ID} are not taken"))
}

impl RawUser {
    /// Why the user is not taken, if something of it is too long.
    fn too_long(&self) -> Option<String> {
        let name = self.user_name.as_ref().map_or(0, Text::len);
        let others = self.values.iter().map(|(attribute, value)| (attribute, value.bytes()));
        let mut all = std::iter::once((Attribute::UserName, name)).chain(others);
        let versions = [&self.modified, &self.version].into_iter().flatten();
        let version = versions.map(Text::len).max().unwrap_or(0);
        if version > MAX_VALUE {
            return Some(format!(
                "the version of an account has {version} bytes; more than {MAX_VALUE} are not taken"
            ));
        }
        long_id(self.id.as_ref()).or_else(|| {
            let (attribute, length) = all.find(|(_, length)| *length > MAX_VALUE)?;
            Some(format!(
                "{attribute} of an account has {length} bytes; more than {MAX_VALUE} are not taken"
            ))
        })
    }
}

#[cfg(test)]
mod tests;

//! What a plan was made from: the state, the configuration, and what a person decided.

use std::collections::BTreeMap;

use crate::model::{Fingerprint, Text, Who};

/// What a plan was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// The state's lineage; empty where there was no state.
    pub lineage: Text,
    /// The state's serial.
    pub serial: u64,
    /// A digest of everything that the configuration was read from.
    pub config: Text,
    /// By connection.
    pub fingerprints: BTreeMap<Text, Fingerprint>,
    /// The options that the plan was made with.
    pub options: Options,
    /// The values of the variables that are not sensitive, as JSON, by name: a saved plan is made anew with them.
    pub variables: BTreeMap<Text, Text>,
}

/// What a person decided on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The only accounts that the plan is about; everybody where there is none.
    pub targets: Vec<Who>,
    /// Accounts whose blocked step somebody confirmed.
    pub confirm: Vec<Who>,
    /// Removals allowed past the guard: exactly so many.
    pub allow_removals: Option<u64>,
    /// Deletes allowed past the guard: exactly so many.
    pub allow_deletes: Option<u64>,
    /// Privilege changes allowed past the guard: exactly so many accounts.
    pub allow_privileges: Option<u64>,
    /// Directories (`hr`) and rules (`rule.engineering`) that may yield nobody.
    pub allow_empty: Vec<Text>,
    /// Whether refused values are sent again.
    pub retry_refused: bool,
    /// Whether unmanaged accounts are listed.
    pub show_unmanaged: bool,
    /// Whether the state was taken as live, so that the plan is a guess.
    pub not_refreshed: bool,
    /// The revisions that were compared, where that took the place of state and service.
    pub between: Option<Between>,
}

/// Two revisions of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// The older one.
    pub base: Revision,
    /// The newer one; `None` is the work tree.
    pub head: Option<Revision>,
}

/// A revision, by the name that somebody gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The name, such as `main`.
    pub name: Text,
    /// The commit's id.
    pub commit: Text,
}

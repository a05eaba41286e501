//! What a write carries: the values of a new account, and the changes of an update.

use super::{Text, Values};

/// A new account.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAccount {
    /// Its user name.
    pub user_name: Text,
    /// Its other values; no value is left out.
    pub values: Values,
}

/// What an update sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// A new user name.
    pub user_name: Option<Text>,
    /// New values; `Text("")` clears where the dialect can.
    pub values: Values,
}

impl Update {
    /// Whether it sets nothing.
    pub fn is_empty(&self) -> bool {
        self.user_name.is_none() && self.values.is_empty()
    }
}

//! Writes that are about to be tried, as a shared state holds them while an apply runs.

use serde::{Deserialize, Serialize};

use super::record::JsonRecord;
use crate::model::{Action, Address, Text};
use crate::port::Intent;
use crate::state::Account;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonOpen {
    pub(super) connection: Text,
    pub(super) key: Text,
    pub(super) action: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Text>,
    pub(super) user_name: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<JsonRecord>,
}

impl From<&Intent> for JsonOpen {
    fn from(intent: &Intent) -> Self {
        Self {
            connection: intent.address.connection.clone(),
            key: intent.address.key.clone(),
            action: intent.action.word().into(),
            id: intent.id.clone(),
            user_name: intent.user_name.clone(),
            record: intent.record.as_ref().map(JsonRecord::from),
        }
    }
}

impl TryFrom<JsonOpen> for Intent {
    type Error = String;

    fn try_from(open: JsonOpen) -> Result<Self, String> {
        Ok(Self {
            address: Address::new(open.connection, open.key),
            action: action(&open.action)?,
            id: open.id,
            user_name: open.user_name,
            record: open.record.map(Account::try_from).transpose()?,
        })
    }
}

/// The action of that word.
fn action(word: &str) -> Result<Action, String> {
    let found = Action::ALL.into_iter().find(|action| action.word() == word);
    found.ok_or_else(|| format!("`{word}` is no action"))
}

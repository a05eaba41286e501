//! What stands in for the `age` crate where it is not built in: says so.

use super::{CryptError, Given};
use crate::model::Text;

#[derive(Debug, Default)]
pub(super) struct Keys;

/// Without the part nobody knows what a recipient is.
pub fn check_recipient(_: &str) -> Result<(), &'static str> {
    Ok(())
}

#[allow(clippy::unused_self, clippy::needless_pass_by_value, reason = "as with the feature")]
impl Keys {
    pub(super) fn new(recipients: &[Text], _: Given) -> Result<Self, CryptError> {
        if recipients.is_empty() { Ok(Self) } else { Err(CryptError::NotBuilt) }
    }

    pub(super) fn check(&self) -> Result<(), CryptError> {
        Err(CryptError::NotBuilt)
    }

    pub(super) fn recipients(&self) -> usize {
        0
    }

    pub(super) fn check_identities(&self) -> Result<(), CryptError> {
        Ok(())
    }

    pub(super) fn encrypt(&self, _: &[u8]) -> Result<Vec<u8>, CryptError> {
        Err(CryptError::NotBuilt)
    }

    pub(super) fn decrypt(&self, _: &[u8]) -> Result<Vec<u8>, CryptError> {
        Err(CryptError::NotBuilt)
    }
}

//! Who left and can still sign in, to JSON and back.

use serde::{Deserialize, Serialize};

use super::words::{AddressIn, StillOnIn};
use crate::model::Text;
use crate::plan::Leaver;

#[derive(Serialize)]
pub(super) struct JsonLeaver<'a> {
    address: String,
    user_name: &'a str,
    since: Option<&'a str>,
    by: String,
}

impl<'a> From<&'a Leaver> for JsonLeaver<'a> {
    fn from(leaver: &'a Leaver) -> Self {
        Self {
            address: leaver.address.to_string(),
            user_name: &leaver.user_name,
            since: leaver.since.as_deref(),
            by: leaver.by.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeaverIn {
    address: AddressIn,
    user_name: Text,
    since: Option<Text>,
    by: StillOnIn,
}

impl From<LeaverIn> for Leaver {
    fn from(LeaverIn { address, user_name, since, by }: LeaverIn) -> Self {
        Self { address: address.0, user_name, since, by: by.0 }
    }
}

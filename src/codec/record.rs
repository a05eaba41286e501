//! One account's record, as the state and the journal write it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::value::{JsonValue, JsonValues, attribute};
use crate::model::Text;
use crate::state::{Account, Kept, Leaver, Left, Provenance, Refused, Status};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Text>,
    user_name: Text,
    status: JsonStatus,
    origin: JsonOrigin,
    rules: Vec<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    protect: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    prevent_removal: Vec<Text>,
    written: JsonValues,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    refused: BTreeMap<Text, JsonRefused>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept: Option<JsonKept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left: Option<JsonLeft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leaver: Option<JsonLeaver>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    updated: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mapped: Option<Text>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonStatus {
    Active,
    Disabled,
    Pending,
    Deprovisioned,
    Unknown,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonOrigin {
    Created,
    Adopted,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonRefused {
    desired: JsonValue,
    live: Option<JsonValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonKept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_type: Option<JsonValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    licenses: Option<JsonValue>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonLeft {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Text>,
    reason: Text,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    off_before: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonLeaver {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Text>,
}

impl From<&Account> for JsonRecord {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.clone(),
            user_name: account.user_name.clone(),
            status: match account.status {
                Status::Active => JsonStatus::Active,
                Status::Disabled => JsonStatus::Disabled,
                Status::Pending => JsonStatus::Pending,
                Status::Deprovisioned => JsonStatus::Deprovisioned,
                Status::Unknown => JsonStatus::Unknown,
            },
            origin: match account.provenance {
                Provenance::Created => JsonOrigin::Created,
                Provenance::Adopted => JsonOrigin::Adopted,
            },
            rules: account.rules.clone(),
            protect: account.protect,
            prevent_removal: account.prevent_removal.clone(),
            written: (&account.written).into(),
            refused: account
                .refused
                .iter()
                .map(|(attribute, refused)| {
                    let live = refused.live.as_ref().map(Into::into);
                    let desired = (&refused.desired).into();
                    let status = refused.status;
                    (attribute.name().into(), JsonRefused { desired, live, status })
                })
                .collect(),
            kept: account.kept.as_ref().map(|kept| JsonKept {
                user_type: kept.user_type.as_ref().map(Into::into),
                licenses: kept.licenses.as_ref().map(Into::into),
            }),
            left: account.left.as_ref().map(|left| JsonLeft {
                at: left.at.clone(),
                reason: left.reason.clone(),
                off_before: left.off_before,
                deleted: left.deleted,
            }),
            leaver: account
                .leaver
                .as_ref()
                .map(|leaver| JsonLeaver { since: leaver.since.clone() }),
            version: account.version.clone(),
            hidden: account.hidden,
            updated: account.updated.clone(),
            mapped: account.mapped.clone(),
        }
    }
}

impl TryFrom<JsonRecord> for Account {
    type Error = String;

    fn try_from(record: JsonRecord) -> Result<Self, String> {
        let refused = record
            .refused
            .into_iter()
            .map(|(name, refused)| {
                let JsonRefused { desired, live, status } = refused;
                let (desired, live) = (desired.into(), live.map(Into::into));
                let refused = Refused { desired, live, status };
                Ok((attribute(&name)?, refused))
            })
            .collect::<Result<_, String>>()?;
        Ok(Self {
            id: record.id,
            user_name: record.user_name,
            status: match record.status {
                JsonStatus::Active => Status::Active,
                JsonStatus::Disabled => Status::Disabled,
                JsonStatus::Pending => Status::Pending,
                JsonStatus::Deprovisioned => Status::Deprovisioned,
                JsonStatus::Unknown => Status::Unknown,
            },
            provenance: match record.origin {
                JsonOrigin::Created => Provenance::Created,
                JsonOrigin::Adopted => Provenance::Adopted,
            },
            rules: record.rules,
            protect: record.protect,
            prevent_removal: record.prevent_removal,
            written: record.written.into(),
            refused,
            kept: record.kept.map(|kept| Kept {
                user_type: kept.user_type.map(Into::into),
                licenses: kept.licenses.map(Into::into),
            }),
            left: record.left.map(|left| Left {
                at: left.at,
                reason: left.reason,
                off_before: left.off_before,
                deleted: left.deleted,
            }),
            leaver: record.leaver.map(|leaver| Leaver { since: leaver.since }),
            version: record.version,
            hidden: record.hidden,
            updated: record.updated,
            mapped: record.mapped,
        })
    }
}

//! Why a step failed, as events, the journal and the audit log write it.

use serde::{Deserialize, Serialize};

use crate::model::{Attribute, Text};
use crate::port::Failure;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonError {
    status: Option<u16>,
    detail: String,
    tracking_id: Option<String>,
    attribute: Option<Text>,
}

impl JsonError {
    pub(super) fn of(failure: &Failure, attribute: Option<Attribute>) -> Self {
        Self {
            status: failure.status,
            detail: failure.detail.clone(),
            tracking_id: failure.tracking_id.clone(),
            attribute: attribute.map(|attribute| attribute.name().into()),
        }
    }
}

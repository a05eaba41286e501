//! What a plan says beside its changes, from JSON: guards, cost, accounts that are not managed.

use serde::Deserialize;

use super::words::GuardKindIn;
use crate::model::Text;
use crate::plan::{ByKind, Cost, GuardReport, Unmanaged};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardIn {
    connection: Text,
    kind: GuardKindIn,
    planned: u64,
    limit: u64,
    tripped: bool,
    #[serde(default)]
    by_kind: ByKindIn,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ByKindIn {
    disable: u64,
    delete: u64,
    downgrade: u64,
    forget: u64,
}

impl From<GuardIn> for GuardReport {
    fn from(GuardIn { connection, kind, planned, limit, tripped, by_kind }: GuardIn) -> Self {
        let ByKindIn { disable, delete, downgrade, forget } = by_kind;
        let by_kind = ByKind { disable, delete, downgrade, forget };
        Self { connection, kind: kind.0, planned, limit, tripped, by_kind }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CostIn {
    connection: Text,
    list: u64,
    read: u64,
    write: u64,
    seconds: u64,
}

impl From<CostIn> for Cost {
    fn from(CostIn { connection, list, read, write, seconds }: CostIn) -> Self {
        Self { connection, list, read, write, seconds }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnmanagedIn {
    connection: Text,
    id: Text,
    user_name: Text,
    active: bool,
}

impl From<UnmanagedIn> for Unmanaged {
    fn from(UnmanagedIn { connection, id, user_name, active }: UnmanagedIn) -> Self {
        Self { connection, id, user_name, active }
    }
}

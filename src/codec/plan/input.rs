//! A plan from JSON.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use std::collections::BTreeMap;

use super::super::seal::holds;
use super::super::value::JsonValue;
use super::FORMAT_VERSION;
use super::finding::DiagnosticIn;
use super::leaver::LeaverIn;
use super::reports::{CostIn, GuardIn, UnmanagedIn};
use super::words::{
    ActionIn, AddressIn, AttributeIn, BlockerIn, LearntIn, OriginIn, ReasonIn, WhoIn,
};
use crate::desired::Origin as Source;
use crate::model::{Action, Fingerprint, Text};
use crate::plan::{
    AttributeChange, Basis, Between, Blocked, Blocker, Cause, Change, Options, Plan, Record,
    Revision, Summary,
};

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Outline {
    #[serde(default)]
    format_version: Option<String>,
    #[serde(default)]
    enroll_version: Option<String>,
    #[serde(default)]
    checksum: Option<String>,
    #[serde(default)]
    redacted: bool,
}

/// Why a file is no saved plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not JSON, or cut off.
    #[error("it is not whole JSON: {0}")]
    NotJson(String),
    /// JSON, but not a plan.
    #[error("it has no `format_version`, so it is not a plan that Enroll wrote")]
    NoVersion,
    /// A version that this Enroll does not know.
    #[error("its format {0} is not {FORMAT_VERSION}, the only one that this Enroll knows")]
    OtherVersion(String),
    /// Printed, not saved.
    #[error("it has no checksum: only `enroll plan --out` saves a plan")]
    NoChecksum,
    /// Pseudonyms are nobody's addresses.
    #[error("it is redacted: such a plan is to be read, not to be shown again or applied")]
    Redacted,
    /// Edited or damaged.
    #[error("its checksum does not match: it was edited or damaged since it was saved")]
    WrongChecksum,
    /// What stands there of a plan that could not be made.
    #[error("it holds the errors of a plan that could not be made")]
    Failed,
    /// A plan that makes no sense.
    #[error("its content makes no sense: {0}")]
    Malformed(String),
}

/// Reads a saved plan, or says what is wrong with it. The checksum is looked at before its content.
pub fn read(bytes: &[u8]) -> Result<Plan, PlanError> {
    let text = std::str::from_utf8(bytes).map_err(|e| PlanError::NotJson(e.to_string()))?;
    let outline: Outline =
        serde_json::from_str(text).map_err(|e| PlanError::NotJson(e.to_string()))?;
    let version = outline.format_version.ok_or(PlanError::NoVersion)?;
    if version != FORMAT_VERSION {
        return Err(PlanError::OtherVersion(version));
    }
    if outline.enroll_version.is_none() {
        return Err(PlanError::Failed);
    }
    if outline.redacted {
        return Err(PlanError::Redacted);
    }
    let checksum = outline.checksum.ok_or(PlanError::NoChecksum)?;
    if !holds(text.as_bytes(), &checksum) {
        return Err(PlanError::WrongChecksum);
    }
    let plan: PlanIn =
        serde_json::from_str(text).map_err(|e| PlanError::Malformed(e.to_string()))?;
    let plan = Plan::from(plan);
    match largest(&plan) {
        found if found > LARGEST => Err(PlanError::Malformed(format!("{found} is no count"))),
        _ => Ok(plan),
    }
}

/// Counts above this come from nobody's account, and sums of them could overflow.
const LARGEST: u64 = 1 << 40;

/// The largest count of a plan.
fn largest(plan: &Plan) -> u64 {
    let Summary { blocked, unchanged, unmanaged, pending, paused, held, records, drifted, .. } =
        plan.summary;
    let steps = Action::ALL.map(|action| plan.summary.count(action));
    let guards = plan.guards.iter().flat_map(|guard| [guard.planned, guard.limit]);
    let cost = plan.cost.iter().flat_map(|cost| [cost.list, cost.read, cost.write, cost.seconds]);
    [blocked, unchanged, unmanaged, pending, paused, held, records, drifted]
        .into_iter()
        .chain(steps)
        .chain(guards)
        .chain(cost)
        .max()
        .unwrap_or(0)
}

/// Turns a list of JSON shapes into the core's types.
fn all<A, B: From<A>>(items: Vec<A>) -> Vec<B> {
    items.into_iter().map(B::from).collect()
}

/// A field that must stand there, be it as `null`.
pub(super) fn present<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    d: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(d)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanIn {
    #[serde(rename = "format_version")]
    _format_version: String,
    #[serde(rename = "enroll_version")]
    _enroll_version: String,
    #[serde(rename = "checksum", default)]
    _checksum: Option<String>,
    complete: bool,
    sandbox: bool,
    basis: BasisIn,
    summary: SummaryIn,
    // Plans of older versions have none.
    #[serde(default)]
    leavers: Vec<LeaverIn>,
    changes: Vec<ChangeIn>,
    records: Vec<RecordIn>,
    guards: Vec<GuardIn>,
    cost: Vec<CostIn>,
    #[serde(default)]
    unmanaged: Vec<UnmanagedIn>,
    diagnostics: Vec<DiagnosticIn>,
}

impl From<PlanIn> for Plan {
    fn from(read: PlanIn) -> Self {
        Self {
            complete: read.complete,
            sandbox: read.sandbox,
            redacted: false,
            basis: read.basis.into(),
            summary: read.summary.into(),
            leavers: all(read.leavers),
            changes: all(read.changes),
            records: all(read.records),
            guards: all(read.guards),
            cost: all(read.cost),
            unmanaged: all(read.unmanaged),
            diagnostics: all(read.diagnostics),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BasisIn {
    lineage: Text,
    serial: u64,
    config: Text,
    fingerprints: BTreeMap<Text, Text>,
    options: OptionsIn,
    #[serde(default)]
    variables: BTreeMap<Text, Box<RawValue>>,
}

impl From<BasisIn> for Basis {
    fn from(read: BasisIn) -> Self {
        let BasisIn { lineage, serial, config, fingerprints, options, variables } = read;
        let fingerprints =
            fingerprints.into_iter().map(|(name, found)| (name, Fingerprint(found))).collect();
        let variables =
            variables.into_iter().map(|(name, json)| (name, json.get().into())).collect();
        Self { lineage, serial, config, fingerprints, options: options.into(), variables }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct OptionsIn {
    targets: Vec<WhoIn>,
    confirm: Vec<WhoIn>,
    allow_removals: Option<u64>,
    allow_deletes: Option<u64>,
    allow_privileges: Option<u64>,
    allow_empty: Vec<Text>,
    retry_refused: bool,
    show_unmanaged: bool,
    not_refreshed: bool,
    between: Option<BetweenIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BetweenIn {
    base: RevisionIn,
    head: Option<RevisionIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevisionIn {
    name: Text,
    commit: Text,
}

impl From<RevisionIn> for Revision {
    fn from(RevisionIn { name, commit }: RevisionIn) -> Self {
        Self { name, commit }
    }
}

impl From<OptionsIn> for Options {
    fn from(read: OptionsIn) -> Self {
        Self {
            targets: all(read.targets),
            confirm: all(read.confirm),
            allow_removals: read.allow_removals,
            allow_deletes: read.allow_deletes,
            allow_privileges: read.allow_privileges,
            allow_empty: read.allow_empty,
            retry_refused: read.retry_refused,
            show_unmanaged: read.show_unmanaged,
            not_refreshed: read.not_refreshed,
            between: read.between.map(|read| Between {
                base: read.base.into(),
                head: read.head.map(Revision::from),
            }),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SummaryIn {
    create: u64,
    adopt: u64,
    update: u64,
    enable: u64,
    disable: u64,
    delete: u64,
    forget: u64,
    blocked: u64,
    unchanged: u64,
    unmanaged: u64,
    pending: u64,
    paused: u64,
    #[serde(default)]
    held: u64,
    records: u64,
    #[serde(default)]
    drifted: u64,
}

impl From<SummaryIn> for Summary {
    fn from(read: SummaryIn) -> Self {
        Self {
            create: read.create,
            adopt: read.adopt,
            update: read.update,
            enable: read.enable,
            disable: read.disable,
            delete: read.delete,
            forget: read.forget,
            blocked: read.blocked,
            unchanged: read.unchanged,
            unmanaged: read.unmanaged,
            pending: read.pending,
            paused: read.paused,
            held: read.held,
            records: read.records,
            drifted: read.drifted,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeIn {
    address: AddressIn,
    #[serde(rename = "connection")]
    _connection: Text,
    user_name: Text,
    #[serde(deserialize_with = "present")]
    id: Option<Text>,
    actions: Vec<ActionIn>,
    blocked: Vec<BlockedIn>,
    reason: ReasonIn,
    #[serde(default)]
    changed_in: Vec<CauseIn>,
    rules: Vec<Text>,
    #[serde(deserialize_with = "present")]
    moved_from: Option<AddressIn>,
    #[serde(deserialize_with = "present")]
    source: Option<SourceIn>,
    attributes: Vec<AttributeChangeIn>,
}

impl From<ChangeIn> for Change {
    fn from(read: ChangeIn) -> Self {
        Self {
            address: read.address.0,
            user_name: read.user_name,
            id: read.id,
            actions: all(read.actions),
            blocked: all(read.blocked),
            reason: read.reason.0,
            causes: all(read.changed_in),
            rules: read.rules,
            moved_from: read.moved_from.map(Into::into),
            source: read
                .source
                .map(|source| Source { file: source.file.into(), line: source.line }),
            attributes: all(read.attributes),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseIn {
    #[serde(deserialize_with = "present")]
    file: Option<String>,
    what: Vec<Text>,
}

impl From<CauseIn> for Cause {
    fn from(CauseIn { file, what }: CauseIn) -> Self {
        Self { file: file.map(Into::into), what }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockedIn {
    action: ActionIn,
    by: BlockerIn,
    #[serde(default)]
    ids: Vec<Text>,
}

impl From<BlockedIn> for Blocked {
    fn from(BlockedIn { action, by, ids }: BlockedIn) -> Self {
        let ambiguous = matches!(by.0, Blocker::Ambiguous(_));
        let by = if ambiguous { Blocker::Ambiguous(ids) } else { by.0 };
        Self { action: action.0, by }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceIn {
    file: String,
    line: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributeChangeIn {
    name: AttributeIn,
    #[serde(deserialize_with = "present")]
    before: Option<JsonValue>,
    #[serde(deserialize_with = "present")]
    after: Option<JsonValue>,
    origin: OriginIn,
    #[serde(default)]
    privilege: bool,
    #[serde(default, rename = "readable")]
    _readable: Option<bool>,
    #[serde(default)]
    withheld: bool,
    #[serde(default)]
    literal: bool,
}

impl From<AttributeChangeIn> for AttributeChange {
    fn from(read: AttributeChangeIn) -> Self {
        let AttributeChangeIn { name: AttributeIn((attribute, key)), .. } = read;
        Self {
            attribute,
            key,
            before: read.before.map(Into::into),
            after: read.after.map(Into::into),
            origin: read.origin.0,
            privilege: read.privilege,
            withheld: read.withheld,
            literal: read.literal,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordIn {
    address: AddressIn,
    #[serde(rename = "connection")]
    _connection: Text,
    #[serde(deserialize_with = "present")]
    moved_from: Option<AddressIn>,
    what: Vec<LearntIn>,
}

impl From<RecordIn> for Record {
    fn from(read: RecordIn) -> Self {
        let moved_from = read.moved_from.map(Into::into);
        Self { address: read.address.0, moved_from, what: all(read.what) }
    }
}

//! A plan to JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::super::json::pretty;
use super::super::seal::{BLANK, seal};
use super::super::value::JsonValue;
use super::FORMAT_VERSION;
use super::leaver::JsonLeaver;
use crate::diagnostic::Diagnostic;
use crate::model::Text;
use crate::plan::{Change, Options, Plan, Record, Revision};

#[derive(Serialize)]
struct JsonPlan<'a> {
    format_version: &'static str,
    enroll_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<&'static str>,
    complete: bool,
    sandbox: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
    basis: JsonBasis<'a>,
    summary: JsonSummary,
    leavers: Vec<JsonLeaver<'a>>,
    changes: Each<'a, Change, JsonChange<'a>>,
    records: Each<'a, Record, JsonPlanRecord<'a>>,
    guards: Vec<JsonGuard<'a>>,
    cost: Vec<JsonCost<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmanaged: Option<Vec<JsonUnmanaged<'a>>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
struct JsonBasis<'a> {
    lineage: &'a str,
    serial: u64,
    config: &'a str,
    fingerprints: BTreeMap<&'a str, &'a str>,
    options: JsonOptions<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    variables: BTreeMap<&'a str, &'a RawValue>,
}

#[derive(Serialize)]
struct JsonOptions<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    confirm: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_removals: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_deletes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_privileges: Option<u64>,
    #[serde(skip_serializing_if = "<[Text]>::is_empty")]
    allow_empty: &'a [Text],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    retry_refused: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    show_unmanaged: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    not_refreshed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<JsonBetween<'a>>,
}

#[derive(Serialize)]
struct JsonBetween<'a> {
    base: JsonRevision<'a>,
    head: Option<JsonRevision<'a>>,
}

#[derive(Serialize)]
struct JsonRevision<'a> {
    name: &'a str,
    commit: &'a str,
}

#[derive(Serialize)]
struct JsonSummary {
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
    held: u64,
    records: u64,
    drifted: u64,
}

#[derive(Serialize)]
struct JsonChange<'a> {
    address: String,
    connection: &'a str,
    user_name: &'a str,
    id: Option<&'a str>,
    actions: Vec<&'static str>,
    blocked: Vec<JsonBlocked<'a>>,
    reason: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_in: Vec<JsonCause<'a>>,
    rules: &'a [Text],
    moved_from: Option<String>,
    source: Option<JsonSource<'a>>,
    attributes: Vec<JsonAttribute>,
}

#[derive(Serialize)]
struct JsonCause<'a> {
    file: Option<&'a str>,
    what: &'a [Text],
}

#[derive(Serialize)]
struct JsonBlocked<'a> {
    action: &'static str,
    by: String,
    #[serde(skip_serializing_if = "<[Text]>::is_empty")]
    ids: &'a [Text],
}

#[derive(Serialize)]
struct JsonSource<'a> {
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct JsonAttribute {
    name: Cow<'static, str>,
    before: Option<JsonValue>,
    after: Option<JsonValue>,
    origin: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    privilege: bool,
    #[serde(skip_serializing_if = "Clone::clone")]
    readable: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    withheld: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    literal: bool,
}

#[derive(Serialize)]
struct JsonPlanRecord<'a> {
    address: String,
    connection: &'a str,
    moved_from: Option<String>,
    what: Vec<&'static str>,
}

#[derive(Serialize)]
struct JsonGuard<'a> {
    connection: &'a str,
    kind: &'static str,
    planned: u64,
    limit: u64,
    tripped: bool,
    by_kind: JsonByKind,
}

#[derive(Serialize)]
struct JsonByKind {
    disable: u64,
    delete: u64,
    downgrade: u64,
    forget: u64,
}

#[derive(Serialize)]
struct JsonCost<'a> {
    connection: &'a str,
    list: u64,
    read: u64,
    write: u64,
    seconds: u64,
}

#[derive(Serialize)]
struct JsonUnmanaged<'a> {
    connection: &'a str,
    id: &'a str,
    user_name: &'a str,
    active: bool,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    severity: &'static str,
    summary: &'a str,
    detail: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    help: Option<String>,
}

#[derive(Serialize)]
struct JsonFailed<'a> {
    format_version: &'static str,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

/// Writes a plan, with a line break at its end.
pub fn write(plan: &Plan) -> String {
    String::from_utf8(json(plan, None)).expect("JSON is UTF-8")
}

/// Writes a plan bit by bit, as [`write`] does at once: a plan may be larger than everything it was made
/// from.
///
/// # Errors
///
/// Those of `out`.
pub fn write_to(plan: &Plan, out: &mut dyn io::Write) -> io::Result<()> {
    stream(plan, None, out)
}

/// Writes a plan to be kept: the same with a checksum.
pub fn save(plan: &Plan) -> Vec<u8> {
    seal(json(plan, Some(BLANK)))
}

fn json(plan: &Plan, checksum: Option<&'static str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream(plan, checksum, &mut bytes)
        .expect("a plan has text keys and no floats, and goes to memory");
    bytes
}

fn stream(plan: &Plan, checksum: Option<&'static str>, out: &mut dyn io::Write) -> io::Result<()> {
    // Keeps every field in sight: a new one must be written too, or left out on purpose.
    let Plan {
        complete,
        sandbox,
        redacted,
        basis,
        summary,
        leavers,
        changes,
        records,
        guards,
        cost,
        unmanaged,
        diagnostics: found,
    } = plan;
    let summary = JsonSummary {
        create: summary.create,
        adopt: summary.adopt,
        update: summary.update,
        enable: summary.enable,
        disable: summary.disable,
        delete: summary.delete,
        forget: summary.forget,
        blocked: summary.blocked,
        unchanged: summary.unchanged,
        unmanaged: summary.unmanaged,
        pending: summary.pending,
        paused: summary.paused,
        held: summary.held,
        records: summary.records,
        drifted: summary.drifted,
    };
    let fingerprints =
        basis.fingerprints.iter().map(|(name, f)| (name.as_str(), f.0.as_str())).collect();
    let mut variables: BTreeMap<&str, &RawValue> = BTreeMap::new();
    for (name, json) in &basis.variables {
        variables.insert(name, serde_json::from_str(json)?);
    }
    let listed = unmanaged.iter().map(|account| JsonUnmanaged {
        connection: &account.connection,
        id: &account.id,
        user_name: &account.user_name,
        active: account.active,
    });
    let plan = JsonPlan {
        format_version: FORMAT_VERSION,
        enroll_version: env!("CARGO_PKG_VERSION"),
        checksum,
        complete: *complete,
        sandbox: *sandbox,
        redacted: *redacted,
        basis: JsonBasis {
            lineage: &basis.lineage,
            serial: basis.serial,
            config: &basis.config,
            fingerprints,
            options: options(&basis.options),
            variables,
        },
        summary,
        leavers: leavers.iter().map(JsonLeaver::from).collect(),
        changes: Each(changes, change),
        records: Each(records, record),
        guards: guards
            .iter()
            .map(|guard| JsonGuard {
                connection: &guard.connection,
                kind: guard.kind.word(),
                planned: guard.planned,
                limit: guard.limit,
                tripped: guard.tripped,
                by_kind: JsonByKind {
                    disable: guard.by_kind.disable,
                    delete: guard.by_kind.delete,
                    downgrade: guard.by_kind.downgrade,
                    forget: guard.by_kind.forget,
                },
            })
            .collect(),
        cost: cost
            .iter()
            .map(|cost| JsonCost {
                connection: &cost.connection,
                list: cost.list,
                read: cost.read,
                write: cost.write,
                seconds: cost.seconds,
            })
            .collect(),
        unmanaged: basis.options.show_unmanaged.then(|| listed.collect()),
        diagnostics: diagnostics(found),
    };
    serde_json::to_writer_pretty(&mut *out, &plan)?;
    out.write_all(b"\n")
}

/// A list whose items are made while it is written.
struct Each<'a, T, J>(&'a [T], fn(&'a T) -> J);

impl<'a, T, J: Serialize> Serialize for Each<'a, T, J> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(items, make): &Self = self;
        let items: &'a [T] = items;
        serializer.collect_seq(items.iter().map(make))
    }
}

/// Writes what there is to say where no plan could be made.
pub fn failed(found: &[Diagnostic]) -> String {
    pretty(&JsonFailed { format_version: FORMAT_VERSION, diagnostics: diagnostics(found) })
}

fn options(options: &Options) -> JsonOptions<'_> {
    JsonOptions {
        targets: options.targets.iter().map(ToString::to_string).collect(),
        confirm: options.confirm.iter().map(ToString::to_string).collect(),
        allow_removals: options.allow_removals,
        allow_deletes: options.allow_deletes,
        allow_privileges: options.allow_privileges,
        allow_empty: &options.allow_empty,
        retry_refused: options.retry_refused,
        show_unmanaged: options.show_unmanaged,
        not_refreshed: options.not_refreshed,
        between: options.between.as_ref().map(|between| JsonBetween {
            base: revision(&between.base),
            head: between.head.as_ref().map(revision),
        }),
    }
}

fn revision(revision: &Revision) -> JsonRevision<'_> {
    JsonRevision { name: &revision.name, commit: &revision.commit }
}

fn change(change: &Change) -> JsonChange<'_> {
    JsonChange {
        address: change.address.to_string(),
        connection: &change.address.connection,
        user_name: &change.user_name,
        id: change.id.as_deref(),
        actions: change.actions.iter().map(|action| action.word()).collect(),
        blocked: change
            .blocked
            .iter()
            .map(|blocked| JsonBlocked {
                action: blocked.action.word(),
                by: blocked.by.to_string(),
                ids: blocked.by.ids(),
            })
            .collect(),
        reason: change.reason.word(),
        changed_in: change
            .causes
            .iter()
            .map(|cause| JsonCause { file: cause.file.as_deref(), what: &cause.what })
            .collect(),
        rules: &change.rules,
        moved_from: change.moved_from.as_ref().map(ToString::to_string),
        source: change
            .source
            .as_ref()
            .map(|source| JsonSource { file: &source.file, line: source.line }),
        attributes: change
            .attributes
            .iter()
            .map(|attribute| JsonAttribute {
                name: attribute.name(),
                before: attribute.before.as_ref().map(Into::into),
                after: attribute.after.as_ref().map(Into::into),
                origin: attribute.origin.word(),
                privilege: attribute.privilege,
                readable: !attribute.is_write_only(),
                withheld: attribute.withheld,
                literal: attribute.literal,
            })
            .collect(),
    }
}

fn record(record: &Record) -> JsonPlanRecord<'_> {
    JsonPlanRecord {
        address: record.address.to_string(),
        connection: &record.address.connection,
        moved_from: record.moved_from.as_ref().map(ToString::to_string),
        what: record.what.iter().map(|what| what.word()).collect(),
    }
}

/// A place that is a whole file has no line.
fn counted_from_1(number: Option<u32>) -> Option<u32> {
    number.filter(|number| *number > 0)
}

fn diagnostics(found: &[Diagnostic]) -> Vec<JsonDiagnostic<'_>> {
    found
        .iter()
        .map(|diagnostic| JsonDiagnostic {
            severity: diagnostic.severity.word(),
            summary: &diagnostic.summary,
            detail: diagnostic.detail.as_deref(),
            file: diagnostic.place.as_ref().map(|place| &*place.file),
            line: counted_from_1(diagnostic.place.as_ref().map(|place| place.line)),
            column: counted_from_1(diagnostic.place.as_ref().map(|place| place.column)),
            help: (!diagnostic.help.is_empty()).then(|| diagnostic.help.join("\n")),
        })
        .collect()
}

//! A plan for a terminal: removals first, then what comes and changes, then what is blocked.

use std::fmt::Write;

use anstyle::AnsiColor;

use super::paint::{Paint, colour};
use super::{attributes, plain, words};
use crate::diagnostic::Diagnostic;
use crate::model::Action;
use crate::plan::{AttributeChange, Change, GuardKind, GuardReport, Learnt, Plan};

/// Lays the changes of a plan out alone, without what stands around them.
pub fn changes(plan: &Plan, colour: bool) -> String {
    let paint = Paint(colour);
    plan.changes.iter().map(|change| block(change, paint)).collect()
}

/// The order of the sections.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Removals,
    Changes,
    Blocked,
}

const SECTIONS: [(Section, &str); 3] = [
    (Section::Removals, "Takes something from people:"),
    (Section::Changes, "Changes:"),
    (Section::Blocked, "Blocked, and left as it is:"),
];

/// Lays a plan out.
pub fn text(plan: &Plan, colour: bool) -> String {
    let paint = Paint(colour);
    let mut out = String::new();
    if plan.sandbox {
        out.push_str("SANDBOX: an embedded account stands in for the service\n\n");
    }
    if plan.basis.options.not_refreshed {
        out.push_str("NOT REFRESHED: the state is taken as live; this can't be applied\n\n");
    } else if !plan.basis.options.targets.is_empty() {
        out.push_str(
            "TARGETED: only what `--target` names, and the renames that must go first\n\n",
        );
    } else if !plan.complete {
        out.push_str("INCOMPLETE: not every connection could be planned\n\n");
    }
    allowed(plan, paint, &mut out);
    for (section, title) in SECTIONS {
        let of_section = plan.changes.iter().filter(|change| section_of(change) == section);
        let mut blocks = of_section.map(|change| block(change, paint)).peekable();
        if blocks.peek().is_some() {
            out.push_str(&paint.bold(title));
            out.push_str("\n\n");
            out.extend(blocks);
            out.push('\n');
        }
    }
    records(plan, &mut out);
    unmanaged(plan, &mut out);
    guards(plan, paint, &mut out);
    tail(plan, paint, &mut out);
    out
}

fn section_of(change: &Change) -> Section {
    let takes =
        |action: &Action| matches!(action, Action::Disable | Action::Delete | Action::Forget);
    if change.actions.iter().any(takes) || downgrades(change) {
        Section::Removals
    } else if change.actions.is_empty() {
        Section::Blocked
    } else {
        Section::Changes
    }
}

fn downgrades(change: &Change) -> bool {
    change.actions.contains(&Action::Update)
        && change.attributes.iter().any(AttributeChange::is_downgrade)
}

fn block(change: &Change, paint: Paint) -> String {
    let mut out = String::new();
    let symbols: String = change
        .actions
        .iter()
        .map(|action| paint.with(words::style(*action), words::symbol(*action)))
        .collect();
    let symbols =
        if change.actions.is_empty() { paint.with(colour(AnsiColor::Red), "!") } else { symbols };
    let names: Vec<_> =
        change.actions.iter().map(|action| words::step(*action, change.reason)).collect();
    let address = change.address.to_string();
    let steps = if names.is_empty() { "no change".to_owned() } else { names.join(", ") };
    // Writing to a String can't fail.
    _ = writeln!(
        out,
        "  {symbols} {}  {}  {steps} ({})",
        paint.bold(&plain(&address)),
        plain(&change.user_name),
        plain(&words::reason(change))
    );
    for blocked in &change.blocked {
        let step = words::step(blocked.action, change.reason);
        let why = words::blocked(&blocked.by, change);
        let mark = paint.with(colour(AnsiColor::Red), "!");
        _ = writeln!(
            out,
            "      {mark} {step} blocked by {}: {}",
            plain(&blocked.by.to_string()),
            plain(&why)
        );
    }
    for attribute in &change.attributes {
        _ = writeln!(out, "      {}", attributes::line(attribute));
    }
    if let Some(from) = &change.moved_from {
        _ = writeln!(out, "      moved from {}", plain(&from.to_string()));
    }
    if let Some(source) = &change.source {
        let place = format!("{}:{}", plain(&source.file), source.line);
        _ = writeln!(out, "      {}", paint.dim(&place));
    }
    out
}

fn records(plan: &Plan, out: &mut String) {
    if plan.records.is_empty() {
        return;
    }
    out.push_str("Only the state learns:\n\n");
    for record in &plan.records {
        let what: Vec<_> = record.what.iter().map(|what| learnt(*what)).collect();
        let address = record.address.to_string();
        let from = record
            .moved_from
            .as_ref()
            .map(|from| format!(" from {}", plain(&from.to_string())))
            .unwrap_or_default();
        _ = writeln!(out, "    {}: {}{from}", plain(&address), what.join(", "));
    }
    out.push('\n');
}

fn learnt(what: Learnt) -> &'static str {
    match what {
        Learnt::Rules => "its owning rules",
        Learnt::Flags => "its protection",
        Learnt::Status => "its status",
        Learnt::Id => "its new id",
        Learnt::Moved => "its new address",
    }
}

fn unmanaged(plan: &Plan, out: &mut String) {
    if plan.unmanaged.is_empty() {
        return;
    }
    out.push_str("Not managed, and left alone:\n\n");
    for account in &plan.unmanaged {
        let off = if account.active { "" } else { "  (off)" };
        _ = writeln!(
            out,
            "    {}  {}  [id={}]{off}",
            plain(&account.connection),
            plain(&account.user_name),
            plain(&account.id)
        );
    }
    out.push('\n');
}

/// What somebody let past a guard is said before anything else.
fn allowed(plan: &Plan, paint: Paint, out: &mut String) {
    let refused = plan.refused_guards();
    for kind in [GuardKind::Removals, GuardKind::Deletes] {
        let of_kind = plan.guards.iter().filter(|guard| guard.kind == kind && guard.tripped);
        let planned: u64 = of_kind.clone().map(|guard| guard.planned).sum();
        if of_kind.count() > 0 && refused.iter().all(|guard| guard.kind != kind) {
            let said = format!("ALLOWED past the guard: {} {planned}", flag(kind));
            _ = writeln!(out, "{}\n", paint.with(colour(AnsiColor::Red), &said));
        }
    }
}

fn guards(plan: &Plan, paint: Paint, out: &mut String) {
    let refused = plan.refused_guards();
    for guard in plan.guards.iter().filter(|guard| guard.tripped) {
        let allowed = !refused.contains(&guard);
        let said = format!(
            "Guard: {} planned at {}, {} {}.",
            words::counted(guard.planned, one(guard.kind)),
            plain(&guard.connection),
            limit(guard),
            if allowed { "without the allowance given" } else { "allowed: `apply` will refuse" }
        );
        _ = writeln!(out, "{}", paint.with(colour(AnsiColor::Red), &said));
    }
    for (kind, total) in totals(plan) {
        let flag = flag(kind);
        _ = writeln!(out, "If each of them is meant, `{flag} {total}` lets exactly these through.");
    }
    if plan.guards.iter().any(|guard| guard.tripped) {
        out.push('\n');
    }
}

/// A share also trips below its limit, where every active account of several would go.
fn limit(guard: &GuardReport) -> String {
    if guard.planned > guard.limit {
        format!("at most {}", guard.limit)
    } else {
        "every active account, which is never".to_owned()
    }
}

fn one(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::Removals => "removal",
        GuardKind::Deletes => "delete",
    }
}

fn flag(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::Removals => "--allow-removals",
        GuardKind::Deletes => "--allow-deletes",
    }
}

/// How many each refusing guard would have to be allowed, over all connections where it tripped.
fn totals(plan: &Plan) -> Vec<(GuardKind, u64)> {
    let refused = plan.refused_guards();
    [GuardKind::Removals, GuardKind::Deletes]
        .into_iter()
        .map(|kind| {
            (kind, refused.iter().filter(|guard| guard.kind == kind).map(|g| g.planned).sum())
        })
        .filter(|(_, total)| *total > 0)
        .collect()
}

/// Why an apply is refused by its guards.
pub fn refused_guards(plan: &Plan) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = plan
        .refused_guards()
        .into_iter()
        .map(|guard| {
            let kind = guard.kind;
            let total = totals(plan).into_iter().find(|(k, _)| *k == kind).map_or(0, |(_, n)| n);
            Diagnostic::error(format!(
                "refused by a guard: {} planned at connection `{}`, {} allowed",
                words::counted(guard.planned, one(kind)),
                guard.connection,
                limit(guard)
            ))
            .help(format!(
                "a source that came back short looks just like this: look at each of them; if all \
                 are meant, `{} {total}`",
                flag(kind)
            ))
        })
        .collect();
    found.dedup();
    found
}

fn tail(plan: &Plan, paint: Paint, out: &mut String) {
    let summary = &plan.summary;
    let aside: Vec<String> = [
        (summary.pending, "pending"),
        (summary.paused, "paused"),
        (summary.unmanaged, "not managed"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if !aside.is_empty() {
        _ = writeln!(out, "Left alone: {}.", aside.join(", "));
    }
    for cost in plan.cost.iter().filter(|_| summary.steps() > 0) {
        _ = writeln!(
            out,
            "Cost at {}: {}, {} and {}{}.",
            plain(&cost.connection),
            words::counted(cost.write, "write"),
            words::counted(cost.read, "read"),
            words::counted(cost.list, "list"),
            duration(cost.seconds)
        );
    }
    let last = if summary.steps() == 0 && summary.records > 0 {
        format!("No changes to accounts; {} to update.", words::counted(summary.records, "record"))
    } else if summary.steps() == 0 && summary.blocked == 0 {
        "No changes.".to_owned()
    } else {
        format!(
            "Plan: {} to create, {} to adopt, {} to update, {} to enable, {} to disable, {} to \
             delete, {} to forget; {} blocked, {} unchanged.",
            summary.create,
            summary.adopt,
            summary.update,
            summary.enable,
            summary.disable,
            summary.delete,
            summary.forget,
            summary.blocked,
            summary.unchanged
        )
    };
    _ = writeln!(out, "{}", paint.bold(&last));
}

fn duration(seconds: u64) -> String {
    match seconds {
        0 => String::new(),
        1..120 => format!("; about {seconds} s"),
        120..7200 => format!("; about {} min", seconds.div_ceil(60)),
        _ => format!("; about {:.1} h", seconds_as_hours(seconds)),
    }
}

#[allow(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
fn seconds_as_hours(seconds: u64) -> f64 {
    seconds as f64 / 3600.0
}

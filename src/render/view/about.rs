//! What is said about a plan as a whole: counts, guards, cost, what only the state learns.

use std::collections::BTreeMap;

use super::super::phrase::Phrase;
use super::super::{plain, words};
use super::{Count, Finding, Leavers, Notice};
use crate::diagnostic::Diagnostic;
use crate::model::Action;
use crate::plan::{Blocked, GuardKind, GuardReport, Plan, Record, Unmanaged};

/// Who left and can still sign in, and whom the connection's actions leave as they are.
pub(super) fn leavers(plan: &Plan) -> Leavers {
    let count = plan.leavers.len() as u64;
    let each = plan.leavers.iter().map(|leaver| {
        let said = Phrase::default()
            .value(&leaver.address.to_string())
            .own("  ")
            .value(&leaver.user_name)
            .own("  ");
        let said = match &leaver.since {
            Some(since) => said.own("since ").value(since),
            None => said.own("new"),
        };
        let mut said = said.own(", ").code(&leaver.by.to_string()).own(": ");
        said.0.extend(words::still_on(leaver).0);
        said
    });
    let mut stay: BTreeMap<String, u64> = BTreeMap::new();
    for change in &plan.changes {
        let removes = |blocked: &&Blocked| words::takes(blocked.action) && blocked.by.is_policy();
        if let Some(blocked) = change.blocked.iter().find(removes) {
            *stay.entry(blocked.by.to_string()).or_default() += 1;
        }
    }
    let stay = stay.iter().map(|(by, count)| {
        let stays = if *count == 1 { "stays" } else { "stay" };
        Phrase::new(format!("{} who left {stays}: {by} is off", words::people(*count)))
    });
    Leavers {
        headline: match count {
            0 => String::new(),
            _ => format!("{} who left can still sign in", words::people(count)),
        },
        each: each.collect(),
        stay: stay.collect(),
    }
}

pub(super) fn notices(plan: &Plan) -> Vec<Notice> {
    let calm = |said: &str| Notice { said: Phrase::new(said), is_alarming: false };
    let mut found = Vec::new();
    if plan.sandbox {
        found.push(calm("SANDBOX: an embedded account stands in for the service"));
    }
    if plan.redacted {
        found.push(calm(
            "REDACTED: pseudonyms stand for addresses, names and keys; this can't be applied",
        ));
    }
    if let Some(between) = &plan.basis.options.between {
        found.push(Notice { said: words::between(between), is_alarming: false });
    } else if plan.basis.options.not_refreshed {
        found.push(calm("NOT REFRESHED: the state is taken as live; this can't be applied"));
    } else if !plan.basis.options.targets.is_empty() {
        found.push(Notice {
            said: Phrase::new("TARGETED: only what ")
                .code("--target")
                .own(" names, and the renames that must go first"),
            is_alarming: false,
        });
    } else if !plan.complete {
        found.push(calm("INCOMPLETE: not every connection could be planned"));
    }
    let refused = plan.refused_guards();
    for kind in GuardKind::ALL {
        let of_kind = plan.guards.iter().filter(|guard| guard.kind == kind && guard.tripped);
        let planned: u64 = of_kind.clone().map(|guard| guard.planned).sum();
        if of_kind.count() > 0 && refused.iter().all(|guard| guard.kind != kind) {
            let said = Phrase::new(format!(
                "ALLOWED past the guard: {} {planned}; the number names nobody",
                words::allowance(kind)
            ));
            found.push(Notice { said, is_alarming: true });
        }
    }
    found
}

pub(super) fn counts(plan: &Plan) -> Vec<Count> {
    let summary = &plan.summary;
    [
        Action::Create,
        Action::Adopt,
        Action::Update,
        Action::Enable,
        Action::Disable,
        Action::Delete,
        Action::Forget,
    ]
    .into_iter()
    .map(|action| Count {
        word: action.word(),
        symbol: words::symbol(action),
        number: summary.count(action),
    })
    .chain([
        Count { word: "blocked", symbol: "!", number: summary.blocked },
        Count { word: "unchanged", symbol: "", number: summary.unchanged },
    ])
    .collect()
}

pub(super) fn guards(plan: &Plan) -> Vec<Phrase> {
    let refused = plan.refused_guards();
    let tripped = plan.guards.iter().filter(|guard| guard.tripped);
    tripped
        .map(|guard| {
            let allowed = !refused.contains(&guard);
            let end = if allowed { "without the allowance given." } else { "allowed: " };
            let planned = words::counted(guard.planned, words::guarded(guard.kind));
            let said = Phrase::new(format!("Guard: {planned} planned at "))
                .value(&guard.connection)
                .own(format!(", {} {end}", limit(guard)));
            match guard.kind {
                _ if allowed => said,
                GuardKind::Privileges => said.code("apply").own(" holds them back."),
                GuardKind::Removals | GuardKind::Deletes => said.code("apply").own(" will refuse."),
            }
        })
        .collect()
}

/// What lets each refusing guard through.
pub(super) fn ways_out(plan: &Plan) -> Vec<Phrase> {
    let way_out = |(kind, total)| {
        Phrase::new("If each of them is meant, ")
            .code(&format!("{} {total}", words::allowance(kind)))
            .own(format!(" lets {total} through. The number names nobody: a plan saved with "))
            .code("--out")
            .own(" lets only these through.")
    };
    allowances(plan).into_iter().map(way_out).collect()
}

/// A share also trips below its limit, where more than half of several would go.
pub(in super::super) fn limit(guard: &GuardReport) -> String {
    if guard.planned > guard.limit {
        format!("at most {}", guard.limit)
    } else {
        "more than half of the active accounts, which is never".to_owned()
    }
}

/// How many each refusing guard would have to be allowed, over all connections where it tripped.
pub(in super::super) fn allowances(plan: &Plan) -> Vec<(GuardKind, u64)> {
    let refused = plan.refused_guards();
    GuardKind::ALL
        .into_iter()
        .map(|kind| {
            (kind, refused.iter().filter(|guard| guard.kind == kind).map(|g| g.planned).sum())
        })
        .filter(|(_, total)| *total > 0)
        .collect()
}

/// How many accounts somebody changed in the service, those that stay as they are among them.
pub(super) fn drift(plan: &Plan) -> String {
    let drifted: Vec<_> = plan.changes.iter().filter(|change| change.is_drift()).collect();
    let stay = drifted.iter().filter(|change| change.actions.is_empty()).count() as u64;
    let accounts = words::counted(drifted.len() as u64, "account");
    match (drifted.len(), stay) {
        (0, _) => String::new(),
        (_, 0) => format!("Drift: {accounts} drifted."),
        (_, 1) => format!("Drift: {accounts} drifted, of which 1 stays as it is."),
        (_, stay) => format!("Drift: {accounts} drifted, of which {stay} stay as they are."),
    }
}

pub(super) fn blocked(plan: &Plan) -> Vec<(String, u64)> {
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for blocked in plan.changes.iter().flat_map(|change| &change.blocked) {
        *found.entry(plain(&blocked.by.to_string()).into_owned()).or_default() += 1;
    }
    found.into_iter().collect()
}

pub(super) fn aside(plan: &Plan) -> String {
    let summary = &plan.summary;
    let aside: Vec<String> = [
        (summary.pending, "pending"),
        (summary.paused, "paused"),
        (summary.held, "held"),
        (summary.unmanaged, "not managed"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if aside.is_empty() { String::new() } else { format!("Left alone: {}.", aside.join(", ")) }
}

pub(super) fn cost(plan: &Plan) -> Vec<Phrase> {
    let costs = plan.cost.iter().filter(|_| plan.summary.steps() > 0);
    costs
        .map(|cost| {
            let duration = match words::duration(cost.seconds) {
                none if none.is_empty() => none,
                some => format!("; {some}"),
            };
            Phrase::new("Cost at ").value(&cost.connection).own(format!(
                ": {}, {} and {}{duration}.",
                words::counted(cost.write, "write"),
                words::counted(cost.read, "read"),
                words::counted(cost.list, "list"),
            ))
        })
        .collect()
}

pub(super) fn record(record: &Record) -> Phrase {
    let what: Vec<_> = record.what.iter().map(|what| words::learnt(*what)).collect();
    let said =
        Phrase::default().value(&record.address.to_string()).own(format!(": {}", what.join(", ")));
    match &record.moved_from {
        Some(from) => said.own(" from ").value(&from.to_string()),
        None => said,
    }
}

pub(super) fn unmanaged(account: &Unmanaged) -> Phrase {
    Phrase::default()
        .value(&account.connection)
        .own("  ")
        .value(&account.user_name)
        .own("  [id=")
        .value(&account.id)
        .own(if account.active { "]" } else { "]  (off)" })
}

/// What survives saving: neither source lines nor other places do.
pub(super) fn finding(found: &Diagnostic) -> Finding {
    let lines = |text: &str| text.split('\n').map(|l| plain(l).into_owned()).collect::<Vec<_>>();
    let place = found.place.as_ref().map(|place| match (place.line, place.column) {
        (0, _) => plain(&place.file).into_owned(),
        (line, 0) => format!("{}:{line}", plain(&place.file)),
        (line, column) => format!("{}:{line}:{column}", plain(&place.file)),
    });
    let help = found.help.iter().flat_map(|help| lines(help)).map(|line| format!("help: {line}"));
    Finding {
        severity: found.severity,
        summary: plain(&found.summary).into_owned(),
        place,
        more: found.detail.iter().flat_map(|detail| lines(detail)).chain(help).collect(),
    }
}

pub(super) fn headline(plan: &Plan) -> String {
    let summary = &plan.summary;
    if summary.steps() == 0 && summary.records > 0 {
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
    }
}

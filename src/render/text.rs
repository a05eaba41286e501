//! A plan for a terminal: removals first, then what comes and changes, then what is blocked.

use std::fmt::Write;

use anstyle::AnsiColor;

use super::attributes::ValueChange;
use super::paint::{Paint, colour};
use super::view::{BlockedStep, Entry, Group, Kind, Part, Section, View, What, allowances, limit};
use super::{plain, words};
use crate::diagnostic::Diagnostic;
use crate::plan::{Blocker, GuardKind, Plan};

/// Lays the changes of a plan out alone, without what stands around them.
pub fn changes(plan: &Plan, colour: bool) -> String {
    let paint = Paint(colour);
    plan.changes.iter().map(|change| one(&Entry::of(change), paint)).collect()
}

/// Lays a plan out.
pub fn text(plan: &Plan, colour: bool) -> String {
    let paint = Paint(colour);
    let view = View::of(plan);
    let mut out = String::new();
    if !view.leavers.headline.is_empty() {
        line(&mut out, &format!("{}\n", red(&format!("{}:", view.leavers.headline), paint)));
        for leaver in &view.leavers.each {
            line(&mut out, &format!("  {} {}", red("!", paint), leaver.text()));
        }
        out.push('\n');
    }
    for notice in &view.notices {
        let said = notice.said.text();
        let said = if notice.is_alarming { red(&said, paint) } else { said };
        line(&mut out, &format!("{said}\n"));
    }
    // The end of a large plan is far from its beginning: what decides is said at both.
    if view.is_large {
        overview(&view, paint, &mut out);
    }
    sections(&view.sections, paint, &mut out);
    list("Only the state learns:", view.records.iter().map(super::phrase::Phrase::text), &mut out);
    let unmanaged = view.unmanaged.iter().map(super::phrase::Phrase::text);
    list("Not managed, and left alone:", unmanaged, &mut out);
    guards(&view, paint, &mut out);
    if !view.is_large {
        aside(&view, &mut out);
    }
    line(&mut out, &paint.bold(&view.headline));
    out
}

/// Writing to a String can't fail.
fn line(out: &mut String, text: &str) {
    _ = writeln!(out, "{text}");
}

fn red(text: &str, paint: Paint) -> String {
    paint.with(colour(AnsiColor::Red), text)
}

fn overview(view: &View, paint: Paint, out: &mut String) {
    guards(view, paint, out);
    let before = out.len();
    if !view.blocked.is_empty() {
        let by: Vec<_> =
            view.blocked.iter().map(|(by, count)| format!("{count} by {by}")).collect();
        line(out, &format!("Blocked: {}.", by.join(", ")));
    }
    aside(view, out);
    if out.len() > before {
        out.push('\n');
    }
}

fn aside(view: &View, out: &mut String) {
    if !view.drift.is_empty() {
        line(out, &view.drift);
    }
    for stay in &view.leavers.stay {
        line(out, &format!("{}.", stay.text()));
    }
    if !view.aside.is_empty() {
        line(out, &view.aside);
    }
    for cost in &view.cost {
        line(out, &cost.text());
    }
}

fn guards(view: &View, paint: Paint, out: &mut String) {
    for guard in &view.guards {
        line(out, &red(&guard.text(), paint));
    }
    for way_out in &view.ways_out {
        line(out, &way_out.text());
    }
    if !view.guards.is_empty() {
        out.push('\n');
    }
}

/// What comes and what changes stands under one title.
fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Removal => "Removals and downgrades:",
        Kind::Privilege => "Privileges:",
        Kind::Drift => "Drift to be reverted:",
        Kind::Create | Kind::Adopt | Kind::Enable | Kind::Update => "Changes:",
        Kind::Blocked => "Blocked:",
    }
}

fn sections(sections: &[Section], paint: Paint, out: &mut String) {
    let mut last = None;
    for section in sections {
        let title = title(section.kind);
        if last != Some(title) {
            if last.is_some() {
                out.push('\n');
            }
            line(out, &format!("{}\n", paint.bold(title)));
            last = Some(title);
        }
        for part in &section.parts {
            match part {
                Part::One(entry) => out.push_str(&one(entry, paint)),
                Part::Many(group) => many(group, paint, out),
            }
        }
    }
    if last.is_some() {
        out.push('\n');
    }
}

fn symbols(what: &What, paint: Paint) -> String {
    if what.actions.is_empty() {
        return red("!", paint);
    }
    let symbol = |action| paint.with(words::style(action), words::symbol(action));
    what.actions.iter().map(|action| symbol(*action)).collect()
}

fn one(entry: &Entry, paint: Paint) -> String {
    let Entry { what, who, values, moved_from } = entry;
    let mut out = String::new();
    _ = writeln!(
        out,
        "  {} {}  {}  {} ({})",
        symbols(what, paint),
        paint.bold(&who.address),
        who.user_name,
        what.steps,
        what.why.text()
    );
    blocked(&what.blocked, paint, &mut out);
    for value in values {
        _ = writeln!(out, "      {}", value_line(value));
    }
    if let Some(from) = moved_from {
        _ = writeln!(out, "      moved from {from}");
    }
    if let Some(place) = &who.place {
        _ = writeln!(out, "      {}", paint.dim(place));
    }
    out
}

fn value_line(value: &ValueChange) -> String {
    let mut line = value.line();
    for note in value.notes() {
        _ = write!(line, "  ({note})");
    }
    line
}

fn blocked(steps: &[BlockedStep], paint: Paint, out: &mut String) {
    for BlockedStep { step, by, why } in steps {
        let mark = red("!", paint);
        _ = writeln!(out, "      {mark} {step} blocked by {by}: {}", why.text());
    }
}

/// What the accounts of a group share, then each of them in a line.
fn many(group: &Group, paint: Paint, out: &mut String) {
    let Group { what, common, own, members } = group;
    let on = words::counted(members.len() as u64, "account");
    // One value that is equal everywhere is the headline.
    let (head, common) = match common.as_slice() {
        [only] if own.is_empty() => (format!("{} on {on}", value_line(only)), &[][..]),
        _ => (on, common.as_slice()),
    };
    let rules = match what.rules.as_slice() {
        _ if what.names_its_rules => String::new(),
        [rule] => format!(", rule {rule}"),
        rules => format!(", rules {}", rules.join(", ")),
    };
    _ = writeln!(
        out,
        "  {} {}  {} ({}){rules}",
        symbols(what, paint),
        paint.bold(&head),
        what.steps,
        what.why.text()
    );
    blocked(&what.blocked, paint, out);
    for value in common {
        _ = writeln!(out, "      each {}", value_line(value));
    }
    if !own.is_empty() {
        _ = writeln!(out, "      and one by one: {}", own.join(", "));
    }
    for member in members {
        let own = member.own_values();
        let own = if own.is_empty() { String::new() } else { format!("  {}", own.join(", ")) };
        let place = member.who.place.iter().map(|place| format!("  {}", paint.dim(place)));
        let place: String = place.collect();
        _ = writeln!(out, "        {}  {}{own}{place}", member.who.address, member.who.user_name);
    }
}

fn list(title: &str, lines: impl Iterator<Item = String>, out: &mut String) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    line(out, &format!("{title}\n"));
    for text in lines {
        line(out, &format!("    {text}"));
    }
    out.push('\n');
}

/// What the guard of privileges holds back, by name: an apply that does the rest says so at its end.
pub fn held_back(plan: &Plan) -> Option<Diagnostic> {
    let (_, total) =
        allowances(plan).into_iter().find(|(kind, _)| *kind == GuardKind::Privileges)?;
    let held = plan.changes.iter().filter_map(|change| {
        let steps: Vec<_> = change
            .blocked
            .iter()
            .filter(|blocked| blocked.by == Blocker::GuardPrivileges)
            .map(|blocked| words::step(blocked.action, change.reason))
            .collect();
        (!steps.is_empty()).then(|| {
            let who = plain(&change.user_name).into_owned();
            format!("{who} ({}): {}", plain(&change.address.to_string()), steps.join(", "))
        })
    });
    let held: Vec<String> = held.collect();
    if held.is_empty() {
        return None;
    }
    let accounts = words::counted(held.len() as u64, "account");
    Some(
        Diagnostic::error(format!(
            "held back by the guard of privileges: a role would be given to or taken from {accounts}"
        ))
        .detail(held.join("\n"))
        .help(format!(
            "look at each of them; if all are meant, `{} {total}` lets exactly so many through",
            words::allowance(GuardKind::Privileges)
        )),
    )
}

/// Why an apply is refused by its guards.
pub fn refused_guards(plan: &Plan) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = plan
        .refused_guards()
        .into_iter()
        .filter(|guard| guard.kind.stops())
        .map(|guard| {
            let kind = guard.kind;
            let total =
                allowances(plan).into_iter().find(|(k, _)| *k == kind).map_or(0, |(_, n)| n);
            Diagnostic::error(format!(
                "refused by a guard: {} planned at connection `{}`, {} allowed",
                words::counted(guard.planned, words::guarded(kind)),
                guard.connection,
                limit(guard)
            ))
            .help(format!(
                "a source that came back short looks just like this: look at each of them; if all \
                 are meant, `{} {total}`",
                words::allowance(kind)
            ))
        })
        .collect();
    found.dedup();
    found
}

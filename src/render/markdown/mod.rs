//! A plan as a comment on a pull request: GitHub's and GitLab's Markdown.
//!
//! Whatever came from outside stands in code spans and code blocks, where nothing acts. What stands
//! around them are our own words and numbers.

mod paper;
mod span;

use std::fmt::Write;

use super::attributes::ValueChange;
use super::phrase::Phrase;
use super::view::{Entry, Finding, Group, Kind, Part, Section, View, What};
use super::words;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use paper::{NOTE, Token, fit, length};
use span::{code, fence, phrase};

/// A bot finds its earlier comment by this line.
const MARKER: &str = "<!-- enroll-plan -->\n";

/// So many who left and can still sign in stand before everything else; the rest follow the counts.
const FIRST_LEAVERS: usize = 10;

/// What is said where not everything could be shown.
const POINTER: &str = "The other formats show all of it.";

/// The least that a comment may be limited to, in bytes.
pub const LEAST_BYTES: usize = 2000;

/// Lays a plan out in at most `max_bytes` bytes, at least [`LEAST_BYTES`].
pub fn markdown(plan: &Plan, max_bytes: usize) -> String {
    let max_bytes = max_bytes.max(LEAST_BYTES);
    let view = View::of(plan);
    let title = format!("{MARKER}## Enroll plan\n\n{}**{}**\n\n", leavers(&view), view.headline);
    let about = about(&view);
    // Only names of connections without end can make this so long.
    let mut head = if title.len() + about.len() <= max_bytes / 2 {
        title + &about
    } else {
        format!("{title}What is said of the connections is too long to be shown. {POINTER}\n\n")
    };
    let rest: Vec<_> = view.leavers.each.iter().skip(FIRST_LEAVERS).map(Phrase::text).collect();
    let mut tokens = Vec::new();
    lines("More who left and can still sign in", rest, &mut tokens);
    let (removals, others): (Vec<&Section>, Vec<&Section>) =
        view.sections.iter().partition(|section| section.kind <= Kind::Privilege);
    for section in removals {
        let title = format!("### {} ({})\n\n", section.kind.title(), section.accounts());
        tokens.push(Token::Open { text: title, end: "\n".to_owned() });
        parts(section, &mut tokens);
        tokens.push(Token::Close);
    }
    let too_many = "**The removals alone are longer than this comment may be: not all of them are \
                    shown.**\n\n";
    let removals = head.len() + length(&tokens);
    for section in others {
        details(&format!("{} ({})", section.kind.title(), section.accounts()), &mut tokens);
        parts(section, &mut tokens);
        tokens.push(Token::Close);
    }
    let records = view.records.iter().map(Phrase::text).collect();
    lines("Only the state learns", records, &mut tokens);
    let unmanaged = view.unmanaged.iter().map(Phrase::text).collect();
    lines("Not managed, and left alone", unmanaged, &mut tokens);
    lines("Findings", view.findings.iter().map(finding).collect(), &mut tokens);
    // Where something follows the removals, there must be room to say how much of it is not shown.
    let is_cut = head.len() + length(&tokens) > max_bytes;
    if is_cut && removals + NOTE > max_bytes {
        head.insert_str(MARKER.len(), too_many);
    }
    let rest = fit(&tokens, max_bytes.saturating_sub(head.len()), POINTER);
    head + &rest
}

/// Lays out why there is no plan.
pub fn markdown_failed(found: &[Diagnostic], max_bytes: usize) -> String {
    let head = format!("{MARKER}## Enroll plan\n\n**No plan could be made.**\n\n");
    let mut tokens = Vec::new();
    let lines = View::findings(found).iter().map(finding).collect();
    block(lines, &mut tokens);
    let room = max_bytes.max(LEAST_BYTES).saturating_sub(head.len());
    let rest = fit(&tokens, room, "The job's log holds all of them.");
    head + &rest
}

/// Who left and can still sign in, before everything else; the first of them where there are many.
fn leavers(view: &View) -> String {
    if view.leavers.headline.is_empty() {
        return String::new();
    }
    // Writing to a String can't fail.
    let mut out = format!("**{}**\n\n", view.leavers.headline);
    for leaver in view.leavers.each.iter().take(FIRST_LEAVERS) {
        _ = writeln!(out, "- {}", phrase(leaver));
    }
    if let left @ 1.. = view.leavers.each.len().saturating_sub(FIRST_LEAVERS) {
        _ = writeln!(out, "- and {left} more, below");
    }
    out.push('\n');
    out
}

/// The table of counts and what decides.
fn about(view: &View) -> String {
    let mut out = String::new();
    // Writing to a String can't fail.
    for notice in &view.notices {
        _ = write!(out, "**{}**\n\n", phrase(&notice.said));
    }
    for said in view.guards.iter().chain(&view.ways_out) {
        _ = write!(out, "**{}**\n\n", phrase(said));
    }
    let shown: Vec<_> = view.counts.iter().filter(|count| count.number > 0).collect();
    if !shown.is_empty() {
        out.push_str("| | accounts | |\n| :-: | --: | :-- |\n");
        for count in shown {
            let symbol = if count.symbol.is_empty() { String::new() } else { code(count.symbol) };
            _ = writeln!(out, "| {symbol} | {} | {} |", count.number, count.word);
        }
        out.push('\n');
    }
    let mut said = Vec::new();
    if !view.blocked.is_empty() {
        let by: Vec<_> =
            view.blocked.iter().map(|(by, count)| format!("{count} by {}", code(by))).collect();
        said.push(format!("Blocked: {}.", by.join(", ")));
    }
    if view.drifted > 0 {
        let accounts = words::counted(view.drifted as u64, "account");
        said.push(format!("Drift: {accounts} changed in the service."));
    }
    if !view.aside.is_empty() {
        said.push(view.aside.clone());
    }
    said.extend(view.leavers.stay.iter().map(|stay| format!("{}.", phrase(stay))));
    said.extend(view.cost.iter().map(phrase));
    for said in said {
        _ = writeln!(out, "- {said}");
    }
    if !out.ends_with("\n\n") && !out.is_empty() {
        out.push('\n');
    }
    out
}

fn details(title: &str, tokens: &mut Vec<Token>) {
    let text = format!("<details><summary>{title}</summary>\n\n");
    tokens.push(Token::Open { text, end: "\n</details>\n\n".to_owned() });
}

fn parts(section: &Section, tokens: &mut Vec<Token>) {
    for part in &section.parts {
        match part {
            Part::One(entry) => tokens.push(Token::Item(one(entry))),
            Part::Many(group) => many(group, tokens),
        }
    }
}

fn symbols(what: &What) -> String {
    let symbols: String = what.actions.iter().map(|action| words::symbol(*action)).collect();
    code(if symbols.is_empty() { "!" } else { &symbols })
}

/// `` **update** (changed in `hr`) ``
fn what(what: &What) -> String {
    let mut said = format!("**{}** ({})", what.steps, phrase(&what.why));
    for blocked in &what.blocked {
        let why = phrase(&blocked.why);
        _ = write!(said, "; {} blocked by {}: {why}", blocked.step, code(&blocked.by));
    }
    said
}

fn value(value: &ValueChange) -> String {
    let drift = if value.drift { " (changed in the service)" } else { "" };
    format!("{}{drift}", code(&value.line()))
}

/// One account in one item of a list.
fn one(entry: &Entry) -> String {
    let Entry { what: steps, who, values, moved_from } = entry;
    let (symbols, address) = (symbols(steps), code(&who.address));
    let mut said = vec![format!("{symbols} {address} {} {}", code(&who.user_name), what(steps))];
    said.extend(values.iter().map(value));
    said.extend(moved_from.iter().map(|from| format!("moved from {}", code(from))));
    said.extend(who.place.iter().map(|place| code(place)));
    format!("- {}\n", said.join(" · "))
}

/// What the accounts of a group share, then a block with a line for each.
fn many(group: &Group, tokens: &mut Vec<Token>) {
    let mut said = format!("{} ", symbols(&group.what));
    let common: Vec<_> = group.common.iter().map(value).collect();
    if !common.is_empty() {
        _ = write!(said, "{} on ", common.join(", "));
    }
    let accounts = words::counted(group.members.len() as u64, "account");
    _ = write!(said, "**{accounts}** {}", what(&group.what));
    if !group.what.names_its_rules {
        let rules: Vec<_> = group.what.rules.iter().map(|rule| code(rule)).collect();
        let word = if rules.len() == 1 { "rule" } else { "rules" };
        _ = write!(said, ", {word} {}", rules.join(", "));
    }
    if !group.own.is_empty() {
        let own: Vec<_> = group.own.iter().map(|name| code(name)).collect();
        _ = write!(said, "; one by one: {}", own.join(", "));
    }
    let members = group.members.iter().map(|member| {
        let own = member.own_values();
        let own = if own.is_empty() { String::new() } else { format!("  {}", own.join(", ")) };
        let place = member.who.place.as_deref().map_or_else(String::new, |p| format!("  {p}"));
        format!("{}  {}{own}{place}", member.who.address, member.who.user_name)
    });
    tokens.push(Token::Open { text: format!("\n{said}\n\n"), end: String::new() });
    block(members.collect(), tokens);
    tokens.push(Token::Close);
}

/// Lines in a code block; each of them counts.
fn block(lines: Vec<String>, tokens: &mut Vec<Token>) {
    let fence = fence(lines.iter().map(String::as_str));
    tokens.push(Token::Open { text: format!("{fence}text\n"), end: format!("{fence}\n") });
    tokens.extend(lines.into_iter().map(|line| Token::Item(format!("{line}\n"))));
    tokens.push(Token::Close);
}

fn lines(title: &str, lines: Vec<String>, tokens: &mut Vec<Token>) {
    if !lines.is_empty() {
        details(&format!("{title} ({})", lines.len()), tokens);
        block(lines, tokens);
        tokens.push(Token::Close);
    }
}

fn finding(found: &Finding) -> String {
    let place = found.place.iter().map(|place| format!("\n  --> {place}"));
    let more = found.more.iter().map(|more| format!("\n  {more}"));
    let rest: String = place.chain(more).collect();
    format!("{}: {}{rest}", found.severity.word(), found.summary)
}

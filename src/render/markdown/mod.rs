//! A plan as a comment on a pull request: GitHub's and GitLab's Markdown.
//!
//! Whatever came from outside stands in code spans and code blocks, where nothing acts. What stands
//! around them are our own words and numbers.

mod paper;
mod span;

use std::cmp::Reverse;
use std::fmt::Write;

use super::attributes::ValueChange;
use super::phrase::Phrase;
use super::view::{Entry, Finding, Group, Kind, Part, Section, View, What};
use super::words;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use paper::{NOTE, Token, fit, lay_out, length, shares};
use span::{code, fence, phrase};

/// A bot finds its earlier comment by this line.
const MARKER: &str = "<!-- enroll-plan -->\n";

/// The kinds of changes that come first and are cut last, in this order.
const DECISIVE: [Kind; 3] = [Kind::Blocked, Kind::Privilege, Kind::Removal];

/// What is said where not even these could all be shown.
const TOO_MANY: &str = "**Who can still sign in, what is blocked, privileges and removals are alone longer than \
                        this comment may be: not all of them are shown.**\n\n";

/// What is said where not everything could be shown.
const POINTER: &str = "The other formats show all of it.";

/// The least that a comment may be limited to, in bytes.
pub const LEAST_BYTES: usize = 2000;

/// Lays a plan out in at most `max_bytes` bytes, at least [`LEAST_BYTES`].
///
/// Who left and can still sign in, what is blocked, privileges and removals come first and are cut last; then
/// the other changes, the largest group first.
pub fn markdown(plan: &Plan, max_bytes: usize) -> String {
    let max_bytes = max_bytes.max(LEAST_BYTES);
    let view = View::of(plan);
    let mut top = format!("{MARKER}## Enroll plan\n\n");
    if !view.leavers.headline.is_empty() {
        // Writing to a String can't fail.
        _ = write!(top, "**{}**\n\n", view.leavers.headline);
    }
    let headline = format!("**{}**\n\n", view.headline);
    let about = about(&view);
    // Only names of connections without end can make this so long.
    let mut about = if top.len() + headline.len() + about.len() <= max_bytes / 2 {
        headline + &about
    } else {
        format!("{headline}What is said of the connections is too long to be shown. {POINTER}\n\n")
    };
    let of = |kind| view.sections.iter().filter(move |section| section.kind == kind);
    let mut decisive = vec![leavers(&view)];
    decisive.extend(DECISIVE.into_iter().flat_map(of).map(open));
    let mut others: Vec<&Section> =
        view.sections.iter().filter(|section| !DECISIVE.contains(&section.kind)).collect();
    others.sort_by_key(|section| section.parts.iter().map(Part::accounts).max().map(Reverse));
    let mut rest = Vec::new();
    for section in others {
        details(&format!("{} ({})", section.kind.title(), section.accounts()), &mut rest);
        parts(section, true, &mut rest);
        rest.push(Token::Close);
    }
    let records = view.records.iter().map(Phrase::text).collect();
    lines("Only the state learns", records, &mut rest);
    let unmanaged = view.unmanaged.iter().map(Phrase::text).collect();
    lines("Not managed, and left alone", unmanaged, &mut rest);
    lines("Findings", view.findings.iter().map(finding).collect(), &mut rest);

    let lengths: Vec<usize> = decisive.iter().map(|tokens| length(tokens)).collect();
    let first: usize = lengths.iter().sum();
    let mut room = max_bytes.saturating_sub(top.len() + about.len());
    if first + length(&rest) > room {
        // Where something follows, there must be room to say how much of it is not shown.
        let note = if rest.is_empty() { 0 } else { NOTE };
        let too_many = first + note > room;
        if too_many {
            about.insert_str(0, TOO_MANY);
            room = room.saturating_sub(TOO_MANY.len());
        }
        let shares = shares(&lengths, room.saturating_sub(note));
        let mut shown =
            decisive.iter().zip(shares).map(|(tokens, share)| fit(tokens, share, POINTER));
        let leavers = shown.next().unwrap_or_default();
        let shown: String = shown.collect();
        // Nothing else is shown where these are not all there.
        let room = if too_many { 0 } else { room.saturating_sub(leavers.len() + shown.len()) };
        return top + &leavers + &about + &shown + &fit(&rest, room, POINTER);
    }
    let mut shown = decisive.iter().map(|tokens| lay_out(tokens));
    let leavers = shown.next().unwrap_or_default();
    top + &leavers + &about + &shown.collect::<String>() + &lay_out(&rest)
}

/// A section that nothing folds.
fn open(section: &Section) -> Vec<Token> {
    let title = format!("### {} ({})\n\n", section.kind.title(), section.accounts());
    let mut tokens = vec![Token::Open { text: title, end: "\n".to_owned() }];
    parts(section, false, &mut tokens);
    tokens.push(Token::Close);
    tokens
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

/// Who left and can still sign in.
fn leavers(view: &View) -> Vec<Token> {
    if view.leavers.each.is_empty() {
        return Vec::new();
    }
    let mut tokens = vec![Token::Open { text: String::new(), end: "\n".to_owned() }];
    let each = view.leavers.each.iter();
    tokens.extend(each.map(|leaver| Token::Item(format!("- {}\n", phrase(leaver)))));
    tokens.push(Token::Close);
    tokens
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
    if !view.drift.is_empty() {
        said.push(view.drift.clone());
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

/// The accounts of a section, those of the largest groups first where that is asked for.
fn parts(section: &Section, largest_first: bool, tokens: &mut Vec<Token>) {
    let mut parts: Vec<&Part> = section.parts.iter().collect();
    if largest_first {
        parts.sort_by_key(|part| Reverse(part.accounts()));
    }
    for part in parts {
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
    let mut line = code(&value.line());
    for note in value.notes() {
        _ = write!(line, " ({note})");
    }
    line
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

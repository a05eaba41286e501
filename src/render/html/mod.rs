//! A plan as one page that needs no network: a picture of the counts, search, filters, sorting.
//!
//! Every account stands in the page's own markup, escaped by the template, so that it is there without
//! scripts too. The script is the same for every plan and holds no data; the page's policy allows that
//! script and that style by their digests, and nothing else.

use std::collections::BTreeSet;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::attributes::{Shown, ValueChange};
use super::phrase::{Phrase, Piece};
use super::view::{BlockedStep, Count, Entry, Group, Kind, Member, Part, View, What, Who};
use super::words;
use crate::plan::Plan;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The longest bar of the picture, in its own units.
const LONGEST_BAR: u64 = 270;

/// So many values of one account are shown at once.
const FEW: usize = 4;

#[derive(Template)]
#[template(path = "plan.html", config = "src/render/html/askama.toml")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    view: &'a View,
    bars: Vec<Bar>,
    unchanged: u64,
    actions: BTreeSet<&'static str>,
    rules: BTreeSet<&'a str>,
    connections: BTreeSet<&'a str>,
    groups: Vec<Equal<'a>>,
    removals: Vec<Row<'a>>,
    privileges: Vec<Row<'a>>,
    others: Vec<Row<'a>>,
    lists: Vec<(&'static str, &'a [Phrase])>,
    /// What the changes are called that take nothing from anybody.
    rest: &'static str,
}

/// A bar of the picture.
struct Bar {
    word: &'static str,
    count: u64,
    y: usize,
    width: u64,
}

/// What the accounts of a group share.
struct Equal<'a> {
    what: &'a What,
    symbols: String,
    class: &'static str,
    count: usize,
    values: &'a [ValueChange],
}

/// One account.
struct Row<'a> {
    what: &'a What,
    who: &'a Who,
    blocked: &'a [BlockedStep],
    values: Vec<&'a ValueChange>,
    /// The values at a glance, where there are too many to be shown at once.
    glance: String,
    moved_from: Option<&'a str>,
    group: Option<usize>,
    symbols: String,
    class: &'static str,
    /// The words of its steps, `blocked` among them, between blanks.
    actions: String,
    /// Its rules, one a line: no name holds a line break once it is made safe for terminals.
    rules: String,
}

/// Lays a plan out.
pub fn html(plan: &Plan) -> String {
    let view = View::of(plan);
    let mut groups = Vec::new();
    let (mut removals, mut privileges, mut others) = (Vec::new(), Vec::new(), Vec::new());
    // What waits for somebody comes before what happens anyway.
    let mut sections: Vec<_> = view.sections.iter().collect();
    sections.sort_by_key(|section| section.kind != Kind::Blocked);
    for section in sections {
        let rows = match section.kind {
            Kind::Removal => &mut removals,
            Kind::Privilege => &mut privileges,
            Kind::Drift
            | Kind::Create
            | Kind::Adopt
            | Kind::Enable
            | Kind::Update
            | Kind::Blocked => &mut others,
        };
        for part in &section.parts {
            match part {
                Part::One(entry) => rows.push(Row::one(entry)),
                Part::Many(group) => {
                    let number = groups.len();
                    rows.extend(group.members.iter().map(|m| Row::member(group, m, number)));
                    groups.push(Equal {
                        what: &group.what,
                        symbols: symbols(&group.what),
                        class: class(&group.what),
                        count: group.members.len(),
                        values: &group.common,
                    });
                }
            }
        }
    }
    let both = || removals.iter().chain(&privileges).chain(&others);
    let lists = [
        ("Only the state learns", view.records.as_slice()),
        ("Not managed, and left alone", view.unmanaged.as_slice()),
    ];
    let page = Page {
        policy: format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
            digest(SCRIPT),
            digest(STYLE)
        ),
        style: STYLE,
        script: SCRIPT,
        bars: bars(&view.counts),
        unchanged: plan.summary.unchanged,
        actions: both().flat_map(|row| words_of(row.what)).collect(),
        rules: both().flat_map(|row| row.what.rules.iter().map(String::as_str)).collect(),
        connections: both().map(|row| row.what.connection.as_str()).collect(),
        groups,
        lists: lists.into_iter().filter(|(_, lines)| !lines.is_empty()).collect(),
        view: &view,
        rest: if removals.is_empty() && privileges.is_empty() {
            "Changes"
        } else {
            "Everything else"
        },
        removals,
        privileges,
        others,
    };
    page.render().expect("a page is written to memory")
}

/// What a content security policy calls an inline script or style.
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn bars(counts: &[Count]) -> Vec<Bar> {
    let shown = counts.iter().filter(|count| count.number > 0 && !count.symbol.is_empty());
    let most = shown.clone().map(|count| count.number).max().unwrap_or(1);
    let bar = |(at, count): (usize, &Count)| Bar {
        word: count.word,
        count: count.number,
        y: at * 26,
        width: (count.number.saturating_mul(LONGEST_BAR) / most).max(2),
    };
    shown.enumerate().map(bar).collect()
}

/// As much of the values as one line holds; all of them stand behind it.
fn glance(values: &[&ValueChange]) -> String {
    const LINE: usize = 90;
    let mut line = String::new();
    for value in values.iter().filter(|_| values.len() > FEW) {
        if !line.is_empty() {
            line.push_str(" · ");
        }
        line.push_str(&value.values());
        if let Some((at, _)) = line.char_indices().nth(LINE) {
            line.truncate(at);
            line.push('…');
            break;
        }
    }
    line
}

fn words_of(what: &What) -> impl Iterator<Item = &'static str> {
    let blocked = (!what.blocked.is_empty()).then_some("blocked");
    what.actions.iter().map(|action| action.word()).chain(blocked)
}

fn symbols(what: &What) -> String {
    if what.actions.is_empty() {
        return "!".to_owned();
    }
    what.actions.iter().map(|action| words::symbol(*action)).collect()
}

/// The step that gives the account its colour: what takes something, else the first.
fn class(what: &What) -> &'static str {
    let takes = what.actions.iter().find(|action| words::takes(**action));
    takes.or(what.actions.first()).map_or("blocked", |action| action.word())
}

impl<'a> Row<'a> {
    fn one(entry: &'a Entry) -> Self {
        let Entry { what, who, values, moved_from } = entry;
        let values = values.iter().collect();
        Self { moved_from: moved_from.as_deref(), ..Self::of(what, who, values) }
    }

    fn member(group: &'a Group, member: &'a Member, number: usize) -> Self {
        let values = group.common.iter().chain(member.own.iter().flatten()).collect();
        Self { group: Some(number), ..Self::of(&group.what, &member.who, values) }
    }

    fn of(what: &'a What, who: &'a Who, values: Vec<&'a ValueChange>) -> Self {
        Self {
            what,
            who,
            blocked: &what.blocked,
            glance: glance(&values),
            values,
            moved_from: None,
            group: None,
            symbols: symbols(what),
            class: class(what),
            actions: words_of(what).collect::<Vec<_>>().join(" "),
            rules: what.rules.join("\n"),
        }
    }
}

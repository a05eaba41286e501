//! Attributes of a change, before and after.

use std::collections::{BTreeMap, BTreeSet};

use similar::{ChangeTag, TextDiff};

use super::plain;
use crate::model::{LicenseValue, Text, Value};
use crate::plan::{AttributeChange, Change, Origin};

/// Longest value that is shown whole, in characters.
const LONGEST: usize = 120;

/// What long values have in common is cut to so many characters before and after a difference.
const LEAD: usize = 12;

/// What stands for a value that the service never shows.
const UNREADABLE: &str = "(not readable)";

/// Longest texts that are compared word by word, in characters: that takes quadratic time.
const COMPARED: usize = 2000;

/// A value that changes, as it is shown. Nothing in it moves a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ValueChange {
    /// The attribute.
    pub name: String,
    /// How the values are shown.
    pub shown: Shown,
    /// Whether the service moved, and not the configuration.
    pub drift: bool,
    /// Whether it does not happen, though other things of the same account do.
    pub withheld: bool,
}

/// How the values of a change are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Shown {
    /// There was none before.
    New(String),
    /// Both whole, or as much of them as is bearable.
    Both(String, String),
    /// Long ones: `…have in [-common-]{+between them+} and…`
    Diff(String),
}

impl ValueChange {
    /// As HCL would write it, long values as what differs.
    pub(super) fn of(change: &AttributeChange, of: &Change) -> Self {
        let shown = match (&change.before, &change.after) {
            // What was written last is not what the service says.
            (Some(_), after) if change.is_write_only() => {
                Shown::Both(UNREADABLE.to_owned(), show(after.as_ref()))
            }
            (None, after) if change.is_write_only() => {
                Shown::New(format!("{} {UNREADABLE}", show(after.as_ref())))
            }
            (None, after) => Shown::New(show(after.as_ref())),
            (Some(before), Some(after)) if is_long(before) || is_long(after) => {
                Shown::Diff(difference(before, after))
            }
            (before, after) => Shown::Both(show(before.as_ref()), show(after.as_ref())),
        };
        let drift = change.origin == Origin::Drift;
        let withheld = change.withheld && !of.actions.is_empty();
        Self { name: plain(&change.name()).into_owned(), shown, drift, withheld }
    }

    /// `"Ops" → "Engineering"`
    pub(super) fn values(&self) -> String {
        match &self.shown {
            Shown::New(after) | Shown::Diff(after) => after.clone(),
            Shown::Both(before, after) => format!("{before} → {after}"),
        }
    }

    /// What is said behind the values.
    pub(super) fn notes(&self) -> impl Iterator<Item = &'static str> {
        let drift = self.drift.then_some("changed in the service");
        drift.into_iter().chain(self.withheld.then_some("blocked"))
    }

    /// `department: "Ops" → "Engineering"`
    pub(super) fn line(&self) -> String {
        format!("{}: {}", self.name, self.values())
    }
}

/// A value can't end its own quotes.
fn escaped(text: &str) -> String {
    plain(&text.replace('\\', "\\\\").replace('"', "\\\"")).into_owned()
}

/// A value as HCL would write it.
pub(super) fn show(value: Option<&Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(Value::Text(value)) => quoted(value),
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Set(set)) => {
            format!("[{}]", set.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
        }
        Some(Value::Map(map)) => {
            format!("{{ {} }}", map.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(&cut(text)))
}

fn pair((key, value): (&Text, &LicenseValue)) -> String {
    match value {
        LicenseValue::Text(value) => format!("{} = {}", plain(key), quoted(value)),
        LicenseValue::Bool(value) => format!("{} = {value}", plain(key)),
    }
}

fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")).into(),
        None => text.into(),
    }
}

fn is_long(value: &Value) -> bool {
    let long = |text: &str| text.chars().nth(LONGEST).is_some();
    match value {
        Value::Text(text) => long(text),
        Value::Bool(_) => false,
        Value::Set(_) | Value::Map(_) => long(&show(Some(value))),
    }
}

fn difference(before: &Value, after: &Value) -> String {
    match (before, after) {
        (Value::Text(before), Value::Text(after)) => format!("\"{}\"", of_texts(before, after)),
        (Value::Set(before), Value::Set(after)) => {
            let items = |set: &BTreeSet<Text>| {
                set.iter().map(|item| (item.clone(), quoted(item))).collect()
            };
            format!("[{}]", of_items(&items(before), &items(after)))
        }
        (Value::Map(before), Value::Map(after)) => {
            let items = |map: &BTreeMap<Text, LicenseValue>| {
                map.iter().map(|(key, value)| (key.clone(), pair((key, value)))).collect()
            };
            format!("{{ {} }}", of_items(&items(before), &items(after)))
        }
        (before, after) => format!("{} → {}", show(Some(before)), show(Some(after))),
    }
}

fn removed(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("[-{}-]", escaped(&cut(text))) }
}

fn added(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{{+{}+}}", escaped(&cut(text))) }
}

/// What two texts have in common is cut short, what differs is marked.
fn of_texts(before: &str, after: &str) -> String {
    let start: usize = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (head, before) = before.split_at_checked(start).unwrap_or((before, ""));
    let after = after.get(start..).unwrap_or("");
    let end: usize = before
        .chars()
        .rev()
        .zip(after.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (before, tail) = before.split_at_checked(before.len() - end).unwrap_or((before, ""));
    let after = after.get(..after.len() - end).unwrap_or("");
    let short = |text: &str| text.chars().nth(COMPARED).is_none();
    let middle = if short(before) && short(after) {
        of_words(before, after)
    } else {
        removed(before) + &added(after)
    };
    format!("{}{middle}{}", ending(head), beginning(tail))
}

fn of_words(before: &str, after: &str) -> String {
    let diff = TextDiff::from_words(before, after);
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for change in diff.iter_all_changes() {
        match runs.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => runs.push((change.tag(), change.value().to_owned())),
        }
    }
    runs.iter()
        .map(|(tag, text)| match tag {
            ChangeTag::Delete => removed(text),
            ChangeTag::Insert => added(text),
            ChangeTag::Equal if text.chars().count() > 3 * LEAD => {
                beginning(text) + ending(text).trim_start_matches('…')
            }
            ChangeTag::Equal => escaped(text),
        })
        .collect()
}

/// The last characters of what two texts begin with.
fn ending(text: &str) -> String {
    match text.char_indices().rev().nth(LEAD) {
        Some((at, _)) => {
            let rest = text.get(at..).unwrap_or("");
            let mut rest = rest.chars();
            rest.next();
            format!("…{}", escaped(rest.as_str()))
        }
        None => escaped(text),
    }
}

/// The first characters of what two texts end with.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(LEAD) {
        Some((at, _)) => format!("{}…", escaped(text.get(..at).unwrap_or(""))),
        None => escaped(text),
    }
}

/// What left and what came, and how many are the same.
fn of_items(before: &BTreeMap<Text, String>, after: &BTreeMap<Text, String>) -> String {
    let keys: BTreeSet<&Text> = before.keys().chain(after.keys()).collect();
    let mut same = 0;
    let mut said = Vec::new();
    for key in keys {
        match (before.get(key), after.get(key)) {
            (before, after) if before == after => same += 1,
            (before, after) => {
                let before = before.map(|item| format!("[-{item}-]")).unwrap_or_default();
                let after = after.map(|item| format!("{{+{item}+}}")).unwrap_or_default();
                said.push(before + &after);
            }
        }
    }
    if same > 0 {
        said.push(format!("… {same} the same"));
    }
    said.join(", ")
}

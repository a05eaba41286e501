//! Attributes of a change, before and after.

use super::plain;
use crate::model::{LicenseValue, Value};
use crate::plan::{AttributeChange, Origin};

/// Longest value that is shown whole, in characters.
const LONGEST: usize = 120;

/// Long values keep so much of what they have in common before they differ.
const LEAD: usize = 12;

/// `department: "Ops" → "Engineering"`
pub(super) fn line(change: &AttributeChange) -> String {
    let name = change.attribute.name();
    let mut line = match (&change.before, &change.after) {
        (None, after) => format!("{name}: {}", show(after.as_ref())),
        (Some(Value::Text(before)), Some(Value::Text(after))) => {
            let from = first_difference(before, after);
            format!("{name}: {} → {}", text_from(before, from), text_from(after, from))
        }
        (before, after) => format!("{name}: {} → {}", show(before.as_ref()), show(after.as_ref())),
    };
    if change.origin == Origin::Drift {
        line.push_str("  (changed in the service)");
    }
    line
}

/// Where to begin showing two texts so that their difference is seen: at the start, unless one of
/// them is too long to be shown whole and they begin alike.
fn first_difference(before: &str, after: &str) -> usize {
    let long = |text: &str| text.chars().nth(LONGEST).is_some();
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    if long(before) || long(after) { same.saturating_sub(LEAD) } else { 0 }
}

fn text_from(text: &str, from: usize) -> String {
    let start = text.char_indices().nth(from).map_or(text.len(), |(at, _)| at);
    let mark = if start > 0 { "…" } else { "" };
    format!("\"{mark}{}\"", escaped(&cut(text.get(start..).unwrap_or(""))))
}

/// A value can't end its own quotes.
fn escaped(text: &str) -> String {
    plain(&text.replace('\\', "\\\\").replace('"', "\\\"")).into_owned()
}

/// A value as HCL would write it.
pub(super) fn show(value: Option<&Value>) -> String {
    let text = |text: &str| text_from(text, 0);
    match value {
        None => "none".to_owned(),
        Some(Value::Text(value)) => text(value),
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Set(set)) => {
            format!("[{}]", set.iter().map(|item| text(item)).collect::<Vec<_>>().join(", "))
        }
        Some(Value::Map(map)) => {
            let pairs: Vec<_> = map
                .iter()
                .map(|(key, value)| match value {
                    LicenseValue::Text(value) => format!("{} = {}", plain(key), text(value)),
                    LicenseValue::Bool(value) => format!("{} = {value}", plain(key)),
                })
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")).into(),
        None => text.into(),
    }
}

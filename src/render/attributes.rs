//! Attributes of a change, before and after.

use super::plain;
use crate::model::{LicenseValue, Value};
use crate::plan::{AttributeChange, Origin};

/// Longest value that is shown whole, in characters.
const LONGEST: usize = 120;

/// `department: "Ops" → "Engineering"`
pub(super) fn line(change: &AttributeChange) -> String {
    let name = change.attribute.name();
    let after = show(change.after.as_ref());
    let mut line = match &change.before {
        None => format!("{name}: {after}"),
        before => format!("{name}: {} → {after}", show(before.as_ref())),
    };
    if change.origin == Origin::Drift {
        line.push_str("  (changed in the service)");
    }
    line
}

/// A value as HCL would write it.
pub(super) fn show(value: Option<&Value>) -> String {
    let text = |text: &str| format!("\"{}\"", plain(&cut(text)));
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

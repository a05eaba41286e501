//! What an expression yields as the value of an account's attribute.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Attribute, Kind, LicenseValue, Text, Value as Wanted};

use super::email;
use super::lang::Value;
use super::settings::kind;

/// The value for `attribute`: `None` where it is `null`, which is not managed. `Err` says what is
/// wrong with it.
pub(super) fn convert(attribute: Attribute, value: &Value) -> Result<Option<Wanted>, String> {
    if value.is_null() {
        return if attribute == Attribute::Active {
            Err("is null, which says neither active nor inactive".to_owned())
        } else {
            Ok(None)
        };
    }
    let wanted = match attribute.kind() {
        Kind::Email => Wanted::Text(address(attribute, value)?),
        Kind::Text => Wanted::Text(text(attribute, value)?),
        Kind::Bool => Wanted::Bool(switch(value)?),
        Kind::Set => Wanted::Set(Box::new(set(value)?)),
        Kind::Map => Wanted::Map(Box::new(map(value)?)),
    };
    Ok(Some(wanted))
}

/// A way out that helps with a wrong value of this attribute.
pub(super) fn help(attribute: Attribute, value: &Value) -> Option<String> {
    match (attribute.kind(), value) {
        (Kind::Bool, Value::Text(_) | Value::Number(_)) => {
            Some("compare or look up: `active = person.status == \"active\"`".to_owned())
        }
        (Kind::Bool, Value::Null) => Some(
            "say what an empty status means: `active = coalesce(person.active, true)`".to_owned(),
        ),
        (Kind::Set, Value::Text(_)) => {
            Some(format!("split the text: `{attribute} = split(\";\", person.{attribute})`"))
        }
        (Kind::Map, Value::Text(_)) => {
            Some(format!("write a map: `{attribute} = {{ NAME = true }}`"))
        }
        _ => None,
    }
}

fn address(attribute: Attribute, value: &Value) -> Result<Text, String> {
    let text = text(attribute, value)?;
    if text.is_empty() && attribute != Attribute::UserName {
        return Ok(text);
    }
    match email::why_not(&text) {
        None => Ok(text),
        Some(why) if text.is_empty() => Err(format!("is no e-mail address: {why}")),
        Some(why) => Err(format!("is no e-mail address: {why} (`{}`)", shown(&text))),
    }
}

fn text(attribute: Attribute, value: &Value) -> Result<Text, String> {
    let text = value.to_text().ok_or_else(|| format!("must be a text, this is {}", kind(value)))?;
    if text.contains('\0') {
        return Err("holds a NUL character".to_owned());
    }
    if let Some(most) = attribute.spec().max_chars {
        let length = text.chars().count();
        if length > most {
            return Err(format!("is {length} characters long, {most} are allowed"));
        }
    }
    Ok(text)
}

fn switch(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::Text(text) => match text.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            "" => Err("is empty, which says neither active nor inactive".to_owned()),
            other => Err(format!("must be true or false, this is `{}`", shown(other))),
        },
        Value::Null
        | Value::Number(_)
        | Value::List(_)
        | Value::Set(_)
        | Value::Map(_)
        | Value::User(_) => Err(format!("must be true or false, this is {}", kind(value))),
    }
}

fn set(value: &Value) -> Result<BTreeSet<Text>, String> {
    if value.as_text() == Some("") {
        return Ok(BTreeSet::new());
    }
    let items = value
        .as_items()
        .ok_or_else(|| format!("must be a set of texts, this is {}", kind(value)))?;
    items
        .iter()
        .map(|item| match item.to_text() {
            Some(text) if text.contains('\0') => Err("holds a NUL character".to_owned()),
            Some(text) => Ok(text),
            None => Err(format!("must be a set of texts, one item is {}", kind(item))),
        })
        .collect()
}

fn map(value: &Value) -> Result<BTreeMap<Text, LicenseValue>, String> {
    if value.as_text() == Some("") {
        return Ok(BTreeMap::new());
    }
    let Value::Map(map) = value else {
        return Err(format!("must be a map, this is {}", kind(value)));
    };
    let mut entries = BTreeMap::new();
    for (name, value) in map.entries() {
        let entry = match value {
            Value::Null => continue,
            Value::Bool(flag) => LicenseValue::Bool(*flag),
            Value::Text(text) if text.contains('\0') => {
                return Err("holds a NUL character".to_owned());
            }
            Value::Text(text) => LicenseValue::Text(text.clone()),
            Value::Number(_) | Value::List(_) | Value::Set(_) | Value::Map(_) | Value::User(_) => {
                return Err(format!("must hold texts and bools, `{name}` is {}", kind(value)));
            }
        };
        entries.insert(name.clone(), entry);
    }
    Ok(entries)
}

/// A text from outside for a message: no control characters, not too long.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String =
        text.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::convert;
    use crate::config::lang::Value;
    use crate::model::Attribute as A;

    #[test]
    fn only_what_is_clear_becomes_a_value() {
        let long = Value::text("x".repeat(65));
        let list = Value::list(vec![Value::text("a"), Value::Null]);
        for (attribute, value, expected) in [
            (A::Active, Value::Bool(true), "Ok(Some(Bool(true)))"),
            (A::Active, Value::text("false"), "Ok(Some(Bool(false)))"),
            (A::Active, Value::text("False"), "Err(\"must be true or false, this is `False`\")"),
            (A::Active, Value::text("0"), "Err(\"must be true or false, this is `0`\")"),
            (
                A::Active,
                Value::text(""),
                "Err(\"is empty, which says neither active nor inactive\")",
            ),
            (A::Active, Value::Null, "Err(\"is null, which says neither active nor inactive\")"),
            (
                A::Active,
                Value::Number(0.into()),
                "Err(\"must be true or false, this is a number\")",
            ),
            (A::UserName, Value::text(""), "Err(\"is no e-mail address: it is empty\")"),
            (
                A::UserName,
                Value::text("ada"),
                "Err(\"is no e-mail address: it has no `@` (`ada`)\")",
            ),
            (A::Email, Value::text(""), "Ok(Some(Text(\"\")))"),
            (A::Title, Value::Number(7.into()), "Ok(Some(Text(\"7\")))"),
            (A::Title, Value::Null, "Ok(None)"),
            (A::Title, Value::text("a\0"), "Err(\"holds a NUL character\")"),
            (A::GivenName, long, "Err(\"is 65 characters long, 64 are allowed\")"),
            (A::Roles, Value::text("a"), "Err(\"must be a set of texts, this is a text\")"),
            (A::Roles, list, "Err(\"must be a set of texts, one item is null\")"),
            (A::Licenses, Value::text("a"), "Err(\"must be a map, this is a text\")"),
        ] {
            assert_eq!(format!("{:?}", convert(attribute, &value)), expected);
        }
    }
}

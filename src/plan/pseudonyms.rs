//! Pseudonyms for values that don't name a person by themselves: departments, cost centres, licences.
//!
//! What an expression made of a person's data can't be told by looking at it, so every value has a pseudonym but
//! those that say nothing: flags, the words that a service documents, and what the configuration writes down as it
//! is. Equal values have equal pseudonyms.

use std::collections::{BTreeMap, BTreeSet};

use super::types::{AttributeChange, Plan};
use crate::model::{Attribute, LICENSES, LicenseValue, Text, Value};

/// Roles that every Zoom account has.
const ROLES: [&str; 3] = ["Owner", "Admin", "Member"];

/// The pseudonyms of a plan's values.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms {
    /// By the attribute's name, which `licenses` shares with none of its keys.
    of_values: BTreeMap<(Attribute, Text), Text>,
    of_keys: BTreeMap<Text, Text>,
}

impl Pseudonyms {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut values: BTreeMap<Attribute, BTreeSet<&Text>> = BTreeMap::new();
        let mut keys: BTreeSet<&Text> = BTreeSet::new();
        for change in plan.changes.iter().flat_map(|change| &change.attributes) {
            keys.extend(&change.key);
            for value in [&change.before, &change.after].into_iter().flatten() {
                let of_attribute = values.entry(change.attribute).or_default();
                match value {
                    Value::Bool(_) => {}
                    Value::Text(text) => drop(of_attribute.insert(text)),
                    Value::Set(items) => of_attribute.extend(items.iter()),
                    Value::Map(map) => {
                        keys.extend(map.keys());
                        of_attribute.extend(map.values().filter_map(|value| match value {
                            LicenseValue::Text(text) => Some(text),
                            LicenseValue::Bool(_) => None,
                        }));
                    }
                }
            }
        }
        let number = |what: &str, at: usize| Text::from(format!("{what}-{}", at + 1));
        let mut of_values = BTreeMap::new();
        for (attribute, texts) in values {
            for (at, text) in texts.into_iter().enumerate() {
                of_values.insert((attribute, text.clone()), number(attribute.name(), at));
            }
        }
        let of_keys =
            keys.into_iter().enumerate().map(|(at, key)| (key.clone(), number("licence", at)));
        Self { of_values, of_keys: of_keys.collect() }
    }

    /// The value as it may be shown. `open` gives what may be shown of a text that is written down in the
    /// configuration; without it nothing is.
    pub(super) fn value(
        &self,
        attribute: Attribute,
        value: &Value,
        open: Option<&dyn Fn(&str) -> Text>,
    ) -> Value {
        let text = |text: &Text| self.text(attribute, text, open);
        match value {
            Value::Bool(flag) => Value::Bool(*flag),
            Value::Text(value) => Value::Text(text(value)),
            Value::Set(items) => Value::Set(Box::new(items.iter().map(text).collect())),
            Value::Map(map) => {
                let pair = |(key, value): (&Text, &LicenseValue)| {
                    let value = match value {
                        LicenseValue::Text(value) => LicenseValue::Text(text(value)),
                        LicenseValue::Bool(flag) => LicenseValue::Bool(*flag),
                    };
                    (self.key(key, open), value)
                };
                Value::Map(Box::new(map.iter().map(pair).collect()))
            }
        }
    }

    /// The key of a map as it may be shown.
    pub(super) fn key(&self, key: &Text, open: Option<&dyn Fn(&str) -> Text>) -> Text {
        if LICENSES.iter().any(|spec| spec.name == key) {
            return key.clone();
        }
        open.map_or_else(|| self.of_keys.get(key).cloned().unwrap_or_default(), |open| open(key))
    }

    fn text(&self, attribute: Attribute, text: &Text, open: Option<&dyn Fn(&str) -> Text>) -> Text {
        let documented = attribute.spec().known_values.contains(&text.as_str())
            || attribute == Attribute::Roles && ROLES.contains(&text.as_str());
        if text.is_empty() || documented {
            return text.clone();
        }
        let hidden = || self.of_values.get(&(attribute, text.clone())).cloned();
        open.map_or_else(|| hidden().unwrap_or_default(), |open| open(text))
    }
}

/// Whether what is wanted of an attribute may be shown.
pub(super) fn is_open(change: &AttributeChange) -> bool {
    change.literal && !change.attribute.is_personal()
}

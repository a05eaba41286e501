//! Attribute values as JSON: text, bool, array of texts, object of texts and bools.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{Attribute, LicenseValue, Text, Value, Values};

/// A value as JSON has it. Ordered so that each shape is recognised by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum JsonValue {
    Bool(bool),
    Text(Text),
    Set(BTreeSet<Text>),
    Map(BTreeMap<Text, JsonLicense>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum JsonLicense {
    Bool(bool),
    Text(Text),
}

impl From<&Value> for JsonValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone()),
            Value::Bool(value) => Self::Bool(*value),
            Value::Set(set) => Self::Set((**set).clone()),
            Value::Map(map) => Self::Map(
                map.iter()
                    .map(|(key, value)| {
                        let value = match value {
                            LicenseValue::Text(text) => JsonLicense::Text(text.clone()),
                            LicenseValue::Bool(value) => JsonLicense::Bool(*value),
                        };
                        (key.clone(), value)
                    })
                    .collect(),
            ),
        }
    }
}

impl From<JsonValue> for Value {
    fn from(value: JsonValue) -> Self {
        match value {
            JsonValue::Text(text) => Self::Text(text),
            JsonValue::Bool(value) => Self::Bool(value),
            JsonValue::Set(set) => Self::Set(Box::new(set)),
            JsonValue::Map(map) => Self::Map(Box::new(
                map.into_iter()
                    .map(|(key, value)| {
                        let value = match value {
                            JsonLicense::Text(text) => LicenseValue::Text(text),
                            JsonLicense::Bool(value) => LicenseValue::Bool(value),
                        };
                        (key, value)
                    })
                    .collect(),
            )),
        }
    }
}

/// Values by attribute name, as JSON has them.
pub(super) type JsonValues = BTreeMap<Text, JsonValue>;

pub(super) fn values_to_json(values: &Values) -> JsonValues {
    values.iter().map(|(attribute, value)| (attribute.name().into(), value.into())).collect()
}

/// Reads values back; an attribute that this version does not know is an error naming it.
pub(super) fn values_from_json(values: JsonValues) -> Result<Values, String> {
    let mut read = Values::new();
    for (name, value) in values {
        read.set(attribute(&name)?, value.into());
    }
    read.shrink();
    Ok(read)
}

pub(super) fn attribute(name: &str) -> Result<Attribute, String> {
    Attribute::from_name(name).ok_or_else(|| format!("`{name}` is no attribute"))
}

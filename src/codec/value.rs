//! Attribute values as JSON: text, bool, array of texts, object of texts and bools.
//!
//! Read and written without a tree between: a state holds a million of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::model::{Attribute, LicenseValue, Text, Value, Values};

/// A value as JSON has it.
#[derive(Clone, Debug)]
pub(super) struct JsonValue(Value);

impl From<&Value> for JsonValue {
    fn from(value: &Value) -> Self {
        Self(value.clone())
    }
}

impl From<JsonValue> for Value {
    fn from(value: JsonValue) -> Self {
        value.0
    }
}

impl Serialize for JsonValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Borrowed(&self.0).serialize(serializer)
    }
}

struct Borrowed<'a>(&'a Value);

impl Serialize for Borrowed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Set(set) => serializer.collect_seq(set.iter()),
            Value::Map(map) => serializer.collect_map(map.iter().map(|(key, value)| {
                let value = match value {
                    LicenseValue::Text(text) => JsonLicense::Text(text.clone()),
                    LicenseValue::Bool(value) => JsonLicense::Bool(*value),
                };
                (key, value)
            })),
        }
    }
}

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a bool, an array of texts or an object of texts and bools")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut set = BTreeSet::new();
        while let Some(text) = seq.next_element::<Text>()? {
            set.insert(text);
        }
        Ok(Value::Set(Box::new(set)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut licenses = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<Text, JsonLicense>()? {
            let value = match value {
                JsonLicense::Text(text) => LicenseValue::Text(text),
                JsonLicense::Bool(value) => LicenseValue::Bool(value),
            };
            licenses.insert(key, value);
        }
        Ok(Value::Map(Box::new(licenses)))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum JsonLicense {
    Bool(bool),
    Text(Text),
}

/// Values by attribute name, as JSON has them. An attribute that this version does not know is an error
/// naming it.
#[derive(Clone, Debug)]
pub(super) struct JsonValues(Values);

impl From<&Values> for JsonValues {
    fn from(values: &Values) -> Self {
        Self(values.clone())
    }
}

impl From<JsonValues> for Values {
    fn from(values: JsonValues) -> Self {
        values.0
    }
}

impl Serialize for JsonValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for attribute in Attribute::by_name() {
            if let Some(value) = self.0.get(attribute) {
                map.serialize_entry(attribute.name(), &Borrowed(value))?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for JsonValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = JsonValues;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of values by attribute name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonValues, A::Error> {
        let mut values = Values::with_room(8);
        while let Some(Name(attribute)) = map.next_key()? {
            let JsonValue(value) = map.next_value()?;
            values.set(attribute, value);
        }
        values.shrink();
        Ok(JsonValues(values))
    }
}

struct Name(Attribute);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an attribute")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        attribute(name).map(Name).map_err(E::custom)
    }
}

/// The attribute of that name.
pub(super) fn attribute(name: &str) -> Result<Attribute, String> {
    Attribute::from_name(name).ok_or_else(|| format!("`{name}` is no attribute"))
}

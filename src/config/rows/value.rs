//! JSON values as those of expressions: numbers that are exact or refused, and no key read twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::super::lang::Value;
use crate::model::Text;

/// A value.
pub(super) struct Json(pub(super) Value);

/// A value that could be read, of which nothing is kept: whatever [`Json`] refuses, this refuses.
pub(super) struct Sound;

/// The name of a member.
pub(super) struct Name<'de>(pub(super) Cow<'de, str>);

fn exact<E: Error>(value: f64) -> Result<Decimal, E> {
    // Beyond 2^53 a float no longer tells neighbouring integers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value.to_string().parse::<Decimal>() {
        Ok(number) if value.abs() < EXACT => Ok(number),
        _ => Err(E::custom("a number is too large to be exact; write it as a text")),
    }
}

fn twice<E: Error>(key: &str) -> E {
    E::custom(format!("the key `{key}` stands in an object twice"))
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Self)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        exact(value).map(Value::Number)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Json(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((Name(key), Json(value))) = map.next_entry()? {
            if entries.insert(Text::from(key.as_ref()), value).is_some() {
                return Err(twice(&key));
            }
        }
        Ok(Value::map(entries))
    }
}

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SoundVisitor)
    }
}

struct SoundVisitor;

impl<'de> Visitor<'de> for SoundVisitor {
    type Value = Sound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Sound, E> {
        exact(value).map(|_| Sound)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Sound, A::Error> {
        while seq.next_element::<Sound>()?.is_some() {}
        Ok(Sound)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sound, A::Error> {
        // Most objects have so few keys that looking through them is quicker than hashing.
        const FEW: usize = 16;
        let mut few: Vec<Cow<'de, str>> = Vec::new();
        let mut many: HashSet<Cow<'de, str>> = HashSet::new();
        while let Some((Name(key), Sound)) = map.next_entry()? {
            if few.contains(&key) || many.contains(&key) {
                return Err(twice(&key));
            }
            if few.len() < FEW {
                few.push(key);
            } else {
                many.insert(key);
            }
        }
        Ok(Sound)
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, Sound};

    #[test]
    fn what_one_reader_refuses_the_other_refuses() {
        let many = (0..40).map(|n| format!("\"k{n}\": {n}, ")).collect::<Vec<_>>().concat();
        let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        for (text, good) in [
            ("null", true),
            ("[1, -2, 1.5, 18446744073709551615, true, \"\\u00e4\", {}]", true),
            ("{\"a\": {\"b\": 1}, \"b\": 1}", true),
            ("12345678901234567890123", false),
            ("1e300", false),
            ("[9007199254740993.0]", false),
            ("{\"a\": 1, \"\\u0061\": 2}", false),
            ("[{\"a\": {\"x\": 1, \"x\": 1}}]", false),
            (&format!("{{{many}\"k\": 1}}"), true),
            (&format!("{{{many}\"k39\": 1}}"), false),
            (&format!("{{{many}\"k1\": 1}}"), false),
            ("\"\\ud800\"", false),
            (&deep(100), true),
            (&deep(200), false),
        ] {
            assert_eq!(serde_json::from_str::<Json>(text).is_ok(), good, "{text}");
            assert_eq!(serde_json::from_str::<Sound>(text).is_ok(), good, "{text}");
        }
    }
}

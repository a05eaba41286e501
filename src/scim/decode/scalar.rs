//! A value that should be simple, read leniently: services disagree on numbers, strings and booleans.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

use crate::model::{Text, number};

/// A simple value of any type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scim) enum Scalar {
    /// `null`.
    Null,
    /// true or false.
    Bool(bool),
    /// A string, or a number in its plain form.
    Text(Text),
    /// A list or an object, which was skipped.
    Other,
}

impl Scalar {
    /// What a value of JSON is. A number is read from its own text: one that can't be held exactly is an error, since
    /// it would be compared, and kept, as another.
    pub(super) fn of(json: &str) -> Result<Self, String> {
        let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(text) = inner.filter(|text| !text.contains('\\')) {
            return Ok(Self::Text(text.into()));
        }
        Ok(match json.as_bytes().first() {
            Some(b'"') => Self::Text(
                serde_json::from_str::<String>(json).map_err(|error| error.to_string())?.into(),
            ),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'-' | b'0'..=b'9') => {
                let number = number::parse(json);
                Self::Text(
                    number
                        .map(|number| number::render(&number))
                        .ok_or("a number can't be held exactly")?,
                )
            }
            Some(b'[' | b'{') => Self::Other,
            _ => Self::Null,
        })
    }

    /// The text; numbers count, booleans do not.
    pub(in crate::scim) fn into_text(self) -> Option<Text> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Other => None,
        }
    }

    /// true or false, also as a string: `"True"` was seen.
    pub(in crate::scim) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
            Self::Text(_) | Self::Null | Self::Other => None,
        }
    }

    /// A count, also as a string.
    pub(in crate::scim) fn as_count(&self) -> Option<u64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Null | Self::Bool(_) | Self::Other => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&RawValue>::deserialize(deserializer)?;
        Self::of(value.get()).map_err(D::Error::custom)
    }
}

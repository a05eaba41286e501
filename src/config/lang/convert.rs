//! Conversions between types, where they are clear: Terraform's, and no others.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::number;
use super::value::Value;

impl Value {
    /// As text: text itself, a number without exponent, `true` or `false`.
    pub fn to_text(&self) -> Option<SmolStr> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number::render(number)),
            Self::Bool(true) => Some(SmolStr::new_static("true")),
            Self::Bool(false) => Some(SmolStr::new_static("false")),
            Self::Null | Self::List(_) | Self::Set(_) | Self::Map(_) | Self::User(_) => None,
        }
    }

    /// As a number: a number itself, or text that is exactly one.
    pub fn to_number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => number::parse(text),
            Self::Null
            | Self::Bool(_)
            | Self::List(_)
            | Self::Set(_)
            | Self::Map(_)
            | Self::User(_) => None,
        }
    }

    /// As a bool: a bool itself, or the texts `true` and `false`, `1` and `0`.
    pub fn to_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => match text.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            Self::Null
            | Self::Number(_)
            | Self::List(_)
            | Self::Set(_)
            | Self::Map(_)
            | Self::User(_) => None,
        }
    }
}

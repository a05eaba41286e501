//! JSON, with numbers kept exact.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use smol_str::SmolStr;

use super::super::eval::{Fault, Machine};
use super::super::number;
use super::super::value::{Map, Value};
use super::{Answer, Args, Function, Kind, Param, Wrong};
use crate::diagnostic::Span;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("jsondecode", &[Param::new("str", Kind::Text)], jsondecode),
    Function::new("jsonencode", &[Param::new("val", Kind::Any).or_null()], |args| {
        let value = args.take(0);
        encode_value(args, &value).map(Value::text)
    }),
];

fn jsondecode(args: &mut Args<'_, '_>) -> Answer {
    let text = args.take(0);
    let mut deserializer = serde_json::Deserializer::from_str(text.as_text().unwrap_or(""));
    let mut fault = None;
    let seed = Seed { machine: args.machine, span: args.span, fault: &mut fault };
    let value = seed.deserialize(&mut deserializer);
    let end = deserializer.end();
    if let Some(fault) = fault {
        return Err(Wrong::Fault(fault));
    }
    match value.and_then(|value| end.map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(Wrong::argument(0, error.to_string())),
    }
}

/// Reads one value, within the budget of the evaluation.
struct Seed<'s, 'a> {
    machine: &'s mut Machine<'a>,
    span: Span,
    fault: &'s mut Option<Fault>,
}

impl<'a> Seed<'_, 'a> {
    fn again(&mut self) -> Seed<'_, 'a> {
        Seed { machine: self.machine, span: self.span, fault: self.fault }
    }

    fn reserve<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        let taken = self.machine.items(1, self.span);
        taken.and_then(|()| self.machine.bytes(bytes as u64, self.span)).map_err(|fault| {
            *self.fault = Some(fault);
            E::custom("too much")
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
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
        // Above this, an f64 may stand for several integers: the exact one is lost already.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let exact = value.abs() <= EXACT;
        let decimal = exact.then(|| number::parse(&value.to_string())).flatten();
        decimal
            .or_else(|| exact.then(|| Decimal::from_f64(value)).flatten())
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number can't be held exactly; write it as text"))
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<Value, E> {
        self.reserve(value.len())?;
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.again())? {
            self.reserve(0)?;
            items.push(item);
        }
        Ok(Value::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            self.reserve(key.len())?;
            entries.push((SmolStr::from(key), map.next_value_seed(self.again())?));
        }
        Ok(Value::map(entries))
    }
}

/// Writes a value as JSON.
pub(super) fn encode_value(args: &mut Args<'_, '_>, value: &Value) -> Result<String, Wrong> {
    let mut out = String::new();
    encode(args, value, &mut out)?;
    Ok(out)
}

fn encode(args: &mut Args<'_, '_>, value: &Value, out: &mut String) -> Result<(), Wrong> {
    let before = out.len();
    args.machine.steps(1, args.span)?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_text().unwrap_or_default()),
        Value::Text(text) => string(text, out),
        Value::List(list) | Value::Set(list) => {
            args.reserve_bytes(2 + list.items().len())?;
            out.push('[');
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                encode(args, item, out)?;
            }
            out.push(']');
            return Ok(());
        }
        Value::Map(_) | Value::User(_) => {
            out.push('{');
            let entries = value.as_map().into_iter().flat_map(Map::entries);
            for (at, (key, item)) in entries.enumerate() {
                let before = out.len();
                if at > 0 {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                args.reserve_bytes(out.len() - before)?;
                encode(args, item, out)?;
            }
            out.push('}');
            return args.reserve_bytes(2);
        }
    }
    args.reserve_bytes(out.len() - before)
}

/// A JSON string; what HTML or JavaScript would trip over is escaped, as Terraform does.
fn string(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

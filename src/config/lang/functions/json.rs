//! JSON, with numbers kept exact.

use serde_json::value::RawValue;

use super::super::json::{Reader, Twice};
use super::super::value::{Map, Value};
use super::{Answer, Args, Function, Kind, Param, Wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("jsondecode", &[Param::new("str", Kind::Text)], jsondecode),
    Function::new("jsonencode", &[Param::new("val", Kind::Any).or_null()], |args| {
        let value = args.take(0);
        encode_value(args, &value).map(Value::text)
    }),
];

fn jsondecode(args: &mut Args<'_, '_>) -> Answer {
    let text = args.take(0);
    let text = text.as_text().unwrap_or("");
    let whole: &RawValue =
        serde_json::from_str(text).map_err(|error| Wrong::argument(0, error.to_string()))?;
    // A part of the text: white space may stand before it.
    let start = text.len() - text.trim_start().len();
    let mut fault = None;
    let mut spend = |bytes: usize| {
        let taken = args.machine.items(1, args.span);
        let taken = taken.and_then(|()| args.machine.bytes(bytes as u64, args.span));
        taken.map_err(|out_of| fault = Some(out_of)).is_ok()
    };
    let read = Reader::new(Twice::Last, &mut spend).value(whole.get(), start);
    if let Some(fault) = fault {
        return Err(Wrong::Fault(fault));
    }
    read.map_err(|wrong| {
        let before = text.get(..wrong.at).unwrap_or("");
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let of = match wrong.inexact.as_deref() {
            None | Some("") => String::new(),
            Some(path) => format!(" in `{path}`"),
        };
        Wrong::argument(0, format!("{}{of} at line {line} column {column}", wrong.words))
    })
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

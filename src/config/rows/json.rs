//! People from a JSON file: an array of objects.
//!
//! The one file of `config` that knows `serde_json`: it turns JSON values into those of expressions,
//! with numbers that are exact or refused, and no key read twice.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::model::Text;

use super::super::lang::Value;
use super::super::report::Report;
use super::{Limited, Table};

/// Most cells of a table: each takes memory, whether the person has that field or not.
const MOST_CELLS: usize = 50_000_000;

/// Most values of a file, those inside of others included: each takes much more memory than its text.
const MOST_VALUES: usize = 20_000_000;

/// Reads `file` into a table. `None` where the whole file can't be used.
pub(crate) fn read(report: &mut Report, file: FileId) -> Option<Table> {
    match parse(report, file) {
        Ok(table) => Some(table),
        Err(found) => {
            report.extend(found);
            None
        }
    }
}

fn parse(report: &Report, file: FileId) -> Result<Table, Vec<Diagnostic>> {
    let name = report.sources.name(file);
    let text = report.sources.text(file);
    let at = |start: usize| {
        let width =
            text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(file, start..start + width)
    };
    let fail = |start: usize, summary: String, help: &str| {
        vec![report.error(at(start), summary).help(help)]
    };
    let whole = "is the file complete? it must be an array of objects: [{\"id\": \"E1\"}]";
    let mut here = skip(text, 0);
    if text.get(here..) == Some("") {
        return Err(fail(here, format!("`{name}` is empty"), whole));
    }
    if !text.get(here..).is_some_and(|rest| rest.starts_with('[')) {
        return Err(fail(here, format!("`{name}` is no array of people"), whole));
    }
    // In texts they count too, which nobody comes near.
    let mut signs = text.bytes().enumerate().filter(|(_, byte)| b",[{".contains(byte));
    if let Some((start, _)) = signs.nth(MOST_VALUES) {
        let summary = format!("`{name}` has more than {MOST_VALUES} values");
        return Err(fail(start, summary, "a directory holds one object a person"));
    }
    here = skip(text, here + 1);
    let mut found = Limited::new(format!("items of `{name}` are no objects"));
    let mut columns: Vec<Text> = Vec::new();
    let mut index: std::collections::HashMap<Text, usize> = std::collections::HashMap::new();
    let mut people: Vec<Vec<(usize, Value)>> = Vec::new();
    let mut rows: Vec<(u32, u32)> = Vec::new();
    let mut closed = text.get(here..).is_some_and(|rest| rest.starts_with(']'));
    while !closed {
        let rest = text.get(here..).unwrap_or("");
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Json>();
        let item = match values.next() {
            Some(Ok(Json(item))) => item,
            Some(Err(error)) => {
                let start = here + offset(rest, error.line(), error.column());
                let summary = format!("`{name}` is not JSON: {}", words(&error));
                return Err(fail(start.min(text.len()), summary, "is the file complete?"));
            }
            None => return Err(fail(here, format!("`{name}` ends before its `]`"), whole)),
        };
        let end = here + values.byte_offset();
        let span = Span::new(file, here..end);
        if let Value::Map(map) = &item {
            let cells = map.entries().iter().map(|(name, value)| {
                let column = *index.entry(name.clone()).or_insert_with(|| {
                    columns.push(name.clone());
                    columns.len() - 1
                });
                (column, value.clone())
            });
            people.push(cells.collect());
            rows.push((span.start, span.end));
        } else {
            let what = item.type_name();
            found.push_with(|| {
                report.error(span, format!("a person is an object, this is a {what}")).help(whole)
            });
        }
        here = skip(text, end);
        match text.get(here..).and_then(|rest| rest.chars().next()) {
            Some(',') => here = skip(text, here + 1),
            Some(']') => closed = true,
            Some(_) => return Err(fail(here, "a comma or `]` is missing here".to_owned(), whole)),
            None => return Err(fail(here, format!("`{name}` ends before its `]`"), whole)),
        }
    }
    let end = skip(text, here + 1);
    if end < text.len() {
        return Err(fail(end, "something stands behind the end of the array".to_owned(), whole));
    }
    if !found.is_empty() {
        return Err(found.finish());
    }
    if people.len().saturating_mul(columns.len()) > MOST_CELLS {
        let summary = format!(
            "`{name}` has {} people with {} different fields, more than {MOST_CELLS} cells",
            people.len(),
            columns.len()
        );
        let help = "a field has the same name for all: what differs from person to person stands in its value";
        return Err(fail(here, summary, help));
    }
    let mut cells = vec![Value::Null; people.len() * columns.len()];
    for (row, person) in people.into_iter().enumerate() {
        for (column, value) in person {
            if let Some(cell) = cells.get_mut(row * columns.len() + column) {
                *cell = value;
            }
        }
    }
    Ok(Table::values(file, columns, rows, cells))
}

/// Past the white space at `from`.
fn skip(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    from + rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()
}

/// The byte at a line and column, both from 1, as `serde_json` counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The error without its position, which is shown apart.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

struct Json(Value);

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
        // Beyond 2^53 a float no longer tells neighbouring integers apart.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let text = value.to_string();
        match text.parse::<Decimal>() {
            Ok(number) if value.abs() < EXACT => Ok(Value::Number(number)),
            _ => Err(E::custom("a number is too large to be exact; write it as a text")),
        }
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
        let mut entries = std::collections::BTreeMap::new();
        while let Some((key, Json(value))) = map.next_entry::<String, Json>()? {
            if entries.insert(Text::from(key.as_str()), value).is_some() {
                return Err(A::Error::custom(format!("the key `{key}` stands in an object twice")));
            }
        }
        Ok(Value::map(entries))
    }
}

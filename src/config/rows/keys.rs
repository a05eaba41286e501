//! Who somebody is: the key of each person, present, not empty, each once.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::super::lang::{Cell, Person as _, Value};
use super::super::report::{Report, SHOWN, list, suggest};
use super::super::settings::kind;
use super::{Limited, Table};
use crate::diagnostic::{Diagnostic, Place, did_you_mean};
use crate::model::{Text, nfc_text};

/// Where a table's people have their key.
#[derive(Debug)]
struct Way<'k> {
    column: usize,
    /// Names of members below, with dots between.
    below: Option<&'k str>,
}

impl<'k> Way<'k> {
    /// The column of that name, else what lies below a column that the name begins with.
    fn find(table: &Table, key: &'k str) -> Option<Self> {
        if let Some(column) = table.column(key) {
            return Some(Self { column, below: None });
        }
        if !table.nests() {
            return None;
        }
        key.match_indices('.').rev().find_map(|(at, _)| {
            let column = table.column(key.get(..at)?)?;
            Some(Self { column, below: key.get(at + 1..) })
        })
    }

    /// A row's key, in normalization form C: a text or a whole number. `Err` ends the sentence "this person's key …".
    fn key(&self, table: &Table, row: usize) -> Result<Text, String> {
        let row = table.row(row);
        let value = match row.cell(self.column) {
            Cell::Text(text) if self.below.is_none() => Value::text(text),
            Cell::Text(text) => below(&Value::text(text), self.below)?,
            Cell::Value(value) => below(value, self.below)?,
            Cell::Owned(value) => below(&value, self.below)?,
        };
        let text = match value {
            Value::Text(text) => nfc_text(text),
            Value::Number(number) if number.fract() == Decimal::ZERO => {
                Text::from(number.normalize().to_string())
            }
            Value::Null => return Err("is missing".to_owned()),
            Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::User(_) => return Err(format!("is {}, not a text", kind(&value))),
        };
        if text.trim().is_empty() {
            return Err("is empty".to_owned());
        }
        if text.chars().any(char::is_control) {
            return Err("holds a control character".to_owned());
        }
        Ok(text)
    }
}

/// What lies at a path below a value.
fn below(value: &Value, path: Option<&str>) -> Result<Value, String> {
    let Some(path) = path else { return Ok(value.clone()) };
    let Some(map) = value.as_map() else { return Err("is missing".to_owned()) };
    if let Some(found) = map.get(path) {
        return Ok(found.clone());
    }
    let found = path
        .match_indices('.')
        .rev()
        .find_map(|(at, _)| Some((map.get(path.get(..at)?)?, path.get(at + 1..))));
    match found {
        Some((inner, rest)) => below(inner, rest),
        None => Err("is missing".to_owned()),
    }
}

/// Who the people of a directory are.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// The key of each row.
    pub(crate) all: Vec<Text>,
    /// Rows whose key another row has too; there are some only where such people are held.
    pub(crate) doubled: HashSet<usize>,
    /// What is to be said of them.
    pub(crate) found: Vec<Diagnostic>,
}

/// Finds each person's key, over all tables of a directory. `place` is where the configuration names it. Where people
/// whose record can't be used are held, a key may come more than once.
pub(crate) fn keys(
    report: &mut Report,
    tables: &[Table],
    key: &str,
    place: &Place,
    hold: bool,
) -> Option<Keys> {
    let mut keys: Vec<Text> = Vec::with_capacity(tables.iter().map(Table::len).sum());
    let mut failed = false;
    let mut lacking = Limited::new("files lack the key");
    for table in tables {
        if table.is_unknown() {
            continue;
        }
        let name = report.sources.name(table.file);
        let Some(way) = Way::find(table, key) else {
            lacking.push_with(|| no_column(table, &name, key, place));
            continue;
        };
        let mut found = Limited::new(format!("rows of `{name}` have no usable `{key}`"));
        for row in 0..table.len() {
            match way.key(table, row) {
                Ok(text) => keys.push(text),
                Err(why) => {
                    keys.push(Text::default());
                    found.push_with(|| {
                        report.error(table.span(row), format!("this person's `{key}` {why}"))
                    });
                }
            }
        }
        failed |= !found.is_empty();
        report.extend(found.finish());
    }
    if !lacking.is_empty() {
        report.extend(lacking.finish());
        return None;
    }
    let (doubled, mut found) = twice(report, tables, &keys, key);
    if !hold {
        failed |= !found.is_empty();
        report.extend(std::mem::take(&mut found));
    }
    (!failed).then_some(Keys { all: keys, doubled, found })
}

fn no_column(table: &Table, file: &str, key: &str, place: &Place) -> Diagnostic {
    let names = table.columns.iter().map(Text::as_str).filter(|name| !name.is_empty());
    let mut diagnostic = Diagnostic::error(format!("`{file}` has no column `{key}`"))
        .at(place.clone())
        .help(suggest(key, names.clone(), "columns"));
    if let [only] = table.columns.as_slice()
        && let Some(mark) = [';', '\t', '|'].into_iter().find(|mark| only.contains(*mark))
    {
        diagnostic = diagnostic.help(format!(
            "the columns seem to be separated by {mark:?}: save the file with commas"
        ));
    } else if did_you_mean(key, names.clone()).is_some() {
        diagnostic = diagnostic.help(format!("columns: {}", list(names)));
    }
    diagnostic
}

/// The rows whose keys come more than once, and what is to be said of them.
fn twice(
    report: &Report,
    tables: &[Table],
    keys: &[Text],
    key: &str,
) -> (HashSet<usize>, Vec<Diagnostic>) {
    let spans = || tables.iter().flat_map(|table| (0..table.len()).map(|row| table.span(row)));
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(keys.len());
    let mut again: Vec<(usize, usize)> = Vec::new();
    let mut more = 0;
    let mut doubled = HashSet::new();
    for (row, text) in keys.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        let before = *first.entry(text).or_insert(row);
        if before == row {
            continue;
        }
        doubled.extend([before, row]);
        if again.len() < SHOWN {
            again.push((row, before));
        } else {
            more += 1;
        }
    }
    if again.is_empty() {
        return (doubled, Vec::new());
    }
    let spans: Vec<_> = spans().collect();
    let names = tables.first().map(|table| report.sources.name(table.file)).unwrap_or_default();
    let of = if tables.len() > 1 { "the directory".to_owned() } else { format!("`{names}`") };
    let mut found = Limited::new(format!("keys of {of} stand there more than once"));
    for (row, before) in again {
        let (Some(span), Some(earlier)) = (spans.get(row), spans.get(before)) else { continue };
        let Some(text) = keys.get(row) else { continue };
        found.push_with(|| {
            let what = if span.file == earlier.file {
                format!("the {key} `{text}` stands in this file twice")
            } else {
                let other = report.sources.name(earlier.file);
                format!("the {key} `{text}` stands in `{other}` too")
            };
            report
                .error(*span, what)
                .related(report.place(*earlier), "first here")
                .help("a key belongs to one person: it is what Enroll knows the account by")
        });
    }
    found.skip(more);
    (doubled, found.finish())
}

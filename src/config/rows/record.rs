//! Takes one record after another into a table.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::lang::{Name, Wrong, sound};
use super::objects::{Member, Objects};
use super::table::Table;
use crate::diagnostic::FileId;
use crate::model::{Text, nfc};

/// Most different fields that the records of one directory have together.
pub(super) const MOST_COLUMNS: usize = 10_000;
/// Most records of one file.
const MOST_RECORDS: usize = 5_000_000;
/// Most fields of all records of one file together.
const MOST_FIELDS: usize = 20_000_000;

/// The records read so far.
#[derive(Debug, Default)]
pub(super) struct Records {
    columns: Vec<Text>,
    index: HashMap<Text, u32>,
    /// The last record that had each column, counted from 1.
    last: Vec<u32>,
    /// How many records were begun.
    begun: u32,
    spans: Vec<(u32, u32)>,
    objects: Objects,
}

impl Records {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Takes in the object `json`, which begins at `start`. One that can't be read leaves no trace but
    /// the names of its fields.
    pub(super) fn add(&mut self, json: &str, start: usize) -> Result<(), Wrong> {
        if self.len() >= MOST_RECORDS {
            let words = format!("more than {MOST_RECORDS} records are not read");
            return Err(Wrong::new(start, words));
        }
        if self.objects.members.len() >= MOST_FIELDS {
            let words = format!("records with more than {MOST_FIELDS} fields in all are not read");
            return Err(Wrong::new(start, words));
        }
        let before = self.objects.members.len();
        self.begun = self.begun.saturating_add(1);
        let mut inner = None;
        let seed = Record { records: self, json, start, inner: &mut inner };
        let mut reader = serde_json::Deserializer::from_str(json);
        let read = seed.deserialize(&mut reader).and_then(|()| reader.end());
        if let Err(error) = read {
            self.objects.members.truncate(before);
            return Err(inner.unwrap_or_else(|| Wrong::parse(json, start, &error)));
        }
        self.spans.push((small(start), small(start + json.len())));
        self.objects.ends.push(small(self.objects.members.len()));
        Ok(())
    }

    /// The table of all records, which stand in `text`.
    pub(super) fn finish(self, file: FileId, text: Arc<String>) -> Table {
        let Self { columns, mut spans, mut objects, .. } = self;
        spans.shrink_to_fit();
        objects.members.shrink_to_fit();
        objects.ends.shrink_to_fit();
        objects.text = text;
        Table::objects(file, columns, spans, objects)
    }

    /// The column of a name that a record has; `Err` where it has it twice, or where there are too many.
    fn column(&mut self, name: &str) -> Result<u32, String> {
        let name = &*nfc(name);
        let Some(column) = self.index.get(name).copied() else {
            if self.columns.len() >= MOST_COLUMNS {
                return Err(format!(
                    "the records have more than {MOST_COLUMNS} different fields; a field has the same \
                     name for all: what differs from person to person stands in its value"
                ));
            }
            let column = small(self.columns.len());
            let name = Text::from(name);
            self.index.insert(name.clone(), column);
            self.columns.push(name);
            self.last.push(self.begun);
            return Ok(column);
        };
        match self.last.get_mut(column as usize) {
            Some(last) if *last != self.begun => {
                *last = self.begun;
                Ok(column)
            }
            Some(_) | None => Err(format!("the key `{name}` stands in an object twice")),
        }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Reads one record.
struct Record<'r, 't> {
    records: &'r mut Records,
    json: &'t str,
    start: usize,
    /// What is wrong inside of a value, with its own place.
    inner: &'r mut Option<Wrong>,
}

impl<'de> DeserializeSeed<'de> for Record<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Record<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            let column = self.records.column(&name).map_err(A::Error::custom)?;
            let value: &'de RawValue = map.next_value()?;
            let value = value.get();
            // The value is a part of the record's text: that is how its place is known.
            let within = (value.as_ptr() as usize).saturating_sub(self.json.as_ptr() as usize);
            let start = self.start + within;
            if let Err(wrong) = sound(value, start) {
                *self.inner = Some(wrong.inside(&name));
                return Err(A::Error::custom("a value can't be read"));
            }
            if value != "null" {
                let end = small(start + value.len());
                self.records.objects.members.push(Member { column, start: small(start), end });
            }
        }
        Ok(())
    }
}

//! Goes through a JSON document value by value, and knows where each of them stands.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::lang::{self, Wrong};

/// A place in a document.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    /// At the beginning.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that comes next, behind white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..).unwrap_or("");
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past `byte`, if that comes next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Goes past the value that comes next, and says where it begins. Only that it ends is looked at.
    pub(super) fn value(&mut self) -> Result<(usize, &'t str), Wrong> {
        self.peek();
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or("");
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(value)) => {
                self.at = start + values.byte_offset();
                Ok((start, value.get()))
            }
            Some(Err(error)) => Err(Wrong::parse(rest, start, &error)),
            None => Err(Wrong::new(start, "a value is missing")),
        }
    }

    /// Goes past the name of a member and its colon.
    pub(super) fn name(&mut self) -> Result<(usize, Cow<'t, str>), Wrong> {
        let (start, json) = self.value()?;
        if !json.starts_with('"') {
            return Err(Wrong::new(start, "a name in quotes is missing"));
        }
        let name = lang::text(json).map_err(|error| Wrong::parse(json, start, &error))?;
        if self.eat(b':') {
            return Ok((start, name));
        }
        Err(Wrong::new(self.at, "a colon is missing"))
    }
}

//! Goes through a JSON document value by value, and knows where each of them stands.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::value::{Name, Sound};

/// What is wrong with a document, at a byte of it.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) at: usize,
    /// In the parser's words.
    pub(super) words: String,
}

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
            Some(Err(error)) => Err(wrong(rest, start, &error)),
            None => Err(Wrong { at: start, words: "a value is missing".to_owned() }),
        }
    }

    /// Goes past the name of a member and its colon.
    pub(super) fn name(&mut self) -> Result<(usize, Cow<'t, str>), Wrong> {
        let (start, json) = self.value()?;
        let Name(name) = serde_json::from_str(json).map_err(|error| wrong(json, start, &error))?;
        if self.eat(b':') {
            return Ok((start, name));
        }
        Err(Wrong { at: self.at, words: "a colon is missing".to_owned() })
    }
}

/// Looks whether the value `json`, which begins at `start`, can be read.
pub(super) fn sound(json: &str, start: usize) -> Result<(), Wrong> {
    // A text without escapes and a word are what they are.
    let plain = json.starts_with('"') && !json.contains('\\');
    if plain || json.starts_with(['t', 'f', 'n']) {
        return Ok(());
    }
    serde_json::from_str(json).map(|Sound| ()).map_err(|error| wrong(json, start, &error))
}

/// An error within `text`, which begins at `start`.
pub(super) fn wrong(text: &str, start: usize, error: &serde_json::Error) -> Wrong {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or(&words).to_owned();
    Wrong { at: start + offset(text, error.line(), error.column()), words }
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

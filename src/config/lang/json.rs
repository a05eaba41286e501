//! Reads JSON as values: the one reader of files of people, of what services answered, and of `jsondecode`.
//!
//! `serde_json` finds where each value begins and ends, and reads texts; numbers are read from their own text, so
//! that they are exact or refused. A collection is gone through once for each level around it, of which there are
//! at most [`MAX_DEPTH`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::value::Value;
use super::{MAX_DEPTH, number};

/// What is wrong with a text, at a byte of it.
#[derive(Debug, Default)]
pub(in crate::config) struct Wrong {
    pub(in crate::config) at: usize,
    /// In the parser's words.
    pub(in crate::config) words: String,
    /// The number that can't be held exactly, by the names of the members that lead to it.
    pub(in crate::config) inexact: Option<String>,
}

impl Wrong {
    /// Something wrong at a byte.
    pub(in crate::config) fn new(at: usize, words: impl Into<String>) -> Self {
        Self { at, words: words.into(), inexact: None }
    }

    /// An error of `serde_json` within `text`, which begins at `start`.
    pub(in crate::config) fn parse(text: &str, start: usize, error: &serde_json::Error) -> Self {
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or(&words);
        Self::new(start + offset(text, error.line(), error.column()), words)
    }

    /// The same, seen from a member that it stands in.
    pub(in crate::config) fn inside(mut self, name: &str) -> Self {
        if let Some(path) = &mut self.inexact {
            *path = if path.is_empty() { name.to_owned() } else { format!("{name}.{path}") };
        }
        self
    }
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

/// Whether an object may have a member twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Twice {
    /// It is an error: which one is meant can't be told.
    Refused,
    /// The last counts, as in Terraform's `jsondecode`.
    Last,
}

/// One reading.
pub(in crate::config) struct Reader<'s> {
    twice: Twice,
    /// Whether values are kept; what is refused is the same.
    keep: bool,
    /// Called before each value, name and text with the bytes that it takes; `false` ends the reading.
    spend: &'s mut dyn FnMut(usize) -> bool,
    wrong: Option<Wrong>,
    depth: u16,
}

/// The value that `json` is, a value of JSON which begins at `start` of its text.
pub(in crate::config) fn value(json: &str, start: usize) -> Result<Value, Wrong> {
    let mut free = |_| true;
    Reader::new(Twice::Refused, &mut free).value(json, start)
}

/// Looks whether [`value`] could read `json`, and keeps nothing.
pub(in crate::config) fn sound(json: &str, start: usize) -> Result<(), Wrong> {
    let mut free = |_| true;
    let mut reader = Reader { keep: false, ..Reader::new(Twice::Refused, &mut free) };
    reader.value(json, start).map(drop)
}

impl<'s> Reader<'s> {
    /// A reading that asks `spend` for each value, name and text.
    pub(in crate::config) fn new(twice: Twice, spend: &'s mut dyn FnMut(usize) -> bool) -> Self {
        Self { twice, keep: true, spend, wrong: None, depth: 0 }
    }

    /// Reads `json`, a value whose end was found, and which begins at `start` of its text.
    pub(in crate::config) fn value(&mut self, json: &str, start: usize) -> Result<Value, Wrong> {
        match json.as_bytes().first() {
            Some(b'"') => {
                let text = text(json).map_err(|error| Wrong::parse(json, start, &error))?;
                self.spend(text.len(), start)?;
                Ok(if self.keep { Value::text(text) } else { Value::Null })
            }
            Some(b'[' | b'{') => self.collection(json, start),
            Some(b'-' | b'0'..=b'9') => {
                number::parse(json).map(Value::Number).ok_or_else(|| Wrong {
                    inexact: Some(String::new()),
                    ..Wrong::new(start, "a number can't be held exactly; write it as text")
                })
            }
            _ => match json {
                "null" => Ok(Value::Null),
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(Wrong::new(start, "expected value")),
            },
        }
    }

    fn spend(&mut self, bytes: usize, at: usize) -> Result<(), Wrong> {
        if (self.spend)(bytes) { Ok(()) } else { Err(Wrong::new(at, "it is too much")) }
    }

    fn collection(&mut self, json: &str, start: usize) -> Result<Value, Wrong> {
        if self.depth >= MAX_DEPTH {
            return Err(Wrong::new(start, format!("it nests deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let read = Collection { reader: self, json, start }.deserialize(&mut deserializer);
        self.depth -= 1;
        read.map_err(|error| self.wrong.take().unwrap_or_else(|| Wrong::parse(json, start, &error)))
    }
}

/// A list or an object under way.
struct Collection<'r, 's, 't> {
    reader: &'r mut Reader<'s>,
    json: &'t str,
    start: usize,
}

impl<'t> Collection<'_, '_, 't> {
    fn item(&mut self, json: &'t RawValue) -> Result<Value, Wrong> {
        let json = json.get();
        // A part of the same text: that is how its place is known.
        let within = (json.as_ptr() as usize).saturating_sub(self.json.as_ptr() as usize);
        self.reader.spend(0, self.start + within)?;
        self.reader.value(json, self.start + within)
    }

    /// Ends the reading with what is wrong, which `serde_json` can't carry.
    fn fail<E: Error>(&mut self, wrong: Wrong) -> E {
        self.reader.wrong = Some(wrong);
        E::custom("it can't be read")
    }
}

impl<'t> DeserializeSeed<'t> for Collection<'_, '_, 't> {
    type Value = Value;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for Collection<'_, '_, 't> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'t>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<&'t RawValue>()? {
            let value = self.item(item).map_err(|wrong| self.fail(wrong))?;
            if self.reader.keep {
                items.push(value);
            }
        }
        Ok(if self.reader.keep { Value::list(items) } else { Value::Null })
    }

    fn visit_map<A: MapAccess<'t>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        let mut seen = Names::default();
        while let Some(Name(name)) = map.next_key()? {
            self.reader.spend(name.len(), self.start).map_err(|wrong| self.fail(wrong))?;
            let item = map.next_value::<&'t RawValue>()?;
            let value = self.item(item).map_err(|wrong| self.fail(wrong.inside(&name)))?;
            if self.reader.keep {
                entries.push((SmolStr::from(name.as_ref()), value));
            }
            if self.reader.twice == Twice::Refused
                && let Some(twice) = seen.twice(name)
            {
                return Err(A::Error::custom(format!(
                    "the key `{twice}` stands in an object twice"
                )));
            }
        }
        Ok(if self.reader.keep { Value::map(entries) } else { Value::Null })
    }
}

/// The names of an object's members so far.
#[derive(Default)]
struct Names<'t> {
    // Most objects have so few that looking through them is quicker than hashing.
    few: Vec<Cow<'t, str>>,
    many: HashSet<Cow<'t, str>>,
}

impl<'t> Names<'t> {
    /// The name, if it was there before.
    fn twice(&mut self, name: Cow<'t, str>) -> Option<Cow<'t, str>> {
        const FEW: usize = 16;
        if self.few.contains(&name) || self.many.contains(&name) {
            return Some(name);
        }
        if self.few.len() < FEW {
            self.few.push(name);
        } else {
            self.many.insert(name);
        }
        None
    }
}

/// The text that a value in quotes is.
pub(in crate::config) fn text(json: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner.filter(|text| !text.contains('\\')) {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => serde_json::from_str::<String>(json).map(Cow::Owned),
    }
}

/// The name of a member, borrowed where that can be.
pub(in crate::config) struct Name<'t>(pub(in crate::config) Cow<'t, str>);

impl<'t> Deserialize<'t> for Name<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'t> Visitor<'t> for NameVisitor {
    type Value = Cow<'t, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'t str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Twice, sound, value};

    #[test]
    fn what_is_not_kept_is_refused_all_the_same() {
        let many = (0..40).map(|n| format!("\"k{n}\": {n}, ")).collect::<Vec<_>>().concat();
        let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        for (text, good) in [
            ("null", true),
            ("[1, -2, 1.5, 18446744073709551615, true, \"\\u00e4\", {}]", true),
            ("{\"a\": {\"b\": 1}, \"b\": 1}", true),
            ("12345678901234567890123", true),
            ("1e300", false),
            ("[9007199254740993.0]", true),
            ("{\"a\": 1, \"\\u0061\": 2}", false),
            ("[{\"a\": {\"x\": 1, \"x\": 1}}]", false),
            (&format!("{{{many}\"k\": 1}}"), true),
            (&format!("{{{many}\"k39\": 1}}"), false),
            (&format!("{{{many}\"k1\": 1}}"), false),
            ("\"\\ud800\"", false),
            ("[\"\\ud800\"]", false),
            ("{\"\\ud800\": 1}", false),
            (&deep(100), true),
            (&deep(101), false),
        ] {
            assert_eq!(value(text, 0).is_ok(), good, "{text}");
            assert_eq!(sound(text, 0).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        for (json, expected) in [
            ("0", Some("0")),
            ("-0", Some("0")),
            ("-0.0", Some("0")),
            ("007", None),
            ("1971756062836379.0", Some("1971756062836379")),
            ("19717560628363790e-1", Some("1971756062836379")),
            ("1.971756062836379E15", Some("1971756062836379")),
            ("9007199254740993", Some("9007199254740993")),
            ("9007199254740993.0", Some("9007199254740993")),
            ("0.1000000000000000055511151231", Some("0.1000000000000000055511151231")),
            ("0.30000000000000004", Some("0.30000000000000004")),
            ("18446744073709551616", Some("18446744073709551616")),
            ("1234567890123456789012345678", Some("1234567890123456789012345678")),
            ("123456789012345678901234567890", None),
            ("0.00000000000000000000000000001", None),
            ("1e28", Some("10000000000000000000000000000")),
            ("1e29", None),
            ("1e400", None),
            ("-1e400", None),
            ("1e-400", None),
            ("1e99999999999999999999", None),
            ("0e400", Some("0")),
        ] {
            for json in [json.to_owned(), format!("[{json}]"), format!("{{\"n\": {json}}}")] {
                // As a reader comes by it: its end was found before.
                let whole: Option<&serde_json::value::RawValue> = serde_json::from_str(&json).ok();
                let read = whole.and_then(|whole| value(whole.get(), 0).ok());
                assert_eq!(
                    whole.is_some_and(|whole| sound(whole.get(), 0).is_ok()),
                    read.is_some()
                );
                let number = read.map(|read| match (read.as_items(), read.as_map()) {
                    (Some(items), _) => items[0].to_text(),
                    (None, Some(map)) => map.get("n").unwrap().to_text(),
                    (None, None) => read.to_text(),
                });
                assert_eq!(number.flatten().as_deref(), expected, "{json}");
            }
        }
    }

    #[test]
    fn a_number_that_is_refused_is_named_by_its_way() {
        let wrong = value("{\"a\": 1, \"of\": [{\"x\": [1e400]}]}", 7).unwrap_err();
        assert_eq!((wrong.at, wrong.inexact.as_deref()), (30, Some("of.x")));
        let mut left = 3;
        let mut spend = |_| {
            left -= 1;
            left > 0
        };
        let words =
            Reader::new(Twice::Last, &mut spend).value("[1, 2, 3, 4]", 0).unwrap_err().words;
        assert_eq!(words, "it is too much");
    }
}

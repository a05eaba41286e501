//! YAML, read from the parser's events, with numbers kept exact.
//!
//! What a plain text stands for is what Terraform takes it for. Two things are refused that it would change: a key that
//! comes twice, of which it keeps the last, and a number with leading zeros, which it drops.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span as At, Tag};
use jiff::civil::Date;
use smol_str::SmolStr;

use super::super::number;
use super::super::value::{Map, Value};
use super::super::{MAX_DEPTH, eval::a_type, eval::quoted};
use super::{Answer, Args, Function, Kind, Param, Wrong};
use crate::model::nfc_text;

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("yamldecode", &[Param::new("src", Kind::Text)], yamldecode)];

/// The handle of YAML's own tags.
const CORE: &str = "tag:yaml.org,2002:";

fn yamldecode(args: &mut Args<'_, '_>) -> Answer {
    let text = args.take(0);
    let mut options = Options::default();
    options.flow_nesting_limit = usize::from(MAX_DEPTH);
    options.block_nesting_limit = usize::from(MAX_DEPTH);
    options.set_emit_comments(false);
    // As Terraform's own reader has it.
    options.block_scalar_eof_without_line_feed = true;
    let events = Parser::new_from_str_with_options(text.as_text().unwrap_or(""), options);
    let mut reader = Reader { events, args, anchors: HashMap::new(), depth: 0 };
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Err(Wrong::argument(0, "it holds no document")),
            (Event::DocumentStart(..), _) => break,
            _ => {}
        }
    }
    let (event, at) = reader.next()?;
    let value = reader.value(event, at)?;
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(value),
            (Event::DocumentStart(..), at) => {
                return Err(wrong(at, "a second document begins, and one value is read"));
            }
            _ => {}
        }
    }
}

struct Reader<'e, 'c, 'a> {
    events: Parser<'e, granit_parser::StrInput<'e>>,
    args: &'e mut Args<'c, 'a>,
    anchors: HashMap<usize, Value>,
    depth: u16,
}

fn wrong(at: At, why: impl std::fmt::Display) -> Wrong {
    Wrong::argument(0, format!("line {}: {why}", at.start.line()))
}

impl<'e> Reader<'e, '_, '_> {
    fn next(&mut self) -> Result<(Event<'e>, At), Wrong> {
        let broken = |error: &ScanError| {
            Wrong::argument(0, format!("line {}: {}", error.marker().line(), error.info()))
        };
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(broken(&error)),
            None => Err(Wrong::argument(0, "it ends too early")),
        }
    }

    fn value(&mut self, event: Event<'e>, at: At) -> Result<Value, Wrong> {
        self.args.reserve_items(1)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.args.reserve_bytes(text.len())?;
                (scalar(&text, style, tag.as_deref(), at)?, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                core(tag.as_deref(), &["seq"], at)?;
                (self.deeper(at, Reader::sequence)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                core(tag.as_deref(), &["map"], at)?;
                (self.deeper(at, Reader::mapping)?, anchor)
            }
            Event::Alias(anchor) => {
                let Some(value) = self.anchors.get(&anchor).cloned() else {
                    return Err(wrong(at, "an alias names a value that is not complete here"));
                };
                // What is repeated counts each time, or a few lines would be a value without end.
                self.args.machine.steps(value.shape().weight, self.args.span)?;
                (value, 0)
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_)
            | Event::SequenceEnd
            | Event::MappingEnd
            | _ => return Err(wrong(at, "a value is missing")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn deeper(
        &mut self,
        at: At,
        read: impl FnOnce(&mut Self) -> Result<Value, Wrong>,
    ) -> Result<Value, Wrong> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(wrong(at, format!("it nests deeper than {MAX_DEPTH} levels")));
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(super::super::eval::Machine::sized(value, self.args.span)?)
    }

    fn sequence(&mut self) -> Result<Value, Wrong> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::list(items)),
                (event, at) => items.push(self.value(event, at)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, Wrong> {
        let mut entries: BTreeMap<SmolStr, Value> = BTreeMap::new();
        let mut merged: Vec<Value> = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let takes_over =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.value(event, at)?;
            let (event, of_value) = self.next()?;
            let value = self.value(event, of_value)?;
            if takes_over {
                if value.as_map().is_none() {
                    return Err(wrong(
                        of_value,
                        format!("`<<` takes a mapping, not {}", a_type(&value)),
                    ));
                }
                merged.push(value);
                continue;
            }
            let Some(key) = key.to_text().map(nfc_text) else {
                return Err(wrong(at, format!("a key must be a text, not {}", a_type(&key))));
            };
            if entries.contains_key(&key) {
                return Err(wrong(at, format!("the key {} comes twice", quoted(&key))));
            }
            entries.insert(key, value);
        }
        // What a mapping says itself goes before what it takes over.
        for (key, value) in merged.iter().filter_map(Value::as_map).flat_map(Map::entries) {
            self.args.reserve_items(1)?;
            entries.entry(key.clone()).or_insert_with(|| value.clone());
        }
        Ok(Value::map(entries))
    }
}

/// Checks a tag: none, or one of YAML's own that fits. Returns which.
fn core<'t>(tag: Option<&'t Tag>, fitting: &[&str], at: At) -> Result<Option<&'t str>, Wrong> {
    let Some(tag) = tag else { return Ok(None) };
    if tag.handle() == CORE && fitting.contains(&tag.suffix()) {
        return Ok(Some(tag.suffix()));
    }
    Err(wrong(at, format!("the tag `{tag}` has no meaning here")))
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: At) -> Result<Value, Wrong> {
    // The tag `!` says: a text, whatever it looks like.
    let says_text = |tag: &Tag| matches!((tag.handle(), tag.suffix()), ("!", "") | ("", "!"));
    let is_plain = style == ScalarStyle::Plain && !tag.is_some_and(says_text);
    let tag = tag.filter(|tag| !says_text(tag));
    let asked = core(tag, &["str", "int", "float", "bool", "null", "timestamp", "binary"], at)?;
    let fits = |value: &Value| match asked {
        None => true,
        Some("int") => matches!(value, Value::Number(number) if number.is_integer()),
        Some("float") => matches!(value, Value::Number(_)),
        Some("bool") => matches!(value, Value::Bool(_)),
        Some("null") => value.is_null(),
        Some(_) => matches!(value, Value::Text(_)),
    };
    let as_text = matches!(asked, Some("str" | "binary")) || asked.is_none() && !is_plain;
    let value = if as_text { Value::text(text) } else { plain(text, at)? };
    if fits(&value) {
        return Ok(value);
    }
    Err(wrong(at, format!("{} is no `!!{}`", quoted(text), asked.unwrap_or("str"))))
}

/// What a plain text stands for.
fn plain(text: &str, at: At) -> Result<Value, Wrong> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        _ => match number_of(text) {
            Some(Ok(number)) => Value::Number(number),
            Some(Err(why)) => {
                return Err(wrong(at, format!("{} {why}: in quotes it is a text", quoted(text))));
            }
            None => Value::Text(timestamp(text).map_or_else(|| text.into(), SmolStr::from)),
        },
    })
}

/// A number, if a text looks like one; `Err` says why it can't be kept as it is.
fn number_of(text: &str) -> Option<Result<rust_decimal::Decimal, &'static str>> {
    const INEXACT: &str = "is a number that can't be held exactly";
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Err("is no number that can be counted with"));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        let Some(digits) = text.strip_prefix(prefix) else { continue };
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        let number = u64::from_str_radix(digits, radix).map(Into::into);
        return Some(number.map_err(|_| INEXACT));
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if whole.is_empty() && fraction.is_empty()
        || !is_digits(whole)
        || !is_digits(fraction)
        || exponent.is_empty()
        || !is_digits(exponent)
    {
        return None;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Some(Err("is a number that would lose its leading zeros"));
    }
    Some(number::parse(text).ok_or(INEXACT))
}

/// A date or time, as Terraform has it: RFC 3339.
fn timestamp(text: &str) -> Option<String> {
    let looks = text.len() <= 40
        && text.bytes().take(4).filter(u8::is_ascii_digit).count() == 4
        && text.as_bytes().get(4) == Some(&b'-');
    if !looks {
        return None;
    }
    let (date, time): (&str, Cow<'_, str>) = match text.split_once(['T', 't', ' ']) {
        None => (text, "00:00:00Z".into()),
        Some((date, time)) if text.as_bytes().get(date.len()) == Some(&b' ') => {
            (date, format!("{time}Z").into())
        }
        Some((date, time)) => (date, time.into()),
    };
    let mut parts = date.splitn(3, '-').map(|part| {
        (part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()
    });
    let (year, month, day): (i16, i8, i8) =
        (parts.next()??, i8::try_from(parts.next()??).ok()?, i8::try_from(parts.next()??).ok()?);
    let date = Date::new(year, month, day).ok()?;
    super::dates::normal(&format!("{date}T{time}"))
}

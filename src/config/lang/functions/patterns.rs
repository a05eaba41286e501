//! Regular expressions, and `replace`.
//!
//! The syntax is Terraform's, but `\w`, `\d`, `\s` and `\b` know all of Unicode here, so that a name
//! such as Zoë is one word.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};
use smol_str::SmolStr;

use super::super::node::{Call, Op};
use super::super::value::Value;
use super::{Answer, Args, Function, Kind, Param, Wrong};
use crate::model::nfc_text;

/// Largest compiled pattern, in bytes.
const SIZE_LIMIT: usize = 1 << 18;

const STRING: Param = Param::new("string", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regex", &[Param::new("pattern", Kind::Text), STRING], regex),
    Function::new("regexall", &[Param::new("pattern", Kind::Text), STRING], regexall),
    Function::new(
        "replace",
        &[
            Param::new("str", Kind::Text),
            Param::new("substr", Kind::Text),
            Param::new("replace", Kind::Text),
        ],
        replace,
    ),
];

/// Which argument is a pattern, and its text without the slashes of `replace`.
fn pattern_of<'t>(call: &Call, text: &'t str) -> Option<&'t str> {
    match call.function.name {
        "regex" | "regexall" => Some(text),
        "replace" => text.strip_prefix('/')?.strip_suffix('/'),
        _ => None,
    }
}

/// Compiles a constant pattern ahead of time. Says which argument is wrong, and why.
pub(in super::super) fn check_pattern(call: &mut Call) -> Result<(), (usize, String)> {
    let index = usize::from(call.function.name == "replace");
    let known = call.args.get(index).and_then(|node| node.known()).and_then(Value::to_text);
    let Some(text) = known.map(nfc_text) else { return Ok(()) };
    let Some(pattern) = pattern_of(call, &text) else { return Ok(()) };
    let regex = compile(pattern).map_err(|why| (index, why))?;
    call.pattern = OnceLock::from((SmolStr::from(pattern), regex));
    if let Some(node) = call.args.get_mut(index) {
        node.op = Op::Const(Value::Text(text));
    }
    Ok(())
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(pattern)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| why(&error))?;
    let named = regex.capture_names().flatten().count();
    if named > 0 && named + 1 < regex.captures_len() {
        return Err("named and unnamed groups can't be mixed".to_owned());
    }
    Ok(regex)
}

fn why(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
        regex::Error::Syntax(text) => {
            let last = text.lines().last().unwrap_or("").trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
        other => other.to_string(),
    }
}

/// The compiled pattern: the call's own where it is the same as before, which it nearly always is.
fn prepared<'r>(
    args: &mut Args<'_, '_>,
    index: usize,
    cache: &'r OnceLock<(SmolStr, Regex)>,
    pattern: &str,
    text: &str,
) -> Result<Cow<'r, Regex>, Wrong> {
    args.machine.steps(text.len() as u64 / 4, args.span)?;
    let (known, regex) = if let Some((known, regex)) = cache.get() {
        (known, regex)
    } else {
        let regex = compile(pattern).map_err(|why| Wrong::argument(index, why))?;
        let (known, regex) = cache.get_or_init(|| (SmolStr::from(pattern), regex));
        (known, regex)
    };
    if known == pattern {
        return Ok(Cow::Borrowed(regex));
    }
    args.machine.steps(100 + pattern.len() as u64, args.span)?;
    compile(pattern).map(Cow::Owned).map_err(|why| Wrong::argument(index, why))
}

fn regex(args: &mut Args<'_, '_>) -> Answer {
    let (pattern, text) = (args.take(0), args.take(1));
    let (pattern, text) = (pattern.as_text().unwrap_or(""), text.as_text().unwrap_or(""));
    let call = args.call;
    let regex = prepared(args, 0, &call.pattern, pattern, text)?;
    if regex.captures_len() == 1 {
        let found = regex.find(text).ok_or_else(no_match)?;
        return args.answer_text(found.as_str());
    }
    let found = regex.captures(text).ok_or_else(no_match)?;
    captured(args, &regex, &found)
}

fn no_match() -> Wrong {
    Wrong::argument(1, "the pattern does not match any part of it")
}

fn regexall(args: &mut Args<'_, '_>) -> Answer {
    let (pattern, text) = (args.take(0), args.take(1));
    let (pattern, text) = (pattern.as_text().unwrap_or(""), text.as_text().unwrap_or(""));
    let call = args.call;
    let regex = prepared(args, 0, &call.pattern, pattern, text)?;
    let mut all = Vec::new();
    for found in regex.captures_iter(text) {
        args.reserve_items(1)?;
        all.push(captured(args, &regex, &found)?);
    }
    Ok(Value::list(all))
}

/// What a match yields: the text, a list of unnamed groups, or an object of named ones.
fn captured(args: &mut Args<'_, '_>, regex: &Regex, found: &Captures<'_>) -> Answer {
    let bytes = found.iter().flatten().map(|group| group.len()).sum();
    args.reserve_bytes(bytes)?;
    let text =
        |index: usize| found.get(index).map_or(Value::Null, |group| Value::text(group.as_str()));
    if found.len() == 1 {
        return Ok(text(0));
    }
    args.reserve_items(found.len())?;
    if regex.capture_names().flatten().next().is_none() {
        return Ok(Value::list((1..found.len()).map(text).collect()));
    }
    let named = regex.capture_names().enumerate();
    Ok(Value::map(named.filter_map(|(index, name)| Some((SmolStr::from(name?), text(index))))))
}

fn replace(args: &mut Args<'_, '_>) -> Answer {
    let (text, part, with) = (args.take(0), args.take(1), args.take(2));
    let text = text.as_text().unwrap_or("");
    let (part, with) = (part.as_text().unwrap_or(""), with.as_text().unwrap_or(""));
    let Some(pattern) = pattern_of(args.call, part) else {
        let count = text.matches(part).count();
        if count == 0 {
            return Ok(Value::text(text));
        }
        let shorter = text.len().saturating_sub(count.saturating_mul(part.len()));
        args.reserve_bytes(count.saturating_mul(with.len()).saturating_add(shorter))?;
        return Ok(Value::text(text.replace(part, with)));
    };
    let call = args.call;
    let regex = prepared(args, 1, &call.pattern, pattern, text)?;
    let mut out = String::new();
    let mut end = 0;
    for found in regex.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let before = out.len();
        out.push_str(text.get(end..whole.start()).unwrap_or(""));
        // One expansion can't be longer than the replacement with each `$` a whole match.
        let most = with.len().saturating_add(with.matches('$').count().saturating_mul(whole.len()));
        if most as u64 > super::super::MAX_BYTES {
            args.reserve_bytes(most)?;
        }
        found.expand(with, &mut out);
        args.reserve_bytes(out.len() - before)?;
        end = whole.end();
    }
    out.push_str(text.get(end..).unwrap_or(""));
    args.reserve_bytes(text.len() - end)?;
    Ok(Value::text(out))
}

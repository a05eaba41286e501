//! Functions on text.

use smol_str::SmolStr;
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::value::Value;
use super::{Answer, Args, Function, Kind, Param, Wrong};

const STR: Param = Param::new("str", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("lower", &[STR], |args| map_chars(args, lower, |b| !b.is_ascii_uppercase())),
    Function::new("upper", &[STR], |args| map_chars(args, upper, |b| !b.is_ascii_lowercase())),
    Function::new("title", &[STR], title),
    Function::new("trimspace", &[STR], |args| cut(args, str::trim)),
    Function::new("trim", &[STR, Param::new("cutset", Kind::Text)], |args| {
        let cutset: Vec<char> = args.text(1).chars().collect();
        cut(args, |text| text.trim_matches(cutset.as_slice()))
    }),
    Function::new("trimprefix", &[STR, Param::new("prefix", Kind::Text)], |args| {
        let prefix = args.take(1);
        cut(args, |text| text.strip_prefix(prefix.as_text().unwrap_or("")).unwrap_or(text))
    }),
    Function::new("trimsuffix", &[STR, Param::new("suffix", Kind::Text)], |args| {
        let suffix = args.take(1);
        cut(args, |text| text.strip_suffix(suffix.as_text().unwrap_or("")).unwrap_or(text))
    }),
    Function::new("startswith", &[STR, Param::new("prefix", Kind::Text)], |args| {
        Ok(Value::Bool(args.text(0).starts_with(args.text(1))))
    }),
    Function::new("endswith", &[STR, Param::new("suffix", Kind::Text)], |args| {
        Ok(Value::Bool(args.text(0).ends_with(args.text(1))))
    }),
    Function::new("strcontains", &[STR, Param::new("substr", Kind::Text)], |args| {
        Ok(Value::Bool(args.text(0).contains(args.text(1))))
    }),
    Function::new("split", &[Param::new("separator", Kind::Text), STR], split),
    Function::variadic(
        "join",
        &[Param::new("separator", Kind::Text)],
        Param::new("lists", Kind::Items),
        join,
    ),
    Function::new(
        "substr",
        &[STR, Param::new("offset", Kind::Whole), Param::new("length", Kind::Whole)],
        substr,
    ),
];

fn map_chars(args: &mut Args<'_, '_>, map: fn(char) -> char, done: fn(&u8) -> bool) -> Answer {
    let text = args.text(0);
    if text.is_ascii() && text.as_bytes().iter().all(done) {
        return Ok(args.take(0));
    }
    let mapped: SmolStr = text.chars().map(map).collect();
    args.answer_text(mapped)
}

/// One character for one, as Terraform does it: what has no single counterpart stays.
fn lower(c: char) -> char {
    if c == 'İ' {
        return 'i';
    }
    single(c.to_lowercase(), c)
}

fn upper(c: char) -> char {
    single(c.to_uppercase(), c)
}

fn single(mut mapped: impl Iterator<Item = char>, otherwise: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => otherwise,
    }
}

fn title(args: &mut Args<'_, '_>) -> Answer {
    let mut at_start = true;
    let titled: SmolStr = args
        .text(0)
        .chars()
        .map(|c| {
            let shown = if at_start { upper(c) } else { c };
            at_start = separates(c);
            shown
        })
        .collect();
    args.answer_text(titled)
}

/// What ends a word for `title`: in ASCII, all but letters, digits and `_`; beyond, white space.
fn separates(c: char) -> bool {
    if c.is_ascii() { !c.is_ascii_alphanumeric() && c != '_' } else { c.is_whitespace() }
}

fn cut(args: &mut Args<'_, '_>, cut: impl FnOnce(&str) -> &str) -> Answer {
    let text = args.text(0);
    let rest = cut(text);
    if rest.len() == text.len() {
        return Ok(args.take(0));
    }
    let rest = SmolStr::from(rest);
    args.answer_text(rest)
}

fn split(args: &mut Args<'_, '_>) -> Answer {
    let (separator, text) = (args.take(0), args.take(1));
    let (separator, text) = (separator.as_text().unwrap_or(""), text.as_text().unwrap_or(""));
    if separator.is_empty() {
        args.reserve_items(text.chars().count())?;
        return Ok(Value::list(text.chars().map(|c| Value::text(c.to_string())).collect()));
    }
    args.reserve_items(text.matches(separator).count() + 1)?;
    args.reserve_bytes(text.len())?;
    Ok(Value::list(text.split(separator).map(Value::text).collect()))
}

fn join(args: &mut Args<'_, '_>) -> Answer {
    if args.values.len() < 2 {
        return Err(Wrong::call("it needs at least one list"));
    }
    let mut parts = Vec::new();
    for index in 1..args.values.len() {
        args.machine.steps(args.items(index).len() as u64, args.span)?;
        parts.extend(args.texts(index)?);
    }
    let separators = args.text(0).len().saturating_mul(parts.len().saturating_sub(1));
    let total = parts.iter().fold(separators, |sum, part| sum.saturating_add(part.len()));
    args.reserve_bytes(total)?;
    Ok(Value::text(parts.join(args.text(0))))
}

fn substr(args: &mut Args<'_, '_>) -> Answer {
    let (offset, length) = (args.whole(1), args.whole(2));
    let text = args.text(0);
    let offset = usize::try_from(offset).unwrap_or_else(|_| {
        let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        text.graphemes(true).count().saturating_sub(back)
    });
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let part: String = text.graphemes(true).skip(offset).take(length).collect();
    args.answer_text(part)
}

//! `format`: text from a pattern with verbs.

use rust_decimal::{Decimal, RoundingStrategy};
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::eval::a_type;
use super::super::number;
use super::super::value::Value;
use super::json::encode_value;
use super::{Answer, Args, Function, Kind, Param, Wrong};

pub(super) const FUNCTIONS: &[Function] = &[Function::variadic(
    "format",
    &[Param::new("format", Kind::Text)],
    Param::new("args", Kind::Any).or_null(),
    format_,
)];

/// One verb with its flags: `%-08.2[1]f`.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "these are the flags, each on its own")]
struct Verb {
    plus: bool,
    minus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
    index: Option<usize>,
    letter: char,
}

fn format_(args: &mut Args<'_, '_>) -> Answer {
    let pattern = args.take(0);
    let mut rest = pattern.as_text().unwrap_or("");
    let mut out = String::new();
    let (mut next, mut used) = (1, 1);
    while let Some((before, after)) = rest.split_once('%') {
        args.reserve_bytes(before.len() + 1)?;
        out.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (verb, after) = parse(after)?;
        rest = after;
        let index = verb.index.unwrap_or(next);
        next = index + 1;
        used = used.max(next);
        let Some(value) = args.values.get(index).cloned().filter(|_| index > 0) else {
            let why = format!("`%{}` has no argument", verb.letter);
            return Err(Wrong::argument(0, why));
        };
        args.reserve_bytes(verb.width.saturating_add(verb.precision.unwrap_or(0)))?;
        let text = one(args, &verb, index, &value)?;
        args.reserve_bytes(text.len())?;
        out.push_str(&text);
    }
    if used < args.values.len() {
        let why = format!("there are {} values, and {} used", args.values.len() - 1, used - 1);
        return Err(Wrong::call(why));
    }
    args.reserve_bytes(rest.len())?;
    out.push_str(rest);
    Ok(Value::text(out))
}

fn parse(text: &str) -> Result<(Verb, &str), Wrong> {
    let mut verb = Verb::default();
    let mut rest = text;
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            Some('+') => verb.plus = true,
            Some('-') => verb.minus = true,
            Some(' ') => verb.space = true,
            Some('0') => verb.zero = true,
            Some('#') => verb.sharp = true,
            _ => break,
        }
        rest = chars.as_str();
    }
    (verb.width, rest) = digits(rest);
    if let Some(after) = rest.strip_prefix('.') {
        let precision;
        (precision, rest) = digits(after);
        verb.precision = Some(precision);
    }
    if let Some(after) = rest.strip_prefix('[') {
        let (index, after) = digits(after);
        let closed = after.strip_prefix(']');
        rest = closed.ok_or_else(|| Wrong::argument(0, "a `[` of the pattern is not closed"))?;
        verb.index = Some(index);
    }
    let mut chars = rest.chars();
    match chars.next() {
        Some(c) if "vtbdoxXeEfgGsq".contains(c) => verb.letter = c,
        Some(c) => return Err(Wrong::argument(0, format!("there is no verb `%{c}`"))),
        None => return Err(Wrong::argument(0, "it ends in an unfinished verb")),
    }
    Ok((verb, chars.as_str()))
}

fn digits(text: &str) -> (usize, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let number = if number.is_empty() { 0 } else { number.parse().unwrap_or(usize::MAX) };
    (number, rest)
}

fn one(args: &mut Args<'_, '_>, verb: &Verb, at: usize, value: &Value) -> Result<String, Wrong> {
    let needs = |wanted: &str| {
        Wrong::argument(at, format!("`%{}` needs {wanted}, not {}", verb.letter, a_type(value)))
    };
    let text = || value.to_text().ok_or_else(|| needs("a string"));
    let number = || value.to_number().ok_or_else(|| needs("a number"));
    Ok(match (verb.letter, value) {
        ('v', _) if verb.sharp => pad(verb, encode_value(args, value)?),
        ('v', Value::Number(n)) => signed(verb, n.is_sign_negative(), &general(*n, 21, 'e')),
        ('v', Value::Text(text)) => pad(verb, text.to_string()),
        ('v', Value::Bool(_)) => text()?.to_string(),
        ('v', Value::Null) => return Err(needs("a value")),
        ('v', _) => pad(verb, encode_value(args, value)?),
        ('t', _) => value.to_bool().ok_or_else(|| needs("a bool"))?.to_string(),
        ('s', _) => pad(verb, clip(&text()?, verb.precision)),
        ('q', _) => {
            let text = Value::text(clip(&text()?, verb.precision));
            pad(verb, encode_value(args, &text)?)
        }
        ('b' | 'd' | 'o' | 'x' | 'X', _) => {
            let n = number()?;
            let whole = n.is_integer().then(|| n.trunc().normalize().mantissa());
            let whole = whole.ok_or_else(|| {
                Wrong::argument(at, format!("`%{}` needs a number without fraction", verb.letter))
            })?;
            signed(verb, whole < 0, &radix(verb, whole.unsigned_abs()))
        }
        ('f', _) => {
            let n = number()?;
            signed(verb, n.is_sign_negative(), &fixed(n, verb.precision.unwrap_or(6)))
        }
        ('e' | 'E', _) => {
            let n = number()?;
            let digits = scientific(n, verb.precision.unwrap_or(6), verb.letter);
            signed(verb, n.is_sign_negative(), &digits)
        }
        _ => {
            let n = number()?;
            let letter = if verb.letter == 'G' { 'E' } else { 'e' };
            let (n, most) = match verb.precision {
                Some(most) => (round_significant(n, most.max(1)), most.max(1)),
                None => (n, 6),
            };
            signed(verb, n.is_sign_negative(), &general(n, most, letter))
        }
    })
}

fn clip(text: &str, precision: Option<usize>) -> String {
    text.graphemes(true).take(precision.unwrap_or(usize::MAX)).collect()
}

fn radix(verb: &Verb, n: u128) -> String {
    match (verb.letter, verb.sharp) {
        ('b', false) => format!("{n:b}"),
        ('b', true) => format!("{n:#b}"),
        ('o', false) => format!("{n:o}"),
        ('o', true) => format!("0{n:o}"),
        ('x', false) => format!("{n:x}"),
        ('x', true) => format!("{n:#x}"),
        ('X', false) => format!("{n:X}"),
        ('X', true) => format!("0X{n:X}"),
        _ => n.to_string(),
    }
}

/// Digits with a point, without a sign.
fn fixed(n: Decimal, precision: usize) -> String {
    const MOST: usize = 28;
    let places = u32::try_from(precision.min(MOST)).unwrap_or(0);
    let rounded = n.abs().round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven);
    let mut text = number::render(&rounded).to_string();
    if precision > 0 {
        let have = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if have == 0 {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', precision.saturating_sub(have)));
    }
    text
}

/// The significant digits of a number, and the power of ten of the first.
fn significant(n: Decimal) -> (String, i64) {
    let n = n.normalize();
    let digits = n.mantissa().unsigned_abs().to_string();
    let power = i64::try_from(digits.len()).unwrap_or(0) - 1 - i64::from(n.scale());
    let trimmed = digits.trim_end_matches('0');
    if trimmed.is_empty() { ("0".to_owned(), 0) } else { (trimmed.to_owned(), power) }
}

fn round_significant(n: Decimal, digits: usize) -> Decimal {
    u32::try_from(digits)
        .ok()
        .and_then(|digits| n.round_sf_with_strategy(digits, RoundingStrategy::MidpointNearestEven))
        .unwrap_or(n)
}

fn exponent(letter: char, power: i64) -> String {
    format!("{letter}{}{:02}", if power < 0 { '-' } else { '+' }, power.unsigned_abs())
}

/// `1.5e+03`, without a sign.
fn scientific(n: Decimal, precision: usize, letter: char) -> String {
    let (digits, power) = significant(round_significant(n, precision.saturating_add(1)));
    let (first, rest) = digits.split_at(1);
    let mut text = first.to_owned();
    if precision > 0 {
        text.push('.');
        text.push_str(rest);
        text.extend(std::iter::repeat_n('0', precision.saturating_sub(rest.len())));
    }
    text + &exponent(letter, power)
}

/// Plain digits, or with an exponent where it is below -4 or from `most` on; without a sign.
fn general(n: Decimal, most: usize, letter: char) -> String {
    let (digits, power) = significant(n);
    if power >= -4 && power < i64::try_from(most).unwrap_or(i64::MAX) {
        return number::render(&n.abs()).to_string();
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}{}", exponent(letter, power))
}

/// Puts the sign before digits, and fills up to the width.
fn signed(verb: &Verb, negative: bool, digits: &str) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    };
    let length = sign.len() + digits.len();
    if verb.zero && !verb.minus && length < verb.width {
        return format!("{sign}{}{digits}", "0".repeat(verb.width - length));
    }
    pad(verb, format!("{sign}{digits}"))
}

fn pad(verb: &Verb, text: String) -> String {
    if verb.width == 0 {
        return text;
    }
    let spaces = " ".repeat(verb.width.saturating_sub(text.graphemes(true).count()));
    if verb.minus { text + &spaces } else { spaces + &text }
}

//! Times as RFC 3339 writes them: Terraform's functions, but those that read a clock.

use std::cmp::Ordering;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::super::value::Value;
use super::{Args, Function, Kind, Param, Wrong};

/// How Terraform writes a timestamp.
const RFC_3339: &str = "YYYY-MM-DD'T'hh:mm:ssZ";

const DURATION: Param = Param::new("duration", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "timecmp",
        &[Param::new("timestamp_a", Kind::Text), Param::new("timestamp_b", Kind::Text)],
        |args| {
            let order = moment(args, 0)?.utc().cmp(&moment(args, 1)?.utc());
            let sign = match order {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            };
            Ok(Value::Number(sign.into()))
        },
    ),
    Function::new("timeadd", &[Param::new("timestamp", Kind::Text), DURATION], |args| {
        let Moment { local, offset } = moment(args, 0)?;
        let by = duration(args.text(1)).map_err(|why| Wrong::argument(1, why))?;
        let sum = local.checked_add(by).ok().filter(|sum| (0..=9999).contains(&sum.year()));
        let sum = sum.ok_or_else(|| Wrong::call("the year would not be one of 0000 to 9999"))?;
        let text = format(&Moment { local: sum, offset }, RFC_3339);
        args.answer_text(text.map_err(|why| Wrong::argument(0, why))?)
    }),
    Function::new(
        "formatdate",
        &[Param::new("format", Kind::Text), Param::new("time", Kind::Text)],
        |args| {
            let moment = moment(args, 1)?;
            let text = format(&moment, args.text(0)).map_err(|why| Wrong::argument(0, why))?;
            args.answer_text(text)
        },
    ),
];

/// A timestamp as Terraform writes it, without the fraction of its second.
pub(super) fn normal(text: &str) -> Option<String> {
    format(&read(text).ok()?, RFC_3339).ok()
}

/// A time as written, and how many seconds its place is ahead of UTC.
struct Moment {
    local: DateTime,
    offset: i64,
}

impl Moment {
    /// The time since the year 0 in UTC.
    fn utc(&self) -> SignedDuration {
        self.local.duration_since(DateTime::MIN) - SignedDuration::from_secs(self.offset)
    }
}

fn moment(args: &Args<'_, '_>, index: usize) -> Result<Moment, Wrong> {
    let text = args.text(index);
    read(text).map_err(|why| {
        let date = text.len() == 10 && text.parse::<Date>().is_ok();
        let way = if date {
            format!("; a date becomes one by \"{text}T00:00:00Z\", a column by \"${{person.NAME}}T00:00:00Z\"")
        } else {
            String::new()
        };
        Wrong::argument(index, format!("it is not a valid RFC 3339 timestamp: {why}{way}"))
    })
}

/// Reads `2026-11-28T09:30:00+01:00`, as leniently as Terraform does: an hour of one digit, and any number of digits of
/// a second's fraction, after a point or a comma.
fn read(text: &str) -> Result<Moment, String> {
    let mut rest = text;
    let year = digits(&mut rest, 4, 4, 0..=9999, "year")?;
    sign(&mut rest, '-')?;
    let month = digits(&mut rest, 2, 2, 1..=12, "month")?;
    sign(&mut rest, '-')?;
    let day = digits(&mut rest, 2, 2, 1..=31, "day of month")?;
    rest = rest.strip_prefix('T').ok_or("the 'T' between date and time is missing")?;
    let hour = digits(&mut rest, 1, 2, 0..=23, "hour")?;
    sign(&mut rest, ':')?;
    let minute = digits(&mut rest, 2, 2, 0..=59, "minute")?;
    sign(&mut rest, ':')?;
    let second = digits(&mut rest, 2, 2, 0..=59, "second")?;
    let mut nanosecond = 0;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if let (1.., Some((fraction, after))) = (length, fraction.split_at_checked(length)) {
            let first: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
            nanosecond = first.parse().unwrap_or(0);
            rest = after;
        }
    }
    let date = Date::new(small(year), small(month), small(day));
    let date = date.map_err(|_| "there is no such day in that month".to_owned())?;
    let time = Time::new(small(hour), small(minute), small(second), nanosecond);
    let time = time.map_err(|_| "there is no such time".to_owned())?;
    Ok(Moment { local: date.to_datetime(time), offset: zone(rest)? })
}

/// `Z`, or how far a place is ahead of UTC or behind.
fn zone(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} can't be its UTC offset: write Z, or such as +01:00");
    if text.is_empty() {
        return Err("it ends before its UTC offset: Z, or such as +01:00".to_owned());
    }
    let ahead = match text.chars().next() {
        Some('Z') if text.len() == 1 => return Ok(0),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) | None => return Err(wrong()),
    };
    let mut rest = text.get(1..).unwrap_or("");
    let hours = digits(&mut rest, 2, 2, 0..=24, "").map_err(|_| wrong())?;
    sign(&mut rest, ':').map_err(|_| wrong())?;
    let minutes = digits(&mut rest, 2, 2, 0..=60, "").map_err(|_| wrong())?;
    if !rest.is_empty() {
        return Err(wrong());
    }
    Ok(ahead * (hours * 3600 + minutes * 60))
}

/// A number of so many digits at the start of the rest.
fn digits(
    rest: &mut &str,
    fewest: usize,
    most: usize,
    bounds: std::ops::RangeInclusive<i64>,
    what: &str,
) -> Result<i64, String> {
    if rest.is_empty() {
        return Err(format!("it ends before its {what}"));
    }
    let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let number = rest.get(..length).filter(|_| length >= fewest);
    let number = number.and_then(|number| number.parse().ok()).filter(|n| bounds.contains(n));
    let shown: String = rest.chars().take(most.max(length)).collect();
    let number = number.ok_or_else(|| format!("{shown:?} can't be its {what}"))?;
    *rest = rest.get(length..).unwrap_or("");
    Ok(number)
}

fn sign(rest: &mut &str, sign: char) -> Result<(), String> {
    *rest = rest.strip_prefix(sign).ok_or_else(|| match rest.chars().next() {
        Some(found) => format!("{found:?} stands where '{sign}' is expected"),
        None => format!("it ends where '{sign}' is expected"),
    })?;
    Ok(())
}

/// A number within the bounds that were checked before.
fn small<T: TryFrom<i64> + Default>(number: i64) -> T {
    T::try_from(number).unwrap_or_default()
}

/// Reads a duration as Go and Terraform write it: `1h30m`, `-24h`, `1.5s`.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text:?} is no duration such as \"24h\", \"-30m\" or \"1h30m\"");
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut all: i128 = 0;
    while !rest.is_empty() {
        let split = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, after) = rest.split_at(split(rest));
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(split(after)),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(wrong());
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let nanoseconds: i128 = match unit {
            "ns" => 1,
            // The micro sign, and the Greek letter.
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(format!("{text:?} has no unit: write h, m or s after the number")),
            "d" => {
                return Err(format!(
                    "{text:?} has the unit \"d\", which a duration has not: a day is 24h"
                ));
            }
            other => {
                return Err(format!(
                    "{text:?} has the unit {other:?}: there are h, m, s, ms, us and ns"
                ));
            }
        };
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
        // Digits that no unit can show change nothing.
        let fraction = fraction.get(..fraction.len().min(18)).unwrap_or("");
        let part: i128 = fraction.parse().unwrap_or(0);
        let scale = 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        all = whole
            .checked_mul(nanoseconds)
            .and_then(|whole| all.checked_add(whole)?.checked_add(part * nanoseconds / scale))
            .filter(|all| *all <= i128::from(i64::MAX) + i128::from(negative))
            .ok_or_else(|| format!("{text:?} is longer than a duration can be: 292 years"))?;
        rest = after;
    }
    let all = if negative { -all } else { all };
    i64::try_from(all).map(SignedDuration::from_nanos).map_err(|_| wrong())
}

/// Writes a time after a pattern of Terraform's: runs of one letter are verbs, quoted text stands for itself.
fn format(moment: &Moment, pattern: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(rest, &mut out)?;
            continue;
        }
        let same = |c: char| {
            if first.is_ascii_alphabetic() {
                c == first
            } else {
                !c.is_ascii_alphabetic() && c != '\''
            }
        };
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        if first.is_ascii_alphabetic() {
            verb(moment, token, &mut out)?;
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    Ok(out)
}

/// Copies a quoted text; two quotes within are one, and two quotes alone too.
fn quoted<'t>(text: &'t str, out: &mut String) -> Result<&'t str, String> {
    let mut inner = text.get(1..).unwrap_or("");
    let mut copied = String::new();
    loop {
        let (part, after) = inner.split_once('\'').ok_or("a quote ' is not closed")?;
        copied.push_str(part);
        let Some(more) = after.strip_prefix('\'') else {
            out.push_str(if copied.is_empty() { "'" } else { &copied });
            return Ok(after);
        };
        copied.push('\'');
        inner = more;
    }
}

fn verb(moment: &Moment, verb: &str, out: &mut String) -> Result<(), String> {
    let Moment { local, offset } = moment;
    let (hour, minute) = (local.hour(), local.minute());
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let half = if hour < 12 { "AM" } else { "PM" };
    let day = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let day = day
        .get(usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0))
        .unwrap_or(&"");
    let months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = months.get(usize::try_from(local.month() - 1).unwrap_or(0)).unwrap_or(&"");
    let away = |between: &str| {
        let (sign, minutes) = (if *offset < 0 { '-' } else { '+' }, offset.abs() / 60);
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    };
    let wrong = |what: &str| Err(format!("there is no verb {verb:?}{what}"));
    let text = match verb {
        "YYYY" => format!("{:04}", local.year()),
        "YY" => format!("{:02}", local.year() % 100),
        "M" => local.month().to_string(),
        "MM" => format!("{:02}", local.month()),
        "MMM" => month.get(..3).unwrap_or("").to_owned(),
        "MMMM" => (*month).to_owned(),
        "D" => local.day().to_string(),
        "DD" => format!("{:02}", local.day()),
        "EEE" => day.get(..3).unwrap_or("").to_owned(),
        "EEEE" => (*day).to_owned(),
        "h" => hour.to_string(),
        "hh" => format!("{hour:02}"),
        "H" => twelve.to_string(),
        "HH" => format!("{twelve:02}"),
        "AA" => half.to_owned(),
        "aa" => half.to_lowercase(),
        "m" => minute.to_string(),
        "mm" => format!("{minute:02}"),
        "s" => local.second().to_string(),
        "ss" => format!("{:02}", local.second()),
        "Z" if *offset == 0 => "Z".to_owned(),
        "ZZZ" if *offset == 0 => "UTC".to_owned(),
        "Z" | "ZZZZZ" => away(":"),
        "ZZZ" | "ZZZZ" => away(""),
        _ => {
            return match verb.chars().next() {
                Some('Y' | 'y') => wrong(": a year is YY or YYYY"),
                Some('M') => wrong(": a month is M, MM, MMM or MMMM; a minute is m or mm"),
                Some('D' | 'd') => wrong(": a day of the month is D or DD"),
                Some('E') => wrong(": a day of the week is EEE or EEEE"),
                Some('h') => wrong(": an hour of 24 is h or hh"),
                Some('H') => wrong(": an hour of 12 is H or HH"),
                Some('A' | 'a') => wrong(": the half of a day is AA or aa"),
                Some('m') => wrong(": a minute is m or mm; a month is M, MM, MMM or MMMM"),
                Some('s') => wrong(": a second is s or ss"),
                Some('Z') => wrong(": a time zone is Z, ZZZ, ZZZZ or ZZZZZ"),
                _ => wrong(": letters that stand for themselves are quoted: 'T'"),
            };
        }
    };
    out.push_str(&text);
    Ok(())
}

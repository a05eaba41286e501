//! Times. What differs from `terraform console` 1.11 is that no year beyond 9999 is made, and the words of errors.

use super::check;

#[test]
fn times_are_compared_as_instants() {
    let same = "2017-11-22T00:00:00Z";
    for (a, expected) in [
        ("2017-11-22T00:00:00Z", "0"),
        ("2017-11-21T23:59:59Z", "-1"),
        ("2017-11-22T01:00:00+01:00", "0"),
        ("2017-11-21T23:59:00-00:30", "1"),
        ("2017-11-22T00:00:00.5Z", "1"),
        ("2017-11-22T00:00:00.123456789123Z", "1"),
        ("2017-11-22T00:00:00,5Z", "1"),
        ("2017-11-22T0:00:00Z", "0"),
        ("2017-11-22T00:00:00+24:00", "-1"),
        ("2017-11-22T00:00:00+23:60", "-1"),
        ("2017-11-22T00:00:00-00:00", "0"),
        ("0000-01-01T00:00:00Z", "-1"),
        ("9999-12-31T23:59:59-24:00", "1"),
    ] {
        check(&[(&format!("timecmp({a:?}, {same:?})"), expected)]);
    }
}

#[test]
fn what_is_no_time_is_refused_with_what_is_wrong() {
    let date = "; a date becomes one by \"2017-11-22T00:00:00Z\", a column by \"${person.NAME}T00:00:00Z\"";
    for (text, why) in [
        ("2017-11-22", format!("the 'T' between date and time is missing{date}").as_str()),
        ("", "it ends before its year"),
        ("1", "\"1\" can't be its year"),
        ("2017-11-22T00:00:00", "it ends before its UTC offset: Z, or such as +01:00"),
        ("2017-11-22 00:00:00Z", "the 'T' between date and time is missing"),
        ("2017-11-22t00:00:00z", "the 'T' between date and time is missing"),
        ("2017-13-22T00:00:00Z", "\"13\" can't be its month"),
        ("2017-1-22T00:00:00Z", "\"1-\" can't be its month"),
        ("2017-02-29T00:00:00Z", "there is no such day in that month"),
        ("2017-11-22T24:00:00Z", "\"24\" can't be its hour"),
        ("2017-11-22T23:59:60Z", "\"60\" can't be its second"),
        ("2017-11-22T00:00Z", "'Z' stands where ':' is expected"),
        ("10000-01-01T00:00:00Z", "'0' stands where '-' is expected"),
        ("2017-11-22T00:00:00Zx", "\"Zx\" can't be its UTC offset: write Z, or such as +01:00"),
        ("2017-11-22T00:00:00.Z", "\".Z\" can't be its UTC offset: write Z, or such as +01:00"),
        (
            "2017-11-22T00:00:00+25:00",
            "\"+25:00\" can't be its UTC offset: write Z, or such as +01:00",
        ),
        (
            "2017-11-22T00:00:00+1:00",
            "\"+1:00\" can't be its UTC offset: write Z, or such as +01:00",
        ),
        ("2017-11-22T00:00:00é", "\"é\" can't be its UTC offset: write Z, or such as +01:00"),
        ("2017-é1-22T00:00:00Z", "\"é1\" can't be its month"),
    ] {
        let call = format!("timecmp({text:?}, \"2017-11-22T00:00:00Z\")");
        let expected = format!(
            "error: «{text:?}» wrong `timestamp_a` for `timecmp`: it is not a valid RFC 3339 timestamp: {why}"
        );
        check(&[(&call, &expected)]);
    }
}

#[test]
fn durations_are_those_of_go() {
    for (duration, expected) in [
        ("10m", "2017-11-22T00:10:00Z"),
        ("-24h", "2017-11-21T00:00:00Z"),
        ("1.5h", "2017-11-22T01:30:00Z"),
        ("1h30m10.5s", "2017-11-22T01:30:10Z"),
        ("1ms", "2017-11-22T00:00:00Z"),
        ("-1ns", "2017-11-21T23:59:59Z"),
        ("0", "2017-11-22T00:00:00Z"),
        ("+5s", "2017-11-22T00:00:05Z"),
        (".5s", "2017-11-22T00:00:00Z"),
        ("5.s", "2017-11-22T00:00:05Z"),
        ("1us1µs1μs", "2017-11-22T00:00:00Z"),
        ("9223372036854775807ns", "2310-03-03T23:47:16Z"),
        ("-9223372036854775808ns", "1725-08-13T00:12:43Z"),
        ("1.0000000000000000001h", "2017-11-22T01:00:00Z"),
    ] {
        let call = format!("timeadd(\"2017-11-22T00:00:00Z\", {duration:?})");
        check(&[(&call, &format!("{expected:?}"))]);
    }
    for (duration, why) in [
        ("1d", "\"1d\" has the unit \"d\", which a duration has not: a day is 24h"),
        ("", "\"\" is no duration such as \"24h\", \"-30m\" or \"1h30m\""),
        ("5", "\"5\" has no unit: write h, m or s after the number"),
        (".s", "\".s\" is no duration such as \"24h\", \"-30m\" or \"1h30m\""),
        ("--1h", "\"--1h\" is no duration such as \"24h\", \"-30m\" or \"1h30m\""),
        ("1h 2m", "\"1h 2m\" has the unit \"h \": there are h, m, s, ms, us and ns"),
        (
            "9223372036854775808ns",
            "\"9223372036854775808ns\" is longer than a duration can be: 292 years",
        ),
        ("3000000h", "\"3000000h\" is longer than a duration can be: 292 years"),
        (
            "99999999999999999999h",
            "\"99999999999999999999h\" is longer than a duration can be: 292 years",
        ),
    ] {
        let call = format!("timeadd(\"2017-11-22T00:00:00Z\", {duration:?})");
        check(&[(&call, &format!("error: «{duration:?}» wrong `duration` for `timeadd`: {why}"))]);
    }
    check(&[
        (r#"timeadd("2017-11-22T00:00:00+01:00","1h")"#, r#""2017-11-22T01:00:00+01:00""#),
        (r#"timeadd("2017-11-22T00:00:00-00:00","1h")"#, r#""2017-11-22T01:00:00Z""#),
        (r#"timeadd("2017-11-22T00:00:00.999Z","1s")"#, r#""2017-11-22T00:00:01Z""#),
        (
            r#"timeadd("9999-12-31T23:59:59Z","1s")"#,
            r#"error: «timeadd("9999-12-31T23:59:59Z","1s")» `timeadd` failed: the year would not be one of 0000 to 9999"#,
        ),
    ]);
}

#[test]
fn patterns_of_dates_are_those_of_terraform() {
    let all = "h H hh HH m mm s ss D DD M MM MMM MMMM YY YYYY EEE EEEE AA aa";
    for (pattern, time, expected) in [
        ("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z", "02 Jan 2018 23:12 UTC"),
        ("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z", "Tuesday, 02-Jan-18 23:12:01 UTC"),
        (
            "EEE, DD MMM YYYY hh:mm:ss ZZZ",
            "2018-01-02T23:12:01-08:00",
            "Tue, 02 Jan 2018 23:12:01 -0800",
        ),
        ("HH:mmaa", "2018-01-02T23:12:01Z", "11:12pm"),
        (
            all,
            "2018-01-02T03:02:01Z",
            "3 3 03 03 2 02 1 01 2 02 1 01 Jan January 18 2018 Tue Tuesday AM am",
        ),
        ("h H AA", "2018-01-02T00:02:01Z", "0 12 AM"),
        ("h H AA", "2018-01-02T12:02:01Z", "12 12 PM"),
        ("Z ZZZ ZZZZ ZZZZZ", "2018-01-02T03:02:01Z", "Z UTC +0000 +00:00"),
        ("Z ZZZ ZZZZ ZZZZZ", "2018-01-02T03:02:01+05:30", "+05:30 +0530 +0530 +05:30"),
        ("Z ZZZ ZZZZ ZZZZZ", "2018-01-02T03:02:01-00:30", "-00:30 -0030 -0030 -00:30"),
        ("'it''s' YYYY", "2018-01-02T03:02:01Z", "it's 2018"),
        ("''", "2018-01-02T03:02:01Z", "'"),
        ("YYYY'T'MM", "2018-01-02T03:02:01Z", "2018T01"),
        ("é-1 ~", "2018-01-02T03:02:01Z", "é-1 ~"),
        ("", "2018-01-02T03:02:01Z", ""),
        ("YYYY YY", "0018-01-02T03:02:01Z", "0018 18"),
    ] {
        check(&[(&format!("formatdate({pattern:?}, {time:?})"), &format!("{expected:?}"))]);
    }
    for pattern in [
        "ZZ", "YYYYY", "Y", "MMMMM", "E", "EE", "DDD", "hhh", "a", "A", "AAA", "mmm", "sss", "HHH",
        "b", "'x",
    ] {
        let call = format!("can(formatdate({pattern:?}, \"2018-01-02T03:02:01Z\"))");
        check(&[(&call, "false")]);
    }
    check(&[(
        r#"formatdate("YYYY-DD-mmm","2018-01-02T03:02:01Z")"#,
        r#"error: «"YYYY-DD-mmm"» wrong `format` for `formatdate`: there is no verb "mmm": a minute is m or mm; a month is M, MM, MMM or MMMM"#,
    )]);
}

#[test]
fn an_order_of_texts_leads_to_the_order_of_times() {
    check(&[(
        r#""2026-11-28" > "2026-11-27""#,
        r#"error: «"2026-11-28"» `>` needs a number, not a string: "2026-11-28" is not a number (dates and times are compared by timecmp(a, b) > 0, both as RFC 3339; a column of dates is one by "${person.NAME}T00:00:00Z")"#,
    )]);
}

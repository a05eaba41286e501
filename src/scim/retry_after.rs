//! `Retry-After` in every form that was seen.
//!
//! RFC 9110 section 10.2.3 knows seconds and an HTTP date; Zoom's daily limit sends ISO 8601
//! (<https://devforum.zoom.us/t/18928>), its per-second limit nothing at all.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// When to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ComeBack {
    /// In how long, from now.
    pub(super) wait: Duration,
    /// At what time.
    pub(super) at: Timestamp,
}

/// Reads the header; `None` where it says nothing that can be understood.
pub(super) fn read(text: &str, now: Timestamp) -> Option<ComeBack> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        let wait = Duration::try_from_secs_f64(seconds).ok()?;
        let at = now.checked_add(jiff::SignedDuration::try_from(wait).ok()?).ok()?;
        return Some(ComeBack { wait, at });
    }
    let at = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
        .or_else(|| {
            let civil: DateTime = text.parse().ok()?;
            TimeZone::UTC.to_timestamp(civil).ok()
        })?;
    let wait = Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(ComeBack { wait, at })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn every_form_is_read() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        for (text, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("1.0", Some(1)),
            ("Mon, 23 Nov 2026 12:00:30 GMT", Some(30)),
            ("Mon, 23 Nov 2026 11:00:00 GMT", Some(0)),
            ("2026-11-24T00:00:00Z", Some(12 * 3600)),
            ("2026-11-23T13:00:00+01:00", Some(0)),
            ("2026-11-23T12:01:00", Some(60)),
            ("2020-05-31T00:00:00Z", Some(0)),
            ("soon", None),
            ("", None),
            ("-5", None),
            ("NaN", None),
            ("inf", None),
            ("99999999999999999999999", None),
        ] {
            let found = read(text, now).map(|back| back.wait.as_secs());
            assert_eq!(found, seconds, "{text:?}");
        }
    }
}

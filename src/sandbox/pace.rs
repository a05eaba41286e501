//! Rate limits: one bucket a class, on tokio's clock.

use axum::http::{HeaderName, StatusCode, header};
use jiff::Timestamp;
use tokio::time::Instant;

use super::answer::Refusal;
use super::desk::Desk;
use super::faults::RetryAfter;
use super::options::Rates;
use super::request::Class;

/// A bucket that holds what one second allows, at least one request.
#[derive(Debug, Default)]
struct Bucket {
    last: Option<Instant>,
    tokens: f64,
}

impl Bucket {
    fn take(&mut self, rate: f64, now: Instant) -> bool {
        let capacity = rate.max(1.0);
        self.tokens = match self.last {
            None => capacity,
            Some(last) => {
                let grown = now.saturating_duration_since(last).as_secs_f64() * rate;
                (self.tokens + grown).min(capacity)
            }
        };
        self.last = Some(now);
        // A client that keeps exactly to the rate must not be refused for a rounding error.
        let allowed = self.tokens > 1.0 - 1e-6;
        if allowed {
            self.tokens -= 1.0;
        }
        allowed
    }
}

/// The buckets of all classes, and the count for the daily limit.
#[derive(Debug, Default)]
pub(super) struct Pace {
    list: Bucket,
    read: Bucket,
    write: Bucket,
    today: u64,
}

impl Pace {
    /// Whether the rate of its class lets this request through.
    pub(super) fn allows(&mut self, rates: Rates, class: Class, now: Instant) -> bool {
        let (bucket, rate) = match class {
            Class::List => (&mut self.list, rates.list),
            Class::Read => (&mut self.read, rates.read),
            Class::Write => (&mut self.write, rates.write),
            Class::Token | Class::Other => return true,
        };
        rate.is_none_or(|rate| bucket.take(rate, now))
    }

    /// Whether the day's allowance lets it through.
    pub(super) fn allows_today(&mut self, limit: Option<u64>) -> bool {
        self.today += 1;
        limit.is_none_or(|limit| self.today <= limit)
    }
}

impl Desk {
    /// Refuses what comes faster than it may.
    pub(super) fn paced(&mut self, class: Class) -> Result<(), Refusal> {
        let rates = self.rates();
        let faults = &self.options.faults;
        if !self.pace.allows_today(faults.daily) {
            return Err(self.too_fast(class, true));
        }
        if !self.pace.allows(rates, class, Instant::now()) {
            return Err(self.too_fast(class, false));
        }
        Ok(())
    }

    /// The rates that hold: the faults' where they name one.
    fn rates(&self) -> Rates {
        let (own, faults) = (self.options.rates, self.options.faults.rates);
        Rates {
            list: faults.list.or(own.list),
            read: faults.read.or(own.read),
            write: faults.write.or(own.write),
        }
    }

    /// The limit that a 429 names.
    fn limit(&self, class: Class, daily: bool) -> String {
        let rates = self.rates();
        let rate = match class {
            Class::List => rates.list,
            Class::Read => rates.read,
            Class::Write => rates.write,
            Class::Token | Class::Other => None,
        };
        let rate = rate.map_or_else(|| "1".to_owned(), |rate| rate.to_string());
        if daily { self.options.faults.daily.unwrap_or_default().to_string() } else { rate }
    }

    /// A 429. Zoom says when to come back only at the daily limit, and then in ISO 8601.
    pub(super) fn too_fast(&self, class: Class, daily: bool) -> Refusal {
        let now = self.now();
        let later = |seconds: u32| {
            now.checked_add(jiff::SignedDuration::from_secs(i64::from(seconds))).unwrap_or(now)
        };
        let (limit, kind) = if daily { ("daily", "Daily-limit") } else { ("per-second", "QPS") };
        let category = if class == Class::List { "Medium" } else { "Light" };
        let mut headers = vec![
            (HeaderName::from_static("x-ratelimit-category"), category.to_owned()),
            (HeaderName::from_static("x-ratelimit-type"), kind.to_owned()),
            (HeaderName::from_static("x-ratelimit-limit"), self.limit(class, daily)),
            (HeaderName::from_static("x-ratelimit-remaining"), "0".to_owned()),
        ];
        let retry_after = match self.options.faults.retry_after {
            _ if daily => Some(tomorrow(now)),
            RetryAfter::None => None,
            RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
            RetryAfter::Date(seconds) => {
                Some(later(seconds).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
            }
            RetryAfter::Iso(seconds) => Some(format!("{:.0}", later(seconds))),
        };
        headers.extend(retry_after.map(|when| (header::RETRY_AFTER, when)));
        let hint = if daily {
            "Refer to the response header for details on when you can make another request."
        } else {
            "Try again later."
        };
        Refusal::Gateway {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: 429,
            message: format!(
                "You have reached the maximum {limit} rate limit for this API. {hint}"
            ),
            headers,
        }
    }
}

/// The next midnight, when a daily limit ends.
fn tomorrow(now: Timestamp) -> String {
    const DAY: i64 = 24 * 60 * 60;
    let midnight = (now.as_second().div_euclid(DAY) + 1) * DAY;
    format!("{:.0}", Timestamp::from_second(midnight).unwrap_or(now))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_refuses_only_what_comes_faster_than_its_rate() {
        let rates = Rates { list: Some(2.0), ..Rates::default() };
        let mut pace = Pace::default();
        let start = Instant::now();
        let mut at =
            |millis: u64| pace.allows(rates, Class::List, start + Duration::from_millis(millis));
        assert!(at(0) && at(0), "one second's worth at once");
        assert!(!at(0) && !at(499));
        assert!(at(500));
        assert!((2..40).all(|n| at(n * 500)), "an even pace at the rate is never refused");
        assert!(pace.allows(rates, Class::Read, start), "other classes have no limit");
    }
}

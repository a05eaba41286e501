//! When and how often a request is repeated: exponential backoff with full jitter, within a deadline.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The first backoff is drawn from zero to this.
const FIRST: Duration = Duration::from_millis(500);
/// No backoff is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Draws numbers for the jitter; the same seed draws the same numbers (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Jitter(AtomicU64);

impl Jitter {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number from 0 to below 1.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(super) fn draw(&self) -> f64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// How often and how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) retries: u32,
    pub(super) deadline: Duration,
}

/// The tries of one request.
#[derive(Debug)]
pub(super) struct Attempts {
    policy: Policy,
    made: u32,
    started: Option<Instant>,
}

impl Attempts {
    pub(super) fn new(policy: Policy) -> Self {
        Self { policy, made: 0, started: None }
    }

    /// How many tries were made.
    pub(super) fn made(&self) -> u32 {
        self.made
    }

    /// Notes that a try went out, and says until when it may take. The deadline runs from the first: waiting for
    /// the pace is no delay.
    pub(super) fn went_out(&mut self, at: Instant) -> Instant {
        self.made += 1;
        *self.started.get_or_insert(at) + self.policy.deadline
    }

    /// How long to wait before the next try, `at_least` so long; `None` where there is none.
    pub(super) fn next(&self, at_least: Duration, jitter: &Jitter) -> Option<Duration> {
        if self.made > self.policy.retries {
            return None;
        }
        let doublings = self.made.saturating_sub(1).min(16);
        let ceiling = (FIRST * 2_u32.pow(doublings)).min(LONGEST);
        let delay = ceiling.mul_f64(jitter.draw()).max(at_least);
        let spent = self.started.map_or(Duration::ZERO, |started| started.elapsed());
        (spent + delay <= self.policy.deadline).then_some(delay)
    }
}

/// Whether a status says that the same request may succeed later.
pub(super) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::{Attempts, Jitter, LONGEST, Policy};

    #[tokio::test(start_paused = true)]
    async fn backoff_doubles_and_ends_with_the_retries() {
        let policy = Policy { retries: 9, deadline: Duration::from_secs(3600) };
        let jitter = Jitter::seeded(7);
        let mut attempts = Attempts::new(policy);
        for made in 1..=9_u32 {
            attempts.went_out(Instant::now());
            let ceiling = (Duration::from_millis(500) * 2_u32.pow(made - 1)).min(LONGEST);
            let delay = attempts.next(Duration::ZERO, &jitter).unwrap();
            assert!(delay <= ceiling, "{made}: {delay:?}");
        }
        attempts.went_out(Instant::now());
        assert_eq!(attempts.made(), 10);
        assert_eq!(attempts.next(Duration::ZERO, &jitter), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_runs_from_the_first_try_and_is_never_slept_past() {
        let policy = Policy { retries: 99, deadline: Duration::from_secs(10) };
        let jitter = Jitter::seeded(7);
        let mut attempts = Attempts::new(policy);
        advance(Duration::from_secs(60)).await;
        attempts.went_out(Instant::now());
        assert!(attempts.next(Duration::from_secs(9), &jitter).is_some());
        assert_eq!(attempts.next(Duration::from_secs(11), &jitter), None);
        advance(Duration::from_secs(11)).await;
        assert_eq!(attempts.next(Duration::ZERO, &jitter), None);
    }

    #[test]
    fn the_same_seed_draws_the_same_numbers() {
        let draw = |seed| {
            let jitter = Jitter::seeded(seed);
            (0..4).map(|_| jitter.draw()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!(draw(3).iter().all(|x| (0.0..1.0).contains(x)));
    }
}

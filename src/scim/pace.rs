//! How fast requests of one endpoint class go out, on tokio's clock.
//!
//! Zoom limits each endpoint by itself; its SCIM page once said 1 request/s for each, and what holds now
//! is nowhere written for SCIM. So the pace is a setting, and a 429 is believed more than any page: the
//! whole class waits, goes on at half the pace and recovers by steps.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use crate::model::Pace;

/// Above this interval a late request delays the next one instead of being caught up, and the interval is
/// stretched a little: a service that counts strictly must not see two requests closer than agreed.
const STRICT: Duration = Duration::from_millis(50);
/// What a short interval may catch up, so that timers of a millisecond do not halve a fast pace.
const SLACK: Duration = Duration::from_millis(10);
/// Successes between two steps of the recovery.
const STEP: u32 = 5;
/// The first pause after a 429 without `Retry-After`; a per-second limit needs no more.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// One class of endpoints.
#[derive(Debug)]
pub(super) struct Pacer {
    /// Whose turn it is: one request waits at the gate, the others behind it in order.
    gate: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests per second as configured.
    base: Option<f64>,
    /// Requests per second at present.
    rate: Option<f64>,
    /// When the next request may go out.
    next: Option<Instant>,
    /// Until when nothing goes out.
    blocked: Option<Instant>,
    /// When the last 429 came; those that were under way then tell nothing new.
    limited: Option<Instant>,
    /// 429s since the last success.
    streak: u32,
    /// Successes since the last step.
    well: u32,
    /// Requests sent in the second that began then, and in the one before.
    window: (Option<Instant>, u32, u32),
}

/// The right to send one request: held until its answer is read.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    /// When the request goes out.
    pub(super) at: Instant,
    _slot: Option<SemaphorePermit<'a>>,
}

impl Pacer {
    pub(super) fn new(pace: Pace) -> Self {
        let base = match pace {
            Pace::PerSecond(rate) => Some(rate),
            Pace::Unlimited => None,
        };
        Self {
            gate: tokio::sync::Mutex::new(()),
            state: Mutex::new(State {
                base,
                rate: base,
                next: None,
                blocked: None,
                limited: None,
                streak: 0,
                well: 0,
                window: (None, 0, 0),
            }),
        }
    }

    /// Waits for a turn and for one of `slots`.
    pub(super) async fn turn<'a>(&self, slots: &'a Semaphore) -> Turn<'a> {
        let _first = self.gate.lock().await;
        loop {
            self.open().await;
            let slot = slots.acquire().await.ok();
            let now = Instant::now();
            let mut state = self.state();
            // A 429 may have come while all slots were taken.
            if state.opens().is_none_or(|at| at <= now) {
                state.goes_out(now);
                return Turn { at: now, _slot: slot };
            }
        }
    }

    async fn open(&self) {
        loop {
            let opens = self.state().opens();
            match opens {
                Some(at) if at > Instant::now() => sleep_until(at).await,
                Some(_) | None => return,
            }
        }
    }

    /// Notes a 429 to a request that went out at `sent`. Returns how long the class now waits.
    pub(super) fn limited(&self, sent: Instant, wait: Option<Duration>) -> Duration {
        self.state().slow_down(sent, wait, Instant::now())
    }

    /// Notes that a request sent at `sent` was answered with something other than 429.
    pub(super) fn went_well(&self, sent: Instant) {
        self.state().recover(sent);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn opens(&self) -> Option<Instant> {
        self.next.max(self.blocked)
    }

    fn goes_out(&mut self, now: Instant) {
        match self.window.0 {
            Some(began) if now.duration_since(began) < Duration::from_secs(1) => self.window.1 += 1,
            Some(_) | None => self.window = (Some(now), 1, self.window.1),
        }
        let Some(interval) = self.interval() else { return };
        let slack = if interval < STRICT { SLACK } else { Duration::ZERO };
        let late = now.checked_sub(slack).unwrap_or(now);
        self.next = Some(self.next.unwrap_or(now).max(late) + interval);
    }

    fn interval(&self) -> Option<Duration> {
        let interval = Duration::try_from_secs_f64(1.0 / self.rate?).ok()?;
        Some(if interval < STRICT { interval } else { interval.mul_f64(1.02) })
    }

    fn slow_down(&mut self, sent: Instant, wait: Option<Duration>, now: Instant) -> Duration {
        let news = self.limited.is_none_or(|limited| sent > limited);
        if news {
            self.limited = Some(now);
            self.streak += 1;
            self.well = 0;
            let seen = f64::from(self.window.1.max(self.window.2));
            let floor = self.base.map_or(1.0, |base| base / 8.0);
            self.rate = Some((self.rate.unwrap_or(seen) / 2.0).max(floor));
        }
        let doubled = FIRST_PAUSE * 2_u32.pow(self.streak.saturating_sub(1).min(8));
        let pause = match wait {
            Some(wait) => wait.max(self.interval().unwrap_or_default()),
            None if news => doubled.min(LONGEST_PAUSE),
            None => Duration::ZERO,
        };
        self.blocked = self.blocked.max(now.checked_add(pause));
        self.blocked.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn recover(&mut self, sent: Instant) {
        if self.limited.is_none_or(|limited| sent <= limited) {
            return;
        }
        self.streak = 0;
        self.well += 1;
        if self.well >= STEP {
            self.well = 0;
            let faster = self.rate.map(|rate| rate * 1.25);
            self.rate = match self.base {
                Some(base) => faster.map(|rate| rate.min(base)),
                // Without a configured pace it recovers until it is none again.
                None => faster.filter(|rate| *rate < 1000.0),
            };
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unchecked_time_subtraction,
    reason = "small numbers, and times that a panic would show to be wrong"
)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::Semaphore;
    use tokio::time::{Instant, sleep};

    use super::Pacer;
    use crate::model::Pace;

    /// Sends `count` requests, `at_once` in flight, each answered after 30 ms; returns when each went out.
    async fn send(pacer: &Arc<Pacer>, count: usize, at_once: usize) -> Vec<Duration> {
        let start = Instant::now();
        let slots = Arc::new(Semaphore::new(at_once));
        let tasks: Vec<_> = (0..count)
            .map(|_| {
                let (pacer, slots) = (Arc::clone(pacer), Arc::clone(&slots));
                tokio::spawn(async move {
                    let turn = pacer.turn(&slots).await;
                    sleep(Duration::from_millis(30)).await;
                    turn.at - start
                })
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.unwrap());
        }
        times.sort();
        times
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_is_kept_without_bursts() {
        for (rate, count) in [(1.0, 20), (3.0, 40), (10.0, 100), (80.0, 800), (500.0, 2000)] {
            let pacer = Arc::new(Pacer::new(Pace::PerSecond(rate)));
            // A pause earns nothing.
            sleep(Duration::from_secs(100)).await;
            let times = send(&pacer, count, 64).await;
            let spent = (*times.last().unwrap() - times[0]).as_secs_f64();
            let due = (count - 1) as f64 / rate;
            assert!(spent >= due * 0.99 && spent <= due * 1.1, "{rate}/s: {spent} for {due}");
            let span = (rate.ceil() as usize).min(count - 1);
            for pair in times.windows(span + 1) {
                let window = (pair[span] - pair[0]).as_secs_f64();
                assert!(window >= span as f64 / rate - 0.011, "{rate}/s: {span} in {window}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_open_than_allowed() {
        let pacer = Arc::new(Pacer::new(Pace::Unlimited));
        let times = send(&pacer, 12, 4).await;
        let waves: Vec<_> = times.iter().map(|at| at.as_millis() / 30).collect();
        for wave in 0..3 {
            assert!(waves.iter().filter(|at| **at == wave).count() <= 4, "{times:?}");
        }
        // Full slots must not store up turns that then go out at once.
        let pacer = Arc::new(Pacer::new(Pace::PerSecond(10.0)));
        let slots = Arc::new(Semaphore::new(1));
        let held = pacer.turn(&slots).await;
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let (pacer, slots) = (Arc::clone(&pacer), Arc::clone(&slots));
                tokio::spawn(async move { pacer.turn(&slots).await.at })
            })
            .collect();
        sleep(Duration::from_secs(5)).await;
        drop(held);
        let mut times = Vec::new();
        for task in waiting {
            times.push(task.await.unwrap());
        }
        times.sort();
        assert!(times[1] - times[0] >= Duration::from_millis(99), "{times:?}");
        assert!(times[2] - times[1] >= Duration::from_millis(99), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_429_the_class_waits_and_goes_on_at_half_the_pace() {
        let pacer = Arc::new(Pacer::new(Pace::PerSecond(10.0)));
        let slots = Semaphore::new(8);
        let first = pacer.turn(&slots).await.at;
        let second = pacer.turn(&slots).await.at;
        // Two that were under way both hear it: one slowing down, not two.
        assert_eq!(pacer.limited(first, None), Duration::from_secs(1));
        pacer.limited(second, None);
        let times = send(&pacer, 4, 8).await;
        assert!(times[0] >= Duration::from_secs(1), "{times:?}");
        assert!(times[0] < Duration::from_millis(1100), "{times:?}");
        let gap = (times[2] - times[1]).as_secs_f64();
        assert!((0.2..0.22).contains(&gap), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_recovers_by_steps_and_never_past_the_configured_one() {
        let pacer = Arc::new(Pacer::new(Pace::PerSecond(10.0)));
        let slots = Semaphore::new(8);
        let sent = pacer.turn(&slots).await.at;
        pacer.limited(sent, Some(Duration::from_secs(7)));
        let mut times = Vec::new();
        for _ in 0..40 {
            let at = pacer.turn(&slots).await.at;
            pacer.went_well(at);
            times.push(at);
        }
        assert!(times[0] - sent >= Duration::from_secs(7));
        let early = (times[2] - times[1]).as_secs_f64();
        let late = (times[39] - times[38]).as_secs_f64();
        assert!(early > 0.2 && (0.099..0.11).contains(&late), "{early} {late}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_pace_a_429_makes_one_and_repeated_ones_wait_longer() {
        let pacer = Arc::new(Pacer::new(Pace::Unlimited));
        let slots = Semaphore::new(8);
        let mut waits = Vec::new();
        for _ in 0..7 {
            let at = pacer.turn(&slots).await.at;
            waits.push(pacer.limited(at, None).as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        let at = pacer.turn(&slots).await.at;
        pacer.went_well(at);
        assert_eq!(pacer.limited(pacer.turn(&slots).await.at, None).as_secs(), 1);
    }
}

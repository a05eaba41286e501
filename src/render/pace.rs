//! How far a command is, in words. Pure: the time that went by is given.

use std::fmt::Write;
use std::time::Duration;

use super::plain;

/// What a command is busy with at one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Listing the accounts; nobody knows how many there are.
    Listing,
    /// Looking closer at accounts where the list does not show enough.
    Reading {
        /// Accounts listed.
        listed: u64,
        /// Accounts looked at so far.
        read: u64,
    },
    /// Carrying out steps.
    Steps {
        /// Of all kinds.
        total: u64,
        /// Done and recorded.
        done: u64,
        /// Failed.
        failed: u64,
        /// Not begun, and not to be.
        skipped: u64,
    },
}

impl Doing {
    /// How much of how much is behind us, where that is known.
    pub fn fraction(&self) -> Option<(u64, u64)> {
        match self {
            Self::Listing | Self::Reading { .. } => None,
            Self::Steps { total, done, failed, skipped } => Some((done + failed + skipped, *total)),
        }
    }

    /// How many steps took the time that went by: those that are not begun take none.
    fn worked(&self) -> u64 {
        match self {
            Self::Listing | Self::Reading { .. } => 0,
            Self::Steps { total: _, done, failed, skipped: _ } => done + failed,
        }
    }

    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        self.fraction().is_some_and(|(behind, all)| behind >= all)
    }
}

/// `prod: 120 of 300 steps done, 2 failed, about 1 min left`
pub fn progress(connection: &str, doing: &Doing, elapsed: Duration) -> String {
    let mut text = format!("{}: ", plain(connection));
    // Writing to a String can't fail.
    _ = match doing {
        Doing::Listing => write!(text, "listing accounts"),
        Doing::Reading { listed, read: 0 } => write!(text, "{listed} accounts listed"),
        Doing::Reading { listed, read } => {
            write!(text, "{listed} accounts listed, {read} looked at closer")
        }
        Doing::Steps { total, done, failed: 0, skipped: _ } => {
            write!(text, "{done} of {total} steps done")
        }
        Doing::Steps { total, done, failed, skipped: _ } => {
            write!(text, "{done} of {total} steps done, {failed} failed")
        }
    };
    if let Some(left) = left(doing, elapsed) {
        _ = write!(text, ", about {left} left");
    }
    text
}

/// How long the rest takes at the pace so far, in rough words.
fn left(doing: &Doing, elapsed: Duration) -> Option<String> {
    let (behind, all) = doing.fraction()?;
    let ahead = all.checked_sub(behind).filter(|ahead| *ahead > 0)?;
    let took = elapsed.as_millis().saturating_mul(u128::from(ahead));
    let seconds = took.checked_div(u128::from(doing.worked()))?.div_ceil(1000);
    Some(match seconds {
        0..=50 => format!("{} s", seconds.div_ceil(10).max(1) * 10),
        51..=5_400 => format!("{} min", seconds.div_ceil(60)),
        _ => {
            let minutes = seconds.div_ceil(60);
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Doing, progress};

    #[test]
    fn progress_in_words() {
        let steps = |total, done, failed, skipped| Doing::Steps { total, done, failed, skipped };
        for (doing, seconds, expected) in [
            (Doing::Listing, 10, "listing accounts"),
            (Doing::Reading { listed: 12, read: 0 }, 10, "12 accounts listed"),
            (Doing::Reading { listed: 12, read: 3 }, 10, "12 accounts listed, 3 looked at closer"),
            (steps(300, 0, 0, 0), 10, "0 of 300 steps done"),
            (steps(300, 118, 2, 0), 40, "118 of 300 steps done, 2 failed, about 1 min left"),
            (steps(300, 100, 50, 50), 40, "100 of 300 steps done, 50 failed, about 30 s left"),
            (steps(10, 9, 0, 0), 0, "9 of 10 steps done, about 10 s left"),
            (steps(100_000, 10, 0, 0), 10, "10 of 100000 steps done, about 27 h 47 min left"),
            (steps(9, 0, 0, 3), 10, "0 of 9 steps done"),
            (steps(9, 9, 0, 0), 10, "9 of 9 steps done"),
            (steps(0, 0, 0, 0), 10, "0 of 0 steps done"),
        ] {
            let text = progress("prod", &doing, Duration::from_secs(seconds));
            assert_eq!(text, format!("prod: {expected}"));
        }
        assert!(progress("a\u{1b}[2K", &Doing::Listing, Duration::ZERO).starts_with("a\\u{1b}"));
    }

    #[test]
    fn what_is_over() {
        let steps = |total, done, failed, skipped| Doing::Steps { total, done, failed, skipped };
        for (doing, over) in [
            (Doing::Listing, false),
            (Doing::Reading { listed: 1, read: 1 }, false),
            (steps(3, 1, 1, 0), false),
            (steps(3, 1, 1, 1), true),
            (steps(0, 0, 0, 0), true),
        ] {
            assert_eq!(doing.is_over(), over, "{doing:?}");
        }
    }
}

//! What a whole listing may take: requests, bytes and time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{Ask, FetchPage};
use crate::model::Pace;
use crate::port::{Failure, FailureKind};
use crate::scim::decode::Page;

/// No listing takes more requests: an endless one ends in an error.
pub(super) const MAX_PAGES: u64 = 100_000;
/// No listing takes more bytes, decompressed.
const MAX_BYTES: u64 = 4 << 30;
/// Every listing may take so long.
const MIN_TIME: Duration = Duration::from_secs(600);
/// And so often the time that its pages need at the connection's pace.
const TIMES: f64 = 4.0;

/// The bounds of one pass, and what it took so far.
pub(super) struct Bounds {
    pace: Pace,
    start: Instant,
    /// Pages that are known to be needed.
    expected: AtomicU64,
    pages: AtomicU64,
    bytes: AtomicU64,
}

impl Bounds {
    pub(super) fn new(pace: Pace) -> Self {
        let [expected, pages, bytes] = [const { AtomicU64::new(0) }; 3];
        Self { pace, start: Instant::now(), expected, pages, bytes }
    }

    /// Notes how many pages the list is going to take.
    pub(super) fn expect(&self, pages: u64) {
        self.expected.fetch_max(pages, Ordering::Relaxed);
    }

    /// Fetches a page within the bounds.
    pub(super) async fn fetch(
        &self,
        source: &impl FetchPage,
        ask: Ask<'_>,
    ) -> Result<Page, Failure> {
        let pages = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        if pages > MAX_PAGES {
            return Err(refused(format!("the list takes more than {MAX_PAGES} requests")));
        }
        let allowed = self.allowed(pages);
        let page = timeout_at(self.start + allowed, source.page(ask)).await.map_err(|_| {
            refused(format!(
                "the list was not at its end after {} minutes, four times what its pages need at this pace",
                allowed.as_secs() / 60
            ))
        })??;
        let bytes = self.bytes.fetch_add(page.bytes, Ordering::Relaxed) + page.bytes;
        if bytes > MAX_BYTES {
            return Err(refused(format!("the list takes more than {} GiB", MAX_BYTES >> 30)));
        }
        Ok(page)
    }

    fn allowed(&self, pages: u64) -> Duration {
        let seconds = TIMES * self.pace.seconds(pages.max(self.expected.load(Ordering::Relaxed)));
        Duration::try_from_secs_f64(seconds).unwrap_or(MIN_TIME).max(MIN_TIME)
    }
}

fn refused(why: String) -> Failure {
    let help = "nothing is planned from an incomplete list: check `scim_url`, and ask the service's support";
    Failure { help: vec![help.to_owned()], ..Failure::new(FailureKind::Incomplete, why) }
}

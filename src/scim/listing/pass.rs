//! One pass over a list: what came, and what that says of its end.

use std::collections::HashSet;

use super::{MAX_ACCOUNTS, Whole};
use crate::model::Text;
use crate::port::{Failure, FailureKind};
use crate::scim::decode::{Page, RawUser};

/// A pass that did not show a whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// Another number than the service counts.
    Counted { seen: u64, total: u64, moved: bool },
    /// Two requests right after each other were told different totals.
    Differs { one: u64, first: u64 },
    /// The pages contradict each other.
    Disordered { seen: u64 },
    /// Nothing shows that the list ends where it does.
    Open { seen: u64, max_page: Option<u32> },
}

impl Short {
    /// Whether reading the list once more may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Counted { .. } | Self::Differs { .. } | Self::Disordered { .. } => true,
            Self::Open { .. } => false,
        }
    }

    pub(super) fn failure(&self) -> Failure {
        let (why, help) = match self {
            Self::Counted { seen, total, moved } => (
                format!(
                    "the list holds {seen} accounts, but the service says that there are {total} \
                     (listed twice){}",
                    if *moved { "; the total changed from page to page" } else { "" }
                ),
                AGAIN,
            ),
            Self::Differs { one, first } => (
                format!(
                    "the service says that there are {one} accounts when it is asked for one, and {first} when \
                     it is asked for a page of accounts (listed twice)"
                ),
                AGAIN,
            ),
            Self::Disordered { seen } => (
                format!(
                    "the pages of the list overlap, after {seen} accounts: some may be on no page (listed twice)"
                ),
                AGAIN,
            ),
            Self::Open { seen, max_page: Some(max_page) } => (
                format!(
                    "the list holds {seen} accounts, as many as a page may hold (max_page = {max_page}), and \
                     neither `startIndex` nor a cursor brings more"
                ),
                "nothing is planned from an incomplete list: this service can't be read past its first page; if \
                 its pages may hold more, set `max_page` to how many",
            ),
            Self::Open { seen, max_page: None } => (
                format!(
                    "the list holds {seen} accounts, and nothing shows that these are all: the service gives no \
                     total of its own, and neither `startIndex` nor a cursor brings more"
                ),
                "nothing is planned from an incomplete list: say how many accounts a page of this service may \
                 hold (`max_page = 50`); a list shorter than that is whole",
            ),
        };
        let help = vec![help.to_owned()];
        Failure { help, ..Failure::new(FailureKind::Incomplete, why) }
    }
}

const AGAIN: &str = "nothing is planned from an incomplete list: try again when nobody else changes the accounts, \
                     and if it stays so, report the numbers to the service's support";

/// What a page is that was asked for past all that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// It is empty, or repeats the first or the last page, as some services do past the end.
    End,
    /// It has known accounts only, and not those of one page: the order may have changed meanwhile.
    Known,
    /// It has new accounts only.
    New,
    /// It has both.
    Mixed,
}

/// One pass over the list.
#[derive(Default)]
pub(super) struct Pass {
    /// The total of its pages, where they have one that counts.
    pub(super) total: u64,
    pub(super) moved: bool,
    ids: HashSet<Text>,
    users: Vec<RawUser>,
    /// Record ranges that came, as (start, length).
    ranges: Vec<(u64, u64)>,
    /// The ids of the page at the start, and of the last that brought new ones.
    first: Vec<Text>,
    last: Vec<Text>,
}

impl Pass {
    /// Nothing yet, of a list of `total` accounts.
    pub(super) fn new(total: u64) -> Self {
        Self { total, ..Self::default() }
    }

    /// Takes a page in and says how many of its ids are new.
    pub(super) fn take(&mut self, start: u64, page: Page) -> Result<u64, Failure> {
        // An account that stands twice on a page takes the place of none: the page reaches less far.
        let here = ids(&page)?;
        self.ranges.push((start, here.len() as u64));
        let mut new = 0;
        for user in page.users {
            let fresh = user.id.as_ref().is_some_and(|id| self.ids.insert(id.clone()));
            if fresh {
                new += 1;
                self.users.push(user);
            }
        }
        if self.seen() > MAX_ACCOUNTS {
            let why =
                format!("the list holds more than {MAX_ACCOUNTS} accounts; so many are not read");
            return Err(Failure::new(FailureKind::Protocol, why));
        }
        if start == 1 {
            self.first.clone_from(&here);
        }
        if new > 0 {
            self.last = here;
        }
        Ok(new)
    }

    /// Takes a page of a list with a total in, and says how many of its ids are new.
    pub(super) fn take_counted(&mut self, start: u64, page: Page) -> Result<u64, Failure> {
        let total = page.total.unwrap_or(self.total);
        if total != self.total {
            self.moved = true;
            self.total = total;
        }
        self.take(start, page)
    }

    /// What a page is that was asked for past all that came.
    pub(super) fn judge(&self, page: &Page) -> Result<Past, Failure> {
        let here = ids(page)?;
        let known = here.iter().filter(|id| self.ids.contains(*id)).count();
        let within = |page: &[Text]| here.iter().all(|id| page.binary_search(id).is_ok());
        Ok(if known == 0 && !here.is_empty() {
            Past::New
        } else if known < here.len() {
            Past::Mixed
        } else if here == self.first || within(&self.last) {
            Past::End
        } else {
            Past::Known
        })
    }

    pub(super) fn seen(&self) -> u64 {
        self.ids.len() as u64
    }

    /// The record index after all that came.
    pub(super) fn after(&self) -> u64 {
        let end = |(start, length): &(u64, u64)| start.saturating_add(*length);
        self.ranges.iter().map(end).max().unwrap_or(1)
    }

    /// Where the pages must begin that fill what is not covered yet, in steps of `step`.
    pub(super) fn gaps(&mut self, step: u64) -> Vec<u64> {
        self.ranges.sort_unstable();
        let mut starts = Vec::new();
        let mut next = 1;
        let end = (self.total + 1, 0);
        for (start, length) in self.ranges.iter().copied().chain([end]) {
            while next < start {
                starts.push(next);
                next += step;
            }
            next = next.max(start.saturating_add(length));
        }
        starts
    }

    pub(super) fn short(&self) -> Short {
        Short::Counted { seen: self.seen(), total: self.total, moved: self.moved }
    }

    pub(super) fn whole(self) -> Whole {
        Whole { users: self.users, proven: true }
    }

    pub(super) fn open(self) -> Whole {
        Whole { users: self.users, proven: false }
    }
}

/// The distinct ids of a page, sorted.
fn ids(page: &Page) -> Result<Vec<Text>, Failure> {
    let no_id = || Failure::new(FailureKind::Protocol, "an account of the list has no id");
    let id = |user: &RawUser| user.id.clone().filter(|id| !id.is_empty()).ok_or_else(no_id);
    let mut here: Vec<Text> = page.users.iter().map(id).collect::<Result<_, _>>()?;
    here.sort_unstable();
    here.dedup();
    Ok(here)
}

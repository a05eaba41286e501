//! Reading a whole list, or refusing it: nothing is ever planned from a part.
//!
//! A listing goes on by what it has seen, not by what the service claims of a page. Services were seen
//! that cap a page below `count`, ignore `count`, repeat the first page past the end, and answer in an order
//! that changes between two requests. The first page tells how long pages really are; the rest follows in
//! parallel; what then lies between the pages that came is asked for again. It ends when `totalResults`
//! distinct ids were seen, or with a page that brings none.

use std::collections::HashSet;

use futures_util::StreamExt;
use futures_util::stream;

use super::decode::{Page, RawUser, VersionBy};
use crate::live::{Account, Live, Seen};
use crate::model::{Dialect, Text};
use crate::port::{Failure, FailureKind};

/// No listing takes more requests: an endless one ends in an error.
const MOST_PAGES: u64 = 100_000;
/// No listing holds more accounts.
const MOST_ACCOUNTS: u64 = 5_000_000;

/// Fetches one page from a record index on.
pub(super) trait FetchPage: Sync {
    /// The page that begins at `start`, counted from 1.
    fn page(&self, start: u64) -> impl Future<Output = Result<Page, Failure>> + Send;
}

/// What a listing came to.
#[derive(Debug)]
pub(super) struct Listing {
    /// The accounts.
    pub(super) live: Live,
    /// What their versions are.
    pub(super) version: VersionBy,
}

/// Lists everything; a list that is not whole is read once more, then refused.
pub(super) async fn list(
    source: &impl FetchPage,
    dialect: &Dialect,
    at_once: usize,
) -> Result<Listing, Failure> {
    let first = match pass(source, at_once).await? {
        Ok(users) => return finish(users, dialect),
        Err(short) => short,
    };
    tracing::debug!(seen = first.seen, total = first.total, "incomplete list, listing again");
    match pass(source, at_once).await? {
        Ok(users) => finish(users, dialect),
        Err(short) => Err(short.failure()),
    }
}

/// A pass that did not find what the service counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Short {
    seen: u64,
    total: u64,
    moved: bool,
}

impl Short {
    fn failure(self) -> Failure {
        let Self { seen, total, moved } = self;
        let why = if moved { "; the total changed from page to page" } else { "" };
        Failure {
            help: vec![
                "nothing is planned from an incomplete list: try again when nobody else changes the \
                 accounts, and if it stays so, report the numbers to the service's support"
                    .to_owned(),
            ],
            ..Failure::new(
                FailureKind::Incomplete,
                format!(
                    "the list holds {seen} accounts, but the service says that there are {total} \
                     (listed twice){why}"
                ),
            )
        }
    }
}

/// One pass over the list.
struct Pass {
    total: u64,
    moved: bool,
    ids: HashSet<Text>,
    users: Vec<RawUser>,
    /// Record ranges that came, as (start, length).
    ranges: Vec<(u64, u64)>,
}

impl Pass {
    /// Takes a page in and says how many of its ids are new.
    fn take(&mut self, start: u64, page: Page) -> Result<u64, Failure> {
        let total = total_of(&page)?;
        if total != self.total {
            self.moved = true;
            self.total = total;
        }
        // An account that stands twice on a page takes the place of none: the page reaches less far.
        let mut here: Vec<_> = page.users.iter().map(|user| user.id.clone()).collect();
        here.sort_unstable();
        here.dedup();
        self.ranges.push((start, here.len() as u64));
        let mut new = 0;
        for user in page.users {
            let id = user.id.clone().filter(|id| !id.is_empty()).ok_or_else(|| {
                Failure::new(FailureKind::Protocol, "an account of the list has no id")
            })?;
            if self.ids.insert(id) {
                new += 1;
                self.users.push(user);
            }
        }
        Ok(new)
    }

    fn seen(&self) -> u64 {
        self.ids.len() as u64
    }

    /// Where the pages must begin that fill what is not covered yet, in steps of `step`.
    fn gaps(&mut self, step: u64) -> Vec<u64> {
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

    fn verdict(self) -> Result<Vec<RawUser>, Short> {
        let seen = self.seen();
        if seen == self.total && !self.moved {
            return Ok(self.users);
        }
        Err(Short { seen, total: self.total, moved: self.moved })
    }
}

fn total_of(page: &Page) -> Result<u64, Failure> {
    let total = page.total.ok_or_else(|| {
        Failure::new(
            FailureKind::Protocol,
            "the list does not say how many accounts there are (totalResults)",
        )
    })?;
    if total > MOST_ACCOUNTS {
        return Err(Failure::new(
            FailureKind::Protocol,
            format!("the list claims {total} accounts; more than {MOST_ACCOUNTS} are not read"),
        ));
    }
    Ok(total)
}

async fn pass(
    source: &impl FetchPage,
    at_once: usize,
) -> Result<Result<Vec<RawUser>, Short>, Failure> {
    let first = source.page(1).await?;
    let total = total_of(&first)?;
    // What it claims is no reason to set memory aside without end.
    let room = usize::try_from(total).unwrap_or(usize::MAX).min(1 << 17);
    let (ids, users) = (HashSet::with_capacity(room), Vec::with_capacity(room));
    let mut pass = Pass { total, moved: false, ids, users, ranges: Vec::new() };
    let step = pass.take(1, first)?;
    if step == 0 {
        return Ok(pass.verdict());
    }
    let mut pages = 1_u64;
    while pass.seen() < pass.total && !pass.moved {
        if pages.saturating_add((pass.total - pass.seen()) / step) > MOST_PAGES {
            return Err(endless(pass.total, step));
        }
        let starts = pass.gaps(step);
        pages += starts.len() as u64;
        if pages > MOST_PAGES {
            return Err(endless(pass.total, step));
        }
        if starts.is_empty() || !round(source, &mut pass, starts, at_once).await? {
            break;
        }
    }
    Ok(pass.verdict())
}

fn endless(total: u64, step: u64) -> Failure {
    Failure::new(
        FailureKind::Protocol,
        format!(
            "the service gives {step} of {total} accounts a page: that is more than {MOST_PAGES} requests"
        ),
    )
}

/// Fetches pages in parallel; `false` at a page without a new id.
async fn round(
    source: &impl FetchPage,
    pass: &mut Pass,
    starts: Vec<u64>,
    at_once: usize,
) -> Result<bool, Failure> {
    let fetches = starts.into_iter().map(|start| async move { (start, source.page(start).await) });
    let mut pages = stream::iter(fetches).buffer_unordered(at_once.max(1));
    while let Some((start, page)) = pages.next().await {
        if pass.take(start, page?)? == 0 || pass.moved {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes accounts of what was read, with the versions that this service has.
fn finish(users: Vec<RawUser>, dialect: &Dialect) -> Result<Listing, Failure> {
    let total = users.len() as u64;
    let version = version_by(&users);
    let accounts: Vec<Account> = users
        .into_iter()
        .filter_map(|user| {
            let mut account = user.into_account(dialect, Seen::Listed, version.shown())?;
            if matches!(version, Versions::None(_)) {
                account.version = None;
            }
            Some(account)
        })
        .collect();
    let live = Live::complete(accounts, total)
        .map_err(|short| Failure::new(FailureKind::Incomplete, short.to_string()))?;
    Ok(Listing { live, version: version.shown() })
}

/// Which version the listed accounts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Versions {
    By(VersionBy),
    /// One that says nothing: all show the same.
    None(VersionBy),
}

impl Versions {
    fn shown(self) -> VersionBy {
        match self {
            Self::By(by) | Self::None(by) => by,
        }
    }
}

/// `meta.lastModified`; `meta.version` only where no account shows that. What is the same for all tells
/// nothing about one, such as Zoom's example `1.0.0`.
fn version_by(users: &[RawUser]) -> Versions {
    let differ = |version: fn(&RawUser) -> Option<&Text>| {
        let mut all = users.iter().map(version);
        let first = all.next().flatten();
        all.any(|other| other != first)
    };
    if users.iter().any(|user| user.modified.is_some()) {
        let told = users.len() < 2 || differ(|user| user.modified.as_ref());
        return if told {
            Versions::By(VersionBy::Modified)
        } else {
            Versions::None(VersionBy::Modified)
        };
    }
    if users.iter().any(|user| user.version.is_some()) {
        let told = differ(|user| user.version.as_ref());
        return if told {
            Versions::By(VersionBy::Version)
        } else {
            Versions::None(VersionBy::Version)
        };
    }
    Versions::None(VersionBy::Either)
}

#[cfg(test)]
mod tests;

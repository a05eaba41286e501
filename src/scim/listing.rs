//! Reading a whole list, or refusing it: nothing is ever planned from a part.
//!
//! A listing goes on by what it has seen, not by what the service claims of a page. Services were seen
//! that cap a page below `count`, ignore `count`, repeat the first page past the end, and answer in an order
//! that changes between two requests. The first page tells how long pages really are; the rest follows in
//! parallel; what then lies between the pages that came is asked for again.
//!
//! Totals lie too. Some are capped: so one page past the end is asked for, and where that has a new account, the
//! pages alone tell where the list ends. Some only count the page: so the total is also asked for with a list of
//! one, and where it follows that, it is no total. And some services page by cursor only (RFC 9865).

use std::collections::HashSet;

use futures_util::StreamExt;
use futures_util::stream;

use self::bounds::{Bounds, MAX_PAGES};
use self::finish::finish;
use self::pass::{Pass, Past, Short};
use super::decode::{Page, RawUser, VersionBy};
use crate::live::Live;
use crate::model::{Dialect, Pace, Text};
use crate::port::{Failure, FailureKind};

mod bounds;
mod finish;
mod pass;

/// No listing holds more accounts.
const MAX_ACCOUNTS: u64 = 5_000_000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask<'a> {
    /// A list of one, for its total.
    One,
    /// The page that begins at a record index, counted from 1.
    From(u64),
    /// The page of a cursor; the first one where it is empty (RFC 9865 section 2.1).
    Cursor(&'a str),
}

/// Fetches one page.
pub(super) trait FetchPage: Sync {
    /// The page that was asked for.
    fn page(&self, ask: Ask<'_>) -> impl Future<Output = Result<Page, Failure>> + Send;

    /// Whether the service says that it pages by cursor (`ServiceProviderConfig`, RFC 9865 section 4).
    fn offers_cursor(&self) -> impl Future<Output = bool> + Send;
}

/// What a listing goes by besides its pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms<'a> {
    /// What the service is like.
    pub(super) dialect: &'a Dialect,
    /// How many requests may be open at once.
    pub(super) at_once: usize,
    /// The pace of lists.
    pub(super) pace: Pace,
    /// How many accounts a page may hold, where somebody said so.
    pub(super) max_page: Option<u32>,
    /// Whether the caller has means of its own to prove a list whose end nothing shows.
    pub(super) may_stay_open: bool,
}

/// What a listing came to.
#[derive(Debug)]
pub(super) struct Listing {
    /// The accounts.
    pub(super) live: Live,
    /// What their versions are.
    pub(super) version: VersionBy,
}

/// The accounts of a list, and whether something shows that these are all.
struct Whole {
    users: Vec<RawUser>,
    proven: bool,
}

/// Lists everything; a list that is not whole is read once more, then refused.
pub(super) async fn list(source: &impl FetchPage, terms: &Terms<'_>) -> Result<Listing, Failure> {
    let short = match pass(source, terms).await? {
        Ok(whole) => return finish(whole, terms.dialect),
        Err(short) if !short.may_pass() => return Err(short.failure()),
        Err(short) => short,
    };
    tracing::debug!(?short, "incomplete list, listing again");
    match pass(source, terms).await? {
        Ok(whole) => finish(whole, terms.dialect),
        Err(short) => Err(short.failure()),
    }
}

/// What a total is worth.
enum Total {
    /// So many accounts, unless a page past the end has more.
    Is(u64),
    /// None, or only how many are on the page.
    None,
    /// Two requests disagree.
    Differs { one: u64, first: u64 },
}

/// A total is compared with that of a list of one. One that follows `count` is none.
fn total_of(one: &Page, first: &Page) -> Total {
    let (rows, page) = (one.users.len() as u64, first.users.len() as u64);
    match (one.total, first.total) {
        (Some(one), Some(first)) if one == first => Total::Is(first),
        (Some(1), Some(first)) if rows == 1 && first == page => Total::None,
        (Some(one), Some(first)) => Total::Differs { one, first },
        (None, _) | (_, None) => Total::None,
    }
}

async fn pass(source: &impl FetchPage, terms: &Terms<'_>) -> Result<Result<Whole, Short>, Failure> {
    let bounds = Bounds::new(terms.pace);
    let (one, first) = match start(source, &bounds).await {
        Ok(pages) => pages,
        // Who pages by cursor only may not take an index at all.
        Err(failure) if is_past(&failure) && source.offers_cursor().await => {
            let page = bounds.fetch(source, Ask::Cursor("")).await?;
            return cursors(source, &bounds, page, None).await;
        }
        Err(failure) => return Err(failure),
    };
    if one.next.is_some() || first.next.is_some() {
        let total = first.total.filter(|total| one.total == Some(*total));
        return cursors(source, &bounds, first, total).await;
    }
    match total_of(&one, &first) {
        Total::Is(total) => counted(source, terms, &bounds, first, total).await,
        Total::None => uncounted(source, terms, &bounds, first).await,
        Total::Differs { one, first } => Ok(Err(Short::Differs { one, first })),
    }
}

async fn start(source: &impl FetchPage, bounds: &Bounds) -> Result<(Page, Page), Failure> {
    let one = bounds.fetch(source, Ask::One).await?;
    Ok((one, bounds.fetch(source, Ask::From(1)).await?))
}

/// Whether a page was refused in a way that means: there is no such page.
fn is_past(failure: &Failure) -> bool {
    // Who is not let in has heard nothing about pages.
    let is_about_it = matches!(failure.kind, FailureKind::Refused | FailureKind::Missing);
    is_about_it && matches!(failure.status, Some(400 | 404))
}

/// A list with a total: its pages in parallel, then one past the end.
async fn counted(
    source: &impl FetchPage,
    terms: &Terms<'_>,
    bounds: &Bounds,
    first: Page,
    total: u64,
) -> Result<Result<Whole, Short>, Failure> {
    if total > MAX_ACCOUNTS {
        return Err(Failure::new(
            FailureKind::Protocol,
            format!("the list claims {total} accounts; more than {MAX_ACCOUNTS} are not read"),
        ));
    }
    let mut pass = Pass::new(total);
    let step = pass.take_counted(1, first)?;
    if step == 0 {
        return Ok(if total == 0 { Ok(pass.whole()) } else { Err(pass.short()) });
    }
    bounds.expect((total / step).saturating_add(3));
    let mut pages = 1_u64;
    while pass.seen() < pass.total && !pass.moved {
        if pages.saturating_add((pass.total - pass.seen()) / step) > MAX_PAGES {
            return Err(endless(pass.total, step));
        }
        let starts = pass.gaps(step);
        pages += starts.len() as u64;
        if pages > MAX_PAGES {
            return Err(endless(pass.total, step));
        }
        if starts.is_empty() || !round(source, bounds, &mut pass, starts, terms.at_once).await? {
            break;
        }
    }
    if pass.seen() < pass.total && !pass.moved && pass.seen() == step {
        // `startIndex` brought nothing: maybe a cursor does.
        if let Some(result) = by_offered_cursor(source, bounds, step, pass.total).await? {
            return Ok(result);
        }
    }
    if pass.seen() != pass.total || pass.moved {
        return Ok(Err(pass.short()));
    }
    let start = pass.after();
    let beyond = match bounds.fetch(source, Ask::From(start)).await {
        Ok(page) => page,
        Err(failure) if is_past(&failure) => return Ok(Ok(pass.whole())),
        Err(failure) => return Err(failure),
    };
    let now = beyond.total.unwrap_or(total);
    let judged = pass.judge(&beyond)?;
    Ok(match judged {
        // Every account that is counted was seen.
        Past::End | Past::Known => Ok(pass.whole()),
        Past::New | Past::Mixed if now != total => {
            pass.take_counted(start, beyond)?;
            Err(pass.short())
        }
        // The total is a cap: the pages tell where the list ends.
        Past::New => {
            pass.take(start, beyond)?;
            by_pages(source, bounds, pass).await?.map(|(pass, _)| pass.whole())
        }
        Past::Mixed => Err(Short::Disordered { seen: pass.seen() }),
    })
}

/// A list without a total: its pages tell where it ends, if they can be asked for at all.
async fn uncounted(
    source: &impl FetchPage,
    terms: &Terms<'_>,
    bounds: &Bounds,
    first: Page,
) -> Result<Result<Whole, Short>, Failure> {
    let mut pass = Pass::new(0);
    let step = pass.take(1, first)?;
    let (pass, went_on) = match by_pages(source, bounds, pass).await? {
        Ok(result) => result,
        Err(short) => return Ok(Err(short)),
    };
    if went_on {
        return Ok(Ok(pass.whole()));
    }
    if let Some(result) = by_offered_cursor(source, bounds, step, 0).await? {
        return Ok(result);
    }
    let seen = pass.seen();
    let short = Short::Open { seen, max_page: terms.max_page };
    Ok(match terms.max_page {
        Some(most) if seen < u64::from(most) => Ok(pass.whole()),
        None if terms.may_stay_open => Ok(pass.open()),
        Some(_) | None => Err(short),
    })
}

/// Goes on page by page until one brings nothing, and says whether any did.
async fn by_pages(
    source: &impl FetchPage,
    bounds: &Bounds,
    mut pass: Pass,
) -> Result<Result<(Pass, bool), Short>, Failure> {
    let mut went_on = false;
    loop {
        let start = pass.after();
        let page = match bounds.fetch(source, Ask::From(start)).await {
            Ok(page) => page,
            Err(failure) if is_past(&failure) => return Ok(Ok((pass, went_on))),
            Err(failure) => return Err(failure),
        };
        match pass.judge(&page)? {
            Past::End => return Ok(Ok((pass, went_on))),
            Past::New => {
                pass.take(start, page)?;
                went_on = true;
            }
            Past::Known | Past::Mixed => {
                return Ok(Err(Short::Disordered { seen: pass.seen() }));
            }
        }
    }
}

/// Reads by cursor where the service says that it can; `None` where it can't, or where that brings no more than
/// the `had` of one page.
async fn by_offered_cursor(
    source: &impl FetchPage,
    bounds: &Bounds,
    had: u64,
    total: u64,
) -> Result<Option<Result<Whole, Short>>, Failure> {
    if !source.offers_cursor().await {
        return Ok(None);
    }
    let page = match bounds.fetch(source, Ask::Cursor("")).await {
        Ok(page) => page,
        Err(failure) if is_past(&failure) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    if page.next.is_none() && page.users.len() as u64 <= had {
        return Ok(None);
    }
    cursors(source, bounds, page, Some(total).filter(|total| *total > 0)).await.map(Some)
}

/// Follows cursors from a page on: the list is complete when a page has none.
async fn cursors(
    source: &impl FetchPage,
    bounds: &Bounds,
    first: Page,
    total: Option<u64>,
) -> Result<Result<Whole, Short>, Failure> {
    let mut pass = Pass::new(total.unwrap_or(0));
    let mut followed: HashSet<Text> = HashSet::new();
    let (mut page, mut doubled, mut whole) = (first, 0, true);
    loop {
        let next = page.next.take();
        let rows = page.users.len() as u64;
        doubled += rows - pass.take(pass.after(), page)?;
        let Some(cursor) = next else { break };
        if !followed.insert(cursor.clone()) {
            whole = false;
            break;
        }
        page = match bounds.fetch(source, Ask::Cursor(&cursor)).await {
            Ok(page) => page,
            // It expired or was never good: what came is a part.
            Err(failure) if is_past(&failure) => {
                whole = false;
                break;
            }
            Err(failure) => return Err(failure),
        };
    }
    let seen = pass.seen();
    Ok(match total {
        Some(total) if seen < total => Err(pass.short()),
        _ if !whole => Err(Short::Disordered { seen }),
        // One that came twice may have taken another's place.
        _ if doubled > 0 && total != Some(seen) => Err(Short::Disordered { seen }),
        _ => Ok(pass.whole()),
    })
}

fn endless(total: u64, step: u64) -> Failure {
    Failure::new(
        FailureKind::Protocol,
        format!(
            "the service gives {step} of {total} accounts a page: that is more than {MAX_PAGES} requests"
        ),
    )
}

/// Fetches pages in parallel; `false` at a page without a new id.
async fn round(
    source: &impl FetchPage,
    bounds: &Bounds,
    pass: &mut Pass,
    starts: Vec<u64>,
    at_once: usize,
) -> Result<bool, Failure> {
    let fetches = starts
        .into_iter()
        .map(|start| async move { (start, bounds.fetch(source, Ask::From(start)).await) });
    let mut pages = stream::iter(fetches).buffer_unordered(at_once.max(1));
    while let Some((start, page)) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            // There is no such page, though the total says so.
            Err(failure) if is_past(&failure) => return Ok(false),
            Err(failure) => return Err(failure),
        };
        if pass.take_counted(start, page)? == 0 || pass.moved {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests;

//! Which users stand on a page, truthfully or not.

use super::answer::Refusal;
use super::desk::Desk;
use super::faults::ListingFaults;
use super::ids::scatter;
use super::request::Request;
use super::user::User;

/// How many users a page holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) default: usize,
    pub(super) max: usize,
}

/// The users of one page, by sequence number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) seqs: Vec<u64>,
    pub(super) total: usize,
    pub(super) start: usize,
    /// What `itemsPerPage` says.
    pub(super) claimed: usize,
}

/// Picks a page out of `found`, or out of everybody. `startIndex` counts records from 1.
pub(super) fn select(
    desk: &mut Desk,
    request: &Request,
    found: Option<&[u64]>,
    limits: Limits,
) -> Result<Selection, Refusal> {
    let start = number(request, "startIndex")?.unwrap_or(1).max(1);
    let count = number(request, "count")?.unwrap_or(limits.default).min(limits.max);
    desk.lists += 1;
    let lists = desk.lists;
    let lies = &desk.options.faults.listing;
    let count = if lies.ignore_count { limits.default } else { count };
    let count = lies.page.map_or(count, |page| count.min(page));

    let mut all = found.unwrap_or_else(|| desk.account.listed());
    let shown: Vec<u64>;
    if lies.hides {
        let is_on = |seq: &&u64| desk.account.get(**seq).is_some_and(User::is_active);
        shown = all.iter().filter(is_on).copied().collect();
        all = &shown;
    }
    let shuffled;
    let order = if lies.shuffle {
        let salt = desk.options.seed.wrapping_add(lists << 32);
        let mut copy = all.to_vec();
        copy.sort_by_cached_key(|seq| scatter(salt, *seq));
        shuffled = copy;
        &shuffled[..]
    } else {
        all
    };
    // Only whole lists lie: a look-up by a filter stays right.
    let truth = ListingFaults::default();
    let lies = if found.is_some() { &truth } else { lies };
    let drift = usize::from(lies.drift && lists.is_multiple_of(2));
    let total = (order.len() + drift).saturating_sub(lies.long);
    let there = &order[..order.len().saturating_sub(lies.short)];
    let begins_anew = lies.no_start || lies.again && start > there.len();
    let first = if begins_anew { 0 } else { start - 1 };
    let mut seqs: Vec<u64> = there.iter().skip(first).take(count).copied().collect();
    if lies.duplicates
        && let Some(last) = seqs.last().copied()
    {
        seqs.push(last);
    }
    let total = if lies.follows { seqs.len() } else { total };
    let total = lies.cap.map_or(total, |cap| total.min(cap));
    Ok(Selection { total, start, claimed: lies.claimed.unwrap_or(seqs.len()), seqs })
}

/// A number of the query; below zero counts as zero, as the RFC wants it.
fn number(request: &Request, name: &str) -> Result<Option<usize>, Refusal> {
    let Some(text) = request.parameter(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let number: i64 =
        text.parse().map_err(|_| Refusal::bad(format!("The parameter {name} is not a number.")))?;
    Ok(Some(usize::try_from(number.max(0)).unwrap_or(usize::MAX)))
}

//! Who is who: brings desired accounts, records and live accounts together, each at most once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::held::Holding;
use super::moves::{Entry, Records, is_paused};
use crate::desired::{Account as Wanted, DesiredConnection};
use crate::live::{Account as Live, Live as Listing};
use crate::model::{Attribute, Text, Value, fold, folded, nfc, same_address};
use crate::state::{Account as Known, Status};

/// One account from all three sides.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    /// Its key.
    pub key: &'a Text,
    /// What the configuration asks for.
    pub wanted: Option<&'a Wanted>,
    /// What is recorded.
    pub known: Option<&'a Known>,
    /// What the service says: an index into the listing.
    pub live: Option<usize>,
    /// The key that the state has the record under, where that is another.
    pub moved_from: Option<&'a Text>,
    /// Whether a paused rule or connection holds the account still.
    pub paused: bool,
    /// Several live accounts have the address: indices into the listing. Unless the account's own id is among them,
    /// nothing tells which one is meant.
    pub twins: Vec<usize>,
    /// Whether it is that of a person whose record can't be used: then it is still, too.
    pub held: bool,
    /// Another person asks for the recorded address, or holds it: both sides are blocked. The key is
    /// that of the other.
    pub recycled: Option<&'a Text>,
}

impl<'a> Subject<'a> {
    /// The address that the account is looked for under: its live one, else the recorded one, else that which is
    /// asked for.
    fn address(&self, accounts: &'a [Live]) -> &'a str {
        let live = self.live.map(|at| accounts.get(at).expect("matching found it in the list"));
        let known = self.known.filter(|known| !known.owns_nothing()).map(|known| &known.user_name);
        live.map(|live| &live.user_name)
            .or(known)
            .or(self.wanted.map(|wanted| &wanted.user_name))
            .map_or("", Text::as_str)
    }

    /// Whether the account is the one that the record names by its id.
    pub(super) fn is_by_id(&self, accounts: &[Live]) -> bool {
        let live = self.live.and_then(|at| accounts.get(at)).map(|live| &live.id);
        live.is_some() && live == self.known.and_then(|known| known.id.as_ref())
    }
}

/// All subjects of a connection, and the live accounts nobody claims.
#[derive(Debug)]
pub(super) struct Matched<'a> {
    /// Sorted by key.
    pub subjects: Vec<Subject<'a>>,
    /// By index into the listing: which subject holds it.
    pub holder: Vec<Option<usize>>,
    /// Live accounts by folded user name, for finding who holds an address.
    pub names: Names<'a>,
}

/// Live accounts by folded user name, gathered when somebody asks first: in a settled account nobody does.
#[derive(Debug)]
pub(super) struct Names<'a> {
    accounts: &'a [Live],
    gathered: OnceCell<Gathered<'a>>,
}

#[derive(Debug)]
struct Gathered<'a> {
    /// The first account of each name.
    first: HashMap<Cow<'a, str>, usize>,
    /// The next account of the same name, for each account.
    next: Vec<Option<usize>>,
    /// Whether any two have the same name.
    doubled: bool,
}

impl<'a> Names<'a> {
    fn of(listing: &'a Listing) -> Self {
        Self { accounts: listing.accounts(), gathered: OnceCell::new() }
    }

    fn gathered(&self) -> &Gathered<'a> {
        self.gathered.get_or_init(|| {
            let mut first = HashMap::with_capacity(self.accounts.len());
            let mut next = vec![None; self.accounts.len()];
            for (at, account) in self.accounts.iter().enumerate().rev() {
                let after = first.insert(folded(&account.user_name), at);
                if let Some(slot) = next.get_mut(at) {
                    *slot = after;
                }
            }
            let doubled = first.len() < self.accounts.len();
            Gathered { first, next, doubled }
        })
    }

    /// The live accounts of that name, in the order of the listing.
    pub(super) fn holders(&self, user_name: &str) -> impl Iterator<Item = usize> + '_ {
        let Gathered { first, next, .. } = self.gathered();
        let first = first.get(&folded(user_name)).copied();
        std::iter::successors(first, |at| next.get(*at).copied().flatten())
    }
}

impl Names<'_> {
    /// The live accounts of that name, where there are several.
    fn twins(&self, user_name: &str) -> Vec<usize> {
        if !self.gathered().doubled {
            return Vec::new();
        }
        let holders: Vec<usize> = self.holders(user_name).collect();
        if holders.len() > 1 { holders } else { Vec::new() }
    }
}

/// Matches in the order that the design gives: the state's accounts by id; those whose id is gone by
/// user name; then records that nobody asks for any more to newcomers of the same person; then
/// desired accounts without a record by user name.
pub(super) fn matched<'a>(
    desired: &'a DesiredConnection,
    known: &Records<'a>,
    listing: &'a Listing,
) -> Matched<'a> {
    let accounts = listing.accounts();
    let names = Names::of(listing);
    let mut taken = vec![false; accounts.len()];
    let mut live_of: Vec<Option<usize>> = vec![None; known.len()];

    for ((_, entry), live) in known.iter().zip(&mut live_of) {
        let Some(id) = &entry.known.id else { continue };
        if let Some(at) = listing.position(id)
            && let Some(free) = taken.get_mut(at).filter(|taken| !**taken)
        {
            *free = true;
            *live = Some(at);
        }
    }
    for ((_, Entry { known: record, .. }), live) in known.iter().zip(&mut live_of) {
        // Who holds the address is somebody else as long as the recorded account may still be there, and nobody
        // knows who where several do.
        let unread = record.id.as_ref().is_some_and(|id| listing.is_unread(id));
        if live.is_none()
            && !record.owns_nothing()
            // Of who has left, nothing but the recorded account is theirs.
            && record.status != Status::Deprovisioned
            && !unread
            && names.twins(&record.user_name).is_empty()
            && let Some(at) = first_free(&names, &record.user_name, &taken)
        {
            mark(&mut taken, at);
            *live = Some(at);
        }
    }

    // Both sides are sorted by key: one walk tells who is asked for still, who is new, and who is left.
    let mut left = Vec::new();
    let mut subjects = Vec::with_capacity(desired.accounts.len());
    let mut records = known.iter().zip(live_of).peekable();
    for wanted in &desired.accounts {
        while let Some(record) = records.next_if(|((key, _), _)| **key < wanted.key) {
            left.push(record);
        }
        let own = records.next_if(|((key, _), _)| **key == wanted.key);
        let entry = own.map(|((_, entry), _)| entry);
        subjects.push(Subject {
            key: &wanted.key,
            wanted: Some(wanted),
            known: entry.map(|entry| entry.known),
            live: own.and_then(|(_, live)| live),
            moved_from: entry.and_then(|entry| entry.moved_from),
            paused: false,
            twins: Vec::new(),
            held: false,
            recycled: None,
        });
    }
    left.extend(records);
    let mut abandoned = Abandoned::new(desired, left, accounts);
    for subject in subjects.iter_mut().filter(|subject| subject.known.is_none()) {
        if subject.wanted.is_none_or(|wanted| names.twins(&wanted.user_name).is_empty()) {
            abandoned.settle(subject);
        }
    }
    for subject in &mut subjects {
        let is_free = |known: &Known| {
            known.owns_nothing() || known.status == Status::Deprovisioned && subject.live.is_none()
        };
        if subject.known.is_none_or(is_free)
            && subject.recycled.is_none()
            && let Some(wanted) = subject.wanted
            && names.twins(&wanted.user_name).is_empty()
            && let Some(at) = first_free(&names, &wanted.user_name, &taken)
        {
            mark(&mut taken, at);
            subject.live = Some(at);
        }
    }
    abandoned.rest(&mut subjects);
    for subject in &mut subjects {
        subject.twins = names.twins(subject.address(accounts));
    }
    subjects.sort_by(|a, b| a.key.cmp(b.key));

    let mut holder = vec![None; accounts.len()];
    for (index, subject) in subjects.iter().enumerate() {
        if let Some(slot) = subject.live.and_then(|at| holder.get_mut(at)) {
            *slot = Some(index);
        }
    }
    Matched { subjects, holder, names }
}

fn first_free(names: &Names<'_>, user_name: &str, taken: &[bool]) -> Option<usize> {
    names.holders(user_name).find(|at| taken.get(*at) == Some(&false))
}

fn mark(taken: &mut [bool], at: usize) {
    if let Some(slot) = taken.get_mut(at) {
        *slot = true;
    }
}

/// Records that the configuration does not ask for under their own key.
struct Abandoned<'a> {
    accounts: &'a [Live],
    live_of: BTreeMap<&'a Text, usize>,
    /// Folded live and recorded names to keys; live names first.
    by_live_name: BTreeMap<Text, &'a Text>,
    by_recorded_name: BTreeMap<Text, &'a Text>,
    paused: BTreeSet<&'a Text>,
    held: BTreeSet<&'a Text>,
    left: BTreeMap<&'a Text, Entry<'a>>,
    /// Key of a record to the key of the newcomer who asks for its address.
    recycled: BTreeMap<&'a Text, &'a Text>,
}

impl<'a> Abandoned<'a> {
    /// Of the records that are left, each with its live account.
    fn new(
        desired: &'a DesiredConnection,
        left: Vec<(&(&'a Text, Entry<'a>), Option<usize>)>,
        accounts: &'a [Live],
    ) -> Self {
        let mut this = Self {
            accounts,
            live_of: BTreeMap::new(),
            by_live_name: BTreeMap::new(),
            by_recorded_name: BTreeMap::new(),
            paused: BTreeSet::new(),
            held: BTreeSet::new(),
            left: BTreeMap::new(),
            recycled: BTreeMap::new(),
        };
        let holding = Holding::of(desired);
        for ((key, entry), at) in left {
            let record = entry.known;
            let is_held = holding.holds(key, record, at.and_then(|at| accounts.get(at)));
            if is_held {
                this.held.insert(key);
            }
            if is_held || is_paused(desired, record) {
                this.paused.insert(key);
            }
            if let Some(at) = at {
                this.live_of.insert(key, at);
            }
            if let Some(at) = at {
                let live = accounts.get(at).expect("matching found it in the list");
                this.by_live_name.entry(fold(&live.user_name)).or_insert(key);
            }
            this.by_recorded_name.entry(fold(&record.user_name)).or_insert(key);
            this.left.insert(key, *entry);
        }
        this
    }

    /// Gives a newcomer the record of the same person, or marks both as a recycled address.
    fn settle(&mut self, subject: &mut Subject<'a>) {
        let Some(wanted) = subject.wanted else { return };
        if self.left.is_empty() {
            return;
        }
        let name = fold(&wanted.user_name);
        let candidates = [self.by_live_name.get(&name), self.by_recorded_name.get(&name)];
        let Some(key) = candidates.into_iter().flatten().find(|key| self.left.contains_key(*key))
        else {
            return;
        };
        let key = *key;
        let Some(entry) = self.left.get(key).copied().filter(|entry| !entry.known.owns_nothing())
        else {
            return;
        };
        let record = entry.known;
        let at = self.live_of.get(key).copied();
        let live = at.map(|at| self.accounts.get(at).expect("matching found it in the list"));
        if self.paused.contains(key) {
            subject.recycled = Some(key);
        } else if same_person(wanted, record, live) {
            self.left.remove(key);
            subject.known = Some(record);
            subject.live = at;
            subject.moved_from = entry.moved_from.or(Some(key));
        } else if live.is_some() || record.status == Status::Pending {
            subject.recycled = Some(key);
            self.recycled.insert(key, subject.key);
        }
        // Otherwise the other person's account is gone: that record is forgotten, and nobody holds
        // the address.
    }

    /// Adds the records that nobody took.
    fn rest(self, subjects: &mut Vec<Subject<'a>>) {
        for (key, entry) in &self.left {
            subjects.push(Subject {
                key,
                wanted: None,
                known: Some(entry.known),
                live: self.live_of.get(key).copied(),
                moved_from: entry.moved_from,
                paused: self.paused.contains(key),
                twins: Vec::new(),
                held: self.held.contains(key),
                recycled: self.recycled.get(key).copied(),
            });
        }
    }
}

/// Whether given and family name agree, or are not managed. A name agrees that equals what was
/// written or what the service shows: people rename themselves in either place.
fn same_person(wanted: &Wanted, record: &Known, live: Option<&Live>) -> bool {
    [Attribute::GivenName, Attribute::FamilyName].into_iter().all(|attribute| {
        let Some(name) = wanted.values.text(attribute).filter(|name| !name.is_empty()) else {
            return true;
        };
        let known = [record.written.get(attribute), live.and_then(|l| l.values.get(attribute))];
        let mut known = known.into_iter().flatten().filter_map(Value::as_text).peekable();
        known.peek().is_none() || known.any(|known| same_name(known, name))
    })
}

fn same_name(a: &str, b: &str) -> bool {
    same_address(a, b) || nfc(a).to_lowercase() == nfc(b).to_lowercase()
}

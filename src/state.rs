//! What Enroll did last: which accounts it manages, their ids, owners and the values it wrote.
//!
//! Pure data. `codec` reads and writes its file format, `disk` keeps the file.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Attribute, Fingerprint, Text, Value, Values};

/// The state of all connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Made once when the state is born (a UUID); empty for a state that was never written.
    pub lineage: Text,
    /// Counts the writes.
    pub serial: u64,
    /// By the connection's label.
    pub connections: BTreeMap<Text, Connection>,
    /// The applies that began to write to a shared state and have not ended there, the oldest first: each by an id
    /// that nobody can guess. Only their journals may be brought in.
    pub runs: Vec<Text>,
}

/// What is remembered of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Which account at the service this is about; `None` before the first apply.
    pub fingerprint: Option<Fingerprint>,
    /// By key.
    pub accounts: BTreeMap<Text, Account>,
    /// Ids of accounts without a record that Enroll itself had switched off: whoever of them is asked for
    /// again was not switched off by somebody else.
    pub switched_off: BTreeSet<Text>,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Enroll left it switched on.
    Active,
    /// Enroll left it switched off, as the source wants it.
    Disabled,
    /// Created, but the service does not show it yet.
    Pending,
    /// Removed: nobody asks for it any more. Switched off, by a disable or by a delete that does no more.
    Deprovisioned,
    /// A create was sent, and nobody knows what became of it. Nothing at the service is ours by it.
    Unknown,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Active, Self::Disabled, Self::Pending, Self::Deprovisioned, Self::Unknown];

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Pending => "pending",
            Self::Deprovisioned => "deprovisioned",
            Self::Unknown => "unknown",
        }
    }
}

/// How an account came under management.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Enroll created it.
    Created,
    /// It was there before.
    Adopted,
}

impl Provenance {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Adopted => "adopted",
        }
    }
}

/// What an account had before a disable took it away, for a later enable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// `user_type` as it was.
    pub user_type: Option<Value>,
    /// `licenses` as they were.
    pub licenses: Option<Value>,
}

impl Kept {
    /// The kept value of an attribute.
    pub fn get(&self, attribute: Attribute) -> Option<&Value> {
        if attribute == Attribute::UserType {
            self.user_type.as_ref()
        } else if attribute == Attribute::Licenses {
            self.licenses.as_ref()
        } else {
            None
        }
    }
}

/// How an account came to be deprovisioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// When, as RFC 3339; set by whoever carries the removal out.
    pub at: Option<Text>,
    /// The reason of the plan that did it, such as `left_rules`.
    pub reason: Text,
    /// Somebody else had switched it off before: its later enable needs a confirmation.
    pub off_before: bool,
    /// The service took a delete, and only switched the account off.
    pub deleted: bool,
}

/// That an account should be off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaver {
    /// When an apply first recorded so, as RFC 3339; set by that apply.
    pub since: Option<Text>,
}

/// A value that the service refused, or took without keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What was asked for.
    pub desired: Value,
    /// What the service has instead.
    pub live: Option<Value>,
    /// The status of the answer that refused the request with this value in it; `None` where the service took it
    /// and did not keep it. Which of several values it was that the service did not like, nobody knows.
    pub status: Option<u16>,
}

/// What is remembered of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The service's id; `None` for a pending account whose id nobody learnt.
    pub id: Option<Text>,
    /// The address last written or adopted.
    pub user_name: Text,
    /// How it stands.
    pub status: Status,
    /// How it came.
    pub provenance: Provenance,
    /// The rules that own it, sorted.
    pub rules: Vec<Text>,
    /// Whether `guard.protect` covered it while it was asked for.
    pub protect: bool,
    /// The owning rules that prevented its removal while it was asked for, sorted.
    pub prevent_removal: Vec<Text>,
    /// The values last written, or found equal when adopted.
    pub written: Values,
    /// Values that the service did not keep.
    pub refused: BTreeMap<Attribute, Refused>,
    /// What a disable took away.
    pub kept: Option<Kept>,
    /// That it should be off and is not yet.
    pub leaver: Option<Leaver>,
    /// How it came to be deprovisioned.
    pub left: Option<Left>,
    /// The live version under which every managed value was seen equal to what was written.
    pub version: Option<Text>,
    /// Whether it was last seen switched off and in no list: the service hides who is off.
    pub hidden: bool,
    /// When this record was last written, as RFC 3339.
    pub updated: Option<Text>,
    /// Short digests of what the rules said of each attribute when the values were last written: they tell later
    /// whether a rule changed or a person's record. Made by `plan::causes`.
    pub mapped: Option<Text>,
}

impl Account {
    /// Whether an enable was broken off before what the account had was given back: the only way for
    /// an active account to have anything kept.
    pub fn is_owed(&self) -> bool {
        self.status == Status::Active && self.kept.is_some()
    }

    /// Remembers what the service did not keep; of licences only those that it names, beside the others.
    pub fn refuse(&mut self, attribute: Attribute, new: Refused) {
        let Refused { desired, live, status: _ } = &new;
        match (desired, self.refused.get_mut(&attribute)) {
            (
                Value::Map(desired),
                Some(Refused { desired: Value::Map(known), live: kept, status }),
            ) => {
                *status = new.status.or(*status);
                if !matches!(kept, Some(Value::Map(_))) {
                    *kept = Some(Value::Map(Box::default()));
                }
                for (key, value) in desired.iter() {
                    known.insert(key.clone(), value.clone());
                    let Some(Value::Map(kept)) = kept else { continue };
                    match live.as_ref().and_then(|live| live.license(key)) {
                        Some(live) => kept.insert(key.clone(), live.clone()),
                        None => kept.remove(key),
                    };
                }
            }
            _ => drop(self.refused.insert(attribute, new)),
        }
    }

    /// Forgets that the service did not keep one licence; what is remembered of the others stays.
    pub fn accept_license(&mut self, key: &str) {
        let Some(refused) = self.refused.get_mut(&Attribute::Licenses) else { return };
        if let Value::Map(desired) = &mut refused.desired {
            desired.remove(key);
        }
        if let Some(Value::Map(live)) = &mut refused.live {
            live.remove(key);
        }
        if refused.desired.is_empty() {
            self.refused.remove(&Attribute::Licenses);
        }
    }

    /// Whether the service refused to create it, since its address belongs to an account that LIST does
    /// not show. Nothing there is ours: the record only remembers not to ask every night.
    pub fn is_refused(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Unknown)
            && self.id.is_none()
            && self.refused.contains_key(&Attribute::UserName)
    }

    /// Whether no account is ours by this record: its create was refused, or nobody knows what became of it. It
    /// matches nobody; whoever turns up under its address is a stranger, to be adopted while asked for.
    pub fn owns_nothing(&self) -> bool {
        self.status == Status::Unknown || self.is_refused()
    }

    /// Notes when the record was written, and what it says for the first time.
    pub fn stamp(&mut self, now: &Text) {
        if let Some(left) = &mut self.left {
            left.at.get_or_insert_with(|| now.clone());
        }
        if let Some(leaver) = &mut self.leaver {
            leaver.since.get_or_insert_with(|| now.clone());
        }
        self.updated = Some(now.clone());
    }

    /// Whether Enroll itself switched the account off.
    fn is_off_by_us(&self) -> bool {
        match self.status {
            Status::Deprovisioned => self.left.as_ref().is_none_or(|left| !left.off_before),
            Status::Disabled => self.kept.is_some(),
            Status::Active | Status::Pending | Status::Unknown => false,
        }
    }
}

/// How many applies are remembered that never ended: their machines are gone.
const MOST_RUNS: usize = 100;

impl State {
    /// Notes that an apply begins to write here.
    pub fn begin_run(&mut self, run: &Text) {
        if !self.runs.contains(run) {
            self.runs.push(run.clone());
        }
        let extra = self.runs.len().saturating_sub(MOST_RUNS);
        self.runs.drain(..extra);
    }

    /// Notes that everything of an apply is here.
    pub fn end_run(&mut self, run: &str) {
        self.runs.retain(|other| other != run);
    }

    /// Whether nothing was ever recorded.
    pub fn is_new(&self) -> bool {
        self.lineage.is_empty() && self.connections.values().all(|c| c.accounts.is_empty())
    }

    /// The record at `address`.
    pub fn account(&self, address: &Address) -> Option<&Account> {
        self.connections.get(&address.connection)?.accounts.get(&address.key)
    }

    /// The address that the account of this one is recorded under: the same one, or one that differs by the Unicode
    /// normalization form of its key.
    pub fn recorded(&self, address: &Address) -> Option<Address> {
        if self.account(address).is_some() {
            return Some(address.clone());
        }
        self.accounts().map(|(known, _)| known).find(|known| known.is_same(address))
    }

    /// Sets or drops the record at `address`. Of an account that goes on without a record it is remembered that
    /// Enroll had switched it off.
    pub fn put(&mut self, address: &Address, account: Option<Account>) {
        match account {
            Some(account) => {
                let connection = self.connections.entry(address.connection.clone()).or_default();
                if let Some(id) = &account.id {
                    connection.switched_off.remove(id);
                }
                connection.accounts.insert(address.key.clone(), account);
            }
            None => {
                if let Some(connection) = self.connections.get_mut(&address.connection)
                    && let Some(dropped) = connection.accounts.remove(&address.key)
                    && dropped.is_off_by_us()
                {
                    connection.switched_off.extend(dropped.id);
                }
            }
        }
    }

    /// Drops the record at `address` of an account that is gone from the service.
    pub fn gone(&mut self, address: &Address) {
        if let Some(connection) = self.connections.get_mut(&address.connection) {
            connection.accounts.remove(&address.key);
        }
    }

    /// Every record with its address, in order.
    pub fn accounts(&self) -> impl Iterator<Item = (Address, &Account)> {
        self.connections.iter().flat_map(|(name, connection)| {
            connection
                .accounts
                .iter()
                .map(move |(key, account)| (Address::new(name.clone(), key.clone()), account))
        })
    }
}

//! A service in memory, and a state keeper: the outside as the ports see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::apply::{Run, apply};
use crate::event::{Event, Listener, Outcome};
use crate::live::{Account, Live, Seen};
use crate::model::{Address, Attribute, Text, Value, fold};
use crate::plan::tests::world::{CONNECTION, World};
use crate::plan::{PlanInput, Planned, check, plan};
use crate::port::{
    Answer, Answered, Before, Created, Failure, FailureKind, Finished, Found, Intent, KeepState,
    NewAccount, ReadAccounts, Update, WriteAccounts,
};
use crate::refresh::{Mode, Needs, refresh};
use crate::state::{self, State};

/// What the service does wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    /// The number of the write, from 0, that fails without an effect.
    pub fail_write: Option<usize>,
    /// From that write on every one is refused for good.
    pub down_from: Option<usize>,
    /// Attributes that an update keeps as they were.
    pub ignored: BTreeSet<Attribute>,
    /// Attributes that a create leaves out.
    pub dropped: BTreeSet<Attribute>,
    /// What every write to an account of that user name is answered with.
    pub refused: BTreeMap<Text, Failure>,
    /// User names that stay hidden after a create.
    pub hidden: BTreeSet<Text>,
    /// User names that belong to another account.
    pub elsewhere: BTreeSet<Text>,
    /// Answers to writes have no body.
    pub silent: bool,
}

#[derive(Debug)]
pub(super) struct Service {
    pub accounts: Mutex<Vec<Account>>,
    pub faults: Faults,
    pub lists: AtomicUsize,
    pub reads: AtomicUsize,
    pub writes: AtomicUsize,
}

impl Service {
    pub(super) fn of(world: &World, faults: Faults) -> Self {
        Self {
            accounts: Mutex::new(world.live.clone()),
            faults,
            lists: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
        }
    }

    fn write<T>(
        &self,
        f: impl FnOnce(&mut Vec<Account>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        if self.faults.down_from.is_some_and(|from| number >= from) {
            return Err(Failure::new(FailureKind::Unreachable, "nobody answers"));
        }
        if self.faults.fail_write == Some(number) {
            return Err(Failure::new(FailureKind::Service, "it broke"));
        }
        f(&mut self.accounts.lock().unwrap())
    }

    fn on(
        &self,
        id: &str,
        f: impl FnOnce(&mut Account) -> Result<(), Failure>,
    ) -> Result<Answered<Answer>, Failure> {
        self.write(|accounts| {
            let account = accounts
                .iter_mut()
                .find(|account| account.id == id)
                .ok_or_else(|| Failure::new(FailureKind::Missing, "no such user"))?;
            if let Some(failure) = self.faults.refused.get(&account.user_name) {
                return Err(failure.clone());
            }
            f(account)?;
            account.version = Some(format!("v{}", self.writes.load(Ordering::SeqCst)).into());
            let said = (!self.faults.silent).then(|| account.clone());
            let tracking_id = Some(format!("track-{}", self.writes.load(Ordering::SeqCst)));
            Ok(Answered { said, tracking_id })
        })
    }
}

impl ReadAccounts for Service {
    async fn list(&self) -> Result<Live, Failure> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        let accounts: Vec<_> = self
            .accounts
            .lock()
            .unwrap()
            .iter()
            .filter(|account| !self.faults.hidden.contains(&account.user_name))
            .map(|account| Account {
                values: account
                    .values
                    .iter()
                    .filter(|(attribute, _)| attribute.spec().in_list)
                    .map(|(attribute, value)| (attribute, value.clone()))
                    .collect(),
                seen: Seen::Listed,
                admin: None,
                ..account.clone()
            })
            .collect();
        let total = accounts.len() as u64;
        Ok(Live::complete(accounts, total).unwrap())
    }

    async fn read(&self, id: &str) -> Result<Option<Account>, Failure> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let accounts = self.accounts.lock().unwrap();
        Ok(accounts
            .iter()
            .find(|a| a.id == id && !self.faults.hidden.contains(&a.user_name))
            .map(|account| Account { admin: account.admin.or(Some(false)), ..account.clone() }))
    }

    async fn find(&self, user_name: &str) -> Result<Found, Failure> {
        let accounts = self.accounts.lock().unwrap();
        let found = accounts.iter().find(|account| fold(&account.user_name) == fold(user_name));
        Ok(found.map_or(Found::Absent, |account| Found::Account(Box::new(account.clone()))))
    }
}

impl WriteAccounts for Service {
    async fn create(&self, new: &NewAccount) -> Result<Answered<Created>, Failure> {
        self.write(|accounts| {
            if let Some(failure) = self.faults.refused.get(&new.user_name) {
                return Err(failure.clone());
            }
            let taken = accounts.iter().any(|a| fold(&a.user_name) == fold(&new.user_name));
            if taken || self.faults.elsewhere.contains(&new.user_name) {
                return Err(Failure::new(FailureKind::Taken, "already in use"));
            }
            let account = Account {
                id: format!("new-{}", self.writes.load(Ordering::SeqCst)).into(),
                user_name: new.user_name.clone(),
                active: true,
                values: new
                    .values
                    .iter()
                    .filter(|(attribute, _)| !self.faults.dropped.contains(attribute))
                    .map(|(attribute, value)| (attribute, value.clone()))
                    .collect(),
                seen: Seen::Read,
                version: Some("v0".into()),
                admin: Some(false),
            };
            accounts.push(account.clone());
            Ok(Answered::untracked(Created::Account(Box::new(account))))
        })
    }

    async fn update(&self, id: &str, update: &Update) -> Result<Answered<Answer>, Failure> {
        let ignored = &self.faults.ignored;
        let taken = update.user_name.as_ref().is_some_and(|name| {
            let accounts = self.accounts.lock().unwrap();
            accounts.iter().any(|a| a.id != id && fold(&a.user_name) == fold(name))
        });
        self.on(id, |account| {
            if taken {
                return Err(Failure::new(FailureKind::Taken, "already in use"));
            }
            if let Some(name) = &update.user_name
                && !ignored.contains(&Attribute::UserName)
            {
                account.user_name = name.clone();
            }
            for (attribute, value) in update.values.iter().filter(|(a, _)| !ignored.contains(a)) {
                account.values.merge(attribute, value.clone());
            }
            Ok(())
        })
    }

    async fn set_active(&self, id: &str, active: bool) -> Result<Answered<Answer>, Failure> {
        self.on(id, |account| {
            if account.admin != Some(true) {
                account.active = active;
                if !active {
                    account.values.remove(Attribute::Licenses);
                    account.values.set(Attribute::UserType, Value::text("Basic"));
                }
            }
            Ok(())
        })
    }

    async fn delete(&self, id: &str) -> Result<Answered<()>, Failure> {
        self.write(|accounts| {
            accounts.retain(|account| account.id != id);
            Ok(Answered::untracked(()))
        })
    }
}

/// Keeps the state in memory, and every intent.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    pub state: Mutex<State>,
    pub intents: Mutex<Vec<(Intent, Option<Before>)>>,
    /// Each finished step in words: action, user name, result, tracking id.
    pub finished: Mutex<Vec<String>>,
    pub broken: bool,
}

impl KeepState for Keeper {
    async fn intent(
        &self,
        intent: &Intent,
        _: &Text,
        before: Option<&Before>,
    ) -> Result<(), Failure> {
        if self.broken {
            return Err(Failure::new(FailureKind::Local, "the disk is full"));
        }
        self.intents.lock().unwrap().push((intent.clone(), before.cloned()));
        Ok(())
    }

    async fn done(
        &self,
        address: &Address,
        record: Option<&state::Account>,
        step: Option<&Finished<'_>>,
    ) -> Result<(), Failure> {
        self.state.lock().unwrap().put(address, record.cloned());
        match step {
            Some(step) => self.failed(step).await,
            None => Ok(()),
        }
    }

    async fn failed(&self, step: &Finished<'_>) -> Result<(), Failure> {
        let result = step.failure.map_or("done", |(failure, _)| failure.detail.as_str());
        let tracking_id = step.tracking_id.unwrap_or("-");
        let line = format!("{} {}: {result}, {tracking_id}", step.action, step.user_name);
        self.finished.lock().unwrap().push(line);
        Ok(())
    }
}

#[derive(Debug, Default)]
pub(super) struct Heard(pub Mutex<Vec<Event>>);

impl Listener for Heard {
    fn hear(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Refreshes, plans and checks, as the command does.
pub(super) async fn replan(world: &World, service: &Service, mode: Mode) -> Planned {
    let needs = Needs {
        connection: &world.desired.connections[CONNECTION],
        state: &world.state,
        options: &world.options,
        mode,
    };
    let mut cache = world.cache.lock().unwrap().clone();
    let live = refresh(service, needs, &mut cache).await.unwrap();
    *world.cache.lock().unwrap() = cache;
    let live: BTreeMap<Text, Live> = [(CONNECTION.into(), live)].into();
    let fingerprints = BTreeMap::new();
    let input: PlanInput<'_> = world.input(&live, &fingerprints);
    let planned = plan(&input).unwrap();
    assert_eq!(check(&planned, &input), Vec::<String>::new());
    planned
}

/// Plans and applies once; the world's state is what was kept.
pub(super) async fn round(world: &mut World, service: &Service) -> (Planned, Outcome, Vec<Event>) {
    let planned = replan(world, service, Mode::Changed).await;
    let keeper = Keeper { state: Mutex::new(world.state.clone()), ..Keeper::default() };
    let heard = Heard::default();
    let stop = AtomicBool::new(false);
    let connection = CONNECTION.into();
    let run = Run {
        connection: &connection,
        port: service,
        keep: &keeper,
        live: None,
        listener: &heard,
        now: &|| "2026-01-01T00:00:00Z".into(),
        at_once: 3,
        may_pend: true,
        stop: &stop,
    };
    let outcome = apply(&run, &planned.work).await;
    world.state = keeper.state.into_inner().unwrap();
    (planned, outcome, heard.0.into_inner().unwrap())
}

//! The order of an apply: phases as barriers, several accounts at once, one write at a time for each.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt};

use super::before::before;
use super::step::{Done, Learns, carry_out};
use crate::event::{Event, Listener, Outcome, Trouble, What};
use crate::live::Live;
use crate::model::{Action, Address, Text};
use crate::plan::{Phase, Step, Task, Work};
use crate::port::{Failure, FailureKind, Finished, Intent, KeepState, WriteAccounts};
use crate::state::{Account as Record, Status};

/// What a run needs besides the work.
pub struct Run<'a, W, K> {
    /// The connection that the work is for.
    pub connection: &'a Text,
    /// Its service.
    pub port: &'a W,
    /// Its accounts as the plan saw them.
    pub live: Option<&'a Live>,
    /// Where finished steps are recorded.
    pub keep: &'a K,
    /// Who wants to hear of it.
    pub listener: &'a dyn Listener,
    /// The time now, as RFC 3339.
    pub now: &'a (dyn Fn() -> Text + Sync),
    /// How many accounts are worked on at once.
    pub at_once: usize,
    /// Whether the service may hide an account that it has just created.
    pub may_pend: bool,
    /// Set from outside to stop starting anything.
    pub stop: &'a AtomicBool,
}

/// How many accounts are begun before those who share the state are told of the next: what a killed run leaves
/// to be looked up, and what they have to read, stays small.
const SLICE: usize = 500;

/// Carries out the work of one connection.
pub async fn apply<W: WriteAccounts, K: KeepState>(run: &Run<'_, W, K>, work: &Work) -> Outcome {
    let tasks: Vec<&Task> =
        work.tasks.iter().filter(|task| task.address.connection == *run.connection).collect();
    let progress = Progress::default();
    let learnt = work.records.iter().chain(&work.quiet);
    for effect in learnt.filter(|e| e.address.connection == *run.connection) {
        if let Err(failure) = run.record(&effect.address, effect.record.as_ref()).await {
            progress.stop_with(failure);
            break;
        }
    }
    let mut phases: BTreeMap<Phase, Vec<(&Task, Vec<&Step>)>> = BTreeMap::new();
    for &task in &tasks {
        for step in &task.steps {
            let of_phase = phases.entry(step.phase).or_default();
            match of_phase.last_mut() {
                Some((last, steps)) if last.address == task.address => steps.push(step),
                Some(_) | None => of_phase.push((task, vec![step])),
            }
        }
    }
    let mut records: BTreeMap<&Address, Option<Record>> =
        tasks.iter().map(|task| (&task.address, task.base.clone())).collect();
    for (phase, tasks) in phases {
        let started: Vec<_> = tasks
            .into_iter()
            .map(|(task, steps)| {
                let current = records.get(&task.address).cloned().flatten();
                (task, steps, current)
            })
            .collect();
        let mut left = started.into_iter().peekable();
        while left.peek().is_some() {
            let slice: Vec<_> = left.by_ref().take(SLICE).collect();
            run.announce_slice(phase, &slice, &progress).await;
            let mut running = stream::iter(slice)
                .map(|(task, steps, current)| {
                    let progress = &progress;
                    async move {
                        if progress.holds_back(task, phase) {
                            run.skip(task, &steps, progress);
                            return (task, current);
                        }
                        (task, run.account(task, &steps, current, progress).await)
                    }
                })
                .buffer_unordered(run.at_once.max(1));
            while let Some((task, record)) = running.next().await {
                records.insert(&task.address, record);
            }
        }
        if phase == Phase::Create && run.may_pend {
            run.confirm(&mut records, &progress).await;
        }
    }
    progress.into_outcome(run.connection)
}

impl<W: WriteAccounts, K: KeepState> Run<'_, W, K> {
    /// The steps of one account in one phase, one after another.
    async fn account(
        &self,
        task: &Task,
        steps: &[&Step],
        mut current: Option<Record>,
        progress: &Progress,
    ) -> Option<Record> {
        for (at, step) in steps.iter().enumerate() {
            if self.stop.load(Ordering::Relaxed) || progress.stopped() {
                self.skip(task, steps.get(at..).expect("the step is one of them"), progress);
                return current;
            }
            let id = current.as_ref().and_then(|r| r.id.clone()).or_else(|| task.id.clone());
            self.tell(task, step.action, id.as_ref(), What::Start);
            let done = match self.announce(task, step, id.as_ref()).await {
                Ok(()) => {
                    let others_may = || progress.has_written();
                    carry_out(self.port, step, id.as_ref(), current.as_ref(), others_may).await
                }
                Err(failure) => Done::failed(failure),
            };
            let Done { learns, mut trouble, tracking_id } = open(done, step, current.as_ref());
            let learnt = match learns {
                Learns::Nothing => false,
                Learns::Holds(record) => {
                    current = record.map(|record| *record);
                    self.stamp(&mut current);
                    true
                }
            };
            let id = current.as_ref().and_then(|record| record.id.clone()).or(id);
            let finished = Finished {
                address: &task.address,
                user_name: &task.user_name,
                id: id.as_ref(),
                action: step.action,
                at: &(self.now)(),
                tracking_id: tracking_id.as_deref(),
                failure: trouble.as_ref().map(|trouble| (&trouble.failure, trouble.attribute)),
            };
            let kept = if learnt {
                self.keep.done(&task.address, current.as_ref(), Some(&finished)).await
            } else {
                self.keep.failed(&finished).await
            };
            if let Err(failure) = kept {
                // What the service said of the step tells more than that it can't be noted.
                progress.stop_with(failure.clone());
                trouble.get_or_insert(Trouble { failure, attribute: None });
            }
            if step.operation.writes() > 0
                && trouble.as_ref().is_none_or(|trouble| trouble.attribute.is_some())
            {
                progress.wrote();
            }
            if step.action == Action::Create
                && learnt
                && current.as_ref().is_some_and(|record| !record.owns_nothing())
            {
                progress.created(task);
            }
            if let Some(trouble) = trouble {
                if trouble.failure.may_be_of_one() {
                    progress.forbidden(&trouble.failure);
                } else if trouble.failure.is_shared() {
                    progress.stop_with(trouble.failure.clone());
                }
                let event = self.tell(task, step.action, id.as_ref(), What::Failed(trouble));
                progress.failed(event);
                self.skip(task, steps.get(at + 1..).expect("the step is one of them"), progress);
                return current;
            }
            self.tell(task, step.action, id.as_ref(), What::Done);
            progress.done(step.action);
        }
        current
    }

    /// Tells those who share the state what may be tried next. Where they can't be told, nothing is.
    async fn announce_slice(
        &self,
        phase: Phase,
        slice: &[(&Task, Vec<&Step>, Option<Record>)],
        progress: &Progress,
    ) {
        if self.stop.load(Ordering::Relaxed) || progress.stopped() {
            return;
        }
        let mut intents = Vec::new();
        for (task, steps, current) in slice {
            if progress.holds_back(task, phase) {
                continue;
            }
            let id = current.as_ref().and_then(|r| r.id.as_ref()).or(task.id.as_ref());
            let writes = steps.iter().filter(|step| step.operation.writes() > 0);
            intents.extend(writes.map(|step| intent(task, step, id)));
        }
        if let Err(failure) = self.keep.ahead(self.connection, &intents).await {
            progress.stop_with(failure);
        }
    }

    async fn announce(&self, task: &Task, step: &Step, id: Option<&Text>) -> Result<(), Failure> {
        if step.operation.writes() == 0 {
            return Ok(());
        }
        let intent = intent(task, step, id);
        let seen = task.id.as_ref().and_then(|id| self.live?.get(id));
        let before = seen.and_then(|account| before(step, account));
        self.keep.intent(&intent, &(self.now)(), before.as_ref()).await
    }

    async fn record(&self, address: &Address, record: Option<&Record>) -> Result<(), Failure> {
        let mut record = record.cloned();
        self.stamp(&mut record);
        self.keep.done(address, record.as_ref(), None).await
    }

    fn stamp(&self, record: &mut Option<Record>) {
        if let Some(record) = record {
            record.stamp(&(self.now)());
        }
    }

    fn tell(&self, task: &Task, action: Action, id: Option<&Text>, what: What) -> Event {
        let event = Event {
            address: task.address.clone(),
            user_name: task.user_name.clone(),
            id: id.cloned(),
            action,
            what,
        };
        self.listener.hear(&event);
        event
    }

    fn skip(&self, task: &Task, steps: &[&Step], progress: &Progress) {
        for step in steps {
            self.tell(task, step.action, task.id.as_ref(), What::Skipped);
            progress.skipped();
        }
    }

    /// After the creates, which are recorded as pending, one listing tells which accounts the service shows; those
    /// that it does not are read by id. What is shown is active.
    async fn confirm(&self, records: &mut BTreeMap<&Address, Option<Record>>, progress: &Progress) {
        let created = progress.all_created();
        if created.is_empty() || progress.stopped() {
            return;
        }
        let listed = self.port.list().await.ok();
        for address in created {
            let Some((&address, Some(record))) = records.get_key_value(&address) else { continue };
            let Some(id) = record.id.clone().filter(|_| record.status == Status::Pending) else {
                continue;
            };
            let is_listed = listed.as_ref().is_some_and(|live| live.get(&id).is_some());
            if !is_listed && !matches!(self.port.read(&id).await, Ok(Some(_))) {
                continue;
            }
            let mut active = Some(Record { status: Status::Active, ..record.clone() });
            self.stamp(&mut active);
            if let Err(failure) = self.keep.done(address, active.as_ref(), None).await {
                progress.stop_with(failure);
                return;
            }
            records.insert(address, active);
        }
    }
}

/// A removal that failed leaves somebody who can still sign in: the record says so from now on. Where the service
/// may have done it all the same, the next run looks.
fn open(mut done: Done, step: &Step, current: Option<&Record>) -> Done {
    let Some(trouble) = &done.trouble else { return done };
    let is_removal = matches!(step.action, Action::Disable | Action::Delete);
    let is_decided = !trouble.failure.is_ambiguous() && trouble.failure.kind != FailureKind::Local;
    match (&mut done.learns, current) {
        (Learns::Holds(Some(record)), _) if is_removal => {
            record.leaver.get_or_insert_default();
        }
        (Learns::Nothing, Some(record)) if is_removal && is_decided => {
            let mut record = record.clone();
            record.leaver.get_or_insert_default();
            done.learns = Learns::Holds(Some(Box::new(record)));
        }
        _ => {}
    }
    done
}

fn intent(task: &Task, step: &Step, id: Option<&Text>) -> Intent {
    Intent {
        address: task.address.clone(),
        action: step.action,
        id: id.cloned(),
        user_name: task.user_name.clone(),
        record: step.record.clone(),
    }
}

/// What has happened so far, shared by the accounts that are worked on at once.
#[derive(Debug, Default)]
struct Progress(Mutex<Tally>);

#[derive(Debug, Default)]
struct Tally {
    outcome: Outcome,
    stopped: Option<Failure>,
    failed: std::collections::BTreeSet<Address>,
    created: Vec<Address>,
    /// Whether the service has taken a write in this run.
    has_written: bool,
    /// The first 403 that may be about one account.
    forbidden: Option<Failure>,
}

impl Progress {
    fn with<T>(&self, f: impl FnOnce(&mut Tally) -> T) -> T {
        // A panic elsewhere can't leave a tally half-written: each change is a single statement.
        f(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn done(&self, action: Action) {
        self.with(|tally| tally.outcome.add(action, 1));
    }

    fn created(&self, task: &Task) {
        self.with(|tally| tally.created.push(task.address.clone()));
    }

    fn wrote(&self) {
        self.with(|tally| tally.has_written = true);
    }

    fn has_written(&self) -> bool {
        self.with(|tally| tally.has_written)
    }

    /// A 403 before anything could be written may be about this one account or about all: the next write tells. A
    /// second one before any success is about all.
    fn forbidden(&self, failure: &Failure) {
        self.with(|tally| {
            if tally.forbidden.is_some() && !tally.has_written {
                tally.stopped.get_or_insert_with(|| failure.clone());
            }
            tally.forbidden.get_or_insert_with(|| failure.clone());
        });
    }

    fn failed(&self, event: Event) {
        self.with(|tally| {
            tally.failed.insert(event.address.clone());
            tally.outcome.failed.push(event);
        });
    }

    fn skipped(&self) {
        self.with(|tally| tally.outcome.not_started += 1);
    }

    fn stop_with(&self, failure: Failure) {
        self.with(|tally| tally.stopped.get_or_insert(failure).kind);
    }

    fn stopped(&self) -> bool {
        self.with(|tally| tally.stopped.is_some())
    }

    /// Whether an account's steps of a phase wait for what has failed: one of its own, or the rename that was to free
    /// the address which it renames to or is created with. Nothing waits for anything else.
    fn holds_back(&self, task: &Task, phase: Phase) -> bool {
        let takes_address = matches!(phase, Phase::Rename(_) | Phase::Create);
        let first = task.after.as_ref().filter(|_| takes_address);
        self.with(|tally| {
            if first.is_some_and(|first| tally.failed.contains(first)) {
                tally.failed.insert(task.address.clone());
            }
            tally.failed.contains(&task.address)
        })
    }

    fn all_created(&self) -> Vec<Address> {
        self.with(|tally| tally.created.clone())
    }

    fn into_outcome(self, connection: &Text) -> Outcome {
        let Tally { mut outcome, stopped, failed: _, created: _, has_written, forbidden } =
            self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let stopped = stopped.or(forbidden.filter(|_| !has_written));
        outcome.failed.sort_by(|a, b| a.address.cmp(&b.address));
        outcome.stopped.extend(stopped.map(|failure| (connection.clone(), failure)));
        outcome
    }
}

//! What an apply does with its journal where the state is shared: others are told before a phase what it may try,
//! and every half minute what is done; nothing is written without the lock.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch::Receiver;

use super::shared::Shared;
use crate::diagnostic::Diagnostic;
use crate::disk::Keeper;
use crate::model::{Address, Text};
use crate::port::{
    Before, Failure, FailureKind, Finished, Intent, KeepState, StoreFailure,
    StoreFailureKind as Kind,
};
use crate::remote::Lease;
use crate::state::Account;

/// How often what is done is written to a shared state.
const EVERY: Duration = Duration::from_secs(30);

/// The journal of this machine, and the shared state where there is one.
pub(super) struct Keeping<'a> {
    pub keeper: Keeper,
    pub team: Option<Team<'a>>,
}

/// The shared state of a run, and its lock.
pub(super) struct Team<'a> {
    pub shared: &'a Shared,
    pub lease: &'a Lease,
    /// Set to stop starting anything.
    pub stop: &'a AtomicBool,
    /// Why the run had to stop, and what it has to say besides.
    said: Mutex<Vec<Diagnostic>>,
}

impl<'a> Team<'a> {
    pub(super) fn new(shared: &'a Shared, lease: &'a Lease, stop: &'a AtomicBool) -> Self {
        Self { shared, lease, stop, said: Mutex::default() }
    }

    /// Writes what is done now and then, until `ended`.
    pub(super) async fn attend(&self, keeper: &Keeper, mut ended: Receiver<bool>) {
        loop {
            tokio::select! {
                biased;
                _ = ended.wait_for(|ended| *ended) => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            if self.lease.check().is_err() {
                return;
            }
            match self.push(keeper, false).await {
                Ok(()) => {}
                // The journal has it, and the next try is near.
                Err(failure) if failure.is_transient() => {
                    tracing::warn!("the shared state could not be written: {failure}");
                }
                Err(failure) => {
                    self.lost(&failure);
                    return;
                }
            }
        }
    }

    /// Writes what the keeper knows. Where somebody else wrote in spite of the lock, both are brought together,
    /// and nothing more is started.
    async fn push(&self, keeper: &Keeper, anyway: bool) -> Result<(), StoreFailure> {
        match self.shared.push(keeper, anyway).await {
            Err(failure) if failure.kind == Kind::Raced => {
                self.say(
                    Diagnostic::error(format!(
                        "somebody else wrote the state in {} while this run held its lock",
                        self.shared.backend
                    ))
                    .detail("what this run did is brought together with what they wrote; nothing more was started")
                    .help("plan again: what is left is shown then"),
                );
                self.stop.store(true, Ordering::Relaxed);
                let warnings = self.shared.rejoin(keeper).await?;
                for warning in warnings {
                    self.say(warning);
                }
                Ok(())
            }
            other => other,
        }
    }

    fn lost(&self, failure: &StoreFailure) {
        self.stop.store(true, Ordering::Relaxed);
        if failure.kind == Kind::NotOurs {
            self.lease.give_up(failure.detail.clone());
        }
    }

    fn say(&self, diagnostic: Diagnostic) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(diagnostic);
    }

    /// What stopped the run, unless it ended by itself.
    fn take_said(&self) -> Vec<Diagnostic> {
        let mut said =
            std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner));
        said.extend(self.lease.lost().map(|why| {
            Diagnostic::error(why)
                .detail("nothing more was started: another run may work on the state now")
                .help("see who does, then plan again: what is left is shown then")
        }));
        said
    }
}

/// How keeping ended.
pub(super) struct Kept {
    /// The state's serial, where it is written.
    pub serial: Option<u64>,
    /// What went wrong, and warnings.
    pub findings: Vec<Diagnostic>,
}

impl Keeping<'_> {
    /// Ends the journal in the state.
    pub(super) async fn finish(self) -> Kept {
        let Self { keeper, team } = self;
        let Some(team) = team else {
            return match keeper.finish() {
                Ok((serial, findings)) => Kept { serial: Some(serial), findings },
                Err(error) => Kept { serial: None, findings: vec![error] },
            };
        };
        keeper.announce_end();
        let written = team.push(&keeper, true).await;
        let mut findings = team.take_said();
        let stopped = !findings.is_empty();
        let journal = keeper.path().display().to_string();
        drop(keeper);
        match written {
            Ok(()) => {
                findings.extend(team.shared.put_away());
                let serial = team.shared.serial().await;
                Kept { serial: Some(serial).filter(|_| !stopped), findings }
            }
            Err(failure) => {
                let said = Diagnostic::error(format!(
                    "the state in {} can't be written: {failure}",
                    team.shared.backend
                ))
                .detail(format!("everything that was done stands in the journal `{journal}`"))
                .help("keep that file: the next apply in this folder brings it in")
                .help("without it, the next run looks up what this one announced there");
                findings.push(team.shared.explained(said, &failure));
                Kept { serial: None, findings }
            }
        }
    }
}

/// Nothing may be written without the lock.
fn unlocked(why: String) -> Failure {
    let mut failure = Failure::new(FailureKind::Local, why);
    failure.help.push("nothing more is sent: another run may work on the state now".to_owned());
    failure
}

impl KeepState for Keeping<'_> {
    async fn ahead(&self, connection: &str, intents: &[Intent]) -> Result<(), Failure> {
        let Some(team) = &self.team else { return Ok(()) };
        team.lease.check().map_err(unlocked)?;
        if intents.is_empty() {
            return Ok(());
        }
        self.keeper.announce(connection, intents);
        team.push(&self.keeper, true).await.map_err(|failure| {
            team.lost(&failure);
            let mut said = Failure::new(
                FailureKind::Local,
                format!("the state in {} can't be written: {failure}", team.shared.backend),
            );
            said.help.push(
                "nothing more is sent: what others can't be told of must not be done".to_owned(),
            );
            said
        })
    }

    async fn intent(
        &self,
        intent: &Intent,
        at: &Text,
        before: Option<&Before>,
    ) -> Result<(), Failure> {
        if let Some(team) = &self.team {
            team.lease.check().map_err(unlocked)?;
        }
        self.keeper.intent(intent, at, before).await
    }

    async fn done(
        &self,
        address: &Address,
        record: Option<&Account>,
        step: Option<&Finished<'_>>,
    ) -> Result<(), Failure> {
        self.keeper.done(address, record, step).await
    }

    async fn failed(&self, step: &Finished<'_>) -> Result<(), Failure> {
        self.keeper.failed(step).await
    }
}

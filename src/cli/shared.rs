//! A state in a store that a team shares, as one run sees it: what it read, what it wrote last, and how it brings
//! its own work in where somebody else wrote meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::context::Context;
use super::place::{asker, wall_clock};
use crate::codec::envelope;
use crate::codec::journal::Whose;
use crate::crypt::{CryptError, is_encrypted};
use crate::diagnostic::Diagnostic;
use crate::disk::{Keeper, Loaded, Snapshot, StateFile};
use crate::model::{Address, Backend};
use crate::port::{Holder, Intent, StateStore, StoreFailure, StoreFailureKind as Kind, Stored};
use crate::remote::{AnyStore, Lease, Patient, open};
use crate::state::State;

/// How often a race with another writer is run again.
const RACES: usize = 5;

/// The shared state.
pub(super) struct Shared {
    /// Where it is.
    pub backend: Backend,
    /// The store.
    pub store: Patient<AnyStore>,
    /// The same with connections of its own, for the thread beside.
    pub beside: Patient<AnyStore>,
    /// The journal and the lock of this machine.
    pub file: StateFile,
    base: tokio::sync::Mutex<Base>,
    /// Whether the journal of this machine is of an apply that the store knows nothing of.
    stray: AtomicBool,
}

/// What is in the store, as far as this run knows.
#[derive(Default)]
struct Base {
    stored: Option<Stored>,
    serial: u64,
    /// A document that was sent and may have arrived, and its serial.
    doubtful: Option<(Vec<u8>, u64)>,
    /// Writes of unknown outcome that another run announced.
    foreign: Vec<Intent>,
    /// When the keeper's work was written last, by the keeper's own count.
    moment: Option<u64>,
}

impl Shared {
    /// Opens the store. Asks nobody yet.
    pub(super) fn open(backend: Backend, file: StateFile) -> Result<Self, Diagnostic> {
        let (surroundings, hosts) = (Context::surroundings(), Context::allow_hosts());
        let open = || open(&backend, &surroundings, &hosts).map(Patient);
        let (store, beside) = (open()?, open()?);
        let (base, stray) = (tokio::sync::Mutex::default(), AtomicBool::new(false));
        Ok(Self { backend, store, beside, file, base, stray })
    }

    /// Reads the document, and brings in what an apply of this machine did not get there.
    pub(super) async fn load(&self, context: &Context) -> Result<Loaded, Diagnostic> {
        let Loaded { mut state, unknown } = self.load_alone().await?;
        let told = self.file.left_behind(None);
        let merged = self.file.merge_journal(&mut state, unknown, Whose::Found)?;
        self.stray.store(merged.stray, Ordering::Relaxed);
        context.printer.diagnostics(if merged.stray { &[] } else { told.as_slice() });
        if merged.stray {
            context.printer.diagnostics(&[self.left_out()]);
        }
        context.printer.diagnostics(&conflicts(&merged.conflicts));
        Ok(Loaded { state, unknown: merged.unknown })
    }

    /// Of a journal of which the store knows nothing.
    fn left_out(&self) -> Diagnostic {
        Diagnostic::warning(format!(
            "the journal `{}` is left out: the state in {} knows of no apply that wrote it, or has all of it",
            self.file.journal().display(),
            self.backend
        ))
        .detail("a file that came with the repository decides nothing; what an apply tries stands in the state itself")
        .help("if you did not run an apply in this folder, ask who put the file there")
    }

    /// Puts the journal of this machine away, whose content is in the store, or is nobody's.
    pub(super) fn put_away(&self) -> Vec<Diagnostic> {
        if self.stray.swap(false, Ordering::Relaxed) && self.file.has_journal() {
            return vec![self.file.put_aside()];
        }
        self.file.put_away()
    }

    /// Whether there is a journal whose content belongs into the store.
    pub(super) fn has_journal(&self) -> bool {
        self.file.has_journal() && !self.stray.load(Ordering::Relaxed)
    }

    /// Reads the document alone.
    pub(super) async fn load_alone(&self) -> Result<Loaded, Diagnostic> {
        let stored = self.store.load().await;
        let stored = stored.map_err(|failure| self.unreadable(&failure))?;
        let (state, unknown) = match &stored {
            Some(stored) => self.read(stored)?,
            None => (State::default(), Vec::new()),
        };
        *self.base.lock().await = Base { stored, serial: state.serial, ..Base::default() };
        Ok(Loaded { state, unknown })
    }

    fn read(&self, stored: &Stored) -> Result<(State, Vec<Intent>), Diagnostic> {
        envelope::read(self.file.crypt(), &stored.bytes).map_err(|error| {
            let diagnostic =
                Diagnostic::error(format!("the state in {} can't be used: {error}", self.backend))
                    .detail("it is left as it is, and nothing is planned without it");
            error.explain(diagnostic).unwrap_or_else(|diagnostic| {
                diagnostic.help("bring an earlier version of it back, where the store keeps them, or `enroll state push` a copy")
            })
        })
    }

    /// Takes the lock that everybody sees.
    pub(super) async fn lock(
        &self,
        context: &Context,
        operation: &str,
        patience: Duration,
    ) -> Result<Lease, Diagnostic> {
        let tell = |other: &Holder| {
            context.printer.err(&format!(
                "The state is locked by {}, and seems abandoned: watching it for a minute before it is taken over.\n",
                crate::render::plain(&other.to_string())
            ));
        };
        let taken = Lease::take(&self.store, asker(operation), patience, wall_clock(), &tell).await;
        taken.map_err(|failure| match &failure.kind {
            Kind::Locked(other) => {
                let mut diagnostic = Diagnostic::error(format!("the state is locked by {other}"))
                    .detail(format!("the lock's id is {}", other.id))
                    .help("wait until it has ended, or let this run wait: `--lock-timeout 60s`");
                diagnostic = if self.store.has_leases() {
                    diagnostic.help("one whose holder is gone is taken over after a minute: `--lock-timeout 90s`")
                } else {
                    diagnostic
                };
                diagnostic.help(format!(
                    "if its holder is gone for sure: `enroll force-unlock {}`",
                    other.id
                ))
            }
            Kind::Raced | Kind::NotOurs | Kind::Unreachable | Kind::Refused | Kind::Broken => {
                self.explained(
                    Diagnostic::error(format!(
                        "the state in {} can't be locked: {failure}",
                        self.backend
                    ))
                    .detail("nothing was sent: two applies at once would undo each other"),
                    &failure,
                )
            }
        })
    }

    /// Gives the lock back.
    pub(super) async fn unlock(&self, lease: &Lease) -> Option<Diagnostic> {
        let failure = lease.give_back(&self.store).await.err()?;
        let id = lease.holder().id;
        Some(
            Diagnostic::warning(format!(
                "the lock on {} could not be given back: {failure}",
                self.backend
            ))
            .help(if self.store.has_leases() {
                format!("it ends by itself within a minute; `enroll force-unlock {id}` ends it now")
            } else {
                format!("it stays until `enroll force-unlock {id}`")
            }),
        )
    }

    /// Writes a state over the one that was loaded, and returns its serial.
    pub(super) async fn write(
        &self,
        mut state: State,
        unknown: &[Intent],
    ) -> Result<u64, Diagnostic> {
        let mut base = self.base.lock().await;
        // A state that was brought from elsewhere may be further on.
        state.serial = state.serial.max(base.serial + 1);
        let failed = |why: &dyn std::error::Error| {
            Diagnostic::error(format!("the state in {} can't be written: {why}", self.backend))
        };
        let bytes = envelope::write(self.file.crypt(), &state, unknown);
        let bytes = bytes.map_err(|error| failed(&error))?;
        let serial = state.serial;
        self.replace(&mut base, bytes, serial)
            .await
            .map_err(|failure| self.explained(failed(&failure), &failure))?;
        Ok(serial)
    }

    /// Writes what the keeper knows, unless that was written already.
    pub(super) async fn push(&self, keeper: &Keeper, anyway: bool) -> Result<(), StoreFailure> {
        let mut base = self.base.lock().await;
        let Snapshot { mut state, mut intents, moment } = keeper.snapshot();
        if base.moment == Some(moment) && !anyway {
            return Ok(());
        }
        intents.splice(0..0, base.foreign.iter().cloned());
        state.serial = base.serial + 1;
        let serial = state.serial;
        let bytes = self.written(&state, &intents)?;
        self.replace(&mut base, bytes, serial).await?;
        base.moment = Some(moment);
        Ok(())
    }

    /// After somebody else wrote: brings what this run did into what is there now. Returns warnings.
    pub(super) async fn rejoin(&self, keeper: &Keeper) -> Result<Vec<Diagnostic>, StoreFailure> {
        let broken = |diagnostic: Diagnostic| StoreFailure::new(Kind::Broken, diagnostic.summary);
        for _ in 0..RACES {
            let stored = self.store.load().await?;
            let (mut state, intents) = match &stored {
                Some(stored) => self.read(stored).map_err(broken)?,
                None => return Err(StoreFailure::new(Kind::Broken, "somebody removed the state")),
            };
            let serial = state.serial;
            let merged =
                self.file.merge_journal(&mut state, intents, Whose::Ours).map_err(broken)?;
            {
                let mut base = self.base.lock().await;
                let Snapshot { intents: own, .. } = keeper.snapshot();
                let is_own = |intent: &Intent| {
                    own.iter().any(|o| o.address == intent.address && o.action == intent.action)
                };
                let foreign = merged.unknown.into_iter().filter(|i| !is_own(i)).collect();
                *base = Base { stored, serial, foreign, ..Base::default() };
                keeper.adopt(state);
            }
            match self.push(keeper, true).await {
                Err(failure) if failure.kind == Kind::Raced => {}
                Ok(()) => return Ok(conflicts(&merged.conflicts)),
                Err(failure) => return Err(failure),
            }
        }
        Err(StoreFailure::new(Kind::Raced, "others write the state without end"))
    }

    /// The serial that was written last.
    pub(super) async fn serial(&self) -> u64 {
        self.base.lock().await.serial
    }

    async fn replace(
        &self,
        base: &mut Base,
        bytes: Vec<u8>,
        serial: u64,
    ) -> Result<(), StoreFailure> {
        if let Some((doubtful, then)) = base.doubtful.take() {
            let now = self.store.load().await?;
            if now.as_ref().is_some_and(|now| now.bytes == doubtful) {
                (base.stored, base.serial) = (now, then);
                // Its serial is taken: this one needs another.
                return Box::pin(self.renumbered(base, bytes)).await;
            }
        }
        match self.store.replace(bytes.clone(), base.stored.as_ref()).await {
            Ok(stored) => {
                (base.stored, base.serial) = (Some(stored), serial);
                Ok(())
            }
            Err(failure) => {
                if failure.is_transient() {
                    base.doubtful = Some((bytes, serial));
                }
                Err(failure)
            }
        }
    }

    async fn renumbered(&self, base: &mut Base, bytes: Vec<u8>) -> Result<(), StoreFailure> {
        let read = envelope::read(self.file.crypt(), &bytes);
        let (mut state, intents) =
            read.map_err(|error| StoreFailure::new(Kind::Broken, error.to_string()))?;
        state.serial = base.serial + 1;
        let serial = state.serial;
        let bytes = self.written(&state, &intents)?;
        self.replace(base, bytes, serial).await
    }

    fn written(&self, state: &State, intents: &[Intent]) -> Result<Vec<u8>, StoreFailure> {
        let broken = |error: CryptError| StoreFailure::new(Kind::Broken, error.to_string());
        envelope::write(self.file.crypt(), state, intents).map_err(broken)
    }

    /// Whether the document that was read last is encrypted.
    pub(super) async fn is_encrypted(&self) -> bool {
        self.base.lock().await.stored.as_ref().is_some_and(|stored| is_encrypted(&stored.bytes))
    }

    fn unreadable(&self, failure: &StoreFailure) -> Diagnostic {
        let diagnostic =
            Diagnostic::error(format!("the state in {} can't be read: {failure}", self.backend));
        self.explained(diagnostic.detail("nothing is planned without it"), failure)
    }

    /// With the way out.
    pub(super) fn explained(&self, diagnostic: Diagnostic, failure: &StoreFailure) -> Diagnostic {
        match failure.kind {
            Kind::Refused => diagnostic.help(match self.backend {
                Backend::S3(_) => "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or run with a role that may get, put and list there",
                Backend::Gcs(_) => "set GOOGLE_APPLICATION_CREDENTIALS, or run where the metadata server gives credentials that may read and write there",
                Backend::Azure(_) => "set AZURE_STORAGE_ACCOUNT_KEY, or the AZURE_… variables of an identity that may read and write there",
                Backend::Http(_) => "set ENROLL_HTTP_USERNAME and ENROLL_HTTP_PASSWORD, or ENROLL_HTTP_TOKEN (TF_HTTP_USERNAME and TF_HTTP_PASSWORD are read, too)",
            }),
            Kind::Unreachable => diagnostic.help("try again once the store answers"),
            Kind::Raced => diagnostic
                .help("somebody else wrote the state: run again, and it is read anew"),
            Kind::NotOurs | Kind::Locked(_) => diagnostic
                .help("somebody took the lock away: see who works on the state, then run again"),
            Kind::Broken => diagnostic.help("check the `backend` block and the service"),
        }
    }
}

fn conflicts(accounts: &[Address]) -> Vec<Diagnostic> {
    let warn = |address| {
        Diagnostic::warning(format!(
            "{address} was changed by a run on this machine and by another: what the other recorded stays"
        ))
        .help("the next plan shows where the account differs from what is asked for")
    };
    accounts.iter().map(warn).collect()
}

//! Where the state is: in a file beside the configuration, or in a store that a team shares.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::beside;
use super::clock;
use super::context::Context;
use super::crypting;
use super::exit::Stop;
use super::interrupt;
use super::planning::Made;
use super::session::{Session, holder, local_file, private_folder, shared_file};
use super::shared::Shared;
use crate::config;
use crate::crypt::Crypt;
use crate::diagnostic::Diagnostic;
use crate::disk::{self, Loaded, Lock, Remembered, StateFile};
use crate::model::{Backend, StatePlace, Text};
use crate::port::{Holder, Intent};
use crate::remote::{Clock, Lease};
use crate::state::State;

/// Where the state is.
pub(super) enum Place {
    /// In a file.
    Local(StateFile),
    /// In a store.
    Shared(Arc<Shared>),
}

/// The right to write the state.
pub(super) struct Held {
    /// Of this machine: one run a folder.
    _lock: Option<Lock>,
    /// Of everybody.
    pub team: Option<TeamLock>,
}

/// The lock of a shared state, and who renews it.
pub(super) struct TeamLock {
    pub lease: Arc<Lease>,
    ended: watch::Sender<bool>,
    renewing: JoinHandle<()>,
}

impl Place {
    /// The place that the configuration names. What else is wrong with the configuration does not matter here.
    pub(super) fn find(context: &Context) -> Result<Self, Stop> {
        let StatePlace { backend, encrypt } = configured(context)?;
        if context.sandbox {
            // Rehearsals: what is there from before is taken either way, and encrypted now.
            let crypt = crypting::either(encrypt.as_ref())?;
            if crypt.is_on() && crypt.check().is_ok() {
                let folder = private_folder(context);
                let (_, warnings) = disk::encrypt_plain(&folder, &folder, &crypt);
                context.printer.diagnostics(&warnings);
            }
            return Ok(Self::Local(local_file(context, crypt)));
        }
        let crypt = crypting::strict(encrypt.as_ref())?;
        let known = remembered(context).load();
        let known = known.map_err(|error| {
            Diagnostic::error(error.to_string()).help("it is only a memory of this machine: remove it where it is damaged, then run `enroll init`")
        })?;
        if let Some(known) = known.filter(|known| Some(known) != backend.as_ref()) {
            let now = backend.as_ref().map_or("beside it".to_owned(), |now| format!("in {now}"));
            return Err(Diagnostic::error(format!(
                "the state of this folder was in {known}, and the configuration now has it {now}"
            ))
            .help("`enroll init` moves the state there")
            .help("`enroll init -reconfigure` forgets where it was and moves nothing")
            .into());
        }
        Self::of(context, backend, crypt)
    }

    /// The place that a backend is.
    pub(super) fn of(
        context: &Context,
        backend: Option<Backend>,
        crypt: Crypt,
    ) -> Result<Self, Stop> {
        let Some(backend) = backend else { return Ok(Self::Local(local_file(context, crypt))) };
        Ok(Self::Shared(Arc::new(Shared::open(backend, shared_file(context, crypt))?)))
    }

    /// The place for a command that reads the whole configuration: what is wrong with that is found together.
    pub(super) fn of_command(context: &Context) -> Result<Self, Stop> {
        Self::find(context).or_else(|stop| {
            Session::load(context)?;
            Err(stop)
        })
    }

    /// Reads the state; one that was never written is empty.
    pub(super) async fn load(&self, context: &Context) -> Result<Loaded, Stop> {
        match self {
            Self::Local(file) => {
                let loaded = file.load()?.unwrap_or_default();
                context.printer.diagnostics(file.left_behind(Some(loaded.state.serial)).as_slice());
                Ok(loaded)
            }
            Self::Shared(shared) => {
                let loaded = shared.load(context).await?;
                if loaded.state.lineage.is_empty() {
                    not_left_behind(context, shared)?;
                } else if let Err(error) = remembered(context).save(Some(&shared.backend)) {
                    tracing::debug!("the backend can't be remembered: {error}");
                }
                Ok(loaded)
            }
        }
    }

    /// Reads the state without remembering where it is. The journal of this machine belongs to one of two
    /// backends only.
    pub(super) async fn read_only(
        &self,
        context: &Context,
        with_journal: bool,
    ) -> Result<Loaded, Stop> {
        match self {
            Self::Local(file) => Ok(file.load()?.unwrap_or_default()),
            Self::Shared(shared) if with_journal => Ok(shared.load(context).await?),
            Self::Shared(shared) => Ok(shared.load_alone().await?),
        }
    }

    /// Takes the right to write, waiting for it as long as `patience`.
    pub(super) async fn hold(
        &self,
        context: &Context,
        operation: &str,
        patience: Duration,
    ) -> Result<Held, Stop> {
        let file = self.file();
        file.writable()?;
        let lock = Lock::take(&file.lock(), &holder(operation), patience)?;
        self.hold_beside(context, operation, patience, Some(lock)).await
    }

    /// Takes the right to write of everybody alone: that of this machine is held already.
    pub(super) async fn hold_beside(
        &self,
        context: &Context,
        operation: &str,
        patience: Duration,
        lock: Option<Lock>,
    ) -> Result<Held, Stop> {
        let Self::Shared(shared) = self else { return Ok(Held { _lock: lock, team: None }) };
        let lease = Arc::new(shared.lock(context, operation, patience).await?);
        interrupt::watch(context);
        interrupt::give_back_first(Some(Box::pin({
            let (shared, lease) = (Arc::clone(shared), Arc::clone(&lease));
            async move { drop(lease.give_back(&shared.beside).await) }
        })));
        let (ended, until) = watch::channel(false);
        // Not here: a large plan, or a person who is asked, would keep it waiting.
        let renewing = beside::spawn({
            let (shared, lease) = (Arc::clone(shared), Arc::clone(&lease));
            async move { lease.keep(&shared.beside, interrupt::flag(), until).await }
        });
        Ok(Held { _lock: lock, team: Some(TeamLock { lease, ended, renewing }) })
    }

    /// Gives the right back. What fails there ends with the lease.
    pub(super) async fn release(&self, context: &Context, held: Held) {
        if let (Self::Shared(shared), Some(team)) = (self, held.team) {
            interrupt::give_back_first(None);
            _ = team.ended.send(true);
            drop(team.renewing.await);
            context.printer.diagnostics(shared.unlock(&team.lease).await.as_slice());
        }
    }

    /// Writes what a plan settled of earlier applies: a journal that one left here, what it announced to others.
    /// What could not be looked up stays unknown. Returns the state's serial.
    pub(super) async fn settle(&self, context: &Context, made: &Made) -> Result<u64, Stop> {
        match self {
            // Nothing may follow a journal that is put away, so one with open questions stays.
            Self::Local(_) if !made.unsettled.is_empty() => Ok(made.state.serial),
            Self::Local(file) => {
                let mut state = made.state.clone();
                if made.was_unknown && !file.has_journal() {
                    // It stood in the state itself: a copy of a shared one.
                    state.serial += 1;
                    file.save(&state, &[])?;
                }
                context.printer.diagnostics(&file.fold_left_behind(&mut state)?);
                Ok(state.serial)
            }
            Self::Shared(shared) => {
                let mut serial = made.state.serial;
                // One that was never written has nothing to be settled.
                let is_there = !made.state.lineage.is_empty();
                if is_there && (made.was_unknown || shared.has_journal()) {
                    serial = shared.write(made.state.clone(), &made.unsettled).await?;
                }
                context.printer.diagnostics(&shared.put_away());
                Ok(serial)
            }
        }
    }

    /// Writes what the state learns by the way, where an apply has nothing else to do. Returns the state's serial. With
    /// open questions in a journal it waits for the apply that settles them.
    pub(super) async fn note(
        &self,
        context: &Context,
        made: &Made,
        serial: u64,
    ) -> Result<u64, Stop> {
        let work = &made.planned.work;
        let nothing = work.quiet.is_empty() && work.on_again.is_empty();
        if nothing || !made.unsettled.is_empty() || made.state.lineage.is_empty() {
            return Ok(serial);
        }
        let mut state = made.state.clone();
        state.serial = serial;
        work.tell(&mut state, &clock::now());
        self.write(context, state).await
    }

    /// Puts a state from elsewhere in place of the one at `serial`, whatever a journal here holds. Returns its
    /// serial.
    pub(super) async fn put(
        &self,
        context: &Context,
        mut state: State,
        unknown: &[Intent],
        serial: u64,
    ) -> Result<u64, Stop> {
        let serial = match self {
            Self::Local(file) => {
                state.serial = state.serial.max(serial + 1);
                file.save(&state, unknown)?;
                state.serial
            }
            Self::Shared(shared) => shared.write(state, unknown).await?,
        };
        context.printer.diagnostics(&self.put_away());
        Ok(serial)
    }

    /// Puts the journal of this machine away, whose content is in the state, or is nobody's.
    pub(super) fn put_away(&self) -> Vec<Diagnostic> {
        match self {
            Self::Local(file) => file.put_away(),
            Self::Shared(shared) => shared.put_away(),
        }
    }

    /// Whether what is written is encrypted, and with what it is read.
    pub(super) fn crypt(&self) -> &Crypt {
        self.file().crypt()
    }

    /// Whether what was read last is encrypted.
    pub(super) async fn is_encrypted(&self) -> Result<bool, Stop> {
        match self {
            Self::Local(file) => Ok(file.is_encrypted()?),
            Self::Shared(shared) => Ok(shared.is_encrypted().await),
        }
    }

    /// The journal and the lock of this machine.
    pub(super) fn file(&self) -> &StateFile {
        match self {
            Self::Local(file) => file,
            Self::Shared(shared) => &shared.file,
        }
    }

    /// Where it is, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Local(_) => "`enroll.state.json`".to_owned(),
            Self::Shared(shared) => shared.backend.to_string(),
        }
    }

    /// Writes a state that was changed by hand over the one that was loaded. Returns its serial.
    pub(super) async fn write(&self, context: &Context, mut state: State) -> Result<u64, Stop> {
        match self {
            Self::Local(file) => {
                context.printer.diagnostics(&file.fold_left_behind(&mut state)?);
                state.serial += 1;
                file.save(&state, &[])?;
                Ok(state.serial)
            }
            Self::Shared(shared) => {
                let serial = shared.write(state, &[]).await?;
                context.printer.diagnostics(&shared.put_away());
                Ok(serial)
            }
        }
    }
}

/// Where the configuration has the state, and who can read it.
pub(super) fn configured(context: &Context) -> Result<StatePlace, Stop> {
    Ok(config::state_place(&Session::tree(context), &context.inputs()?)?)
}

/// Which backend this folder remembers.
pub(super) fn remembered(context: &Context) -> Remembered {
    Remembered::new(private_folder(context).join("backend.json"))
}

/// A state beside the configuration that nobody has moved yet: without it every account would look new.
fn not_left_behind(context: &Context, shared: &Shared) -> Result<(), Stop> {
    let crypt = shared.file.crypt().reading_either();
    let left = local_file(context, crypt).load()?;
    if left.is_none() {
        return Ok(());
    }
    Err(Diagnostic::error(format!(
        "there is no state in {} yet, but one beside the configuration",
        shared.backend
    ))
    .help("`enroll init` moves it there")
    .into())
}

/// Who asks for a lock, for what.
pub(super) fn asker(operation: &str) -> Holder {
    Holder {
        id: Text::from(uuid::Uuid::new_v4().to_string()),
        who: super::audit::who().into(),
        operation: operation.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        created: clock::now(),
        renewed: None,
        renewals: 0,
    }
}

/// The wall clock.
pub(super) fn wall_clock() -> Clock {
    Clock::new(jiff::Timestamp::now)
}

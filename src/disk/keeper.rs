//! Keeps what an apply does: a journal while it runs, the state when it ends.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::state_file::StateFile;
use super::write::{folder_of, private, sync_folder};
use crate::codec::journal;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::port::{Failure, FailureKind, Intent, KeepState};
use crate::state::{self, State};

/// The state of a running apply, and its journal.
#[derive(Debug)]
pub struct Keeper {
    file: StateFile,
    path: PathBuf,
    durable: bool,
    inner: Mutex<Inner>,
    /// How many lines a sync has made last. Whoever holds it syncs for all that wait.
    synced: tokio::sync::Mutex<u64>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    journal: Arc<File>,
    /// How many lines were appended.
    appended: u64,
}

impl Keeper {
    /// Begins a journal that extends `state`, which has its lineage and fingerprints already. A
    /// journal that an earlier apply left behind is folded into the file first.
    ///
    /// What is recorded survives the end of this process; if `durable`, that of the machine too.
    pub fn begin(file: &StateFile, mut state: State, durable: bool) -> Result<Self, Diagnostic> {
        let path = file.journal();
        let failed = |error: &std::io::Error| {
            Diagnostic::error(format!("the journal `{}` can't be written: {error}", path.display()))
                .help("nothing was sent: what an apply does must be recorded there first")
        };
        if file.has_journal() {
            file.fold(&mut state)?;
        }
        let open = || {
            let mut options = OpenOptions::new();
            let mut journal = private(options.append(true).create_new(true)).open(&path)?;
            journal.write_all(journal::begin(&state).as_bytes())?;
            journal.sync_all()?;
            sync_folder(&folder_of(&path))?;
            Ok(journal)
        };
        let journal = Arc::new(open().map_err(|error| failed(&error))?);
        let inner = Mutex::new(Inner { state, journal, appended: 0 });
        let synced = tokio::sync::Mutex::new(0);
        Ok(Self { file: file.clone(), path, durable, inner, synced })
    }

    /// Folds the journal into the state's file and takes it away. Returns the state's serial.
    pub fn finish(self) -> Result<u64, Diagnostic> {
        let Inner { mut state, journal, appended: _ } =
            self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        drop(journal);
        self.file.fold(&mut state)?;
        Ok(state.serial)
    }

    async fn append(&self, line: &str, change: impl FnOnce(&mut State)) -> Result<(), Failure> {
        let number = {
            let mut inner = self.inner();
            change(&mut inner.state);
            inner.journal.as_ref().write_all(line.as_bytes()).map_err(|e| self.failed(&e))?;
            inner.appended += 1;
            inner.appended
        };
        if self.durable { self.sync(number).await } else { Ok(()) }
    }

    /// Returns once the line of that number would survive a power cut. Operations in flight share a
    /// sync: while one waits for the disk, the lines of the others gather for the next.
    async fn sync(&self, number: u64) -> Result<(), Failure> {
        let mut synced = self.synced.lock().await;
        if *synced >= number {
            return Ok(());
        }
        let (journal, appended) = {
            let inner = self.inner();
            (Arc::clone(&inner.journal), inner.appended)
        };
        tokio::task::spawn_blocking(move || journal.sync_data())
            .await
            .unwrap_or_else(|error| Err(std::io::Error::other(error)))
            .map_err(|error| self.failed(&error))?;
        *synced = appended;
        Ok(())
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        let mut failure = Failure::new(
            FailureKind::Local,
            format!("the journal `{}` can't be written: {error}", self.path.display()),
        );
        failure
            .help
            .push("nothing more is sent: what can't be recorded must not be done".to_owned());
        failure
    }
}

impl KeepState for Keeper {
    async fn intent(&self, intent: &Intent) -> Result<(), Failure> {
        self.append(&journal::intent(intent), |_| ()).await
    }

    async fn done(
        &self,
        address: &Address,
        record: Option<&state::Account>,
    ) -> Result<(), Failure> {
        let line = journal::done(address, record);
        self.append(&line, |state| state.put(address, record.cloned())).await
    }
}

//! Keeps what an apply does: a journal while it runs, the state when it ends.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

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
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    journal: File,
}

impl Keeper {
    /// Begins a journal that extends `state`, which has its lineage and fingerprints already. A
    /// journal that an earlier apply left behind is folded into the file first.
    pub fn begin(file: &StateFile, mut state: State) -> Result<Self, Diagnostic> {
        let path = file.journal();
        let failed = |error: &std::io::Error| {
            Diagnostic::error(format!("the journal `{}` can't be written: {error}", path.display()))
                .help("nothing was sent: what an apply does must be recorded there first")
        };
        if path.exists() {
            state.serial += 1;
            file.save(&state)?;
            fs::remove_file(&path).map_err(|error| failed(&error))?;
        }
        let open = || {
            let mut options = OpenOptions::new();
            let mut journal = private(options.append(true).create_new(true)).open(&path)?;
            journal.write_all(journal::begin(&state).as_bytes())?;
            journal.sync_all()?;
            sync_folder(&folder_of(&path))?;
            Ok(journal)
        };
        let journal = open().map_err(|error| failed(&error))?;
        let inner = Mutex::new(Inner { state, journal });
        Ok(Self { file: file.clone(), path, inner })
    }

    /// Folds the journal into the state's file and takes it away.
    pub fn finish(self) -> Result<(), Diagnostic> {
        let Inner { mut state, journal } =
            self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        drop(journal);
        state.serial += 1;
        self.file.save(&state)?;
        fs::remove_file(&self.path).map_err(|error| {
            // Harmless: the next run sees that it is folded already.
            Diagnostic::error(format!(
                "the journal `{}` can't be removed: {error}",
                self.path.display()
            ))
        })
    }

    fn append(&self, line: &str, change: impl FnOnce(&mut State)) -> Result<(), Failure> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut inner.state);
        inner.journal.write_all(line.as_bytes()).and_then(|()| inner.journal.sync_data()).map_err(
            |error| {
                let mut failure = Failure::new(
                    FailureKind::Local,
                    format!("the journal `{}` can't be written: {error}", self.path.display()),
                );
                failure.help.push(
                    "nothing more is sent: what can't be recorded must not be done".to_owned(),
                );
                failure
            },
        )
    }
}

impl KeepState for Keeper {
    async fn intent(&self, intent: &Intent) -> Result<(), Failure> {
        self.append(&journal::intent(intent), |_| ())
    }

    async fn done(
        &self,
        address: &Address,
        record: Option<&state::Account>,
    ) -> Result<(), Failure> {
        let line = journal::done(address, record);
        self.append(&line, |state| state.put(address, record.cloned()))
    }
}

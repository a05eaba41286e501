//! Keeps what an apply does: a journal while it runs, the state when it ends.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::state_file::StateFile;
use super::write::{folder_of, private, sync_folder};
use crate::codec::journal::{self, Was};
use crate::crypt::{CryptError, lines};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Address, Text};
use crate::port::{Before, Failure, FailureKind, Finished, Intent, KeepState};
use crate::state::{self, State};

/// The state of a running apply, and its journal.
#[derive(Debug)]
pub struct Keeper {
    file: StateFile,
    path: PathBuf,
    durable: bool,
    /// An id that nobody can guess.
    run: Text,
    /// Whether the state is elsewhere, and knows of the run.
    shared: bool,
    /// About the journal of an earlier apply.
    warnings: Vec<Diagnostic>,
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
    /// How many bytes of the journal are whole lines; `None` where a part of a line could not be cut off,
    /// so that nothing may follow it.
    length: Option<u64>,
    /// The intents that have no result yet, with their lines.
    open: BTreeMap<Address, (Intent, String)>,
    /// The intents whose write ended without anybody knowing what came of it, with their lines.
    unsure: Vec<(Intent, String)>,
    /// What may be tried next, as others were told.
    ahead: Vec<Intent>,
}

/// What an apply knows at a moment: enough for others to go on from there.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Everything that is known to be done.
    pub state: State,
    /// Writes that are under way, of unknown outcome, or next.
    pub intents: Vec<Intent>,
    /// Grows with whatever happens.
    pub moment: u64,
}

impl Keeper {
    /// Begins a journal that extends `state`, which has its lineage and fingerprints already. A
    /// journal that an earlier apply left behind is folded into the file first.
    ///
    /// What is recorded survives the end of this process; if `durable`, that of the machine too.
    pub fn begin(
        file: &StateFile,
        mut state: State,
        carried: Vec<Intent>,
        durable: bool,
        run: &Text,
    ) -> Result<Self, Diagnostic> {
        let warnings = file.fold_left_behind(&mut state)?;
        Ok(Self { warnings, ..Self::make(file, state, carried, durable, run)? })
    }

    /// Begins a journal that extends a state which is elsewhere. `carried` are the writes of earlier applies
    /// of which nobody knows yet what came.
    ///
    /// The state knows of this run until [`Keeper::announce_end`], and so takes its journal in.
    pub fn extend(
        file: &StateFile,
        mut state: State,
        carried: Vec<Intent>,
        durable: bool,
        run: &Text,
    ) -> Result<Self, Diagnostic> {
        state.begin_run(run);
        Ok(Self { shared: true, ..Self::make(file, state, carried, durable, run)? })
    }

    fn make(
        file: &StateFile,
        state: State,
        carried: Vec<Intent>,
        durable: bool,
        run: &Text,
    ) -> Result<Self, Diagnostic> {
        let path = file.journal();
        let failed = |error: &dyn std::error::Error| {
            Diagnostic::error(format!("the journal `{}` can't be written: {error}", path.display()))
                .help("nothing was sent: what an apply does must be recorded there first")
        };
        let at = Text::default();
        let unsure: Vec<_> = carried
            .into_iter()
            .map(|intent| {
                let was = Was { record: state.account(&intent.address), live: None };
                let line = lines::protect(&file.crypt, &journal::intent(&intent, &at, was));
                Ok((intent, line.map_err(|error| failed(&error))?))
            })
            .collect::<Result<_, Diagnostic>>()?;
        let lines: String = unsure.iter().map(|(_, line)| line.as_str()).collect();
        let begin = lines::protect(&file.crypt, &journal::begin(&state, run));
        let begin = begin.map_err(|error| failed(&error))?;
        let (journal, length) = create(&path, &(begin + &lines)).map_err(|error| failed(&error))?;
        let (journal, open) = (Arc::new(journal), BTreeMap::new());
        let inner = Mutex::new(Inner {
            state,
            journal,
            appended: 0,
            length: Some(length),
            open,
            unsure,
            ahead: Vec::new(),
        });
        let synced = tokio::sync::Mutex::new(0);
        let (file, warnings, run) = (file.clone(), Vec::new(), run.clone());
        Ok(Self { file, path, durable, run, shared: false, warnings, inner, synced })
    }

    /// Folds the journal into the state's file and keeps it with those of earlier applies. Writes of
    /// unknown outcome go into a new journal, so that the next run looks them up. Returns the state's
    /// serial, and warnings.
    pub fn finish(self) -> Result<(u64, Vec<Diagnostic>), Diagnostic> {
        let Inner { mut state, journal, open, mut unsure, .. } =
            self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        drop(journal);
        let mut warnings = self.warnings;
        warnings.extend(self.file.fold(&mut state)?);
        unsure.extend(open.into_values());
        let lines: String = unsure.iter().map(|(_, line)| line.as_str()).collect();
        let create = || {
            let begin = lines::protect(&self.file.crypt, &journal::begin(&state, &self.run));
            create(&self.path, &(begin.map_err(std::io::Error::other)? + &lines))
        };
        if !unsure.is_empty()
            && let Err(error) = create()
        {
            let writes = unsure.len();
            warnings.push(
                Diagnostic::warning(format!(
                    "what became of {writes} writes is not known, and can't be noted in `{}`: {error}",
                    self.path.display()
                ))
                .help("an account that they created shows as one to adopt in the next plan"),
            );
        }
        Ok((state.serial, warnings))
    }

    /// What is known now.
    pub fn snapshot(&self) -> Snapshot {
        let inner = self.inner();
        let begun = inner.unsure.iter().chain(inner.open.values()).map(|(intent, _)| intent);
        Snapshot {
            state: inner.state.clone(),
            intents: begun.chain(&inner.ahead).cloned().collect(),
            moment: inner.appended,
        }
    }

    /// What may be tried next at a connection, in place of what was said of it before.
    pub fn announce(&self, connection: &str, intents: &[Intent]) {
        let mut inner = self.inner();
        inner.ahead.retain(|intent| intent.address.connection != connection);
        inner.ahead.extend_from_slice(intents);
    }

    /// Nothing more will be tried, and what is known goes into the state whole.
    pub fn announce_end(&self) {
        let mut inner = self.inner();
        inner.ahead.clear();
        inner.state.end_run(&self.run);
    }

    /// Takes over what somebody else recorded meanwhile.
    pub fn adopt(&self, mut state: State) {
        let mut inner = self.inner();
        // Until it has said that it ends.
        if self.shared && inner.state.runs.contains(&self.run) {
            state.begin_run(&self.run);
        }
        inner.state = state;
    }

    /// The journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line, and says which one it is. It survives the end of this process.
    fn append(
        &self,
        line: impl FnOnce(&mut Inner) -> Result<String, CryptError>,
    ) -> Result<u64, Failure> {
        let mut inner = self.inner();
        let Some(length) = inner.length else {
            return Err(self.unwritable(&std::io::Error::other("an earlier line was cut off")));
        };
        let line = line(&mut inner).map_err(|error| self.unwritable(&error))?;
        if let Err(error) = inner.journal.as_ref().write_all(line.as_bytes()) {
            // A part of a line is what a crash leaves at the end; other lines are still to come.
            let cut = inner.journal.set_len(length);
            inner.length = cut.is_ok().then_some(length);
            return Err(self.unwritable(&error));
        }
        inner.length = Some(length + line.len() as u64);
        inner.appended += 1;
        Ok(inner.appended)
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
            .map_err(|error| self.unwritable(&error))?;
        *synced = appended;
        Ok(())
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unwritable(&self, error: &dyn std::error::Error) -> Failure {
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

/// Makes a journal that begins with these whole lines, and how many bytes they are.
fn create(path: &Path, lines: &str) -> std::io::Result<(File, u64)> {
    let mut journal = private(OpenOptions::new().append(true).create_new(true)).open(path)?;
    let begun = journal
        .write_all(lines.as_bytes())
        .and_then(|()| journal.sync_all())
        .and_then(|()| sync_folder(&folder_of(path)));
    if let Err(error) = begun {
        // Nothing has happened under it, and the next apply shall find none.
        drop(std::fs::remove_file(path));
        return Err(error);
    }
    Ok((journal, lines.len() as u64))
}

impl KeepState for Keeper {
    async fn intent(
        &self,
        intent: &Intent,
        at: &Text,
        before: Option<&Before>,
    ) -> Result<(), Failure> {
        let number = self.append(|inner| {
            let record = inner.state.account(&intent.address);
            let line = journal::intent(intent, at, Was { record, live: before });
            let line = lines::protect(&self.file.crypt, &line)?;
            inner
                .ahead
                .retain(|ahead| ahead.address != intent.address || ahead.action != intent.action);
            inner.open.insert(intent.address.clone(), (intent.clone(), line.clone()));
            Ok(line)
        })?;
        if self.durable { self.sync(number).await } else { Ok(()) }
    }

    async fn done(
        &self,
        address: &Address,
        record: Option<&state::Account>,
        step: Option<&Finished<'_>>,
    ) -> Result<(), Failure> {
        // Does not wait for the disk. Until a later sync, that of the next intent or of the fold, a power cut may
        // take the line, and leaves what a crash before it leaves: an intent that the next run looks up, or
        // something that the next listing says again.
        self.append(|inner| {
            let told = step.is_some() && inner.open.remove(address).is_some();
            let was = Was { record: inner.state.account(address), live: None };
            let line = journal::done(address, record, step, (!told).then_some(was));
            let line = lines::protect(&self.file.crypt, &line)?;
            match record {
                None if step.is_some_and(|step| step.action == Action::Delete) => {
                    inner.state.gone(address);
                }
                record => inner.state.put(address, record.cloned()),
            }
            Ok(line)
        })
        .map(|_| ())
    }

    async fn failed(&self, step: &Finished<'_>) -> Result<(), Failure> {
        self.append(|inner| {
            let intent = inner.open.remove(step.address);
            if step.failure.is_some_and(|(failure, _)| failure.is_ambiguous()) {
                inner.unsure.extend(intent);
            }
            lines::protect(&self.file.crypt, &journal::failed(step))
        })
        .map(|_| ())
    }
}

//! The state's file: read with its journal, written whole, the one before kept as `.backup`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::applies;
use super::write::{folder_of, private, replace};
use crate::codec::{envelope as state, journal};
use crate::crypt::{Crypt, CryptError, lines};
use crate::diagnostic::Diagnostic;
use crate::port::Intent;
use crate::state::State;

/// The largest state that is read.
const LARGEST: u64 = 1 << 30;

/// A state's file and its companions.
#[derive(Clone, Debug)]
pub struct StateFile {
    path: PathBuf,
    pub(super) applies: PathBuf,
    pub(super) crypt: Crypt,
}

/// A state as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The state, with everything folded in that is known to be done.
    pub state: State,
    /// Writes that an apply began and did not live to see the end of.
    pub unknown: Vec<Intent>,
}

impl StateFile {
    /// The state at `path`, whose journals are kept in the folder `applies`.
    pub fn new(path: PathBuf, applies: PathBuf) -> Self {
        Self { path, applies, crypt: Crypt::off() }
    }

    /// The same, encrypted or not: the state, what is kept of it, and its journals.
    #[must_use]
    pub fn encrypted(self, crypt: Crypt) -> Self {
        Self { crypt, ..self }
    }

    /// The state's own path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is encrypted, and how.
    pub fn crypt(&self) -> &Crypt {
        &self.crypt
    }

    /// Reads the state and folds a journal in that an apply left behind, in memory; with it come the
    /// writes whose outcome the journal does not know. `None` where there is neither. What can't be
    /// read is never overwritten.
    pub fn load(&self) -> Result<Option<Loaded>, Diagnostic> {
        let mut unknown = Vec::new();
        // A link that leads nowhere is no missing state: what it leads to is missing.
        let target = self.target().map_err(|error| unreadable(&self.path, &error))?;
        let bytes = read(&target).map_err(|error| unreadable(&self.path, &error))?;
        let mut state = None;
        if let Some(bytes) = &bytes {
            let read = state::read(&self.crypt, bytes);
            let (read, intents) = read.map_err(|error| self.damaged(&error))?;
            // A copy of a shared state, made while an apply was running.
            (state, unknown) = (Some(read), intents);
        }
        let path = self.journal();
        let journal = read(&path).map_err(|error| unreadable(&path, &error))?;
        if let Some(bytes) = journal {
            let folded = state.get_or_insert_with(State::default);
            let lines = lines::reveal(&self.crypt, &bytes);
            let lines = lines.map_err(|error| sealed_journal(&path, &error))?;
            let open = journal::fold(folded, &lines).map_err(|error| {
                Diagnostic::error(format!("the journal `{}` can't be folded: {error}", path.display()))
                    .help("an apply ended without folding it; it holds what that apply did")
                    .help("bring back the state that it extends, or set the journal aside and let the next plan adopt what was created")
            })?;
            unknown.extend(open);
        }
        let state = state.filter(|state| !state.lineage.is_empty());
        Ok(state.map(|state| Loaded { state, unknown }))
    }

    /// Writes the state in place of the one before, which is kept as `.backup`; with writes of unknown outcome
    /// that came with it from elsewhere.
    pub fn save(&self, state: &State, unknown: &[Intent]) -> Result<(), Diagnostic> {
        let failed = |error: &dyn std::error::Error| {
            Diagnostic::error(format!("the state `{}` can't be written: {error}", self.path.display()))
                .help("the state before and the journal are intact; mend the cause, then run any command that reads the state")
        };
        let bytes = state::write(&self.crypt, state, unknown).map_err(|error| failed(&error))?;
        let target = self.target().map_err(|error| failed(&error))?;
        if let Some(before) = read(&target).map_err(|error| failed(&error))? {
            let before = state::keep(&self.crypt, before).map_err(|error| failed(&error))?;
            replace(&self.backup(), &before).map_err(|error| failed(&error))?;
        }
        replace(&target, &bytes).map_err(|error| failed(&error))
    }

    /// Checks, before anything is sent, that what an apply does can be recorded.
    pub fn writable(&self) -> Result<(), Diagnostic> {
        self.crypt.check().map_err(|error| {
            if error == CryptError::NoIdentity {
                let said = "no identity is given: what this run encrypts could not be read again";
                let said = Diagnostic::error(said).detail("nothing was written or sent");
                return error.with_help(said);
            }
            let said = error.explain("what this run encrypts could not be read again");
            said.detail("nothing was written or sent")
        })?;
        let folder = folder_of(&self.path);
        let try_it = || -> io::Result<()> {
            super::ensure_private_dir(&folder)?;
            // The journal stands beside the link, the state where it leads to.
            for folder in [&folder, &folder_of(&self.target()?)] {
                tempfile::Builder::new().prefix(".enroll-").tempfile_in(folder)?;
            }
            Ok(())
        };
        try_it().map_err(|error| {
            Diagnostic::error(format!(
                "the folder `{}` can't be written: {error}",
                folder.display()
            ))
            .help("nothing was sent: what an apply does must be recorded in the state there")
        })
    }

    /// Writes `state`, which has everything of the journal in it, as the next one, and keeps the journal
    /// with those of earlier applies. Returns warnings: once the state is written nothing is lost.
    pub fn fold(&self, state: &mut State) -> Result<Vec<Diagnostic>, Diagnostic> {
        state.serial += 1;
        self.save(state, &[])?;
        // A crash here is harmless: the next run sees by the serial that it is folded already.
        Ok(self.keep_journal())
    }

    /// Folds a journal that an earlier apply left behind, if there is one, into `state`, as it was loaded.
    /// One that is folded already, and one in which nothing happened, is only put away: another write of
    /// the state would hide that the first was.
    pub fn fold_left_behind(&self, state: &mut State) -> Result<Vec<Diagnostic>, Diagnostic> {
        let path = self.journal();
        if !path.exists() {
            return Ok(Vec::new());
        }
        let start = applies::start_of(&path, &self.crypt);
        let start = start.map_err(|error| unreadable(&path, &error))?;
        if start.makes == Some(state.serial) || !start.has_more {
            return Ok(self.keep_journal());
        }
        self.fold(state)
    }

    /// Moves the journal to those of earlier applies.
    pub(super) fn keep_journal(&self) -> Vec<Diagnostic> {
        applies::keep(&self.journal(), &self.applies, &self.crypt)
    }

    /// The journal of an apply that is under way, or that ended in a crash.
    pub fn journal(&self) -> PathBuf {
        self.beside(".journal")
    }

    /// The file whose lock the one writer holds.
    pub fn lock(&self) -> PathBuf {
        self.beside(".lock")
    }

    /// The state before the last write.
    pub fn backup(&self) -> PathBuf {
        self.beside(".backup")
    }

    /// The file itself where the path is a link, so that a shared state stays shared.
    fn target(&self) -> io::Result<PathBuf> {
        let is_link = fs::symlink_metadata(&self.path).is_ok_and(|found| found.is_symlink());
        if is_link { fs::canonicalize(&self.path) } else { Ok(self.path.clone()) }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name: OsString = self.path.clone().into_os_string();
        name.push(suffix);
        name.into()
    }

    fn damaged(&self, error: &state::ReadError) -> Diagnostic {
        let said = Diagnostic::error(format!(
            "the state `{}` can't be used: {error}",
            self.path.display()
        ))
        .detail("it is left as it is, and nothing is planned without it");
        let mut diagnostic = match error.explain(said) {
            Ok(explained) => return explained,
            Err(said) => said,
        };
        let backup = self.backup();
        if backup.exists() {
            diagnostic = diagnostic.help(format!(
                "the state before it is in `{}`: look at it, then move it into place",
                backup.display()
            ));
        }
        diagnostic.help("a state kept in git can be brought back from there")
    }
}

/// Reads a whole file that somebody named on the command line: a pipe may be meant there.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    read_any(path)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}

/// Reads a whole file; `None` where there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Looked at before it is opened: opening a pipe would wait for somebody to write to it.
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            return Err(io::Error::other("it is no regular file"));
        }
        Ok(_) | Err(_) => {}
    }
    read_any(path)
}

/// The same of a file that can't be larger than so many bytes.
pub fn read_small(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    read_up_to(path, largest)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}

fn read_any(path: &Path) -> io::Result<Option<Vec<u8>>> {
    read_up_to(path, LARGEST)
}

fn read_up_to(path: &Path, largest: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match private(fs::OpenOptions::new().read(true)).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // A guess only: the file may be a pipe, or grow.
    let length = file.metadata().map_or(0, |found| found.len()).min(largest);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
    file.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        let why = format!("it is larger than {} MiB", largest >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(Some(bytes))
}

/// A journal that is encrypted, or should be, and does not open.
pub(super) fn sealed_journal(path: &Path, error: &lines::LineError) -> Diagnostic {
    let said =
        Diagnostic::error(format!("the journal `{}` can't be read: {error}", path.display()))
            .detail("it holds what an apply did that ended without folding it");
    if error.error.help().is_empty() {
        return said
            .help("bring it back from a copy")
            .help("or set it aside and let the next plan adopt what was created");
    }
    error.error.with_help(said)
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("`{}` can't be read: {error}", path.display()))
}

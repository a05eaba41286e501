//! The journal of an apply on a state that is elsewhere, in a store that a team shares.

use std::path::{Path, PathBuf};

use super::state_file::{StateFile, read, sealed_journal, unreadable};
use super::write::{folder_of, sync_folder};
use crate::codec::journal::{Contents, Merged, Whose, contents, merge};
use crate::crypt::lines;
use crate::diagnostic::Diagnostic;
use crate::port::Intent;
use crate::state::State;

/// Gives a file another name that is free, and says which.
pub fn set_aside(path: &Path, suffix: &str) -> std::io::Result<PathBuf> {
    let named = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if number > 1 {
            name.push(format!("-{number}"));
        }
        PathBuf::from(name)
    };
    let free = (1..10_000)
        .map(named)
        .find(|name| !name.exists())
        .ok_or(std::io::ErrorKind::AlreadyExists)?;
    std::fs::rename(path, &free)?;
    sync_folder(&folder_of(path))?;
    Ok(free)
}

impl StateFile {
    /// Merges the journal of this machine, if there is one, into a state as it was read from its store with
    /// `intents` in it. Only in memory.
    pub fn merge_journal(
        &self,
        state: &mut State,
        intents: Vec<Intent>,
        whose: Whose,
    ) -> Result<Merged, Diagnostic> {
        let path = self.journal();
        let Some(bytes) = read(&path).map_err(|error| unreadable(&path, &error))? else {
            return Ok(Merged { unknown: intents, ..Merged::default() });
        };
        let lines = lines::reveal(&self.crypt, &bytes);
        let lines = lines.map_err(|error| sealed_journal(&path, &error))?;
        merge(state, intents, &lines, whose).map_err(|error| {
            Diagnostic::error(format!(
                "the journal `{}` does not belong to the state in its backend: {error}",
                path.display()
            ))
            .help("it holds what an apply did here that may not have reached the backend")
            .help("bring back the state that it extends, or set the journal aside and let the next plan adopt what was created")
        })
    }

    /// What is in the journal that an apply left behind, in words, if anything is. One that makes the serial
    /// `folded` is in the state already.
    pub fn left_behind(&self, folded: Option<u64>) -> Option<Diagnostic> {
        let path = self.journal();
        let start = super::applies::start_of(&path, &self.crypt).ok()?;
        if (folded.is_some() && start.makes == folded) || !start.has_more {
            return None;
        }
        let lines = lines::reveal(&self.crypt, &read(&path).ok()??).ok()?;
        let Contents { run, at, operations, records, unknown } = contents(&lines).ok()?;
        let run = run.map(|run| run.get(..8).unwrap_or(&run).to_owned());
        let which = run.map_or_else(|| "an earlier apply".to_owned(), |run| format!("run {run}"));
        let since = at.map(|at| format!(" of {at}")).unwrap_or_default();
        Some(Diagnostic::note(format!(
            "the journal of {which}{since} is taken in, which ended early: {operations} operations, {unknown} more of \
             unknown outcome, {records} other records"
        )))
    }

    /// Puts a journal aside that is nobody's, and says so.
    pub fn put_aside(&self) -> Diagnostic {
        let path = self.journal();
        match set_aside(&path, ".unknown") {
            Ok(there) => Diagnostic::note(format!(
                "the journal that is left out is now `{}`",
                there.display()
            )),
            Err(error) => Diagnostic::warning(format!(
                "the journal `{}` can't be put aside: {error}",
                path.display()
            )),
        }
    }

    /// Whether an apply on this machine left a journal.
    pub fn has_journal(&self) -> bool {
        self.journal().exists()
    }

    /// Puts a journal away whose content is in the store.
    pub fn put_away(&self) -> Vec<Diagnostic> {
        if self.has_journal() { self.keep_journal() } else { Vec::new() }
    }
}

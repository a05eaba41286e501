//! The journals of earlier applies, each with the values before, so that an apply can be undone later.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::write::{ensure_private_dir, folder_of, sync_folder};
use crate::codec::journal;
use crate::crypt::{Crypt, lines};
use crate::diagnostic::Diagnostic;

/// The longest first line that is read: it holds one fingerprint a connection.
const LONGEST: u64 = 1 << 24;

/// What the beginning of a journal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The serial of the state with the journal folded in; `None` where a crash cut the first line off.
    pub(super) makes: Option<u64>,
    /// Whether anything follows.
    pub(super) has_more: bool,
}

/// Reads the beginning of a journal.
pub(super) fn start_of(path: &Path, crypt: &Crypt) -> io::Result<Start> {
    let mut reader = BufReader::new(File::open(path)?.take(LONGEST));
    let mut first = Vec::new();
    reader.read_until(b'\n', &mut first)?;
    let first = lines::reveal(crypt, &first).map_err(io::Error::other)?;
    let makes = journal::makes_serial(&first).map_err(io::Error::other)?;
    Ok(Start { makes, has_more: !reader.fill_buf()?.is_empty() })
}

/// Moves a journal that is folded into the state to the others. One in which nothing happened goes. What
/// fails is a warning: the state has everything.
pub(super) fn keep(path: &Path, folder: &Path, crypt: &Crypt) -> Vec<Diagnostic> {
    let warn = |what: String| vec![Diagnostic::warning(what)];
    let name = match name_of(path, crypt) {
        Ok(Some(name)) => name,
        Ok(None) => {
            return match fs::remove_file(path) {
                Ok(()) => Vec::new(),
                Err(error) => warn(format!(
                    "the journal `{}`, in which nothing happened, can't be removed: {error}",
                    path.display()
                )),
            };
        }
        Err(error) => {
            return warn(format!("the journal `{}` can't be kept: {error}", path.display()));
        }
    };
    let Err(error) = ensure_private_dir(folder).and_then(|()| move_to(path, folder, &name)) else {
        return Vec::new();
    };
    // Beside the state there is room: the journal was written there.
    let beside = path.with_extension(&name);
    let left = match fs::rename(path, &beside) {
        Ok(()) => beside,
        Err(_) => path.to_owned(),
    };
    vec![
        Diagnostic::warning(format!(
            "what this apply did can't be kept in `{}`: {error}",
            folder.display()
        ))
        .detail(format!("the state has all of it; the journal stays at `{}`", left.display()))
        .help(
            "mend the folder, then move the journal there: it is what an apply can be undone from",
        ),
    ]
}

/// `20261124T101112Z-serial-8.jsonl`: when the apply ended, and the serial of the state that it made. `None`
/// for a journal in which nothing happened.
fn name_of(path: &Path, crypt: &Crypt) -> io::Result<Option<String>> {
    let Start { makes: Some(serial), has_more: true } = start_of(path, crypt)? else {
        return Ok(None);
    };
    let ended = jiff::Timestamp::try_from(fs::metadata(path)?.modified()?);
    let ended = ended.map_err(io::Error::other)?.strftime("%Y%m%dT%H%M%SZ");
    Ok(Some(format!("{ended}-serial-{serial}.jsonl")))
}

/// Renames, never over another journal: two states may have come to the same serial in the same second.
fn move_to(path: &Path, folder: &Path, name: &str) -> io::Result<()> {
    let mut target: PathBuf = folder.join(name);
    let mut number = 2;
    while target.exists() {
        target = folder.join(name.replacen(".jsonl", &format!("-{number}.jsonl"), 1));
        number += 1;
    }
    fs::rename(path, target)?;
    sync_folder(folder)?;
    sync_folder(&folder_of(path))
}

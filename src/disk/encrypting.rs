//! From plain to encrypted and back, and from some recipients to others: what was written before.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::reading::{START, is_own, written_by_enroll};
use super::state_file::{StateFile, read, unreadable};
use super::write::{folder_of, replace};
use crate::codec::envelope;
use crate::crypt::{Crypt, is_encrypted, lines};
use crate::diagnostic::Diagnostic;

/// Files of ours that name nobody: locks, and what this machine remembers.
const NAMELESS: [&str; 4] = [".lock", ".lock.info", "seen.json", "backend.json"];
/// How deep folders are looked through, and how many files: ours are neither deep nor many.
const DEEPEST: usize = 4;
const MOST: usize = 100_000;
/// How many links are followed, one after the other.
const LINKS: usize = 40;

impl StateFile {
    /// Whether the state's file is encrypted; not where there is none.
    pub fn is_encrypted(&self) -> Result<bool, Diagnostic> {
        starts_encrypted(self.path()).map_err(|error| unreadable(self.path(), &error))
    }

    /// Writes the backup, and the file, as they would be written now: encrypted, to these recipients, or in plain.
    pub fn renew_copies(&self) -> Vec<Diagnostic> {
        let one = |path: &Path| -> io::Result<()> {
            let Some(bytes) = read(path)? else { return Ok(()) };
            let renewed = envelope::renew(&self.crypt, &bytes).map_err(io::Error::other)?;
            if renewed == bytes { Ok(()) } else { replace(path, &renewed) }
        };
        let paths = [self.path().to_owned(), self.backup()];
        paths.iter().filter_map(|path| Some(still(path, &one(path).err()?))).collect()
    }

    /// Writes the journals of earlier applies anew, as they would be written now.
    pub fn rewrite_applies(&self) -> Vec<Diagnostic> {
        let crypt = self.crypt.reading_either();
        let one = |path: &Path| -> io::Result<()> {
            let Some(bytes) = read(path)? else { return Ok(()) };
            replace(path, &renewed_lines(&crypt, &bytes)?)
        };
        let journals = files(&self.applies, 1);
        journals.iter().filter_map(|path| Some(still(path, &one(path).err()?))).collect()
    }
}

fn still(path: &Path, error: &io::Error) -> Diagnostic {
    let said = format!("`{}` stays as it was: {error}", path.display());
    Diagnostic::warning(said)
        .help("it may name people: mend it, or remove it where nobody needs it")
}

/// Removes the read caches: the next plan asks for what it needs.
pub fn remove_caches(folder: &Path) {
    for path in files(folder, 1) {
        if let Err(error) = fs::remove_file(&path) {
            tracing::debug!("the read cache `{}` can't be removed: {error}", path.display());
        }
    }
}

/// Encrypts what we wrote in plain text before: copies of the state and saved plans in the folder `root`, and
/// whatever there is in `private`, our own folder. Returns how many files that were, and warnings.
pub fn encrypt_plain(root: &Path, private: &Path, crypt: &Crypt) -> (usize, Vec<Diagnostic>) {
    let mut found: Vec<PathBuf> = files(root, 1).into_iter().filter(|path| is_ours(path)).collect();
    found.extend(files(private, DEEPEST));
    found.retain(|path| !is_nameless(path) && !starts_encrypted(path).unwrap_or(false));
    let (mut done, mut warnings) = (0, Vec::new());
    for path in found {
        match encrypt(&path, crypt) {
            Ok(true) => done += 1,
            Ok(false) => {}
            Err(error) => warnings.push(still(&path, &error)),
        }
    }
    (done, warnings)
}

/// A copy of the state, or a saved plan.
fn is_ours(path: &Path) -> bool {
    let mut start = Vec::new();
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(is_own)
        || File::open(path)
            .and_then(|file| file.take(START as u64).read_to_end(&mut start))
            .is_ok_and(|_| written_by_enroll(&start))
}

fn is_nameless(path: &Path) -> bool {
    let name = path.to_string_lossy();
    NAMELESS.iter().any(|end| name.ends_with(end))
}

/// Encrypts a file as what it is. `false` where there is nothing in it.
fn encrypt(path: &Path, crypt: &Crypt) -> io::Result<bool> {
    let Some(bytes) = read(path)?.filter(|bytes| !bytes.is_empty()) else { return Ok(false) };
    let name = path.to_string_lossy();
    let grows = [".journal", ".jsonl", ".log"].iter().any(|end| name.ends_with(end));
    let encrypted = if grows {
        renewed_lines(&crypt.reading_either(), &bytes)?
    } else {
        // A copy of the state keeps its form under any name, so that it can be pushed.
        envelope::keep(crypt, bytes).map_err(io::Error::other)?
    };
    replace(path, &encrypted)?;
    Ok(true)
}

/// Lines as they would be written now. `crypt` reads both what is encrypted and what is not.
fn renewed_lines(crypt: &Crypt, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let lines = lines::reveal(crypt, bytes).map_err(io::Error::other)?;
    Ok(lines::protect(crypt, &lines).map_err(io::Error::other)?.into_bytes())
}

/// Whether a path is in a folder, over links or not, and whether or not it is there yet.
pub fn is_within(folder: &Path, path: &Path) -> bool {
    let mut path = path.to_owned();
    // A link that leads nowhere yet is followed by hand.
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => break,
        }
    }
    let real = fs::canonicalize(&path).or_else(|_| fs::canonicalize(folder_of(&path)));
    matches!((fs::canonicalize(folder), real), (Ok(folder), Ok(real)) if real.starts_with(&folder))
}

fn starts_encrypted(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
        // Opening a pipe would wait for somebody to write to it.
        Ok(found) if !found.is_file() => return Err(io::Error::other("it is no regular file")),
        Ok(_) => {}
    }
    let mut start = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut start)?;
    Ok(is_encrypted(&start))
}

/// Regular files in a folder and, to some depth, in those in it.
fn files(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), depth)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth > 1 {
                folders.push((entry.path(), depth - 1));
            } else if kind.is_file() && found.len() < MOST {
                found.push(entry.path());
            }
        }
    }
    found
}

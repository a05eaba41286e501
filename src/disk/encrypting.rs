//! From plain to encrypted and back, and from some recipients to others: what was written before.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::reading::is_own;
use super::state_file::{StateFile, read, unreadable};
use super::write::{folder_of, replace};
use crate::codec::envelope;
use crate::crypt::{is_encrypted, lines};
use crate::diagnostic::Diagnostic;

/// Files of ours that name nobody: locks, and what this machine remembers.
const NAMELESS: [&str; 4] = [".lock", ".lock.info", "seen.json", "backend.json"];
/// How deep folders are looked through, and how many files: ours are neither deep nor many.
const DEEPEST: usize = 4;
const MOST: usize = 100_000;

impl StateFile {
    /// Whether the state's file is encrypted; not where there is none.
    pub fn is_encrypted(&self) -> Result<bool, Diagnostic> {
        starts_encrypted(self.path()).map_err(|error| unreadable(self.path(), &error))
    }

    /// Encrypts the file and its backup as they are, where they are plain and should not be.
    pub fn encrypt_copies(&self) -> Vec<Diagnostic> {
        let one = |path: &Path| -> io::Result<()> {
            let Some(bytes) = read(path)? else { return Ok(()) };
            if !self.crypt.is_on() || is_encrypted(&bytes) {
                return Ok(());
            }
            replace(path, &envelope::keep(&self.crypt, bytes).map_err(io::Error::other)?)
        };
        let paths = [self.path().to_owned(), self.backup()];
        paths.iter().filter_map(|path| Some(still(path, &one(path).err()?))).collect()
    }

    /// Writes the journals of earlier applies anew, as they would be written now.
    pub fn rewrite_applies(&self) -> Vec<Diagnostic> {
        let crypt = self.crypt.reading_either();
        let one = |path: &Path| -> io::Result<()> {
            let Some(bytes) = read(path)? else { return Ok(()) };
            let lines = lines::reveal(&crypt, &bytes).map_err(io::Error::other)?;
            replace(path, lines::protect(&crypt, &lines).map_err(io::Error::other)?.as_bytes())
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

/// Files of ours that name people and are not encrypted: copies of the state beside the configuration at `root`,
/// and whatever there is in `private`, our own folder.
pub fn plain_files(root: &Path, private: &Path) -> Vec<PathBuf> {
    let own = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(is_own);
    let mut found: Vec<PathBuf> = files(root, 1).into_iter().filter(own).collect();
    found.extend(files(private, DEEPEST));
    let nameless = |path: &PathBuf| {
        let name = path.to_string_lossy();
        NAMELESS.iter().any(|end| name.ends_with(end))
    };
    let plain = |path: &PathBuf| {
        let empty = fs::metadata(path).is_ok_and(|found| found.len() == 0);
        !empty && !starts_encrypted(path).unwrap_or(false)
    };
    found.retain(|path| !nameless(path) && plain(path));
    found.sort();
    found
}

/// Whether a path is in a folder, over links or not.
pub fn is_within(folder: &Path, path: &Path) -> bool {
    let real = fs::canonicalize(path).or_else(|_| fs::canonicalize(folder_of(path)));
    matches!((fs::canonicalize(folder), real), (Ok(folder), Ok(real)) if real.starts_with(&folder))
}

fn starts_encrypted(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(64).read_to_end(&mut start)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
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

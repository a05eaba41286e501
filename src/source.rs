//! What the configuration is read from: files below one root, by relative path.
//!
//! A work tree and a git revision look the same through these traits; `disk` implements both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use crate::model::Text;

/// Why a file can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// There is no such file.
    #[error("there is no file `{0}`")]
    Missing(String),
    /// The path leads where configuration must not read: outside the root, a dot-file, Enroll's own.
    #[error("`{path}` can't be read: {why}")]
    Refused {
        /// The path as written.
        path: String,
        /// The rule that refuses it, and the way out.
        why: String,
    },
    /// The system refused.
    #[error("`{path}` can't be read: {why}")]
    Failed {
        /// The path as written.
        path: String,
        /// The system's words.
        why: String,
    },
}

/// One thing in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name; for one that is not UTF-8, what can be shown of it.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What stands in a folder under a name. A link counts as what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// Something to open, though that may be refused.
    File,
    /// A folder.
    Folder,
    /// Its name is not UTF-8, so no path leads to it.
    Unreadable,
}

/// The files of one configuration.
pub trait Source {
    /// Names of the files directly in the root, sorted, dot-files left out.
    fn names(&self) -> Result<Vec<String>, SourceError>;

    /// What stands directly in the folder at a relative path, `""` for the root: sorted, without dot-files
    /// and Enroll's own. What may be read is decided as for [`Source::open`].
    fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceError>;

    /// Opens the file at a relative `path`. What may be read is decided here: nothing outside the
    /// root, no link that leaves it, no dot-file, nothing of Enroll's own.
    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError>;

    /// Whether there is a readable file at `path`.
    fn exists(&self, path: &str) -> Result<bool, SourceError> {
        match self.open(path) {
            Ok(_) => Ok(true),
            Err(SourceError::Missing(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What was fetched of directories that are other services, for `config` to read.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The records of each as the text of one JSON array, from a complete list.
    pub records: BTreeMap<Text, String>,
    /// Those whose list could not be had, which whoever asked reports.
    pub failed: BTreeSet<Text>,
}

/// Reads a whole text of at most `limit` bytes.
pub fn read_limited(source: &dyn Source, path: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
    let fail = |why: String| SourceError::Failed { path: path.to_owned(), why };
    let mut bytes = Vec::new();
    let reader = source.open(path)?;
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| fail(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(fail(format!("it is larger than {} MiB", limit >> 20)));
    }
    Ok(bytes)
}

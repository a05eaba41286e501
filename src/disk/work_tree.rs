//! The configuration's folder as a source, with the rules about what may be read there.

use std::fs::{self, File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use super::reading::{hides_variables, is_own, parts, refuse, refuse_ours, refuse_variables};
use crate::source::{Entry, EntryKind, Source, SourceError};

/// The files of a folder.
#[derive(Clone, Debug)]
pub struct WorkTree {
    root: PathBuf,
    /// Files that were named on the command line, with their links resolved.
    handed: Vec<PathBuf>,
    /// Files and folders that the environment names as credentials, with their links resolved.
    credentials: Vec<PathBuf>,
}

impl WorkTree {
    /// The folder at `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), handed: Vec::new(), credentials: Vec::new() }
    }

    /// The same without these files, which whoever runs Enroll handed in: they may hold secrets.
    #[must_use]
    pub fn without<'a>(mut self, files: impl IntoIterator<Item = &'a Path>) -> Self {
        let real = files.into_iter().filter_map(|file| self.root.join(file).canonicalize().ok());
        self.handed = real.collect();
        self
    }

    /// The same without these files and folders, which the environment names as credentials: relative to where
    /// Enroll was started, or to the root.
    #[must_use]
    pub fn without_credentials(mut self, files: impl IntoIterator<Item = PathBuf>) -> Self {
        let Ok(root) = self.root.canonicalize() else { return self };
        // A folder that holds the configuration holds more than credentials.
        let found = files.into_iter().flat_map(|file| [root.join(&file), file]);
        let real = found.filter_map(|file| file.canonicalize().ok());
        self.credentials = real.filter(|real| !root.starts_with(real)).collect();
        self
    }

    /// Whether a file is one that the environment names, by whatever path.
    fn is_credential(&self, real: &Path) -> bool {
        let same = |named: &PathBuf| {
            real.starts_with(named)
                || fs::metadata(named).is_ok_and(|found| {
                    found.is_file()
                        && fs::metadata(real).is_ok_and(|other| same_one(&found, &other))
                })
        };
        self.credentials.iter().any(same)
    }

    /// The name of a configuration file that is there already, if one is.
    pub fn has_configuration(&self) -> Option<String> {
        let names = self.names().ok()?;
        names.into_iter().find(|name| Path::new(name).extension().is_some_and(|e| e == "hcl"))
    }

    /// Finds the file and refuses what must not be read.
    fn resolve(&self, path: &str) -> Result<PathBuf, SourceError> {
        let plain: PathBuf = parts(path)?.into_iter().collect();
        let missing = |error: &io::Error| {
            let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
            if absent.contains(&error.kind()) {
                SourceError::Missing(path.to_owned())
            } else {
                SourceError::Failed { path: path.to_owned(), why: error.to_string() }
            }
        };
        let root = self.root.canonicalize().map_err(|error| missing(&error))?;
        let real = root.join(&plain).canonicalize().map_err(|error| missing(&error))?;
        let inside = real
            .strip_prefix(&root)
            .map_err(|_| refuse(path, "the link leads out of the configuration's folder"))?;
        let hidden = |part: Component<'_>| {
            part.as_os_str().to_str().is_none_or(|part| part.starts_with('.'))
        };
        if inside.components().any(hidden) {
            return Err(refuse(path, "the link leads to a dot-file"));
        }
        let own = |part: Component<'_>| part.as_os_str().to_str().is_some_and(is_own);
        if inside.components().chain(plain.components()).any(own) {
            return Err(refuse(path, "it is a file of Enroll's own"));
        }
        if self.handed.contains(&real) || hides_variables(&root.join(&plain), &real) {
            return Err(refuse_variables(path));
        }
        if self.is_credential(&real) {
            return Err(refuse(path, "the environment names it as credentials, which are secrets"));
        }
        Ok(real)
    }
}

/// Whether an open file is the one that was looked at.
fn same_file(before: &Metadata, file: &File) -> bool {
    file.metadata().is_ok_and(|now| same_one(before, &now) || cfg!(not(unix)) && now.is_file())
}

/// Whether two names are those of one file, as far as the system says it.
fn same_one(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }
    #[cfg(not(unix))]
    {
        _ = (one, other);
        false
    }
}

impl Source for WorkTree {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        let failed = |error: &io::Error| SourceError::Failed {
            path: self.root.display().to_string(),
            why: error.to_string(),
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            let name = match entry.file_name().into_string() {
                Ok(name) => name,
                // Skipping a part of the configuration would remove whom it asks for.
                Err(name) if name.as_encoded_bytes().ends_with(b".hcl") => {
                    return Err(SourceError::Refused {
                        path: name.to_string_lossy().into_owned(),
                        why: "its name is not UTF-8".to_owned(),
                    });
                }
                Err(_) => continue,
            };
            let is_folder = fs::metadata(entry.path()).as_ref().is_ok_and(Metadata::is_dir);
            if !name.starts_with('.') && !is_folder {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceError> {
        let real = if folder.is_empty() { self.root.clone() } else { self.resolve(folder)? };
        let failed = |error: io::Error| SourceError::Failed {
            path: folder.to_owned(),
            why: error.to_string(),
        };
        let mut entries = Vec::new();
        for entry in fs::read_dir(real).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let folder = fs::metadata(entry.path()).as_ref().is_ok_and(Metadata::is_dir);
            let kind = if folder { EntryKind::Folder } else { EntryKind::File };
            let (name, kind) = match entry.file_name().into_string() {
                Ok(name) => (name, kind),
                Err(name) => (name.to_string_lossy().into_owned(), EntryKind::Unreadable),
            };
            if !name.starts_with('.') && !is_own(&name) {
                entries.push(Entry { name, kind });
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
        let real = self.resolve(path)?;
        let failed = |why: String| SourceError::Failed { path: path.to_owned(), why };
        // Looked at before it is opened: opening a pipe would wait for somebody to write to it.
        let kind = fs::metadata(&real).map_err(|error| failed(error.to_string()))?;
        if !kind.is_file() {
            return Err(failed("it is no regular file".to_owned()));
        }
        let file = File::open(&real).map_err(|error| failed(error.to_string()))?;
        // Nobody may have put another file in its place in between.
        if !same_file(&kind, &file) || self.resolve(path)? != real {
            return Err(failed("it changes while it is read".to_owned()));
        }
        let mut reader = BufReader::new(file);
        let start = reader.fill_buf().map_err(|error| failed(error.to_string()))?;
        refuse_ours(path, start)?;
        Ok(Box::new(reader))
    }
}

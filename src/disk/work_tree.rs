//! The configuration's folder as a source, with the rules about what may be read there.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::source::{Source, SourceError};

/// Enroll's own files: what they hold is none of the configuration's business.
const OWN: [&str; 5] = [
    "enroll.state.json",
    "enroll.state.json.backup",
    "enroll.state.json.journal",
    "enroll.state.json.lock",
    "enroll.state.json.lock.info",
];

/// The files of a folder.
#[derive(Clone, Debug)]
pub struct WorkTree {
    root: PathBuf,
}

impl WorkTree {
    /// The folder at `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The name of a configuration file that is there already, if one is.
    pub fn has_configuration(&self) -> Option<String> {
        let names = self.names().ok()?;
        names.into_iter().find(|name| Path::new(name).extension().is_some_and(|e| e == "hcl"))
    }

    /// Finds the file and refuses what must not be read.
    fn resolve(&self, path: &str) -> Result<PathBuf, SourceError> {
        let refuse =
            |why: &str| SourceError::Refused { path: path.to_owned(), why: why.to_owned() };
        let mut plain = PathBuf::new();
        for component in Path::new(path).components() {
            match component {
                Component::Normal(part) => {
                    if part.to_str().is_none_or(|part| part.starts_with('.')) {
                        return Err(refuse("dot-files and dot-folders are not read"));
                    }
                    plain.push(part);
                }
                Component::CurDir => {}
                Component::ParentDir => {
                    return Err(refuse("`..` leads out of the configuration's folder"));
                }
                Component::RootDir | Component::Prefix(_) => {
                    return Err(refuse(
                        "only files below the configuration's folder are read: write a relative path",
                    ));
                }
            }
        }
        if plain.as_os_str().is_empty() {
            return Err(refuse("it names no file"));
        }
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
            .map_err(|_| refuse("the link leads out of the configuration's folder"))?;
        let hidden = |part: Component<'_>| {
            part.as_os_str().to_str().is_none_or(|part| part.starts_with('.'))
        };
        if inside.components().any(hidden) {
            return Err(refuse("the link leads to a dot-file"));
        }
        if inside.components().any(|part| OWN.iter().any(|own| part.as_os_str() == *own)) {
            return Err(refuse("it is a file of Enroll's own"));
        }
        Ok(real)
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
            let Some(name) = entry.file_name().to_str().map(ToOwned::to_owned) else { continue };
            let is_folder = fs::metadata(entry.path()).as_ref().is_ok_and(Metadata::is_dir);
            if !name.starts_with('.') && !is_folder {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
        let real = self.resolve(path)?;
        let failed = |why: String| SourceError::Failed { path: path.to_owned(), why };
        // Looked at before it is opened: opening a pipe would wait for somebody to write to it.
        let kind = fs::metadata(&real).map_err(|error| failed(error.to_string()))?;
        if !kind.is_file() {
            return Err(failed("it is no regular file".to_owned()));
        }
        Ok(Box::new(File::open(&real).map_err(|error| failed(error.to_string()))?))
    }
}

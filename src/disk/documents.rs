//! A document with a log beside it, for what is changed often: the sandbox's accounts.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use super::state_file::read;
use super::write::{folder_of, private, replace};

/// One document, written whole, and the lines appended since.
#[derive(Clone, Debug)]
pub struct Documents {
    path: PathBuf,
}

impl Documents {
    /// The document at `path`; its log stands beside it, with `.log` at the end of its name.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Reads the document, if there is one, and the log.
    pub fn load(&self) -> io::Result<(Option<Vec<u8>>, Vec<u8>)> {
        Ok((read(&self.path)?, read(&self.log())?.unwrap_or_default()))
    }

    /// Appends a line. It survives the end of this process, not of the machine: these are rehearsals.
    pub fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        private(options.append(true).create(true)).open(self.log())?.write_all(line)
    }

    /// Writes the document whole, then empties the log.
    pub fn replace(&self, document: &[u8]) -> io::Result<()> {
        super::ensure_private_dir(&folder_of(&self.path))?;
        replace(&self.path, document)?;
        match std::fs::remove_file(self.log()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn log(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".log");
        name.into()
    }
}

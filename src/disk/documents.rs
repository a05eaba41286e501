//! A document with a log beside it, for what is changed often: the sandbox's accounts.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use super::state_file::read;
use super::write::{folder_of, private, replace};
use crate::crypt::{Crypt, is_encrypted, lines};

/// One document, written whole, and the lines appended since.
#[derive(Clone, Debug)]
pub struct Documents {
    path: PathBuf,
    crypt: Crypt,
}

impl Documents {
    /// The document at `path`; its log stands beside it, with `.log` at the end of its name.
    pub fn new(path: PathBuf) -> Self {
        Self { path, crypt: Crypt::off() }
    }

    /// The same, encrypted or not. What is there already is read either way: these are rehearsals.
    #[must_use]
    pub fn encrypted(self, crypt: &Crypt) -> Self {
        Self { crypt: crypt.reading_either(), ..self }
    }

    /// Reads the document, if there is one, and the log.
    pub fn load(&self) -> io::Result<(Option<Vec<u8>>, Vec<u8>)> {
        let document = read(&self.path)?.map(|bytes| self.crypt.reveal(bytes).map(Cow::into_owned));
        let document = document.transpose().map_err(|error| self.damaged(&error))?;
        let log = read(&self.log())?.unwrap_or_default();
        if !self.crypt.is_on() && !is_encrypted(&log) {
            return Ok((document, log));
        }
        let log = lines::reveal(&self.crypt, &log).map_err(|error| self.damaged(&error))?;
        Ok((document, log.into_bytes()))
    }

    /// Appends a line. It survives the end of this process, not of the machine: these are rehearsals.
    pub fn append(&self, line: &[u8]) -> io::Result<()> {
        let text = std::str::from_utf8(line).map_err(io::Error::other)?;
        let line = lines::protect(&self.crypt, text).map_err(io::Error::other)?;
        let mut options = OpenOptions::new();
        private(options.append(true).create(true)).open(self.log())?.write_all(line.as_bytes())
    }

    /// Writes the document whole, then empties the log.
    pub fn replace(&self, document: &[u8]) -> io::Result<()> {
        super::ensure_private_dir(&folder_of(&self.path))?;
        replace(&self.path, &self.crypt.protect(document).map_err(io::Error::other)?)?;
        match std::fs::remove_file(self.log()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn damaged(&self, error: &dyn std::error::Error) -> io::Error {
        io::Error::other(format!("`{}`: {error}; delete it to start afresh", self.path.display()))
    }

    fn log(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".log");
        name.into()
    }
}

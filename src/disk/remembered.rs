//! Remembers which backend the state of this folder was in last.

use std::io;
use std::path::PathBuf;

use super::state_file::read;
use super::write::{ensure_private_dir, folder_of, replace};
use crate::codec::backend as codec;
use crate::model::Backend;

/// The backend that is remembered, in a small file under `.enroll/`.
#[derive(Clone, Debug)]
pub struct Remembered {
    path: PathBuf,
}

impl Remembered {
    /// What is remembered at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The backend, if there was one.
    pub fn load(&self) -> io::Result<Option<Backend>> {
        let name = |error: &dyn std::fmt::Display| {
            io::Error::other(format!(
                "`{}`, which remembers the backend, can't be used: {error}",
                self.path.display()
            ))
        };
        let bytes = read(&self.path).map_err(|error| name(&error))?;
        bytes.map(|bytes| codec::read(&bytes).map_err(|error| name(&error))).transpose()
    }

    /// Remembers a backend, or that there is none.
    pub fn save(&self, backend: Option<&Backend>) -> io::Result<()> {
        match backend {
            Some(backend) => {
                ensure_private_dir(&folder_of(&self.path))?;
                replace(&self.path, &codec::write(backend))
            }
            None => match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                Ok(()) | Err(_) => Ok(()),
            },
        }
    }
}

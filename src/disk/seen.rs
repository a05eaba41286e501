//! Remembers which serial of a state this machine has seen, so that an older one is noticed: a
//! restored backup, a branch that was not pulled.

use std::io;
use std::path::PathBuf;

use super::state_file::read;
use super::write::{ensure_private_dir, folder_of, replace};
use crate::codec::seen as codec;

/// The serials seen, kept in a small file under `.enroll/`.
#[derive(Clone, Debug)]
pub struct Seen {
    path: PathBuf,
}

/// The serials seen can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("`{path}`, which remembers the states seen here, can't be used: {why}")]
pub struct SeenError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub why: String,
}

impl Seen {
    /// The serials kept at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The highest serial of `lineage` that was seen here, where it is higher than `serial`: then
    /// the state at hand is an older one.
    pub fn check(&self, lineage: &str, serial: u64) -> Result<Option<u64>, SeenError> {
        let serials = self.load()?;
        Ok(serials.get(lineage).copied().filter(|seen| *seen > serial))
    }

    /// Remembers that `serial` of `lineage` was seen: from now on older ones are noticed. A lower
    /// one replaces a higher one: somebody accepted the older state.
    pub fn remember(&self, lineage: &str, serial: u64) -> Result<(), SeenError> {
        let mut serials = self.load()?;
        if lineage.is_empty() || serials.get(lineage) == Some(&serial) {
            return Ok(());
        }
        serials.insert(lineage.into(), serial);
        ensure_private_dir(&folder_of(&self.path))
            .and_then(|()| replace(&self.path, &codec::write(&serials)))
            .map_err(|error: io::Error| self.fail(&error))
    }

    fn load(&self) -> Result<codec::Serials, SeenError> {
        let bytes = read(&self.path).map_err(|error| self.fail(&error))?;
        bytes.map_or_else(
            || Ok(codec::Serials::new()),
            |bytes| codec::read(&bytes).map_err(|error| self.fail(&error)),
        )
    }

    fn fail(&self, why: &dyn std::error::Error) -> SeenError {
        SeenError { path: self.path.display().to_string(), why: why.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Seen;

    #[test]
    fn an_older_serial_is_noticed_until_it_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let seen = Seen::new(folder.path().join(".enroll/seen.json"));
        assert_eq!(seen.check("a", 0).unwrap(), None);
        seen.remember("a", 7).unwrap();
        for (lineage, serial, newer) in
            [("a", 6, Some(7)), ("a", 7, None), ("a", 8, None), ("b", 0, None), ("", 0, None)]
        {
            assert_eq!(seen.check(lineage, serial).unwrap(), newer, "{lineage} {serial}");
        }
        seen.remember("a", 3).unwrap();
        assert_eq!(seen.check("a", 3).unwrap(), None);
    }

    #[test]
    fn a_damaged_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen.json");
        fs::write(&path, "{").unwrap();
        let seen = Seen::new(&path);
        for error in [seen.check("a", 1).unwrap_err(), seen.remember("a", 1).unwrap_err()] {
            assert!(error.to_string().contains("seen.json"), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "{");
    }
}

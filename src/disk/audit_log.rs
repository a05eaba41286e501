//! The audit log: lines are added to it, and nothing in it is ever changed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::own::needed_otherwise;
use super::reading::written_by_enroll;
use super::write::private;

/// A log that an apply adds to.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    file: Mutex<File>,
}

impl AuditLog {
    /// Opens the log at `path`, or makes it, for its owner alone to read. What Enroll or the configuration
    /// needs is refused: `private` is Enroll's own folder.
    pub fn open(path: &Path, private_folder: &Path) -> io::Result<Self> {
        // What a link leads to counts, and where the file is not there yet, its folder.
        let real = fs::canonicalize(path).or_else(|_| {
            let folder = fs::canonicalize(super::write::folder_of(path))?;
            Ok::<_, io::Error>(folder.join(path.file_name().unwrap_or_default()))
        })?;
        for path in [path, &real] {
            refuse(path, private_folder)?;
        }
        let mut options = OpenOptions::new();
        let file = private(options.append(true).create(true)).open(path)?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line, whole, whoever else adds one at the same time.
    pub fn append(&self, line: &str) -> io::Result<()> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

    /// Makes what was added last.
    pub fn sync(&self) -> io::Result<()> {
        match self.file.lock().unwrap_or_else(PoisonError::into_inner).sync_all() {
            // A terminal or another device has nothing to sync.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result,
        }
    }
}

fn refuse(path: &Path, private_folder: &Path) -> io::Result<()> {
    let refused = |why: &str| Err(io::Error::other(why.to_owned()));
    if let Some(why) = needed_otherwise(path) {
        return refused(why);
    }
    if fs::canonicalize(private_folder).is_ok_and(|folder| path.starts_with(folder)) {
        return refused("that folder is Enroll's own, and may be deleted");
    }
    let Ok(found) = fs::metadata(path) else { return Ok(()) };
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        // Opening a pipe would wait for somebody to read from it.
        if found.file_type().is_fifo() || found.file_type().is_socket() {
            return refused("it is no regular file");
        }
    }
    if found.is_file() {
        let mut start = Vec::new();
        File::open(path)?.take(160).read_to_end(&mut start)?;
        if written_by_enroll(&start) {
            return refused("it is a state, a plan or a journal that Enroll wrote");
        }
    }
    Ok(())
}

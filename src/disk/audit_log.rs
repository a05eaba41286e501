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
        let file = open_alone(path)?;
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

/// Opens the file itself, for its owner alone, and never what a link leads to.
fn open_alone(path: &Path) -> io::Result<File> {
    // What is made anew is made through no link.
    match private(OpenOptions::new().append(true).create_new(true)).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    let is_link = || io::Error::other("it is a link: name the file where it really is");
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(is_link());
    }
    let file = OpenOptions::new().append(true).open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        // Nothing is written yet, should somebody have put a link there in between.
        let (named, open) = (fs::symlink_metadata(path)?, file.metadata()?);
        if (named.dev(), named.ino()) != (open.dev(), open.ino()) {
            return Err(is_link());
        }
        if open.is_file() && open.mode() & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(|error| {
                let why = format!("others can read it, and that can't be changed: {error}");
                io::Error::new(error.kind(), why)
            })?;
        }
    }
    Ok(file)
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use super::AuditLog;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn an_audit_log_grows_and_is_nothing_that_enroll_needs() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let private = root.join(".enroll");
        fs::create_dir(&private).unwrap();
        let path = root.join("log.jsonl");
        for line in ["one\n", "two\n"] {
            let log = AuditLog::open(&path, &private).unwrap();
            log.append(line).unwrap();
            log.sync().unwrap();
        }
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), mode(&path)),
            ("one\ntwo\n", 0o600)
        );
        let plan = crate::codec::plan::write(&crate::plan::Plan::default());
        fs::write(root.join("plan.json"), plan).unwrap();
        symlink("main.hcl", root.join("link")).unwrap();
        symlink("log.jsonl", root.join("to-log")).unwrap();
        symlink("nothing.jsonl", root.join("to-nothing")).unwrap();
        fs::write(root.join("main.hcl"), "").unwrap();
        assert!(
            std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success()
        );
        for name in [
            "main.hcl",
            "MAIN.HCL",
            "link",
            "enroll.state.json",
            "Enroll.State.json.journal",
            "plan.json",
            ".enroll/log",
            ".enroll/../.enroll/log",
            "pipe",
            // Whatever it leads to, and nowhere.
            "to-log",
            "to-nothing",
            ".",
            "missing/log",
        ] {
            assert!(AuditLog::open(&root.join(name), &private).is_err(), "{name}");
        }
        assert_eq!(fs::read_to_string(root.join("main.hcl")).unwrap(), "");
        assert!(!root.join("nothing.jsonl").exists());
        // One that others could read is its owner's from now on.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
        AuditLog::open(&path, &private).unwrap();
        assert_eq!(mode(&path), 0o600);
    }
}

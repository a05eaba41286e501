//! One writer at a time: an OS lock on a file of its own, which dies with its process.
//!
//! The file is never renamed or removed, so that nobody locks a name that another has replaced. Who
//! holds it, since when and for what stands in a file beside it, for the message alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::write::{ensure_private_dir, folder_of, private, replace};
use crate::diagnostic::Diagnostic;

/// How often a lock that another holds is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// The lock of a state, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`, trying for as long as `timeout`. `holder` says in words who, when
    /// and what, for those who find it taken.
    pub fn take(path: &Path, holder: &str, timeout: Duration) -> Result<Self, Diagnostic> {
        let failed = |error: &std::io::Error| {
            Diagnostic::error(format!("the lock `{}` can't be made: {error}", path.display()))
                .help("nothing was sent: two applies at once would undo each other")
        };
        let open = || {
            ensure_private_dir(&folder_of(path))?;
            private(OpenOptions::new().read(true).write(true).create(true).truncate(false))
                .open(path)
        };
        let file = open().map_err(|error| failed(&error))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if began.elapsed() < timeout => {
                    std::thread::sleep(PAUSE.min(timeout.saturating_sub(began.elapsed())));
                }
                Err(TryLockError::WouldBlock) => return Err(held(path)),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
        replace(&beside(path), holder.as_bytes()).map_err(|error| failed(&error))?;
        Ok(Self { _file: file })
    }
}

fn held(path: &Path) -> Diagnostic {
    let by = super::state_file::read(&beside(path)).ok().flatten();
    let by = by.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    Diagnostic::error(format!(
        "the state is locked by {}",
        by.filter(|by| !by.is_empty()).unwrap_or_else(|| "another process".to_owned())
    ))
    .help("wait until it has ended, or let this run wait: `--lock-timeout 60s`")
    .help("the lock ends with its process; there is nothing to clean up")
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(".info");
    name.into()
}

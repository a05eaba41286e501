//! Enroll's own files stay where they are looked for. A repository can hold links, and whoever wrote it is not
//! who runs Enroll: through a link it could have a state, a lock or a log written anywhere.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

/// Most files that are looked at: there are a few for each connection.
const MOST: usize = 100_000;

/// Refuses links among Enroll's own files in `root`: below `folder` and among the files that begin with
/// `state`. The state itself may be a link that stays in `root`.
pub fn no_links(root: &Path, folder: &str, state: &str) -> Result<(), Diagnostic> {
    let private = root.join(folder);
    let mut open = vec![private.clone()];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        seen += 1;
        if seen > MOST {
            return Err(Diagnostic::error(format!(
                "`{}` holds more than {MOST} files",
                private.display()
            ))
            .help("it holds what Enroll remembers on this machine: clear it out"));
        }
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        if found.is_symlink() {
            return Err(refused(&path, "Enroll keeps its files there and follows no link"));
        }
        if found.is_dir() {
            open.extend(names(&path).map_err(|error| unreadable(&path, &error))?);
        }
    }
    for suffix in ["", ".journal", ".lock", ".lock.info", ".backup"] {
        let path = root.join(format!("{state}{suffix}"));
        if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            continue;
        }
        if !suffix.is_empty() {
            return Err(refused(&path, "Enroll writes there and follows no link"));
        }
        let inside = |target: PathBuf| Ok(target.starts_with(fs::canonicalize(root)?));
        // One that leads nowhere is told apart by whoever reads the state.
        let stays = fs::canonicalize(&path).and_then(inside);
        if stays.is_ok_and(|stays: bool| !stays) {
            return Err(refused(&path, "it leads out of the configuration's folder"));
        }
    }
    Ok(())
}

fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.take(MOST + 1).map(|entry| entry.map(|entry| entry.path())).collect()
}

fn refused(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::error(format!("`{}` is a link", path.display()))
        .detail(why)
        .help("remove the link; if you did not make it, ask who put it into the repository")
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("`{}` can't be read: {error}", path.display()))
}

//! Enroll's own files stay where they are looked for. A repository can hold links, and whoever wrote it is not
//! who runs Enroll: through a link it could have a state, a lock or a log written anywhere.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::git::checkout;
use super::reading::is_own;
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

/// Refuses a `path` of somebody's that is written as one inside of `root`, and leads out of it over a link. A path
/// that says itself that it leads elsewhere is meant so.
pub fn stays_inside(root: &Path, path: &Path) -> Result<(), Diagnostic> {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !path.components().all(plain) {
        return Ok(());
    }
    let Ok(real_root) = fs::canonicalize(root) else { return Ok(()) };
    let whole = root.join(path);
    // What is not there yet is made in the folder that is.
    let mut there = whole.as_path();
    while fs::symlink_metadata(there).is_err()
        && let Some(above) = there.parent()
    {
        there = above;
    }
    let there = if there.as_os_str().is_empty() { root } else { there };
    let stays = fs::canonicalize(there).is_ok_and(|real| real.starts_with(&real_root));
    if stays {
        return Ok(());
    }
    Err(Diagnostic::error(format!("`{}` leads out of the folder over a link", path.display()))
        .detail("who wrote the repository is not who runs Enroll: it could have any file written")
        .help("name the file where it really is, or remove the link"))
}

/// Refuses a folder to work in whose path leads out of a repository over a link in it.
pub fn stays_in_checkout(folder: &Path) -> Result<(), Diagnostic> {
    let Ok(whole) = std::path::absolute(folder) else { return Ok(()) };
    for part in whole.ancestors() {
        let is_link = fs::symlink_metadata(part).is_ok_and(|found| found.is_symlink());
        let Some(top) = part.parent().filter(|_| is_link).and_then(checkout) else { continue };
        if !fs::canonicalize(part).is_ok_and(|real| real.starts_with(&top)) {
            let named = format!("`{}` leads out of the repository over a link", folder.display());
            return Err(Diagnostic::error(named)
                .detail("who wrote the repository is not who runs Enroll: the files there are nobody's review")
                .help("name the folder where it really is, or remove the link"));
        }
    }
    // Where there is no repository, the folder that Enroll is started in stands for it.
    if checkout(Path::new(".")).is_some() { Ok(()) } else { stays_inside(Path::new("."), folder) }
}

/// Why no other file can be written at a path: what Enroll or the configuration needs has that name.
pub fn needed_otherwise(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy();
    let hcl = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("hcl"));
    if is_own(&name) {
        return Some("it is a file of Enroll's own");
    }
    hcl.then_some("it is read as configuration")
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use super::super::{CacheFile, Documents, Seen, WorkTree, ensure_private_dir, write_private};
    use super::{no_links, stays_inside};
    use crate::source::{Source, SourceError};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn no_link_stands_in_the_place_of_a_file_of_ours() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("s.json"), "{}").unwrap();
        let refused = |root: &Path| no_links(root, ".enroll", "s.json").map_err(|e| e.summary);
        for (link, to) in [
            (".enroll", "."),
            (".enroll/cache", "."),
            (".enroll/sandbox/prod.json.log", "s.json"),
            (".enroll/seen.json", "nowhere"),
            ("s.json", "s.json"),
            ("s.json.journal", "s.json"),
            ("s.json.lock", "nowhere"),
            ("s.json.lock.info", "s.json"),
            ("s.json.backup", "s.json"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(link);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            assert_eq!(refused(folder.path()), Ok(()), "{link}");
            symlink(outside.path().join(to), &path).unwrap();
            assert_eq!(refused(folder.path()), Err(format!("`{}` is a link", path.display())));
        }
        // One that stays inside is the owner's own way of keeping a state.
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("other"), "{}").unwrap();
        symlink("other", folder.path().join("s.json")).unwrap();
        assert_eq!(refused(folder.path()), Ok(()));
    }

    #[test]
    fn a_file_that_somebody_names_is_not_made_elsewhere_over_a_link() {
        let outside = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("d")).unwrap();
        fs::write(root.join("here"), "").unwrap();
        symlink(outside.path(), root.join("out")).unwrap();
        symlink(outside.path().join("nowhere"), root.join("dead")).unwrap();
        symlink("../here", root.join("d/inside")).unwrap();
        symlink(outside.path(), root.join("d/out")).unwrap();
        let elsewhere = outside.path().join("x");
        let ok = |path: &Path| stays_inside(root, path).map_err(|e| e.summary);
        for path in ["here", "./here", "new", "d/new", "new/new", "d/inside", "", "../x"] {
            assert_eq!(ok(Path::new(path)), Ok(()), "{path}");
        }
        assert_eq!(ok(&elsewhere), Ok(()), "it says so itself");
        for path in ["out", "out/new", "out/new/new", "dead", "d/out/x", "./d/out"] {
            let summary = format!("`{path}` leads out of the folder over a link");
            assert_eq!(ok(Path::new(path)), Err(summary));
        }
    }

    #[test]
    fn files_of_variables_are_not_read_under_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("d")).unwrap();
        for name in ["a.auto.vars.hcl", "handed.txt", "d/b.VARS.hcl", "free.txt"] {
            fs::write(root.join(name), "secret").unwrap();
        }
        symlink("a.auto.vars.hcl", root.join("linked.csv")).unwrap();
        symlink("d/b.VARS.hcl", root.join("deep.csv")).unwrap();
        symlink("handed.txt", root.join("other.csv")).unwrap();
        let outside = root.join("handed.txt");
        for handed in [Path::new("handed.txt"), Path::new("./d/../handed.txt"), &outside] {
            let tree = WorkTree::new(root).without([handed, Path::new("nowhere")]);
            for path in ["linked.csv", "deep.csv", "handed.txt", "other.csv", "./handed.txt"] {
                let refused = tree.open(path).err();
                assert!(
                    matches!(refused, Some(SourceError::Refused { .. })),
                    "{path}: {refused:?}"
                );
            }
            // As itself it is one of the configuration's files of variables.
            assert!(tree.open("a.auto.vars.hcl").is_ok() && tree.open("free.txt").is_ok());
        }
    }

    #[test]
    fn whatever_is_kept_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(".enroll/cache");
        let cache = CacheFile::new(root.join("prod.json"), crate::crypt::Crypt::off());
        let entry = crate::refresh::ReadCache::default();
        ensure_private_dir(&root).unwrap();
        fs::write(root.join("prod.json"), "").unwrap();
        cache.save(&entry);
        Seen::new(folder.path().join(".enroll/seen.json")).remember("a", 1).unwrap();
        write_private(&folder.path().join("plan.json"), b"{}").unwrap();
        let documents = Documents::new(folder.path().join(".enroll/prod.json"));
        documents.replace(b"{}").unwrap();
        documents.append(b"x").unwrap();
        for name in [
            ".enroll/cache/prod.json",
            ".enroll/seen.json",
            "plan.json",
            ".enroll/prod.json",
            ".enroll/prod.json.log",
        ] {
            assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
        }
        assert_eq!(mode(&root), 0o700);
    }
}

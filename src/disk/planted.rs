//! Files of Enroll's own that came with the repository. They say what was done and what is known, so whoever writes
//! them decides who is removed: what git tracks is a pull request's, and not what Enroll wrote here.

use std::fs;
use std::path::Path;

use super::git::{GitEnvironment, checkout, tracked};
use super::reading::is_own;
use crate::diagnostic::Diagnostic;

/// How the short names of our files begin, by which Windows also finds them.
const SHORT: &str = "enroll~";

/// Refuses files of Enroll's own in `root` that git tracks: all below `folder`, and the state with what is beside
/// it. With `own_state`, whoever runs Enroll has said that the state itself is kept there. Returns warnings.
pub fn none_tracked(
    root: &Path,
    folder: &str,
    state: &str,
    own_state: bool,
    environment: &GitEnvironment,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    if !is_here(root, folder) || checkout(root).is_none() {
        return Ok(Vec::new());
    }
    let ours = |name: &str| format!(":(icase){name}");
    let paths = [ours(folder), ours(&format!("{state}*")), ours(&format!("{SHORT}*"))];
    let arguments = [&["--"][..], &paths.each_ref().map(String::as_str)].concat();
    let listed = match tracked(root, environment, &arguments) {
        Ok(listed) => listed,
        Err(said) => {
            let mut warning = Diagnostic::warning(format!(
                "whether git tracks files of Enroll's own can't be told: {}",
                said.summary
            ))
            .help(format!(
                "see to it that no pull request can bring `{folder}/` or `{state}*` with it"
            ));
            warning.detail = said.detail;
            return Ok(vec![warning]);
        }
    };
    let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let names = names.map(|name| String::from_utf8_lossy(name).into_owned());
    let found: Vec<String> = names.filter(|name| !(own_state && name == state)).collect();
    let Some(first) = found.first() else { return Ok(Vec::new()) };
    let more = match found.len() {
        1 => String::new(),
        count => format!(", and {} more files of Enroll's own", count - 1),
    };
    let error = Diagnostic::error(format!(
        "git tracks `{first}`{more}"
    ))
    .detail("Enroll acts on what these files say was done; one that comes with a pull request could have anybody removed")
    .help("if you did not put it there, ask who did")
    .help(format!("to keep it out: `git rm -r --cached \"{first}\"`, and a line in `.gitignore`"));
    Err(if found.iter().any(|name| name == state) {
        error.help("a state belongs into a store (`backend`); who keeps it in git all the same, and lets nobody change it there, sets ENROLL_STATE_IN_GIT=1")
    } else {
        error
    })
}

/// Whether there is any.
fn is_here(root: &Path, folder: &str) -> bool {
    let Ok(entries) = fs::read_dir(root) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let begins = |start: &str| {
            name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        };
        name.eq_ignore_ascii_case(folder) || is_own(&name) || begins(SHORT)
    })
}

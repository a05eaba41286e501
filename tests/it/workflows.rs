//! The workflows in `examples/`: every command of them exists with its flags, and every action is pinned.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::{TestEnv, repository};

/// Every YAML file below a folder.
fn workflows(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            workflows(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    workflows(&repository("examples"), &mut found);
    assert!(found.len() >= 5, "{found:?}");
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_command_and_flag_exists() {
    let env = TestEnv::new();
    let command = Regex::new(r"^\s*(?:- )?(?:run: )?enroll (.+)$").unwrap();
    let mut help: BTreeMap<String, String> = BTreeMap::new();
    let mut seen = 0;
    for (path, text) in all() {
        for line in text.lines() {
            let Some(found) = command.captures(line) else { continue };
            let words: Vec<&str> = found[1].split_whitespace().collect();
            let end = words.iter().position(|word| [">", ">>", "|", "&&"].contains(word));
            let words = &words[..end.unwrap_or(words.len())];
            let name = words.iter().find(|word| !word.starts_with('-')).unwrap().to_string();
            let help = help.entry(name.clone()).or_insert_with(|| {
                let ran = env.run(&[&name, "--help"]);
                assert_eq!(ran.code, 0, "{}: {line}", path.display());
                ran.stdout
            });
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(*flag), "{}: {flag} in {line}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen >= 15, "only {seen} commands were found");
}

/// The state is in a backend, which has a lock: nothing else keeps two applies apart, and no branch holds a state.
#[test]
fn the_state_is_in_a_backend() {
    for (path, text) in all() {
        for word in ["concurrency:", "resource_group", "enroll-state", "git push", "git worktree"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
        for line in text.lines().filter(|line| line.contains("enroll apply ")) {
            assert!(line.contains("--lock-timeout"), "{}: {line}", path.display());
        }
    }
    for example in ["github-actions", "gitlab-ci"] {
        let text = fs::read_to_string(repository("examples").join(example).join("main.hcl"));
        assert!(text.unwrap().contains("  backend \""), "{example}");
    }
}

#[test]
fn every_action_is_pinned_by_commit() {
    let pinned = Regex::new(r"^\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").unwrap();
    for (path, text) in all() {
        for line in text.lines() {
            if let Some((_, action)) = line.split_once("uses: ") {
                let own = action.starts_with("./");
                assert!(own || pinned.is_match(action), "{}: {line}", path.display());
            }
        }
        assert!(!text.contains("pull_request_target"), "{}", path.display());
    }
}

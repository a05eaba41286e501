//! What messages and documents name must exist: every command, and every flag.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use super::super::args::Cli;
use super::super::dash;

/// Flags of other programs, which Enroll starts or its documents tell people to run: those of git and of cargo.
const OF_OTHERS: [&str; 20] = [
    "absolute-git-dir",
    "cached",
    "end-of-options",
    "features",
    "full-tree",
    "git-dir",
    "include",
    "is-shallow-repository",
    "locked",
    "no-pager",
    "no-replace-objects",
    "path",
    "quiet",
    "refetch",
    "release",
    "show-prefix",
    "stage",
    "unshallow",
    "verify",
    "work-tree",
];

fn texts(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            texts(&path, out);
        }
        let kinds = ["rs", "md", "yml", "yaml", "html", "js"];
        if path.extension().is_some_and(|kind| kinds.iter().any(|known| *known == kind)) {
            out.push(path);
        }
    }
}

/// What people may come to read: code without its comments, and the documents.
fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    if path.extension().is_none_or(|kind| kind != "rs") {
        return text;
    }
    let lines = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("").lines();
    // Comments of the command line are its help.
    let is_help = path.ends_with("cli/args.rs");
    lines
        .filter(|line| is_help || !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn all() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md")];
    for folder in ["src", "docs", "examples", ".github"] {
        texts(&root.join(folder), &mut paths);
    }
    paths.sort();
    paths.iter().map(|path| (path.clone(), read(path))).collect()
}

fn is_word(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

#[test]
fn each_command_that_is_named_exists() {
    let command = Cli::command();
    let mut found = 0;
    for (path, text) in all() {
        for (at, start) in text.match_indices("enroll ") {
            let before = text.get(..at).unwrap_or("");
            // In code, as a command line: in a code span, at the start of a line, or after a prompt.
            if !before.ends_with(['`', '\n']) && !before.ends_with("$ ") {
                continue;
            }
            let line = text.get(at + start.len()..).unwrap_or("");
            let line = line.split(['`', '\n', '"']).next().unwrap_or("");
            let mut words = line.split_whitespace().skip_while(|word| word.starts_with('-'));
            let Some(word) =
                words.next().filter(|word| !word.is_empty() && word.chars().all(is_word))
            else {
                continue;
            };
            let Some(sub) = command.find_subcommand(word) else {
                panic!("{}: `enroll {word}` does not exist", path.display());
            };
            if sub.has_subcommands()
                && let Some(next) = words.next().filter(|word| word.chars().all(is_word))
            {
                assert!(
                    sub.find_subcommand(next).is_some(),
                    "{}: `enroll {word} {next}`",
                    path.display()
                );
            }
            found += 1;
        }
    }
    assert!(found > 80, "only {found} were found");
}

#[test]
fn each_flag_that_is_named_exists() {
    let mut known: BTreeSet<String> = OF_OTHERS.iter().map(|flag| (*flag).to_owned()).collect();
    dash::collect(&Cli::command(), &mut known);
    known.extend(["help".to_owned(), "version".to_owned()]);
    let mut found = 0;
    let mut unknown = Vec::new();
    // Workflows call many other programs.
    let ours = |path: &Path| {
        let kind = path.extension().is_some_and(|kind| kind == "rs") || path.ends_with("README.md");
        kind && !path.ends_with("cli/habits.rs")
    };
    for (path, text) in all().into_iter().filter(|(path, _)| ours(path)) {
        for (at, _) in text.match_indices("--") {
            let before = text.get(..at).unwrap_or("").chars().next_back().unwrap_or(' ');
            let name = text.get(at + 2..).unwrap_or("");
            let name = name.get(..name.find(|c| !is_word(c)).unwrap_or(name.len())).unwrap_or("");
            let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
            if !begins || !(before.is_whitespace() || "`\"'([{/".contains(before)) {
                continue;
            }
            if !known.contains(name) {
                unknown.push(format!("{}: --{name}", path.display()));
            }
            found += 1;
        }
    }
    assert_eq!(unknown, [""; 0]);
    assert!(found > 100, "only {found} were found");
}

//! The rules of the house: who may import what, who owns which outside power, how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by layer, from the bottom. A file imports from lower layers or its own room only.
const LAYERS: [&[&str]; 8] = [
    &["diagnostic"],
    &["model"],
    &["desired", "live", "state", "source", "crypt"],
    &["config", "plan", "port"],
    &["refresh", "event"],
    &["codec", "render", "apply"],
    &["scim", "disk", "remote", "sandbox"],
    &["cli"],
];

/// Outside powers by the words that betray them, and the rooms that own them.
const POWERS: [(&str, &[&str], &[&str]); 8] = [
    ("files", &["std::fs", "fs::", "tempfile::", " File::"], &["disk"]),
    ("programs", &["process::Command", "process::{Command"], &["disk"]),
    (
        "network",
        &["reqwest::", "TcpListener", "axum::", "object_store::"],
        &["scim", "remote", "sandbox", "cli"],
    ),
    ("environment", &["std::env", "env::var", "env::args"], &["cli"]),
    ("clock", &["SystemTime::now", "Timestamp::now", "Zoned::now"], &["cli"]),
    ("printing", &["println!", "eprintln!", "stdout()", "stderr()"], &["cli"]),
    ("HCL", &["hcl_edit::"], &["config"]),
    ("encryption", &["use age::", " age::", "(age::", "&age::"], &["crypt"]),
];

/// Longest file; look hard at anything that comes near.
const LONGEST: usize = 500;

struct Source {
    path: PathBuf,
    room: String,
    /// The text without the parts that only tests see.
    code: String,
    lines: usize,
}

fn sources() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let relative = path.strip_prefix(&top).unwrap().to_owned();
                let first = relative.components().next().unwrap();
                let room = Path::new(first.as_os_str()).file_stem().unwrap();
                let text = fs::read_to_string(&path).unwrap();
                let is_test = relative.iter().any(|part| part == "tests")
                    || relative.file_stem().is_some_and(|s| s == "tests" || s == "testing");
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                found.push(Source {
                    room: room.to_string_lossy().into_owned(),
                    code: if is_test { String::new() } else { code.to_owned() },
                    lines: text.lines().count(),
                    path: relative,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

fn code_lines(source: &Source) -> impl Iterator<Item = &str> {
    source.code.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn imports_go_down_or_stay_in_the_room() {
    let mut wrong = Vec::new();
    for source in sources() {
        if ["lib", "main"].contains(&source.room.as_str()) {
            continue;
        }
        let own = layer(&source.room).unwrap_or_else(|| panic!("{} is no room", source.room));
        for line in code_lines(&source) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let room: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let down = layer(&room).is_some_and(|other| other < own);
                if !down && room != source.room {
                    wrong.push(format!("{}: {}", source.path.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that go up or across:\n{}", wrong.join("\n"));
}

#[test]
fn each_outside_power_has_its_owners() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (power, words, owners) in POWERS {
            if owners.contains(&source.room.as_str()) {
                continue;
            }
            for line in code_lines(&source).filter(|l| words.iter().any(|word| l.contains(word))) {
                wrong.push(format!("{} uses {power}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "powers outside their rooms:\n{}", wrong.join("\n"));
}

#[test]
fn the_pure_core_does_not_wait() {
    let core = ["diagnostic", "model", "desired", "live", "state", "source", "config", "plan"];
    for source in sources().iter().filter(|s| core.contains(&s.room.as_str()) || s.room == "render")
    {
        for word in ["async ", ".await", "tokio::"] {
            let found = code_lines(source).any(|line| line.contains(word));
            assert!(!found, "{} has `{word}`", source.path.display());
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for source in sources() {
        assert!(source.lines <= LONGEST, "{}: {} lines", source.path.display(), source.lines);
        let text = fs::read_to_string(root.join(&source.path)).unwrap();
        assert!(text.starts_with("//! "), "{} has no header", source.path.display());
    }
}

#[test]
fn main_has_no_logic() {
    let main = sources().into_iter().find(|s| s.room == "main").unwrap();
    assert!(main.lines < 20, "main.rs has {} lines", main.lines);
}

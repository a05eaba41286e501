//! Runs the cases of `tests/samples/config`: files in memory, and what is found in them.
//!
//! A case begins with `## title`; `--- name` begins a file (with `escaped` behind the name, `\r`,
//! `\0` and `\xNN` stand for bytes), `--- inputs` flags and environment, `=== found` what is
//! expected. With `BLESS=1` the expectations are written anew, to be read in the diff.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;

use crate::desired::Desired;
use crate::diagnostic::Diagnostic;
use crate::model::{LicenseValue, Value};
use crate::source::{Entry, EntryKind, Source, SourceError};

use super::inputs::{Inputs, Loaded, VarInput};

/// A configuration's files by path.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    /// Names come last first, to see that their order doesn't show.
    reversed: bool,
}

impl Memory {
    /// Files of text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
        Self { files: files.iter().map(owned).collect(), reversed: false }
    }
}

impl Source for Memory {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        let in_root = |name: &&String| !name.contains('/') && !name.starts_with('.');
        let mut names: Vec<String> = self.files.keys().filter(in_root).cloned().collect();
        if self.reversed {
            names.reverse();
        }
        Ok(names)
    }

    fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceError> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inside = self.files.keys().filter_map(|path| path.strip_prefix(&below));
        let mut entries: Vec<Entry> = inside
            .filter(|name| !name.starts_with('.'))
            .map(|name| match name.split_once('/') {
                Some((name, _)) => Entry { name: name.to_owned(), kind: EntryKind::Folder },
                None if name.contains("NAMELESS") => {
                    Entry { name: name.to_owned(), kind: EntryKind::Unreadable }
                }
                None => Entry { name: name.to_owned(), kind: EntryKind::File },
            })
            .collect();
        entries.dedup();
        if self.reversed {
            entries.reverse();
        }
        if entries.is_empty() { Err(SourceError::Missing(folder.to_owned())) } else { Ok(entries) }
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
        if path.split('/').any(|part| part == "..") || path.starts_with('/') {
            return Err(SourceError::Refused {
                path: path.to_owned(),
                why: "it is outside of the configuration's folder".to_owned(),
            });
        }
        let bytes = self.files.get(path).ok_or_else(|| SourceError::Missing(path.to_owned()))?;
        Ok(Box::new(std::io::Cursor::new(bytes.clone())))
    }
}

/// `file:line:column severity: summary | detail`, then a line for each other place and each help.
pub(crate) fn render(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        if let Some(place) = &diagnostic.place {
            let _ = write!(text, "{}:{}:{} ", place.file, place.line, place.column);
        }
        let _ = write!(text, "{}: {}", diagnostic.severity.word(), diagnostic.summary);
        if let Some(detail) = &diagnostic.detail {
            let _ = write!(text, " | {detail}");
        }
        text.push('\n');
        for (place, label) in &diagnostic.related {
            let _ = writeln!(text, "  {}:{}:{} {label}", place.file, place.line, place.column);
        }
        for help in &diagnostic.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    text
}

fn render_desired(desired: &Desired, settings: bool) -> String {
    let mut text = String::new();
    for (name, directory) in &desired.directories {
        let _ =
            writeln!(text, "directory {name}: {} people in {}", directory.people, directory.file);
    }
    for (name, connection) in &desired.connections {
        let unusable = if connection.unusable { ", unusable" } else { "" };
        let _ = writeln!(text, "connection {name}{unusable}");
        if settings {
            let _ = writeln!(text, "{:#?}", connection.settings);
        }
        for (name, rule) in &connection.rules {
            let paused = if rule.paused { ", paused" } else { "" };
            let _ = writeln!(
                text,
                "  rule {name}: {} of {} at {}:{}{paused}",
                rule.selected, rule.directory, rule.place.file, rule.place.line
            );
        }
        for (from, moved) in &connection.moved {
            let _ = writeln!(text, "  moved {from} to {}", moved.to);
        }
        for (from, removed) in &connection.removed {
            let _ = writeln!(text, "  removed {from}, deprovision: {}", removed.deprovision);
        }
        for held in &connection.held {
            let _ =
                writeln!(text, "  held {} {}", held.key, held.user_name.as_deref().unwrap_or("-"));
        }
        for account in &connection.accounts {
            let _ = write!(text, "  {} {}", account.key, account.user_name);
            if !account.active {
                text.push_str(" inactive");
            }
            for (attribute, value) in account.values.iter() {
                let _ = write!(text, " {attribute}={}", render_value(value));
            }
            let owner = &account.owner;
            let _ = write!(text, " by {}", owner.rules.join("+"));
            for attribute in owner.ignore_changes.iter() {
                let _ = write!(text, " ignore={attribute}");
            }
            if !owner.prevent_removal.is_empty() {
                let _ = write!(text, " prevent={}", owner.prevent_removal.join("+"));
            }
            let _ = writeln!(
                text,
                " from {} at {}:{}",
                account.directory, account.origin.file, account.origin.line
            );
        }
    }
    text
}

fn render_value(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Bool(flag) => flag.to_string(),
        Value::Set(set) => format!("{:?}", set.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Value::Map(map) => {
            let entry = |(name, value): (&crate::model::Text, &LicenseValue)| match value {
                LicenseValue::Text(text) => format!("{name}={text:?}"),
                LicenseValue::Bool(flag) => format!("{name}={flag}"),
            };
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
    }
}

/// One case of a file.
#[derive(Debug, Default)]
struct Case {
    title: String,
    /// As written, to write it anew.
    input: String,
    source: Memory,
    inputs: Inputs,
    expected: String,
}

fn parse(text: &str) -> (String, Vec<Case>) {
    let mut cases: Vec<Case> = Vec::new();
    let mut head = String::new();
    let mut section = String::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if let Some(title) = bare.strip_prefix("## ") {
            cases.push(Case { title: title.to_owned(), ..Case::default() });
            section = String::new();
            continue;
        }
        let Some(case) = cases.last_mut() else {
            head.push_str(line);
            continue;
        };
        if bare == "=== found" {
            section = "=".to_owned();
            continue;
        }
        if section == "=" {
            case.expected.push_str(line);
            continue;
        }
        case.input.push_str(line);
        if let Some(name) = bare.strip_prefix("--- ") {
            section = name.to_owned();
            if section != "inputs" {
                let name = name.trim_end_matches(" escaped").to_owned();
                case.source.files.insert(name, Vec::new());
            }
        } else if section == "inputs" {
            input(&mut case.inputs, bare);
        } else if let Some(name) = section.strip_suffix(" escaped") {
            let bytes = unescape(line);
            case.source.files.get_mut(name).unwrap().extend(bytes);
        } else if let Some(file) = case.source.files.get_mut(&section) {
            file.extend(line.bytes());
        }
    }
    (head, cases)
}

fn input(inputs: &mut Inputs, line: &str) {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
    let (name, value) = (name.to_owned(), value.to_owned());
    match kind {
        "env" => drop(inputs.environment.insert(name, value)),
        "var" => inputs.vars.push(VarInput::Value { name, value }),
        "file" => inputs.vars.push(VarInput::File(rest.to_owned())),
        "allow" => inputs.allow_hosts.push(rest.to_owned()),
        "" => {}
        other => panic!("no input {other}"),
    }
}

/// `\r`, `\0`, `\xNN`, and `\` at the end of a line for no line break.
fn unescape(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            bytes.extend(c.to_string().bytes());
            continue;
        }
        match chars.next() {
            Some('r') => bytes.push(b'\r'),
            Some('0') => bytes.push(0),
            Some('\n') | None => {}
            Some('x') => {
                let digits: String = chars.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            }
            Some(other) => panic!("no escape {other}"),
        }
    }
    bytes
}

/// What a loading comes to, on lines.
fn show(loaded: &Loaded, title: &str) -> String {
    let mut text = render(&loaded.diagnostics);
    // Neither a finding nor the configuration may hold a secret, in any field.
    let everything = format!("{:?} {:?}", loaded.diagnostics, loaded.configuration);
    assert!(!everything.contains("hunter2"), "a secret shows in `{title}`: {everything}");
    if let Some(configuration) = &loaded.configuration {
        text.push_str(&render_desired(&configuration.desired, title.contains("(settings)")));
    }
    text
}

/// Runs every case of a file.
pub(crate) fn run(name: &str) {
    let path = format!("{}/tests/samples/config/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let (mut fresh, cases) = parse(&std::fs::read_to_string(&path).unwrap());
    let mut wrong = Vec::new();
    for mut case in cases {
        case.inputs.enroll_version = "0.1.0".to_owned();
        let found = show(&super::load(&case.source, &case.inputs), &case.title);
        case.source.reversed = true;
        let again = show(&super::load(&case.source, &case.inputs), &case.title);
        assert_eq!(found, again, "the order of files shows in `{}`", case.title);
        if found.trim_end() != case.expected.trim_end() {
            let title = &case.title;
            wrong.push(format!("## {title}\nexpected:\n{}\nfound:\n{found}", case.expected));
        }
        let _ =
            write!(fresh, "## {}\n{}=== found\n{}\n\n", case.title, case.input, found.trim_end());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{}\n", fresh.trim_end())).unwrap();
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}

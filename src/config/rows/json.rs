//! People from a JSON document: an array of objects, alone or in what an export wraps around it.

use crate::diagnostic::{Diagnostic, FileId, Place, Span, did_you_mean};

use super::super::lang::Wrong;
use super::super::report::{Report, list};
use super::cursor::Cursor;
use super::marks::Said;
use super::record::Records;
use super::wrapper::{End, Way};
use super::{Limited, Table};

/// What is said of a document that is no array.
const WHOLE: &str = "is the file complete? it must be an array of objects: [{\"id\": \"E1\"}]";

/// Reads `file` into a table; with `records`, its people stand under that name. `None` where the whole
/// file can't be used.
pub(crate) fn read(report: &mut Report, file: FileId, records: Option<&str>) -> Option<Table> {
    let text = report.sources.shared(file);
    let document = Document { report, file, text: &text };
    let mut people = Records::default();
    let read = match records {
        None => document.array(&mut people),
        Some(path) => document.wrapped(&mut people, path),
    };
    match read {
        Ok(()) => Some(people.finish(file, text)),
        Err(found) => {
            report.extend(found);
            None
        }
    }
}

type Found = Result<(), Vec<Diagnostic>>;

struct Document<'r> {
    report: &'r Report,
    file: FileId,
    text: &'r str,
}

impl<'r> Document<'r> {
    fn name(&self) -> String {
        self.report.sources.name(self.file).to_string()
    }

    /// An error at one character.
    fn error(&self, at: usize, summary: impl Into<String>) -> Diagnostic {
        self.report.error(character(self.file, self.text, at), summary)
    }

    fn fail(&self, at: usize, summary: impl Into<String>, help: &str) -> Vec<Diagnostic> {
        vec![self.error(at, summary).help(help)]
    }

    fn no_json(&self, wrong: &Wrong) -> Vec<Diagnostic> {
        let summary = format!("`{}` is not JSON: {}", self.name(), wrong.words);
        self.fail(wrong.at, summary, "is the file complete?")
    }

    /// What is wrong with the record of that number.
    fn no_record(&self, wrong: &Wrong, number: usize) -> Vec<Diagnostic> {
        match &wrong.inexact {
            Some(field) => {
                vec![inexact(self.error(wrong.at, "").place, field, &format!("record {number}"))]
            }
            None => self.no_json(wrong),
        }
    }

    /// The whole document is an array.
    fn array(&self, people: &mut Records) -> Found {
        let mut cursor = Cursor::new(self.text);
        match cursor.peek() {
            None => return Err(self.fail(cursor.at, format!("`{}` is empty", self.name()), WHOLE)),
            Some(b'[') => {}
            Some(other) => {
                let summary = format!("`{}` is no array of people", self.name());
                let mut found = self.error(cursor.at, summary).help(WHOLE);
                if other == b'{' {
                    found.help.extend(guess(&cursor));
                }
                return Err(vec![found]);
            }
        }
        self.items(&mut cursor, people)?;
        if cursor.peek().is_none() {
            return Ok(());
        }
        Err(self.fail(cursor.at, "something stands behind the end of the array", WHOLE))
    }

    /// The array stands in a document under a name.
    fn wrapped(&self, people: &mut Records, path: &str) -> Found {
        let mut cursor = Cursor::new(self.text);
        let name = self.name();
        match cursor.peek() {
            None => {
                let help = "is the file complete?";
                return Err(self.fail(cursor.at, format!("`{name}` is empty"), help));
            }
            Some(b'[') => {
                let summary = format!("`{name}` is an array, so it has no `{path}`");
                return Err(self.fail(cursor.at, summary, "leave `records` out"));
            }
            Some(_) => {}
        }
        let mut way = Way::new(cursor.clone(), path);
        match way.descend().map_err(|wrong| self.no_json(&wrong))? {
            End::Found => {}
            End::Missing => return Err(vec![self.missing(&cursor, &way.names, path)]),
        }
        if way.cursor.peek() != Some(b'[') {
            let summary = format!("`{path}` of `{name}` is no array of people");
            let help = "an export without anybody has an empty array: []";
            return Err(self.fail(way.cursor.at, summary, help));
        }
        self.items(&mut way.cursor, people)?;
        way.leave().map_err(|wrong| self.no_json(&wrong))?;
        self.is_whole(&way.said, people.len())
    }

    fn missing(&self, start: &Cursor<'_>, names: &[String], path: &str) -> Diagnostic {
        let empty = names.is_empty();
        let names = names.iter().map(String::as_str);
        let last = path.rsplit('.').next().unwrap_or(path);
        let near = did_you_mean(last, names.clone());
        let summary = format!("`{}` has no `{path}`", self.name());
        let found = self.error(start.at, summary);
        let found = match (guess(start), near) {
            (Some(guess), _) => found.help(guess),
            (None, Some(near)) => found.help(format!("did you mean `{near}`?")),
            (None, None) => found,
        };
        if empty { found } else { found.help(format!("it has {}", list(names))) }
    }

    /// Refuses a part of an export: whoever stands in the rest would be taken for gone.
    fn is_whole(&self, said: &Said, people: usize) -> Found {
        let out = "fetch all pages into one array before Enroll reads it: whoever is missing here would be removed";
        let error = |(at, why): (usize, String)| {
            let summary = format!("`{}` is not the whole export: {why}", self.name());
            self.error(at, summary)
                .help(out)
                .help("if that says something else, take the array out of its wrapper")
        };
        let found: Vec<_> = said.not_whole(people).into_iter().map(error).collect();
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// Reads the array at which the cursor stands.
    fn items(&self, cursor: &mut Cursor<'r>, people: &mut Records) -> Found {
        let name = self.name();
        let mut found = Limited::new(format!("items of `{name}` are no objects"));
        let ends = |at| self.fail(at, format!("`{name}` ends before its `]`"), WHOLE);
        cursor.eat(b'[');
        if cursor.eat(b']') {
            return Ok(());
        }
        loop {
            if cursor.peek().is_none() {
                return Err(ends(cursor.at));
            }
            let (start, json) = cursor.value().map_err(|wrong| self.no_json(&wrong))?;
            if json.starts_with('{') {
                let number = people.len() + 1;
                people.add(json, start).map_err(|wrong| self.no_record(&wrong, number))?;
            } else {
                found.push_with(|| {
                    let span = Span::new(self.file, start..start + json.len());
                    let summary = format!("a person is an object, this is a {}", kind(json));
                    self.report.error(span, summary).help(WHOLE)
                });
            }
            if cursor.eat(b']') {
                break;
            }
            if !cursor.eat(b',') {
                return Err(match cursor.peek() {
                    None => ends(cursor.at),
                    Some(_) => self.fail(cursor.at, "a comma or `]` is missing here", WHOLE),
                });
            }
        }
        if found.is_empty() { Ok(()) } else { Err(found.finish()) }
    }
}

/// Refuses a number that would change if it were kept.
pub(super) fn inexact(place: Option<Place>, field: &str, record: &str) -> Diagnostic {
    let shown = super::super::attributes::shown(field);
    Diagnostic::error(format!("the number in `{shown}` of {record} can't be held exactly"))
        .maybe_at(place)
        .help("numbers have at most 28 digits: let the export write it as a text, in quotes")
}

/// The place of one character.
pub(super) fn character(file: FileId, text: &str, at: usize) -> Span {
    let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span::new(file, at..at + width)
}

/// The type of a value in Terraform's words.
pub(super) fn kind(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'{') => "object",
        Some(b'[') => "list",
        Some(b't' | b'f') => "bool",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// Help for a document that is an object: where people seem to stand in it.
fn guess(start: &Cursor<'_>) -> Option<String> {
    let mut cursor = start.clone();
    let (_, json) = cursor.value().ok()?;
    if cursor.peek() == Some(b'{') {
        return Some("one object a line is JSON Lines: write `jsonl` instead of `json`".to_owned());
    }
    let path = array(json, 0)?;
    Some(format!("its people seem to stand in `{path}`: write `records = {path:?}`"))
}

/// The path of the first array of objects.
fn array(json: &str, depth: usize) -> Option<String> {
    let mut cursor = Cursor::new(json);
    cursor.eat(b'{');
    while cursor.peek() == Some(b'"') {
        let (_, name) = cursor.name().ok()?;
        let (_, value) = cursor.value().ok()?;
        let mut inner = Cursor::new(value);
        if inner.eat(b'[') && inner.peek() == Some(b'{') {
            return Some(name.into_owned());
        }
        if value.starts_with('{')
            && depth < 2
            && let Some(path) = array(value, depth + 1)
        {
            return Some(format!("{name}.{path}"));
        }
        cursor.eat(b',');
    }
    None
}

//! The people of a declared directory: a table with a key for each row.

mod agree;
mod csv;
mod cursor;
mod json;
mod keys;
mod lines;
mod marks;
#[cfg(test)]
mod marks_tests;
mod objects;
mod record;
mod table;
#[cfg(test)]
mod tests;
mod wrapper;

pub(super) use agree::agree;
pub(super) use keys::{Keys, keys};
pub(super) use table::{Row, Table};

use crate::diagnostic::{Diagnostic, FileId, Span};

use super::report::{Report, SHOWN};

/// The forms of a directory's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Comma-separated values.
    Csv,
    /// An array of objects.
    Json,
    /// One object a line.
    Lines,
}

/// Reads the table of `file`. `records` is where a JSON document has its array, `key` the column that a CSV must have.
pub(super) fn read(
    report: &mut Report,
    file: FileId,
    form: Form,
    records: Option<&str>,
    key: Option<&str>,
) -> Option<Table> {
    if let Some((what, help)) = stranger(report.sources.text(file), form) {
        let summary = format!("`{}` is {what}", report.sources.name(file));
        report.add(report.error(Span::new(file, 0..0), summary).help(help));
        return None;
    }
    match form {
        Form::Csv => csv::read(report, file, key),
        Form::Json => json::read(report, file, records),
        Form::Lines => lines::read(report, file),
    }
}

/// What a file is, where its first line says that it is neither CSV nor JSON, and the way out.
fn stranger(text: &str, form: Form) -> Option<(&'static str, &'static str)> {
    let start = text.trim_start();
    let begins =
        |with: &str| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let page = "look how the file is fetched: this is how a sign-in page or an error looks that was saved in its place";
    if ["<!doctype html", "<html", "<head", "<body", "<meta", "<title"].into_iter().any(begins) {
        return Some(("an HTML page", page));
    }
    if begins("<?xml") || start.starts_with('<') && form != Form::Csv {
        return Some(("XML", "export the people as CSV or JSON"));
    }
    let entry = |line: &str| line.starts_with("dn:");
    let ldif = begins("dn:")
        || begins("# extended LDIF")
        || begins("version: 1") && start.lines().take(20).any(entry);
    if ldif {
        return Some(("LDIF", "export the people as CSV or JSON"));
    }
    if begins("-----BEGIN ") {
        return Some(("a key or a certificate", "name the file that holds the people"));
    }
    if begins("---\n") || begins("---\r\n") {
        return Some(("YAML", "export the people as CSV or JSON"));
    }
    let after = |bracket| start.strip_prefix(bracket).map(str::trim_start);
    let object = after('{').is_some_and(|rest| rest.starts_with(['"', '}']));
    let list = after('[').is_some_and(|rest| rest.starts_with(['{', ']']));
    match form {
        Form::Csv if object || list => Some((
            "JSON, not CSV",
            "write `json` instead of `csv`, or `jsonl` where each line is an object",
        )),
        Form::Csv | Form::Json | Form::Lines => None,
    }
}

/// Findings of one kind, of which only the first are shown.
#[derive(Debug)]
pub(super) struct Limited {
    what: String,
    shown: Vec<Diagnostic>,
    more: usize,
}

impl Limited {
    /// `what` ends the sentence "and N more …".
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), shown: Vec::new(), more: 0 }
    }

    /// Adds a finding; it is made only if it will be shown.
    pub(super) fn push_with(&mut self, make: impl FnOnce() -> Diagnostic) {
        if self.shown.len() < SHOWN {
            self.shown.push(make());
        } else {
            self.more += 1;
        }
    }

    /// Counts findings that were not even looked at.
    pub(super) fn skip(&mut self, more: usize) {
        self.more += more;
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The findings, and how many more there are.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let Self { what, mut shown, more } = self;
        if more > 0 {
            // On the last one shown, so that it stays beside its kind when all are sorted.
            if let Some(last) = shown.last_mut() {
                last.help.push(format!("and {more} more {what}"));
            }
        }
        shown
    }
}

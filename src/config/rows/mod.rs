//! The people of a declared directory: a table with a key for each row.

mod agree;
mod csv;
mod cursor;
mod json;
mod keys;
mod lines;
mod objects;
mod record;
mod table;
#[cfg(test)]
mod tests;
mod value;
mod wrapper;

pub(super) use agree::agree;
pub(super) use keys::keys;
pub(super) use table::{Row, Table};

use crate::diagnostic::{Diagnostic, FileId};

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

/// Reads the table of `file`. `records` is where a JSON document has its array.
pub(super) fn read(
    report: &mut Report,
    file: FileId,
    form: Form,
    records: Option<&str>,
) -> Option<Table> {
    match form {
        Form::Csv => csv::read(report, file),
        Form::Json => json::read(report, file, records),
        Form::Lines => lines::read(report, file),
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

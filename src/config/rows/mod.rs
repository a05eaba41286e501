//! The people of a declared directory: a table with a key for each row.

mod csv;
mod json;
mod table;

pub(super) use table::Table;

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, FileId, Place};
use crate::model::Text;

use super::report::{Report, SHOWN, suggest};

/// The forms of a directory's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Comma-separated values.
    Csv,
    /// An array of objects.
    Json,
}

/// Reads the table of `file`.
pub(super) fn read(report: &mut Report, file: FileId, form: Form) -> Option<Table> {
    match form {
        Form::Csv => csv::read(report, file),
        Form::Json => json::read(report, file),
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

/// Finds each row's key in the column `key`: present, not empty, each once.
pub(super) fn keys(
    report: &mut Report,
    table: &Table,
    key: &str,
    place: &Place,
) -> Option<Vec<Text>> {
    if table.columns.is_empty() && table.len() == 0 {
        return Some(Vec::new());
    }
    let name = report.sources.name(table.file);
    let Some(column) = table.column(key) else {
        let names = table.columns.iter().map(Text::as_str).filter(|name| !name.is_empty());
        let mut diagnostic = Diagnostic::error(format!("`{name}` has no column `{key}`"))
            .at(place.clone())
            .help(suggest(key, names.clone(), "columns"));
        if let [only] = table.columns.as_slice()
            && let Some(mark) = [';', '\t', '|'].into_iter().find(|mark| only.contains(*mark))
        {
            diagnostic = diagnostic.help(format!(
                "the columns seem to be separated by {mark:?}: save the file with commas"
            ));
        } else if crate::diagnostic::did_you_mean(key, names.clone()).is_some() {
            diagnostic = diagnostic.help(format!("columns: {}", super::report::list(names)));
        }
        report.add(diagnostic);
        return None;
    };
    let mut found = Limited::new(format!("rows of `{name}` have no usable `{key}`"));
    let mut keys: Vec<Text> = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        match table.key(row, column) {
            Ok(text) => keys.push(text),
            Err(why) => {
                keys.push(Text::default());
                found.push_with(|| {
                    report.error(table.span(row), format!("this person's `{key}` {why}"))
                });
            }
        }
    }
    let mut twice = Limited::new(format!("keys of `{name}` stand there more than once"));
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(keys.len());
    for (row, text) in keys.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        if let Some(before) = first.insert(text, row) {
            first.insert(text, before);
            twice.push_with(|| {
                report
                    .error(table.span(row), format!("the {key} `{text}` stands in this file twice"))
                    .related(report.place(table.span(before)), "first here")
                    .help("a key belongs to one person: it is what Enroll knows the account by")
            });
        }
    }
    let failed = !found.is_empty() || !twice.is_empty();
    drop(first);
    report.extend(found.finish());
    report.extend(twice.finish());
    (!failed).then_some(keys)
}

//! `directory`: people from a file.

use std::sync::Arc;

use hcl_edit::structure::Block;

use crate::diagnostic::{FileId, Span};
use crate::model::Text;

use super::blocks::{Reader, label};
use super::constants::{Constants, is_variables};
use super::lang::Columns;
use super::report::Report;
use super::rows::{self, Form, Table};
use super::settings::Settings;
use super::text;

/// The built-in directory of `user` blocks.
pub(super) const USERS: &str = "users";

/// A directory as declared.
#[derive(Debug)]
pub(super) struct DirectoryBlock {
    pub(super) name: Text,
    pub(super) span: Span,
    pub(super) settings: Settings,
    /// `csv` or `json`; `None` where the block has neither or both.
    form: Option<(&'static str, Form)>,
}

/// A directory that was read.
#[derive(Debug)]
pub(super) struct People {
    pub(super) table: Table,
    /// `None` where that can't be told: an empty JSON array has nobody and no columns.
    pub(super) columns: Option<Arc<Columns>>,
    pub(super) keys: Vec<Text>,
    pub(super) file: Text,
}

const ARGUMENTS: [&str; 3] = ["csv", "json", "key"];

/// Reads the block.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Option<DirectoryBlock> {
    let label = label(report, file, block);
    let mut reader = Reader::new(file, block);
    let span = reader.header;
    let settings = Settings::read(report, &mut reader, &ARGUMENTS);
    let form = match (settings.get("csv"), settings.get("json")) {
        (Some(_), None) => Some(("csv", Form::Csv)),
        (None, Some(_)) => Some(("json", Form::Json)),
        (None, None) => {
            report.add(
                report
                    .error(span, format!("{} names no file", reader.what))
                    .help("add `csv = \"people.csv\"` or `json = \"people.json\"`"),
            );
            None
        }
        (Some(_), Some(json)) => {
            let summary = format!("{} has both `csv` and `json`", reader.what);
            report.add(report.error(json.name_span, summary).help("keep one of them"));
            None
        }
    };
    if !settings.has("key") {
        report.add(
            report
                .error(span, format!("{} has no `key`", reader.what))
                .help("name the column that tells people apart for good: `key = \"employee_id\"`"),
        );
    }
    reader.finish(report);
    let (name, at) = label?;
    if name == USERS {
        report.add(
            report
                .error(at, "`users` is the built-in directory of all `user` blocks")
                .help("give this one another name"),
        );
        return None;
    }
    Some(DirectoryBlock { name, span, settings, form })
}

/// Reads the directory's file. Every declared directory is read, used or not.
pub(super) fn people(
    report: &mut Report,
    constants: &Constants<'_>,
    block: &DirectoryBlock,
) -> Option<People> {
    let path = block.form.and_then(|(name, _)| block.settings.text(report, constants, name));
    let key = block.settings.text(report, constants, "key");
    let (name, form) = block.form?;
    let path = path?;
    let place = report.place(block.settings.span(name)?);
    let reading = constants.files;
    if is_variables(&path) {
        let summary =
            format!("`{path}` can't be read: it is a file of variables, which may hold secrets");
        report.add(crate::diagnostic::Diagnostic::error(summary).at(place));
        return None;
    }
    let digest = Some(&reading.digest);
    let file = text::read(report, reading.source, digest, &path, text::MAX_ROWS, Some(place))?;
    let table = rows::read(report, file, form)?;
    let place = report.place(block.settings.span("key").unwrap_or(block.span));
    let keys = rows::keys(report, &table, &key?, &place)?;
    let unknown = table.columns.is_empty() && table.len() == 0;
    let columns = (!unknown).then(|| Arc::new(Columns::new(table.columns.iter().cloned())));
    Some(People { table, columns, keys, file: path })
}

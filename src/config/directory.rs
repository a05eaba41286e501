//! `directory`: people from a file.

use hcl_edit::structure::Block;

use crate::diagnostic::{FileId, Span};
use crate::model::Text;

use super::blocks::{Reader, label};
use super::constants::{Constants, is_variables};
use super::people::People;
use super::report::Report;
use super::rows::{self, Form};
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
    /// The argument that names its files; `None` where the block has none or several.
    form: Option<(&'static str, Form)>,
}

const ARGUMENTS: [&str; 5] = ["csv", "json", "jsonl", "key", "records"];

/// The arguments that name files.
const FORMS: [(&str, Form); 3] = [("csv", Form::Csv), ("json", Form::Json), ("jsonl", Form::Lines)];

/// Reads the block.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Option<DirectoryBlock> {
    let label = label(report, file, block);
    let mut reader = Reader::new(file, block);
    let span = reader.header;
    let settings = Settings::read(report, &mut reader, &ARGUMENTS);
    let form = form(report, &reader.what, span, &settings);
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

/// Which argument names the files.
fn form(
    report: &mut Report,
    what: &str,
    span: Span,
    settings: &Settings,
) -> Option<(&'static str, Form)> {
    let mut given = FORMS.iter().filter_map(|form| Some((*form, settings.get(form.0)?)));
    let Some((form, _)) = given.next() else {
        report.add(report.error(span, format!("{what} names no file")).help(
            "add `csv = \"people.csv\"`, `json = \"people.json\"` or `jsonl = \"people.jsonl\"`",
        ));
        return None;
    };
    if let Some((other, setting)) = given.next() {
        let summary = format!("{what} has both `{}` and `{}`", form.0, other.0);
        report.add(report.error(setting.name_span, summary).help("keep one of them"));
        return None;
    }
    if let Some(records) = settings.get("records").filter(|_| form.1 != Form::Json) {
        let summary = format!("`records` goes with `json`, not with `{}`", form.0);
        report.add(report.error(records.name_span, summary).help("leave it out"));
        return None;
    }
    Some(form)
}

/// Reads the directory's file. Every declared directory is read, used or not.
pub(super) fn people(
    report: &mut Report,
    constants: &Constants<'_>,
    block: &DirectoryBlock,
) -> Option<People> {
    let settings = &block.settings;
    let path = block.form.and_then(|(name, _)| settings.text(report, constants, name));
    let key = settings.text(report, constants, "key");
    let mark = report.mark();
    let records = settings.text(report, constants, "records");
    if let (Some("" | "."), Some(span)) = (records.as_deref(), settings.span("records")) {
        let help = "write where the array stands in the document: `records = \"value\"`";
        report.add(report.error(span, "`records` names nothing").help(help));
    }
    let sound = !report.failed_since(mark);
    let (name, form) = block.form?;
    let path = path?;
    let place = report.place(settings.span(name)?);
    let reading = constants.files;
    if is_variables(&path) {
        let summary =
            format!("`{path}` can't be read: it is a file of variables, which may hold secrets");
        report.add(crate::diagnostic::Diagnostic::error(summary).at(place));
        return None;
    }
    let digest = Some(&reading.digest);
    let file = text::read(report, reading.source, digest, &path, text::MAX_ROWS, Some(place))?;
    let table = rows::read(report, file, form, records.as_deref().filter(|_| sound))?;
    let place = report.place(settings.span("key").unwrap_or(block.span));
    let tables = vec![table];
    let keys = rows::keys(report, &tables, &key?, &place)?;
    sound.then(|| People::new(tables, keys, path))
}

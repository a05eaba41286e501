//! `directory`: people from a file.

use hcl_edit::structure::Block;

use crate::diagnostic::{Diagnostic, FileId, Place, Span};
use crate::model::Text;

use super::blocks::{Reader, label};
use super::constants::{Constants, is_variables};
use super::pattern::{self, Unmatched};
use super::people::People;
use super::report::{Report, suggest};
use super::rows::{self, Form, Table};
use super::sensitive::Sensitive;
use super::service::{self, Remote, ServiceBlock};
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
    /// In the place of files.
    pub(super) service: Option<ServiceBlock>,
}

const ARGUMENTS: [&str; 7] =
    ["csv", "json", "jsonl", "key", "on_bad_record", "records", "sensitive_columns"];

/// The arguments that name files.
const FORMS: [(&str, Form); 3] = [("csv", Form::Csv), ("json", Form::Json), ("jsonl", Form::Lines)];

/// Reads the block.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Option<DirectoryBlock> {
    let label = label(report, file, block);
    let mut reader = Reader::new(file, block);
    let span = reader.header;
    let settings = Settings::read(report, &mut reader, &ARGUMENTS);
    let service = reader.block(report, "scim").map(|reader| service::read(report, reader));
    let form = if service.is_some() {
        alone(report, &reader.what, &settings);
        None
    } else {
        form(report, &reader.what, span, &settings)
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
    Some(DirectoryBlock { name, span, settings, form, service })
}

/// Reports what can't stand beside a `scim` block.
fn alone(report: &mut Report, what: &str, settings: &Settings) {
    let goes_along = |name: &str| matches!(name, "key" | "on_bad_record" | "sensitive_columns");
    for setting in settings.0.iter().filter(|setting| !goes_along(&setting.name)) {
        let summary = format!("{what} has both `{}` and a `scim` block", setting.name);
        report.add(report.error(setting.name_span, summary).help("keep one of them"));
    }
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
            "add `csv = \"people.csv\"`, `json = \"people.json\"` or `jsonl = \"people.jsonl\"`, or a `scim` block for another service",
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

/// Whether people whose record can't be used are left as they are, and the others go on.
fn holds(report: &mut Report, constants: &Constants<'_>, settings: &Settings) -> bool {
    let said = settings.text(report, constants, "on_bad_record");
    match said.as_deref() {
        None | Some("stop") => false,
        Some("hold") => true,
        Some(other) => {
            let span = settings.span("on_bad_record");
            let summary = format!("`on_bad_record` can't be `{other}`");
            let place = span.map(|span| report.place(span));
            report.add(Diagnostic::error(summary).maybe_at(place).help(
                "\"stop\" plans nothing for the connections that take people from here, \"hold\" leaves the person as is and goes on",
            ));
            false
        }
    }
}

/// Reads the directory's files. Every declared directory is read, used or not. What is wrong with the files stops
/// nobody who does not take people from them.
pub(super) fn people(
    report: &mut Report,
    constants: &Constants<'_>,
    block: &DirectoryBlock,
) -> Option<People> {
    let settings = &block.settings;
    let named = block.form.and_then(|(name, _)| settings.one_or_more(report, constants, name));
    let key = settings.text(report, constants, "key");
    let mark = report.mark();
    let records = settings.text(report, constants, "records");
    if let (Some("" | "."), Some(span)) = (records.as_deref(), settings.span("records")) {
        let help = "write where the array stands in the document: `records = \"value\"`";
        report.add(report.error(span, "`records` names nothing").help(help));
    }
    let sensitive = settings.texts(report, constants, "sensitive_columns");
    let hold = holds(report, constants, settings);
    let sound = !report.failed_since(mark);
    let (argument, form) = block.form?;
    let named = named?;
    let place = report.place(settings.span(argument)?);
    let of_key = report.place(settings.span("key").unwrap_or(block.span));
    let people = report.contain(|report| {
        let paths = paths(report, constants, &named, argument, &place)?;
        let records = records.as_deref().filter(|_| sound);
        let manner = Manner { form, records, key: key.as_deref() };
        let tables = tables(report, constants, &paths, manner, &place)?;
        let keys = rows::keys(report, &tables, &key?, &of_key, hold)?;
        sound.then(|| People::new(tables, keys, Text::from(named.join(", ")), hold))
    })?;
    Some(guarded(report, block, people, sensitive))
}

/// The people, with the columns whose values no finding shows.
fn guarded(
    report: &mut Report,
    block: &DirectoryBlock,
    mut people: People,
    sensitive: Option<Vec<Text>>,
) -> People {
    let sensitive = sensitive.unwrap_or_default();
    if let (Some(columns), Some(span)) = (&people.columns, block.settings.span("sensitive_columns"))
    {
        let names = columns.names().iter().map(Text::as_str);
        for name in sensitive.iter().filter(|name| columns.index(name).is_none()) {
            let summary = format!("directory `{}` has no column `{name}`", block.name);
            let help = suggest(name, names.clone(), "columns");
            report.add(report.warning(span, summary).help(help));
        }
    }
    people.sensitive = Sensitive(sensitive.into_iter().collect());
    people
}

/// Reads what was fetched of a directory that is another service. `also` are more columns that it is
/// known to have.
pub(super) fn fetched(
    report: &mut Report,
    constants: &Constants<'_>,
    block: &DirectoryBlock,
    remote: &Remote,
    records: String,
    also: &[Text],
) -> Option<People> {
    let name = format!("directory.{}", block.name);
    constants.files.digest.borrow_mut().file(&name, records.as_bytes());
    let file = report.sources.add(&name, records);
    report.sources.conceal(file);
    let key = block.settings.text(report, constants, "key")?;
    let hold = holds(report, constants, &block.settings);
    let place = report.place(block.settings.span("key").unwrap_or(block.span));
    let known =
        service::KNOWN.iter().map(|name| Text::new_static(name)).chain(also.iter().cloned());
    let people = report.contain(|report| {
        let tables = vec![rows::read(report, file, Form::Json, None, None)?];
        let keys = rows::keys(report, &tables, &key, &place, hold)?;
        Some(People::new(tables, keys, remote.settings.scim_url.clone(), hold).with(known))
    })?;
    let sensitive = block.settings.texts(report, constants, "sensitive_columns");
    Some(guarded(report, block, people, sensitive))
}

/// The files that a directory names, each once, in the order of their names.
fn paths(
    report: &mut Report,
    constants: &Constants<'_>,
    named: &[Text],
    argument: &str,
    place: &Place,
) -> Option<Vec<String>> {
    let mut paths = Vec::new();
    let mut failed = false;
    for name in named {
        if !pattern::is_pattern(name) {
            paths.push(name.to_string());
            continue;
        }
        match pattern::expand(constants.files.source, name) {
            Ok(found) => paths.extend(found),
            Err(Unmatched { summary, help }) => {
                failed = true;
                let help = help.map(str::to_owned);
                report.add(Diagnostic::error(summary).at(place.clone()).maybe_help(help));
            }
        }
    }
    if named.is_empty() {
        let summary = format!("`{argument}` names no file");
        report.add(Diagnostic::error(summary).at(place.clone()));
        failed = true;
    }
    paths.sort();
    paths.dedup();
    (!failed).then_some(paths)
}

/// How the files of a directory are read.
#[derive(Clone, Copy)]
struct Manner<'a> {
    form: Form,
    records: Option<&'a str>,
    key: Option<&'a str>,
}

/// Reads all files. There are tables only where each of them is sound.
fn tables(
    report: &mut Report,
    constants: &Constants<'_>,
    paths: &[String],
    manner: Manner<'_>,
    place: &Place,
) -> Option<Vec<Table>> {
    let Manner { form, records, key } = manner;
    let reading = constants.files;
    let mut tables = Vec::with_capacity(paths.len());
    let mut bytes = 0;
    for path in paths {
        if is_variables(path) {
            let summary = format!(
                "`{path}` can't be read: it is a file of variables, which may hold secrets"
            );
            report.add(Diagnostic::error(summary).at(place.clone()));
            continue;
        }
        let (digest, place) = (Some(&reading.digest), Some(place.clone()));
        let file = text::read(report, reading.source, digest, path, text::MAX_ROWS, place);
        let Some(file) = file else { continue };
        bytes += report.sources.text(file).len() as u64;
        if bytes > text::MAX_ROWS {
            let most = text::MAX_ROWS >> 20;
            let summary = format!("the files of one directory have more than {most} MiB together");
            report.add(
                Diagnostic::error(summary).maybe_at(Some(report.place(Span::new(file, 0..0)))),
            );
            return None;
        }
        tables.extend(rows::read(report, file, form, records, key));
    }
    if tables.len() < paths.len() {
        return None;
    }
    rows::agree(report, &tables, form).then_some(tables)
}

//! Whether the files of one directory go together.

use std::collections::BTreeSet;

use super::super::report::{Report, list};
use super::record::MOST_COLUMNS;
use super::{Form, Limited, Table};
use crate::diagnostic::Span;
use crate::model::Text;

/// Reports files that name other columns than the first, and warns of those that hold nobody while others
/// hold somebody. Records of JSON may lack fields, so their files may too.
pub(crate) fn agree(report: &mut Report, tables: &[Table], form: Form) -> bool {
    let Some((first, others)) = tables.split_first() else { return true };
    if others.is_empty() {
        return true;
    }
    let mut found = Limited::new("files of this directory have other columns");
    // A column without a name can't be asked for.
    let names = |table: &Table| -> BTreeSet<Text> {
        table.columns.iter().filter(|name| !name.is_empty()).cloned().collect()
    };
    let wanted = names(first);
    match form {
        Form::Csv => {
            for table in others {
                let own = names(table);
                if own != wanted {
                    found.push_with(|| differ(report, first, table, &wanted, &own));
                }
            }
        }
        Form::Json | Form::Lines => {
            let all: BTreeSet<&Text> = tables.iter().flat_map(|table| &table.columns).collect();
            if all.len() > MOST_COLUMNS {
                let summary = format!("more than {MOST_COLUMNS} different fields in one directory");
                found.push_with(|| report.error(start(first), summary));
            }
        }
    }
    let mut empty = Limited::new("files of this directory hold nobody");
    if tables.iter().any(|table| table.len() > 0) {
        for table in tables.iter().filter(|table| table.len() == 0) {
            empty.push_with(|| {
                let name = report.sources.name(table.file);
                report
                    .warning(start(table), format!("`{name}` holds nobody"))
                    .detail("other files of this directory do; this is how a file looks whose export failed")
                    .help("if everybody in it did leave, take the file away")
            });
        }
    }
    let sound = found.is_empty();
    report.extend(found.finish());
    report.extend(empty.finish());
    sound
}

fn differ(
    report: &Report,
    first: &Table,
    table: &Table,
    wanted: &BTreeSet<Text>,
    own: &BTreeSet<Text>,
) -> crate::diagnostic::Diagnostic {
    let name = |table: &Table| report.sources.name(table.file);
    let lacks = list(wanted.difference(own).map(Text::as_str));
    let more = list(own.difference(wanted).map(Text::as_str));
    let detail = match (lacks.is_empty(), more.is_empty()) {
        (false, true) => format!("it lacks {lacks}"),
        (true, _) => format!("it has {more} too"),
        (false, false) => format!("it lacks {lacks} and has {more}"),
    };
    let summary = format!("`{}` has other columns than `{}`", name(table), name(first));
    report
        .error(start(table), summary)
        .detail(detail)
        .related(report.place(start(first)), "the columns of the first file")
        .help("all files of a directory name the same columns, in whatever order")
}

/// The first byte of a table's file.
fn start(table: &Table) -> Span {
    Span::new(table.file, 0..1)
}

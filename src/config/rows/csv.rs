//! People from a CSV file: strict where a leniency would lose somebody.
//!
//! The `csv` crate splits the records. What it forgives is checked here, because a file that was cut
//! off must never read as a shorter company: an unclosed quote, a row of another width, no header.

use csv::{ReaderBuilder, StringRecord};

use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::model::{Text, nfc};

use super::super::report::Report;
use super::{Limited, Table};

/// Most fields of a row, and of all rows together: each takes memory, however short it is.
const MOST_FIELDS: usize = 100_000;
const MOST_CELLS: usize = 50_000_000;

/// Reads `file` into a table. `None` where the whole file can't be used.
pub(crate) fn read(report: &mut Report, file: FileId) -> Option<Table> {
    let name = report.sources.name(file);
    let text = report.sources.text(file);
    if text.trim().is_empty() {
        report.add(
            Diagnostic::error(format!("`{name}` is empty"))
                .at(report.place(Span::new(file, 0..0)))
                .help("a directory's file has a header row with the names of the columns"),
        );
        return None;
    }
    if let Some(diagnostic) = quotes(report, file).or_else(|| too_many(report, file)) {
        report.add(diagnostic);
        return None;
    }
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut found = Limited::new(format!("rows of `{name}` have the wrong number of fields"));
    let mut table: Option<Table> = None;
    loop {
        let from = offset(reader.position());
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                found.push_with(|| Diagnostic::error(format!("`{name}` can't be read: {error}")));
                break;
            }
        }
        let span = record_span(file, text, from, offset(reader.position()));
        let Some(table) = &mut table else {
            let columns: Vec<Text> =
                record.iter().map(|name| Text::from(nfc(name.trim()))).collect();
            if let Some(twice) = repeated(&columns) {
                let summary = format!("the column `{twice}` stands in the header twice");
                found.push_with(|| report.error(span, summary).help("rename one of them"));
            }
            table = Some(Table::texts(file, columns));
            continue;
        };
        let (wanted, got) = (table.columns.len(), record.len());
        if wanted == got {
            table.push(span, record.iter());
            continue;
        }
        found.push_with(|| {
            let help = if got < wanted {
                "is the file complete? a cell without a value still has its comma"
            } else {
                "a cell that holds a comma stands in quotes: \"Lovelace, Ada\""
            };
            let summary = format!("this row has {}, the header has {wanted}", fields(got));
            report.error(span, summary).help(help)
        });
    }
    let failed = !found.is_empty();
    let unfinished = (!failed && !text.ends_with('\n')).then(|| {
        let start = text.rfind('\n').map_or(0, |nl| nl + 1);
        report
            .warning(Span::new(file, start..text.len()), "the last line does not end")
            .detail("this is how a file looks that was cut off")
            .help("if it is complete, end it with a line break")
    });
    report.extend(unfinished);
    report.extend(found.finish());
    table.filter(|_| !failed)
}

/// Looks for more fields than are read, before the rows are split. Commas in quotes count too, which nobody comes
/// near.
fn too_many(report: &Report, file: FileId) -> Option<Diagnostic> {
    let (mut row, mut all) = (0, 0);
    for (at, byte) in report.sources.text(file).bytes().enumerate() {
        match byte {
            b',' => (row, all) = (row + 1, all + 1),
            b'\n' => (row, all) = (0, all + 1),
            _ => continue,
        }
        let (most, whose) = match (row >= MOST_FIELDS, all >= MOST_CELLS) {
            (false, false) => continue,
            (true, _) => (MOST_FIELDS, "this row"),
            (false, true) => (MOST_CELLS, "this file"),
        };
        let summary = format!("{whose} has more than {most} fields");
        let error = report.error(Span::new(file, at..at + 1), summary);
        return Some(error.help("a directory holds one person a row, and an attribute a column"));
    }
    None
}

/// The first name that comes twice; columns without a name don't count.
fn repeated(columns: &[Text]) -> Option<&Text> {
    let mut seen = std::collections::HashSet::new();
    columns.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str()))
}

fn fields(n: usize) -> String {
    if n == 1 { "1 field".to_owned() } else { format!("{n} fields") }
}

fn offset(position: &csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

/// The bytes of a record, without the line breaks that the reader passed before and behind it.
fn record_span(file: FileId, text: &str, from: usize, to: usize) -> Span {
    let whole = text.get(from..to.min(text.len())).unwrap_or("");
    let skipped = whole.len() - whole.trim_start_matches(['\r', '\n']).len();
    let end = from + whole.trim_end_matches(['\r', '\n']).len();
    Span::new(file, from + skipped..end.max(from + skipped))
}

/// Looks for a quote that is not closed, and for text behind a closing one.
fn quotes(report: &Report, file: FileId) -> Option<Diagnostic> {
    let text = report.sources.text(file);
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied();
    let mut at = 0;
    let mut field_start = true;
    while let Some(c) = byte(at) {
        if c != b'"' || !field_start {
            field_start = matches!(c, b',' | b'\n' | b'\r');
            at += 1;
            continue;
        }
        let opened = at;
        at += 1;
        loop {
            match (byte(at), byte(at + 1)) {
                (None, _) => {
                    return Some(report
                        .error(Span::new(file, opened..opened + 1), "this quote is never closed")
                        .detail("everything behind it would be one cell")
                        .help(
                            "is the file complete? a quote inside a quoted cell is doubled: \"\"",
                        ));
                }
                (Some(b'"'), Some(b'"')) => at += 2,
                (Some(b'"'), _) => break,
                _ => at += 1,
            }
        }
        at += 1;
        if byte(at).is_some_and(|c| !matches!(c, b',' | b'\n' | b'\r')) {
            return Some(
                report
                    .error(Span::new(file, at..at + 1), "text stands behind a quoted cell")
                    .help("a quote inside a quoted cell is doubled: \"\""),
            );
        }
        field_start = false;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{MOST_FIELDS, Report, read};

    fn found(text: String) -> Option<String> {
        let mut report = Report::default();
        let file = report.sources.add("people.csv", text);
        read(&mut report, file);
        report.finish().1.into_iter().next().map(|found| found.summary)
    }

    #[test]
    fn a_row_has_only_so_many_fields() {
        let row = |fields: usize| ",".repeat(fields - 1);
        assert_eq!(found(format!("{}\n{}\n", row(MOST_FIELDS), row(MOST_FIELDS))), None);
        let summary = Some("this row has more than 100000 fields".to_owned());
        assert_eq!(found(format!("{}\n", row(MOST_FIELDS + 1))), summary);
        assert_eq!(found(format!("a,b\n{}", row(MOST_FIELDS + 1))), summary);
    }
}

//! People from a CSV file: strict where a leniency would lose somebody.
//!
//! The `csv` crate splits the records. What it forgives is checked here, because a file that was cut
//! off must never read as a shorter company: an unclosed quote, a row of another width, no header.

use csv::{ReaderBuilder, StringRecord};

use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::model::{Text, nfc};

use super::super::attributes::shown;
use super::super::email;
use super::super::report::Report;
use super::{Limited, Table};

/// Most fields of a row, and of all rows together: each takes memory, however short it is.
const MOST_FIELDS: usize = 100_000;
const MOST_CELLS: usize = 50_000_000;

/// Reads `file` into a table; `key` is the column that must be there. `None` where the whole file can't be used.
pub(crate) fn read(report: &mut Report, file: FileId, key: Option<&str>) -> Option<Table> {
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
    let begins = match preamble(report, file) {
        Ok(begins) => begins,
        Err(diagnostic) => {
            report.add(*diagnostic);
            return None;
        }
    };
    let found = quotes(report, file, begins)
        .or_else(|| too_many(report, file))
        .or_else(|| no_header(report, file, begins, key));
    if let Some(diagnostic) = found {
        report.add(diagnostic);
        return None;
    }
    let mut reader = reader(text, begins);
    let mut record = StringRecord::new();
    let mut found = Limited::new(format!("rows of `{name}` have the wrong number of fields"));
    let mut table: Option<Table> = None;
    let mut empty = EmptyRows::default();
    loop {
        let from = begins + offset(reader.position());
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                found.push_with(|| Diagnostic::error(format!("`{name}` can't be read: {error}")));
                break;
            }
        }
        let span = record_span(file, text, from, begins + offset(reader.position()));
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
        if record.iter().all(|cell| cell.trim().is_empty()) {
            empty.last.get_or_insert(span);
            empty.count += 1;
            continue;
        }
        empty.passed();
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
    let between = empty.between.map(|first| {
        let rows = if empty.passed == 1 { "an empty row" } else { "empty rows" };
        let all = if empty.passed == 1 { String::new() } else { format!(", {} in all", empty.passed) };
        report
            .error(first, format!("`{name}` has {rows} between people"))
            .detail(format!("the first is here{all}"))
            .help("empty rows at the end are left out; one in the middle may be a person whose cells were lost: take it out of the file, or fill it in")
    });
    let failed = !found.is_empty() || between.is_some();
    let unfinished = (!failed && !text.ends_with('\n')).then(|| {
        let start = text.rfind('\n').map_or(0, |nl| nl + 1);
        report
            .warning(Span::new(file, start..text.len()), "the last line does not end")
            .detail("this is how a file looks that was cut off")
            .help("if it is complete, end it with a line break")
    });
    report.extend(unfinished);
    report.extend(between);
    report.extend(found.finish());
    table.filter(|_| !failed)
}

fn reader(text: &str, begins: usize) -> csv::Reader<&[u8]> {
    let bytes = text.as_bytes().get(begins..).unwrap_or(&[]);
    ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

/// Rows in which no cell has a value. Spreadsheets leave them at the end.
#[derive(Default)]
struct EmptyRows {
    /// The first since a row with a value, and how many.
    last: Option<Span>,
    count: usize,
    /// The first of those that others follow, and how many.
    between: Option<Span>,
    passed: usize,
}

impl EmptyRows {
    /// A row with a value follows.
    fn passed(&mut self) {
        if let Some(first) = self.last.take() {
            self.between.get_or_insert(first);
            self.passed += std::mem::take(&mut self.count);
        }
    }
}

/// Where the header begins: behind the lines that PowerShell and Excel put before it.
fn preamble(report: &Report, file: FileId) -> Result<usize, Box<Diagnostic>> {
    let text = report.sources.text(file);
    let mut begins = 0;
    // One of each at most.
    for _ in 0..2 {
        let rest = text.get(begins..).unwrap_or("");
        let line = rest.split_inclusive('\n').next().unwrap_or("");
        let plain = line.trim().trim_matches('"');
        let separator = plain.get(..4).filter(|start| start.eq_ignore_ascii_case("sep="));
        match (separator, plain.get(4..)) {
            (Some(_), Some("," | "")) => {}
            (Some(_), Some(other)) => {
                let span = Span::new(file, begins..begins + line.trim_end().len());
                let summary =
                    format!("this file is separated by {:?}, not by commas", shown(other));
                return Err(Box::new(report.error(span, summary).help("save it with commas")));
            }
            _ if plain.starts_with("#TYPE") => {}
            _ => break,
        }
        begins += line.len();
    }
    Ok(begins)
}

/// How many lines are looked at for the header.
const FIRST: usize = 20;

/// Looks whether the first row is something else than the names of the columns: a title, a version, a person.
fn no_header(
    report: &Report,
    file: FileId,
    begins: usize,
    key: Option<&str>,
) -> Option<Diagnostic> {
    let text = report.sources.text(file);
    let mut reader = reader(text, begins);
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    while rows.len() < FIRST {
        let from = begins + offset(reader.position());
        let Ok(true) = reader.read_record(&mut record) else { break };
        let span = record_span(file, text, from, begins + offset(reader.position()));
        rows.push((record.clone(), span));
    }
    let ((header, span), rest) = rows.split_first()?;
    let has = |row: &StringRecord, name: &str| row.iter().any(|cell| cell.trim() == name);
    let key = key.filter(|key| !has(header, key));
    let skip = |line: u32| {
        format!(
            "take what stands above out before Enroll reads the file, such as with `tail -n +{line} export.csv > people.csv`"
        )
    };
    if let Some((_, below)) = rest.iter().find(|(row, _)| key.is_some_and(|key| has(row, key))) {
        let line = report.sources.line(*below);
        let summary =
            format!("the first line is no header: the names of the columns stand in line {line}");
        return Some(report.error(*span, summary).help(skip(line)));
    }
    if header.iter().any(|cell| email::why_not(cell.trim()).is_none()) {
        let summary = "the first line is no header: it holds an address";
        return Some(report.error(*span, summary).help(
            "the first line of a directory's file has the names of the columns, such as `id,email,first_name`",
        ));
    }
    let (next, below) = rest.first()?;
    // Another separator is told apart where the key is looked for.
    let separated = header.iter().any(|cell| cell.contains([';', '\t', '|']));
    if header.len() == 1 && next.len() > 1 && !separated {
        let line = report.sources.line(*below);
        let summary =
            format!("the first line is no header: it has one field, the next has {}", next.len());
        return Some(
            report.error(*span, summary).help(format!("if it is a title: {}", skip(line))),
        );
    }
    None
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
fn quotes(report: &Report, file: FileId, begins: usize) -> Option<Diagnostic> {
    let text = report.sources.text(file);
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied();
    let mut at = begins;
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
    use crate::diagnostic::Severity;

    /// How many people a file holds, or what is said of it: never a word of it.
    fn found(text: &str) -> Result<usize, String> {
        let mut report = Report::default();
        let file = report.sources.add("people.csv", text.to_owned());
        report.sources.conceal(file);
        let table = read(&mut report, file, Some("id"));
        let found = report.finish().1;
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
        let error = found.into_iter().find(|found| found.severity == Severity::Error);
        assert_eq!(table.is_none(), error.is_some(), "{text}");
        table.map(|table| table.len()).ok_or_else(|| {
            let error = error.unwrap();
            format!("{}: {}", error.place.map_or(0, |place| place.line), error.summary)
        })
    }

    #[test]
    fn a_row_has_only_so_many_fields() {
        let row = |fields: usize| ",".repeat(fields - 1);
        assert_eq!(found(&format!("{}\n{}\n", row(MOST_FIELDS), row(MOST_FIELDS))), Ok(0));
        let summary = |line| Err(format!("{line}: this row has more than 100000 fields"));
        assert_eq!(found(&format!("{}\n", row(MOST_FIELDS + 1))), summary(1));
        assert_eq!(found(&format!("a,b\n{}", row(MOST_FIELDS + 1))), summary(2));
    }

    #[test]
    fn what_stands_before_the_header_is_skipped_or_named() {
        let rows = "id,mail\nE1,hunter2@x.org\nE2,b@x.org\n";
        let header = |line: u32, first: u32| {
            Err(format!(
                "{first}: the first line is no header: the names of the columns stand in line {line}"
            ))
        };
        for (before, expected) in [
            ("", Ok(2)),
            ("#TYPE System.Management.Automation.PSCustomObject\n", Ok(2)),
            ("#TYPE Selected.ADUser\r\n", Ok(2)),
            ("\"#TYPE Selected.ADUser\"\n", Ok(2)),
            ("sep=,\n", Ok(2)),
            ("SEP=,\r\n", Ok(2)),
            ("\"sep=,\"\n", Ok(2)),
            ("sep=,\n#TYPE x\n", Ok(2)),
            ("version:v1.0\n", header(2, 1)),
            ("Employees\n", header(2, 1)),
            ("Employees,\n", header(2, 1)),
            ("Employees,as of 2026-11-01\n\n", header(3, 1)),
            ("Employees\nActive,hunter2\n\n,\n", header(5, 1)),
            (",\n", header(2, 1)),
            ("# exported by hunter2\n", header(2, 1)),
            ("#TYPE x\nEmployees\n", header(3, 2)),
            ("sep=;\n", Err("1: this file is separated by \";\", not by commas".to_owned())),
        ] {
            assert_eq!(found(&format!("{before}{rows}")), expected, "{before}");
        }
        let no_key = "key,mail\nE1,hunter2@x.org\n";
        let one = "1: the first line is no header: it has one field, the next has 2";
        assert_eq!(found(&format!("title\n{no_key}")), Err(one.to_owned()));
        let person = "1: the first line is no header: it holds an address";
        assert_eq!(found("E1,hunter2@x.org\nE2,b@x.org\n"), Err(person.to_owned()));
        assert_eq!(found("id\nE1\nE2\n"), Ok(2));
    }

    #[test]
    fn empty_rows_are_left_out_at_the_end_and_named_in_the_middle() {
        for (text, expected) in [
            ("id,a,b\nE1,x,y\n,,\n,,\n", Ok(1)),
            ("id,a,b\nE1,x,y\n,,\n   \n", Ok(1)),
            ("id,a,b\nE1,x,y\n , ,\t\n\"\",\"\",\"\"\n\n,,,,,\n", Ok(1)),
            ("id,a,b\r\nE1,x,y\r\n,,\r\n\u{a0},,", Ok(1)),
            ("id,a,b\n,,\n", Ok(0)),
            (
                "id,a,b\nE1,x,y\n,,\nE2,x,y\n",
                Err("3: `people.csv` has an empty row between people"),
            ),
            (
                "id,a,b\n,,\n \nE2,x,y\n,,\nE3,x,y\n,,\n",
                Err("2: `people.csv` has empty rows between people"),
            ),
            ("id,a,b\nE1,x,y\n,,,hunter2\n", Err("3: this row has 4 fields, the header has 3")),
            ("id\nE1\n\"\"\n", Ok(1)),
        ] {
            assert_eq!(found(text), expected.map_err(ToOwned::to_owned), "{text}");
        }
    }
}

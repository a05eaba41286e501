//! People from JSON Lines: one object a line.

use crate::diagnostic::{Diagnostic, FileId, Span};

use super::super::report::Report;
use super::cursor::Cursor;
use super::json::{character, inexact, kind};
use super::record::Records;
use super::{Limited, Table};

const WHOLE: &str = "is the file complete? each line is one object: {\"id\": \"E1\"}";

/// Reads `file` into a table. `None` where the whole file can't be used.
pub(crate) fn read(report: &mut Report, file: FileId) -> Option<Table> {
    let name = report.sources.name(file);
    let text = report.sources.shared(file);
    if text.trim().is_empty() {
        // An export of nobody and one that failed look the same.
        let summary = format!("`{name}` is empty");
        report.add(report.error(Span::new(file, 0..0), summary).help(WHOLE));
        return None;
    }
    let mut people = Records::default();
    let mut found = Limited::new(format!("lines of `{name}` are no objects"));
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let mut cursor = Cursor::new(line);
        if cursor.peek().is_none() {
            continue;
        }
        let mut number = None;
        let fault = match cursor.value() {
            Err(wrong) => Some((wrong.at, format!("`{name}` is not JSON Lines: {}", wrong.words))),
            Ok((at, json)) if !json.starts_with('{') => {
                Some((at, format!("a person is an object, this is a {}", kind(json))))
            }
            Ok(_) if cursor.peek().is_some() => {
                Some((cursor.at, "something stands behind the object on this line".to_owned()))
            }
            Ok((at, json)) => match people.add(json, from + at) {
                Ok(()) => None,
                Err(wrong) => {
                    number = wrong.inexact;
                    let words = format!("`{name}` is not JSON Lines: {}", wrong.words);
                    Some((wrong.at.saturating_sub(from), words))
                }
            },
        };
        if let Some((at, summary)) = fault {
            let place = character(file, &text, from + at);
            if let Some(field) = number {
                let line = format!("line {}", report.sources.line(place));
                found.push_with(|| inexact(Some(report.place(place)), &field, &line));
                continue;
            }
            if found.is_empty() && is_document(&text) {
                report.add(
                    report
                        .error(place, summary)
                        .help("this is one JSON document: write `json` instead of `jsonl`"),
                );
                return None;
            }
            found.push_with(|| report.error(place, summary).help(WHOLE));
        }
    }
    if !found.is_empty() {
        report.extend(found.finish());
        return None;
    }
    report.extend(unfinished(report, file, &text));
    Some(people.finish(file, text))
}

/// Whether a text is one JSON document over several lines, which is often taken for JSON Lines.
fn is_document(text: &str) -> bool {
    let mut whole = Cursor::new(text);
    whole.peek() == Some(b'[')
        || whole.value().is_ok_and(|(_, json)| json.contains('\n')) && whole.peek().is_none()
}

/// A warning where the last line does not end.
fn unfinished(report: &Report, file: FileId, text: &str) -> Option<Diagnostic> {
    let start = text.rfind('\n').map_or(0, |nl| nl + 1);
    (start < text.len()).then(|| {
        report
            .warning(Span::new(file, start..text.len()), "the last line does not end")
            .detail("this is how a file looks that was cut off")
            .help("if it is complete, end it with a line break")
    })
}

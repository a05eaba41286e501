//! From bytes to a text that can be trusted to be one: size, encoding, marks, NUL.

use std::cell::RefCell;

use crate::diagnostic::{Diagnostic, FileId, Place, Span};
use crate::source::{Source, SourceError, read_limited};

use super::digest::Digest;
use super::keys::{holds_key, holds_secret, is_identity};
use super::report::Report;

/// Largest HCL file.
pub(super) const MAX_HCL: u64 = 64 << 20;
/// Largest directory file.
pub(super) const MAX_ROWS: u64 = 512 << 20;
/// Most that all files of one configuration may hold: their texts are kept for what is found in them.
const MAX_IN_ALL: u64 = 1 << 30;

/// How files begin that are no text, with what they are.
const BINARY: [(&[u8], &str, &str); 5] = [
    (b"PK\x03\x04", "is an Excel workbook (.xlsx) or another ZIP archive, not a text", SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "is an Excel workbook (.xls), not a text", SAVE_AS_CSV),
    (b"\x1f\x8b", "is packed with gzip, not a text", "unpack it first: `gunzip FILE`"),
    (b"%PDF", "is a PDF, not a text", "export the people as CSV or JSON"),
    (b"SQLite format 3\0", "is a database, not a text", "export the people as CSV or JSON"),
];
const SAVE_AS_CSV: &str = "save the sheet as \"CSV UTF-8\"";

const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Reads the file at `path` as UTF-8 text, without a byte-order mark. `place` is where the
/// configuration names the file, if it does. Files that may hold secrets stay out of the digest.
pub(super) fn read(
    report: &mut Report,
    source: &dyn Source,
    digest: Option<&RefCell<Digest>>,
    path: &str,
    limit: u64,
    place: Option<Place>,
) -> Option<FileId> {
    let bytes = match read_limited(source, path, limit) {
        Ok(bytes) => bytes,
        Err(error) => {
            let missing = matches!(error, SourceError::Missing(_));
            let help =
                missing.then(|| "paths are relative to the configuration's root folder".to_owned());
            report.add(Diagnostic::error(error.to_string()).maybe_at(place).maybe_help(help));
            return None;
        }
    };
    report.bytes += bytes.len() as u64;
    if report.bytes > MAX_IN_ALL {
        let summary =
            format!("with `{path}` the configuration has more than {} MiB", MAX_IN_ALL >> 20);
        let help = "this bound is fixed: split the configuration into several folders";
        report.add(Diagnostic::error(summary).maybe_at(place).help(help));
        return None;
    }
    // A token may stand in a file of variables.
    let secret = if digest.is_some() { holds_secret } else { holds_key };
    if let Some(summary) = secret(path, &bytes) {
        let said = Diagnostic::error(summary).maybe_at(place);
        report.add(if is_identity(&bytes) {
            said.help("where a recipient is meant, write its line `age1…`").help(
            "keep the identity out of this folder and hand it over in ENROLL_IDENTITY or ENROLL_IDENTITY_FILE; if it was ever committed, make a new one",
            )
        } else {
            said.help("keep it out of this folder, and out of git: what is read may be shown and sent")
        });
        return None;
    }
    if let Some(digest) = digest {
        digest.borrow_mut().file(path, &bytes);
    }
    let people = limit == MAX_ROWS;
    let decoded = decode(bytes, path);
    match decoded {
        Ok(text) => {
            let file = report.sources.add(path, text);
            if people {
                report.sources.conceal(file);
            }
            Some(file)
        }
        Err(diagnostic) => {
            let mut diagnostic = *diagnostic;
            // One of people holds what is theirs, one that is not in the digest may hold secrets.
            if people {
                diagnostic.place = diagnostic.place.map(Place::concealed);
            } else if let (None, Some(place)) = (digest, &mut diagnostic.place) {
                place.text.clear();
                place.range = 0..0;
            }
            let diagnostic = match (diagnostic.place.is_some(), place) {
                (true, Some(place)) => diagnostic.related(place, "the file is named here"),
                (false, place) => diagnostic.maybe_at(place),
                (true, None) => diagnostic,
            };
            report.add(diagnostic);
            None
        }
    }
}

fn decode(bytes: Vec<u8>, path: &str) -> Result<String, Box<Diagnostic>> {
    let fail = |summary: &str, help: &str| {
        Box::new(Diagnostic::error(format!("`{path}` {summary}")).help(help))
    };
    if let Some((_, what, help)) = BINARY.iter().find(|(start, ..)| bytes.starts_with(start)) {
        return Err(fail(what, help));
    }
    if bytes.starts_with(LFS) {
        let help = "run `git lfs pull` first, so that the file's content is in the work tree";
        return Err(fail("is a Git LFS pointer, not the file itself", help));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(fail("is UTF-16, not UTF-8", "save it as UTF-8 (in Excel: \"CSV UTF-8\")"));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let byte = bytes.get(at).copied().unwrap_or(0);
        let mut diagnostic = fail("is not UTF-8", "save the file as UTF-8");
        diagnostic.detail = Some(format!("the byte 0x{byte:02X} can't stand here"));
        diagnostic.place = Some(place_of(bytes, at, path));
        diagnostic
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    if let Some(at) = text.find('\0') {
        let help = "a text file has none: the file is damaged, or it is not text";
        let mut diagnostic = fail("holds a NUL character", help);
        diagnostic.place = Some(place_of(text.as_bytes(), at, path));
        return Err(diagnostic);
    }
    Ok(text)
}

/// The place of a byte in what is not a text, with the line as far as it can be read.
fn place_of(bytes: &[u8], at: usize, path: &str) -> Place {
    let before = bytes.get(..at).unwrap_or(bytes);
    let from = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |nl| nl + 1);
    let number = before.split(|byte| *byte == b'\n').count() - 1;
    let rest = bytes.get(at..).unwrap_or(&[]);
    // A line without an end is not shown whole.
    let rest = rest.get(..1_000).unwrap_or(rest);
    let to = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let head = String::from_utf8_lossy(bytes.get(from..at).unwrap_or(&[])).into_owned();
    let tail = String::from_utf8_lossy(bytes.get(at..to).unwrap_or(&[])).into_owned();
    let width = tail.chars().next().map_or(0, char::len_utf8);
    // Through the sources, so that a secret on the line is masked and a long line is cut.
    let mut scratch = crate::diagnostic::Sources::default();
    let start = head.len();
    let file = scratch.add(path, head + &tail);
    let mut place = scratch.place(Span::new(file, start..start + width));
    place.line = u32::try_from(number + 1).unwrap_or(u32::MAX);
    place
}

#[cfg(test)]
mod tests {
    use super::super::report::Report;
    use super::super::vars::Handed;
    use super::{MAX_HCL, MAX_IN_ALL, read};

    #[test]
    fn all_files_together_are_bounded() {
        let mut report = Report::default();
        report.bytes = MAX_IN_ALL - 5;
        let mut add =
            |text: &[u8]| read(&mut report, &Handed(text), None, "p.csv", MAX_HCL, None).is_some();
        assert!(add(b"id\n1\n") && !add(b"x"));
        let found = report.finish().1;
        assert_eq!(found[0].summary, "with `p.csv` the configuration has more than 1024 MiB");
    }
}

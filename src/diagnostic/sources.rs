//! The texts that were read, and how a byte range in one becomes a place that people can find.

use std::ops::Range;
use std::sync::Arc;

/// Names one text in a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of bytes in one source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `range` in `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(range.start), end: clamp(range.end) }
    }
}

/// Where something stands in a file, with the line's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Path as the user knows it, relative to the configuration's root, with `/`.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// The source line, secrets masked, without its line break.
    pub text: String,
    /// The bytes of `text` that are meant.
    pub range: Range<u32>,
}

impl Place {
    /// The same place without a word of the line: what stands there is people's.
    #[must_use]
    pub fn concealed(self) -> Self {
        let before = usize::try_from(self.column).unwrap_or(usize::MAX).saturating_sub(1);
        // As far to the right as it stands, where that can be seen at once.
        let text = " ".repeat(if before < WIDTH { before } else { 0 }) + CONCEALED;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let range = small(text.len() - CONCEALED.len())..small(text.len());
        Self { text, range, ..self }
    }
}

#[derive(Debug)]
struct File {
    name: Arc<str>,
    text: Arc<String>,
    /// How many lines of the file stand before the text, where that is a part of one.
    before: u32,
    /// Byte offset at which each line starts.
    lines: Vec<u32>,
    /// Ranges whose text must never be shown: literals where a secret belongs.
    masked: Vec<Range<usize>>,
    /// Whether no line of it is shown.
    concealed: bool,
}

/// All texts read in one run, for turning spans into places.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

impl Sources {
    /// Adds a text under the name that people know it by.
    pub fn add(&mut self, name: &str, text: String) -> FileId {
        self.push(name.into(), text, 0)
    }

    /// Cuts a text into parts, which have its name and go on with its lines. The text itself is empty
    /// from then on.
    pub fn split(&mut self, file: FileId, cuts: &[usize]) -> Vec<FileId> {
        let Some(whole) = self.files.get_mut(file.0 as usize).filter(|_| !cuts.is_empty()) else {
            return vec![file];
        };
        let (name, text) = (whole.name.clone(), std::mem::take(&mut whole.text));
        let mut text = Arc::unwrap_or_clone(text);
        whole.lines = vec![0];
        let mut parts = Vec::new();
        for cut in cuts.iter().rev() {
            let at = floor_char(&text, *cut);
            parts.push(text.split_off(at));
        }
        parts.push(text);
        let mut before = 0;
        let add = |part: String| {
            let id = self.push(name.clone(), part, before);
            before += self.file(id).map_or(0, |file| file.lines.len() - 1);
            id
        };
        parts.into_iter().rev().map(add).collect()
    }

    fn push(&mut self, name: Arc<str>, text: String, before: usize) -> FileId {
        let mut lines = vec![0];
        let breaks = text.match_indices('\n');
        lines.extend(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        let text = Arc::new(text);
        self.files.push(File { name, text, before, lines, masked: Vec::new(), concealed: false });
        id
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.text)
    }

    /// The text of a file, to be kept beside.
    pub fn shared(&self, file: FileId) -> Arc<String> {
        self.file(file).map(|file| file.text.clone()).unwrap_or_default()
    }

    /// The name of a file.
    pub fn name(&self, file: FileId) -> Arc<str> {
        self.file(file).map_or_else(|| "".into(), |file| file.name.clone())
    }

    /// The text that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Never show the text of `span` again: it may be a secret that somebody wrote down.
    pub fn mask(&mut self, span: Span) {
        if let Some(file) = self.files.get_mut(span.file.0 as usize) {
            file.masked.push(span.start as usize..span.end as usize);
        }
    }

    /// Never show a line of a file: it holds what people's records say, and a finding is about one cell of them at
    /// most, which it says itself.
    pub fn conceal(&mut self, file: FileId) {
        if let Some(file) = self.files.get_mut(file.0 as usize) {
            file.concealed = true;
        }
    }

    /// The line that a span starts on, from 1.
    pub fn line(&self, span: Span) -> u32 {
        self.file(span.file).map_or(0, |file| file.before + line_index(file, span.start) + 1)
    }

    /// Where a span stands, with its line.
    pub fn place(&self, span: Span) -> Place {
        let Some(file) = self.file(span.file) else {
            return Place { file: "".into(), line: 0, column: 0, text: String::new(), range: 0..0 };
        };
        let start = floor_char(&file.text, span.start as usize);
        let index = line_index(file, u32::try_from(start).unwrap_or(u32::MAX));
        let from = file.lines.get(index as usize).copied().unwrap_or(0) as usize;
        // Not looked for: a long line may be pointed at many times.
        let next =
            file.lines.get(index as usize + 1).map_or(file.text.len(), |next| *next as usize);
        let line = file.text.get(from..next).unwrap_or("");
        let raw = line.trim_end_matches('\n').trim_end_matches('\r');
        if file.concealed {
            let begin = (start - from).min(raw.len());
            let before = raw.get(..begin).unwrap_or("").chars().take(LONGEST).count();
            return Place {
                file: file.name.clone(),
                line: file.before + index + 1,
                column: u32::try_from(before + 1).unwrap_or(u32::MAX),
                text: String::new(),
                range: 0..0,
            }
            .concealed();
        }
        if raw.len() > LONGEST {
            // What is secret in it can't be told from a part, and the whole is read again for each finding.
            return Place {
                file: file.name.clone(),
                line: file.before + index + 1,
                column: 1,
                text: format!("(a line of {} bytes)", raw.len()),
                range: 0..0,
            };
        }
        let text = mask_line(raw, from, &file.masked);
        let begin = (start - from).min(raw.len());
        let end = floor_char(&file.text, span.end as usize).saturating_sub(from);
        let end = end.clamp(begin, raw.len());
        let column = raw.get(..begin).unwrap_or("").chars().count() + 1;
        // The masked text may differ in length from the raw one; the caret then covers what it can.
        let range =
            if text == raw { begin..end } else { begin.min(text.len())..end.min(text.len()) };
        let (text, range) = window(text, range);
        Place {
            file: file.name.clone(),
            line: file.before + index + 1,
            column: u32::try_from(column).unwrap_or(u32::MAX),
            text,
            range,
        }
    }

    fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize)
    }
}

/// What stands for a line that is not shown.
const CONCEALED: &str = "…";
/// How far to the right it stands at most.
const WIDTH: usize = 80;

/// A longer line is not shown at all.
const LONGEST: usize = 1 << 16;

/// Longest part of a line that is kept for showing.
const WINDOW: usize = 400;

/// Cuts a very long line to the part around `range`.
fn window(text: String, range: Range<usize>) -> (String, Range<u32>) {
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    if text.len() <= WINDOW {
        return (text, small(range.start)..small(range.end));
    }
    let from = floor_char(&text, range.start.saturating_sub(WINDOW / 4));
    let to = floor_char(&text, (from + WINDOW).min(text.len()));
    let cut = text.get(from..to).unwrap_or("").to_owned();
    let end = (range.end - from).min(cut.len());
    (cut, small(range.start - from)..small(end))
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn line_index(file: &File, offset: u32) -> u32 {
    let after = file.lines.partition_point(|start| *start <= offset);
    u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// Replaces what must not be shown by asterisks, byte for byte, so that carets stay in place.
fn mask_line(raw: &str, from: usize, masked: &[Range<usize>]) -> String {
    let by_name = secret_literals(raw);
    let to = from + raw.len();
    let masked: Vec<_> =
        masked.iter().filter(|range| range.start < to && from < range.end).collect();
    let hidden = |at: usize| {
        masked.iter().any(|range| range.contains(&(from + at)))
            || by_name.iter().any(|range| range.contains(&at))
    };
    let mut shown = String::with_capacity(raw.len());
    for (at, c) in raw.char_indices() {
        if hidden(at) {
            shown.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Attributes whose values are secrets wherever they stand.
const SECRET_NAMES: [&str; 3] = ["client_secret", "token", "password"];

/// Finds what stands in quotes after `client_secret =` and its like, other than an argument of
/// `env(…)`: a line with an unclosed quote is shown as an error before anything knows its meaning.
fn secret_literals(raw: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for name in SECRET_NAMES {
        for (at, _) in raw.match_indices(name) {
            let before = raw.get(..at).unwrap_or("");
            if before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let after = raw.get(at + name.len()..).unwrap_or("");
            let unquoted = after.strip_prefix('"').unwrap_or(after);
            let value = unquoted.trim_start();
            if !value.starts_with(['=', ':', '"', '\u{201c}']) {
                continue;
            }
            let mut rest = raw.len() - value.len();
            if value.trim_start_matches(['=', ':']).trim_start().starts_with("env(")
                || value.trim_start_matches(['=', ':']).trim_start().starts_with("var.")
            {
                continue;
            }
            while raw.get(rest..).is_some_and(|r| r.starts_with(['=', ':', ' ', '\t'])) {
                rest += 1;
            }
            found.push(rest..raw.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Sources, Span};

    fn place_of(text: &str, range: std::ops::Range<usize>) -> super::Place {
        let mut sources = Sources::default();
        let file = sources.add("main.hcl", text.to_owned());
        sources.place(Span::new(file, range))
    }

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let place = place_of("a = 1\nb = \"äöü\" !\n", 19..20);
        assert_eq!((place.line, place.column), (2, 11));
        assert_eq!(place.text, "b = \"äöü\" !");
        assert_eq!(place.text.get(place.range.start as usize..place.range.end as usize), Some("!"));
    }

    #[test]
    fn parts_of_a_text_go_on_with_its_lines() {
        let mut sources = Sources::default();
        let file = sources.add("main.hcl", "a {\n}\nb {\n}\nc {\n}".to_owned());
        let parts = sources.split(file, &[6, 12]);
        let lines: Vec<_> = parts
            .iter()
            .map(|part| {
                (sources.place(Span::new(*part, 0..1)), sources.line(Span::new(*part, 4..5)))
            })
            .map(|(place, line)| (place.file.to_string(), place.line, place.text, line))
            .collect();
        let expected = [("a {", 1), ("b {", 3), ("c {", 5)]
            .map(|(text, line)| ("main.hcl".to_owned(), line, text.to_owned(), line + 1));
        assert_eq!(lines, expected);
        let other = sources.add("other.hcl", String::new());
        assert_eq!(sources.split(other, &[]), [other]);
    }

    #[test]
    fn a_span_past_the_end_or_inside_a_character_does_not_panic() {
        for range in [0..99, 5..99, 99..100, 2..3] {
            let place = place_of("ä\nö", range);
            assert!(place.line >= 1);
        }
    }

    #[test]
    fn literal_secrets_are_never_shown() {
        for line in [
            "  client_secret = \"hunter2\"",
            "  token=\"hunter2",
            "auth { password = \"hunter2\" }",
            "\"token\": \"hunter2\"",
            "token = \u{201c}hunter2\u{201d}",
            "token = join(\"\", [\"hunter2\"])",
            "client_secret  \"hunter2\"",
            "client_secret \"hunter2",
        ] {
            let place = place_of(line, 0..2);
            assert!(!place.text.contains("hunter2"), "{}", place.text);
        }
        let shown = place_of("client_secret = env(\"ZOOM_SECRET\")", 0..2);
        assert!(shown.text.contains("ZOOM_SECRET"));
        assert!(place_of("token_url = \"https://x\"", 0..2).text.contains("https"));
    }

    #[test]
    fn a_concealed_file_shows_where_and_nothing_more() {
        let mut sources = Sources::default();
        let file = sources.add("people.csv", "id,password\nE1,hunter2\n".to_owned());
        sources.conceal(file);
        let place = sources.place(Span::new(file, 15..22));
        assert_eq!((place.line, place.column, place.text.as_str()), (2, 4, "   …"));
    }

    #[test]
    fn a_masked_span_is_hidden() {
        let mut sources = Sources::default();
        let file = sources.add("main.hcl", "default = \"hunter2\"\n".to_owned());
        sources.mask(Span::new(file, 10..19));
        let place = sources.place(Span::new(file, 10..19));
        assert_eq!(place.text, "default = *********");
    }

    #[test]
    fn a_very_long_line_is_cut_around_what_is_meant() {
        let text = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
        let place = place_of(&text, 5000..5004);
        assert!(place.text.len() <= 400);
        assert_eq!(
            place.text.get(place.range.start as usize..place.range.end as usize),
            Some("HERE")
        );
        assert_eq!(place.column, 5001);
    }
}

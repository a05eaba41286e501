//! A rough reading of an HCL text that the parser refused: where did the trouble begin?
//!
//! The parser stops where it can't go on, which is often far behind the slip. This scanner knows
//! quotes, templates, comments, heredocs and brackets, nothing else, and notes what never fits.

/// A slip that explains why a text doesn't parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// A `"` whose line ends before it is closed.
    Quote,
    /// An opening bracket that nothing closes.
    Open(char),
    /// A closing bracket that nothing opened.
    Close(char),
    /// A closing bracket of another kind than the open one, which stands at the offset.
    Mismatch(char, usize),
    /// A typographic quotation mark.
    Curly(char),
    /// A `'`.
    Single,
    /// A heredoc whose end marker never comes.
    Heredoc(String),
    /// A `/*` that nothing closes.
    Comment,
}

/// The first slip, with the bytes it covers.
pub(super) fn first_slip(text: &str) -> Option<(usize, usize, Slip)> {
    let mut scan = Scan::of(text);
    while let Some(c) = scan.peek() {
        if let Some(slip) = scan.step(c) {
            return Some(slip);
        }
    }
    let last = scan.open.last()?;
    let (at, c) = scan.suspect.unwrap_or((last.at, last.kind));
    Some((at, at + 1, Slip::Open(c)))
}

/// The first heredoc without a line, with the bytes of its beginning. The parser looks for the end marker
/// behind the first line only, so it would read on in what follows.
pub(super) fn empty_heredoc(text: &str) -> Option<(usize, usize)> {
    if !text.contains("<<") {
        return None;
    }
    let mut scan = Scan::of(text);
    while scan.empty.is_none()
        && let Some(c) = scan.peek()
        && scan.step(c).is_none()
    {}
    scan.empty
}

/// Reads a text token by token, as far as brackets go.
pub(super) struct Scan<'a> {
    text: &'a str,
    pub(super) at: usize,
    /// The first heredoc without a line.
    empty: Option<(usize, usize)>,
    /// Open brackets, and `$` for an open string whose template is being read.
    pub(super) open: Vec<Opened>,
    /// The line that was looked at last.
    line: Line,
    /// A bracket whose closing one stands further left than its own line: it took another's.
    suspect: Option<(usize, char)>,
}

/// A bracket that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    at: usize,
    kind: char,
    line: Line,
}

/// A line, as far as brackets are concerned.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    start: usize,
    /// Its first byte that is no blank.
    words: usize,
}

impl Line {
    fn of(text: &str, start: usize) -> Self {
        let rest = text.get(start..).unwrap_or("");
        let blank = |c: char| c.is_whitespace() && c != '\n';
        Self { start, words: start + (rest.len() - rest.trim_start_matches(blank).len()) }
    }
}

/// What a step stumbles over.
pub(super) type Found = Option<(usize, usize, Slip)>;

impl<'a> Scan<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let line = Line::of(text, 0);
        Self { text, at: 0, empty: None, open: Vec::new(), line, suspect: None }
    }

    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads one token that begins with `c`.
    pub(super) fn step(&mut self, c: char) -> Found {
        let start = self.at;
        let rest = self.rest();
        if c == '#' || rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len());
            return None;
        }
        if rest.starts_with("/*") {
            let Some(end) = rest.find("*/") else {
                self.at = self.text.len();
                return Some((start, start + 2, Slip::Comment));
            };
            self.at += end + 2;
            self.passed(start);
            return None;
        }
        if rest.starts_with("<<") {
            return self.heredoc();
        }
        self.at += c.len_utf8();
        match c {
            '"' => return self.string(start),
            '\'' => return Some((start, self.at, Slip::Single)),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' | '\u{00ab}'
            | '\u{00bb}' => return Some((start, self.at, Slip::Curly(c))),
            '\n' => self.passed(start),
            '{' | '[' | '(' => self.push(start, c),
            '}' | ']' | ')' => return self.close(start, c),
            // A word, or an indentation, in one step.
            ' ' => self.pass(|byte| byte == b' '),
            c if c.is_ascii_alphanumeric() => {
                self.pass(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            }
            _ => {}
        }
        None
    }

    /// Passes the ASCII characters that follow, as long as they are such.
    fn pass(&mut self, such: impl Fn(u8) -> bool) {
        self.at += self.rest().bytes().take_while(|byte| such(*byte)).count();
    }

    fn close(&mut self, start: usize, c: char) -> Found {
        let Some(Opened { at: opened, kind, line }) = self.open.pop() else {
            return Some((start, start + 1, Slip::Close(c)));
        };
        if kind == '$' && c == '}' {
            // The end of `${…}`: go on with the string around it.
            return self.string_rest(opened);
        }
        let fits = matches!((kind, c), ('{', '}') | ('[', ']') | ('(', ')'));
        if !fits {
            return Some((start, start + 1, Slip::Mismatch(c, opened)));
        }
        let first_on_line = start <= self.line.words;
        let indent = line.words.min(opened).saturating_sub(line.start);
        let shallower = start.saturating_sub(self.line.start) < indent;
        if first_on_line && shallower && self.suspect.is_none() {
            self.suspect = Some((opened, kind));
        }
        None
    }

    /// Notes the line that stands behind what was read since `from`.
    fn passed(&mut self, from: usize) {
        let read = self.text.get(from..self.at).unwrap_or("");
        if let Some(end) = read.rfind('\n') {
            self.line = Line::of(self.text, from + end + 1);
        }
    }

    fn push(&mut self, at: usize, kind: char) {
        self.open.push(Opened { at, kind, line: self.line });
    }

    fn string(&mut self, start: usize) -> Found {
        self.string_rest(start)
    }

    /// Reads on in a string that began at `start`, up to its end or to the next template.
    fn string_rest(&mut self, start: usize) -> Found {
        loop {
            self.pass(|byte| !matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'\n'));
            let Some(c) = self.peek() else { break };
            let rest = self.rest();
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                self.at += 3;
                continue;
            }
            if rest.starts_with("${") || rest.starts_with("%{") {
                self.at += 2;
                self.push(start, '$');
                return None;
            }
            match c {
                '\n' => break,
                '\\' => {
                    self.at += 1;
                    self.at += self.peek().filter(|c| *c != '\n').map_or(0, char::len_utf8);
                }
                '"' => {
                    self.at += 1;
                    return None;
                }
                _ => self.at += c.len_utf8(),
            }
        }
        Some((start, start + 1, Slip::Quote))
    }

    fn heredoc(&mut self) -> Found {
        let start = self.at;
        let rest = self.rest();
        let marker = rest.trim_start_matches('<').trim_start_matches('-');
        let line_end = marker.find('\n').unwrap_or(marker.len());
        let name = marker.get(..line_end).unwrap_or("").trim().to_owned();
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            self.at += 2;
            return None;
        }
        let mut at = start + (rest.len() - marker.len()) + line_end;
        for (number, line) in self.text.get(at..).unwrap_or("").split_inclusive('\n').enumerate() {
            at += line.len();
            if line.trim() == name {
                // The first piece is the rest of the line that names the marker.
                if number == 1 {
                    self.empty.get_or_insert((start, start + 2 + name.len()));
                }
                self.at = at;
                self.passed(start);
                return None;
            }
        }
        self.at = self.text.len();
        Some((start, start + 2 + name.len(), Slip::Heredoc(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Slip, empty_heredoc, first_slip};

    #[test]
    fn finds_a_heredoc_without_a_line() {
        for (text, at) in [
            ("a = <<EOT\nEOT\n", Some((4, 9))),
            ("a = <<-EOT\n  EOT\nb = <<EOT\nx\nEOT\n", Some((4, 9))),
            ("a = <<EOT\n\nEOT\n", None),
            ("a = <<EOT\nx\nEOT\nb = [<<E\nE\n]\n", Some((21, 24))),
            ("# a = <<EOT\nEOT = 1\n", None),
            ("a = \"<<EOT\"\n", None),
            ("a = 1 < 2\n", None),
        ] {
            assert_eq!(empty_heredoc(text), at, "{text}");
        }
    }

    #[test]
    fn a_line_of_brackets_is_read_once() {
        let many = 200_000;
        for line in ["", "  a = {\n  b = "] {
            let fits = format!("{line}{}{}", "[".repeat(many), "]".repeat(many));
            assert_eq!(first_slip(&fits).is_some(), line.contains('{'));
        }
        // Comments and heredocs hold lines too.
        for between in ["/* x\n */", "c = <<E\nx\nE\n", "\n\n"] {
            let text = format!("a {{\n  b = {{\n{between}    c = 1\n}}\n\nd {{\n}}\n");
            assert_eq!(first_slip(&text), Some((10, 11, Slip::Open('{'))), "{text}");
        }
    }

    #[test]
    fn finds_where_the_trouble_began() {
        let at = |text: &str| first_slip(text).map(|(start, _, slip)| (start, slip));
        let cases = [
            ("a = 1\n", None),
            ("a = \"x ${f(\"y\")} z\"\nb {\n}\n", None),
            ("a = <<-EOF\n  it's \"fine\n  EOF\n", None),
            ("# it's fine \u{201c}\na = 1 // \"\n/* { */\n", None),
            ("a = \"$${x\"\nb = \"\\\"\"\n", None),
            ("a = \"x\nb = 1\n", Some((4, Slip::Quote))),
            ("a = 'x'\n", Some((4, Slip::Single))),
            ("a = \u{201c}x\u{201d}\n", Some((4, Slip::Curly('\u{201c}')))),
            ("a {\n  b = 1\n", Some((2, Slip::Open('{')))),
            ("a {\n}\n}\n", Some((6, Slip::Close('}')))),
            ("a = [1, 2\nb {\n}\n", Some((4, Slip::Open('[')))),
            ("a = [1, (2]\n", Some((10, Slip::Mismatch(']', 8)))),
            ("a = <<EOF\ntext\n", Some((4, Slip::Heredoc("EOF".to_owned())))),
            // The block closes the map's brace; its indentation gives the map away.
            ("a {\n  b = {\n    c = 1\n}\n\nd {\n}\n", Some((10, Slip::Open('{')))),
        ];
        for (text, expected) in cases {
            assert_eq!(at(text), expected, "{text}");
        }
    }
}

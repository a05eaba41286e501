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
    let (at, c) = scan.suspect.or_else(|| scan.open.last().copied())?;
    scan.open.first()?;
    Some((at, at + 1, Slip::Open(c)))
}

/// Most that objects written out may cost together: each costs the square of its entries, since the parser
/// compares every key with all before it. One object of 30,000 entries is within it.
const MOST: u64 = 1_000_000_000;

/// A text of more bytes is parsed in parts of about this size, since its tree takes many times its memory.
const PART: usize = 1 << 20;

/// Where a large text may be cut so that each part is a sequence of whole blocks, or the object that is one
/// too many: told before the text is parsed.
pub(super) fn survey(text: &str) -> Result<Vec<usize>, usize> {
    let mut cuts = Vec::new();
    match too_heavy(text, &mut cuts) {
        Some(at) => Err(at),
        None => Ok(cuts),
    }
}

fn too_heavy(text: &str, cuts: &mut Vec<usize>) -> Option<usize> {
    let mut scan = Scan::of(text);
    // Where each open bracket is, whether it may be an object's, and what separates entries in it.
    let mut open: Vec<(usize, bool, u64)> = Vec::new();
    let (mut cost, mut last) = (0_u64, 0);
    let mut add = |object: bool, entries: u64| {
        cost = cost.saturating_add(if object { (entries + 1).saturating_pow(2) } else { 0 });
        cost > MOST
    };
    while let Some(c) = scan.peek() {
        let start = scan.at;
        if let (',' | '\n', Some((_, _, entries))) = (c, open.last_mut()) {
            *entries += 1;
        }
        let heredoc = scan.rest().starts_with("<<");
        let comment = c == '#' || scan.rest().starts_with("//") || scan.rest().starts_with("/*");
        let slip = scan.step(c).is_some();
        if heredoc {
            // What stands in its templates is not looked at closely.
            let body = text.get(start..scan.at).and_then(|body| body.get(body.find("${")?..));
            let entries = body.map_or(0, |body| body.matches([',', '\n']).count() as u64);
            if add(true, entries) {
                return Some(start);
            }
        }
        while open.len() > scan.open.len() {
            if let Some((at, object, entries)) = open.pop()
                && add(object, entries)
            {
                return Some(at);
            }
        }
        if open.len() < scan.open.len() {
            open.push((
                start,
                c != '[' && c != '(' && object_follows(text.get(..last).unwrap_or("")),
                0,
            ));
        }
        if slip {
            break;
        }
        let whole = c == '\n'
            && scan.open.is_empty()
            && text.as_bytes().get(..last).is_some_and(|before| before.ends_with(b"}"));
        if whole && scan.at - cuts.last().copied().unwrap_or(0) >= PART {
            cuts.push(scan.at);
        }
        if !c.is_whitespace() && !comment {
            last = scan.at;
        }
    }
    open.into_iter().find(|(_, object, entries)| add(*object, *entries)).map(|(at, _, _)| at)
}

/// Whether a brace behind this text begins an object: a block's stands behind a name or a label.
fn object_follows(before: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let rest = before.trim_end_matches(word);
    let name = before.get(rest.len()..).unwrap_or("");
    name == "in" || name.is_empty() && !before.ends_with('"')
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

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// The first heredoc without a line.
    empty: Option<(usize, usize)>,
    /// Open brackets, and `"` for an open string whose template is being read.
    open: Vec<(usize, char)>,
    /// A bracket whose closing one stands further left than its own line: it took another's.
    suspect: Option<(usize, char)>,
}

type Found = Option<(usize, usize, Slip)>;

impl<'a> Scan<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, at: 0, empty: None, open: Vec::new(), suspect: None }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads one token that begins with `c`.
    fn step(&mut self, c: char) -> Found {
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
            '{' | '[' | '(' => self.open.push((start, c)),
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
        let Some((opened, kind)) = self.open.pop() else {
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
        let first_on_line = self.line(start).0.trim().is_empty();
        let (before_opener, indent) = self.line(opened);
        let shallower = self.line(start).0.len() < indent;
        if first_on_line && shallower && !before_opener.is_empty() && self.suspect.is_none() {
            self.suspect = Some((opened, kind));
        }
        None
    }

    /// What stands before `at` on its line, and how far the line is indented.
    fn line(&self, at: usize) -> (&str, usize) {
        let head = self.text.as_bytes().get(..at).unwrap_or(&[]);
        // Nobody indents further than that, and a long line of brackets would be read again for each.
        let near = head.iter().rev().take(1_000).position(|byte| *byte == b'\n');
        let before = near.and_then(|back| self.text.get(at - back..at)).unwrap_or("");
        (before, before.len() - before.trim_start().len())
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
                self.open.push((start, '$'));
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
                return None;
            }
        }
        self.at = self.text.len();
        Some((start, start + 2 + name.len(), Slip::Heredoc(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::{PART, Slip, empty_heredoc, first_slip, survey};

    fn too_heavy(text: &str) -> Option<usize> {
        survey(text).err()
    }

    #[test]
    fn a_large_text_is_cut_between_blocks_only() {
        let block = "user \"a\" {\n  note = <<E\n}\nE\n  x = {\n}\n  y = \"}\"\n}\n";
        let text = block.repeat(3 * PART / block.len());
        let cuts = survey(&text).unwrap();
        assert_eq!(cuts.len(), 2);
        for cut in cuts {
            assert_eq!(cut % block.len(), 0);
        }
        assert_eq!(survey(&block.repeat(9)), Ok(Vec::new()));
        // Nothing behind a slip is looked at: it is in the last part.
        let broken = format!("{text}a = \"x\n{text}");
        assert_eq!(survey(&broken), survey(&text));
    }

    #[test]
    fn objects_without_end_are_found_before_they_are_parsed() {
        let entries = "a = 1, ".repeat(40_000);
        let lines = "a = 1\n".repeat(40_000);
        for heavy in [
            format!("a = {{{entries}}}"),
            format!("a = {{\n{lines}}}"),
            format!("a = {{\n{lines}"),
            format!("a = [for k in {{{entries}}} : k]"),
            format!("a = [for k in /* x */ {{{entries}}} : k]"),
            format!("a = \"${{ {{{entries}}} }}\""),
            format!("a = <<E\n${{ {{{entries}}} }}\nE\n"),
            format!("a = f({{{}}})\n", "a = 1, ".repeat(10_000)).repeat(11),
        ] {
            assert!(too_heavy(&heavy).is_some(), "{}", &heavy[..20]);
        }
        for light in [
            format!("locals {{\n{lines}}}\n"),
            format!("rule \"x\" {{\n{lines}}}\n"),
            format!("a = [{}]", "1, ".repeat(40_000)),
            format!("a = {{{}}}", "a = 1, ".repeat(30_000)),
            "a = { b = 1 }\n".repeat(40_000),
        ] {
            assert_eq!(too_heavy(&light), None, "{}", &light[..20]);
        }
    }

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

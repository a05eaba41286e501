//! An HCL text cut into tokens, comments and line breaks among them: what a layout moves about.
//!
//! The parser keeps no tokens, so they are read here. Only a text that it accepted gets this far.

/// What a token is, as far as a layout cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Newline,
    /// `/* … */`, or `#` or `//` with the line break that ends it.
    Comment,
    Ident,
    Number,
    OpenQuote,
    CloseQuote,
    /// `<<-NAME` with its line break.
    OpenHeredoc,
    /// The line with the name, without its line break.
    CloseHeredoc,
    /// What stands literally in a quoted text or a heredoc.
    Literal,
    /// `${`
    Interpolation,
    /// `%{`
    Directive,
    /// The `}` of both.
    TemplateEnd,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    Comma,
    Ellipsis,
    DoubleColon,
    Bang,
    Minus,
    Equal,
    Colon,
    Question,
    /// Any other operator with two sides.
    Operator,
    Other,
    /// The end of the text; what is blank before it stays.
    End,
}

/// A piece of the text, or of what is written in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Blanks before it.
    pub(super) spaces: u32,
}

impl<'a> Token<'a> {
    pub(super) fn new(kind: Kind, text: &'a str) -> Self {
        Self { kind, text, spaces: 0 }
    }

    /// How many brackets it opens, or closes where negative.
    pub(super) fn bracket(&self) -> i64 {
        let opens = matches!(
            self.kind,
            Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::OpenParen
                | Kind::Interpolation
                | Kind::Directive
        );
        let closes = matches!(
            self.kind,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::TemplateEnd
        );
        i64::from(opens) - i64::from(closes)
    }

    /// Whether the line ends with it.
    pub(super) fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || self.kind == Kind::Comment && self.text.ends_with('\n')
    }
}

/// What is being read.
enum Mode<'a> {
    /// Expressions and blocks; in a template with the count of braces that are open.
    Code {
        template: bool,
        braces: usize,
    },
    Quoted,
    Heredoc {
        name: &'a str,
        line_start: bool,
    },
}

/// Cuts a text into tokens, the last of which is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, at: 0, found: Vec::new(), modes: Vec::new() };
    while lexer.step() {}
    lexer.found
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Token<'a>>,
    /// What stands around what is being read.
    modes: Vec<Mode<'a>>,
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || !c.is_ascii()
}

/// The first `at` bytes and the rest.
fn split(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// How many bytes of `text` pass.
fn span(text: &str, passes: impl Fn(char) -> bool) -> usize {
    text.find(|c| !passes(c)).unwrap_or(text.len())
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Takes the next `length` bytes as a token.
    fn take(&mut self, kind: Kind, length: usize) {
        let text = split(self.rest(), length).0;
        self.at += text.len();
        self.found.push(Token::new(kind, text));
    }

    fn step(&mut self) -> bool {
        match self.modes.last() {
            Some(Mode::Quoted) => self.quoted(),
            Some(Mode::Heredoc { name, line_start }) => {
                let (name, line_start) = (*name, *line_start);
                self.heredoc(name, line_start)
            }
            Some(Mode::Code { .. }) | None => self.code(),
        }
    }

    fn code(&mut self) -> bool {
        let blank = |c: char| c == ' ' || c == '\t' || c == '\r';
        let mut spaces = span(self.rest(), blank);
        let (blanks, rest) = split(self.rest(), spaces);
        // The end of a line may be a pair.
        spaces -= usize::from(blanks.ends_with('\r') && rest.starts_with('\n'));
        self.at += spaces;
        let from = self.found.len();
        let more = self.token();
        if let Some(token) = self.found.get_mut(from) {
            token.spaces = u32::try_from(spaces).unwrap_or(u32::MAX);
        }
        more
    }

    fn token(&mut self) -> bool {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else {
            self.take(Kind::End, 0);
            return false;
        };
        let line = || rest.find('\n').map_or(rest.len(), |at| at + 1);
        let (kind, length) = match c {
            '\n' => (Kind::Newline, 1),
            '\r' => (Kind::Newline, 2),
            '#' => (Kind::Comment, line()),
            '/' if rest.starts_with("//") => (Kind::Comment, line()),
            '/' if rest.starts_with("/*") => {
                (Kind::Comment, rest.find("*/").map_or(rest.len(), |at| at + 2))
            }
            '"' => {
                self.modes.push(Mode::Quoted);
                (Kind::OpenQuote, 1)
            }
            '<' if rest.starts_with("<<") => return self.open_heredoc(),
            '{' => {
                if let Some(Mode::Code { braces, .. }) = self.modes.last_mut() {
                    *braces += 1;
                }
                (Kind::OpenBrace, 1)
            }
            '}' => (self.close_brace(), 1),
            '~' if rest.starts_with("~}") => (self.close_brace(), 2),
            c if c.is_ascii_digit() => (Kind::Number, number(rest)),
            c if in_name(c) && c != '-' => (Kind::Ident, span(rest, in_name)),
            _ => operator(rest),
        };
        self.take(kind, length);
        true
    }

    fn close_brace(&mut self) -> Kind {
        match self.modes.last_mut() {
            Some(Mode::Code { template: true, braces: 0 }) => {
                self.modes.pop();
                Kind::TemplateEnd
            }
            Some(Mode::Code { braces, .. }) => {
                *braces = braces.saturating_sub(1);
                Kind::CloseBrace
            }
            Some(Mode::Quoted | Mode::Heredoc { .. }) | None => Kind::CloseBrace,
        }
    }

    fn open_heredoc(&mut self) -> bool {
        let rest = self.rest();
        let dashed = rest.strip_prefix("<<").unwrap_or(rest);
        let named = dashed.strip_prefix('-').unwrap_or(dashed);
        let name = split(named, span(named, in_name)).0;
        if name.is_empty() {
            self.take(Kind::Operator, 1);
            return true;
        }
        self.take(Kind::OpenHeredoc, rest.find('\n').map_or(rest.len(), |at| at + 1));
        self.modes.push(Mode::Heredoc { name, line_start: true });
        true
    }

    /// Takes what begins a template here, if one does.
    fn open_template(&mut self) -> bool {
        let rest = self.rest();
        let kind = if rest.starts_with("${") {
            Kind::Interpolation
        } else if rest.starts_with("%{") {
            Kind::Directive
        } else {
            return false;
        };
        if let Some(Mode::Heredoc { line_start, .. }) = self.modes.last_mut() {
            *line_start = false;
        }
        let strips = split(rest, 2).1.starts_with('~');
        self.take(kind, if strips { 3 } else { 2 });
        self.modes.push(Mode::Code { template: true, braces: 0 });
        true
    }

    fn quoted(&mut self) -> bool {
        if self.open_template() {
            return true;
        }
        let rest = self.rest();
        if rest.starts_with('"') {
            self.modes.pop();
            self.take(Kind::CloseQuote, 1);
            return true;
        }
        let length = literal(rest, |c, escaped| c == '"' && !escaped, true);
        self.literal(length)
    }

    fn heredoc(&mut self, name: &str, line_start: bool) -> bool {
        let rest = self.rest();
        if line_start {
            let indent = span(rest, |c| c == ' ' || c == '\t');
            let after = split(rest, indent).1.strip_prefix(name);
            if let Some(after) = after.filter(|after| !after.starts_with(in_name)) {
                let blank = span(after, |c| c == ' ' || c == '\t');
                let end = split(after, blank).1;
                let alone = end.is_empty() || end.starts_with(['\n', '\r']);
                self.modes.pop();
                let length = indent + name.len() + if alone { blank } else { 0 };
                self.take(Kind::CloseHeredoc, length);
                return true;
            }
        }
        if self.open_template() {
            return true;
        }
        let mut length = literal(rest, |c, _| c == '\n', false);
        let ends = split(rest, length).1.starts_with('\n');
        length += usize::from(ends);
        if let Some(Mode::Heredoc { line_start, .. }) = self.modes.last_mut() {
            *line_start = ends;
        }
        self.literal(length)
    }

    /// Takes literal text; none is left only where the text ends too early.
    fn literal(&mut self, length: usize) -> bool {
        if length == 0 {
            self.modes.clear();
            self.at = self.text.len();
            return true;
        }
        self.take(Kind::Literal, length);
        true
    }
}

/// How much of `text` is literal: up to a template or to a character that ends it.
fn literal(text: &str, ends: impl Fn(char, bool) -> bool, quoted: bool) -> usize {
    let mut escaped = false;
    let mut skip = 0;
    for (at, c) in text.char_indices() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let here = split(text, at).1;
        if !escaped {
            if here.starts_with("$${") || here.starts_with("%%{") {
                skip = 2;
                continue;
            }
            if here.starts_with("${") || here.starts_with("%{") {
                return at;
            }
        }
        if ends(c, escaped) {
            return at;
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    text.len()
}

/// How long the number is that `text` begins with: it ends in a digit.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let (mut at, mut end) = (0, 0);
    loop {
        match bytes.get(at) {
            Some(b'0'..=b'9') => {
                at += 1;
                end = at;
            }
            Some(b'.') => at += 1,
            Some(b'e' | b'E') if digit(at + 1) => at += 1,
            Some(b'e' | b'E')
                if matches!(bytes.get(at + 1), Some(b'+' | b'-')) && digit(at + 2) =>
            {
                at += 2;
            }
            _ => return end,
        }
    }
}

fn operator(text: &str) -> (Kind, usize) {
    const LONG: [(&str, Kind); 9] = [
        ("...", Kind::Ellipsis),
        ("::", Kind::DoubleColon),
        ("=>", Kind::Other),
        ("==", Kind::Operator),
        ("!=", Kind::Operator),
        (">=", Kind::Operator),
        ("<=", Kind::Operator),
        ("&&", Kind::Operator),
        ("||", Kind::Operator),
    ];
    if let Some((sign, kind)) = LONG.iter().find(|(sign, _)| text.starts_with(sign)) {
        return (*kind, sign.len());
    }
    let c = text.chars().next().unwrap_or(' ');
    let kind = match c {
        '[' => Kind::OpenBracket,
        ']' => Kind::CloseBracket,
        '(' => Kind::OpenParen,
        ')' => Kind::CloseParen,
        '.' => Kind::Dot,
        ',' => Kind::Comma,
        '!' => Kind::Bang,
        '-' => Kind::Minus,
        '=' => Kind::Equal,
        ':' => Kind::Colon,
        '?' => Kind::Question,
        '+' | '*' | '/' | '%' | '<' | '>' => Kind::Operator,
        _ => Kind::Other,
    };
    (kind, c.len_utf8())
}

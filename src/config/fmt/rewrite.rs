//! What `terraform fmt` writes in another way, apart from blanks: labels get quotes, `"${x}"` becomes
//! `x`, and types of variables their modern form.

use super::token::{Kind, Token};

/// Rewrites a file's tokens.
pub(super) fn rewrite<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut writer = Writer { tokens, at: 0, out: Vec::with_capacity(tokens.len()) };
    // The names of the blocks that are open.
    let mut blocks: Vec<&str> = Vec::new();
    while let Some(token) = writer.next() {
        if token.kind == Kind::CloseBrace {
            blocks.pop();
        } else if token.kind == Kind::Ident {
            writer.comments();
            if writer.peek() == Some(Kind::Equal) {
                writer.next();
                writer.value(blocks == ["variable"] && token.text == "type");
            } else {
                writer.labels();
                blocks.push(token.text);
            }
        }
    }
    writer.out
}

struct Writer<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    out: Vec<Token<'a>>,
}

impl<'a> Writer<'_, 'a> {
    fn peek(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// Takes the next token over as it is.
    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.get(self.at).copied()?;
        self.at += 1;
        self.out.push(token);
        Some(token)
    }

    fn comments(&mut self) {
        while self.peek() == Some(Kind::Comment) {
            self.next();
        }
    }

    /// The labels of a block and its opening brace.
    fn labels(&mut self) {
        while let Some(token) = self.tokens.get(self.at).copied() {
            if token.kind == Kind::Ident {
                self.at += 1;
                self.out.extend([
                    Token { spaces: token.spaces, ..Token::new(Kind::OpenQuote, "\"") },
                    Token::new(Kind::Literal, token.text),
                    Token::new(Kind::CloseQuote, "\""),
                ]);
                continue;
            }
            self.next();
            if token.kind == Kind::OpenBrace {
                return;
            }
        }
    }

    /// The value of an attribute, up to the end of its line or of its block.
    fn value(&mut self, is_type: bool) {
        let rest = self.tokens.get(self.at..).unwrap_or(&[]);
        let mut depth = 0;
        let end = rest.iter().position(|token| {
            let ends = token.ends_line() || matches!(token.kind, Kind::CloseBrace | Kind::End);
            let done = depth == 0 && ends;
            depth += token.bracket();
            done
        });
        let rest = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
        self.at += rest.len();
        let mut value = rest.to_vec();
        // A comment beside the value is none of it, one that an unwrapped template held neither.
        let mut behind = Vec::new();
        loop {
            let comments = value.iter().take_while(|token| token.kind == Kind::Comment).count();
            self.out.extend(value.drain(..comments));
            while value.last().is_some_and(|token| token.kind == Kind::Comment) {
                behind.extend(value.pop());
            }
            match if is_type { modern_type(&value) } else { unwrapped(&value) } {
                Some(modern) => value = modern,
                None => break,
            }
        }
        self.out.extend(value);
        self.out.extend(behind.into_iter().rev());
    }
}

/// `x` for `"${x}"`; `None` where the value is something else, or would not be the same without.
fn unwrapped<'a>(value: &[Token<'a>]) -> Option<Vec<Token<'a>>> {
    let [quote, open, inside @ .., close, end] = value else { return None };
    let wrapped = [quote.kind, open.kind, close.kind, end.kind]
        == [Kind::OpenQuote, Kind::Interpolation, Kind::TemplateEnd, Kind::CloseQuote];
    if !wrapped || inside.is_empty() {
        return None;
    }
    let (mut quotes, mut heredocs) = (0, 0);
    for token in inside {
        let is = |kind| i32::from(token.kind == kind);
        quotes += is(Kind::OpenQuote) - is(Kind::CloseQuote);
        heredocs += is(Kind::OpenHeredoc) - is(Kind::CloseHeredoc);
        // More than one template, or text beside it.
        let another = matches!(token.kind, Kind::Interpolation | Kind::TemplateEnd);
        let beside = token.kind == Kind::Literal && heredocs == 0;
        if quotes == 0 && (another || beside) {
            return None;
        }
    }
    let newline = |token: &&Token<'_>| token.kind == Kind::Newline;
    let from = inside.iter().take_while(newline).count();
    let inside = inside.get(from..)?;
    let bare = inside.get(..inside.len() - inside.iter().rev().take_while(newline).count())?;
    let mut depth = 0;
    let (mut closed, mut ended) = (None, false);
    for (at, token) in bare.iter().enumerate() {
        // Without the template, a line comment ends the value.
        ended |= depth == 0 && token.kind == Kind::Comment && token.ends_line();
        depth += token.bracket();
        if depth == 0 && closed.is_none() {
            closed = Some(at);
        }
    }
    // A parenthesis at the start holds all of the value only where it is closed at the very end.
    let parenthesised = bare.first().is_some_and(|token| token.kind == Kind::OpenParen)
        && closed.is_some_and(|at| at + 1 == bare.len());
    if bare.iter().any(|token| token.kind == Kind::Newline) && !parenthesised {
        let open = Token::new(Kind::OpenParen, "(");
        let close = Token::new(Kind::CloseParen, ")");
        return Some([&[open], bare, &[close]].concat());
    }
    // Terraform breaks the file here.
    (!ended).then(|| bare.to_vec())
}

/// The type of a variable as it is written today; `None` where it is so already.
fn modern_type<'a>(value: &[Token<'a>]) -> Option<Vec<Token<'a>>> {
    let ident = |text| Token::new(Kind::Ident, text);
    let collection = |name: &'a str, of| {
        vec![
            ident(name),
            Token::new(Kind::OpenParen, "("),
            ident(of),
            Token::new(Kind::CloseParen, ")"),
        ]
    };
    match value {
        [name] if name.kind == Kind::Ident && ["list", "map", "set"].contains(&name.text) => {
            Some(collection(name.text, "any"))
        }
        [quote, name, _] if quote.kind == Kind::OpenQuote && name.kind == Kind::Literal => {
            match name.text {
                "string" => Some(vec![ident("string")]),
                "list" | "map" => Some(collection(name.text, "string")),
                _ => None,
            }
        }
        _ => None,
    }
}

//! The white space of templates: `~` markers, and the indentation of `<<-` heredocs.
//!
//! Terraform sees a template as a flat run of literals and sequences; in a heredoc each line is a
//! literal of its own. A marker takes the white space off the literal next to it, so in a heredoc
//! off one line. Only then is the indentation taken off.

use std::vec::IntoIter;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip, Template};

/// How literals are read.
#[derive(Clone, Copy)]
pub(super) enum Style<'t> {
    /// As the parser has them.
    Quoted,
    /// From the source text, line by line, with or without the common indentation.
    Heredoc { text: &'t str, flush: bool },
}

/// One piece of the flat run.
struct Token {
    text: String,
    /// Which literal of the template it belongs to; none for a sequence.
    literal: Option<usize>,
}

/// A template's literals under way.
pub(super) struct Literals<'t> {
    style: Style<'t>,
    tokens: Vec<Token>,
    count: usize,
    /// Whether the next literal loses the white space at its start.
    strip_next: bool,
}

impl<'t> Literals<'t> {
    /// The literals of a template, in the order of the text.
    pub(super) fn of(template: &Template, style: Style<'t>) -> IntoIter<String> {
        let mut literals = Self { style, tokens: Vec::new(), count: 0, strip_next: false };
        literals.template(template);
        if let Style::Heredoc { flush: true, .. } = style {
            flush(&mut literals.tokens);
        }
        let mut texts = vec![String::new(); literals.count];
        for token in literals.tokens {
            if let Some(text) = token.literal.and_then(|at| texts.get_mut(at)) {
                text.push_str(&token.text);
            }
        }
        texts.into_iter()
    }

    fn template(&mut self, template: &Template) {
        for element in template {
            match element {
                Element::Literal(text) => match self.style {
                    Style::Quoted => self.literal([text.value().as_str()]),
                    Style::Heredoc { text: source, .. } => {
                        let written = text.span().and_then(|range| source.get(range));
                        let written = written.unwrap_or(text.value());
                        let plain = written.replace("$${", "${").replace("%%{", "%{");
                        self.literal(plain.split_inclusive('\n'));
                    }
                },
                Element::Interpolation(value) => self.sequence(value.strip),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => {
                        self.sequence(directive.if_expr.strip);
                        self.template(&directive.if_expr.template);
                        if let Some(else_) = &directive.else_expr {
                            self.sequence(else_.strip);
                            self.template(&else_.template);
                        }
                        self.sequence(directive.endif_expr.strip);
                    }
                    Directive::For(directive) => {
                        self.sequence(directive.for_expr.strip);
                        self.template(&directive.for_expr.template);
                        self.sequence(directive.endfor_expr.strip);
                    }
                },
            }
        }
    }

    fn literal<'a>(&mut self, lines: impl IntoIterator<Item = &'a str>) {
        for line in lines {
            let strip = std::mem::take(&mut self.strip_next);
            let text = if strip { line.trim_start() } else { line };
            self.tokens.push(Token { text: text.to_owned(), literal: Some(self.count) });
        }
        self.count += 1;
    }

    fn sequence(&mut self, strip: Strip) {
        if strip.strip_start()
            && let Some(Token { text, literal: Some(_) }) = self.tokens.last_mut()
        {
            text.truncate(text.trim_end().len());
        }
        self.tokens.push(Token { text: String::new(), literal: None });
        self.strip_next = strip.strip_end();
    }
}

/// Takes the smallest indentation off every line. A blank line doesn't count; a line that starts
/// with a sequence has none.
fn flush(tokens: &mut [Token]) {
    let mut fewest = usize::MAX;
    let mut starts = Vec::new();
    let mut at_start = true;
    for (at, token) in tokens.iter().enumerate() {
        if at_start {
            at_start = false;
            let spaces = match token.literal {
                None => 0,
                Some(_) if token.text.ends_with('\n') && token.text.trim().is_empty() => usize::MAX,
                Some(_) => {
                    starts.push(at);
                    token.text.chars().take_while(|c| c.is_whitespace()).count()
                }
            };
            fewest = fewest.min(spaces);
        }
        at_start |= token.text.ends_with('\n');
    }
    for at in starts {
        if let Some(token) = tokens.get_mut(at) {
            token.text = token.text.chars().skip(fewest).collect();
        }
    }
}

//! Where tokens stand: indentation, blanks between them, and `=` and comments of neighbouring lines
//! below one another. Nothing but blanks changes, as in `terraform fmt`.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::spaces::space_between;
use super::token::{Kind, Token};

/// One line's tokens in up to three cells; each cell of consecutive lines is aligned.
#[derive(Clone, Debug)]
struct Line {
    /// All that is in no other cell.
    lead: Range<usize>,
    /// From `=` on, where the value ends on the line. Empty where there is none.
    assign: Range<usize>,
    /// The comment behind something else. Empty where there is none.
    comment: Range<usize>,
}

/// Sets the blanks before every token.
pub(super) fn lay_out(tokens: &mut [Token<'_>]) {
    let lines = lines(tokens);
    indent(tokens, &lines);
    for line in &lines {
        space(tokens, &line.lead);
        space(tokens, &line.assign);
    }
    align(tokens, &lines, |line| line.assign.clone(), |line| line.lead.clone());
    align(tokens, &lines, |line| line.comment.clone(), |line| line.lead.start..line.comment.start);
}

/// The tokens with their blanks as a text; `None` where it would be longer than `limit` bytes.
pub(super) fn text(tokens: &[Token<'_>], limit: u64) -> Option<String> {
    let length = |token: &Token<'_>| token.text.len() as u64 + u64::from(token.spaces);
    let length: u64 = tokens.iter().map(length).sum();
    let mut text = String::with_capacity(usize::try_from(length).ok().filter(|_| length <= limit)?);
    for token in tokens {
        text.extend(std::iter::repeat_n(' ', token.spaces as usize));
        text.push_str(token.text);
    }
    Some(text)
}

fn of<'t, 'a>(tokens: &'t [Token<'a>], range: &Range<usize>) -> &'t [Token<'a>] {
    tokens.get(range.clone()).unwrap_or(&[])
}

fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        if token.ends_line() {
            lines.push(line(tokens, start..at + 1));
            start = at + 1;
        } else if token.kind == Kind::End && start < at {
            lines.push(line(tokens, start..at));
        }
    }
    lines
}

fn line(tokens: &[Token<'_>], all: Range<usize>) -> Line {
    let end = all.end;
    let mut line = Line { lead: all, assign: end..end, comment: end..end };
    let cell = of(tokens, &line.lead);
    if cell.len() > 1 && cell.last().is_some_and(|token| token.kind == Kind::Comment) {
        line.comment = end - 1..end;
        line.lead.end -= 1;
        line.assign = line.lead.end..line.lead.end;
    }
    let cell = of(tokens, &line.lead);
    let equal = cell.iter().skip(1).position(|token| token.kind == Kind::Equal);
    if let Some(equal) = equal.map(|at| line.lead.start + at + 1) {
        let rest = equal..line.lead.end;
        if of(tokens, &rest).iter().map(Token::bracket).sum::<i64>() == 0 {
            line.lead.end = equal;
            line.assign = rest;
        }
    }
    line
}

/// Two blanks for each line that opened more brackets than it closed, and that is still open.
fn indent(tokens: &mut [Token<'_>], lines: &[Line]) {
    let mut open: Vec<i64> = Vec::new();
    for line in lines {
        let lead = of(tokens, &line.lead);
        let mut net = 0;
        if lead.first().is_none_or(|token| token.kind != Kind::Newline) {
            for token in lead {
                net += token.bracket();
                if token.kind == Kind::OpenHeredoc {
                    break;
                }
            }
            net += of(tokens, &line.assign).iter().map(Token::bracket).sum::<i64>();
        }
        let mut closed = -net;
        while closed > 0
            && let Some(last) = open.last_mut()
        {
            if closed < *last {
                *last -= closed;
                break;
            }
            closed -= *last;
            open.pop();
        }
        let depth = u32::try_from(open.len()).unwrap_or(u32::MAX);
        if net > 0 {
            open.push(net);
        }
        if let Some(first) = tokens.get_mut(line.lead.start).filter(|_| !line.lead.is_empty()) {
            first.spaces = if first.kind == Kind::Newline { 0 } else { depth.saturating_mul(2) };
        }
    }
}

/// Sets the blanks between the tokens of one cell.
fn space(tokens: &mut [Token<'_>], cell: &Range<usize>) {
    let Some(cell) = tokens.get_mut(cell.clone()) else { return };
    for at in 1..cell.len() {
        let before = at.checked_sub(2).and_then(|before| cell.get(before)).copied();
        if let Some([subject, after]) = cell.get_mut(at - 1..=at) {
            after.spaces = u32::from(space_between(before.as_ref(), subject, after));
        }
    }
}

/// Sets a cell of consecutive lines that have it below one another; `before` is what stands before it.
fn align(
    tokens: &mut [Token<'_>],
    lines: &[Line],
    cell: impl Fn(&Line) -> Range<usize>,
    before: impl Fn(&Line) -> Range<usize>,
) {
    for chain in lines.chunk_by(|a, b| cell(a).is_empty() == cell(b).is_empty()) {
        if chain.first().is_none_or(|line| cell(line).is_empty()) {
            continue;
        }
        let widths: Vec<u64> =
            chain.iter().map(|line| columns(of(tokens, &before(line)))).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (line, width) in chain.iter().zip(widths) {
            if let Some(token) = tokens.get_mut(cell(line).start) {
                token.spaces = u32::try_from(widest - width + 1).unwrap_or(u32::MAX);
            }
        }
    }
}

fn columns(tokens: &[Token<'_>]) -> u64 {
    let wide = |text: &str| {
        if text.is_ascii() && !text.contains('\r') {
            text.len()
        } else {
            text.graphemes(true).count()
        }
    };
    tokens.iter().map(|token| u64::from(token.spaces) + wide(token.text) as u64).sum()
}

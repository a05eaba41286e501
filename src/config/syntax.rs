//! From a text to an HCL tree, and what to say where there is none.

use hcl_edit::structure::Body;

use crate::diagnostic::{Diagnostic, FileId, Span};

use super::report::Report;
use super::scan::{Slip, empty_heredoc, first_slip};
use super::secrets;
use super::weight::{Heavy, MOST_PIECES, weigh};

/// Parses a file that is to be evaluated, and refuses what the parser reads wrong.
pub(super) fn read(report: &mut Report, file: FileId, secret: bool) -> Option<Body> {
    split_up(report, file)?;
    part(report, file, secret)
}

/// Cuts a large file into parts for [`part`], each a sequence of whole blocks. `None` where the file is too
/// much for the parser, which is reported.
pub(super) fn split(report: &mut Report, file: FileId) -> Option<Vec<FileId>> {
    let cuts = split_up(report, file)?;
    Some(report.sources.split(file, &cuts))
}

/// Parses a part of a file that is to be evaluated, and refuses what the parser reads wrong.
pub(super) fn part(report: &mut Report, file: FileId, secret: bool) -> Option<Body> {
    let body = tree(report, file, secret)?;
    let Some((start, end)) = empty_heredoc(report.sources.text(file)) else {
        return Some(body);
    };
    hide(report, file, secret);
    report.add(
        report
            .error(Span::new(file, start..end), "this heredoc has no line")
            .detail("what follows it would be read as its text")
            .help("a text that is empty is written `\"\"`"),
    );
    None
}

/// Parses a file. `secret` hides what stands behind every `=`: in a file of variables a misread line
/// may hold anything.
pub(super) fn parse(report: &mut Report, file: FileId, secret: bool) -> Option<Body> {
    split_up(report, file)?;
    tree(report, file, secret)
}

/// Weighs a text, and says where it may be cut.
fn split_up(report: &mut Report, file: FileId) -> Option<Vec<usize>> {
    match weigh(report.sources.text(file), report.pieces) {
        Ok(weight) => {
            report.pieces = weight.pieces;
            Some(weight.cuts)
        }
        Err(heavy) => {
            // Such a text is not looked through for secrets.
            report.sources.mask(Span::new(file, 0..report.sources.text(file).len()));
            let diagnostic = too_heavy(report, file, heavy);
            report.add(diagnostic);
            None
        }
    }
}

fn tree(report: &mut Report, file: FileId, secret: bool) -> Option<Body> {
    let error = match hcl_edit::parser::parse_body(report.sources.text(file)) {
        Ok(body) => return Some(body),
        Err(error) => error,
    };
    hide(report, file, secret);
    let diagnostic = explain(report, file, &error);
    report.add(diagnostic);
    None
}

fn too_heavy(report: &Report, file: FileId, heavy: Heavy) -> Diagnostic {
    let (at, summary, detail) = match heavy {
        Heavy::Objects(at) => (
            at,
            "the objects of this file have too many entries".to_owned(),
            "about 30,000 in one object, fewer in several",
        ),
        Heavy::Pieces(at) => (
            at,
            format!("the configuration has more than {MOST_PIECES} words and signs"),
            "all files together; a text in quotes counts once",
        ),
    };
    report.error(Span::new(file, at..at + 1), summary).detail(detail).help(
        "people stand in a `directory`; a large table stands in a JSON file: `jsondecode(file(\"…\"))`",
    )
}

/// Hides what may be a secret in a text that nothing understands.
fn hide(report: &mut Report, file: FileId, all: bool) {
    for (start, end) in secrets::suspects(report.sources.text(file), all) {
        report.sources.mask(Span::new(file, start..end));
    }
}

fn explain(report: &Report, file: FileId, error: &hcl_edit::parser::Error) -> Diagnostic {
    let text = report.sources.text(file);
    let gave_up = error.location().offset().min(text.len());
    let at = |start: usize, end: usize| report.place(Span::new(file, start..end));
    if let Some(diagnostic) = of_line(text, gave_up, &at).or_else(|| of_column(text, gave_up, &at))
    {
        return diagnostic;
    }
    // An unclosed bracket shows only at the end; anything else must stand before the parser gave up.
    let slip = first_slip(text).filter(|(start, _, slip)| {
        *start <= gave_up
            || matches!(slip, Slip::Quote | Slip::Curly(_) | Slip::Single)
                && line_of(text, *start) <= line_of(text, gave_up)
    });
    if let Some((start, end, slip)) = slip {
        return of_slip(&slip, at(start, end), &at);
    }
    let lone_return =
        text.bytes().zip(text.bytes().skip(1)).position(|(a, b)| a == b'\r' && b != b'\n');
    if let Some(start) = lone_return.filter(|start| *start <= gave_up) {
        return Diagnostic::error("a carriage return stands where a line should end")
            .at(at(start, start + 1))
            .help("save the file with line feeds (LF), or with CRLF");
    }
    let end =
        text.get(gave_up..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| gave_up + n);
    let rest = text.get(gave_up..end).unwrap_or("").trim_end();
    let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let width = rest.chars().next().map_or(0, char::len_utf8);
    let (summary, help) = wording(error.message(), rest, rest.get(..name).unwrap_or(""));
    Diagnostic::error(summary).at(at(gave_up, gave_up + name.max(width))).maybe_help(help)
}

/// The parser's words in ours. `rest` is what stands from where it gave up to the line's end.
fn wording(message: &str, rest: &str, name: &str) -> (String, Option<String>) {
    let own = |summary: &str, help: &str| (summary.to_owned(), Some(help.to_owned()));
    if message.contains("redefined attribute") {
        return own(&format!("`{name}` is set twice in this block"), "remove one of the two");
    }
    if message.contains("nesting depth") || message.contains("binary operators") {
        let limit = message.rsplit("expected ").next().unwrap_or(message);
        return own(
            &format!("this is nested too deeply: {limit}"),
            "put parts of it into `locals`",
        );
    }
    if message.starts_with("invalid expression") && rest.is_empty() {
        return own("a value is missing here", "text stands in double quotes: `\"…\"`");
    }
    if message == "expected newline or eof" {
        return own(
            "the line should end here",
            "each argument stands on a line of its own; text stands in double quotes",
        );
    }
    if message == "expected `]`" || message == "expected `)` or expression" {
        return own("a comma or the closing bracket is missing here", "items are joined by commas");
    }
    (format!("this can't stand here: {}", message.replace('\n', "; ")), None)
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count()
}

fn of_slip(
    slip: &Slip,
    place: crate::diagnostic::Place,
    at: &dyn Fn(usize, usize) -> crate::diagnostic::Place,
) -> Diagnostic {
    match slip {
        Slip::Quote => Diagnostic::error("this quote is not closed on its line")
            .at(place)
            .help("close it with `\"`; text over several lines is written as a heredoc: `<<-EOT`"),
        Slip::Open(c) => Diagnostic::error(format!("this `{c}` is never closed"))
            .at(place)
            .help(format!("add the `{}` where it should end", closing(*c))),
        Slip::Close(c) => Diagnostic::error(format!("nothing is open that this `{c}` could close"))
            .at(place)
            .help("remove it, or add the opening one"),
        Slip::Mismatch(c, opened) => {
            Diagnostic::error(format!("this `{c}` closes a bracket of another kind"))
                .at(place)
                .related(at(*opened, *opened + 1), "this one is open here")
        }
        Slip::Curly(c) => Diagnostic::error(format!("`{c}` is a typographic quotation mark"))
            .at(place)
            .help("HCL wants the straight one: `\"`"),
        Slip::Single => Diagnostic::error("HCL has no single quotes")
            .at(place)
            .help("write text in double quotes: `\"…\"`"),
        Slip::Heredoc(name) => {
            Diagnostic::error(format!("the end `{name}` of this text never comes"))
                .at(place)
                .help(format!("write `{name}` alone on a line where the text ends"))
        }
        Slip::Comment => Diagnostic::error("this comment is never closed")
            .at(place)
            .help("close it with `*/`, or use `#` for one line"),
    }
}

fn closing(c: char) -> char {
    match c {
        '[' => ']',
        '(' => ')',
        _ => '}',
    }
}

/// Slips that show in the line where the parser gave up: `name: value`, `name "value"`.
fn of_line(
    text: &str,
    gave_up: usize,
    at: &dyn Fn(usize, usize) -> crate::diagnostic::Place,
) -> Option<Diagnostic> {
    let from = text.get(..gave_up)?.rfind('\n').map_or(0, |nl| nl + 1);
    let line = text.get(from..)?.lines().next()?;
    let body = line.trim_start();
    let indent = line.len() - body.len();
    let name_len = body.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))?;
    let name = body.get(..name_len).filter(|name| !name.is_empty())?;
    let rest = body.get(name_len..)?;
    let gap = rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    let start = from + indent + name_len + gap;
    if rest.starts_with(':') {
        return Some(
            Diagnostic::error("a value is given with `=`, not with `:`")
                .at(at(start, start + 1))
                .help(format!("write `{name} = …`")),
        );
    }
    let value =
        rest.starts_with(['"', '[']) || rest.chars().next().is_some_and(|c| c.is_ascii_digit());
    let alone = !line.contains('{') && !line.contains('=') && rest.matches('"').count() % 2 == 0;
    if value && alone {
        return Some(
            Diagnostic::error(format!("`{name}` has no `=` before its value"))
                .at(at(start, start + 1))
                .help(format!("write `{name} = …`; a block has its `{{` on the same line")),
        );
    }
    let inner = line.split_once('{').map(|(_, inner)| inner)?;
    (inner.matches('=').count() > 1
        && line.contains('}')
        && !line.get(..line.find('{')?)?.contains('='))
    .then(|| {
        Diagnostic::error("a block on one line takes one argument only")
            .at(at(gave_up, gave_up + 1))
            .help("write each argument on a line of its own")
    })
}

/// A column whose name has blanks in it: `person.first name`.
fn of_column(
    text: &str,
    gave_up: usize,
    at: &dyn Fn(usize, usize) -> crate::diagnostic::Place,
) -> Option<Diagnostic> {
    const PERSON: &str = "person.";
    let from = text.get(..gave_up)?.rfind('\n').map_or(0, |nl| nl + 1);
    let start = from + text.get(from..gave_up)?.rfind(PERSON)?;
    let rest = text.get(start + PERSON.len()..)?;
    let end =
        rest.find(|c: char| !(c.is_alphanumeric() || " _-".contains(c))).unwrap_or(rest.len());
    let name = rest.get(..end)?.trim_end();
    let end = start + PERSON.len() + name.len();
    (name.contains(' ') && gave_up <= end).then(|| {
        Diagnostic::error("a name with blanks can't stand after a dot")
            .at(at(start, end))
            .help(format!("write the column in brackets: `person[\"{name}\"]`"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::report::Report;
    use super::super::weight::MOST_PIECES;
    use super::parse;

    #[test]
    fn all_texts_together_are_bounded() {
        let mut report = Report::default();
        report.pieces = MOST_PIECES - 5;
        let mut add = |text: &str| {
            let file = report.sources.add("x.auto.vars.hcl", text.to_owned());
            parse(&mut report, file, true).is_some()
        };
        assert!(add("a = 1\n") && !add("b = \"hunter2\"\n"));
        let found = report.finish().1;
        assert!(found[0].summary.contains("more than 6000000 words and signs"), "{found:?}");
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }

    #[test]
    fn depth_bombs_are_errors_not_crashes() {
        for bomb in ["[", "(", "{a=", "!", "\"${", "f("] {
            let mut report = Report::default();
            let text = format!("a = {}", bomb.repeat(10_000));
            let file = report.sources.add("main.hcl", text);
            assert!(parse(&mut report, file, false).is_none());
        }
    }
}

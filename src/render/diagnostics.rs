//! Findings as rustc prints them: file, line, column, source line, caret, ways out.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::commands::after_blanks;
use super::plain::{plain, plain_lines};
use crate::diagnostic::{Diagnostic, Place, Severity};

/// Lays findings out, one after another, in the order given.
pub fn diagnostics(found: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in found {
        text.push_str(&one(diagnostic, &renderer));
        text.push_str("\n\n");
    }
    text
}

fn one(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    // One line, whatever words of a service stand in it.
    let summary = plain(&diagnostic.summary);
    let detail = diagnostic.detail.as_deref().map(plain_lines);
    let place = diagnostic.place.as_ref().map(Line::of);
    let related: Vec<(Line, String)> = diagnostic
        .related
        .iter()
        .map(|(place, label)| (Line::of(place), plain_lines(label)))
        .collect();
    let help: Vec<String> = diagnostic.help.iter().map(|help| plain_lines(help)).collect();

    let mut group = Group::with_title(level.primary_title(&*summary));
    // Only one line fits beneath a caret.
    let label = detail.as_deref().filter(|detail| place.is_some() && !detail.contains('\n'));
    if let Some(place) = &place {
        group = place.add_to(group, label);
    }
    if let (Some(detail), None) = (&detail, label) {
        group = group.element(Level::NOTE.no_name().message(detail.as_str()));
    }
    for (line, label) in &related {
        group = line.add_to(group, Some(label));
    }
    for help in &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    with_arrows(renderer.render(&[group]))
}

/// The same with an arrow before each file, as before the first: a line that begins with `::` is a command to GitHub.
fn with_arrows(text: String) -> String {
    if !text.contains("::: ") {
        return text;
    }
    let line = |line: &str| {
        let rest = after_blanks(line);
        let begin = line.strip_suffix(rest).unwrap_or("");
        rest.strip_prefix(":::").map(|rest| format!("{begin}-->{rest}"))
    };
    text.split_inclusive('\n').map(|it| line(it).unwrap_or_else(|| it.to_owned())).collect()
}

/// A source line that is safe to show, with the part that is meant.
struct Line {
    file: String,
    number: usize,
    column: usize,
    text: String,
    range: std::ops::Range<usize>,
}

impl Line {
    fn of(place: &Place) -> Self {
        let (start, end) = (place.range.start as usize, place.range.end as usize);
        let part = |from: usize, to: usize| show(place.text.get(from..to).unwrap_or(""));
        let (before, meant) = (part(0, start), part(start, end));
        let after = part(end, place.text.len());
        let range = before.len()..before.len() + meant.len();
        Self {
            file: plain(&place.file).into_owned(),
            number: usize::try_from(place.line).unwrap_or(usize::MAX),
            column: usize::try_from(place.column).unwrap_or(usize::MAX),
            text: format!("{before}{meant}{after}"),
            range,
        }
    }

    fn add_to<'a>(&'a self, group: Group<'a>, label: Option<&'a str>) -> Group<'a> {
        if self.number == 0 {
            return group.element(Origin::path(self.file.as_str()));
        }
        let annotation = AnnotationKind::Primary.span(self.range.clone()).label(label);
        let snippet =
            Snippet::source(self.text.as_str()).line_start(self.number).annotation(annotation);
        let shown = self.text.get(..self.range.start).unwrap_or("").chars().count() + 1;
        if shown == self.column {
            return group.element(snippet.path(self.file.as_str()));
        }
        // The line was cut, or what is hostile in it got longer: the column is then said apart.
        let origin = Origin::path(self.file.as_str()).line(self.number).char_column(self.column);
        group.element(origin).element(snippet)
    }
}

/// A tab is no threat in a source line, but its width is anybody's guess.
fn show(text: &str) -> String {
    plain(&text.replace('\t', "    ")).into_owned()
}

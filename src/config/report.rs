//! What one reading finds: the texts, and the diagnostics that point into them.

use crate::diagnostic::{Diagnostic, Place, Sources, Span};

/// How many findings of one kind are shown before the rest is only counted.
pub(super) const SHOWN: usize = 20;

/// How many findings one run shows in all.
const MOST: usize = 200;
/// With so many findings nothing more is looked for: whoever mends the first finds the next.
const ENOUGH: usize = 1_000;
/// Longest text of a finding, in bytes: a name may be as long as its file.
const LONGEST: usize = 1_000;

/// The texts read so far and what was found in them.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) sources: Sources,
    /// How many pieces the texts have that were parsed.
    pub(super) pieces: u64,
    /// How many bytes all texts have.
    pub(super) bytes: u64,
    found: Vec<Diagnostic>,
    /// Errors about people that can't be used: they stop only the connections that take these in.
    contained: Vec<Diagnostic>,
}

impl Report {
    /// Adds a finding.
    pub(super) fn add(&mut self, mut diagnostic: Diagnostic) {
        let texts = [&mut diagnostic.summary].into_iter();
        let texts = texts.chain(&mut diagnostic.detail).chain(&mut diagnostic.help);
        for text in texts.chain(diagnostic.related.iter_mut().map(|(_, label)| label)) {
            shorten(text);
        }
        self.found.push(diagnostic);
    }

    /// Whether so much was found that the rest need not be looked for.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() + self.contained.len() >= ENOUGH
    }

    /// Adds findings.
    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.add(diagnostic));
    }

    /// Where a span stands.
    pub(super) fn place(&self, span: Span) -> Place {
        self.sources.place(span)
    }

    /// An error at a span, not yet added.
    pub(super) fn error(&self, span: Span, summary: impl Into<String>) -> Diagnostic {
        Diagnostic::error(summary).at(self.place(span))
    }

    /// A warning at a span, not yet added.
    pub(super) fn warning(&self, span: Span, summary: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(summary).at(self.place(span))
    }

    /// How many findings there are; to tell whether a step added any.
    pub(super) fn mark(&self) -> usize {
        self.found.len()
    }

    /// Whether any error was added since `mark`.
    pub(super) fn failed_since(&self, mark: usize) -> bool {
        self.found.get(mark..).is_some_and(crate::diagnostic::any_error)
    }

    /// Takes the errors of `step` apart from those that stop everything, since they are about people whom a directory
    /// has.
    pub(super) fn contain<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.mark();
        let result = step(self);
        self.contained.extend(self.found.extract_if(mark.., |found| found.is_error()));
        result
    }

    /// The texts and all findings, sorted and each once.
    pub(super) fn finish(mut self) -> (Sources, Vec<Diagnostic>) {
        self.found.append(&mut self.contained);
        crate::diagnostic::sort(&mut self.found);
        self.found.dedup();
        let hidden = self.found.len().saturating_sub(MOST);
        if hidden > 0 {
            // Sorted: what is left out is no worse than what is shown.
            let error = crate::diagnostic::any_error(&self.found);
            self.found.truncate(MOST);
            let summary = format!("{hidden} more findings are not shown, only the first {MOST}");
            self.found.push(if error {
                Diagnostic::error(summary)
            } else {
                Diagnostic::warning(summary)
            });
        }
        (self.sources, self.found)
    }
}

/// Cuts a text that is too long to read in the middle, so that both ends show.
fn shorten(text: &mut String) {
    if text.len() <= LONGEST {
        return;
    }
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (head, tail) = (floor(LONGEST / 2), floor(text.len() - LONGEST / 2));
    text.replace_range(head..tail, " … ");
}

/// `help` with the near name, or the list of names where none is near.
pub(super) fn suggest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    what: &str,
) -> String {
    if let Some(near) = crate::diagnostic::did_you_mean(name, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let names = list(known);
    if names.is_empty() { format!("there are no {what}") } else { format!("{what}: {names}") }
}

/// Names in backticks, joined by commas; a long list is cut.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.into_iter().collect();
    let mut shown: Vec<String> = all.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if all.len() > SHOWN {
        shown.push(format!("and {} more", all.len() - SHOWN));
    }
    shown.join(", ")
}

//! What one reading finds: the texts, and the diagnostics that point into them.

use crate::diagnostic::{Diagnostic, Place, Sources, Span};

/// How many findings of one kind are shown before the rest is only counted.
pub(super) const SHOWN: usize = 20;

/// The texts read so far and what was found in them.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) sources: Sources,
    found: Vec<Diagnostic>,
}

impl Report {
    /// Adds a finding.
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Adds findings.
    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.found.extend(diagnostics);
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

    /// The texts and the findings, sorted and each once.
    pub(super) fn finish(mut self) -> (Sources, Vec<Diagnostic>) {
        crate::diagnostic::sort(&mut self.found);
        self.found.dedup();
        (self.sources, self.found)
    }
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

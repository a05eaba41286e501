//! A finding about an expression, with its span.

use crate::diagnostic::{Diagnostic, Sources, Span};

/// A finding at a span.
///
/// `summary` never contains a value that was computed, only words of the text and names of types;
/// `detail` and `help` may, so they are dropped where secrets are near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// One line, lower case, without a full stop.
    pub summary: String,
    /// What stands beneath the caret.
    pub detail: Option<String>,
    /// Ways out.
    pub help: Vec<String>,
}

impl Problem {
    /// A problem at `span`.
    pub fn new(span: Span, summary: impl Into<String>) -> Self {
        Self { span, summary: summary.into(), detail: None, help: Vec::new() }
    }

    /// The same with `detail` beneath the caret.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same with one more way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The same with one more way out, if there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    /// The error diagnostic that says this, with its place.
    pub fn into_diagnostic(self, sources: &Sources) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.summary).at(sources.place(self.span));
        diagnostic.detail = self.detail;
        diagnostic.help = self.help;
        diagnostic
    }
}

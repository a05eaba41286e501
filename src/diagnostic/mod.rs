//! What Enroll tells people about their input: where, what, and the way out.
//!
//! The pure core reports [`Diagnostic`]s as data; only `render` lays them out and only `cli` prints
//! them. A diagnostic is self-contained: it carries the source line that it points at, so that
//! nothing after `config` needs the sources.

mod sources;
mod suggest;

pub use sources::{FileId, Place, Sources, Span};
pub use suggest::did_you_mean;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing goes on from here.
    Error,
    /// Goes on, but somebody should look.
    Warning,
    /// A remark.
    Note,
}

impl Severity {
    /// The word used in text and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One finding about the input, with its place and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One line, lower case, without a full stop.
    pub summary: String,
    /// What stands beneath the caret.
    pub detail: Option<String>,
    /// Where it is, if it is anywhere.
    pub place: Option<Place>,
    /// Other places that matter: the first definition, the other rule.
    pub related: Vec<(Place, String)>,
    /// Ways out, printed after everything else.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error that points nowhere yet.
    pub fn error(summary: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary)
    }

    /// A warning that points nowhere yet.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary)
    }

    /// A note that points nowhere yet.
    pub fn note(summary: impl Into<String>) -> Self {
        Self::new(Severity::Note, summary)
    }

    fn new(severity: Severity, summary: impl Into<String>) -> Self {
        Self {
            severity,
            summary: summary.into(),
            detail: None,
            place: None,
            related: Vec::new(),
            help: Vec::new(),
        }
    }

    /// The same, pointing at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same, pointing at `place` if there is one.
    #[must_use]
    pub fn maybe_at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
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

    /// The same with another place that matters.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// Whether nothing goes on from here.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts findings as people read them: errors before warnings before notes, then by file and line.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| d.place.as_ref().map(|p| (p.file.clone(), p.line, p.column));
        a.severity
            .cmp(&b.severity)
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.summary.cmp(&b.summary))
    });
}

/// Whether any finding stops the run.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

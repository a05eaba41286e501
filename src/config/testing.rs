//! Files in memory and findings on one line each, for the tests of this folder.

use std::collections::BTreeMap;
use std::io::Read;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, SourceError};

/// A configuration's files by path.
#[derive(Debug, Default)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, Vec<u8>>);

impl Memory {
    /// Files of text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
        Self(files.iter().map(owned).collect())
    }
}

impl Source for Memory {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        let in_root = |name: &&String| !name.contains('/') && !name.starts_with('.');
        Ok(self.0.keys().filter(in_root).cloned().collect())
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
        if path.split('/').any(|part| part == "..") || path.starts_with('/') {
            return Err(SourceError::Refused {
                path: path.to_owned(),
                why: "it is outside of the configuration's folder".to_owned(),
            });
        }
        let bytes = self.0.get(path).ok_or_else(|| SourceError::Missing(path.to_owned()))?;
        Ok(Box::new(std::io::Cursor::new(bytes.clone())))
    }
}

/// `file:line:column severity: summary | detail`, then an indented line for each other place and
/// each help.
pub(crate) fn render(diagnostics: &[Diagnostic]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for diagnostic in diagnostics {
        if let Some(place) = &diagnostic.place {
            let _ = write!(text, "{}:{}:{} ", place.file, place.line, place.column);
        }
        let _ = write!(text, "{}: {}", diagnostic.severity.word(), diagnostic.summary);
        if let Some(detail) = &diagnostic.detail {
            let _ = write!(text, " | {detail}");
        }
        text.push('\n');
        for (place, label) in &diagnostic.related {
            let _ = writeln!(text, "  {}:{}:{} {label}", place.file, place.line, place.column);
        }
        for help in &diagnostic.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    text
}

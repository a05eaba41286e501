//! Findings of a saved plan.

use serde::Deserialize;

use super::input::present;
use super::words::SeverityIn;
use crate::diagnostic::{Diagnostic, Place};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DiagnosticIn {
    severity: SeverityIn,
    summary: String,
    #[serde(deserialize_with = "present")]
    detail: Option<String>,
    #[serde(deserialize_with = "present")]
    file: Option<String>,
    #[serde(deserialize_with = "present")]
    line: Option<u32>,
    #[serde(deserialize_with = "present")]
    column: Option<u32>,
    #[serde(deserialize_with = "present")]
    help: Option<String>,
}

impl From<DiagnosticIn> for Diagnostic {
    fn from(read: DiagnosticIn) -> Self {
        let (line, column) = (read.line.unwrap_or(0), read.column.unwrap_or(0));
        let place = |file: String| Place {
            file: file.into(),
            line,
            column,
            text: String::new(),
            range: 0..0,
        };
        Self {
            severity: read.severity.0,
            summary: read.summary,
            detail: read.detail,
            place: read.file.map(place),
            related: Vec::new(),
            help: read.help.into_iter().collect(),
        }
    }
}

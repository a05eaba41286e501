//! `apply --format json`: one object a line, as it happens.

use serde::Serialize;

use super::error::JsonError;
use super::json::line;
use crate::event::{Event, Outcome, What};

#[derive(Serialize)]
struct JsonEvent<'a> {
    r#type: &'static str,
    address: String,
    action: &'static str,
    id: Option<&'a str>,
    error: Option<JsonError>,
}

#[derive(Serialize)]
struct JsonOutcome {
    r#type: &'static str,
    done: u64,
    failed: usize,
    not_started: u64,
}

/// One event as a line.
pub fn write(event: &Event) -> String {
    let (kind, trouble) = match &event.what {
        What::Start => ("start", None),
        What::Done => ("done", None),
        What::Failed(trouble) => ("failed", Some(trouble)),
        What::Skipped => ("skipped", None),
    };
    line(&JsonEvent {
        r#type: kind,
        address: event.address.to_string(),
        action: event.action.word(),
        id: event.id.as_deref(),
        error: trouble.map(|trouble| JsonError::of(&trouble.failure, trouble.attribute)),
    })
}

/// How an apply ended, as the last line.
pub fn summary(outcome: &Outcome) -> String {
    line(&JsonOutcome {
        r#type: "summary",
        done: outcome.done_in_all(),
        failed: outcome.failed.len(),
        not_started: outcome.not_started,
    })
}

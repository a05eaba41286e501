//! The audit log: one JSON object a line for each operation that an apply executed.

use serde::Serialize;

use super::error::JsonError;
use super::json;
use crate::model::Text;
use crate::port::Finished;

/// What all entries of one run have in common.
#[derive(Clone, Debug)]
pub struct Run {
    /// Who runs it, as `user@host`.
    pub who: String,
    /// Whom the CI service names as the one who started it.
    pub actor: Option<String>,
    /// Whether embedded accounts stand in for the services.
    pub sandbox: bool,
    /// The lineage of the state.
    pub lineage: Text,
    /// The serial of the state that the plan was made from.
    pub serial: u64,
}

#[derive(Serialize)]
struct JsonEntry<'a> {
    at: &'a str,
    who: &'a str,
    actor: Option<&'a str>,
    connection: &'a str,
    address: String,
    user_name: &'a str,
    id: Option<&'a str>,
    action: &'static str,
    result: &'static str,
    error: Option<JsonError>,
    tracking_id: Option<&'a str>,
    sandbox: bool,
    lineage: &'a str,
    serial: u64,
}

/// One operation as a line.
pub fn line(run: &Run, step: &Finished<'_>) -> String {
    let from_failure = step.failure.and_then(|(failure, _)| failure.tracking_id.as_deref());
    let entry = JsonEntry {
        at: step.at,
        who: &run.who,
        actor: run.actor.as_deref(),
        connection: &step.address.connection,
        address: step.address.to_string(),
        user_name: step.user_name,
        id: step.id.map(Text::as_str),
        action: step.action.word(),
        result: if step.failure.is_some() { "failed" } else { "done" },
        error: step.failure.map(|(failure, attribute)| JsonError::of(failure, attribute)),
        tracking_id: step.tracking_id.or(from_failure),
        sandbox: run.sandbox,
        lineage: &run.lineage,
        serial: run.serial,
    };
    json::line(&entry)
}

//! One file a command; each only wires.

pub(super) mod apply;
pub(super) mod completions;
pub(super) mod diff;
pub(super) mod fmt;
pub(super) mod force_unlock;
pub(super) mod init;
pub(super) mod plan;
pub(super) mod sandbox;
pub(super) mod show;
pub(super) mod state;
pub(super) mod test_connection;
pub(super) mod validate;
pub(super) mod version;

use super::exit::{Exit, Stop};
use crate::diagnostic::Diagnostic;

/// A runtime for a command that talks.
fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(
        |error| {
            Stop::new(
                Exit::Error,
                vec![Diagnostic::error(format!("the runtime does not start: {error}"))],
            )
        },
    )
}

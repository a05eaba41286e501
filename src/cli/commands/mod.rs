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

use tokio::runtime::{Builder, Runtime};

use super::exit::{Exit, Stop};
use crate::diagnostic::Diagnostic;

/// A runtime for a command that talks, on this one thread: each hand-over to another costs more than the work
/// that a request makes.
fn runtime() -> Result<Runtime, Stop> {
    started(Builder::new_current_thread().enable_all().build())
}

/// A runtime for a command that others talk to.
fn serving() -> Result<Runtime, Stop> {
    started(Builder::new_multi_thread().worker_threads(2).enable_all().build())
}

fn started(runtime: std::io::Result<Runtime>) -> Result<Runtime, Stop> {
    runtime.map_err(|error| {
        let said = Diagnostic::error(format!("the runtime does not start: {error}"));
        Stop::new(Exit::Error, vec![said])
    })
}

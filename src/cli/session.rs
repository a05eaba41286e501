//! What a command works on: the configuration and the state.

use std::path::PathBuf;

use super::context::Context;
use super::exit::{Exit, Stop};
use crate::config::{self, Configuration};
use crate::diagnostic::{self, Diagnostic};
use crate::disk::{CacheFile, Loaded, StateFile, WorkTree};
use crate::model::{Pace, Rate};

/// The state beside the configuration.
const STATE_FILE: &str = "enroll.state.json";
/// The folder of everything that is of this machine only.
pub(super) const PRIVATE_FOLDER: &str = ".enroll";

/// A configuration without errors, and the warnings about it.
#[derive(Debug)]
pub(super) struct Session {
    pub configuration: Configuration,
    pub warnings: Vec<Diagnostic>,
}

impl Session {
    /// Reads the configuration, or stops with everything that is wrong with it.
    pub(super) fn load(context: &Context) -> Result<Self, Stop> {
        let tree = WorkTree::new(&context.root);
        let loaded = config::load(&tree, &context.inputs()?);
        match loaded.configuration {
            Some(mut configuration) if !diagnostic::any_error(&loaded.diagnostics) => {
                if context.sandbox {
                    for connection in configuration.desired.connections.values_mut() {
                        connection.settings.rate = Rate::all(Pace::Unlimited);
                    }
                }
                Ok(Self { configuration, warnings: loaded.diagnostics })
            }
            Some(_) | None => Err(Stop::new(Exit::Error, loaded.diagnostics)),
        }
    }
}

/// The file of the state: the sandbox has one of its own, apart from the real one.
pub(super) fn state_file(context: &Context) -> StateFile {
    let file = if context.sandbox {
        sandbox_folder(context).join(STATE_FILE)
    } else {
        below(context, STATE_FILE)
    };
    StateFile::new(file)
}

/// Where the embedded accounts are kept.
pub(super) fn sandbox_folder(context: &Context) -> PathBuf {
    below(context, PRIVATE_FOLDER).join("sandbox")
}

/// A path in the working folder, as a person would write it: without `./`.
fn below(context: &Context, name: &str) -> PathBuf {
    if context.root.as_os_str() == "." { name.into() } else { context.root.join(name) }
}

/// Where closer looks at a connection's accounts are remembered.
pub(super) fn cache_file(context: &Context, connection: &str) -> CacheFile {
    let folder =
        if context.sandbox { sandbox_folder(context) } else { context.root.join(PRIVATE_FOLDER) };
    CacheFile::new(folder.join("cache").join(format!("{connection}.json")))
}

/// Reads the state; one that was never written is empty.
pub(super) fn load_state(file: &StateFile) -> Result<Loaded, Stop> {
    Ok(file.load()?.unwrap_or_default())
}

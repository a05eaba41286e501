//! What a command works on: the configuration and the state.

use std::path::PathBuf;

use super::clock;
use super::context::Context;
use super::exit::{Exit, Stop};
use crate::config::{self, Configuration};
use crate::crypt::Crypt;
use crate::diagnostic::{self, Diagnostic};
use crate::disk::{self, CacheFile, Seen, StateFile, WorkTree};
use crate::model::{Pace, Rate};
use crate::state::State;

/// The state beside the configuration.
pub(super) const STATE_FILE: &str = "enroll.state.json";
/// The folder of everything that is of this machine only.
pub(super) const PRIVATE_FOLDER: &str = ".enroll";

/// A configuration, and the warnings about it. Among these are errors where people can't be used that some
/// connections take in: the others go on.
#[derive(Debug)]
pub(super) struct Session {
    pub configuration: Configuration,
    pub warnings: Vec<Diagnostic>,
}

impl Session {
    /// Reads the configuration, or stops with everything that is wrong with it. No service is asked.
    pub(super) fn load(context: &Context) -> Result<Self, Stop> {
        let session = Self::load_usable(context)?;
        if diagnostic::any_error(&session.warnings) {
            return Err(Stop::new(Exit::Error, session.warnings));
        }
        Ok(session)
    }

    /// The same, but goes on where some connections take in people that can't be used.
    pub(super) fn load_usable(context: &Context) -> Result<Self, Stop> {
        Self::of(context, config::load(&Self::tree(context), &context.inputs()?))
    }

    /// Stops with everything that was found where there is no connection that can be planned.
    pub(super) fn some_usable(self) -> Result<Self, Stop> {
        let connections = self.configuration.desired.connections.values();
        let mut enabled = connections.filter(|connection| connection.settings.enabled).peekable();
        if enabled.peek().is_some() && enabled.all(|connection| connection.unusable) {
            return Err(Stop::new(Exit::Error, self.warnings));
        }
        Ok(self)
    }

    /// How a run ends for the sake of people that can't be used.
    pub(super) fn exit(&self) -> Exit {
        if diagnostic::any_error(&self.warnings) { Exit::Error } else { Exit::Success }
    }

    /// The files of the configuration.
    pub(super) fn tree(context: &Context) -> WorkTree {
        WorkTree::new(&context.root)
            .without(context.variable_files())
            .without_credentials(Context::credential_files())
    }

    /// Takes what was read, or stops with everything that is wrong with it.
    pub(super) fn of(context: &Context, loaded: config::Loaded) -> Result<Self, Stop> {
        match loaded.configuration {
            Some(mut configuration) => {
                if context.sandbox {
                    for connection in configuration.desired.connections.values_mut() {
                        connection.settings.rate = Rate::all(Pace::Unlimited);
                    }
                }
                Ok(Self { configuration, warnings: loaded.diagnostics })
            }
            None => Err(Stop::new(Exit::Error, loaded.diagnostics)),
        }
    }
}

/// Refuses links in the place of Enroll's own files.
pub(super) fn no_links(context: &Context) -> Result<(), Stop> {
    Ok(disk::no_links(&context.root, PRIVATE_FOLDER, STATE_FILE)?)
}

/// Refuses files of Enroll's own that came with the repository.
pub(super) fn none_planted(context: &Context) -> Result<(), Stop> {
    let own_state = Context::environment("ENROLL_STATE_IN_GIT").is_some_and(|said| said == "1");
    let git = Context::for_git();
    let warnings = disk::none_tracked(&context.root, PRIVATE_FOLDER, STATE_FILE, own_state, &git)?;
    context.printer.diagnostics(&warnings);
    Ok(())
}

/// The file of a state beside the configuration: the sandbox has one of its own, apart from the real one.
pub(super) fn local_file(context: &Context, crypt: Crypt) -> StateFile {
    let file = if context.sandbox {
        sandbox_folder(context).join(STATE_FILE)
    } else {
        context.path(STATE_FILE)
    };
    StateFile::new(file, private_folder(context).join("applies")).encrypted(crypt)
}

/// What this machine has beside a shared state: the journal of an apply, and a lock of its own.
pub(super) fn shared_file(context: &Context, crypt: Crypt) -> StateFile {
    let folder = private_folder(context);
    let file = folder.join("remote").join(STATE_FILE);
    StateFile::new(file, folder.join("applies")).encrypted(crypt)
}

/// The folder of what is of this machine only: the sandbox has one of its own.
pub(super) fn private_folder(context: &Context) -> PathBuf {
    if context.sandbox { sandbox_folder(context) } else { context.path(PRIVATE_FOLDER) }
}

/// Where the embedded accounts are kept.
pub(super) fn sandbox_folder(context: &Context) -> PathBuf {
    context.path(PRIVATE_FOLDER).join("sandbox")
}

/// Where closer looks at a connection's accounts are remembered.
pub(super) fn cache_file(context: &Context, connection: &str, crypt: &Crypt) -> CacheFile {
    let file = format!("{connection}.json");
    CacheFile::new(private_folder(context).join("cache").join(file), crypt.clone())
}

/// Which states this machine has seen.
pub(super) fn seen_file(context: &Context) -> Seen {
    Seen::new(private_folder(context).join("seen.json"))
}

/// Refuses a state that is older than one seen here: a backup that came back, a branch that was not
/// pulled. What happened since would look as if others had done it.
pub(super) fn not_older(context: &Context, state: &State, accept: bool) -> Result<(), Stop> {
    let seen = seen_file(context);
    let newer = seen.check(&state.lineage, state.serial).map_err(|error| {
        Diagnostic::error(error.to_string())
            .help("it is only a memory of this machine: remove it where it is damaged")
    })?;
    match newer {
        Some(newer) if !accept => Err(Diagnostic::error(format!(
            "the state is older than one seen on this machine: its serial is {}, and {newer} was seen",
            state.serial
        ))
        .detail("what was done since would look as if somebody else had done it")
        .help("bring the newer state back: pull, or look for it in `.backup`")
        .help("if the older one is meant, say so: `--accept-older-state`")
        .into()),
        Some(_) => Ok(()),
        None => {
            if let Err(error) = seen.remember(&state.lineage, state.serial) {
                tracing::debug!("{error}");
            }
            Ok(())
        }
    }
}

/// Who holds the lock, since when and for what, in words.
pub(super) fn holder(command: &str) -> String {
    let user = Context::user();
    format!(
        "process {}{}, which runs `{command}` since {}",
        std::process::id(),
        user.map(|user| format!(" of {user}")).unwrap_or_default(),
        clock::now()
    )
}

/// Notes which state this machine has seen last. A note that can't be written costs a warning later.
pub(super) fn remember(context: &Context, lineage: &str, serial: u64) {
    if let Err(error) = seen_file(context).remember(lineage, serial) {
        tracing::debug!("{error}");
    }
}

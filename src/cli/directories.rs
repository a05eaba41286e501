//! Directories that are other services: lists their users before the configuration is read to its end.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::connect::{remote, said_of};
use super::context::Context;
use super::exit::{Exit, Stop};
use super::session::Session;
use crate::config::{self, Reading, Remote};
use crate::desired::Desired;
use crate::diagnostic::Diagnostic;
use crate::model::Text;
use crate::port::{Failure, FailureKind};
use crate::render::Doing;
use crate::scim::Client;
use crate::source::Fetched;

/// The directories whose people could not be had, and why.
#[derive(Default)]
pub(super) struct Unlisted {
    failed: BTreeMap<Text, Vec<Diagnostic>>,
    incomplete: bool,
}

impl Unlisted {
    /// Why a connection can't be planned, if an enabled rule of it takes people from one of them.
    pub(super) fn of(&self, desired: &Desired, name: &Text) -> Option<Vec<Diagnostic>> {
        let wants = |directory: &&Text| {
            desired.unread.get(*directory).is_some_and(|connections| connections.contains(name))
        };
        let directories: Vec<&Text> = self.failed.keys().filter(wants).collect();
        let first = directories.first()?;
        let connection = desired.connections.get(name)?;
        let mut found = vec![
            Diagnostic::error(format!(
                "connection `{name}` takes people from directory `{first}`, which can't be listed"
            ))
            .at(connection.place.clone())
            .detail("nothing is planned there; no account of this connection changes"),
        ];
        found.extend(
            directories.iter().filter_map(|name| self.failed.get(*name)).flatten().cloned(),
        );
        Some(found)
    }

    /// How the run ends for their sake.
    pub(super) fn exit(&self) -> Exit {
        match (self.failed.is_empty(), self.incomplete) {
            (true, _) => Exit::Success,
            (false, false) => Exit::Error,
            (false, true) => Exit::Incomplete,
        }
    }
}

/// Reads the configuration with the people of all services that it wants. The sandbox stands in for
/// every service, so there nobody else is asked.
pub(super) async fn load(context: &Context) -> Result<(Session, Unlisted), Stop> {
    if context.sandbox {
        return Ok((Session::load_usable(context)?.some_usable()?, Unlisted::default()));
    }
    let (tree, inputs) = (Session::tree(context), context.inputs()?);
    let reading = Reading::new(&tree);
    let begun = config::begin(&reading, &inputs);
    let (fetched, unlisted) = fetch(context, &begun.wanted()).await;
    Ok((Session::of(context, begun.finish(fetched))?.some_usable()?, unlisted))
}

async fn fetch(context: &Context, wanted: &BTreeMap<Text, Remote>) -> (Fetched, Unlisted) {
    let (mut fetched, mut unlisted) = (Fetched::default(), Unlisted::default());
    if wanted.is_empty() {
        return (fetched, unlisted);
    }
    let shown = context.progress.show();
    let lists = join_all(wanted.iter().map(|(name, directory)| async move {
        context.progress.begin(&Text::from(format!("directory {name}")), Doing::Listing);
        (name, list(name, directory).await)
    }))
    .await;
    drop(shown);
    for (name, list) in lists {
        match list {
            Ok(records) => {
                fetched.records.insert(name.clone(), records);
            }
            Err(why) => {
                unlisted.incomplete |= why.incomplete;
                unlisted.failed.insert(name.clone(), why.found);
                fetched.failed.insert(name.clone());
            }
        }
    }
    (fetched, unlisted)
}

/// Why there is no list.
struct Why {
    found: Vec<Diagnostic>,
    incomplete: bool,
}

async fn list(name: &Text, directory: &Remote) -> Result<String, Why> {
    let failed = |failure: &Failure| Why {
        found: vec![of_failure(name, failure).at(directory.place.clone())],
        incomplete: failure.kind == FailureKind::Incomplete,
    };
    let client = open(directory).map_err(|found| Why { found, incomplete: false })?;
    client.resources().await.map_err(|failure| failed(&failure))
}

/// A client of a directory's service. It is only read from.
pub(super) fn open(directory: &Remote) -> Result<Client, Vec<Diagnostic>> {
    let options = remote(&directory.settings, &directory.auth, &directory.place)?;
    Client::new(options).map_err(|error| vec![of_failure(&directory.settings.name, &error.into())])
}

/// A request's failure as a finding about its directory.
pub(super) fn of_failure(name: &Text, failure: &Failure) -> Diagnostic {
    said_of(&format!("directory `{name}`"), failure)
}

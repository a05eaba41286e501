//! `enroll test-connection [NAME]`

use std::fmt::Write;

use super::runtime;
use crate::cli::args::TestConnectionArgs;
use crate::cli::connect::{Connections, of_failure};
use crate::cli::context::Context;
use crate::cli::directories::{self, Unlisted};
use crate::cli::exit::{Exit, Stop};
use crate::cli::session::Session;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::Text;
use crate::port::{Failure, FailureKind};
use crate::render::{counted, plain};
use crate::scim::Client;

pub(in crate::cli) fn run(context: &Context, args: &TestConnectionArgs) -> Result<Exit, Stop> {
    let session = Session::load_usable(context)?;
    context.printer.diagnostics(&session.warnings);
    let declared = &session.configuration.desired.connections;
    let services = &session.configuration.services;
    let known = |name: &str| declared.contains_key(name) || services.contains_key(name);
    if let Some(name) = args.name.as_deref().filter(|name| !known(name)) {
        let near = did_you_mean(name, declared.keys().chain(services.keys()).map(Text::as_str));
        return Err(Diagnostic::error(format!("there is no connection `{name}`"))
            .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
            .into());
    }
    runtime()?.block_on(async {
        let connections = Connections::open(context, &session, &Unlisted::default())?;
        let wanted = |name: &Text| args.name.as_deref().is_none_or(|wanted| wanted == name);
        let mut exit = session.exit();
        let mut say = |tested: Result<(), Stop>| {
            if let Err(failed) = tested {
                context.printer.out("Test connection failed\n");
                context.printer.diagnostics(&failed.diagnostics);
                exit = exit.and(failed.exit);
            }
        };
        for (name, connection) in declared {
            if !wanted(name) {
                continue;
            }
            let settings = &connection.settings;
            let paused = if settings.enabled { "" } else { ", paused" };
            context.printer.out(&format!(
                "connection {name} ({}, {}{paused})\n",
                settings.dialect().name,
                plain(&settings.scim_url)
            ));
            let found = match (connections.clients.get(name), connections.failed.get(name)) {
                (Some(client), _) => {
                    steps(context, client, true, |failure| of_failure(name, failure)).await
                }
                (None, Some(failed)) => Err(failed.clone().into()),
                (None, None) => {
                    context.printer.out("  skip   paused: nothing is sent\n");
                    Ok(())
                }
            };
            say(found);
        }
        for (name, directory) in services.iter().filter(|(name, _)| wanted(name)) {
            let url = plain(&directory.settings.scim_url);
            context.printer.out(&format!("directory {name} (scim, {url})\n"));
            if context.sandbox {
                context.printer.out("  skip   the sandbox asks no other service\n");
                continue;
            }
            let found = match directories::open(directory) {
                Ok(client) => {
                    let finding = |failure: &Failure| directories::of_failure(name, failure);
                    steps(context, &client, false, finding).await
                }
                Err(found) => Err(found.into()),
            };
            say(found);
        }
        context.printer.diagnostics(&connections.close().await);
        Ok(exit)
    })
}

/// Goes step by step, as far as it gets, and says what each found.
async fn steps(
    context: &Context,
    client: &Client,
    may_stay_open: bool,
    finding: impl Fn(&Failure) -> Diagnostic,
) -> Result<(), Stop> {
    let say = |text: &str| context.printer.out(text);
    let stopped = |step: &str, failure: &Failure| {
        say(&format!("  FAILED {step}\n"));
        Err(Stop::from(finding(failure)))
    };
    for reached in client.reach().await {
        let host = plain(&reached.host).into_owned();
        match reached.outcome {
            Ok(_) => say(&format!("  ok     host   {host} answers\n")),
            Err(failure) => return stopped(&format!("host   {host}"), &failure),
        }
    }
    match client.sign_in().await {
        Ok(signed_in) => {
            let mut line = String::from("  ok     token  signed in");
            if let Some(scopes) = &signed_in.scopes {
                // Writing to a String can't fail.
                _ = write!(line, "; scopes: {}", plain(&scopes.join(" ")));
            }
            say(&format!("{line}\n"));
        }
        Err(error) => return stopped("token", &error.failure),
    }
    match client.count(may_stay_open).await {
        Ok((count, is_whole)) => {
            let end = if is_whole {
                ""
            } else {
                ", and nothing shows that these are all: say how many accounts a page of this service may hold \
                 (`max_page`)"
            };
            say(&format!("  ok     list   {}{end}\n", counted(count, "account")));
        }
        Err(failure) => {
            _ = stopped("list", &failure);
            let incomplete = failure.kind == FailureKind::Incomplete;
            let exit = if incomplete { Exit::Incomplete } else { Exit::Error };
            return Err(Stop::new(exit, vec![finding(&failure)]));
        }
    }
    Ok(())
}

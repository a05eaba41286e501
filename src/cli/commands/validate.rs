//! `enroll validate`

use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::session::Session;

pub(in crate::cli) fn run(context: &Context) -> Result<Exit, Stop> {
    let session = Session::load(context)?;
    context.printer.diagnostics(&session.warnings);
    let connections = &session.configuration.desired.connections;
    let accounts: usize = connections.values().map(|connection| connection.accounts.len()).sum();
    context.printer.out(&format!(
        "Success! The configuration is valid: it asks for {} at {}.
",
        counted(accounts, "account"),
        counted(connections.len(), "connection")
    ));
    Ok(Exit::Success)
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("{count} {what}") } else { format!("{count} {what}s") }
}

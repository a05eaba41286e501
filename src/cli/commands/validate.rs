//! `enroll validate`

use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::session::Session;
use crate::render;

pub(in crate::cli) fn run(context: &Context) -> Result<Exit, Stop> {
    let session = Session::load(context)?;
    context.printer.diagnostics(&session.warnings);
    let connections = &session.configuration.desired.connections;
    let accounts: usize = connections.values().map(|connection| connection.accounts.len()).sum();
    context.printer.out(&format!(
        "Success! The configuration is valid: it asks for {} at {}.\n",
        render::counted(accounts as u64, "account"),
        render::counted(connections.len() as u64, "connection")
    ));
    Ok(Exit::Success)
}

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
<<<<<<< HEAD
        "Success! The configuration is valid: it asks for {} at {}.\n",
        render::counted(accounts as u64, "account"),
        render::counted(connections.len() as u64, "connection")
=======
        "Success! The configuration is valid: it asks for {} at {}.
",
        counted(accounts, "account"),
        counted(connections.len(), "connection")
>>>>>>> be0c3ad6fab9275df77f450f895254ba8123cfe0
    ));
    Ok(Exit::Success)
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("{count} {what}") } else { format!("{count} {what}s") }
}

//! `enroll validate`

use crate::cli::args::ValidateArgs;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::session::Session;

pub(in crate::cli) fn run(context: &Context, args: &ValidateArgs) -> Result<Exit, Stop> {
    let session = Session::load(context, &args.variables)?;
    context.printer.diagnostics(&session.warnings);
    let connections = &session.configuration.desired.connections;
    let accounts: usize = connections.values().map(|connection| connection.accounts.len()).sum();
    context.printer.out(&format!(
        "Success! The configuration is valid: it asks for {accounts} accounts at {} connections.\n",
        connections.len()
    ));
    Ok(Exit::Success)
}

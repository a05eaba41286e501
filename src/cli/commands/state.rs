//! `enroll state list` and `enroll state show WHO`

use crate::cli::args::StateCommand;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::session::{load_state, state_file};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::Who;
use crate::render;

pub(in crate::cli) fn run(context: &Context, command: &StateCommand) -> Result<Exit, Stop> {
    let state = load_state(&state_file(context))?.state;
    match command {
        StateCommand::List => {
            let mut lines = String::new();
            for (address, _) in state.accounts() {
                lines.push_str(&render::plain(&address.to_string()));
                lines.push('\n');
            }
            context.printer.out(&lines);
        }
        StateCommand::Show { who } => {
            let wanted = Who::parse(who).map_err(|error| Diagnostic::error(error.to_string()))?;
            let found: Vec<_> = state
                .accounts()
                .filter(|(address, account)| wanted.matches(address, [account.user_name.as_str()]))
                .collect();
            if found.is_empty() {
                let known: Vec<String> = state
                    .accounts()
                    .flat_map(|(address, account)| {
                        [address.to_string(), account.user_name.to_string()]
                    })
                    .collect();
                let near = did_you_mean(who, known.iter().map(String::as_str));
                return Err(Diagnostic::error(format!("the state has no account `{who}`"))
                    .maybe_help(near.map(|near| format!("did you mean '{near}'?")))
                    .help("`enroll state list` shows all of them")
                    .into());
            }
            for (address, account) in found {
                context.printer.out(&render::state_show(
                    &address,
                    account,
                    context.printer.out_colour,
                ));
            }
        }
    }
    Ok(Exit::Success)
}

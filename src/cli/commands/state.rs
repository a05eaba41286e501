//! `enroll state list`, `show WHO`, `mv FROM TO`, `rm ADDRESS`, `pull` and `push FILE`

mod transfer;

use std::time::Duration;

use super::runtime;
use crate::cli::args::StateCommand;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::Place;
use crate::cli::session::remember;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::disk::Loaded;
use crate::model::{Address, ParseAddressError, Who, nfc};
use crate::render;
use crate::state::State;

pub(in crate::cli) fn run(context: &Context, command: &StateCommand) -> Result<Exit, Stop> {
    match command {
        StateCommand::Mv { from, to } => return change(context, from, Some(to)),
        StateCommand::Rm { address } => return change(context, address, None),
        StateCommand::Pull => return transfer::pull(context),
        StateCommand::Push { file, force } => return transfer::push(context, file, *force),
        StateCommand::List | StateCommand::Show { .. } => {}
    }
    let place = Place::find(context)?;
    let state = runtime()?.block_on(place.load(context))?.state;
    match command {
        StateCommand::Mv { .. }
        | StateCommand::Rm { .. }
        | StateCommand::Pull
        | StateCommand::Push { .. } => {}
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
                return Err(unknown(&state, who).into());
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

fn unknown(state: &State, who: &str) -> Diagnostic {
    let known: Vec<String> = state
        .accounts()
        .flat_map(|(address, account)| [address.to_string(), account.user_name.to_string()])
        .collect();
    let near = did_you_mean(who, known.iter().map(String::as_str));
    Diagnostic::error(format!("the state has no account `{who}`"))
        .maybe_help(near.map(|near| format!("did you mean '{near}'?")))
        .help("`enroll state list` shows all of them")
}

/// Moves a record to another address, or drops it. Only the state changes: as the only writer, with
/// what an apply left in its journal folded in first.
fn change(context: &Context, from: &str, to: Option<&String>) -> Result<Exit, Stop> {
    let parse = |text: &str| -> Result<Address, Stop> {
        text.parse().map_err(|error: ParseAddressError| Diagnostic::error(error.to_string()).into())
    };
    let (from, to) = (parse(from)?, to.map(|to| parse(&nfc(to))).transpose()?);
    let place = Place::find(context)?;
    runtime()?.block_on(async {
        let held = place.hold(context, "enroll state", Duration::ZERO).await?;
        let result = change_held(context, &place, &from, to.as_ref()).await;
        place.release(context, held).await;
        result
    })
}

async fn change_held(
    context: &Context,
    place: &Place,
    from: &Address,
    to: Option<&Address>,
) -> Result<Exit, Stop> {
    let Loaded { mut state, unknown: open } = place.load(context).await?;
    if !open.is_empty() {
        return Err(Diagnostic::error("an apply ended before it knew what became of a write")
            .help("run `enroll apply` first: it looks that up")
            .into());
    }
    let known = state.recorded(from);
    let Some((from, record)) =
        known.as_ref().and_then(|from| Some((from, state.account(from)?.clone())))
    else {
        return Err(unknown(&state, &from.to_string()).into());
    };
    let said = match to {
        None => format!("Dropped {from} from the state; the service is left alone."),
        Some(to) if to.connection != from.connection => {
            return Err(Diagnostic::error("an account can't move to another connection")
                .help("its id means nothing there")
                .into());
        }
        Some(to) if state.recorded(to).is_some() => {
            return Err(Diagnostic::error(format!("the state has {to} already"))
                .help("two records can't become one: drop one of them with `enroll state rm`")
                .into());
        }
        Some(to) => format!("Moved {from} to {to}."),
    };
    state.put(from, None);
    if let Some(to) = to {
        state.put(to, Some(record));
    }
    let lineage = state.lineage.clone();
    let serial = place.write(context, state).await?;
    remember(context, &lineage, serial);
    context.printer.out(&format!("{}\n", render::plain(&said)));
    Ok(Exit::Success)
}

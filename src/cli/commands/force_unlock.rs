//! `enroll force-unlock ID`

use super::runtime;
use crate::cli::args::ForceUnlockArgs;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::Place;
use crate::diagnostic::Diagnostic;
use crate::port::StateStore as _;

pub(in crate::cli) fn run(context: &Context, args: &ForceUnlockArgs) -> Result<Exit, Stop> {
    let Place::Shared(shared) = Place::find(context)? else {
        return Err(Diagnostic::error("the state is in a file: its lock ends with its process")
            .help("there is nothing to unlock")
            .into());
    };
    let question = format!(
        "Take the lock {} away from whoever holds it?\n  If its holder still runs, two runs may write at once.\n  \
         Only 'yes' will be accepted.\n\n  Enter a value: ",
        args.id
    );
    let nobody = || {
        Diagnostic::error("nobody is there to say yes")
            .help("say it on the command line: `enroll force-unlock --force ID`")
    };
    let runtime = runtime()?;
    let yes = args.force || runtime.block_on(context.confirm(&question, nobody))?;
    if !yes {
        context.printer.err("\nCancelled: the lock stays.\n");
        return Ok(Exit::Error);
    }
    runtime.block_on(shared.store.force_unlock(&args.id)).map_err(|failure| {
        let said = Diagnostic::error(format!(
            "the lock on {} can't be taken away: {failure}",
            shared.backend
        ));
        said.help("the id is the one that the message of a refused run names")
    })?;
    context.printer.out(&format!("Unlocked {}.\n", shared.backend));
    Ok(Exit::Success)
}

//! `enroll plan`

use super::runtime;
use crate::cli::args::{PlanArgs, ReviewFormat};
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::Place;
use crate::cli::planning::{Made, make};
use crate::cli::saved::{Next, may_be_saved, save};
use crate::diagnostic::Diagnostic;

pub(in crate::cli) fn run(context: &Context, args: &PlanArgs) -> Result<Exit, Stop> {
    let review = &args.review;
    review.checked(context)?;
    if review.redact && args.out.is_some() {
        return Err(Diagnostic::error(
            "a redacted plan can't be saved: pseudonyms can't be applied",
        )
        .help("save it without --redact, and show it with `enroll show --redact FILE`")
        .into());
    }
    if let Some(file) = &args.out {
        may_be_saved(file)?;
    }
    let made: Result<_, Stop> = runtime()?.block_on(async {
        let place = Place::of_command(context)?;
        let Made { connections, planned, exit, session, state, live, .. } =
            make(context, &args.planning, None, &place).await?;
        review.findings(context, &connections.close().await);
        let next = Next {
            accept_older_state: args.planning.accept_older_state,
            sensitive: session.configuration.sensitive.clone(),
            adopts_first: if state.is_new() { planned.plan.summary.adopt } else { 0 },
        };
        // The process ends with the plan: to take its world apart first would cost as much as to plan.
        std::mem::forget((session, state, live));
        Ok((planned, exit, place, next))
    });
    let (planned, exit, place, next) = made.map_err(|stop| review.no_plan(context, stop))?;
    let plan = &planned.plan;
    review.show(context, plan);
    if let Some(file) = &args.out {
        save(context, file, plan, exit, place.crypt())?;
        if review.format == ReviewFormat::Text {
            context.printer.out(&next.said(context, file));
        }
    }
    let said = match args.detailed_exitcode {
        true if plan.has_work() => Exit::Changes,
        true if !plan.leavers.is_empty() => Exit::Leavers,
        true if plan.waits() => Exit::Changes,
        true | false => Exit::Success,
    };
    std::mem::forget(planned);
    Ok(exit.and(said))
}

//! `enroll apply`

use super::runtime;
use crate::cli::args::{ApplyArgs, Format, Refresh};
use crate::cli::audit;
use crate::cli::carry::carry_out;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::{Held, Place};
use crate::cli::planning::{Made, make};
use crate::cli::saved::{hold_to, load, no_options, same_world};
use crate::cli::session::remember;
use crate::codec;
use crate::diagnostic::Diagnostic;
use crate::disk::AuditLog;
use crate::event::Outcome;
use crate::plan::Plan;
use crate::render;

pub(in crate::cli) fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, Stop> {
    if args.planning.refresh == Refresh::False {
        return Err(Diagnostic::error("a plan that is not refreshed can't be applied")
            .help("leave --refresh=false out")
            .into());
    }
    if args.plan.is_some() {
        no_options(&args.planning)?;
    }
    let place = Place::of_command(context)?;
    let saved = match &args.plan {
        Some(file) => {
            let plan = load(context, file, place.crypt())?;
            same_world(context, &plan)?;
            context.hold_to_variables(&plan);
            Some(plan)
        }
        None => None,
    };
    runtime()?.block_on(async {
        // Held from before the state is read until it is written.
        let held = place.hold(context, "enroll apply", args.lock_timeout).await?;
        let result = plan_and_apply(context, args, saved.as_ref(), (&place, &held)).await;
        place.release(context, held).await;
        result
    })
}

async fn plan_and_apply(
    context: &Context,
    args: &ApplyArgs,
    saved: Option<&Plan>,
    (place, held): (&Place, &Held),
) -> Result<Exit, Stop> {
    let log = args
        .audit_log
        .as_ref()
        .map(|file| audit::open(context, file, place.crypt()))
        .transpose()?;
    let mut made = make(context, &args.planning, saved, place).await?;
    if let Some(saved) = saved
        && let Err(stop) = hold_to(context, saved, &mut made.planned.plan)
    {
        context.printer.diagnostics(&made.connections.close().await);
        return Err(stop);
    }
    // Who is held waits for somebody to mend the record: a plan may end as without them, an apply may not.
    let is_held = made.planned.plan.summary.held > 0;
    let exit = made.exit.and(if is_held { Exit::Error } else { Exit::Success });
    let open = !made.planned.plan.leavers.is_empty();
    let result = decide_and_apply(context, args, &made, (place, held), log.as_ref()).await;
    context.printer.diagnostics(&made.connections.close().await);
    // Only what was done to its end tells that nothing else can be done for them.
    let exit = exit.and(result?).and(if open { Exit::Leavers } else { Exit::Success });
    let Some(held) = render::held_back(&made.planned.plan) else { return Ok(exit) };
    context.printer.diagnostics(&[held]);
    Ok(exit.and(Exit::Guard))
}

async fn decide_and_apply(
    context: &Context,
    args: &ApplyArgs,
    made: &Made,
    (place, held): (&Place, &Held),
    log: Option<&AuditLog>,
) -> Result<Exit, Stop> {
    let plan = &made.planned.plan;
    context.printer.diagnostics(&plan.diagnostics);
    if args.format == Format::Text {
        context.printer.out(&render::text(plan, context.printer.out_colour));
    }
    if !plan.has_work() {
        let serial = place.settle(context, made).await?;
        let serial = place.note(context, made, serial).await?;
        // An older state that somebody accepted is the newest from now on.
        remember(context, &made.state.lineage, serial);
        if args.format == Format::Json {
            context.printer.data(&codec::event::summary(&Outcome::default()));
        }
        return Ok(Exit::Success);
    }
    let refused = guards(plan, made.state.is_new(), args.first_run);
    if !refused.is_empty() {
        return Err(Stop::new(Exit::Guard, refused));
    }
    if !args.auto_approve && args.plan.is_none() && !approved(context).await? {
        return Ok(Exit::Error);
    }
    carry_out(context, args, made, (place, held), log).await
}

async fn approved(context: &Context) -> Result<bool, Stop> {
    let yes = context.confirm(
        "\nDo you want to perform these actions?\n  Only 'yes' will be accepted to approve.\n\n  \
         Enter a value: ",
        || {
            Diagnostic::error("nobody is there to approve the plan")
                .help("review it with `enroll plan`, then run `enroll apply --auto-approve`")
        },
    ).await?;
    if !yes {
        context.printer.err("\nApply cancelled: nothing was changed.\n");
    }
    Ok(yes)
}

/// What stops an apply that a plan may show.
fn guards(plan: &Plan, is_new: bool, first_run: bool) -> Vec<Diagnostic> {
    let mut found = render::refused_guards(plan);
    if is_new && plan.summary.adopt > 0 && !first_run {
        found.push(
            Diagnostic::error(format!(
                "there is no state yet, and {} would be adopted",
                render::counted(plan.summary.adopt, "account")
            ))
            .help("if this is the first apply here, say so: `--first-run`")
            .help("if there was a state before, bring it back first: without it nothing is known of what Enroll did"),
        );
    }
    found
}

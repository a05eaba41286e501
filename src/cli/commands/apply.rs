//! `enroll apply`

use std::sync::Mutex;

use futures_util::future::join_all;

use super::runtime;
use crate::apply::{Run, apply};
use crate::cli::args::{ApplyArgs, Format, Refresh};
use crate::cli::clock;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::interrupt;
use crate::cli::planning::{Made, make};
use crate::cli::probing;
use crate::cli::saved::{hold_to, load, no_options, same_world};
use crate::cli::session::{holder, remember, state_file};
use crate::codec;
use crate::diagnostic::Diagnostic;
use crate::disk::{Keeper, Lock, StateFile};
use crate::event::{Event, Listener, Outcome};
use crate::plan::Plan;
use crate::render;

pub(in crate::cli) fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, Stop> {
    if args.planning.refresh == Refresh::False {
        return Err(Diagnostic::error("a plan that is not refreshed can't be applied")
            .help("leave --refresh=false out")
            .into());
    }
    let saved = match &args.plan {
        Some(file) => {
            no_options(&args.planning)?;
            let plan = load(context, file)?;
            same_world(context, &plan)?;
            Some(plan)
        }
        None => None,
    };
    // Held from before the state is read until it is written.
    let file = state_file(context);
    file.writable()?;
    let _lock = Lock::take(&file.lock(), &holder("enroll apply"), args.lock_timeout)?;
    runtime()?.block_on(async {
        let mut made = make(context, &args.planning, saved.as_ref()).await?;
        if let Some(saved) = &saved
            && let Err(stop) = hold_to(context, saved, &mut made.planned.plan)
        {
            context.printer.diagnostics(&made.connections.close().await);
            return Err(stop);
        }
        let exit = made.exit;
        let result = decide_and_apply(context, args, &made).await;
        context.printer.diagnostics(&made.connections.close().await);
        Ok(exit.and(result?))
    })
}

async fn decide_and_apply(context: &Context, args: &ApplyArgs, made: &Made) -> Result<Exit, Stop> {
    let plan = &made.planned.plan;
    context.printer.diagnostics(&plan.diagnostics);
    if args.format == Format::Text {
        context.printer.out(&render::text(plan, context.printer.out_colour));
    }
    if !plan.has_work() {
        let mut state = made.state.clone();
        if state_file(context).has_journal() {
            state_file(context).fold(&mut state)?;
        }
        // An older state that somebody accepted is the newest from now on.
        remember(context, &state.lineage, state.serial);
        if args.format == Format::Json {
            context.printer.out(&codec::event::summary(&Outcome::default()));
        }
        return Ok(Exit::Success);
    }
    let refused = guards(plan, made.state.is_new(), args.first_run);
    if !refused.is_empty() {
        return Err(Stop::new(Exit::Guard, refused));
    }
    let file = state_file(context);
    if !args.auto_approve && args.plan.is_none() && !approved(context)? {
        return Ok(Exit::Error);
    }
    carry_out(context, args, made, &file).await
}

fn approved(context: &Context) -> Result<bool, Stop> {
    let yes = context.confirm(
        "\nDo you want to perform these actions?\n  Only 'yes' will be accepted to approve.\n\n  \
         Enter a value: ",
    )?;
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

async fn carry_out(
    context: &Context,
    args: &ApplyArgs,
    made: &Made,
    file: &StateFile,
) -> Result<Exit, Stop> {
    let work = &made.planned.work;
    let listener = Teller { context, format: args.format, lock: Mutex::new(()) };
    let unfit = probing::probe(made).await;
    context.printer.diagnostics(&unfit.findings());
    let mut outcome = unfit.skip(work, &listener);
    if unfit.is_all(work) {
        tell_outcome(context, args.format, &outcome);
        return Ok(Exit::Error);
    }
    let mut state = made.state.clone();
    if state.lineage.is_empty() {
        state.lineage = uuid::Uuid::new_v4().to_string().into();
    }
    for (name, fingerprint) in &made.connections.fingerprints {
        let connection = state.connections.entry(name.clone()).or_default();
        connection.fingerprint = Some(fingerprint.clone());
    }
    let lineage = state.lineage.clone();
    for address in &made.planned.work.stale {
        state.put(address, None);
    }
    let keeper = Keeper::begin(file, state, !context.sandbox)?;
    let stop = interrupt::watch(context.printer);
    let desired = &made.session.configuration.desired;
    let fit = made.connections.clients.iter().filter(|(name, _)| !unfit.holds(name));
    let outcomes = join_all(fit.map(|(name, client)| {
        let settings = desired.connections.get(name).map(|connection| &connection.settings);
        let at_once = args.parallelism.or(settings.map(|s| s.max_in_flight)).unwrap_or(1);
        let run = Run {
            connection: name,
            port: client,
            keep: &keeper,
            listener: &listener,
            now: &clock::now,
            at_once: usize::try_from(at_once).unwrap_or(1),
            may_pend: settings.is_some_and(|s| s.dialect().may_pend),
            stop,
        };
        async move { apply(&run, work).await }
    }))
    .await;
    for of_connection in outcomes {
        outcome.join(of_connection);
    }
    let kept = keeper.finish();
    context.printer.diagnostics(&render::failures(&outcome));
    tell_outcome(context, args.format, &outcome);
    remember(context, &lineage, kept?);
    Ok(if outcome.is_success() { Exit::Success } else { Exit::Undone })
}

fn tell_outcome(context: &Context, format: Format, outcome: &Outcome) {
    context.printer.out(&match format {
        Format::Text => render::outcome(outcome),
        Format::Json => codec::event::summary(outcome),
    });
}

/// Tells what happens as it happens, one line at a time.
struct Teller<'a> {
    context: &'a Context,
    format: Format,
    lock: Mutex<()>,
}

impl Listener for Teller<'_> {
    fn hear(&self, event: &Event) {
        let line = match self.format {
            Format::Text => render::event(event),
            Format::Json => Some(codec::event::write(event)),
        };
        let _whole_lines = self.lock.lock();
        if let Some(line) = line {
            self.context.printer.out(&line);
        }
    }
}

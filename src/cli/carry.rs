//! Carries a plan out: with its journal and audit log, telling what happens and how it ended.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use futures_util::future::{join, join_all};

use super::args::{ApplyArgs, Format};
use super::audit::{Audited, actor, who};
use super::clock;
use super::context::Context;
use super::exit::{Exit, Stop};
use super::interrupt;
use super::keeping::{Keeping, Kept, Team};
use super::place::{Held, Place};
use super::planning::Made;
use super::probing::{self, Unfit};
use super::session::remember;
use crate::apply::{Run, apply};
use crate::codec;
use crate::diagnostic::Diagnostic;
use crate::disk::{AuditLog, Keeper};
use crate::event::{Event, Listener, Outcome, What};
use crate::model::Text;
use crate::render;
use crate::state::State;

/// Carries out what was planned. Whatever happens ends up in the state, or in the journal.
pub(super) async fn carry_out(
    context: &Context,
    args: &ApplyArgs,
    made: &Made,
    (place, held): (&Place, &Held),
    log: Option<&AuditLog>,
) -> Result<Exit, Stop> {
    let unfit = probing::probe(made).await;
    context.printer.diagnostics(&unfit.findings());
    if unfit.is_all(&made.planned.work) {
        let outcome = unfit.skip(&made.planned.work, &Teller::new(context, args.format));
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
        state.gone(address);
    }
    made.planned.work.forget_on_again(&mut state);
    let stop = interrupt::finish_first(context);
    let keep = Audited {
        keeping: begin(context, (place, held), made, state, stop).await?,
        log,
        run: codec::audit::Run {
            who: who(),
            actor: actor(&Context::environment),
            sandbox: context.sandbox,
            lineage: lineage.clone(),
            serial: made.planned.plan.basis.serial,
        },
        stop,
        failed: Mutex::new(None),
    };
    let outcome = attended(&keep, carry_out_all(context, args, made, &unfit, &keep)).await;
    let (keeping, unlogged) = keep.end();
    let Kept { serial, findings } = keeping.finish().await;
    context.printer.diagnostics(&render::failures(&outcome));
    context.printer.diagnostics(unlogged.as_slice());
    tell_outcome(context, args.format, &outcome);
    context.printer.diagnostics(&findings);
    if let Some(serial) = serial {
        remember(context, &lineage, serial);
    }
    let is_success = outcome.is_success() && unlogged.is_none() && serial.is_some();
    Ok(if is_success { Exit::Success } else { Exit::Undone })
}

/// Begins the journal, with what an earlier apply left written to the state first.
async fn begin<'a>(
    context: &Context,
    (place, held): (&'a Place, &'a Held),
    made: &Made,
    mut state: State,
    stop: &'a AtomicBool,
) -> Result<Keeping<'a>, Stop> {
    let carried = made.unsettled.clone();
    let durable = !context.sandbox;
    let run = Text::from(uuid::Uuid::new_v4().to_string());
    match (place, &held.team) {
        (Place::Shared(shared), Some(team)) => {
            place.settle(context, made).await?;
            state.serial = shared.serial().await;
            let keeper = Keeper::extend(&shared.file, state, carried, durable, &run)?;
            Ok(Keeping { keeper, team: Some(Team::new(shared, &team.lease, stop)) })
        }
        (Place::Local(file), _) => {
            let keeper = Keeper::begin(file, state, carried, durable, &run)?;
            Ok(Keeping { keeper, team: None })
        }
        (Place::Shared(_), None) => Err(Diagnostic::error("the shared state is not locked").into()),
    }
}

/// Runs the apply with what has to happen beside it.
async fn attended<T>(keep: &Audited<'_>, work: impl Future<Output = T>) -> T {
    let Some(team) = &keep.keeping.team else { return work.await };
    let (ended, until) = tokio::sync::watch::channel(false);
    let work = async {
        let outcome = work.await;
        _ = ended.send(true);
        outcome
    };
    join(work, team.attend(&keep.keeping.keeper, until)).await.0
}

/// The connections side by side.
async fn carry_out_all(
    context: &Context,
    args: &ApplyArgs,
    made: &Made,
    unfit: &Unfit,
    keep: &Audited<'_>,
) -> Outcome {
    let work = &made.planned.work;
    let mut steps: BTreeMap<&Text, u64> = BTreeMap::new();
    for task in &work.tasks {
        *steps.entry(&task.address.connection).or_default() += task.steps.len() as u64;
    }
    for (name, total) in steps {
        context
            .progress
            .begin(name, render::Doing::Steps { total, done: 0, failed: 0, skipped: 0 });
    }
    let _shown = context.progress.show();
    let listener = Teller::new(context, args.format);
    let mut outcome = unfit.skip(work, &listener);
    let desired = &made.session.configuration.desired;
    let fit = made.connections.clients.iter().filter(|(name, _)| !unfit.holds(name));
    let outcomes = join_all(fit.map(|(name, client)| {
        let settings = desired.connections.get(name).map(|connection| &connection.settings);
        let at_once = args.parallelism.or(settings.map(|s| s.max_in_flight)).unwrap_or(1);
        let run = Run {
            connection: name,
            port: client,
            live: made.live.get(name),
            keep,
            listener: &listener,
            now: &clock::now,
            at_once: usize::try_from(at_once).unwrap_or(1),
            may_pend: settings.is_some_and(|s| s.dialect().may_pend),
            stop: keep.stop,
        };
        async move { apply(&run, work).await }
    }))
    .await;
    for of_connection in outcomes {
        outcome.join(of_connection);
    }
    outcome
}

fn tell_outcome(context: &Context, format: Format, outcome: &Outcome) {
    match format {
        Format::Text => context.printer.out(&render::outcome(outcome)),
        Format::Json => context.printer.data(&codec::event::summary(outcome)),
    }
}

/// Tells what happens as it happens, one line at a time.
struct Teller<'a> {
    context: &'a Context,
    format: Format,
    lock: Mutex<()>,
}

impl<'a> Teller<'a> {
    fn new(context: &'a Context, format: Format) -> Self {
        Self { context, format, lock: Mutex::new(()) }
    }
}

impl Listener for Teller<'_> {
    fn hear(&self, event: &Event) {
        let line = match self.format {
            Format::Text => render::event(event),
            Format::Json => Some(codec::event::write(event)),
        };
        let _whole_lines = self.lock.lock();
        if let Some(line) = line {
            let printer = self.context.printer;
            self.context.progress.around(|| match self.format {
                Format::Text => printer.out(&line),
                Format::Json => printer.data(&line),
            });
        }
        self.context.progress.change(&event.address.connection, |doing| {
            if let render::Doing::Steps { total: _, done, failed, skipped } = doing {
                match event.what {
                    What::Start => {}
                    What::Done => *done += 1,
                    What::Failed(_) => *failed += 1,
                    What::Skipped => *skipped += 1,
                }
            }
        });
    }
}

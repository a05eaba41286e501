//! From flags to a plan: opens, refreshes and plans, as `plan` and `apply` both do.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::args::{Planning, Refresh};
use super::connect::{Connections, of_failure};
use super::context::Context;
use super::directories::{self, Unlisted};
use super::exit::{Exit, Stop};
use super::interrupt;
use super::place::Place;
use super::progress::Watched;
use super::saved::{belongs, same_accounts};
use super::session::{Session, cache_file, not_older};
use crate::crypt::Crypt;
use crate::desired::Desired;
use crate::diagnostic::{self, Diagnostic};
use crate::disk::Loaded;
use crate::live::Live;
use crate::model::{Address, Text, Who, nfc};
use crate::plan::{GuardKind, Options, Plan, PlanInput, Planned, align, check, plan, preflight};
use crate::port::{Failure, FailureKind, Intent};
use crate::refresh::{Mode, Needs, from_state, look_up, refresh, settle};
use crate::state::State;

/// A plan with everything that it was made from.
pub(super) struct Made {
    pub session: Session,
    pub state: State,
    pub connections: Connections,
    pub planned: Planned,
    /// The accounts that it was planned from, by connection.
    pub live: BTreeMap<Text, Live>,
    /// Whether an earlier apply left writes of unknown outcome.
    pub was_unknown: bool,
    /// Those of them that nobody could look up, since their connection was not listed.
    pub unsettled: Vec<Intent>,
    /// How the run ends where nothing worse happens: connections that could not be planned.
    pub exit: Exit,
}

/// Plans. Errors of single connections are findings of the plan; they stop no other connection. Where a
/// plan was saved before, its options count, and it must be about the same state and accounts.
pub(super) async fn make(
    context: &Context,
    flags: &Planning,
    saved: Option<&Plan>,
    place: &Place,
) -> Result<Made, Stop> {
    let options = match saved {
        Some(saved) => saved.basis.options.clone(),
        None => options(flags)?,
    };
    let (mut session, unlisted) = if flags.refresh == Refresh::False {
        (Session::load_usable(context)?.some_usable()?, Unlisted::default())
    } else {
        directories::load(context).await?
    };
    let Loaded { mut state, unknown } = place.load(context).await?;
    align(&mut session.configuration.desired, &state);
    let desired = &session.configuration.desired;
    not_older(context, &state, flags.accept_older_state)?;
    if let Some(saved) = saved {
        belongs(saved, &state)?;
    }
    // What can be refused offline is refused before anything is opened.
    stop_at(preflight(desired, &state, &BTreeMap::new(), &options), &session)?;
    if flags.refresh == Refresh::False {
        return offline(context, session, state, &options);
    }
    let mut connections = Connections::open(context, &session, &unlisted)?;
    connections.leave_out_unusable(desired);
    stop_at(preflight(desired, &state, &connections.fingerprints, &options), &session)?;

    if let Some(saved) = saved {
        same_accounts(saved, &connections)?;
    }
    let how = flags.refresh;
    let needs = Looking { how, desired, state: &state, options: &options, unknown: &unknown };
    let refreshed = refresh_all(context, needs, &connections, place.crypt()).await;
    let mut live: BTreeMap<Text, Live> = BTreeMap::new();
    let exit = if connections.failed.is_empty() { Exit::Success } else { Exit::Error };
    let mut exit = exit.and(unlisted.exit()).and(session.exit());
    for (name, result) in refreshed.into_iter().flatten() {
        match result {
            Ok((accounts, elsewhere)) => {
                settle(&mut state, &unknown, &name, &accounts, &elsewhere);
                live.insert(name, accounts);
            }
            Err(failure) => {
                let incomplete = failure.kind == FailureKind::Incomplete;
                exit = exit.and(if incomplete { Exit::Incomplete } else { Exit::Error });
                let said = of_failure(&name, &failure)
                    .detail("nothing is planned there; no account of this connection changes");
                connections.failed.insert(name, vec![said]);
            }
        }
    }
    // The account's id of a connection that lets nobody in is only what the configuration claims: it may be a
    // secret, whose digest is nobody's business either.
    connections.fingerprints.retain(|name, _| live.contains_key(name));
    let mut failures: Vec<Diagnostic> = connections.failed.values().flatten().cloned().collect();
    // Connections that take from the same directory fail alike.
    diagnostic::sort(&mut failures);
    failures.dedup();
    let enabled = desired.connections.values().filter(|c| c.settings.enabled).count();
    if enabled > 0 && live.is_empty() && !failures.is_empty() {
        let mut found = session.warnings;
        found.extend(failures);
        return Err(Stop::new(exit, found));
    }
    let input = PlanInput {
        desired,
        state: &state,
        live: &live,
        fingerprints: &connections.fingerprints,
        options: &options,
        config: &session.configuration.digest,
        sandbox: context.sandbox,
    };
    let mut planned = plan(&input)?;
    // An allowance in a saved plan stands for at most as many as were reviewed: some may be done by now.
    let fewer = saved.is_some().then(|| planned.plan.planned_past(GuardKind::Privileges));
    let rest = Options {
        allow_privileges: fewer.min(options.allow_privileges).or(options.allow_privileges),
        ..options.clone()
    };
    let input = PlanInput { options: &rest, ..input };
    if rest.allow_privileges != options.allow_privileges {
        planned = plan(&input)?;
    }
    planned.plan.basis.variables = session.configuration.variables.clone();
    let violations = check(&planned, &input);
    if !violations.is_empty() {
        return Err(broken(&violations));
    }
    planned.plan.diagnostics.extend(session.warnings.iter().cloned().chain(failures));
    diagnostic::sort(&mut planned.plan.diagnostics);
    let was_unknown = !unknown.is_empty();
    let unsettled = unknown.into_iter().filter(|i| !live.contains_key(&i.address.connection));
    let unsettled = unsettled.collect();
    Ok(Made { session, state, connections, planned, live, was_unknown, unsettled, exit })
}

/// What is looked at, and for what.
#[derive(Clone, Copy)]
struct Looking<'a> {
    how: Refresh,
    desired: &'a Desired,
    state: &'a State,
    options: &'a Options,
    unknown: &'a [Intent],
}

/// Lists every opened connection, side by side, and looks closer where its plan needs it.
async fn refresh_all(
    context: &Context,
    looking: Looking<'_>,
    connections: &Connections,
    crypt: &Crypt,
) -> Vec<Option<(Text, Result<(Live, BTreeSet<Address>), Failure>)>> {
    let Looking { how, desired, state, options, unknown } = looking;
    let mode = match how {
        Refresh::Changed | Refresh::False => Mode::Changed,
        Refresh::Full => Mode::Full,
    };
    if context.progress.has_bars() {
        interrupt::watch(context);
    }
    let _shown = context.progress.show();
    join_all(connections.clients.iter().map(|(name, client)| {
        let fingerprint = connections.fingerprints.get(name);
        async move {
            let connection = desired.connections.get(name)?;
            let client = &Watched { port: client, connection: name, progress: &context.progress };
            let needs = Needs { connection, state, options, mode };
            let file = cache_file(context, name, crypt);
            let mut cache =
                fingerprint.map(|fingerprint| file.load(fingerprint)).unwrap_or_default();
            let refreshed = match refresh(client, needs, &mut cache).await {
                Ok(mut live) => {
                    let elsewhere = look_up(client, unknown, name, &mut live).await;
                    elsewhere.map(|elsewhere| (live, elsewhere))
                }
                Err(failure) => Err(failure),
            };
            if cache.changed {
                file.save(&cache);
            }
            Some((name.clone(), refreshed))
        }
    }))
    .await
}

/// A plan with the state taken as live: no network, no credentials, and nothing to apply.
fn offline(
    context: &Context,
    session: Session,
    state: State,
    options: &Options,
) -> Result<Made, Stop> {
    let desired = &session.configuration.desired;
    let live: BTreeMap<Text, Live> = desired
        .connections
        .iter()
        .filter(|(_, connection)| !connection.unusable)
        .map(|(name, _)| {
            let known = state.connections.get(name);
            let live = known.map_or_else(|| Ok(Live::empty()), from_state).map_err(|_| {
                Diagnostic::error(format!("the state holds one account of `{name}` twice")).help(
                    "leave --refresh=false out, so that the service is asked which one is right",
                )
            })?;
            Ok::<_, Stop>((name.clone(), live))
        })
        .collect::<Result<_, _>>()?;
    let input = PlanInput {
        desired,
        state: &state,
        live: &live,
        fingerprints: &BTreeMap::new(),
        options,
        config: &session.configuration.digest,
        sandbox: context.sandbox,
    };
    let mut planned = plan(&input)?;
    planned.plan.basis.variables = session.configuration.variables.clone();
    planned.plan.diagnostics.extend(session.warnings.iter().cloned());
    planned.plan.diagnostics.push(
        Diagnostic::warning("not refreshed: the state is taken as live, nobody was asked")
            .help("leave --refresh=false out to see what an apply would do"),
    );
    diagnostic::sort(&mut planned.plan.diagnostics);
    let connections = Connections::default();
    let (was_unknown, unsettled, exit) = (false, Vec::new(), session.exit());
    Ok(Made { session, state, connections, planned, live, was_unknown, unsettled, exit })
}

fn options(flags: &Planning) -> Result<Options, Stop> {
    let whom = |flag: &str, given: &[String]| -> Result<Vec<Who>, Diagnostic> {
        given.iter().map(|who| Who::parse(who)).collect::<Result<_, _>>().map_err(|error| {
            Diagnostic::error(format!("{flag}: {error}"))
                .help("it takes an account's address, or a recorded or desired user name")
        })
    };
    Ok(Options {
        targets: whom("--target", &flags.target)?,
        confirm: whom("--confirm", &flags.confirm)?,
        allow_removals: flags.allow_removals,
        allow_deletes: flags.allow_deletes,
        allow_privileges: flags.allow_privileges,
        allow_empty: flags.allow_empty.iter().map(|name| nfc(name).into()).collect(),
        retry_refused: flags.retry_refused,
        show_unmanaged: flags.show_unmanaged,
        not_refreshed: flags.refresh == Refresh::False,
        between: None,
    })
}

fn stop_at(mut refused: Vec<Diagnostic>, session: &Session) -> Result<(), Stop> {
    if refused.is_empty() {
        return Ok(());
    }
    refused.extend(session.warnings.iter().cloned());
    diagnostic::sort(&mut refused);
    Err(refused.into())
}

/// The checker found a plan that must not be: a bug of ours, and nothing may go out.
fn broken(violations: &[String]) -> Stop {
    let mut error =
        Diagnostic::error("the plan breaks a rule that no plan may break; nothing was changed")
            .help("this is a bug in Enroll: please report it with the lines above");
    error.detail = Some(violations.join("\n"));
    error.into()
}

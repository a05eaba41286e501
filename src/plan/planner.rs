//! The planner: a pure function of what is wanted, recorded and live.

use std::collections::BTreeMap;

use super::draft::{Draft, Policy};
use super::guard;
use super::look::passes_unseen;
use super::matching::{Matched, matched};
use super::moves::{Records, records};
use super::preflight::preflight;
use super::renames;
use super::table::Count;
use super::target::chosen;
use super::types::{Basis, Cost, GuardKind, GuardReport, Options, Plan, Summary, Unmanaged};
use super::work::Work;
use crate::desired::{Desired, DesiredConnection};
use crate::diagnostic::Diagnostic;
use crate::live::{Live, Seen};
use crate::model::{Action, Address, Fingerprint, Text, Who, same_address, same_text};
use crate::state::{Connection as Known, State, Status};

/// Everything that a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct PlanInput<'a> {
    /// What the configuration asks for.
    pub desired: &'a Desired,
    /// What is recorded.
    pub state: &'a State,
    /// What each service says. A connection that is missing here is not planned.
    pub live: &'a BTreeMap<Text, Live>,
    /// Which account at the service each opened connection is.
    pub fingerprints: &'a BTreeMap<Text, Fingerprint>,
    /// What somebody decided on the command line.
    pub options: &'a Options,
    /// A digest of the configuration.
    pub config: &'a str,
    /// Whether the embedded sandbox stands in for the services.
    pub sandbox: bool,
}

/// A plan, and the work that carries it out.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// For people and for files.
    pub plan: Plan,
    /// For `apply`.
    pub work: Work,
}

/// Plans, or says why nothing may be planned.
pub fn plan(input: &PlanInput<'_>) -> Result<Planned, Vec<Diagnostic>> {
    let refused = preflight(input.desired, input.state, input.fingerprints, input.options);
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut planned = Planned::default();
    planned.plan.complete = !input.options.not_refreshed && input.options.targets.is_empty();
    planned.plan.sandbox = input.sandbox;
    planned.plan.basis = Basis {
        lineage: input.state.lineage.clone(),
        serial: input.state.serial,
        config: input.config.into(),
        fingerprints: input.fingerprints.clone(),
        options: input.options.clone(),
        variables: BTreeMap::new(),
    };
    let nothing = Known::default();
    let mut begun = Vec::new();
    for (name, connection) in &input.desired.connections {
        let known = input.state.connections.get(name).unwrap_or(&nothing);
        if !connection.settings.enabled {
            let held = known.accounts.values().filter(|a| a.status != Status::Deprovisioned);
            planned.plan.summary.paused += held.count() as u64;
        } else if let Some(live) = input.live.get(name).filter(|_| !connection.unusable) {
            planned.plan.summary.held += connection.held.len() as u64;
            begun.push(Begun { connection, live, known, records: records(connection, known) });
        } else {
            planned.plan.complete = false;
        }
    }
    let mut judged: Vec<Judged<'_>> = begun.iter().map(|begun| begun.judge(input)).collect();
    planned.plan.guards.extend(judged.iter().flat_map(|judged| judged.guards.iter().cloned()));
    // An allowance is for all connections together, so each is judged before any is laid out.
    if planned.plan.holds_privileges() {
        judged.iter_mut().flat_map(|judged| &mut judged.drafts).for_each(Draft::hold_privileges);
    }
    for (begun, judged) in begun.iter().zip(judged) {
        lay_out(input, begun, judged, &mut planned);
    }
    planned.plan.summary.records = planned.plan.records.len() as u64;
    note_idle_options(input, &mut planned.plan);
    crate::diagnostic::sort(&mut planned.plan.diagnostics);
    Ok(planned)
}

/// The accounts of one connection, judged each and against each other, before anything is laid out.
pub(super) struct Judged<'a> {
    pub policy: Policy<'a>,
    pub drafts: Vec<Draft<'a>>,
    pub order: renames::Order,
    pub guards: [GuardReport; 3],
    /// By index into the listing: which draft holds it.
    pub holder: Vec<Option<usize>>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Judged<'a> {
    pub(super) fn new(
        connection: &'a DesiredConnection,
        options: &'a Options,
        known: &'a Known,
        mut matched: Matched<'a>,
        live: &'a Live,
    ) -> Self {
        let policy = Policy {
            desired: connection,
            dialect: connection.settings.dialect(),
            options,
            switched_off: &known.switched_off,
        };
        let subjects = std::mem::take(&mut matched.subjects);
        let mut drafts: Vec<Draft<'_>> =
            subjects.into_iter().map(|subject| policy.judge(subject, live)).collect();
        debug_assert!(!drafts.iter().any(passes_unseen), "who stays was told otherwise");
        let mut diagnostics = Vec::new();
        let order = renames::settle(&mut drafts, &matched, live.accounts(), &mut diagnostics);
        let active = known.accounts.values().filter(|a| a.status == Status::Active).count() as u64;
        let settings = &connection.settings;
        let guards = guard::reckon(&settings.name, &settings.guard, &drafts, active);
        Self { policy, drafts, order, guards, holder: matched.holder, diagnostics }
    }
}

/// One connection, before its accounts are judged.
struct Begun<'a> {
    connection: &'a DesiredConnection,
    live: &'a Live,
    known: &'a Known,
    records: Records<'a>,
}

impl<'a> Begun<'a> {
    fn judge(&'a self, input: &PlanInput<'a>) -> Judged<'a> {
        let matched = matched(self.connection, &self.records, self.live);
        Judged::new(self.connection, input.options, self.known, matched, self.live)
    }
}

/// Lays out the entries and the work of one connection.
fn lay_out(input: &PlanInput<'_>, begun: &Begun<'_>, judged: Judged<'_>, planned: &mut Planned) {
    let Planned { plan, work } = planned;
    let Begun { connection, known, live, .. } = begun;
    let Judged { policy, drafts, order, guards: _, holder, diagnostics } = judged;
    let name = &connection.settings.name;
    plan.diagnostics.extend(diagnostics);

    // Owners and guards are reckoned over everybody; what is not named is left out only now.
    let chosen = chosen(&input.options.targets, &drafts, &order.after);
    let (mut uncleared, mut left_out) = (0, 0);
    let (from, first_task) = (plan.changes.len(), work.tasks.len());
    for (index, draft) in drafts.iter().enumerate() {
        // Whoever is left out of the changes has left all the same.
        plan.leavers.extend(draft.open_leaver());
        let mut finished = policy.finish(draft, order.depths.get(&index).copied());
        if let Some(task) = &mut finished.task {
            let first = order.after.get(&index).and_then(|first| drafts.get(*first));
            task.after = first.map(|first| first.address.clone());
        }
        if chosen.as_ref().is_some_and(|stays| stays.get(index) != Some(&true)) {
            left_out += u64::from(finished.change.is_some() || finished.record.is_some());
            continue;
        }
        uncleared += u64::from(draft.uncleared);
        match &finished.change {
            Some(change) => tally(&mut plan.summary, change),
            None => count(&mut plan.summary, draft.row.count),
        }
        plan.diagnostics.extend(told_apart(draft));
        // What nobody knows of a create is not told by its account's absence.
        let gone = draft.row.count == Count::Nothing
            && draft.live.is_none()
            && draft.open_leaver().is_none();
        if gone && finished.change.is_none() {
            work.stale.push(draft.address.clone());
        }
        plan.changes.extend(finished.change);
        plan.records.extend(finished.record);
        work.quiet.extend(finished.quiet);
        work.records.extend(finished.effects);
        work.tasks.extend(finished.task);
    }
    if left_out > 0 {
        plan.diagnostics.push(Diagnostic::note(format!(
            "connection `{name}`: {left_out} more {} something to do, which `--target` leaves out",
            if left_out == 1 { "account has" } else { "accounts have" }
        )));
    }
    if uncleared > 0 {
        plan.diagnostics.push(Diagnostic::note(format!(
            "connection `{name}`: {uncleared} accounts have a value that is to be empty; {} can't \
             clear one, so it is left as it is",
            policy.dialect.name
        )));
    }
    for (at, account) in live.accounts().iter().enumerate() {
        if holder.get(at).copied().flatten().is_none() {
            plan.summary.unmanaged += 1;
            if account.active && known.switched_off.contains(&account.id) {
                work.on_again.push((name.clone(), account.id.clone()));
            }
            if input.options.show_unmanaged {
                plan.unmanaged.push(Unmanaged {
                    connection: name.clone(),
                    id: account.id.clone(),
                    user_name: account.user_name.clone(),
                    active: account.active,
                });
            }
        }
    }
    debug_assert!(plan.changes.get(from..).is_some_and(|c| c.is_sorted_by_key(|c| &c.address)));
    plan.cost.push(cost(
        connection,
        live,
        work.tasks.get(first_task..).expect("tasks are only added"),
    ));
}

/// Names the accounts that have the address of one that is removed by its id: the others stay.
fn told_apart(draft: &Draft<'_>) -> Option<Diagnostic> {
    let removes = draft.run.iter().any(|a| matches!(a, Action::Disable | Action::Delete));
    let id = &draft.live.filter(|_| removes && !draft.twins.is_empty())?.id;
    let others: Vec<&str> =
        draft.twins.iter().filter(|twin| *twin != id).map(Text::as_str).collect();
    Some(
        Diagnostic::warning(format!(
            "{}: the service has several accounts with this address, and only the recorded one ({id}) is removed",
            draft.address
        ))
        .detail(format!("the others stay as they are: {}", others.join(", ")))
        .help("look at them in the service, and remove or rename those that nobody needs"),
    )
}

fn tally(summary: &mut Summary, change: &super::types::Change) {
    for action in &change.actions {
        summary.add(*action);
    }
    summary.blocked += change.blocked.len() as u64;
    summary.drifted += u64::from(change.is_drift());
}

fn count(summary: &mut Summary, count: Count) {
    match count {
        Count::Unchanged => summary.unchanged += 1,
        Count::Pending => summary.pending += 1,
        Count::Paused => summary.paused += 1,
        Count::Held | Count::Nothing => {}
    }
}

/// What an apply of these tasks costs: the listing that it plans from, the closer looks, the test before the
/// first write, the writes, a look at each account that was deleted, and the listing that follows the creates.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds are positive, and a float cast saturates"
)]
fn cost(connection: &DesiredConnection, live: &Live, tasks: &[super::work::Task]) -> Cost {
    let page = u64::from(connection.settings.page());
    // A list of one for the total, the pages, and one past the end.
    let pages = |accounts: u64| accounts.div_ceil(page) + 2;
    let steps = || tasks.iter().flat_map(|task| &task.steps);
    let creates = steps().filter(|step| step.action == Action::Create).count() as u64;
    let accounts = live.accounts().len() as u64;
    let again = if creates > 0 && connection.settings.dialect().may_pend {
        pages(accounts + creates)
    } else {
        0
    };
    let write = steps().map(|step| step.operation.writes()).sum();
    let list = pages(accounts) + u64::from(write > 0) + again;
    let deletes = steps().filter(|step| step.action == Action::Delete).count() as u64;
    let looks = live.accounts().iter().filter(|a| a.seen == Seen::Read && !live.is_hidden(&a.id));
    let read = looks.count() as u64 + live.asked() + deletes;
    let rate = connection.settings.rate;
    let seconds = rate.list.seconds(list) + rate.read.seconds(read) + rate.write.seconds(write);
    Cost {
        connection: connection.settings.name.clone(),
        list,
        read,
        write,
        seconds: seconds.ceil() as u64,
    }
}

/// Says when an option changed nothing, so that nobody believes it did.
fn note_idle_options(input: &PlanInput<'_>, plan: &mut Plan) {
    for (kind, flag) in [
        (GuardKind::Removals, "--allow-removals"),
        (GuardKind::Deletes, "--allow-deletes"),
        (GuardKind::Privileges, "--allow-privileges"),
    ] {
        let tripped = plan.guards.iter().any(|guard| guard.kind == kind && guard.tripped);
        if input.options.allowed(kind).is_some() && !tripped {
            plan.diagnostics
                .push(Diagnostic::note(format!("{flag} is ignored: no guard has tripped")));
        }
    }
    let named = |flag, list: &'_ [Who]| -> Vec<(&str, Who)> {
        list.iter().map(|who| (flag, who.clone())).collect()
    };
    let mut named_somewhere = named("--confirm", &input.options.confirm);
    named_somewhere.extend(named("--target", &input.options.targets));
    for (flag, who) in named_somewhere {
        if !names_somebody(input, &who) {
            plan.diagnostics.push(
                Diagnostic::warning(format!("{flag} {who}: no such account"))
                    .help("it takes an account's address, or a recorded or desired user name"),
            );
        }
    }
}

fn names_somebody(input: &PlanInput<'_>, who: &Who) -> bool {
    match who {
        Who::Address(address) => {
            input.state.recorded(address).is_some() || is_desired(input.desired, address)
        }
        Who::UserName(name) => {
            input.state.accounts().any(|(_, account)| same_address(&account.user_name, name))
                || input
                    .desired
                    .connections
                    .values()
                    .flat_map(|connection| &connection.accounts)
                    .any(|account| same_address(&account.user_name, name))
        }
    }
}

fn is_desired(desired: &Desired, address: &Address) -> bool {
    desired.connections.get(&address.connection).is_some_and(|connection| {
        connection.accounts.iter().any(|account| same_text(&account.key, &address.key))
    })
}

//! An independent checker: what every plan must hold, whatever made it.
//!
//! It runs in every planner test and again before an apply. It shares no decision with the planner:
//! it looks at the inputs and at the work, and asks whether each write may be.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::planner::{PlanInput, Planned};
use super::types::GuardKind;
use super::work::{Operation, Phase, Step, Task};
use crate::desired::DesiredConnection;
use crate::live::{Account as Live, Live as Listing, Seen};
use crate::model::{
    Action, Attribute, License, LicenseValue, RemoveAction, Text, Update, Value, fold, folded,
    same_address,
};
use crate::state::Account as Record;

/// Returns what a plan must not do and does; none for a good plan.
pub fn check(planned: &Planned, input: &PlanInput<'_>) -> Vec<String> {
    let mut found = Vec::new();
    shape(planned, &mut found);
    held(planned, input, &mut found);
    let options = &planned.plan.basis.options;
    let past = planned.plan.planned_past(GuardKind::Privileges);
    let roles_wait =
        past > 0 && options.allow_privileges != Some(past) && options.between.is_none();
    for (name, tasks) in by_connection(planned) {
        let connection = input.desired.connections.get(name);
        let (Some(connection), Some(listing)) = (connection, input.live.get(name)) else {
            found.push(format!("{name}: work without a declared connection and a complete list"));
            continue;
        };
        let checker = Checker::new(input, connection, listing, &tasks);
        for task in &tasks {
            checker.task(task, &mut found);
        }
        checker.guards(planned, &tasks, &mut found);
        checker.privileges(planned, &tasks, roles_wait, &mut found);
    }
    found
}

/// Whose record can't be used stays exactly as is, and so does everything at a connection whose people are not known.
fn held(planned: &Planned, input: &PlanInput<'_>, found: &mut Vec<String>) {
    let changes = planned.plan.changes.iter().map(|change| &change.address);
    let records = planned.work.records.iter().map(|effect| &effect.address);
    let stale = planned.work.stale.iter();
    let mut keys: HashMap<&Text, HashSet<&Text>> = HashMap::new();
    for (name, connection) in &input.desired.connections {
        keys.insert(name, connection.held.iter().map(|held| &held.key).collect());
    }
    for address in changes.chain(records).chain(stale) {
        let unusable = input.desired.connections.get(&address.connection);
        if unusable.is_some_and(|connection| connection.unusable) {
            found.push(format!("{address}: its connection takes in people who can't be used"));
        }
        if keys.get(&address.connection).is_some_and(|keys| keys.contains(&address.key)) {
            found.push(format!("{address}: somebody who is held"));
        }
    }
}

fn by_connection(planned: &Planned) -> BTreeMap<&Text, Vec<&Task>> {
    let mut tasks: BTreeMap<&Text, Vec<&Task>> = BTreeMap::new();
    for task in &planned.work.tasks {
        tasks.entry(&task.address.connection).or_default().push(task);
    }
    tasks
}

/// Entries are sorted, one an account; the work is that of the entries; no account is in two.
fn shape(planned: &Planned, found: &mut Vec<String>) {
    let changes = &planned.plan.changes;
    if !changes.is_sorted_by(|a, b| a.address < b.address) {
        found.push("changes are not sorted by address, each once".to_owned());
    }
    let mut ids = HashSet::with_capacity(changes.len());
    for change in changes {
        if let Some(id) = &change.id
            && !ids.insert((&change.address.connection, id))
        {
            found.push(format!("{}: its live account is in two changes", change.address));
        }
        if change.actions.is_empty() && change.blocked.is_empty() {
            found.push(format!("{}: an entry without a step", change.address));
        }
    }
    let mut planned_steps: HashMap<_, Vec<Action>> = changes
        .iter()
        .filter(|change| !change.actions.is_empty())
        .map(|change| (&change.address, distinct(change.actions.iter().copied())))
        .collect();
    for task in &planned.work.tasks {
        let steps = distinct(task.steps.iter().map(|step| step.action));
        if planned_steps.remove(&task.address) != Some(steps) {
            found.push(format!("{}: the work is not what the plan shows", task.address));
        }
        if !task.steps.is_sorted_by_key(|step| step.phase) {
            found.push(format!("{}: steps out of order", task.address));
        }
    }
    let left = changes.iter().filter(|change| planned_steps.contains_key(&change.address));
    found.extend(left.map(|change| format!("{}: shown, but no work", change.address)));
}

fn distinct(actions: impl Iterator<Item = Action>) -> Vec<Action> {
    let mut actions: Vec<Action> = actions.collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

struct Checker<'a> {
    input: &'a PlanInput<'a>,
    connection: &'a DesiredConnection,
    by_id: HashMap<&'a Text, &'a Live>,
    /// Records by id, and the folded user names of all of them.
    recorded: HashMap<&'a Text, &'a Record>,
    recorded_names: HashSet<Cow<'a, str>>,
    /// Who holds each folded user name, and at which phase it is given up.
    held: HashMap<Cow<'a, str>, (&'a Text, Option<Phase>)>,
    /// Folded user names that several live accounts have.
    shared: HashSet<Cow<'a, str>>,
}

impl<'a> Checker<'a> {
    fn new(
        input: &'a PlanInput<'a>,
        connection: &'a DesiredConnection,
        listing: &'a Listing,
        tasks: &[&'a Task],
    ) -> Self {
        let by_id: HashMap<_, _> = listing.accounts().iter().map(|a| (&a.id, a)).collect();
        let mut leaves = HashMap::new();
        for task in tasks {
            for step in &task.steps {
                if let (Some(id), true) = (&task.id, renames(step)) {
                    leaves.insert(id, step.phase);
                }
            }
        }
        let held = listing
            .accounts()
            .iter()
            .map(|a| (folded(&a.user_name), (&a.id, leaves.get(&a.id).copied())))
            .collect();
        let mut once = HashSet::new();
        let names = listing.accounts().iter().map(|account| folded(&account.user_name));
        let shared = names.filter(|name| !once.insert(name.clone())).collect();
        let records = || {
            let known = input.state.connections.get(&connection.settings.name);
            known.into_iter().flat_map(|known| known.accounts.values())
        };
        Self {
            input,
            connection,
            by_id,
            recorded: records().filter_map(|r| Some((r.id.as_ref()?, r))).collect(),
            recorded_names: records().map(|record| folded(&record.user_name)).collect(),
            held,
            shared,
        }
    }

    fn task(&self, task: &Task, found: &mut Vec<String>) {
        let mut fail = |what: &str| found.push(format!("{}: {what}", task.address));
        let wanted = self.wanted(task);
        let live = task.id.as_ref().and_then(|id| self.by_id.get(id).copied());
        if !self.is_ours(task, live) {
            fail("the account is not managed");
        }
        let names = [wanted.map(|w| &w.user_name), live.map(|l| &l.user_name)];
        let protect = &self.connection.settings.guard.protect;
        let protected = names.into_iter().flatten().any(|name| protect.contains(&fold(name)));
        let actions = &self.connection.settings.actions;
        let ending = self.connection.removed.get(&task.address.key);
        let spared = ending.is_some_and(|removed| !removed.deprovision);
        for step in &task.steps {
            if protected && !matches!(step.action, Action::Adopt | Action::Forget) {
                fail("the account is protected");
            }
            let allowed = match step.action {
                Action::Adopt => wanted.is_some() && live.is_some(),
                Action::Forget => wanted.is_none_or(|w| !w.active && live.is_none()),
                Action::Create => {
                    actions.create
                        && wanted.is_some_and(|w| w.active && self.is_free(&w.user_name, step))
                }
                Action::Update => {
                    actions.update
                        && wanted.is_some()
                        && live.is_some_and(|live| self.may_update(task, live, step))
                }
                Action::Enable => {
                    actions.update && wanted.is_some_and(|w| w.active) && live.is_some()
                }
                Action::Disable => match wanted {
                    Some(wanted) => !wanted.active && actions.update && actions.disable,
                    None => actions.deprovision && !spared,
                },
                Action::Delete => {
                    wanted.is_none()
                        && !spared
                        && actions.deprovision
                        && actions.remove_action == RemoveAction::Delete
                }
            };
            if !allowed {
                fail(&format!("{} is not allowed", step.action));
            }
            let removes = matches!(step.action, Action::Disable | Action::Delete);
            let by_id = task.id.as_ref().is_some_and(|id| self.recorded.contains_key(id));
            let name = live.map(|live| folded(&live.user_name));
            if name.is_some_and(|name| self.shared.contains(&name))
                && !(removes && by_id || step.action == Action::Forget)
            {
                fail("several accounts have its address");
            }
            let takes = removes || renames(step);
            if takes && live.and_then(|live| live.admin) == Some(true) {
                fail("an owner or admin");
            }
        }
    }

    fn wanted(&self, task: &Task) -> Option<&'a crate::desired::Account> {
        let accounts = &self.connection.accounts;
        let at = accounts.binary_search_by(|a| a.key.cmp(&task.address.key)).ok()?;
        accounts.get(at)
    }

    /// Ours is what the state has by id or by name, and what is asked for by name and adopted here.
    fn is_ours(&self, task: &Task, live: Option<&Live>) -> bool {
        let Some(id) = &task.id else { return true };
        let recorded = self.recorded.contains_key(id)
            || live.is_some_and(|live| self.recorded_names.contains(&folded(&live.user_name)));
        let adopted = task.steps.first().is_some_and(|step| step.action == Action::Adopt)
            && self
                .wanted(task)
                .zip(live)
                .is_some_and(|(wanted, live)| same_address(&wanted.user_name, &live.user_name));
        recorded || adopted
    }

    fn is_free(&self, user_name: &str, step: &Step) -> bool {
        match self.held.get(&folded(user_name)) {
            None => true,
            Some((_, leaves)) => leaves.is_some_and(|phase| phase < step.phase),
        }
    }

    /// Only managed attributes, only where they differ, and no address that somebody else keeps.
    fn may_update(&self, task: &Task, live: &Live, step: &Step) -> bool {
        let Operation::Update(update) = &step.operation else { return false };
        let Some(wanted) = self.wanted(task) else { return false };
        let renamed = update.user_name.as_ref().is_none_or(|name| {
            *name == wanted.user_name
                && !same_address(name, &live.user_name)
                && self.is_free(name, step)
        });
        let follows = |attribute, value: &Value| {
            attribute == Attribute::Email
                && update.user_name.as_ref().map(|name| Value::Text(name.clone())).as_ref()
                    == Some(value)
        };
        let known = || self.record_of(task, live);
        let kept = |attribute| known().filter(|k| k.is_owed())?.kept.as_ref()?.get(attribute);
        let owed = |attribute, value: &Value| kept(attribute) == Some(value);
        let owed_license = |key: &str, value: &LicenseValue| {
            kept(Attribute::Licenses).and_then(|kept| kept.license(key)) == Some(value)
        };
        renamed
            && !update.is_empty()
            && update.values.iter().all(|(attribute, value)| match value {
                Value::Map(keys) => keys.iter().all(|(key, value)| {
                    wanted.values.license(key) == Some(value) || owed_license(key, value)
                }),
                Value::Text(_) | Value::Bool(_) | Value::Set(_) => {
                    wanted.values.get(attribute) == Some(value)
                        || follows(attribute, value)
                        || owed(attribute, value)
                }
            })
    }

    /// By id or by name: a record may have moved here from another key.
    fn record_of(&self, task: &Task, live: &Live) -> Option<&'a Record> {
        self.recorded.get(&live.id).copied().or_else(|| {
            let known = self.input.state.connections.get(&task.address.connection)?;
            known.accounts.values().find(|r| same_address(&r.user_name, &live.user_name))
        })
    }

    /// The guards count what the work takes away.
    fn guards(&self, planned: &Planned, tasks: &[&Task], found: &mut Vec<String>) {
        let removes = |task: &&&Task| {
            task.steps.iter().any(|step| {
                matches!(step.action, Action::Disable | Action::Delete | Action::Forget)
                    || self.downgrades(task, step)
            })
        };
        let removals = tasks.iter().filter(removes).count() as u64;
        let deletes = tasks
            .iter()
            .filter(|task| task.steps.iter().any(|step| step.action == Action::Delete))
            .count() as u64;
        let name = &self.connection.settings.name;
        for (kind, counted) in [(GuardKind::Removals, removals), (GuardKind::Deletes, deletes)] {
            let guard = planned
                .plan
                .guards
                .iter()
                .find(|guard| guard.connection == *name && guard.kind == kind);
            // With targets the guard counts more than is carried out, never less.
            let whole = self.input.options.targets.is_empty();
            let fits = |planned| if whole { planned == counted } else { planned >= counted };
            if !guard.is_some_and(|guard| fits(guard.planned)) {
                found.push(format!("{name}: the guard miscounts {}", kind.word()));
            }
        }
    }

    /// Nobody gains or loses a role that counts past the guard, and it counts everybody who does.
    fn privileges(
        &self,
        planned: &Planned,
        tasks: &[&Task],
        roles_wait: bool,
        found: &mut Vec<String>,
    ) {
        let changing = tasks.iter().filter(|task| self.changes_roles(task)).count() as u64;
        let name = &self.connection.settings.name;
        let mut guards = planned.plan.guards.iter();
        let guard = guards.find(|g| g.connection == *name && g.kind == GuardKind::Privileges);
        // What waits is counted and not among the work.
        if guard.is_none_or(|guard| guard.planned < changing) {
            found.push(format!("{name}: the guard miscounts privileges"));
        }
        if roles_wait && changing > 0 {
            found.push(format!("{name}: a role changes past its guard"));
        }
    }

    fn changes_roles(&self, task: &Task) -> bool {
        let high = |value: Option<&Value>| -> BTreeSet<Text> {
            let Some(Value::Set(roles)) = value else { return BTreeSet::new() };
            let settings = &self.connection.settings;
            roles.iter().filter(|role| settings.is_privileged(role)).map(|r| fold(r)).collect()
        };
        let live = task.id.as_ref().and_then(|id| self.by_id.get(id).copied());
        task.steps.iter().any(|step| match &step.operation {
            Operation::Create(new) => !high(new.values.get(Attribute::Roles)).is_empty(),
            Operation::Update(update) | Operation::Enable(update) => {
                let new = update.values.get(Attribute::Roles);
                let had = live.and_then(|live| live.values.get(Attribute::Roles));
                new.is_some() && high(new) != high(had)
            }
            Operation::Record | Operation::Disable | Operation::Delete => false,
        })
    }

    fn downgrades(&self, task: &Task, step: &Step) -> bool {
        let Operation::Update(Update { values, .. }) = &step.operation else { return false };
        let Some(live) = task.id.as_ref().and_then(|id| self.by_id.get(id).copied()) else {
            return false;
        };
        let had = live.values.text(Attribute::UserType);
        let lost = match (had, values.text(Attribute::UserType)) {
            (Some("Licensed"), Some(new)) => new != "Licensed",
            (Some("On-Prem"), Some(new)) => !matches!(new, "Licensed" | "On-Prem"),
            _ => false,
        };
        let written = self.record_of(task, live).map(|record| &record.written);
        let lost_key = |(key, new): (&Text, &LicenseValue)| {
            let license = License::of(key);
            let written = written.and_then(|written| written.license(key));
            // What is never shown, and what nobody looked at, is as it was written.
            let had = match live.values.license(key).filter(|_| !license.write_only) {
                None if license.write_only || live.seen != Seen::Read => written,
                seen => seen,
            };
            let is_off = |value: &LicenseValue| license.is_off(value);
            license.is_guarded() && is_off(new) && had.is_some_and(|had| !is_off(had))
        };
        lost || matches!(values.get(Attribute::Licenses), Some(Value::Map(keys)) if keys.iter().any(lost_key))
    }
}

fn renames(step: &Step) -> bool {
    matches!(&step.operation, Operation::Update(update) if update.user_name.is_some())
}

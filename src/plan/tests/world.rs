//! A small world for planner tests: what is wanted, recorded and live, and an apply that never fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desired::{self, Desired, DesiredConnection, Origin, Ownership, Rule};
use crate::diagnostic::Place;
use crate::live::{self, Live, Seen};
use crate::model::{
    Action, Actions, Attribute, Connection, Fingerprint, Guard, Limit, Pace, Rate, Service, Text,
    Value, Values, fold,
};
use crate::plan::work::{Operation, Step};
use crate::plan::{Options, PlanInput, Planned, check, plan};
use crate::state::{self, Kept, Left, Provenance, State, Status};

pub(crate) fn place() -> Place {
    Place { file: "main.hcl".into(), line: 1, column: 1, text: String::new(), range: 0..0 }
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub desired: Desired,
    pub state: State,
    pub live: Vec<live::Account>,
    pub options: Options,
    pub cache: Arc<std::sync::Mutex<crate::refresh::ReadCache>>,
}

pub(crate) const CONNECTION: &str = "prod";

impl World {
    pub(crate) fn new() -> Self {
        let settings = Connection {
            name: CONNECTION.into(),
            service: Service::Zoom,
            description: None,
            scim_url: "https://api.zoom.us/scim2".into(),
            domains: None,
            enabled: true,
            actions: Actions::default(),
            guard: Guard {
                max_removals: Limit::Count(1000),
                max_deletes: Limit::Count(1000),
                protect: vec![],
                ..Guard::default()
            },
            rate: Rate::all(Pace::PerSecond(1.0)),
            max_in_flight: 4,
            max_page: None,
            retries: 5,
            deadline: 60,
        };
        let connection = DesiredConnection {
            settings,
            place: place(),
            rules: BTreeMap::new(),
            accounts: vec![],
            moved: BTreeMap::new(),
            removed: BTreeMap::new(),
            held: vec![],
            unusable: false,
        };
        let mut world = Self {
            desired: Desired {
                unread: BTreeMap::new(),
                connections: [(CONNECTION.into(), connection)].into(),
                directories: BTreeMap::new(),
            },
            state: State { lineage: "test".into(), serial: 1, ..State::default() },
            live: vec![],
            options: Options::default(),
            cache: Arc::default(),
        };
        world.rule("staff");
        world
    }

    pub(crate) fn connection(&mut self) -> &mut DesiredConnection {
        self.desired.connections.get_mut(CONNECTION).unwrap()
    }

    pub(crate) fn actions(&mut self) -> &mut Actions {
        &mut self.connection().settings.actions
    }

    pub(crate) fn rule(&mut self, name: &str) -> &mut Rule {
        self.connection().rules.entry(name.into()).or_insert(Rule {
            paused: false,
            directory: "hr".into(),
            // Emptiness has its own tests.
            selected: 1,
            place: place(),
            mapping: vec![],
        })
    }

    /// A `removed` block.
    pub(crate) fn removed(&mut self, key: &str, deprovision: bool) {
        let removed = desired::Removed { deprovision, place: place() };
        self.connection().removed.insert(key.into(), removed);
    }

    /// A `moved` block; `to` is the end of its chain.
    pub(crate) fn moved(&mut self, from: &str, to: &str) {
        let moved = desired::Moved { to: to.into(), place: place() };
        self.connection().moved.insert(from.into(), moved);
    }

    pub(crate) fn want(&mut self, key: &str, active: bool) -> &mut desired::Account {
        let account = desired::Account {
            key: key.into(),
            user_name: format!("{key}@example.com").into(),
            active,
            values: Values::new(),
            owner: Arc::new(Ownership { rules: vec!["staff".into()], ..Ownership::default() }),
            directory: "hr".into(),
            origin: Origin { file: "people.csv".into(), line: 2 },
        };
        let accounts = &mut self.connection().accounts;
        accounts.push(account);
        accounts.sort_by(|a, b| a.key.cmp(&b.key));
        accounts.iter_mut().find(|account| account.key == key).unwrap()
    }

    pub(crate) fn have(&mut self, key: &str, status: Status) -> &mut state::Account {
        let left = (status == Status::Deprovisioned).then(|| Left {
            at: None,
            reason: "left_rules".into(),
            off_before: false,
            deleted: false,
        });
        let kept = matches!(status, Status::Deprovisioned | Status::Disabled).then(Kept::default);
        let account = state::Account {
            id: (status != Status::Unknown).then(|| format!("id-{key}").into()),
            user_name: format!("{key}@example.com").into(),
            status,
            provenance: Provenance::Created,
            rules: vec!["staff".into()],
            protect: false,
            prevent_removal: vec![],
            written: Values::new(),
            refused: BTreeMap::new(),
            kept,
            left,
            leaver: None,
            version: None,
            hidden: false,
            updated: None,
            mapped: None,
        };
        let connection = self.state.connections.entry(CONNECTION.into()).or_default();
        connection.accounts.insert(key.into(), account);
        connection.accounts.get_mut(key).unwrap()
    }

    pub(crate) fn is(&mut self, key: &str, active: bool) -> &mut live::Account {
        self.live.push(live::Account {
            id: format!("id-{key}").into(),
            user_name: format!("{key}@example.com").into(),
            active,
            values: Values::new(),
            seen: Seen::Read,
            version: None,
            admin: None,
        });
        self.live.last_mut().unwrap()
    }

    /// Plans, and holds the plan against the checker.
    pub(crate) fn plan(&self) -> Planned {
        let planned = self.try_plan().unwrap();
        let live = self.listing();
        let fingerprints = BTreeMap::new();
        let violations = check(&planned, &self.input(&live, &fingerprints));
        assert_eq!(violations, Vec::<String>::new(), "{:#?}", planned.plan.changes);
        planned
    }

    pub(crate) fn try_plan(&self) -> Result<Planned, Vec<crate::diagnostic::Diagnostic>> {
        let live = self.listing();
        let fingerprints = BTreeMap::new();
        plan(&self.input(&live, &fingerprints))
    }

    fn listing(&self) -> BTreeMap<Text, Live> {
        let total = self.live.len() as u64;
        [(CONNECTION.into(), Live::complete(self.live.clone(), total).unwrap())].into()
    }

    pub(crate) fn input<'a>(
        &'a self,
        live: &'a BTreeMap<Text, Live>,
        fingerprints: &'a BTreeMap<Text, Fingerprint>,
    ) -> PlanInput<'a> {
        PlanInput {
            desired: &self.desired,
            state: &self.state,
            live,
            fingerprints,
            options: &self.options,
            config: "sha256:0",
            sandbox: false,
        }
    }

    /// Carries a plan out in a service that does what it is asked, with Zoom's manners.
    pub(crate) fn apply(&mut self, planned: &Planned) {
        self.apply_until(planned, usize::MAX);
    }

    /// The same, but killed after so many steps.
    pub(crate) fn apply_until(&mut self, planned: &Planned, stop: usize) {
        for effect in &planned.work.records {
            self.state.put(&effect.address, effect.record.clone());
        }
        for address in &planned.work.stale {
            self.state.gone(address);
        }
        planned.work.tell(&mut self.state, &"2026-01-01T00:00:00Z".into());
        let mut steps: Vec<_> = planned
            .work
            .tasks
            .iter()
            .flat_map(|task| task.steps.iter().map(move |step| (task, step)))
            .collect();
        steps.sort_by_key(|(_, step)| step.phase);
        for (task, step) in steps.into_iter().take(stop) {
            let made = self.carry_out(task.id.as_ref(), step);
            let mut record = step.record.clone();
            if let (Some(record), Some(id)) = (&mut record, made) {
                record.id = Some(id);
                // Who is not killed sees that the service shows it.
                record.status = if stop == usize::MAX { Status::Active } else { record.status };
            }
            self.state.put(&task.address, record);
        }
    }

    fn carry_out(&mut self, id: Option<&Text>, step: &Step) -> Option<Text> {
        if let Operation::Create(new) = &step.operation {
            let taken =
                self.live.iter().any(|account| fold(&account.user_name) == fold(&new.user_name));
            assert!(!taken, "{} is created twice", new.user_name);
            let id: Text = format!("new-{}-{}", new.user_name, self.live.len()).into();
            let mut values = new.values.clone();
            values.set(Attribute::Email, Value::Text(new.user_name.clone()));
            self.live.push(live::Account {
                id: id.clone(),
                user_name: new.user_name.clone(),
                active: true,
                values,
                seen: Seen::Read,
                version: None,
                admin: None,
            });
            return Some(id);
        }
        if step.operation == Operation::Record {
            return None;
        }
        let at = self.live.iter().position(|account| Some(&account.id) == id).unwrap();
        if step.action == Action::Delete {
            self.live.remove(at);
            return None;
        }
        let names: Vec<_> = self.live.iter().map(|account| fold(&account.user_name)).collect();
        let account = self.live.get_mut(at).unwrap();
        if let Operation::Disable = step.operation {
            account.active = false;
            account.values.remove(Attribute::Licenses);
            account.values.set(Attribute::UserType, Value::text("Basic"));
        }
        if let Operation::Update(update) | Operation::Enable(update) = &step.operation {
            if matches!(step.operation, Operation::Enable(_)) {
                account.active = true;
            }
            if let Some(name) = &update.user_name {
                assert!(!names.contains(&fold(name)), "{name} is taken");
                account.user_name = name.clone();
            }
            for (attribute, value) in update.values.iter() {
                account.values.merge(attribute, value.clone());
            }
        }
        None
    }

    /// The plan in short: `key action,!action(by) reason` for each change, then records.
    pub(crate) fn short(&self) -> String {
        let planned = self.plan();
        let mut lines: Vec<String> = planned
            .plan
            .changes
            .iter()
            .map(|change| {
                let run = change.actions.iter().map(ToString::to_string);
                let blocked = change.blocked.iter().map(|b| format!("!{}({})", b.action, b.by));
                let steps: Vec<_> = run.chain(blocked).collect();
                format!("{} {} {}", change.address.key, steps.join(","), change.reason.word())
            })
            .collect();
        lines.extend(planned.plan.records.iter().map(|record| {
            let what: Vec<_> = record.what.iter().map(|what| what.word()).collect();
            format!("{} records {}", record.address.key, what.join(","))
        }));
        lines.join("; ")
    }
}

//! People × rules → accounts: one pass over each directory, with all rules that take from it.
//!
//! Nothing is copied of a person but what an account keeps, and what several rules say together is
//! made once for each combination of rules.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use smol_str::format_smolstr;

use crate::desired::{Account, Origin, Ownership};
use crate::diagnostic::Span;
use crate::model::{ATTRIBUTES, Attribute, Service, Text, Value as Wanted, Values};

use super::directory::USERS;
use super::lang::{Env, Person};
use super::merge::without_value;
use super::people::People;
use super::report::Report;
use super::rows::Limited;
use super::rules::{Ready, Selection, World, near_columns};
use super::settings::as_bool;
use super::silence;
use super::unfit::Unfit;

const COUNT: usize = ATTRIBUTES.len();

/// An account with the place of its person.
pub(super) struct Found {
    pub(super) account: Account,
    pub(super) row: usize,
    pub(super) span: Span,
}

/// What came of the rules of one connection.
pub(super) struct Assigned {
    pub(super) accounts: Vec<Found>,
    /// How many people each rule selected, by position. Those whom it may select count too.
    pub(super) selected: Vec<u64>,
    /// People whose record can't be used.
    pub(super) unfit: Unfit,
}

/// Runs the enabled rules of one connection. `rules` are all of it; those that can't run are passed
/// over, and then what other rules lack is not held against them.
pub(super) fn assign(
    report: &mut Report,
    world: &World<'_>,
    service: Service,
    rules: &[&Ready],
) -> Assigned {
    let mut run = Run {
        report,
        world,
        service,
        rules,
        errors: rules.iter().map(|_| Limited::new("people of this rule")).collect(),
        selected: vec![0; rules.len()],
        inactive: vec![0; rules.len()],
        odd: BTreeMap::new(),
        owners: HashMap::new(),
        accounts: Vec::new(),
        unfit: Unfit::default(),
    };
    let mark = run.report.mark();
    let whole = !rules.iter().any(|rule| rule.broken && !rule.paused);
    let mut names: Vec<&Text> = rules.iter().map(|rule| &rule.directory).collect();
    names.sort();
    names.dedup();
    for name in names {
        run.directory(name, whole);
    }
    if !run.report.failed_since(mark) && !run.unfit.lacks_column {
        silence::look(&mut run);
    }
    run.finish()
}

pub(super) struct Run<'r, 'w> {
    pub(super) report: &'r mut Report,
    pub(super) world: &'w World<'w>,
    pub(super) service: Service,
    pub(super) rules: &'w [&'w Ready],
    pub(super) errors: Vec<Limited>,
    pub(super) selected: Vec<u64>,
    /// How many of them each rule makes inactive.
    pub(super) inactive: Vec<u64>,
    /// Values that the service doesn't document: how many people, and the first.
    pub(super) odd: BTreeMap<(usize, Attribute, Text), (u64, Span)>,
    pub(super) owners: HashMap<Vec<usize>, Arc<Ownership>>,
    pub(super) accounts: Vec<Found>,
    pub(super) unfit: Unfit,
}

/// One person, wherever it comes from.
pub(super) struct Subject<'a> {
    pub(super) person: &'a dyn Person,
    pub(super) key: Text,
    pub(super) span: Span,
    /// Whether another row has the same key.
    pub(super) doubled: bool,
    /// Whether columns without a value say nothing at all, as in a `user` block.
    pub(super) declared: Option<&'a super::user::UserBlock>,
}

/// What the rules say of one person so far.
pub(super) type Slots = [Option<(Wanted, usize)>; COUNT];

impl<'w> Run<'_, 'w> {
    /// The rule of an index, all of which are made from the rules themselves.
    pub(super) fn rule(&self, at: usize) -> &'w Ready {
        self.rules.get(at).expect("an index of a rule is that of one")
    }

    fn directory(&mut self, name: &Text, whole: bool) {
        let ready = |rule: &Ready| rule.directory == *name && !rule.paused && !rule.broken;
        let mut rules: Vec<usize> =
            (0..self.rules.len()).filter(|at| ready(self.rule(*at))).collect();
        // The highest precedence first: what is set then stays.
        rules.sort_by_key(|at| (-self.rule(*at).precedence, self.rule(*at).name.clone()));
        let world = self.world;
        let nobody = match world.directories.get(name) {
            Some(people) => people.as_ref().is_none_or(|people| people.keys.is_empty()),
            None => world.users.is_empty(),
        };
        if nobody || rules.is_empty() || whole && !self.can_name(name, &rules) {
            return;
        }
        let mut cursors = vec![0; rules.len()];
        let mut slots: Slots = Default::default();
        if name == USERS {
            for (row, user) in world.users.iter().enumerate().filter(|(_, user)| !user.broken) {
                let key = user.name.clone();
                let (span, declared) = (user.span, Some(user));
                let subject = Subject { person: user, key, span, doubled: false, declared };
                self.person(name, &rules, &mut cursors, row, &subject, &mut slots, whole);
            }
            return;
        }
        let Some(Some(people)) = world.directories.get(name) else { return };
        for (row, key) in people.keys.iter().enumerate() {
            let Some((person, span)) = people.row(row) else { continue };
            let key = format_smolstr!("{name}/{key}");
            let doubled = people.doubled.contains(&row);
            let subject = Subject { person: &person, key, span, doubled, declared: None };
            self.person(name, &rules, &mut cursors, row, &subject, &mut slots, whole);
        }
    }

    /// Whether any rule can say which address a person has; reports it if none can.
    fn can_name(&mut self, directory: &Text, rules: &[usize]) -> bool {
        let names = |at: &usize| {
            let mut mapping = self.rule(*at).mapping.iter();
            mapping.any(|(attribute, _)| *attribute == Attribute::UserName)
        };
        if rules.iter().any(names) {
            return true;
        }
        let columns = self
            .world
            .directories
            .get(directory)
            .and_then(Option::as_ref)
            .and_then(|people: &People| people.columns.as_ref());
        let help = columns.and_then(|columns| near_columns(columns));
        let mut found = Vec::new();
        for &at in rules {
            let rule = self.rule(at);
            let summary = format!("rule `{}` sets no `user_name`", rule.name);
            let default =
                "add a `mapping` with `user_name = …`, or a column `user_name`".to_owned();
            let help = help.clone().unwrap_or(default);
            found.push(self.report.error(rule.span, summary).help(help));
        }
        self.unfit.lacks_column |= directory != USERS;
        self.unfit.say(directory, found);
        false
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "the loop's own variables, reused for each person"
    )]
    fn person(
        &mut self,
        directory: &Text,
        rules: &[usize],
        cursors: &mut [usize],
        row: usize,
        subject: &Subject<'_>,
        slots: &mut Slots,
        whole: bool,
    ) {
        slots.fill(None);
        let mut owners = Vec::new();
        let mut sound = !subject.doubled;
        let env = self.world.constants.env().with_person(subject.person);
        for (at, cursor) in rules.iter().zip(cursors) {
            let rule = self.rule(*at);
            let selected = self.selects(*at, rule, &env, cursor, row, subject);
            if selected == Some(false) {
                continue;
            }
            *self.selected.get_mut(*at).expect("each rule has a count") += 1;
            if selected.is_none() {
                sound = false;
                continue;
            }
            owners.push(*at);
            for (attribute, mapped) in &rule.mapping {
                sound &= self.set(*at, rule, *attribute, mapped, &env, subject, slots);
            }
        }
        if !sound {
            let name = slots.get_mut(Attribute::UserName as usize).and_then(Option::take);
            let user_name = match name {
                Some((Wanted::Text(name), _)) => Some(name),
                _ => None,
            };
            self.unfit.add(directory, row, subject, user_name);
            return;
        }
        if owners.is_empty() {
            return;
        }
        let set = slots.iter().flatten().count();
        let mut take = |attribute: Attribute| {
            slots.get_mut(attribute as usize).and_then(Option::take).map(|(value, _)| value)
        };
        let active = !matches!(take(Attribute::Active), Some(Wanted::Bool(false)));
        let Some(Wanted::Text(user_name)) = take(Attribute::UserName) else {
            if whole {
                let at = owners.first().copied().unwrap_or(0);
                self.nameless(at, subject);
                self.unfit.add(directory, row, subject, None);
            }
            return;
        };
        let mut values = Values::with_room(set.saturating_sub(1));
        values.extend(
            ATTRIBUTES
                .iter()
                .filter_map(|spec| take(spec.attribute).map(|value| (spec.attribute, value))),
        );
        owners.sort_unstable();
        let owner = self.owner(owners);
        let origin = Origin {
            file: self.report.sources.name(subject.span.file),
            line: self.report.sources.line(subject.span),
        };
        let account = Account {
            key: subject.key.clone(),
            user_name,
            active,
            values,
            owner,
            directory: directory.clone(),
            origin,
        };
        self.accounts.push(Found { account, row, span: subject.span });
    }

    /// Whether a rule selects a person; `None` where that can't be told, which is reported.
    fn selects(
        &mut self,
        at: usize,
        rule: &Ready,
        env: &Env<'_>,
        cursor: &mut usize,
        row: usize,
        subject: &Subject<'_>,
    ) -> Option<bool> {
        match &rule.selection {
            Selection::All => Some(true),
            Selection::Rows(rows) => {
                // Both go upwards, so one step at most is needed for each person.
                while rows.get(*cursor).is_some_and(|next| *next < row) {
                    *cursor += 1;
                }
                Some(rows.get(*cursor) == Some(&row))
            }
            Selection::Filter(expr) => {
                let value = match env.eval(expr) {
                    Ok(value) => value,
                    Err(problem) => {
                        let hidden = self.hidden_in(rule, expr);
                        self.fail(at, subject, |report| {
                            without_value(problem.into_diagnostic(&report.sources), hidden)
                        });
                        return None;
                    }
                };
                let selected = as_bool(&value);
                if selected.is_none() {
                    let detail = format!("this is {}", super::settings::kind(&value));
                    self.fail(at, subject, |report| {
                        report.error(expr.span(), "`filter` must be true or false").detail(detail)
                    });
                }
                selected
            }
        }
    }
}

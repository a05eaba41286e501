//! Rules that do nothing although there are people, and comparisons that can't hold: what would go wrong without a
//! word, with the values that are really there.
//!
//! A second pass over the people, only where something is to be explained, and within bounds of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::assign::Run;
use super::attributes::shown;
use super::directory::USERS;
use super::lang::{Budget, Comparison, Env, Expr, Person, Value};
use super::rules::{Mapped, Ready, Selection, World};
use super::sensitive::Sensitive;
use super::settings::as_bool;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Attribute, Text};

/// Most steps that all explanations of one connection may take.
const MOST_STEPS: u64 = 50_000_000;
/// So many people tell of which type a value is.
const FIRST: u64 = 1_000;
/// Most different values that are counted.
const MOST_VALUES: usize = 1_000;
/// Most values that are shown, and most parts of an expression.
const SHOWN: usize = 5;
/// So many different values say who somebody is: of more, only those are shown that several have.
const FEW: usize = 10;
/// Longest part of an expression that is shown, in characters.
const LONGEST: usize = 80;

/// Warns of the rules of one connection. Those whose people had errors are left alone: they can't be told from it.
pub(super) fn look(run: &mut Run<'_, '_>) {
    let budget = Budget::of(MOST_STEPS, u64::MAX);
    let mut found = Vec::new();
    for (at, rule) in run.rules.iter().enumerate() {
        let failed = run.errors.get(at).is_none_or(|errors| !errors.is_empty());
        if rule.paused || rule.broken || failed {
            continue;
        }
        let people = People::of(run.world, rule, &budget);
        let all = people.count();
        if all == 0 {
            continue;
        }
        let count = |of: &[u64]| of.get(at).copied().unwrap_or(0);
        let looking = Looking { run, rule, people };
        looking.comparisons(&mut found);
        let (selected, inactive) = (count(&run.selected), count(&run.inactive));
        if selected == 0 {
            found.push(looking.nobody(all));
        } else if inactive == selected {
            found.extend(looking.inactive(selected));
        }
    }
    run.report.extend(found);
}

/// The people that a rule may select.
struct People<'w> {
    world: &'w World<'w>,
    directory: &'w Text,
    budget: &'w Budget,
    sensitive: Sensitive,
}

impl<'w> People<'w> {
    fn of(world: &'w World<'w>, rule: &'w Ready, budget: &'w Budget) -> Self {
        let people = world.directories.get(&rule.directory).and_then(Option::as_ref);
        let sensitive = people.map(|people| people.sensitive.clone()).unwrap_or_default();
        Self { world, directory: &rule.directory, budget, sensitive }
    }

    fn count(&self) -> usize {
        if self.directory == USERS {
            return self.world.users.len();
        }
        let people = self.world.directories.get(self.directory).and_then(Option::as_ref);
        people.map_or(0, |people| people.keys.len())
    }

    /// Calls `visit` for the people of a selection, as long as the budget lasts and `visit` says so, with what
    /// expressions see of each.
    fn each(&self, selection: Option<&Selection>, mut visit: impl FnMut(&Env<'_>) -> bool) {
        let env = Env { budget: Some(self.budget), ..self.world.constants.env() };
        let mut one = |row: usize, person: &dyn Person| {
            let env = env.with_person(person);
            let selected = match selection {
                None | Some(Selection::All) => true,
                Some(Selection::Rows(rows)) => rows.binary_search(&row).is_ok(),
                Some(Selection::Filter(filter)) => holds(&env, filter),
            };
            !self.budget.is_used_up() && (!selected || visit(&env))
        };
        if self.directory == USERS {
            let mut users = self.world.users.iter().enumerate().filter(|(_, user)| !user.broken);
            _ = users.all(|(row, user)| one(row, user));
            return;
        }
        let people = self.world.directories.get(self.directory).and_then(Option::as_ref);
        let mut rows = 0..self.count();
        _ = rows.all(|row| {
            let person = people.and_then(|people| people.row(row));
            person.is_none_or(|(person, _)| one(row, &person))
        });
    }

    /// Whether people may have something else than texts.
    fn nests(&self) -> bool {
        let people = self.world.directories.get(self.directory).and_then(Option::as_ref);
        people.is_none_or(super::people::People::nests)
    }

    /// What a part of an expression is for the first people.
    fn first_values(&self, part: &Expr) -> Values {
        self.some_values(None, part, FIRST)
    }

    /// What a part of an expression is, person by person.
    fn values(&self, selection: Option<&Selection>, part: &Expr) -> Values {
        self.some_values(selection, part, u64::MAX)
    }

    fn some_values(&self, selection: Option<&Selection>, part: &Expr, most: u64) -> Values {
        let mut values = Values::default();
        self.each(selection, |env| {
            if let Ok(value) = env.eval(part) {
                values.add(&value);
            }
            values.all < most
        });
        values
    }
}

fn holds(env: &Env<'_>, condition: &Expr) -> bool {
    env.eval(condition).is_ok_and(|value| as_bool(&value) == Some(true))
}

/// One rule, and why it does nothing.
struct Looking<'r, 'a, 'w> {
    run: &'r Run<'a, 'w>,
    rule: &'r Ready,
    people: People<'r>,
}

impl Looking<'_, '_, '_> {
    /// The text of a part, on one line.
    fn text(&self, part: &Expr) -> String {
        let text = self.run.report.sources.slice(part.span());
        let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((at, _)) = words.char_indices().nth(LONGEST) {
            words.truncate(at);
            words.push('…');
        }
        words
    }

    /// The rule selects nobody.
    fn nobody(&self, all: usize) -> Diagnostic {
        let (name, directory) = (&self.rule.name, self.people.directory);
        let of = if all == 1 { "the one person".to_owned() } else { format!("the {all} people") };
        let summary = format!("rule `{name}` selects nobody of {of} of directory `{directory}`");
        match &self.rule.selection {
            Selection::Filter(filter) => {
                let (part, why) = self.why(filter, None);
                let mut warning = self.run.report.warning(part.span(), summary);
                warning.help = why;
                warning.related(self.run.report.place(self.rule.span), "the rule is this one")
            }
            Selection::All | Selection::Rows(_) => self
                .run
                .report
                .warning(self.rule.span, summary)
                .help("its list of users is empty; a rule that is not wanted any more can be taken out"),
        }
    }

    /// Everybody whom the rule selects is inactive by what it maps.
    fn inactive(&self, selected: u64) -> Option<Diagnostic> {
        let mapped = self.rule.mapping.iter().find(|(of, _)| *of == Attribute::Active);
        let Some((_, Mapped::Expr(active))) = mapped else { return None };
        // A column's own `false`, and one that is written down, are meant.
        if active.uses_person().is_none() || active.as_reference().is_some() {
            return None;
        }
        let name = &self.rule.name;
        let whom = if selected == 1 {
            "the one person".to_owned()
        } else {
            format!("all {selected} people")
        };
        let (part, why) = self.why(active, Some(&self.rule.selection));
        let summary = format!(
            "`active` is false for {whom} whom rule `{name}` selects: nobody of them may sign in"
        );
        let mut warning = self.run.report.warning(part.span(), summary);
        warning.help = why;
        Some(warning)
    }

    /// The part of a condition that holds for nobody, and what the people have instead.
    fn why(&self, condition: &Expr, selection: Option<&Selection>) -> (Expr, Vec<String>) {
        let parts = condition.conditions();
        let mut counts = vec![0_u64; parts.len()];
        self.people.each(selection, |env| {
            for (part, count) in parts.iter().zip(&mut counts) {
                *count += u64::from(holds(env, part));
            }
            true
        });
        let never: Vec<&Expr> =
            parts.iter().zip(&counts).filter(|(_, count)| **count == 0).map(|(p, _)| p).collect();
        let Some(first) = never.first() else {
            let each = parts.iter().zip(&counts).take(SHOWN);
            let each: Vec<String> = each
                .map(|(part, count)| format!("`{}` for {}", self.text(part), people(*count)))
                .collect();
            let why =
                format!("each part holds for somebody, but never all of them: {}", each.join(", "));
            return (condition.clone(), vec![why]);
        };
        let why = never.iter().take(SHOWN).flat_map(|part| self.instead(part, selection)).collect();
        ((*first).clone(), why)
    }

    /// What people have where a part of a condition holds for nobody.
    fn instead(&self, part: &Expr, selection: Option<&Selection>) -> Vec<String> {
        if let Some(Comparison { side, wanted, equal, .. }) = part.as_comparison() {
            let text = self.text(&side);
            let only = wanted.first().filter(|_| wanted.len() == 1).map(literal);
            if !equal {
                return vec![format!("`{text}` is always {}", only.unwrap_or_default())];
            }
            let values = self.people.values(selection, &side);
            let near = wanted.iter().find_map(|wanted| values.near(wanted));
            let what = only.unwrap_or_else(|| "in that list".to_owned());
            let is = self.shown(&side, &values, near.as_deref());
            let mut why = vec![format!("`{text}` is never {what}: {is}")];
            if self.people.sensitive.in_expr(&side).is_none() {
                why.extend(near.map(|near| format!("did you mean {near:?}?")));
            }
            return why;
        }
        let mut seen = BTreeSet::new();
        let mut why = vec![format!("`{}` holds for nobody", self.text(part))];
        for subject in part.subjects() {
            let text = self.text(&subject);
            if seen.len() < SHOWN && seen.insert(text.clone()) {
                let values = self.people.values(selection, &subject);
                why.push(format!("`{text}`: {}", self.shown(&subject, &values, None)));
            }
        }
        why
    }

    /// What is said of the values of a part.
    fn shown(&self, part: &Expr, values: &Values, near: Option<&str>) -> String {
        match self.people.sensitive.in_expr(part) {
            Some(_) => "its values are not shown, since the column is sensitive".to_owned(),
            None => values.words(near),
        }
    }

    /// Comparisons of texts with what is no text.
    fn comparisons(&self, found: &mut Vec<Diagnostic>) {
        let filter = match &self.rule.selection {
            Selection::Filter(filter) => Some(filter),
            Selection::All | Selection::Rows(_) => None,
        };
        let mapped = self.rule.mapping.iter().filter_map(|(_, mapped)| match mapped {
            Mapped::Expr(expr) => Some(expr),
            Mapped::Column(_) => None,
        });
        for comparison in filter.into_iter().chain(mapped).flat_map(Expr::comparisons) {
            let no_text = |value: &Value| matches!(value, Value::Bool(_) | Value::Number(_));
            let Some(wanted) = comparison.wanted.first() else { continue };
            if comparison.side.uses_person().is_none() {
                continue;
            }
            if comparison.wanted.iter().all(no_text) {
                let values = self.people.values(None, &comparison.side);
                if values.texts > 0 {
                    found.push(self.never_equal(&comparison, wanted, &values));
                }
            } else if let (Some(text), true) = (wanted.as_text(), self.people.nests()) {
                // The first tell which type an export has there.
                let values = self.people.first_values(&comparison.side);
                if values.texts == 0 && values.counts.contains_key(&(false, text.into())) {
                    found.push(self.no_text(&comparison, text, &values));
                }
            }
        }
    }

    /// A text is compared with what is a number or a bool for everybody.
    fn no_text(&self, comparison: &Comparison, wanted: &str, values: &Values) -> Diagnostic {
        let Comparison { whole, side, equal, .. } = comparison;
        let text = self.text(side);
        let never = if *equal { "is never true" } else { "is always true" };
        let summary = format!("`{}` {never}: `{text}` is no text", self.text(whole));
        let sign = if *equal { "==" } else { "!=" };
        self.run
            .report
            .warning(whole.span(), summary)
            .help(format!("`{text}`: {}", self.shown(side, values, None)))
            .help(format!("write it without quotes: `{text} {sign} {wanted}`"))
    }

    fn never_equal(&self, comparison: &Comparison, wanted: &Value, values: &Values) -> Diagnostic {
        let Comparison { whole, side, equal, .. } = comparison;
        let (text, wanted) = (self.text(side), wanted.to_text().unwrap_or_default());
        let never = if *equal { "is never true" } else { "is always true" };
        let summary =
            format!("`{}` {never} of a text: a text does not equal {wanted}", self.text(whole));
        let who = if values.texts == values.all {
            format!("`{text}` is a text for everybody")
        } else {
            format!("`{text}` is a text for {} of {}", values.texts, people(values.all))
        };
        let warning = self.run.report.warning(whole.span(), summary);
        let warning = warning.help(format!("{who}: {}", self.shown(side, values, Some(&wanted))));
        let hidden = self.people.sensitive.in_expr(side).is_some();
        let own = values.texts().find(|text| text.eq_ignore_ascii_case(&wanted));
        let write = shown(own.filter(|_| !hidden).unwrap_or(&wanted));
        let sign = if *equal { "==" } else { "!=" };
        warning.help(if comparison.wanted.len() > 1 {
            format!("write texts in quotes, such as {write:?}")
        } else {
            format!("write `{text} {sign} {write:?}`")
        })
    }
}

/// A value as it is written.
fn literal(value: &Value) -> String {
    match (value.as_text(), value.to_text()) {
        (Some(text), _) => format!("{:?}", shown(text)),
        (None, Some(text)) => text.to_string(),
        (None, None) => super::settings::kind(value),
    }
}

fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// The values that a part has, and how often.
#[derive(Default)]
struct Values {
    counts: BTreeMap<(bool, Text), u64>,
    all: u64,
    texts: u64,
}

impl Values {
    fn add(&mut self, value: &Value) {
        let is_text = value.as_text().is_some();
        self.all += 1;
        self.texts += u64::from(is_text);
        let text = value.to_text().unwrap_or_else(|| super::settings::kind(value).into());
        if let Some(count) = self.counts.get_mut(&(is_text, text.clone())) {
            *count += 1;
        } else if self.counts.len() < MOST_VALUES {
            self.counts.insert((is_text, text), 1);
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.counts.keys().filter(|(is_text, _)| *is_text).map(|(_, text)| text.as_str())
    }

    /// The value that is meant, probably.
    fn near(&self, wanted: &Value) -> Option<String> {
        let wanted = wanted.as_text()?;
        let same = |text: &&str| text.trim().to_lowercase() == wanted.trim().to_lowercase();
        let like =
            || did_you_mean(wanted, self.texts()).filter(|_| wanted.chars().nth(2).is_some());
        let near = self.texts().find(same).or_else(like);
        near.map(shown)
    }

    /// The values that most people have.
    fn words(&self, near: Option<&str>) -> String {
        let several = self.counts.len() > FEW;
        let mut most: Vec<(&(bool, Text), u64)> = self
            .counts
            .iter()
            .filter(|((_, text), count)| !several || **count > 1 || near == Some(text.as_str()))
            .map(|(value, count)| (value, *count))
            .collect();
        most.sort_by_key(|((_, text), count)| (near != Some(text.as_str()), u64::MAX - count));
        most.truncate(SHOWN);
        let each = most.iter().map(|((is_text, text), count)| {
            let value = if *is_text { format!("{:?}", shown(text)) } else { text.to_string() };
            if *count == 1 { format!("{value} once") } else { format!("{value} {count} times") }
        });
        let mut words: Vec<String> = each.collect();
        let others = self.counts.len() - most.len();
        if self.counts.len() == MOST_VALUES {
            words.push("many others".to_owned());
        } else if others > 0 {
            words.push(if others == 1 {
                "1 other value".to_owned()
            } else {
                format!("{others} other values")
            });
        }
        if most.is_empty() && others > 0 {
            format!("it has {others} different values")
        } else if words.is_empty() {
            "nobody has a value there".to_owned()
        } else {
            format!("it is {}", words.join(", "))
        }
    }
}

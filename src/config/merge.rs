//! What the rules say of one person together: who wins, who owns, and what doesn't fit.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::desired::Ownership;
use crate::diagnostic::{Diagnostic, Place, Span};
use crate::model::{Attribute, Kind, License, Service, Text, Value as Wanted, same_address};

use super::assign::{Assigned, Run, Slots, Subject};
use super::attributes;
use super::lang::{Cell, Env, Expr, Value};
use super::report::Report;
use super::rules::{Mapped, Ready};

impl Run<'_, '_> {
    /// Sets an attribute from what a rule says, unless a higher precedence has. `false` where that
    /// failed, which is reported.
    #[allow(
        clippy::too_many_arguments,
        reason = "the loop's own variables, reused for each person"
    )]
    pub(super) fn set(
        &mut self,
        at: usize,
        rule: &Ready,
        attribute: Attribute,
        mapped: &Mapped,
        env: &Env<'_>,
        subject: &Subject<'_>,
        slots: &mut Slots,
    ) -> bool {
        let (value, span) = match mapped {
            Mapped::Column(column) => {
                if subject.declared.is_some_and(|user| user.get(attribute).is_none()) {
                    return true;
                }
                let value = match subject.person.cell(*column) {
                    Cell::Text(text) => Value::text(text),
                    Cell::Value(value) => value.clone(),
                    Cell::Owned(value) => value,
                };
                (value, None)
            }
            Mapped::Expr(expr) => match env.eval(expr) {
                Ok(value) => (value, Some(expr.span())),
                Err(problem) => {
                    let hidden = self.hidden(rule, mapped);
                    self.fail(at, subject, |report| {
                        without_value(problem.into_diagnostic(&report.sources), hidden)
                    });
                    return false;
                }
            },
        };
        let wanted = match attributes::convert(attribute, &value) {
            Ok(Some(wanted)) => wanted,
            Ok(None) => return true,
            Err(why) => {
                let help = attributes::help(attribute, &value);
                let hidden = self.hidden(rule, mapped);
                self.fail(at, subject, |report| {
                    let span = span.unwrap_or(rule.span);
                    if hidden.is_some() {
                        let error = report.error(span, format!("`{attribute}` can't be used"));
                        return without_value(error, hidden);
                    }
                    report.error(span, format!("`{attribute}` {why}")).maybe_help(help)
                });
                return false;
            }
        };
        self.look(at, attribute, &wanted, subject.span);
        if let (Attribute::Active, Wanted::Bool(false), Some(count)) =
            (attribute, &wanted, self.inactive.get_mut(at))
        {
            *count += 1;
        }
        let slot = slots.get_mut(attribute as usize).expect("there is a slot for each attribute");
        let Some((before, winner)) = slot else {
            *slot = Some((wanted, at));
            return true;
        };
        let other = self.rule(*winner);
        if other.precedence != rule.precedence || same(attribute, before, &wanted) {
            return true;
        }
        self.fail(at, subject, |report| {
            report
                .error(
                    rule.span,
                    format!(
                        "rules `{}` and `{}` set `{attribute}` to different values",
                        other.name, rule.name
                    ),
                )
                .related(
                    report.place(other.span),
                    format!("both have precedence {}", rule.precedence),
                )
                .help("give one of them a higher `precedence`")
        });
        false
    }

    /// The sensitive column that a value comes from: nothing is said of it.
    fn hidden(&self, rule: &Ready, mapped: &Mapped) -> Option<String> {
        let people = self.world.directories.get(&rule.directory).and_then(Option::as_ref)?;
        match mapped {
            Mapped::Column(column) => {
                let name = people.columns.as_ref()?.names().get(*column)?;
                people.sensitive.has(name).then(|| name.to_string())
            }
            Mapped::Expr(expr) => people.sensitive.in_expr(expr).map(str::to_owned),
        }
    }

    /// The same of a filter.
    pub(super) fn hidden_in(&self, rule: &Ready, expr: &Expr) -> Option<String> {
        let people = self.world.directories.get(&rule.directory).and_then(Option::as_ref)?;
        people.sensitive.in_expr(expr).map(str::to_owned)
    }

    /// Notes a value that Zoom does not document.
    pub(super) fn look(&mut self, at: usize, attribute: Attribute, wanted: &Wanted, span: Span) {
        let known = attribute.spec().known_values;
        if self.service != Service::Zoom {
            return;
        }
        if let Wanted::Map(keys) = wanted {
            for key in keys.keys().filter(|key| !License::of(key).is_known) {
                self.odd.entry((at, attribute, key.clone())).or_insert((0, span)).0 += 1;
            }
        }
        if known.is_empty() {
            return;
        }
        if let Wanted::Text(text) = wanted
            && !text.is_empty()
            && !known.contains(&text.as_str())
        {
            self.odd.entry((at, attribute, text.clone())).or_insert((0, span)).0 += 1;
        }
    }

    pub(super) fn nameless(&mut self, at: usize, subject: &Subject<'_>) {
        self.fail(at, subject, |report| {
            Diagnostic::error("nothing sets this person's `user_name`")
                .at(report.place(subject.span))
                .help("a rule that selects the person must map `user_name` to a value")
        });
    }

    /// Adds a finding about one person to those of a rule, naming both.
    pub(super) fn fail(
        &mut self,
        at: usize,
        subject: &Subject<'_>,
        make: impl FnOnce(&Report) -> Diagnostic,
    ) {
        let rule = self.rule(at);
        let errors = self.errors.get_mut(at).expect("each rule has a list of its own");
        let report = &*self.report;
        errors.push_with(|| {
            let place: Place = report.place(subject.span);
            let label =
                format!("for `{}`, by rule `{}`", attributes::shown(&subject.key), rule.name);
            make(report).related(place, label)
        });
    }

    /// What a combination of rules says together.
    pub(super) fn owner(&mut self, rules: Vec<usize>) -> Arc<Ownership> {
        if let Some(known) = self.owners.get(&rules) {
            return known.clone();
        }
        let mut ownership = Ownership::default();
        for rule in rules.iter().map(|at| self.rule(*at)) {
            ownership.rules.push(rule.name.clone());
            ownership.ignore_changes = ownership.ignore_changes.union(rule.ignore_changes);
            if rule.prevent_removal {
                ownership.prevent_removal.push(rule.name.clone());
            }
        }
        ownership.rules.sort();
        ownership.prevent_removal.sort();
        let shared = Arc::new(ownership);
        self.owners.insert(rules, shared.clone());
        shared
    }

    pub(super) fn finish(self) -> Assigned {
        let Self { report, rules, errors, selected, odd, accounts, mut unfit, .. } = self;
        for (limited, rule) in errors.into_iter().zip(rules) {
            unfit.say(&rule.directory, limited.finish());
        }
        let (keys, odd): (Vec<_>, Vec<_>) =
            odd.into_iter().partition(|((_, attribute, _), _)| attribute.kind() == Kind::Map);
        if let Some(note) = unknown_licenses(report, rules, &keys) {
            report.add(note);
        }
        for ((at, attribute, text), (count, span)) in odd {
            let rule = rules.get(at).expect("a finding names a rule that was run");
            let place = mapped_at(rule, attribute);
            let people = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
            let known = super::report::list(attribute.spec().known_values.iter().copied());
            let near = crate::diagnostic::did_you_mean(
                &text,
                attribute.spec().known_values.iter().copied(),
            );
            report.add(
                report
                    .warning(
                        place,
                        format!(
                            "Zoom documents no `{attribute}` named `{}`",
                            attributes::shown(&text)
                        ),
                    )
                    .related(report.place(span), format!("{people}, the first is here"))
                    .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
                    .help(format!("it knows {known}")),
            );
        }
        Assigned { accounts, selected, unfit }
    }
}

/// Where a rule says what an attribute is.
fn mapped_at(rule: &Ready, attribute: Attribute) -> Span {
    match rule.mapping.iter().find(|(mapped, _)| *mapped == attribute) {
        Some((_, Mapped::Expr(expr))) => expr.span(),
        _ => rule.span,
    }
}

/// What a rule, an attribute and a text were seen together: how often, and where first.
type Odd = ((usize, Attribute, Text), (u64, Span));

/// One note of all licence keys that the table does not know: they pass as they are.
fn unknown_licenses(report: &Report, rules: &[&Ready], found: &[Odd]) -> Option<Diagnostic> {
    let ((at, attribute, _), _) = found.first()?;
    let keys: BTreeSet<String> =
        found.iter().map(|((_, _, key), _)| attributes::shown(key)).collect();
    let rule = rules.get(*at).expect("a finding names a rule that was run");
    Some(
        Diagnostic::note(format!(
            "Enroll does not know {} of `licenses`: {}",
            if keys.len() == 1 { "this key" } else { "these keys" },
            super::report::list(keys.iter().map(String::as_str))
        ))
        .at(report.place(mapped_at(rule, *attribute)))
        .help(
            "what they hold is sent as it is; check the spelling: Zoom ignores a name that it does not know. Losing \
             one counts as losing a plan",
        ),
    )
}

/// The finding without what it says of the value, where that comes from a sensitive column.
pub(super) fn without_value(mut found: Diagnostic, hidden: Option<String>) -> Diagnostic {
    if let Some(column) = hidden {
        let why = "what it says of the value is not shown";
        found.detail =
            Some(format!("{why}: `{}` is a sensitive column", attributes::shown(&column)));
        found.help.clear();
    }
    found
}

/// Whether two values are the same for the service.
fn same(attribute: Attribute, a: &Wanted, b: &Wanted) -> bool {
    match (attribute.kind(), a, b) {
        (Kind::Email, Wanted::Text(a), Wanted::Text(b)) => same_address(a, b),
        _ => a == b,
    }
}

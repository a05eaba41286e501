//! Checks on the text of expressions, before anything is evaluated: which names may stand where, and
//! the rule on secrets.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span};
use crate::model::Text;

use super::lang::{Expr, KEEPS_SECRETS, Mention, Root, SecretPosition};
use super::report::{Report, list, suggest};
use super::settings::Setting;

/// Every name that is declared.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Whether each is sensitive.
    pub(super) variables: BTreeMap<Text, bool>,
    pub(super) locals: BTreeSet<Text>,
    pub(super) users: BTreeSet<Text>,
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Inside `auth`.
    Auth,
    /// `default` of a variable, and files of variables: plain values.
    Plain,
    /// Settings of blocks, attributes of `user` blocks.
    Constant,
    /// `locals`, and `users` of a rule.
    People,
    /// `filter` and `mapping` of a rule.
    Person,
}

impl Declared {
    /// Checks an argument; one that breaks a rule is not evaluated later.
    pub(super) fn check(&self, report: &mut Report, setting: &mut Setting, scope: Scope) {
        let Some(expr) = &setting.expr else { return };
        if report.is_full() {
            setting.expr = None;
            return;
        }
        let mark = report.mark();
        for mention in expr.mentions() {
            if let Some(diagnostic) = self.mention(report, mention, scope) {
                report.add(diagnostic);
            }
        }
        for call in expr.env_calls() {
            let place = format!("`env(\"{}\")`", call.name);
            if let Some(diagnostic) = secret(report, &place, call.span, call.position, scope) {
                report.add(diagnostic);
            }
        }
        if scope != Scope::Person
            && let Some(span) = whole_person(expr)
        {
            report.add(no_person(report, span));
        }
        if report.failed_since(mark) {
            setting.expr = None;
        }
    }

    fn mention(&self, report: &Report, mention: &Mention, scope: Scope) -> Option<Diagnostic> {
        let name = mention.name.as_str();
        let span = mention.span;
        let unknown = |what: &str, help: String| {
            Some(report.error(span, format!("there is no {what} `{name}`")).help(help))
        };
        if scope == Scope::Plain {
            let summary = "only plain values can stand here";
            return Some(report.error(span, summary).help("put what is computed into `locals`"));
        }
        match mention.root {
            Root::Variable => match self.variables.get(name) {
                None => unknown(
                    "variable",
                    format!(
                        "{}; declare it with `variable \"{name}\" {{ … }}`",
                        suggest(name, self.variables.keys().map(Text::as_str), "variables")
                    ),
                ),
                Some(false) => None,
                Some(true) => {
                    let what = format!("the sensitive variable `var.{name}`");
                    secret(report, &what, span, mention.position, scope)
                }
            },
            Root::Local if !self.locals.contains(name) => unknown(
                "local value",
                suggest(name, self.locals.iter().map(Text::as_str), "local values"),
            ),
            Root::User if !matches!(scope, Scope::People | Scope::Person) => Some(
                report
                    .error(span, format!("`user.{name}` can't be used here"))
                    .help("values that several users share stand in `locals`"),
            ),
            Root::User if !self.users.contains(name) => {
                unknown("user", suggest(name, self.users.iter().map(Text::as_str), "users"))
            }
            // One finding for all uses of the person is enough; `check` adds it.
            Root::Local | Root::User | Root::Person => None,
            Root::Connection => Some(
                report
                    .error(span, format!("`connection.{name}` has no value"))
                    .help("it stands alone, in a rule: `connection = connection.NAME`"),
            ),
            Root::Directory => Some(
                report
                    .error(span, format!("`directory.{name}` has no value"))
                    .help("it stands alone, in a rule: `directory = directory.NAME`; its people are seen as `person` in `filter` and `mapping`"),
            ),
        }
    }
}

fn whole_person(expr: &Expr) -> Option<Span> {
    expr.uses_person()
}

fn no_person(report: &Report, span: Span) -> Diagnostic {
    report
        .error(span, "there is no `person` here")
        .help("`person` is known in `filter` and `mapping` of a rule only")
}

/// The rule on secrets for one use of `env` or of a sensitive variable.
fn secret(
    report: &Report,
    what: &str,
    span: Span,
    position: SecretPosition,
    scope: Scope,
) -> Option<Diagnostic> {
    if scope != Scope::Auth {
        return Some(
            report
                .error(span, format!("{what} can't be used here"))
                .detail("secrets stand in `auth` only")
                .help("a value that is no secret comes from a `variable`, which ENROLL_VAR_NAME sets too"),
        );
    }
    (position == SecretPosition::Elsewhere).then(|| {
        report
            .error(
                span,
                format!("{what} must stand alone, or in a function that only takes it over"),
            )
            .detail("whatever else looks at a secret could give it away piece by piece")
            .help("write `client_secret = env(\"NAME\")`")
            .help(format!("it may go through {}", list(KEEPS_SECRETS)))
    })
}

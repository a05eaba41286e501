//! What an expression can see while it runs.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::budget::Budget;
use super::columns::Person;
use super::eval::Machine;
use super::expr::Expr;
use super::problem::Problem;
use super::value::Value;

/// Values by name.
pub type Names = BTreeMap<SmolStr, Value>;

/// Looks up an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The files that `file`, `fileexists` and `csvdecode(file(…))` read. The implementation decides
/// what may be read.
pub trait Files {
    /// The whole text of a file, or why it can't be had.
    fn read(&self, path: &str) -> Result<String, Unread>;
    /// Whether there is such a file, or why that can't be told.
    fn exists(&self, path: &str) -> Result<bool, Unread>;
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It can't be, or must not.
    Refused(String),
    /// All expressions together read too much. `try` does not catch it: what it would yield instead is not what
    /// the files say.
    TooMuch(String),
}

/// What an expression can see while it runs. Cheap to copy: one for each person.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// `var.NAME`
    pub variables: &'a Names,
    /// `local.NAME`
    pub locals: &'a Names,
    /// `user.NAME`, usually [`Value::user`]
    pub users: &'a Names,
    /// `person`
    pub person: Option<&'a dyn Person>,
    /// Without it, file functions are errors.
    pub files: Option<&'a dyn Files>,
    /// `env("NAME")`; given for `auth` only. With it, errors show no values.
    pub environment: Option<Environment<'a>>,
    /// What this and other evaluations may take together.
    pub budget: Option<&'a Budget>,
}

static NOTHING: Names = Names::new();

impl Env<'static> {
    /// Nothing to see: for constant expressions.
    pub fn empty() -> Self {
        Self {
            variables: &NOTHING,
            locals: &NOTHING,
            users: &NOTHING,
            person: None,
            files: None,
            environment: None,
            budget: None,
        }
    }
}

impl<'a> Env<'a> {
    /// The same, looking at one person.
    #[must_use]
    pub fn with_person(self, person: &'a dyn Person) -> Self {
        Self { person: Some(person), ..self }
    }

    /// Runs an expression.
    ///
    /// # Errors
    ///
    /// The first problem met, at its span.
    pub fn eval(&self, expr: &Expr) -> Result<Value, Problem> {
        if let Some(budget) = self.budget {
            budget.begin(expr.span())?;
        }
        let mut machine = Machine::new(self, expr.columns(), expr.slots());
        let done = machine.eval(expr.root());
        if let Some(budget) = self.budget {
            let weight = done.as_ref().map_or(0, |value| value.shape().weight);
            budget.spend(machine.taken(), weight);
        }
        done.map_err(|fault| {
            if self.environment.is_some() { fault.into_discreet() } else { fault.into_problem() }
        })
    }
}

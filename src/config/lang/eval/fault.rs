//! Why an evaluation stops.

use super::super::problem::Problem;
use super::super::value::Value;
use super::super::{MAX_BYTES, MAX_DEPTH, MAX_STEPS};
use crate::diagnostic::Span;

/// What every step of an evaluation yields.
pub(in super::super) type Outcome = Result<Value, Box<Fault>>;

/// A problem met while running.
#[derive(Debug)]
pub(in super::super) struct Fault {
    problem: Problem,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// `try` and `can` catch it; its detail may hold values.
    Plain,
    /// As plain, and its detail and help hold no values.
    Public,
    /// Nothing catches it: budgets, and what must be an error for the sake of safety.
    Fatal,
}

impl Fault {
    fn of(span: Span, summary: String, kind: Kind) -> Box<Self> {
        Box::new(Self { problem: Problem::new(span, summary), kind })
    }

    /// A problem whose summary holds no values.
    pub(in super::super) fn plain(span: Span, summary: impl Into<String>) -> Box<Self> {
        Self::of(span, summary.into(), Kind::Plain)
    }

    /// A problem of which no word is a value.
    pub(in super::super) fn public(span: Span, summary: impl Into<String>) -> Box<Self> {
        Self::of(span, summary.into(), Kind::Public)
    }

    /// A problem that `try` doesn't catch, and of which no word is a value.
    pub(in super::super) fn fatal(span: Span, summary: impl Into<String>) -> Box<Self> {
        Self::of(span, summary.into(), Kind::Fatal)
    }

    /// The budget of steps is used up.
    pub(in super::super) fn too_many_steps(span: Span) -> Box<Self> {
        Self::fatal(span, "this takes too long to evaluate")
            .map_problem(|problem| problem.detail(format!("more than {MAX_STEPS} steps")))
    }

    /// The budget of output is used up.
    pub(in super::super) fn too_much_output(span: Span) -> Box<Self> {
        Self::fatal(span, "this yields too much").map_problem(|problem| {
            problem.detail(format!("more than {} MiB in all", MAX_BYTES >> 20))
        })
    }

    /// A value nests too deep.
    pub(in super::super) fn too_deep(span: Span) -> Box<Self> {
        Self::fatal(span, "this value nests too deep")
            .map_problem(|problem| problem.detail(format!("more than {MAX_DEPTH} levels")))
    }

    /// Changes what it says.
    pub(in super::super) fn map_problem(
        mut self: Box<Self>,
        change: impl FnOnce(Problem) -> Problem,
    ) -> Box<Self> {
        self.problem = change(self.problem);
        self
    }

    /// With a detail, which may hold values.
    pub(in super::super) fn detail(self: Box<Self>, detail: impl Into<String>) -> Box<Self> {
        self.map_problem(|problem| problem.detail(detail))
    }

    /// Whether `try` and `can` let it through.
    pub(in super::super) fn is_fatal(&self) -> bool {
        self.kind == Kind::Fatal
    }

    /// What it says.
    pub(in super::super) fn into_problem(self) -> Problem {
        self.problem
    }

    /// What it says without any value in it: for expressions that see secrets.
    pub(in super::super) fn into_discreet(self) -> Problem {
        match self.kind {
            Kind::Public | Kind::Fatal => self.problem,
            Kind::Plain => Problem::new(self.problem.span, self.problem.summary)
                .detail("what it says of the values is not shown: they may be secrets"),
        }
    }
}

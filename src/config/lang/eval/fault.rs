//! Why an evaluation stops.

use super::super::problem::Problem;
use super::super::value::Value;
use super::super::{MAX_BYTES, MAX_DEPTH, MAX_STEPS};
use crate::diagnostic::Span;

/// What every step of an evaluation yields.
pub(in super::super) type Outcome = Result<Value, Fault>;

/// A problem met while running.
#[derive(Debug)]
pub(in super::super) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    kind: Kind,
    /// Whether something is not there that another value of the same kind might have.
    absent: bool,
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
    fn of(span: Span, summary: String, kind: Kind) -> Self {
        Self(Box::new(Inner { problem: Problem::new(span, summary), kind, absent: false }))
    }

    /// A problem whose summary holds no values.
    pub(in super::super) fn plain(span: Span, summary: impl Into<String>) -> Self {
        Self::of(span, summary.into(), Kind::Plain)
    }

    /// A problem of which no word is a value.
    pub(in super::super) fn public(span: Span, summary: impl Into<String>) -> Self {
        Self::of(span, summary.into(), Kind::Public)
    }

    /// A problem that `try` doesn't catch, and of which no word is a value.
    pub(in super::super) fn fatal(span: Span, summary: impl Into<String>) -> Self {
        Self::of(span, summary.into(), Kind::Fatal)
    }

    /// The budget of steps is used up.
    pub(in super::super) fn too_many_steps(span: Span) -> Self {
        Self::fatal(span, "this takes too long to evaluate")
            .map_problem(|problem| problem.detail(format!("more than {MAX_STEPS} steps")))
    }

    /// The budget of output is used up.
    pub(in super::super) fn too_much_output(span: Span) -> Self {
        Self::fatal(span, "this yields too much").map_problem(|problem| {
            problem.detail(format!("more than {} MiB in all", MAX_BYTES >> 20))
        })
    }

    /// A value nests too deep.
    pub(in super::super) fn too_deep(span: Span) -> Self {
        Self::fatal(span, "this value nests too deep")
            .map_problem(|problem| problem.detail(format!("more than {MAX_DEPTH} levels")))
    }

    /// Changes what it says.
    pub(in super::super) fn map_problem(mut self, change: impl FnOnce(Problem) -> Problem) -> Self {
        self.0.problem = change(self.0.problem);
        self
    }

    /// With a detail, which may hold values.
    pub(in super::super) fn detail(self, detail: impl Into<String>) -> Self {
        self.map_problem(|problem| problem.detail(detail))
    }

    /// Marks that something is not there, which a person may lack where others have it.
    pub(in super::super) fn absent(mut self) -> Self {
        self.0.absent = true;
        self
    }

    /// Whether something is not there.
    pub(in super::super) fn is_absent(&self) -> bool {
        self.0.absent
    }

    /// Whether `try` and `can` let it through.
    pub(in super::super) fn is_fatal(&self) -> bool {
        self.0.kind == Kind::Fatal
    }

    /// What it says.
    pub(in super::super) fn into_problem(self) -> Problem {
        self.0.problem
    }

    /// What it says without any value in it: for expressions that see secrets.
    pub(in super::super) fn into_discreet(self) -> Problem {
        match self.0.kind {
            Kind::Public | Kind::Fatal => self.0.problem,
            Kind::Plain => Problem::new(self.0.problem.span, self.0.problem.summary)
                .detail("what it says of the values is not shown: they may be secrets"),
        }
    }
}

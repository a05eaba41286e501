//! What all evaluations of one configuration may take together: each of them is bounded, but there may be
//! many.

use std::cell::Cell;

use super::problem::Problem;
use super::{MAX_STEPS_IN_ALL, MAX_WEIGHT_IN_ALL};
use crate::diagnostic::Span;

/// What is left.
#[derive(Debug)]
pub struct Budget {
    steps: Cell<u64>,
    weight: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: Cell::new(MAX_STEPS_IN_ALL), weight: Cell::new(MAX_WEIGHT_IN_ALL) }
    }
}

impl Budget {
    /// Refuses to begin where nothing is left.
    pub(super) fn begin(&self, span: Span) -> Result<(), Problem> {
        let used_up = |what: &str, bound: String, help: &str| {
            Err(Problem::new(span, format!("all expressions together {what}"))
                .detail(bound)
                .help(help)
                .help("this bound is fixed: split the configuration into several folders"))
        };
        if self.steps.get() == 0 {
            let bound = format!("more than {MAX_STEPS_IN_ALL} steps in all");
            return used_up(
                "take too long to evaluate",
                bound,
                "a loop in a `mapping` runs for each person: put it into `locals`",
            );
        }
        if self.weight.get() == 0 {
            let bound = format!("more than {} MiB of text in all", MAX_WEIGHT_IN_ALL >> 16);
            return used_up(
                "yield too much",
                bound,
                "look for a value that repeats another many times",
            );
        }
        Ok(())
    }

    /// Whether nothing is left: an evaluation would only say so.
    pub fn is_used_up(&self) -> bool {
        self.steps.get() == 0 || self.weight.get() == 0
    }

    /// Takes what an evaluation took.
    pub(super) fn spend(&self, steps: u64, weight: u64) {
        self.steps.set(self.steps.get().saturating_sub(steps));
        self.weight.set(self.weight.get().saturating_sub(weight));
    }

    /// A budget of so many steps and so much weight.
    pub fn of(steps: u64, weight: u64) -> Self {
        Self { steps: Cell::new(steps), weight: Cell::new(weight) }
    }
}

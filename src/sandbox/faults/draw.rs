//! Decides for each request what happens to it.

use axum::http::Method;

use super::{Effect, Faults, Scope, When};
use crate::sandbox::request::{Class, Request};

/// How many requests each rule has counted.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Draw {
    counted: Vec<u64>,
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::sandbox) struct Drawn {
    /// Instead of the work.
    pub(in crate::sandbox) before: Option<Effect>,
    /// Once the work is done.
    pub(in crate::sandbox) after: Option<Effect>,
    /// The answer waits.
    pub(in crate::sandbox) slow: bool,
}

impl Draw {
    /// Counts the request for every rule, and takes the first effect of each kind that falls due.
    pub(in crate::sandbox) fn draw(&mut self, faults: &Faults, request: &Request) -> Drawn {
        self.counted.resize(faults.rules.len(), 0);
        let mut drawn = Drawn::default();
        for (rule, count) in faults.rules.iter().zip(&mut self.counted) {
            if !rule.scope.holds(request) {
                continue;
            }
            *count += 1;
            let due = match rule.when {
                When::Every(n) => count.is_multiple_of(n),
                When::First(n) => *count <= n,
            };
            if !due {
                continue;
            }
            match rule.effect {
                Effect::Status(_) | Effect::Html | Effect::Drop => {
                    drawn.before.get_or_insert(rule.effect);
                }
                Effect::StatusAfter(_) | Effect::Lose | Effect::Cut | Effect::Break => {
                    drawn.after.get_or_insert(rule.effect);
                }
                Effect::Slow => drawn.slow = true,
            }
        }
        drawn
    }
}

impl Scope {
    fn holds(self, request: &Request) -> bool {
        let class = request.class();
        let write = |method: Method| class == Class::Write && request.method == method;
        match self {
            Self::Any => true,
            Self::Token => class == Class::Token,
            Self::List => class == Class::List,
            Self::Read => class == Class::Read,
            Self::Write => class == Class::Write,
            Self::Create => write(Method::POST),
            Self::Put => write(Method::PUT),
            Self::Patch => write(Method::PATCH),
            Self::Delete => write(Method::DELETE),
        }
    }
}

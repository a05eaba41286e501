//! The expression language: HCL expressions compiled once, run on each person.
//!
//! [`compile`] turns a parsed `hcl_edit` expression into an [`Expr`] and reports every problem of
//! the text. An [`Expr`] knows what it mentions, so that callers can check it before anything is
//! evaluated; [`Expr::bind`] ties it to the columns of a directory; [`Env::eval`] runs it.
//!
//! The parser allows 64 levels of nesting and 128 operators in a chain; recursion here stays within
//! that. Meanings are Terraform's. Every error carries its span, and every evaluation is bounded in
//! steps and output ([`MAX_STEPS`], [`MAX_BYTES`]).

mod budget;
mod columns;
mod compile;
mod convert;
mod env;
mod eval;
mod expr;
mod fold;
mod functions;
mod json;
mod node;
mod parts;
mod problem;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

use crate::model::number;

pub use budget::Budget;
pub use columns::{Cell, Columns, Person};
pub use compile::KEEPS_SECRETS;
pub use env::{Env, Environment, Files, Names, Unread};
pub use expr::{EnvCall, Expr, Mention, Root, SecretPosition, compile};
pub use functions::signatures;
pub(super) use json::{Name, Wrong, sound, text, value};
pub use parts::Comparison;
pub use problem::Problem;
pub use syntax::{PathStep, StaticPath, list_items, span_of, static_path};
pub use value::{List, Map, UserRef, Value};

/// Most steps that one evaluation may take: each operation, call and element costs at least one.
pub const MAX_STEPS: u64 = 1_000_000;
/// Most bytes that one evaluation may produce, intermediate texts and collections included.
pub const MAX_BYTES: u64 = 10 << 20;
/// Most steps that all evaluations of one configuration may take together.
pub const MAX_STEPS_IN_ALL: u64 = 1_000_000_000;
/// Most that the values of one configuration may weigh together: a value counts one, and each 16 bytes of text.
pub const MAX_WEIGHT_IN_ALL: u64 = 64 << 20;
/// Deepest nesting of a value.
pub const MAX_DEPTH: u16 = 100;

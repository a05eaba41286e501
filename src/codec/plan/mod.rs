//! A plan as JSON, format 1.0: `--format json` and saved plans share it.
//!
//! `schema/plan.schema.json` describes it. Texts are kept exactly, whatever they hold. A plan that was
//! read back renders as the fresh one did; only the source lines of its findings are lost. A saved plan
//! has a checksum over its own bytes besides.

mod finding;
mod input;
mod leaver;
mod output;
mod reports;
mod words;

#[cfg(test)]
mod tests;

pub use input::{PlanError, read};
pub use output::{failed, save, write, write_to};

/// The format that is written.
const FORMAT_VERSION: &str = "1.0";

//! Desired, state and live in, plan out: pure, synchronous, deterministic.
//!
//! [`plan`] matches the three sides (`matching`), looks each account's row up (`table`), compares
//! attributes (`attributes`), lets the connection's policy block steps (`draft`), settles who gets
//! which address (`renames`), reckons the guards (`guard`), and lays out the entries for people and
//! the work for `apply` (`finish`). [`check`] is the independent checker that every plan must pass.

mod absent;
mod align;
mod attribute_change;
mod attributes;
mod basis;
mod between;
mod causes;
mod check;
mod cover;
mod draft;
mod finish;
mod guard;
mod guard_report;
mod held;
mod leavers;
mod listed;
mod look;
mod matching;
mod moves;
mod planner;
mod preflight;
mod privileges;
mod pseudonyms;
mod redact;
mod renames;
mod sends;
mod table;
mod target;
mod types;
mod work;

#[cfg(test)]
pub(crate) mod tests;

pub use absent::{Absent, Missing, absent};
pub use align::align;
pub use between::between;
pub use check::check;
pub use cover::{Cover, cover};
pub use leavers::{Leaver, StillOn};
pub use look::closer_look;
pub use planner::{PlanInput, Planned, plan};
pub use preflight::preflight;
pub use redact::{redacted, redacted_findings};
pub use types::{
    AttributeChange, Basis, Between, Blocked, Blocker, ByKind, Cause, Change, Cost, GuardKind,
    GuardReport, Learnt, Options, Origin, Plan, Reason, Record, Revision, Summary, Unmanaged,
};
pub use work::{Effect, Operation, Phase, Step, Task, Work};

//! Tests of the planner: the table as data, cases on a small world, properties over random worlds.

mod cases;
mod forms;
mod held;
mod licences;
mod moves;
mod policy;
mod properties;
mod redacted;
mod reviewed;
mod table;
pub(crate) mod world;

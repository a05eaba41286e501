//! From the files of a configuration to what they ask for.
//!
//! [`load`] reads every file, reports everything that is wrong with them, and yields
//! [`Desired`](crate::desired::Desired): all that `plan` learns of the configuration. It reads only
//! through [`Source`](crate::source::Source), and knows no environment and no clock.

mod accounts;
mod assign;
mod attributes;
mod auth;
mod backend;
mod blocks;
mod check;
mod connection;
mod constants;
mod digest;
mod directory;
mod email;
mod encrypt;
mod enroll;
mod files;
pub mod fmt;
mod half;
mod inputs;
mod keys;
pub mod lang;
mod load;
mod locals;
mod merge;
mod moves;
mod open;
mod pattern;
mod people;
mod planned;
mod policy;
mod report;
mod rows;
mod rule;
mod rules;
mod said;
mod scan;
mod secrets;
mod sensitive;
mod service;
mod settings;
mod silence;
mod syntax;
mod terraform;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod unfit;
mod user;
mod variable;
mod vars;
mod version;
mod weight;

pub use auth::Method;
pub use constants::Reading;
pub use inputs::{Configuration, Inputs, Loaded, VarInput};
pub use load::{Begun, begin, load, state_place};
pub use open::{AuthExpr, AuthSettings};
pub use service::Remote;

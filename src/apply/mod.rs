//! Carries out a plan's work through the ports, one connection at a time or several side by side.
//!
//! Nothing is decided here: each step says what to write and what the state holds afterwards. What
//! is done here is to write, to look whether it stuck, and to record it before going on.

mod before;
mod run;
mod step;
mod verify;

pub use run::{Run, apply};

#[cfg(test)]
mod tests;

//! Nothing costs more than n log n of the number of people: a settled plan, and all that leads to it and
//! follows from it.
//!
//! Counted are allocations and allocated bytes, which no machine and no load changes, at two sizes. A loop
//! over everybody inside another one that allocates or copies anything shows at once. One that only looks
//! does not; [`instructions`] sees that too.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(clippy::print_stdout, reason = "what was counted is read by whoever counts instructions")]
#![allow(clippy::cast_precision_loss, reason = "no count here needs more than 52 bits")]

mod count;
mod house;
mod instructions;
mod people;
mod service;
mod stages;

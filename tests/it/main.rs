//! Tests of the house and of the binary.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say so")]

mod kill;
mod peers;
mod tidy;

//! Tests of the house and of the binary.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say so")]

mod browser;
mod cases;
mod cli_apply;
mod cli_diff;
mod cli_fmt;
mod cli_guard;
mod cli_input;
mod cli_moves;
mod cli_review;
mod cli_reviewed;
mod cli_safety;
mod cli_saved;
mod cli_service;
mod cli_start;
mod cli_state;
mod docs;
mod kill;
mod peers;
mod remote;
mod schema;
mod support;
mod tidy;
mod wire;
mod workflows;

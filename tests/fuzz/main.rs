//! Fuzz targets: everything that is read, and every renderer. `engine` says how to run them for long.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say so")]

mod config;
mod engine;
mod files;
mod service;
mod show;

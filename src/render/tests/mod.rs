//! Snapshots of each layout.

mod changes;
mod diagnostics;
mod formats;
mod markdown;
mod plan;
mod samples;

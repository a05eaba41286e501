//! Snapshots of each layout.

mod changes;
mod diagnostics;
mod plan;

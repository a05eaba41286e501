//! Snapshots of each layout.

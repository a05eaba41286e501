//! Exports and directories.

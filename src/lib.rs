//! Enroll provisions Zoom users from HCL files kept in git.
//!
//! `ARCHITECTURE.md` draws the house: a file imports from lower layers or its own folder only, and
//! each outside power (files, network, environment, clock, printing) has one owner.

pub mod diagnostic;

//! Enroll provisions Zoom users from HCL files kept in git.
//!
//! `ARCHITECTURE.md` draws the house: a file imports from lower layers or its own folder only, and
//! each outside power (files, network, environment, clock, printing) has one owner.

pub mod desired;
pub mod diagnostic;
pub mod live;
pub mod model;
pub mod port;
pub mod scim;
pub mod source;
pub mod state;

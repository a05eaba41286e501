//! Enroll provisions Zoom users from HCL files kept in git.
//!
//! `ARCHITECTURE.md` draws the house: a file imports from lower layers or its own folder only, and
//! each outside power (files, network, environment, clock, printing) has one owner.

pub mod apply;
pub mod cli;
pub mod codec;
pub mod config;
pub mod crypt;
pub mod desired;
pub mod diagnostic;
pub mod disk;
pub mod event;
pub mod live;
pub mod model;
pub mod plan;
pub mod port;
pub mod refresh;
pub mod remote;
pub mod render;
pub mod sandbox;
pub mod scim;
pub mod source;
pub mod state;

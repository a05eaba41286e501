//! Enroll provisions Zoom users from HCL files kept in git.

pub mod sandbox;

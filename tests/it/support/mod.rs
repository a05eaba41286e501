//! What the tests of the binary share.

mod env;
mod folder;
mod staff;

pub(crate) use env::{Ran, TestEnv};
pub(crate) use folder::{copy_folder, repository};
pub(crate) use staff::{MAIN, PEOPLE};

//! HCL text to the accounts asked for.

pub mod lang;

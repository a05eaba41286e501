//! From the files of a configuration to what they ask for.

mod blocks;
mod digest;
mod hosts;
pub mod lang;
pub mod lang;
mod report;
mod scan;
mod syntax;
mod terraform;
#[cfg(test)]
mod testing;
mod text;
mod version;

//! The only room that touches files: the work tree, the state, the journal of an apply.

mod cache_file;
mod documents;
mod keeper;
mod lock;
mod own;
mod seen;
mod state_file;
mod work_tree;
mod write;

pub use cache_file::CacheFile;
pub use documents::Documents;
pub use keeper::Keeper;
pub use lock::Lock;
pub use own::no_links;
pub use seen::{Seen, SeenError};
pub use state_file::{Loaded, StateFile, read_file};
pub use work_tree::WorkTree;
pub use write::{ensure_private_dir, write_new, write_private};

#[cfg(test)]
mod tests;

//! The only room that touches files: the work tree, the state, the journal of an apply.

mod applies;
mod audit_log;
mod cache_file;
mod documents;
mod elsewhere;
mod encrypting;
mod git;
mod keeper;
mod lock;
mod own;
mod planted;
mod reading;
mod remembered;
mod revision;
mod seen;
mod state_file;
mod work_tree;
mod write;

pub use audit_log::AuditLog;
pub use cache_file::CacheFile;
pub use documents::Documents;
pub use elsewhere::set_aside;
pub use encrypting::{encrypt_plain, is_within, remove_caches};
pub use git::{Commit, GitEnvironment, Repository};
pub use keeper::{Keeper, Snapshot};
pub use lock::Lock;
pub use own::{needed_otherwise, no_links, stays_in_checkout, stays_inside};
pub use planted::none_tracked;
pub use remembered::Remembered;
pub use revision::Revision;
pub use seen::{Seen, SeenError};
pub use state_file::{Loaded, StateFile, read_file, read_small};
pub use work_tree::WorkTree;
pub use write::{ensure_private_dir, overwrite, write_new, write_private};

#[cfg(test)]
mod tests;

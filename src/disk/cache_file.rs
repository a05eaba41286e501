//! The read cache of one connection. Whatever goes wrong with it costs a few requests, no more.

use std::path::PathBuf;

use super::state_file::read;
use super::write::{ensure_private_dir, folder_of, replace};
use crate::codec::cache;
use crate::model::Fingerprint;
use crate::refresh::ReadCache;

/// A cache's file.
#[derive(Clone, Debug)]
pub struct CacheFile {
    path: PathBuf,
}

impl CacheFile {
    /// The cache at `path`.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Reads what is known of the account of `fingerprint`.
    pub fn load(&self, fingerprint: &Fingerprint) -> ReadCache {
        let bytes = read(&self.path).ok().flatten().unwrap_or_default();
        cache::read(&bytes, fingerprint)
    }

    /// Writes the cache, if it has anything or had.
    pub fn save(&self, cache: &ReadCache) {
        if cache.entries.is_empty() && !self.path.exists() {
            return;
        }
        let written = ensure_private_dir(&folder_of(&self.path))
            .and_then(|()| replace(&self.path, &cache::write(cache)));
        if let Err(error) = written {
            tracing::debug!("the read cache `{}` can't be written: {error}", self.path.display());
        }
    }
}

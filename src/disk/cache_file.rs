//! The read cache of one connection. Whatever goes wrong with it costs a few requests, no more.

use std::io;
use std::path::PathBuf;

use super::state_file::read;
use super::write::{ensure_private_dir, folder_of, replace};
use crate::codec::cache;
use crate::crypt::Crypt;
use crate::model::Fingerprint;
use crate::refresh::ReadCache;

/// A cache's file.
#[derive(Clone, Debug)]
pub struct CacheFile {
    path: PathBuf,
    crypt: Crypt,
}

impl CacheFile {
    /// The cache at `path`, encrypted or not.
    pub fn new(path: PathBuf, crypt: Crypt) -> Self {
        Self { path, crypt }
    }

    /// Reads what is known of the account of `fingerprint`.
    pub fn load(&self, fingerprint: &Fingerprint) -> ReadCache {
        let bytes = read(&self.path).ok().flatten().and_then(|bytes| self.crypt.reveal(bytes).ok());
        cache::read(&bytes.unwrap_or_default(), fingerprint)
    }

    /// Writes the cache, if it has anything or had.
    pub fn save(&self, cache: &ReadCache) {
        if cache.entries.is_empty() && !self.path.exists() {
            return;
        }
        let written = ensure_private_dir(&folder_of(&self.path)).and_then(|()| {
            let bytes = self.crypt.protect(cache::write(cache)).map_err(io::Error::other)?;
            replace(&self.path, &bytes)
        });
        if let Err(error) = written {
            tracing::debug!("the read cache `{}` can't be written: {error}", self.path.display());
        }
    }
}

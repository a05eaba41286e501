//! The port to where an account is kept. The sandbox opens no file itself.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// What a [`Store`] holds: a document, and the lines appended since it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// The document as it was handed to [`Store::replace`]; `None` where nothing was ever kept.
    pub document: Option<Vec<u8>>,
    /// All appended lines, one after another as they were handed to [`Store::append`].
    pub log: Vec<u8>,
}

/// Keeps an account: one JSON document, and beside it a log of JSON lines.
///
/// The log makes a write cheap, however many users there are. Every record carries a serial number, and the
/// document the last one it contains, so a crash between the two steps of [`Store::replace`] does no harm:
/// the log's lines are then seen to be in the document already.
pub trait Store: Send + 'static {
    /// Reads all that is kept.
    fn load(&mut self) -> io::Result<Saved>;

    /// Adds one record, newline included, and returns once it would survive a crash.
    ///
    /// After an error the next call is [`Store::replace`], which takes away what was half written.
    fn append(&mut self, line: &[u8]) -> io::Result<()>;

    /// Puts a new document in place of the old one, all or nothing, and then empties the log.
    fn replace(&mut self, document: &[u8]) -> io::Result<()>;
}

/// A [`Store`] in memory. A clone is a second handle on the same data, to look at it or to start again from it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    saved: Saved,
    failing: bool,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A store that holds `saved`.
    pub fn with(saved: Saved) -> Self {
        let store = Self::new();
        store.with_inner(|inner| inner.saved = saved);
        store
    }

    /// What it holds now.
    pub fn saved(&self) -> Saved {
        self.with_inner(|inner| inner.saved.clone())
    }

    /// From now on every write fails, or none does: a disk that is full.
    pub fn fail(&self, failing: bool) {
        self.with_inner(|inner| inner.failing = failing);
    }

    fn with_inner<T>(&self, f: impl FnOnce(&mut Inner) -> T) -> T {
        f(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn writable(&mut self) -> io::Result<&mut Saved> {
        if self.failing {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the store was told to fail"));
        }
        Ok(&mut self.saved)
    }
}

impl Store for MemoryStore {
    fn load(&mut self) -> io::Result<Saved> {
        Ok(self.saved())
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.with_inner(|inner| {
            inner.writable()?.log.extend_from_slice(line);
            Ok(())
        })
    }

    fn replace(&mut self, document: &[u8]) -> io::Result<()> {
        self.with_inner(|inner| {
            *inner.writable()? = Saved { document: Some(document.to_vec()), log: Vec::new() };
            Ok(())
        })
    }
}

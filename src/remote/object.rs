//! The state as an object in a store with conditional writes, and its lock as another beside it.
//!
//! The lock's object is made once and never removed: giving it back writes it anew, like taking and renewing it
//! only over the version that was read. A removal has no such condition, so that of a holder who lost the lock
//! without noticing would take away the next one's.

pub(super) mod open;

use std::sync::Arc;

use object_store::client::HttpError;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, UpdateVersion};

use crate::codec::lock::{self, Lock};
use crate::port::{Holder, StateStore, StoreFailure, StoreFailureKind as Kind, Stored, Token};

/// The largest object that is read.
const LARGEST: u64 = 1 << 30;
/// The largest lock that is read.
const LARGEST_LOCK: u64 = 1 << 20;

/// A state in an object store.
#[derive(Debug)]
pub struct ObjectState {
    store: Arc<dyn ObjectStore>,
    path: Path,
    lock: Path,
}

impl ObjectState {
    /// The state that is the object `key`; its lock is `key` with `.lock` behind it.
    pub fn new(store: Arc<dyn ObjectStore>, key: &str) -> Self {
        Self { store, path: Path::from(key), lock: Path::from(format!("{key}.lock")) }
    }

    async fn get(&self, path: &Path, most: u64) -> Result<Option<Stored>, StoreFailure> {
        let found = match self.store.get(path).await {
            Ok(found) => found,
            Err(Error::NotFound { source, .. }) => {
                return match no_container(&source.to_string()) {
                    Some(failure) => Err(failure),
                    None => Ok(None),
                };
            }
            Err(error) => return Err(failed(&error)),
        };
        if found.meta.size > most {
            let detail = format!("`{path}` is larger than {most} bytes");
            return Err(StoreFailure::new(Kind::Broken, detail));
        }
        let (tag, version) = (found.meta.e_tag.clone(), found.meta.version.clone());
        let size = found.meta.size;
        let bytes = found.bytes().await.map_err(|error| failed(&error))?.to_vec();
        if bytes.len() as u64 != size {
            let detail = format!("`{path}` came with {} of its {size} bytes", bytes.len());
            return Err(StoreFailure::new(Kind::Unreachable, detail));
        }
        Ok(Some(Stored { bytes, token: Token { tag, version } }))
    }

    async fn put(
        &self,
        path: &Path,
        bytes: Vec<u8>,
        before: Option<&Token>,
    ) -> Result<Stored, StoreFailure> {
        let mode = before.map_or(PutMode::Create, |Token { tag, version }| {
            PutMode::Update(UpdateVersion { e_tag: tag.clone(), version: version.clone() })
        });
        let put = self.store.put_opts(path, bytes.clone().into(), mode.into()).await;
        match put {
            Ok(put) => {
                let token = Token { tag: put.e_tag, version: put.version };
                Ok(Stored { bytes, token })
            }
            Err(Error::NotFound { source, .. }) => {
                Err(no_container(&source.to_string())
                    .unwrap_or_else(|| raced("the object is gone")))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    async fn locked(&self) -> Result<Option<(Lock, Token)>, StoreFailure> {
        let Some(found) = self.get(&self.lock, LARGEST_LOCK).await? else { return Ok(None) };
        let lock = lock::read(&found.bytes).map_err(|why| {
            let detail = format!(
                "the lock `{}` was not written by Enroll ({why}): look at it, and remove it where nobody uses it",
                self.lock
            );
            StoreFailure::new(Kind::Broken, detail)
        })?;
        Ok(Some((lock, found.token)))
    }

    /// Writes the lock over what was read of it.
    async fn set(
        &self,
        holder: &Holder,
        released: bool,
        over: Option<&Token>,
    ) -> Result<(), StoreFailure> {
        let lock = Lock { holder: holder.clone(), released };
        self.put(&self.lock, lock::write(&lock), over).await.map(drop)
    }

    /// Takes the lock where `may` allows it, given whose it is.
    async fn take(
        &self,
        holder: &Holder,
        may: impl Fn(&Lock) -> bool + Send,
    ) -> Result<(), StoreFailure> {
        // Who loses the race looks again at who won it.
        for _ in 0..3 {
            let found = self.locked().await?;
            let token = match &found {
                Some((lock, _)) if lock.holder.id == holder.id && !lock.released => return Ok(()),
                Some((lock, token)) if may(lock) => Some(token),
                Some((lock, _)) => return Err(held(&lock.holder)),
                None => None,
            };
            match self.set(holder, false, token).await {
                Err(failure) if failure.kind == Kind::Raced => {}
                other => return other,
            }
        }
        Err(StoreFailure::new(Kind::Unreachable, "the lock is written by others without end"))
    }

    /// Gives the lock of that id back.
    async fn release(&self, id: &str) -> Result<(), StoreFailure> {
        for _ in 0..3 {
            let Some((lock, token)) = self.locked().await? else {
                return Err(StoreFailure::new(Kind::NotOurs, "the state is not locked"));
            };
            if lock.released {
                return Err(StoreFailure::new(Kind::NotOurs, "the state is not locked any more"));
            }
            if lock.holder.id != id {
                let detail = format!("the state is locked by {}", lock.holder);
                return Err(StoreFailure::new(Kind::NotOurs, detail));
            }
            match self.set(&lock.holder, true, Some(&token)).await {
                // It was renewed meanwhile.
                Err(failure) if failure.kind == Kind::Raced => {}
                other => return other,
            }
        }
        Err(StoreFailure::new(Kind::Unreachable, "the lock is written by others without end"))
    }
}

impl StateStore for ObjectState {
    async fn load(&self) -> Result<Option<Stored>, StoreFailure> {
        self.get(&self.path, LARGEST).await
    }

    async fn replace(
        &self,
        bytes: Vec<u8>,
        before: Option<&Stored>,
    ) -> Result<Stored, StoreFailure> {
        self.put(&self.path, bytes, before.map(|before| &before.token)).await
    }

    async fn lock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        self.take(holder, |lock| lock.released).await
    }

    async fn take_over(&self, from: &Holder, holder: &Holder) -> Result<(), StoreFailure> {
        self.take(holder, |lock| lock.released || lock.holder == *from).await
    }

    fn has_leases(&self) -> bool {
        true
    }

    async fn renew(&self, holder: &Holder) -> Result<(), StoreFailure> {
        match self.locked().await? {
            Some((lock, token)) if lock.holder.id == holder.id && !lock.released => {
                self.set(holder, false, Some(&token)).await
            }
            Some((lock, _)) if lock.holder.id == holder.id => {
                Err(StoreFailure::new(Kind::NotOurs, "somebody gave it back"))
            }
            Some((lock, _)) => {
                let detail = format!("it is held by {}", lock.holder);
                Err(StoreFailure::new(Kind::NotOurs, detail))
            }
            None => Err(StoreFailure::new(Kind::NotOurs, "somebody removed it")),
        }
    }

    async fn unlock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        self.release(&holder.id).await
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreFailure> {
        self.release(id).await
    }
}

fn held(holder: &Holder) -> StoreFailure {
    let detail = format!("the state is locked by {holder}");
    StoreFailure::new(Kind::Locked(Box::new(holder.clone())), detail)
}

fn raced(detail: &str) -> StoreFailure {
    StoreFailure::new(Kind::Raced, detail)
}

/// A bucket that is not there is no state that is not there.
fn no_container(words: &str) -> Option<StoreFailure> {
    let codes = ["NoSuchBucket", "ContainerNotFound", "bucket does not exist"];
    codes.iter().any(|code| words.contains(code)).then(|| {
        StoreFailure::new(
            Kind::Broken,
            format!("the bucket or container is not there ({})", plain(words)),
        )
    })
}

/// Sorts an error of the library.
fn failed(error: &Error) -> StoreFailure {
    let words = error.to_string();
    let (kind, what) = match error {
        Error::AlreadyExists { .. } | Error::Precondition { .. } => {
            return raced("somebody else wrote it since it was read");
        }
        Error::PermissionDenied { .. } => (
            Kind::Refused,
            "the credentials may not do this, or, where the service does not say so, the object is not there and they may not list",
        ),
        Error::Unauthenticated { .. } => {
            (Kind::Refused, "the service did not accept the credentials")
        }
        Error::Generic { .. } if ["169.254.", "metadata"].iter().any(|w| words.contains(w)) => (
            Kind::Refused,
            "there are no credentials in the environment, and no metadata service gives some",
        ),
        Error::Generic { .. } | Error::JoinError { .. } if is_transient(error, &words) => {
            (Kind::Unreachable, "the service failed, or did not answer")
        }
        Error::Generic { .. }
        | Error::JoinError { .. }
        | Error::NotFound { .. }
        | Error::InvalidPath { .. }
        | Error::NotSupported { .. }
        | Error::NotModified { .. }
        | Error::NotImplemented { .. }
        | Error::UnknownConfigurationKey { .. }
        | _ => (Kind::Broken, "the answer was not expected"),
    };
    StoreFailure::new(kind, format!("{what} ({})", plain(&words)))
}

/// Whether an answer is missing, or says that the service failed.
fn is_transient(error: &Error, words: &str) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if cause.is::<HttpError>() {
            return true;
        }
        next = cause.source();
    }
    ["status code: 5", "status code: 408", "status code: 429"].iter().any(|s| words.contains(s))
}

/// The library's words without what may be a secret: the query of an address can hold a signature. Of an answer
/// in XML its code and message.
fn plain(words: &str) -> String {
    let inside = |tag: &str| {
        let (_, rest) = words.split_once(&format!("<{tag}>"))?;
        rest.split_once('<').map(|(text, _)| text.trim().to_owned())
    };
    if let Some(code) = inside("Code") {
        return match inside("Message") {
            Some(message) => format!("{code}: {}", message.lines().next().unwrap_or_default()),
            None => code,
        };
    }
    let without: Vec<&str> = words
        .split_whitespace()
        .map(
            |word| if word.contains("://") { word.split('?').next().unwrap_or(word) } else { word },
        )
        .collect();
    without.join(" ").chars().take(500).collect()
}

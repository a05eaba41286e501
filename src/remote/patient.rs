//! Repeats what may be repeated, and knows its own writes again whose answer was lost.

use std::time::Duration;

use crate::port::{Holder, StateStore, StoreFailure, StoreFailureKind as Kind, Stored};

/// How long is waited before each repetition.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(1500),
];

/// A store that is asked again where that may help.
#[derive(Debug)]
pub struct Patient<S>(pub S);

impl<S: StateStore> StateStore for Patient<S> {
    async fn load(&self) -> Result<Option<Stored>, StoreFailure> {
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.0.load().await {
                Err(failure) if failure.is_transient() => pause(&mut pauses, failure).await?,
                other => return other,
            }
        }
    }

    async fn replace(
        &self,
        bytes: Vec<u8>,
        before: Option<&Stored>,
    ) -> Result<Stored, StoreFailure> {
        let mut pauses = PAUSES.into_iter();
        let mut doubtful = false;
        loop {
            let failure = match self.0.replace(bytes.clone(), before).await {
                Ok(stored) => return Ok(stored),
                Err(failure) => failure,
            };
            // The write before may have happened: then what is there is ours.
            if failure.kind == Kind::Raced && doubtful {
                return match self.load().await? {
                    Some(now) if now.bytes == bytes => Ok(now),
                    Some(_) | None => Err(failure),
                };
            }
            if !failure.is_transient() {
                return Err(failure);
            }
            doubtful = true;
            pause(&mut pauses, failure).await?;
        }
    }

    async fn lock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.0.lock(holder).await {
                Err(failure) if failure.is_transient() => pause(&mut pauses, failure).await?,
                Err(StoreFailure { kind: Kind::Locked(other), .. }) if other.id == holder.id => {
                    return Ok(());
                }
                other => return other,
            }
        }
    }

    async fn take_over(&self, from: &Holder, holder: &Holder) -> Result<(), StoreFailure> {
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.0.take_over(from, holder).await {
                Err(failure) if failure.is_transient() => pause(&mut pauses, failure).await?,
                Err(StoreFailure { kind: Kind::Locked(other), .. }) if other.id == holder.id => {
                    return Ok(());
                }
                other => return other,
            }
        }
    }

    fn has_leases(&self) -> bool {
        self.0.has_leases()
    }

    async fn renew(&self, holder: &Holder) -> Result<(), StoreFailure> {
        // Whoever renews tries again by itself, with an eye on the time.
        self.0.renew(holder).await
    }

    async fn unlock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        let mut pauses = PAUSES.into_iter();
        let mut doubtful = false;
        loop {
            match self.0.unlock(holder).await {
                Err(failure) if failure.is_transient() => {
                    doubtful = true;
                    pause(&mut pauses, failure).await?;
                }
                Err(failure) if failure.kind == Kind::NotOurs && doubtful => return Ok(()),
                other => return other,
            }
        }
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreFailure> {
        let mut pauses = PAUSES.into_iter();
        loop {
            match self.0.force_unlock(id).await {
                Err(failure) if failure.is_transient() => pause(&mut pauses, failure).await?,
                other => return other,
            }
        }
    }
}

/// Waits for the next try, or gives up.
async fn pause(
    pauses: &mut impl Iterator<Item = Duration>,
    failure: StoreFailure,
) -> Result<(), StoreFailure> {
    let Some(pause) = pauses.next() else { return Err(failure) };
    tracing::info!("the state's store: {failure}; it is asked again");
    tokio::time::sleep(pause).await;
    Ok(())
}

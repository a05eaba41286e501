//! The lock of a shared state: taken, renewed, and known to be lost before anything is written without it.
//!
//! A lease is 60 seconds and renewed every 20. No clock of another machine is trusted for it. Who wants the lock of
//! a holder that is gone looks at it: only if it stands unchanged for a whole lease by our own clock is it taken
//! over. The holder reckons from the moment before its last renewal that was confirmed was sent, so it stops
//! before anybody else can begin.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout};

use crate::port::{Holder, StateStore, StoreFailure, StoreFailureKind as Kind};

/// How long a lock holds that is not renewed.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed.
pub const RENEW: Duration = Duration::from_secs(20);
/// How long its holder trusts a renewal: it stops some time before the lease ends.
const TRUST: Duration = Duration::from_secs(50);
/// After so long without a renewal, by our clock, a lock seems abandoned.
const ABANDONED: Duration = Duration::from_secs(70);
/// How long one renewal may take.
const RENEWAL: Duration = Duration::from_secs(10);
/// How soon a renewal that failed is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// How often a lock that another holds is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Reads the wall clock, which belongs to `cli`.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A lock that is held.
#[derive(Debug)]
pub struct Lease {
    clock: Clock,
    leased: bool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    holder: Holder,
    /// Right before the last renewal was sent that the store confirmed: by a clock that nobody sets, and by
    /// one that goes on while the machine sleeps.
    confirmed: (Instant, Timestamp),
    lost: Option<String>,
}

impl Lease {
    /// Takes the lock, trying for as long as `patience`; one whose holder seems gone is watched for a lease
    /// all the same, which `tell` hears of.
    pub async fn take<S: StateStore>(
        store: &S,
        mut holder: Holder,
        patience: Duration,
        clock: Clock,
        tell: &(dyn Fn(&Holder) + Sync),
    ) -> Result<Self, StoreFailure> {
        let began = Instant::now();
        let leased = store.has_leases();
        // The lock of another as it was first seen so, and when.
        let mut watched: Option<(Holder, Instant)> = None;
        let (mut told, mut is_alive) = (false, false);
        loop {
            let asked = (Instant::now(), clock.now());
            if leased {
                holder.renewed = Some(asked.1.to_string().into());
            }
            let mut result = store.lock(&holder).await;
            if let Err(StoreFailure { kind: Kind::Locked(other), .. }) = &result
                && let Some((seen, since)) = &watched
                && *seen == **other
                && asked.0.duration_since(*since) >= LEASE
            {
                let other = other.clone();
                result = store.take_over(&other, &holder).await;
            }
            let failure = match result {
                Ok(()) => {
                    let inner = Inner { holder, confirmed: asked, lost: None };
                    return Ok(Self { clock, leased, inner: Mutex::new(inner) });
                }
                Err(failure) => failure,
            };
            let Kind::Locked(other) = &failure.kind else { return Err(failure) };
            if watched.as_ref().is_none_or(|(seen, _)| seen != &**other) {
                is_alive = watched.is_some();
                watched = Some(((**other).clone(), Instant::now()));
            }
            let waited = began.elapsed();
            let watch = leased
                && !is_alive
                && seems_gone(other, clock.now())
                && waited < LEASE + LOOK + LOOK;
            if waited >= patience && !watch {
                return Err(failure);
            }
            if watch && !told {
                tell(other);
                told = true;
            }
            let left = patience.saturating_sub(waited);
            sleep(if watch || left > LOOK { LOOK } else { left }).await;
        }
    }

    /// Whether the lock is still ours for sure: asked before each write.
    pub fn check(&self) -> Result<(), String> {
        let mut inner = self.inner();
        if let Some(lost) = &inner.lost {
            return Err(lost.clone());
        }
        if !self.leased {
            return Ok(());
        }
        let (instant, time) = inner.confirmed;
        let slept = self.clock.now().duration_since(time).unsigned_abs();
        if instant.elapsed().max(slept) < TRUST {
            return Ok(());
        }
        let lost = "the lock on the state could not be renewed in time".to_owned();
        inner.lost = Some(lost.clone());
        Err(lost)
    }

    /// Why the lock is not ours any more, where that is so.
    pub fn lost(&self) -> Option<String> {
        self.inner().lost.clone()
    }

    /// Something told that the lock is not ours any more.
    pub fn give_up(&self, why: impl Into<String>) {
        self.inner().lost.get_or_insert_with(|| why.into());
    }

    /// Who holds it: we.
    pub fn holder(&self) -> Holder {
        self.inner().holder.clone()
    }

    /// Renews the lock until it is lost or `ended`, and sets `stop` where it is lost.
    pub async fn keep<S: StateStore>(
        &self,
        store: &S,
        stop: &AtomicBool,
        mut ended: tokio::sync::watch::Receiver<bool>,
    ) {
        if !self.leased {
            return;
        }
        let mut pause = RENEW;
        loop {
            tokio::select! {
                biased;
                _ = ended.wait_for(|ended| *ended) => return,
                () = sleep(pause) => {}
            }
            pause = if self.renew(store).await { RENEW } else { AGAIN };
            if self.check().is_err() {
                stop.store(true, Ordering::Relaxed);
                return;
            }
        }
    }

    async fn renew<S: StateStore>(&self, store: &S) -> bool {
        let asked = (Instant::now(), self.clock.now());
        let mut holder = self.holder();
        holder.renewed = Some(asked.1.to_string().into());
        holder.renewals += 1;
        match timeout(RENEWAL, store.renew(&holder)).await {
            Ok(Ok(())) => {
                let mut inner = self.inner();
                inner.holder = holder;
                inner.confirmed = asked;
                true
            }
            Ok(Err(failure)) => {
                match failure.kind {
                    Kind::NotOurs | Kind::Locked(_) => {
                        self.give_up(format!("the lock on the state is lost: {failure}"));
                    }
                    Kind::Raced | Kind::Unreachable | Kind::Refused | Kind::Broken => {
                        tracing::info!("the lock on the state could not be renewed: {failure}");
                    }
                }
                false
            }
            Err(_) => {
                tracing::info!("the lock on the state could not be renewed in time");
                false
            }
        }
    }

    /// Gives the lock back. One that is lost is somebody else's.
    pub async fn give_back<S: StateStore>(&self, store: &S) -> Result<(), StoreFailure> {
        if self.leased && self.lost().is_some() {
            return Ok(());
        }
        store.unlock(&self.holder()).await
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is worth a look: by our clock, which may be wrong, the lock was not renewed for long. That alone
/// takes nothing over.
fn seems_gone(other: &Holder, now: Timestamp) -> bool {
    let renewed = other.renewed.as_ref().and_then(|at| at.parse::<Timestamp>().ok());
    renewed.is_none_or(|at| now.duration_since(at) > ABANDONED.try_into().unwrap_or_default())
}

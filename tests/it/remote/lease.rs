//! The lock of an object store and its lease, on a clock that stands until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use enroll::port::{Holder, StateStore, StoreFailureKind as Kind};
use enroll::remote::{Clock, LEASE, Lease, ObjectState, Patient};
use jiff::Timestamp;
use object_store::memory::InMemory;
use tokio::time::{Instant, advance, sleep};

/// A machine whose wall clock is off by so many seconds.
struct Machine {
    store: Patient<ObjectState>,
    clock: Clock,
    holder: Holder,
}

fn machine(store: &Arc<InMemory>, name: &str, off: i64) -> Machine {
    let began = Instant::now();
    let clock = Clock::new(move || {
        let seconds = i64::try_from(began.elapsed().as_secs()).unwrap();
        Timestamp::from_second(1_767_225_600 + off + seconds).unwrap()
    });
    let store = Patient(ObjectState::new(Arc::clone(store) as _, "team/prod.state.json"));
    let holder = Holder { id: name.into(), who: name.into(), ..Holder::default() };
    Machine { store, clock, holder }
}

impl Machine {
    async fn take(&self, patience: u64) -> Result<Lease, Kind> {
        let patience = Duration::from_secs(patience);
        let tell = |_: &Holder| {};
        Lease::take(&self.store, self.holder.clone(), patience, self.clock.clone(), &tell)
            .await
            .map_err(|failure| failure.kind)
    }
}

fn is_held_by(result: &Result<Lease, Kind>, name: &str) -> bool {
    matches!(result, Err(Kind::Locked(holder)) if holder.who == name)
}

#[tokio::test(start_paused = true)]
async fn the_second_is_refused_by_name_and_gets_it_once_it_is_given_back() {
    let store = Arc::new(InMemory::new());
    let (ada, bob) = (machine(&store, "ada", 0), machine(&store, "bob", 0));
    let lease = ada.take(0).await.unwrap();
    assert!(is_held_by(&bob.take(0).await, "ada"));
    let begun = Instant::now();
    assert!(is_held_by(&bob.take(30).await, "ada"));
    assert!(begun.elapsed() >= Duration::from_secs(30));
    lease.give_back(&ada.store).await.unwrap();
    let lease = bob.take(0).await.unwrap();
    // Whoever has no lock gives none back.
    assert_eq!(ada.store.unlock(&ada.holder).await.unwrap_err().kind, Kind::NotOurs);
    assert!(lease.check().is_ok());
    assert!(is_held_by(&ada.take(0).await, "bob"));
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_renewed_is_never_taken_over_whatever_the_clocks_say() {
    for off in [-7200, -60, 0, 60, 7200] {
        let store = Arc::new(InMemory::new());
        let (ada, bob) = (machine(&store, "ada", 0), machine(&store, "bob", off));
        let lease = ada.take(0).await.unwrap();
        let (stop, (ended, until)) = (AtomicBool::new(false), tokio::sync::watch::channel(false));
        tokio::select! {
            () = lease.keep(&ada.store, &stop, until) => panic!("it gave up"),
            taken = bob.take(600) => assert!(is_held_by(&taken, "ada"), "{off}"),
        }
        assert!(lease.check().is_ok() && !stop.load(Ordering::Relaxed), "{off}");
        drop(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_lock_is_taken_over_after_its_time_and_its_holder_stops_before() {
    for off in [-7200, 0, 7200] {
        let store = Arc::new(InMemory::new());
        let (ada, bob) = (machine(&store, "ada", 0), machine(&store, "bob", off));
        let lease = ada.take(0).await.unwrap();
        let begun = Instant::now();
        let (taken, ()) = tokio::join!(bob.take(600), async {
            // What its holder may still write, it writes before.
            while lease.check().is_ok() {
                sleep(Duration::from_millis(100)).await;
            }
        });
        let other = taken.unwrap();
        assert!(begun.elapsed() >= LEASE, "{off}: {:?}", begun.elapsed());
        assert!(other.check().is_ok());
        let stop = AtomicBool::new(false);
        let (_ended, until) = tokio::sync::watch::channel(false);
        lease.keep(&ada.store, &stop, until).await;
        assert!(stop.load(Ordering::Relaxed), "{off}: the old holder learns of it");
        // And gives back nothing that is not its own.
        lease.give_back(&ada.store).await.unwrap();
        let refused = ada.store.lock(&ada.holder).await.map_err(|failure| failure.kind);
        assert!(matches!(refused, Err(Kind::Locked(holder)) if holder.who == "bob"), "{off}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_patience_only_a_lock_that_seems_abandoned_is_watched() {
    let store = Arc::new(InMemory::new());
    let (ada, bob) = (machine(&store, "ada", 0), machine(&store, "bob", 0));
    drop(ada.take(0).await.unwrap());
    assert!(is_held_by(&bob.take(0).await, "ada"));
    advance(Duration::from_secs(300)).await;
    let begun = Instant::now();
    let lease = bob.take(0).await.unwrap();
    assert!(begun.elapsed() >= LEASE && begun.elapsed() < LEASE * 2, "{:?}", begun.elapsed());
    assert!(lease.check().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_does_not_trust_its_lock() {
    let store = Arc::new(InMemory::new());
    let ada = machine(&store, "ada", 0);
    let wall = Arc::new(AtomicI64::new(1_767_225_600));
    let read = Arc::clone(&wall);
    let clock = Clock::new(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap());
    let tell = |_: &Holder| {};
    let patience = Duration::ZERO;
    let lease = Lease::take(&ada.store, ada.holder.clone(), patience, clock, &tell).await.unwrap();
    assert!(lease.check().is_ok());
    wall.fetch_add(3600, Ordering::Relaxed);
    assert!(lease.check().is_err());
    wall.fetch_sub(3600, Ordering::Relaxed);
    assert!(lease.check().is_err(), "and it stays so");
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_somebody_took_away_is_noticed_at_the_next_renewal() {
    let store = Arc::new(InMemory::new());
    let (ada, bob) = (machine(&store, "ada", 0), machine(&store, "bob", 0));
    let lease = ada.take(0).await.unwrap();
    assert_eq!(bob.store.force_unlock("other").await.unwrap_err().kind, Kind::NotOurs);
    bob.store.force_unlock("ada").await.unwrap();
    assert_eq!(bob.store.force_unlock("ada").await.unwrap_err().kind, Kind::NotOurs);
    let other = bob.take(0).await.unwrap();
    let stop = AtomicBool::new(false);
    let (_ended, until) = tokio::sync::watch::channel(false);
    lease.keep(&ada.store, &stop, until).await;
    assert!(stop.load(Ordering::Relaxed));
    assert!(lease.check().unwrap_err().contains("bob"));
    assert!(other.check().is_ok());
}

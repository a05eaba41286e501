//! The manners that a store must have, asked of each: those of the tests, and real ones.

use enroll::port::{Holder, StateStore, StoreFailureKind as Kind};

fn holder(id: &str) -> Holder {
    Holder {
        id: id.into(),
        who: format!("{id}@test").into(),
        operation: "test".into(),
        version: "0".into(),
        created: "2026-01-01T00:00:00Z".into(),
        renewed: Some("2026-01-01T00:00:00Z".into()),
        renewals: 0,
    }
}

/// A document that a server of Terraform's protocol takes for a state.
fn document(serial: u64, filling: usize) -> Vec<u8> {
    format!("{{\"version\": 4, \"serial\": {serial}, \"x\": \"{}\"}}", "ä".repeat(filling))
        .into_bytes()
}

/// Everything that an apply relies on, against an empty store that two work on.
pub(super) async fn has_the_manners<S: StateStore>(one: &S, two: &S) {
    assert_eq!(one.load().await.unwrap(), None);

    // The lock.
    let (ada, bob) = (holder("ada"), holder("bob"));
    one.lock(&ada).await.unwrap();
    let refused = two.lock(&bob).await.unwrap_err();
    let Kind::Locked(other) = &refused.kind else { panic!("{refused:?}") };
    assert_eq!((other.id.as_str(), other.who.as_str()), ("ada", "ada@test"));
    let renewed = Holder { renewals: 1, ..ada.clone() };
    one.renew(&renewed).await.unwrap();
    if two.has_leases() {
        let stale = two.take_over(&ada, &bob).await.unwrap_err();
        assert!(matches!(stale.kind, Kind::Locked(_)), "it was renewed since: {stale:?}");
        two.take_over(&renewed, &bob).await.unwrap();
        assert_eq!(one.renew(&renewed).await.unwrap_err().kind, Kind::NotOurs);
        assert_eq!(one.unlock(&renewed).await.unwrap_err().kind, Kind::NotOurs);
        two.unlock(&bob).await.unwrap();
        one.lock(&ada).await.unwrap();
    }

    // The document, replaced only by who has read it.
    let first = one.replace(document(1, 0), None).await.unwrap();
    let seen = two.load().await.unwrap().unwrap();
    assert_eq!(seen.bytes, first.bytes);
    assert_eq!(one.replace(document(2, 1), None).await.unwrap_err().kind, Kind::Raced);
    let second = one.replace(document(3, 100_000), Some(&first)).await.unwrap();
    let late = one.replace(document(4, 2), Some(&first)).await.unwrap_err();
    assert_eq!(late.kind, Kind::Raced, "{late:?}");
    assert_eq!(one.load().await.unwrap().unwrap().bytes, second.bytes);
    // With what a load gives as with what a write gave.
    let loaded = one.load().await.unwrap();
    let third = one.replace(document(5, 3), loaded.as_ref()).await.unwrap();
    assert_eq!(two.load().await.unwrap().unwrap().bytes, third.bytes);

    assert_eq!(two.force_unlock("nobody").await.unwrap_err().kind, Kind::NotOurs);
    two.force_unlock("ada").await.unwrap();
    two.lock(&bob).await.unwrap();
    two.unlock(&bob).await.unwrap();
}

mod http {
    use std::time::Duration;

    use enroll::port::{StateStore as _, StoreFailureKind as Kind};
    use enroll::remote::{HttpAuth, HttpOptions, HttpStore, Patient};
    use reqwest::Method;

    use super::super::server::{Fault, PASSWORD, Server, USER};
    use super::{document, has_the_manners, holder};

    fn options(server: &Server) -> HttpOptions {
        let url = |path: &str| format!("{}{path}", server.address()).parse().unwrap();
        HttpOptions {
            address: url(""),
            lock_address: url("/lock"),
            unlock_address: url("/lock"),
            update_method: Method::POST,
            lock_method: "LOCK".parse().unwrap(),
            unlock_method: "UNLOCK".parse().unwrap(),
            auth: HttpAuth::Basic { username: USER.to_owned(), password: PASSWORD.into() },
            timeout: Duration::from_secs(20),
            max_body: 1 << 20,
        }
    }

    #[tokio::test]
    async fn it_has_the_manners_with_its_own_methods_and_gitlabs() {
        for (update, lock, unlock) in [("POST", "LOCK", "UNLOCK"), ("PUT", "POST", "DELETE")] {
            let server = Server::start();
            let store = || {
                let mut options = options(&server);
                options.update_method = update.parse().unwrap();
                options.lock_method = lock.parse().unwrap();
                options.unlock_method = unlock.parse().unwrap();
                Patient(HttpStore::new(options).unwrap())
            };
            has_the_manners(&store(), &store()).await;
            assert_eq!(server.count(lock) > 0, server.count(unlock) > 0);
        }
    }

    #[tokio::test]
    async fn a_token_signs_in_as_well_and_a_wrong_one_is_not_shown() {
        let server = Server::start();
        for (token, good) in [("t0ken-of-the-state", true), ("wr0ng-token", false)] {
            let auth = HttpAuth::Bearer(token.into());
            let store = HttpStore::new(HttpOptions { auth, ..options(&server) }).unwrap();
            let loaded = store.load().await;
            assert_eq!(loaded.is_ok(), good, "{loaded:?}");
            assert!(!format!("{loaded:?} {store:?}").contains(token));
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_late_or_too_long_is_told() {
        let server = Server::start();
        let store = HttpStore::new(HttpOptions { max_body: 50, ..options(&server) }).unwrap();
        server.set_document(Some(&"x".repeat(51)));
        let long = store.load().await.unwrap_err();
        assert_eq!(long.kind, Kind::Broken, "{long:?}");
        server.set_document(Some(&"x".repeat(50)));
        assert!(store.load().await.unwrap().is_some());

        // Nobody answers there: the connection waits in the queue of a listener.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", silent.local_addr().unwrap()).parse().unwrap();
        let timeout = Duration::from_millis(50);
        let options = HttpOptions { address, timeout, ..options(&server) };
        let late = HttpStore::new(options).unwrap().load().await.unwrap_err();
        assert_eq!(late.kind, Kind::Unreachable);
        assert!(late.detail.contains("no answer in time"), "{late:?}");
    }

    #[tokio::test]
    async fn a_write_whose_answer_is_lost_is_known_again() {
        let server = Server::start();
        let store = Patient(HttpStore::new(options(&server)).unwrap());
        store.lock(&holder("ada")).await.unwrap();
        server.fail("POST", 0, 1, Fault::LostAnswer);
        let written = store.replace(document(1, 1), None).await.unwrap();
        assert_eq!(server.count("POST"), 1, "it is not written twice");
        store.replace(document(2, 1), Some(&written)).await.unwrap();
    }
}

#[cfg(feature = "s3")]
mod memory {
    use std::sync::Arc;

    use enroll::port::{StateStore as _, StoreFailureKind as Kind};
    use enroll::remote::{ObjectState, Patient};
    use object_store::ObjectStoreExt as _;
    use object_store::memory::InMemory;

    use super::{has_the_manners, holder};

    #[tokio::test]
    async fn the_librarys_own_store_has_the_manners() {
        let store = Arc::new(InMemory::new());
        let open = || Patient(ObjectState::new(Arc::clone(&store) as _, "a/b.json"));
        has_the_manners(&open(), &open()).await;
    }

    #[tokio::test]
    async fn a_lock_that_nobody_understands_is_left_alone() {
        let store = Arc::new(InMemory::new());
        let path = "a/b.json.lock".into();
        store.put(&path, "{\"Who\": 7}".into()).await.unwrap();
        let state = ObjectState::new(Arc::clone(&store) as _, "a/b.json");
        let failure = state.lock(&holder("ada")).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Broken);
        assert!(failure.detail.contains("a/b.json.lock"), "{failure:?}");
        let bytes = store.get(&path).await.unwrap().bytes().await.unwrap();
        assert_eq!(bytes, "{\"Who\": 7}".as_bytes());
    }
}

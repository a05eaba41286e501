//! The store, and the sandbox as a handle.

use super::*;
use crate::sandbox::{Class, Saved, Seed, StartError};

#[tokio::test]
async fn what_was_answered_is_there_after_a_crash_and_after_a_shutdown() {
    let store = MemoryStore::new();
    let world = World::on(options(Manners::Zoom, ""), store.clone()).await;
    let ada = world.create("ada@example.com").await.id().to_owned();
    let bob = world.create("bob@example.com").await.id().to_owned();
    world.put(&ada, json!({"title": "Countess"})).await;
    world.delete(&bob).await;
    assert_eq!(store.saved().log.split_inclusive(|b| *b == b'\n').count(), 4);

    let mut crashed = store.saved();
    crashed.log.extend_from_slice(b"{\"serial\":5,\"put\":{\"id");
    let again = World::on(options(Manners::Zoom, ""), MemoryStore::with(crashed)).await;
    assert_eq!(again.running.users(), world.running.users());
    assert_eq!(again.get(&path(&ada)).await.body["title"], "Countess");
    let eve = again.create("eve@example.com").await.id().to_owned();
    assert!(eve != ada && eve != bob);

    world.running.shutdown().await.unwrap();
    let saved = store.saved();
    assert!(saved.log.is_empty() && saved.document.is_some());
    let again = World::on(options(Manners::Zoom, ""), MemoryStore::with(saved)).await;
    assert_eq!(again.create("eve@example.com").await.id(), eve, "the counter of ids was kept");
}

#[tokio::test]
async fn a_log_that_the_document_contains_already_does_no_harm() {
    let store = MemoryStore::new();
    let world = World::on(options(Manners::Zoom, ""), store.clone()).await;
    let id = world.create("ada@example.com").await.id().to_owned();
    let log = store.saved().log;
    world.put(&id, json!({"title": "Countess"})).await;
    world.running.shutdown().await.unwrap();
    let torn = Saved { log, ..store.saved() };
    let again = World::on(options(Manners::Zoom, ""), MemoryStore::with(torn)).await;
    assert_eq!(again.get(&path(&id)).await.body["title"], "Countess");
}

#[tokio::test]
async fn a_store_that_fails_is_an_error_500_and_changes_nothing() {
    let store = MemoryStore::new();
    let world = World::on(options(Manners::Zoom, ""), store.clone()).await;
    let id = world.create("ada@example.com").await.id().to_owned();
    store.fail(true);
    assert_eq!(world.create("bob@example.com").await.status, 500);
    assert_eq!(world.put(&id, json!({"title": "x"})).await.status, 500);
    assert_eq!(world.delete(&id).await.status, 500);
    assert_eq!(world.running.users().len(), 1);
    assert_eq!(world.get(&path(&id)).await.body.get("title"), None);
    store.fail(false);
    assert_eq!(world.create("bob@example.com").await.status, 201);
    let again = World::on(options(Manners::Zoom, ""), MemoryStore::with(store.saved())).await;
    assert_eq!(again.running.users(), world.running.users());
}

#[tokio::test]
async fn data_that_is_no_account_of_these_manners_is_refused() {
    let store = MemoryStore::new();
    let world = World::on(options(Manners::Zoom, ""), store.clone()).await;
    world.running.shutdown().await.unwrap();
    let start = |saved: Saved, manners| {
        let store = MemoryStore::with(saved);
        Sandbox::listen(loopback(), options(manners, ""), store).err().map(|it| it.to_string())
    };
    assert_eq!(
        start(store.saved(), Manners::Rfc).unwrap(),
        "the sandbox's data was written with the manners `zoom`, not `rfc`"
    );
    let nonsense = Saved { document: Some(b"nonsense".to_vec()), log: Vec::new() };
    assert!(start(nonsense, Manners::Zoom).unwrap().contains("not readable"));
    let torn = Saved { document: None, log: b"nonsense\n{}\n".to_vec() };
    assert!(start(torn, Manners::Zoom).unwrap().starts_with("line 1 of the sandbox's log"));
}

#[tokio::test]
async fn only_loopback_is_served() {
    let anywhere: SocketAddr = ([0, 0, 0, 0], 0).into();
    let result = Sandbox::listen(anywhere, Options::new(Manners::Zoom), MemoryStore::new());
    assert!(matches!(result, Err(StartError::NotLoopback(_))));
}

#[tokio::test]
async fn requests_are_counted_and_kept() {
    let world = World::zoom("").await;
    let id = world.create("ada@example.com").await.id().to_owned();
    world.get(&path(&id)).await;
    world.get("/Users").await;
    world.put(&id, json!({"title": "x"})).await;
    let counts = world.running.counts();
    assert_eq!(counts.tokens, 1);
    let classes = [Class::Token, Class::List, Class::Read, Class::Write, Class::Other];
    assert_eq!(classes.map(|class| counts.of(class)), [1, 1, 1, 2, 0]);
    assert_eq!((counts.method("PUT"), counts.status(201), counts.open_at_most), (1, 1, 1));
    let seen = world.running.requests();
    assert_eq!(seen[1].method, "POST");
    assert!(seen[1].body.contains("ada@example.com") && seen[1].status == Some(201));
}

#[tokio::test]
async fn the_outside_can_change_an_account() {
    let world = World::zoom("").await;
    world
        .running
        .add([Seed::new("ada@example.com").department("Ops").set("title", json!("x"))])
        .unwrap();
    let before = world.running.user("ada@example.com").unwrap();
    let changes = json!({"title": null, "active": false, ENTERPRISE: {"division": "D"}});
    world.running.edit("ada@example.com", &changes).unwrap();
    let after = world.running.user(&before.id).unwrap();
    assert_eq!((after.active, after.revision), (false, before.revision + 1));
    assert_eq!(after.resource.get("title"), None);
    assert_eq!(after.resource[ENTERPRISE], json!({"department": "Ops", "division": "D"}));
    world.running.remove("ADA@example.com").unwrap();
    assert!(world.running.users().is_empty());
    assert!(world.running.remove("ada@example.com").is_err());
    assert!(world.running.edit("nobody", &json!({})).is_err());
}

#[tokio::test]
async fn a_long_log_is_folded_while_serving() {
    let store = MemoryStore::new();
    let world = World::on(options(Manners::Zoom, ""), store.clone()).await;
    world.running.add([Seed::new("ada@example.com")]).unwrap();
    for n in 0..10_002 {
        world.running.edit("ada@example.com", &json!({"title": n.to_string()})).unwrap();
    }
    assert_eq!(store.saved().log.split_inclusive(|b| *b == b'\n').count(), 1);
    let again = World::on(options(Manners::Zoom, ""), MemoryStore::with(store.saved())).await;
    assert_eq!(again.running.users(), world.running.users());
}

#[tokio::test]
async fn bytes_that_are_no_http_end_the_connection_and_nothing_else() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let world = World::zoom("").await;
    for nonsense in
        ["nonsense\r\n\r\n", "GET /scim2/Users HTTP/9\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n"]
    {
        let mut stream = tokio::net::TcpStream::connect(world.running.addr()).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Closed with an answer or without one, but closed.
        let _ = stream.read_to_end(&mut answer).await;
    }
    assert_eq!(world.get("/Users").await.status, 200);
}

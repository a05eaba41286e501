//! Zoom's manners: POST, PUT, PATCH and DELETE.

use super::zoom::ada;
use super::*;
use crate::sandbox::{Seed, Standing};

fn disable(active: bool) -> Value {
    json!([{"op": "replace", "value": {"active": active}}])
}

#[tokio::test]
async fn create_wants_an_address_that_nobody_holds() {
    let world = World::with(Options {
        domains: vec!["example.com".to_owned()],
        ..options(Manners::Zoom, "")
    })
    .await;
    let got = world.create("Eve@Example.com").await;
    assert_eq!((got.status.as_u16(), &got.body["userType"]), (201, &json!("Basic")));
    assert_eq!(got.body["emails"][0]["value"], "Eve@Example.com");
    assert_eq!(got.body["active"], true);
    assert_eq!(world.create("eve@example.COM").await.status, 409);

    let got = world.create("far@elsewhere.org").await;
    assert_eq!(got.status, 201, "outside of the domains");
    assert_eq!(world.get(&path(got.id())).await.status, 404);
    assert_eq!(world.create("far@elsewhere.org").await.status, 409);
    assert_eq!(world.running.user("far@elsewhere.org").unwrap().standing, Standing::Pending);

    let post = async |body: Value| world.send(Method::POST, "/Users", &body).await;
    for body in [
        json!({}),
        json!({"userName": "eve"}),
        json!({"userName": "a b@example.com"}),
        json!({"userName": 5}),
        json!({"userName": "x@example.com", "userType": "Pro"}),
        json!({"userName": "x@example.com", "name": {"givenName": "é".repeat(65)}}),
        json!({"userName": "x@example.com", "emails": "x@example.com"}),
        json!([]),
    ] {
        let got = post(body.clone()).await;
        assert_eq!((got.status.as_u16(), &got.body["status"]), (400, &json!(400)), "{body}");
    }
    let got = post(json!({"userName": "x@example.com", "name": {"givenName": "é".repeat(64)},
        "nonsense": {"a": 1}, "emails": null, "userType": "On-Prem"}))
    .await;
    assert_eq!((got.status.as_u16(), got.body.get("nonsense")), (201, None));
}

#[tokio::test]
async fn put_merges_and_cannot_clear() {
    let world = World::zoom("").await;
    let ids = world.running.add([ada(), Seed::new("bob@example.com")]).unwrap();
    let before = world.get(&path(&ids[0])).await;
    let got = world
        .put(
            &ids[0],
            json!({"displayName": "Augusta", "title": "", "name": {"familyName": "King"},
                ENTERPRISE: {"organization": "Analytical", "manager": {"value": "m1"}},
                LICENCES: {"zoomScheduler": true},
                "phoneNumbers": [{"type": "work", "value": "+44 1"}]}),
        )
        .await;
    assert_eq!(got.status, 200);
    assert_eq!(got.body["title"], "Countess");
    assert_eq!(got.body["name"], json!({"givenName": "Ada", "familyName": "King"}));
    let extension =
        json!({"department": "Engines", "organization": "Analytical", "manager": {"value": "m1"}});
    assert_eq!(got.body[ENTERPRISE], extension);
    assert_eq!(got.body[LICENCES], json!({"zoomWhiteboard": "true", "zoomScheduler": true}));
    assert!(
        got.body["meta"]["lastModified"].as_str() > before.body["meta"]["lastModified"].as_str()
    );

    let same = world.put(&ids[0], json!({"displayName": "Augusta"})).await;
    assert_eq!(same.body["meta"], got.body["meta"], "nothing changed");

    let rename = world.put(&ids[0], json!({"userName": "augusta@example.com"})).await;
    assert_eq!(rename.body["emails"][0]["value"], "augusta@example.com");
    assert_eq!(world.put(&ids[0], json!({"userName": "BOB@example.com"})).await.status, 409);
    assert_eq!(world.put(&ids[0], json!({"userName": "Augusta@example.com"})).await.status, 200);
    assert_eq!(world.create("ada@example.com").await.status, 201, "the old address is free");

    let no_schemas = world.send(Method::PUT, &path(&ids[0]), &json!({"title": "x"})).await;
    assert_eq!(no_schemas.status, 400);
    assert_eq!(world.put("nobody", json!({"title": "x"})).await.status, 404);
}

#[tokio::test]
async fn switching_off_takes_the_licences_and_switching_on_gives_none_back() {
    let world = World::zoom("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);
    let off = world.patch(&id, disable(false)).await;
    assert_eq!((off.status.as_u16(), &off.body["active"]), (200, &json!(false)));
    assert_eq!((&off.body["userType"], off.body.get(LICENCES)), (&json!("Basic"), None));
    assert_eq!(world.get("/Users").await.body["Resources"][0]["active"], false);
    let got = world.put(&id, json!({"userType": "Licensed", "title": "x"})).await;
    assert_eq!((&got.body["userType"], &got.body["title"]), (&json!("Basic"), &json!("x")));
    let on = world.patch(&id, json!([{"op": "Replace", "path": "active", "value": true}])).await;
    assert_eq!((&on.body["active"], &on.body["userType"]), (&json!(true), &json!("Basic")));
    let off = world.put(&id, json!({"active": false, "userType": "Licensed"})).await;
    assert_eq!((&off.body["active"], &off.body["userType"]), (&json!(false), &json!("Basic")));

    for body in [
        json!({"operations": disable(true)}),
        json!({"Operations": [{"op": "replace", "path": "title", "value": "x"}]}),
        json!({"Operations": [{"op": "replace", "value": {"active": "True"}}]}),
        json!({"Operations": [{"op": "remove", "path": "active"}]}),
        json!({}),
    ] {
        let got = world.send(Method::PATCH, &path(&id), &body).await;
        assert_eq!(got.status, 400, "{body}");
        assert_eq!(got.body["detail"], "The request json did not contains valid active field.");
    }
}

#[tokio::test]
async fn admins_stay_and_others_go() {
    let world = World::zoom("").await;
    let seeds = [ada().admin(), Seed::new("bob@example.com")];
    let ids = world.running.add(seeds).unwrap();
    let got = world.patch(&ids[0], disable(false)).await;
    assert_eq!((got.status.as_u16(), &got.body["active"]), (200, &json!(true)));
    assert_eq!(got.body["userType"], "Licensed");
    assert_eq!(world.put(&ids[0], json!({"active": false})).await.body["active"], true);
    assert_eq!(world.delete(&ids[0]).await.status, 400);
    let gone = world.delete(&ids[1]).await;
    assert_eq!((gone.status.as_u16(), gone.body), (204, json!("")));
    assert_eq!(world.delete(&ids[1]).await.status, 404);
    assert_eq!(world.get(&path(&ids[1])).await.body["status"], 404);
    let again = world.create("bob@example.com").await;
    assert_ne!(again.id(), ids[1], "an id never comes back");
}

#[tokio::test]
async fn seats_run_out() {
    let world = World::with(Options { seats: Some(1), ..options(Manners::Zoom, "") }).await;
    let ids = world.running.add([ada(), Seed::new("bob@example.com")]).unwrap();
    let licensed = json!({"userType": "Licensed"});
    let got = world.put(&ids[1], licensed.clone()).await;
    let detail = json!("You can add max 1 paid users.");
    assert_eq!((got.status.as_u16(), &got.body["detail"]), (400, &detail));
    let body = json!({"userName": "eve@example.com", "userType": "Licensed"});
    assert_eq!(world.send(Method::POST, "/Users", &body).await.body["detail"], detail);
    assert_eq!(world.put(&ids[0], json!({"title": "x"})).await.status, 200);
    world.patch(&ids[0], disable(false)).await;
    assert_eq!(world.put(&ids[1], licensed).await.status, 200, "the seat is free");
}

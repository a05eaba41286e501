//! The RFC's manners.

use super::*;
use crate::sandbox::Seed;

fn ada() -> Seed {
    Seed::new("ada@example.com")
        .name("Ada", "Lovelace")
        .department("Engines")
        .set("nickName", json!("A"))
        .set("addresses", json!([{"type": "work", "country": "UK"}]))
}

#[tokio::test]
async fn lists_hold_whole_users_and_filters_compare() {
    let world = World::rfc("").await;
    world.running.add([ada(), Seed::new("bob@example.com").inactive()]).unwrap();
    let list = world.get("/Users").await;
    assert_eq!(list.header("content-type"), "application/scim+json");
    assert_eq!(list.header("x-zm-trackingid"), "");
    assert_eq!(list.body["Resources"][0]["nickName"], "A");
    for (filter, names) in [
        ("userName eq \"ADA@example.com\"", vec!["ada@example.com"]),
        ("active eq false and emails.value eq \"bob@example.com\"", vec!["bob@example.com"]),
        ("name.familyName pr", vec!["ada@example.com"]),
        ("userName eq \"x\"", vec![]),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        assert_eq!(world.get(&format!("/Users?filter={query}")).await.names(), names, "{filter}");
    }
    let got = world.get("/Users?filter=userName%20gt%205").await;
    assert_eq!((got.status.as_u16(), &got.body["scimType"]), (400, &json!("invalidFilter")));
    for base in ["/scim2", "/v2", "/scim/v2"] {
        let url = format!("http://{}{base}/Users", world.running.addr());
        let got = Got::from(world.http.get(url).bearer_auth("t").send().await.unwrap()).await;
        let location = got.body["Resources"][0]["meta"]["location"].as_str().unwrap().to_owned();
        assert!(location.contains(&format!("{base}/Users/")), "{location}");
        let again = world.http.get(location).bearer_auth("t").send().await.unwrap();
        assert_eq!(again.status(), 200);
    }
}

#[tokio::test]
async fn put_replaces() {
    let world = World::rfc("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);
    let got =
        world.put(&id, json!({"username": "ada@example.com", "Title": "Countess", "x": 1})).await;
    assert_eq!(got.status, 200);
    assert_eq!((&got.body["title"], got.body.get("nickName")), (&json!("Countess"), None));
    assert_eq!((got.body.get("name"), got.body.get("x")), (None, None));
    assert_eq!(world.put(&id, json!({"title": "x"})).await.body["scimType"], "invalidValue");
    assert_eq!(
        world.put(&id, json!({"userName": "a", "active": "yes"})).await.body["status"],
        json!("400")
    );
}

#[tokio::test]
async fn create_and_rename_keep_user_names_unique() {
    let world = World::rfc("").await;
    let got = world.create("ada").await;
    assert_eq!((got.status.as_u16(), got.header("etag")), (201, "W/\"1\""));
    assert_eq!(got.header("location"), got.body["meta"]["location"].as_str().unwrap());
    let got = world.create("ADA").await;
    assert_eq!((got.status.as_u16(), &got.body["scimType"]), (409, &json!("uniqueness")));
    assert_eq!(got.body["status"], "409");
    let bob = world.create("bob").await.id().to_owned();
    assert_eq!(world.put(&bob, json!({"userName": "Ada"})).await.status, 409);
    let rename = json!([{"op": "replace", "path": "userName", "value": "ada"}]);
    assert_eq!(world.patch(&bob, rename).await.status, 409);
    assert_eq!(world.delete(&bob).await.status, 204);
    assert_eq!(world.delete(&bob).await.status, 404);
}

#[tokio::test]
async fn patch_follows_paths() {
    let world = World::rfc("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);
    let department = format!("{ENTERPRISE}:department");
    let manager = format!("{ENTERPRISE}:manager.value");
    let got = world
        .patch(
            &id,
            json!([
                {"op": "Replace", "path": "active", "value": false},
                {"op": "replace", "path": "name.givenName", "value": "Augusta"},
                {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@example.com"},
                {"op": "add", "path": "emails[type eq \"home\"].value", "value": "h@example.com"},
                {"op": "replace", "path": department, "value": "Looms"},
                {"op": "add", "path": manager, "value": "m1"},
                {"op": "remove", "path": "nickName"},
                {"op": "remove", "path": "addresses[type eq \"work\"]"},
                {"op": "add", "value": {"title": "Countess", "name": {"middleName": "K"}}},
                {"op": "add", "path": "phoneNumbers", "value": [{"type": "work", "value": "+1"}]},
            ]),
        )
        .await;
    assert_eq!(got.status, 200, "{}", got.body);
    let body = got.body;
    assert_eq!(
        body["emails"],
        json!([{"type": "work", "value": "a@example.com", "primary": true},
            {"type": "home", "value": "h@example.com"}])
    );
    assert_eq!(
        body["name"],
        json!({"givenName": "Augusta", "familyName": "Lovelace", "middleName": "K"})
    );
    assert_eq!(body[ENTERPRISE], json!({"department": "Looms", "manager": {"value": "m1"}}));
    assert_eq!((&body["title"], &body["active"]), (&json!("Countess"), &json!(false)));
    assert_eq!((body.get("nickName"), body.get("addresses")), (None, None));
    assert_eq!(body["phoneNumbers"][0]["value"], "+1");
}

#[tokio::test]
async fn a_second_primary_ends_the_first() {
    let world = World::rfc("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);
    let home = json!([{"type": "home", "value": "h", "primary": true}]);
    let got = world.patch(&id, json!([{"op": "add", "path": "emails", "value": home}])).await;
    let primary: Vec<_> =
        got.body["emails"].as_array().unwrap().iter().map(|it| &it["primary"]).collect();
    assert_eq!(primary, [false, true]);
    let two = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    assert_eq!(world.put(&id, json!({"userName": "a", "emails": two})).await.status, 400);
}

#[tokio::test]
async fn wrong_patches_change_nothing() {
    let world = World::rfc("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);
    let before = world.get(&path(&id)).await.body;
    let title = json!({"op": "replace", "path": "title", "value": "x"});
    for (wrong, kind) in [
        (json!({"op": "replace", "path": "nothing", "value": 1}), "invalidPath"),
        (json!({"op": "replace", "path": "active", "value": "yes"}), "invalidValue"),
        (json!({"op": "replace", "path": "emails[type eq \"x\"].value", "value": "y"}), "noTarget"),
        (json!({"op": "remove"}), "noTarget"),
        (json!({"op": "remove", "path": "userName"}), "invalidValue"),
        (json!({"op": "replace", "path": "id", "value": "x"}), "mutability"),
        (json!({"op": "replace", "path": "meta", "value": {}}), "mutability"),
        (json!({"op": "swap", "path": "title"}), "invalidSyntax"),
        (json!({"op": "add", "path": "title"}), "invalidValue"),
        (json!({"op": "replace", "value": 5}), "invalidValue"),
    ] {
        let got = world.patch(&id, json!([title, wrong])).await;
        assert_eq!((got.status.as_u16(), &got.body["scimType"]), (400, &json!(kind)), "{wrong}");
    }
    assert_eq!(world.patch(&id, json!([])).await.status, 400);
    assert_eq!(world.get(&path(&id)).await.body, before);
}

#[tokio::test]
async fn a_stale_entity_tag_stops_a_change() {
    let world = World::rfc("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);
    let tag = world.get(&path(&id)).await.header("etag").to_owned();
    let put = async |tag: &str, title: &str| {
        let request = world.request(Method::PUT, &path(&id)).header("if-match", tag);
        let body = json!({"schemas": [CORE], "userName": "ada@example.com", "title": title});
        Got::from(request.json(&body).send().await.unwrap()).await
    };
    let got = put(&tag, "one").await;
    assert_eq!(got.status, 200);
    assert_ne!(got.header("etag"), tag);
    assert_eq!(got.header("etag"), got.body["meta"]["version"].as_str().unwrap());
    assert_eq!(put(&tag, "two").await.status, 412);
    assert_eq!(put("*", "three").await.status, 200);
    let delete = world.request(Method::DELETE, &path(&id)).header("if-match", &tag);
    assert_eq!(delete.send().await.unwrap().status(), 412);
}

#[tokio::test]
async fn the_service_describes_itself() {
    let world = World::rfc("").await;
    assert_eq!(world.get("/ServiceProviderConfig").await.body["patch"]["supported"], true);
    let schemas = world.get("/Schemas").await;
    assert_eq!(schemas.body["totalResults"], 2);
    assert_eq!(world.get(&format!("/Schemas/{CORE}")).await.body["id"], CORE);
    assert_eq!(world.get("/ResourceTypes/User").await.body["endpoint"], "/Users");
    assert_eq!(world.get("/ResourceTypes/Group").await.status, 404);
    assert_eq!(world.get("/Groups").await.body["status"], "404");
}

#[tokio::test]
async fn answers_hold_what_is_asked_for() {
    let world = World::rfc("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let query = "?attributes=userName,name.givenName,emails.value,urn:x";
    let got = world.get(&format!("{}{query}", path(&id))).await.body;
    assert_eq!(keys(&got), ["emails", "id", "name", "schemas", "userName"]);
    assert_eq!(got["name"], json!({"givenName": "Ada"}));
    assert_eq!(got["emails"], json!([{"value": "ada@example.com"}]));
    let query =
        format!("/Users?excludedAttributes=id,meta,NAME.familyName,emails,{ENTERPRISE}:department");
    let got = world.get(&query).await.body["Resources"][0].clone();
    assert_eq!((got.get("meta"), got.get("emails")), (None, None));
    assert_eq!((&got["name"], &got[ENTERPRISE]), (&json!({"givenName": "Ada"}), &json!({})));
    assert_eq!(got["id"], json!(id));

    let body = json!({"filter": "nickName eq \"A\"", "attributes": ["userName"], "count": 5});
    for place in ["/.search", "/Users/.search"] {
        let got = world.send(Method::POST, place, &body).await;
        assert_eq!(got.names(), ["ada@example.com"]);
        assert_eq!(keys(&got.body["Resources"][0]), ["id", "schemas", "userName"]);
    }
}

//! Zoom's manners: reading, and what is refused at the door.

use super::*;
use crate::sandbox::{Seed, Standing};

pub(super) fn ada() -> Seed {
    Seed::new("Ada@example.com")
        .name("Ada", "Lovelace")
        .department("Engines")
        .user_type("Licensed")
        .set("title", json!("Countess"))
        .set(LICENCES, json!({"zoomWhiteboard": "true"}))
}

#[tokio::test]
async fn a_list_item_is_thin_and_a_user_is_not() {
    let world = World::zoom("").await;
    let id = world.running.add([ada()]).unwrap().remove(0);

    let list = world.get("/Users").await;
    assert_eq!(list.status, 200);
    assert_eq!(list.header("content-type"), "application/json;charset=UTF-8");
    assert!(list.header("x-zm-trackingid").starts_with("v=2.0;clid="));
    assert_eq!((&list.body["totalResults"], &list.body["itemsPerPage"]), (&json!(1), &json!(1)));
    let item = &list.body["Resources"][0];
    let keys: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "active",
            "displayName",
            "emails",
            "id",
            "meta",
            "name",
            "schemas",
            ENTERPRISE,
            "urn:us:zoom:scim:schemas:extension:1.0:ZoomUser",
            "userName",
            "userType"
        ]
    );
    assert_eq!(item[ENTERPRISE], json!({"department": "Engines"}));
    assert_eq!(item["meta"]["lastModified"], "2026-01-01T00:00:00.000Z");

    let user = world.get(&path(&id)).await;
    assert_eq!(user.body["title"], "Countess");
    assert_eq!(user.body[LICENCES]["zoomWhiteboard"], "true");
    assert_eq!(user.body["groups"], json!([]));
    let location = user.body["meta"]["location"].as_str().unwrap();
    let again = world.http.get(location).bearer_auth(&world.token).send().await.unwrap();
    assert_eq!(again.status(), 200, "{location}");
}

#[tokio::test]
async fn pages_count_records_from_one_and_hold_at_most_a_hundred() {
    let world = World::zoom("").await;
    world.running.add((1..=205).map(|n| Seed::new(&format!("u{n}@example.com")))).unwrap();
    let first = world.get("/Users").await;
    assert_eq!((first.names().len(), &first.body["totalResults"]), (10, &json!(205)));
    let page = world.get("/Users?startIndex=101&count=500").await;
    assert_eq!(page.names().len(), 100);
    assert_eq!((page.names()[0], &page.body["startIndex"]), ("u101@example.com", &json!(101)));
    assert_eq!(world.get("/Users?startIndex=206&count=100").await.names().len(), 0);
    assert_eq!(world.get("/Users?count=0").await.names().len(), 0);
    assert_eq!(world.get("/Users?count=many").await.status, 400);
    let id = world.running.user("u7@example.com").unwrap().id;
    assert_eq!(world.delete(&id).await.status, 204);
    let all = world.list_all(100).await;
    assert_eq!((all.len(), all[6].as_str()), (204, "u8@example.com"));
}

#[tokio::test]
async fn filters_find_an_address_or_an_id_and_balk_at_the_invisible() {
    let world = World::zoom("").await;
    let seeds = [
        ada(),
        Seed::new("bob@example.com").inactive(),
        Seed::new("new@example.com").pending(),
        Seed::new("own@example.com").elsewhere(),
    ];
    let ids = world.running.add(seeds).unwrap();
    let find = async |filter: &str| {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        world.get(&format!("/Users?filter={query}")).await
    };
    assert_eq!(find("userName eq \"ada@EXAMPLE.com\"").await.names(), ["Ada@example.com"]);
    assert_eq!(find("username EQ bob@example.com").await.names(), ["bob@example.com"]);
    assert_eq!(find(&format!("externalId eq {}", ids[0])).await.names(), ["Ada@example.com"]);
    assert_eq!(find("userName eq nobody@example.com").await.body["totalResults"], 0);
    for address in ["new@example.com", "own@example.com"] {
        let got = find(&format!("userName eq {address}")).await;
        assert_eq!(
            (got.status.as_u16(), got.body),
            (
                400,
                json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": 400,
                "detail": format!("User {address} not exist or not belong to this account.")})
            )
        );
    }
    assert_eq!(find("department eq Engines").await.status, 400);
    assert_eq!(world.list_all(100).await, ["Ada@example.com", "bob@example.com"]);
    assert_eq!(world.get(&path(&ids[2])).await.status, 404, "a pending user cannot be read");

    world.running.set_standing("new@example.com", Standing::Member).unwrap();
    assert_eq!(world.list_all(100).await[2], "new@example.com");
}

#[tokio::test]
async fn ids_need_escaping_and_repeat_with_the_seed() {
    let (one, two) = (World::zoom("").await, World::zoom("").await);
    let mut odd = 0;
    for n in 0..12 {
        let name = format!("u{n}@example.com");
        let id = one.create(&name).await.id().to_owned();
        assert_eq!(two.create(&name).await.id(), id);
        assert_eq!(id.len(), 22);
        odd += usize::from(id.contains(['&', '/', '+']));
        assert_eq!(one.get(&path(&id)).await.body["userName"], name);
    }
    assert!(odd > 4);
}

#[tokio::test]
async fn what_is_not_there_or_not_json_is_refused_in_the_right_shape() {
    let world = World::zoom("").await;
    for nowhere in ["/ServiceProviderConfig", "/Schemas", "/Groups", "/", "", "/Users/a/b", "s"] {
        let got = world.get(nowhere).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (404, &json!(2300)), "{nowhere}");
    }
    assert_eq!(world.get("/users").await.status, 200, "Zoom does not mind the case");
    let got = world.send(Method::PUT, "/Users", &json!({})).await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (405, &json!(405)));
    for body in ["", "{", "nonsense", "\u{0}"] {
        let request = world.request(Method::POST, "/Users").body(body);
        assert_eq!(request.send().await.unwrap().status(), 400);
    }
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let request = world.request(Method::POST, "/Users").body(deep);
    assert_eq!(request.send().await.unwrap().status(), 400);
    let large = " ".repeat((1 << 20) + 1);
    let request = world.request(Method::POST, "/Users").body(large);
    assert_eq!(request.send().await.unwrap().status(), 413);
    assert_eq!(world.get("/Users/%FF%FE").await.status, 404);
}

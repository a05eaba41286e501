//! Each fault, over HTTP.

use super::*;
use crate::sandbox::{Class, Seed};

fn people(n: usize) -> Vec<Seed> {
    (1..=n).map(|n| Seed::new(&format!("u{n}@example.com"))).collect()
}

async fn listed(spec: &str, n: usize) -> World {
    let world = World::zoom(spec).await;
    world.running.add(people(n)).unwrap();
    world
}

#[tokio::test]
async fn every_nth_write_fails_before_or_after_the_work() {
    let world = World::zoom("503-every-write=2,500-after-create=3").await;
    let mut statuses = Vec::new();
    for n in 1..=6 {
        statuses.push(world.create(&format!("u{n}@example.com")).await.status.as_u16());
    }
    assert_eq!(statuses, [201, 503, 500, 503, 201, 503]);
    let names: Vec<_> = world.running.users().into_iter().map(|user| user.user_name).collect();
    assert_eq!(names, ["u1@example.com", "u3@example.com", "u5@example.com"]);
    world.running.set_faults(Faults::parse("html-first-list=1,401-first-read=1").unwrap());
    let got = world.get("/Users").await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (502, "text/html"));
    assert!(got.body.as_str().unwrap().starts_with("<html>"));
    assert_eq!(world.get("/Users").await.status, 200);
    assert_eq!(world.get("/Users/x").await.body["code"], 124);
}

#[tokio::test]
async fn answers_get_lost_with_or_without_the_work_done() {
    let world = World::zoom("lose-create=2,drop-create=3").await;
    let mut answered = Vec::new();
    for n in 1..=3 {
        let body = json!({"userName": format!("u{n}@example.com")});
        let sent = world.request(Method::POST, "/Users").json(&body).send().await;
        answered.push(sent.is_ok());
    }
    assert_eq!(answered, [true, false, false]);
    let names: Vec<_> = world.running.users().into_iter().map(|user| user.user_name).collect();
    assert_eq!(names, ["u1@example.com", "u2@example.com"]);
    assert_eq!(world.running.requests().last().unwrap().status, None);
    assert_eq!(world.running.counts().of(Class::Write), 3);
}

#[tokio::test]
async fn bodies_are_cut_or_break_off() {
    let world = listed("cut-list=2,break-list=3", 3).await;
    assert_eq!(world.get("/Users").await.names().len(), 3);
    let cut = world.get("/Users").await;
    assert!(cut.status == 200 && cut.body.is_string(), "half a JSON text");
    let broken = world.request(Method::GET, "/Users").send().await;
    assert!(match broken {
        Ok(response) => response.status() == 200 && response.bytes().await.is_err(),
        Err(_) => true,
    });
    assert_eq!(world.get("/Users").await.status, 200);
}

#[tokio::test]
async fn a_slow_answer_comes_all_the_same() {
    let world = listed("slow-list=1,slow-ms=1", 1).await;
    assert_eq!(world.get("/Users").await.names().len(), 1);
}

#[tokio::test]
async fn rates_refuse_in_every_form() {
    for (form, want) in [
        ("none", ""),
        ("seconds:7", "7"),
        ("date:60", "Thu, 01 Jan 2026 00:01:00 GMT"),
        ("iso:60", "2026-01-01T00:01:00Z"),
    ] {
        // One request in a thousand seconds: the second is refused however slow the test runs.
        let world = World::zoom(&format!("rate-list=0.001,retry-after={form}")).await;
        assert_eq!(world.get("/Users").await.status, 200);
        let got = world.get("/Users").await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (429, &json!(429)));
        assert_eq!(got.header("retry-after"), want);
        assert_eq!(got.header("x-ratelimit-category"), "Medium");
        assert_eq!(got.header("x-ratelimit-limit"), "0.001");
        assert_eq!(got.header("x-ratelimit-type"), "QPS");
        assert_eq!(world.create("ada@example.com").await.status, 201, "another class");
    }
    let world = World::zoom("429-every-write=1").await;
    let got = world.create("ada@example.com").await;
    assert_eq!((got.status.as_u16(), got.header("x-ratelimit-category")), (429, "Light"));
    assert!(got.body["message"].as_str().unwrap().contains("per-second"));
}

#[tokio::test]
async fn the_daily_limit_says_when_the_day_ends() {
    let world = World::zoom("daily=1").await;
    assert_eq!(world.get("/Users").await.status, 200);
    let got = world.get("/Users").await;
    assert_eq!((got.status.as_u16(), got.header("x-ratelimit-type")), (429, "Daily-limit"));
    assert_eq!(got.header("retry-after"), "2026-01-02T00:00:00Z");
    assert!(got.body["message"].as_str().unwrap().contains("maximum daily rate limit"));
}

#[tokio::test]
async fn pages_are_capped_ignore_the_count_or_begin_again() {
    let world = listed("page=2", 5).await;
    assert_eq!(world.get("/Users?count=100").await.names().len(), 2);
    assert_eq!(world.list_all(100).await.len(), 5);
    let world = listed("ignore-count", 25).await;
    assert_eq!(world.get("/Users?count=20").await.names().len(), 10);
    let world = listed("first-page-again,items-per-page=100", 3).await;
    let got = world.get("/Users?startIndex=101&count=100").await;
    assert_eq!((got.names().len(), &got.body["itemsPerPage"]), (3, &json!(100)));
}

#[tokio::test]
async fn lists_lie_about_their_length() {
    let world = listed("list-short=2", 5).await;
    let got = world.get("/Users").await;
    assert_eq!((got.names().len(), &got.body["totalResults"]), (3, &json!(5)));
    let got = world.get("/Users?filter=userName%20eq%20u5@example.com").await;
    assert_eq!(got.names(), ["u5@example.com"], "look-ups stay right");
    let world = listed("list-long=2", 5).await;
    let got = world.get("/Users").await;
    assert_eq!((got.names().len(), &got.body["totalResults"]), (5, &json!(3)));
    let world = listed("list-drift", 5).await;
    let totals = [world.get("/Users").await, world.get("/Users").await].map(|got| got.body);
    assert_eq!([&totals[0]["totalResults"], &totals[1]["totalResults"]], [5, 6]);
    let world = listed("list-duplicates", 2).await;
    let names = ["u1@example.com", "u2@example.com", "u2@example.com"];
    assert_eq!(world.get("/Users").await.names(), names);
}

#[tokio::test]
async fn a_shuffled_list_is_another_in_every_request_and_the_same_in_every_run() {
    let (one, two) = (listed("shuffle", 20).await, listed("shuffle", 20).await);
    let (first, second) = (one.get("/Users?count=20").await, one.get("/Users?count=20").await);
    assert_ne!(first.names(), second.names());
    assert_eq!(first.names(), two.get("/Users?count=20").await.names());
    let mut names = first.names();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 20);
}

#[tokio::test]
async fn filters_are_ignored_or_refused() {
    let query = "/Users?filter=userName%20eq%20%22u2@example.com%22";
    let world = listed("ignore-filter", 3).await;
    assert_eq!(world.get(query).await.names().len(), 3);
    assert_eq!(listed("no-filter", 3).await.get(query).await.status, 501);
    assert_eq!(World::rfc("no-filter").await.get(query).await.status, 501);
    let world = World::rfc("ignore-filter").await;
    world.running.add(people(3)).unwrap();
    assert_eq!(world.get(query).await.names().len(), 3);
}

#[tokio::test]
async fn accounts_are_admins_elsewhere_or_pending() {
    let spec = "admin=u1@example.com,elsewhere=own@example.com,pending-domain=new.org,seats=1";
    let world = listed(spec, 2).await;
    let id = world.running.user("u1@example.com").unwrap().id;
    assert_eq!(world.get(&path(&id)).await.body["roles"][0]["value"], "Admin");
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    assert_eq!(world.patch(&id, off).await.body["active"], true);
    assert_eq!(world.delete(&id).await.status, 400);
    assert_eq!(world.create("OWN@example.com").await.status, 409);
    assert_eq!(world.list_all(100).await.len(), 2);
    let id = world.create("a@new.org").await.id().to_owned();
    assert_eq!(world.get(&path(&id)).await.status, 404);
    let user = |name: &str| json!({"userName": name, "userType": "Licensed"});
    assert_eq!(world.send(Method::POST, "/Users", &user("a@b.c")).await.status, 201);
    assert_eq!(world.send(Method::POST, "/Users", &user("d@b.c")).await.status, 400);
}

#[tokio::test]
async fn updates_are_ignored_thin_or_without_a_body() {
    let world = listed("ignore=displayName,ignore=name.givenName,ignore=department", 1).await;
    let id = world.running.users().remove(0).id;
    let body = json!({"displayName": "x", "title": "Countess", ENTERPRISE: {"department": "D"},
        "name": {"givenName": "A", "familyName": "L"}});
    let got = world.put(&id, body.clone()).await;
    assert_eq!((got.status.as_u16(), got.body.get("displayName")), (200, None));
    assert_eq!(
        (&got.body["title"], &got.body["name"]),
        (&json!("Countess"), &json!({"familyName": "L"}))
    );
    assert_eq!(got.body[ENTERPRISE].get("department"), None);

    world.running.set_faults(Faults::parse("thin-answers").unwrap());
    let got = world.put(&id, body.clone()).await;
    assert_eq!((&got.body["displayName"], got.body.get("title")), (&json!("x"), None));
    world.running.set_faults(Faults::parse("no-answer-body,roles-object,no-patch").unwrap());
    let got = world.put(&id, body).await;
    assert_eq!((got.status.as_u16(), got.body), (204, json!("")));
    let got = world.create("ada@example.com").await;
    assert_eq!((got.status.as_u16(), &got.body["roles"]["value"]), (201, &json!("Member")));
    let active = json!([{"op": "replace", "path": "active", "value": false}]);
    assert_eq!(world.patch(&id, active.clone()).await.status, 501);

    let world = World::rfc("ignore=active,ignore=title").await;
    let id = world.create("ada").await.id().to_owned();
    let got = world.patch(&id, active).await;
    assert_eq!((got.status.as_u16(), got.body.get("active")), (200, None));
}

#[tokio::test]
async fn tokens_end_lack_the_scope_or_are_not_given() {
    let world = World::zoom("token-uses=2").await;
    let statuses =
        [world.get("/Users").await, world.get("/Users").await, world.get("/Users").await];
    assert_eq!(statuses.map(|got| got.status.as_u16()), [200, 200, 401]);

    let world = World::zoom("one-token").await;
    world.ask_token("account_credentials").await;
    assert_eq!(world.get("/Users").await.status, 401);

    let world = World::zoom("no-scope").await;
    let scope = world.ask_token("account_credentials").await.body["scope"].clone();
    assert!(!scope.as_str().unwrap().contains("scim2"));
    let got = world.get("/Users").await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (400, &json!(4711)));

    let world = World::zoom("").await;
    world.running.set_faults(Faults::parse("app-off").unwrap());
    assert_eq!(world.get("/Users").await.status, 401);
    let got = world.ask_token("account_credentials").await;
    assert_eq!((got.status.as_u16(), got.body["reason"].is_string()), (400, true));

    let world = World::zoom("500-first-token=1").await;
    assert_eq!(world.token, "");
    assert_eq!(world.ask_token("account_credentials").await.status, 200);
}

#[tokio::test]
async fn an_account_without_sso_role_or_endpoint_says_so() {
    let got = World::zoom("no-sso").await.get("/Users").await;
    assert_eq!((got.status.as_u16(), got.body["status"].as_u64()), (400, Some(400)));
    assert_eq!(got.body["detail"], "Account has not enabled Single Sign-On.");
    let got = World::zoom("no-role").await.get("/Users").await;
    assert_eq!(got.status, 403);
    assert!(got.body["detail"].as_str().unwrap().contains("\"User:Edit\""));
    assert_eq!(World::zoom("not-found").await.get("/Users").await.status, 404);
}

//! What is asked of a service in each dialect, and how odd answers are taken.

use std::sync::Mutex;

use serde_json::{Value as Json, json};

use super::support::{Scripted, headed, list_of, lost, options, reply, scripted, user};
use crate::live::Seen;
use crate::model::{Attribute, Dialect, Value};
use crate::port::{FailureKind, Found, ReadAccounts, Update, WriteAccounts};
use crate::scim::{Client, Lost, Outgoing, Reply};

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

fn update(pairs: &[(Attribute, &str)]) -> Update {
    let values = pairs.iter().map(|(attribute, text)| (*attribute, Value::text(*text))).collect();
    Update { user_name: None, values }
}

fn client(
    dialect: Dialect,
    script: impl Fn(&Outgoing, usize) -> Result<Reply, Lost> + Send + Sync + 'static,
) -> Client<Scripted> {
    scripted(options(dialect), script)
}

fn header(client: &Client<Scripted>, at: usize, name: &str) -> Option<String> {
    let seen = client.session.transport.seen.lock().unwrap();
    seen[at].headers.get(name).map(|value| value.to_str().unwrap().to_owned())
}

#[tokio::test(start_paused = true)]
async fn zoom_is_switched_by_patch_without_a_path_and_updated_by_a_merging_put() {
    let client = client(Dialect::ZOOM, |_, _| reply(200, &user("k&K", "a@x")));
    let answer = client.set_active("k&K", false).await.unwrap().said.unwrap();
    assert_eq!((answer.seen, answer.admin), (Seen::Listed, None));
    assert_eq!(
        client.body(0),
        json!({"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"active": false}}]})
    );
    client.update("k&K", &update(&[(Attribute::Title, "x")])).await.unwrap();
    assert_eq!(client.sent(), ["PATCH /Users/k%26K", "PUT /Users/k%26K"]);
    assert_eq!(
        client.body(1),
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "title": "x"})
    );
    assert_eq!(header(&client, 1, "accept").as_deref(), Some("application/scim+json"));
    assert_eq!(header(&client, 1, "content-type").as_deref(), Some("application/json"));
    assert_eq!(header(&client, 1, "if-match"), None);
    // Nothing that Zoom could clear: nothing is sent.
    assert_eq!(client.update("1", &update(&[(Attribute::Title, "")])).await.unwrap().said, None);
    assert_eq!(client.update("1", &Update::default()).await.unwrap().said, None);
    assert_eq!(client.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_body_in_its_answer_is_no_failure() {
    for answer in ["", "{}", "<html>", "null"] {
        let client = client(Dialect::ZOOM, move |_, _| {
            Ok(Reply { status: 200, body: answer.as_bytes().to_vec(), ..Reply::default() })
        });
        assert_eq!(client.set_active("1", true).await.unwrap().said, None);
    }
}

#[tokio::test(start_paused = true)]
async fn scim_looks_first_only_where_it_must() {
    let client = client(Dialect::SCIM, |request, _| {
        if request.method == "GET" {
            let mut answer = reply(200, &json!({"id": "1", "emails": []}))?;
            answer.headers.insert("etag", "W/\"7\"".parse().unwrap());
            return Ok(answer);
        }
        headed(204, &[])
    });
    client.update("1", &update(&[(Attribute::Title, "x")])).await.unwrap();
    client.update("1", &update(&[(Attribute::Email, "a@x")])).await.unwrap();
    client.set_active("1", false).await.unwrap();
    assert_eq!(
        client.sent(),
        ["PATCH /Users/1", "GET /Users/1", "PATCH /Users/1", "PATCH /Users/1"]
    );
    assert_eq!(header(&client, 0, "if-match"), None);
    assert_eq!(header(&client, 2, "if-match").as_deref(), Some("W/\"7\""));
    assert_eq!(
        client.body(3)["Operations"],
        json!([{"op": "replace", "path": "active", "value": false}])
    );
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_patch_the_whole_is_put_and_that_is_remembered() {
    for status in [405, 501] {
        let client = client(Dialect::SCIM, move |request, _| match request.method.as_str() {
            "PATCH" => headed(status, &[]),
            "GET" => reply(200, &json!({"id": "1", "nick": "n", "meta": {"version": "W/\"3\""}})),
            _ => reply(200, &user("1", "a@x")),
        });
        client.update("1", &update(&[(Attribute::Title, "x")])).await.unwrap();
        client.set_active("1", false).await.unwrap();
        assert_eq!(
            client.sent(),
            ["PATCH /Users/1", "GET /Users/1", "PUT /Users/1", "GET /Users/1", "PUT /Users/1"]
        );
        assert_eq!(client.body(2)["nick"], "n");
        assert_eq!(client.body(2)["title"], "x");
        assert_eq!(client.body(2).get("meta"), None);
        assert_eq!(client.body(4)["active"], false);
        assert_eq!(header(&client, 2, "if-match").as_deref(), Some("W/\"3\""));
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_change_is_a_conflict_and_ones_own_is_not() {
    let script = |lose: bool| {
        let puts = Mutex::new(0);
        move |request: &Outgoing, _: usize| match request.method.as_str() {
            "GET" => reply(200, &json!({"id": "1", "meta": {"version": "W/\"3\""}})),
            "PATCH" => headed(501, &[]),
            _ => {
                let mut puts = puts.lock().unwrap();
                *puts += 1;
                match *puts {
                    1 if lose => lost(true),
                    1 | 2 => headed(412, &[]),
                    _ => headed(204, &[]),
                }
            }
        }
    };
    let theirs = client(Dialect::SCIM, script(false));
    let failure = theirs.update("1", &update(&[(Attribute::Title, "x")])).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Conflict);
    assert_eq!(theirs.sent().iter().filter(|sent| sent.starts_with("PUT")).count(), 1);
    let ours = client(Dialect::SCIM, script(true));
    assert_eq!(ours.update("1", &update(&[(Attribute::Title, "x")])).await.unwrap().said, None);
}

#[tokio::test(start_paused = true)]
async fn a_look_up_compares_what_it_gets() {
    let hits = |users: &[(&str, &str)], total: usize| {
        let users: Vec<Json> = users.iter().map(|(id, name)| user(id, name)).collect();
        let mut list = list_of(&users);
        list["totalResults"] = json!(total);
        (200, list)
    };
    let elsewhere =
        json!({"detail": "User a@x.org not exist or not belong to this account.", "status": 400});
    for (what, (status, body), sought, expected) in [
        ("one", hits(&[("1", "a@x.org")], 1), "a@x.org", "1"),
        ("other case", hits(&[("1", "A@X.org")], 1), "a@x.org", "1"),
        ("none", hits(&[], 0), "a@x.org", "absent"),
        ("another", hits(&[("1", "b@x.org")], 1), "a@x.org", "absent"),
        ("a prefix", hits(&[("1", "aa@x.org")], 1), "a@x.org", "absent"),
        ("several", hits(&[("1", "b@x.org"), ("2", "a@x.org")], 2), "a@x.org", "2"),
        (
            "both cases",
            hits(&[("1", "A@x.org"), ("2", "a@x.org"), ("3", "a@X.org")], 3),
            "a@x.org",
            "2",
        ),
        ("elsewhere", (400, elsewhere.clone()), "a@x.org", "elsewhere"),
        ("elsewhere", (404, elsewhere), "a@x.org", "elsewhere"),
        ("broken", (400, json!({"detail": "no"})), "a@x.org", "Refused"),
        ("wrong address", (404, json!({})), "a@x.org", "Missing"),
    ] {
        let client = client(Dialect::SCIM, move |_, _| reply(status, &body));
        let found = match client.find(sought).await {
            Ok(Found::Account(account)) => account.id.to_string(),
            Ok(Found::Absent) => "absent".to_owned(),
            Ok(Found::Elsewhere) => "elsewhere".to_owned(),
            Err(failure) => format!("{:?}", failure.kind),
        };
        assert_eq!(found, expected, "{what}");
        assert_eq!(client.sent(), ["GET /Users?filter"], "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_filters_are_ignored_or_missing_the_list_is_searched() {
    let everybody = || -> Vec<Json> {
        (0..150).map(|n| user(&format!("{n:03}"), &format!("p{n}@x.org"))).collect()
    };
    let page = move |request: &Outgoing| {
        let start: usize = request
            .url
            .query_pairs()
            .find(|(name, _)| name == "startIndex")
            .and_then(|(_, value)| value.parse().ok())
            .unwrap();
        let all = everybody();
        let mut list = list_of(&all[start - 1..(start + 99).min(150)]);
        list["totalResults"] = json!(150);
        reply(200, &list)
    };
    let filtered = |request: &Outgoing| request.url.query().is_some_and(|q| q.contains("filter"));
    let ignoring = client(Dialect::SCIM, move |request, _| page(request));
    for (name, there) in [("p3@x.org", true), ("p149@x.org", true), ("p150@x.org", false)] {
        let found = ignoring.find(name).await.unwrap();
        assert_eq!(matches!(found, Found::Account(account) if account.user_name == name), there);
    }
    for (status, words) in [(501, ""), (400, "Filtering is not supported")] {
        let none = client(Dialect::SCIM, move |request, _| {
            if filtered(request) { reply(status, &json!({"detail": words})) } else { page(request) }
        });
        assert!(matches!(none.find("p149@x.org").await.unwrap(), Found::Account(_)));
        assert!(matches!(none.find("P149@x.org").await.unwrap(), Found::Account(_)));
        let filters = none.sent().iter().filter(|sent| sent.ends_with("filter")).count();
        assert_eq!(filters, 1, "asked once, then remembered");
    }
}

#[tokio::test(start_paused = true)]
async fn zooms_hit_is_read_wholly() {
    let full =
        json!({"id": "1", "userName": "a@x.org", "title": "T", "roles": [{"value": "Admin"}]});
    let client = client(Dialect::ZOOM, move |request, _| {
        if request.url.query().is_some() {
            reply(200, &list_of(&[user("1", "a@x.org")]))
        } else {
            reply(200, &full)
        }
    });
    let Found::Account(account) = client.find("a@x.org").await.unwrap() else { panic!() };
    assert_eq!((account.seen, account.admin), (Seen::Read, Some(true)));
}

#[tokio::test(start_paused = true)]
async fn ids_can_not_lead_astray() {
    let client = client(Dialect::ZOOM, |_, _| reply(404, &json!({})));
    for id in ["", ".", ".."] {
        assert_eq!(client.delete(id).await.unwrap_err().kind, FailureKind::Protocol);
        assert!(client.read(id).await.is_err());
        assert!(client.update(id, &update(&[(Attribute::Title, "x")])).await.is_err());
    }
    assert!(client.sent().is_empty());
    for (id, path) in [
        ("a/../../b", "a%2F..%2F..%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e%2e", "%252e%252e"),
        ("ä b", "%C3%A4%20b"),
        ("k&K+=~-._", "k%26K%2B%3D~-._"),
    ] {
        assert_eq!(client.read(id).await.unwrap(), None);
        assert_eq!(client.sent().last().unwrap(), &format!("GET /Users/{path}"));
    }
}

/// Takes a second for each answer, and counts how many are open: now, and at most.
struct Slow(std::sync::Arc<Mutex<(u32, u32)>>);
impl crate::scim::Transport for Slow {
    async fn carry(&self, _: Outgoing) -> Result<Reply, Lost> {
        {
            let mut open = self.0.lock().unwrap();
            open.0 += 1;
            open.1 = open.1.max(open.0);
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        self.0.lock().unwrap().0 -= 1;
        headed(204, &[])
    }
}

#[tokio::test(start_paused = true)]
async fn one_account_is_written_once_at_a_time() {
    let open = std::sync::Arc::new(Mutex::new((0, 0)));
    let client =
        Client::with_transport(options(Dialect::ZOOM), Slow(std::sync::Arc::clone(&open))).unwrap();
    let (a, b, c) =
        (client.set_active("1", false), client.set_active("1", true), client.delete("1"));
    let (a, b, c) = tokio::join!(a, b, c);
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(open.lock().unwrap().1, 1);
    let (a, b) = tokio::join!(client.delete("1"), client.delete("2"));
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(open.lock().unwrap().1, 2);
}

#[tokio::test(start_paused = true)]
async fn reaching_carries_no_credentials() {
    let client = client(Dialect::ZOOM, |_, _| headed(404, &[]));
    let reached = client.reach().await;
    assert_eq!(reached.len(), 1);
    assert_eq!((reached[0].host.as_str(), reached[0].outcome.as_ref()), ("127.0.0.1:1", Ok(&404)));
    assert_eq!(header(&client, 0, "authorization"), None);
}

#[tokio::test(start_paused = true)]
async fn another_account_than_asked_for_is_refused() {
    let client = client(Dialect::ZOOM, |_, _| reply(200, &user("2", "a@x")));
    assert_eq!(client.read("1").await.unwrap_err().kind, FailureKind::Protocol);
}

#[tokio::test(start_paused = true)]
async fn errors_of_every_shape_say_what_the_service_said() {
    let page = "<!DOCTYPE html><html><head><title> Bad gateway </title></head></html>";
    let sso = json!({"detail": "Account has not enabled Single Sign-On.", "status": 400});
    for (status, body, kind, words, help) in [
        (400, sso.to_string(), FailureKind::Forbidden, "Single Sign-On", "Business or Education"),
        (
            400,
            json!({"code": 4711, "message": "Invalid access token, does not contain scopes."}).to_string(),
            FailureKind::Forbidden,
            "does not contain scopes",
            "scim2:admin",
        ),
        (
            403,
            json!({"detail": "The request was denied due to insufficient permissions: \"User:Edit\".",
                   "status": "403"})
            .to_string(),
            FailureKind::Forbidden,
            "User:Edit",
            "role",
        ),
        (400, json!({"code": 200, "message": "You can add max 5 paid users."}).to_string(),
         FailureKind::Refused, "max 5 paid users", "licence"),
        (409, json!({"detail": "taken"}).to_string(), FailureKind::Taken, "taken", "list does not show"),
        (400, json!({"reason": "r", "error": "e"}).to_string(), FailureKind::Refused, "r", ""),
        (418, page.to_owned(), FailureKind::Refused, "web page instead of SCIM: Bad gateway", ""),
        (400, String::new(), FailureKind::Refused, "400 Bad Request has no text", ""),
        (400, "plain words".to_owned(), FailureKind::Refused, "plain words", ""),
        (400, "x".repeat(1 << 20), FailureKind::Refused, "xxx", ""),
        (400, "\u{0}\u{fffd}".to_owned(), FailureKind::Refused, "", ""),
        (200, page.to_owned(), FailureKind::Protocol, "web page", "scim_url"),
        (200, "{\"a\": 1} x".to_owned(), FailureKind::Protocol, "not a SCIM user", "scim_url"),
    ] {
        let client = client(Dialect::ZOOM, move |_, _| {
            let mut answer = headed(status, &[("x-zm-trackingid", "v=2.0;clid=us02")])?;
            answer.body = body.clone().into_bytes();
            Ok(answer)
        });
        let failure = client.read("1").await.unwrap_err();
        assert_eq!((failure.kind, failure.status), (kind, Some(status)), "{failure:?}");
        assert_eq!(failure.tracking_id.as_deref(), Some("v=2.0;clid=us02"));
        assert!(failure.detail.contains(words) && failure.detail.len() < 2000, "{failure:?}");
        assert!(failure.help.concat().contains(help), "{failure:?}");
    }
    let client =
        client(Dialect::ZOOM, |_, _| headed(301, &[("location", "https://evil.example.com/x")]));
    let failure = client.read("1").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Protocol);
    assert!(failure.detail.contains("https://evil.example.com/x"));
    assert_eq!(client.sent().len(), 1);
}

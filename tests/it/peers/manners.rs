//! What makes each peer worth running against, and values that a careless client would break.

use serde_json::{Value as Json, json};

use super::server::Kind;
use super::world::World;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The set-ups are what their names say, so that the other tests prove what theirs say.
pub(super) fn known(kind: Kind) {
    let world = World::new(kind);
    let http = &world.http;
    for n in 0..60 {
        http.create(&json!({"schemas": [CORE], "userName": format!("user{n}@example.com")}));
    }
    let page = |query: &str| -> Json {
        let (status, text) = http.ask("GET", &format!("/Users?{query}"), None);
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    };
    let ids = |page: &Json| -> Vec<String> {
        let users = page["Resources"].as_array().cloned().unwrap_or_default();
        users.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = page("startIndex=1&count=100");
    let past_the_end = page("startIndex=1000&count=100");
    assert_eq!(first["totalResults"], 60);
    let scimmy = kind == Kind::Scimmy;
    let capped = matches!(kind, Kind::PageOf50 | Kind::NoPatchNoFilter);
    assert_eq!(ids(&first).len(), if capped { 50 } else { 60 });
    assert_eq!(ids(&past_the_end).len(), if scimmy { 60 } else { 0 });
    if scimmy {
        assert_eq!(first["itemsPerPage"], 100, "the page holds 60");
    }

    let user = http.user("user7@example.com");
    let path = format!("/Users/{}", user["id"].as_str().unwrap());
    let filter = "/Users?filter=userName%20eq%20%22user7@example.com%22";
    let change = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": "x"}],
    });
    let (patched, body) = http.ask("PATCH", &path, Some(&change));
    let (filtered, _) = http.ask("GET", filter, None);
    let expected = match kind {
        Kind::Scim2Server | Kind::PageOf50 => (204, 200),
        Kind::NoPatchNoFilter => (501, 501),
        Kind::Scimmy | Kind::ScimmyBasic => (200, 200),
    };
    assert_eq!((patched, filtered), expected, "{body}");
    assert_eq!(user["meta"]["version"].is_string(), !scimmy, "{user}");
}

/// Quotes, other scripts, and what JSON, URLs, filters and PATCH paths give a meaning to.
pub(super) fn odd_values(kind: Kind) {
    let mut world = World::new(kind);
    let odd = r#"O'Neil "Bo" \ [type eq "work"] 100% 名前 🙂 a&b=c;d<e>"#;
    let names = ["o'neil+tag%41@example.com", "Ünï.cøde@example.com", "slash/q?#&@example.com"];
    for (n, name) in names.iter().enumerate() {
        let label = format!("p{n}");
        world.set(&label, &[("user_name", name), ("title", "x"), ("email", "mail@example.com")]);
    }
    world.set("p0", &[("family_name", odd), ("department", odd), ("title", odd)]);
    world.write("p0", "roles", "[\"admin\", \"o'role \\\"x\\\"\"]");
    world.rules.insert("all", vec!["p0", "p1", "p2"]);
    world.step(&[("create", 3)]);
    let enterprise = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    world.holds(
        names[0],
        &[
            ("/name/familyName", json!(odd)),
            ("/title", json!(odd)),
            (&format!("{enterprise}/department"), json!(odd)),
            ("/emails/0/value", json!("mail@example.com")),
        ],
    );
    let roles = |world: &World| -> Vec<String> {
        let user = world.http.user("o'neil+tag%41@example.com");
        let roles = user["roles"].as_array().cloned().unwrap_or_default();
        let mut values: Vec<String> =
            roles.iter().map(|role| role["value"].as_str().unwrap().to_owned()).collect();
        values.sort();
        values
    };
    assert_eq!(roles(&world), ["admin", "o'role \"x\""]);

    world.set("p1", &[("title", odd), ("phone", "+1 2015550123;ext=1"), ("department", odd)]);
    world.write("p0", "roles", "[\"admin\", \"new\"]");
    world.set("p2", &[("email", "other+1@example.com"), ("display_name", "  spaces  ")]);
    world.step(&[("update", 3)]);
    world.holds(names[1], &[("/title", json!(odd))]);
    world.holds(names[1], &[(&format!("{enterprise}/department"), json!(odd))]);
    world.holds(names[2], &[("/emails/0/value", json!("other+1@example.com"))]);
    assert_eq!(roles(&world), ["admin", "new"]);

    world.write("p0", "roles", "[]");
    world.write("p1", "active", "false");
    world.step(&[("update", 1), ("disable", 1)]);
    assert!(roles(&world).is_empty());
    world.holds(names[1], &[("/active", json!(false))]);
}

/// Addresses and numbers that others wrote in shapes of their own: Enroll changes the one that it means.
pub(super) fn others_elements(kind: Kind) {
    let mut world = World::new(kind);
    let phones = json!([
        {"type": "work", "value": "+1 2015550101", "primary": true},
        {"type": "work", "value": "+1 2015550102", "display": "desk"},
        {"type": "mobile", "value": "+1 2015550103"},
    ]);
    world.http.create(&json!({
        "schemas": [CORE], "userName": "dora@example.com", "phoneNumbers": phones,
        "emails": [{"value": "dora@old.example"}],
    }));
    world.set("dora", &[("user_name", "dora@example.com"), ("phone", "+1 2015550999")]);
    world.set("dora", &[("email", "dora@example.com")]);
    world.rules.insert("all", vec!["dora"]);
    world.step_with(&[("adopt", 1), ("update", 1)], &[], &["--first-run"]);
    world.holds(
        "dora@example.com",
        &[
            ("/emails/0/value", json!("dora@example.com")),
            ("/emails/0/type", Json::Null),
            ("/emails/1", Json::Null),
            ("/phoneNumbers/0/value", json!("+1 2015550999")),
            ("/phoneNumbers/1/value", json!("+1 2015550102")),
            ("/phoneNumbers/1/display", json!("desk")),
            ("/phoneNumbers/2/value", json!("+1 2015550103")),
        ],
    );

    // No number for work is no number for work, however many there were.
    world.set("dora", &[("phone", "")]);
    world.step(&[("update", 1)]);
    world.holds(
        "dora@example.com",
        &[("/phoneNumbers/0/value", json!("+1 2015550103")), ("/phoneNumbers/1", Json::Null)],
    );
}

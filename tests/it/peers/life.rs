//! The whole life of accounts, told in order: each stage goes on from what the one before left.

use serde_json::{Value as Json, json};

use super::server::Kind;
use super::world::{World, change_of, expect_steps};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn enterprise(attribute: &str) -> String {
    format!("/{ENTERPRISE}/{attribute}")
}

pub(super) fn whole(kind: Kind) {
    let mut world = World::new(kind);
    world.bystander(&json!({
        "schemas": [CORE, ENTERPRISE], "userName": "guest@example.com", "active": false,
        "nickName": "Guest", "displayName": "A guest",
        ENTERPRISE: {"department": "None of ours"},
    }));
    world.bystander(&json!({"schemas": [CORE], "userName": "no-address"}));
    arrive(&mut world);
    change(&mut world);
    clear(&mut world);
    drift(&world);
    switch(&mut world);
    rename(&mut world);
    leave(&mut world);
    delete(&mut world);
    vanish(&world);
}

/// Two are created, one who is there already is adopted and brought up to date.
fn arrive(world: &mut World) {
    let carol = world.http.create(&json!({
        "schemas": [CORE], "userName": "Carol@example.com", "active": true, "title": "Old",
        "nickName": "Caz", "name": {"givenName": "Carol", "middleName": "M"},
        "phoneNumbers": [{"type": "mobile", "value": "+1 2015550100"}],
    }));
    let before = world.http.text(&carol);
    world.set(
        "ada",
        &[
            ("user_name", "ada@example.com"),
            ("given_name", "Ada \"A\""),
            ("family_name", "Lövelace"),
            ("display_name", "Ada, Countess"),
            ("user_type", "Licensed"),
            ("title", "Countess"),
            ("locale", "en-GB"),
            ("phone", "+1 2015550123"),
            ("department", "Engines"),
            ("organization", "Analytical"),
            ("cost_center", "CC 1"),
            ("employee_number", "007"),
            ("division", "North"),
            ("manager", "manager-1"),
        ],
    );
    world.set("bob", &[("user_name", "bob@example.com"), ("given_name", "Bob")]);
    world.set("carol", &[("user_name", "carol@example.com"), ("title", "New")]);
    world.set("carol", &[("phone", "+1 2015550199"), ("department", "Legal")]);
    world.rules.insert("all", vec!["ada", "bob", "carol"]);

    let plan = world.plan();
    expect_steps(&plan, &[("create", 2), ("adopt", 1), ("update", 1)]);
    assert_eq!(plan["summary"]["unmanaged"], 2);
    assert_eq!(change_of(&plan, "carol")["actions"], json!(["adopt", "update"]));
    assert_eq!(change_of(&plan, "carol")["reason"], "already_in_account");

    // Without a state, nobody is adopted by accident.
    let refused = world.run(&["apply", "--auto-approve"]);
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.err.contains("--first-run"), "{refused:?}");
    assert_eq!(world.http.text(&carol), before);
    assert_eq!(world.http.users().len(), 3);

    world.step_with(&[("create", 2), ("adopt", 1), ("update", 1)], &[], &["--first-run"]);
    assert_eq!(world.http.users().len(), 5);
    world.holds(
        "ada@example.com",
        &[
            ("/active", json!(true)),
            ("/name/givenName", json!("Ada \"A\"")),
            ("/name/familyName", json!("Lövelace")),
            ("/displayName", json!("Ada, Countess")),
            ("/userType", json!("Licensed")),
            ("/title", json!("Countess")),
            ("/locale", json!("en-GB")),
            ("/emails/0/value", json!("ada@example.com")),
            ("/emails/0/type", json!("work")),
            ("/emails/1", Json::Null),
            ("/phoneNumbers/0/value", json!("+1 2015550123")),
            ("/phoneNumbers/0/type", json!("work")),
            (&enterprise("department"), json!("Engines")),
            (&enterprise("organization"), json!("Analytical")),
            (&enterprise("costCenter"), json!("CC 1")),
            (&enterprise("employeeNumber"), json!("007")),
            (&enterprise("division"), json!("North")),
            (&enterprise("manager/value"), json!("manager-1")),
        ],
    );
    world.holds("bob@example.com", &[("/active", json!(true)), ("/title", Json::Null)]);
    assert!(world.http.has(&carol));
    keeps_what_enroll_does_not_know(world, "New");
}

/// Carol had things before Enroll came that no attribute of Enroll's is about.
#[track_caller]
fn keeps_what_enroll_does_not_know(world: &World, title: &str) {
    let carol = world.http.users().into_iter().find(|user| user["nickName"] == "Caz").unwrap();
    assert_eq!(carol["title"], title);
    assert_eq!(carol["name"]["middleName"], "M");
    let phones = carol["phoneNumbers"].as_array().unwrap();
    let values: Vec<&str> = phones.iter().filter_map(|phone| phone["value"].as_str()).collect();
    assert_eq!(values, ["+1 2015550100", "+1 2015550199"]);
}

fn change(world: &mut World) {
    let id = world.http.id("ada@example.com");
    world.set("ada", &[("department", "Programs"), ("cost_center", "CC 2"), ("title", "Author")]);
    world.set("ada", &[("manager", "manager-2"), ("phone", "+1 2015550124")]);
    let plan = world.plan();
    let ada = change_of(&plan, "ada");
    assert_eq!(ada["reason"], "attributes_changed");
    let attributes = ada["attributes"].as_array().unwrap();
    let names: Vec<&str> = attributes.iter().filter_map(|a| a["name"].as_str()).collect();
    assert_eq!(names, ["department", "cost_center", "manager", "title", "phone"]);
    assert_eq!(
        attributes[0],
        json!({"name": "department", "before": "Engines", "after": "Programs", "origin": "config"})
    );
    world.step(&[("update", 1)]);
    world.holds(
        "ada@example.com",
        &[
            ("/id", json!(id)),
            ("/title", json!("Author")),
            ("/phoneNumbers/0/value", json!("+1 2015550124")),
            ("/phoneNumbers/1", Json::Null),
            ("/displayName", json!("Ada, Countess")),
            (&enterprise("department"), json!("Programs")),
            (&enterprise("costCenter"), json!("CC 2")),
            (&enterprise("manager/value"), json!("manager-2")),
            (&enterprise("employeeNumber"), json!("007")),
        ],
    );
}

/// `""` takes a value away; a line taken out leaves it as it is.
fn clear(world: &mut World) {
    world.set("ada", &[("title", ""), ("phone", ""), ("cost_center", ""), ("manager", "")]);
    world.set("ada", &[("family_name", "")]);
    let plan = world.plan();
    let attributes = change_of(&plan, "ada")["attributes"].as_array().unwrap().clone();
    assert!(attributes.iter().all(|a| a["after"] == "" || a["after"].is_null()), "{plan:#}");
    assert_eq!(attributes.len(), 5);
    world.step(&[("update", 1)]);
    world.holds(
        "ada@example.com",
        &[
            ("/title", Json::Null),
            ("/phoneNumbers/0", Json::Null),
            ("/name/familyName", Json::Null),
            ("/name/givenName", json!("Ada \"A\"")),
            (&enterprise("costCenter"), Json::Null),
            (&enterprise("manager/value"), Json::Null),
            (&enterprise("department"), json!("Programs")),
        ],
    );
    // The last enterprise attributes go, and the first ones come back.
    for attribute in ["department", "organization", "employee_number", "division"] {
        world.set("ada", &[(attribute, "")]);
    }
    world.step(&[("update", 1)]);
    world.holds("ada@example.com", &[(&enterprise("department"), Json::Null)]);
    world.set("ada", &[("department", "Engines"), ("manager", "manager-3")]);
    world.set("ada", &[("title", "Countess"), ("phone", "+1 2015550123")]);
    world.step(&[("update", 1)]);
    world.holds(
        "ada@example.com",
        &[
            ("/title", json!("Countess")),
            ("/phoneNumbers/0/value", json!("+1 2015550123")),
            (&enterprise("department"), json!("Engines")),
            (&enterprise("manager/value"), json!("manager-3")),
        ],
    );

    world.unset("ada", "locale");
    world.settled();
    world.holds("ada@example.com", &[("/locale", json!("en-GB"))]);
}

/// Somebody changes accounts behind Enroll's back: what is managed is put back, the rest stays.
fn drift(world: &World) {
    world.http.edit("ada@example.com", |ada| {
        ada["displayName"] = json!("Somebody");
        ada[ENTERPRISE]["department"] = json!("Elsewhere");
        ada["locale"] = json!("fr-FR");
        ada["emails"] = json!([{"type": "home", "value": "ada@home.example"},
                               {"type": "work", "value": "ada@example.com", "primary": true}]);
    });
    world.http.edit("Carol@example.com", |carol| {
        carol.as_object_mut().unwrap().remove("title");
    });
    let plan = world.plan();
    assert_eq!(change_of(&plan, "ada")["reason"], "drifted");
    assert_eq!(change_of(&plan, "carol")["attributes"][0]["origin"], "drift");
    world.step(&[("update", 2)]);
    world.holds(
        "ada@example.com",
        &[
            ("/displayName", json!("Ada, Countess")),
            (&enterprise("department"), json!("Engines")),
            ("/locale", json!("fr-FR")),
            ("/emails/0/value", json!("ada@home.example")),
            ("/emails/1/value", json!("ada@example.com")),
        ],
    );
    keeps_what_enroll_does_not_know(world, "New");
}

fn switch(world: &mut World) {
    world.write("bob", "active", "false");
    assert_eq!(change_of(&world.plan(), "bob")["reason"], "disabled_at_source");
    world.step(&[("disable", 1)]);
    world.holds("bob@example.com", &[("/active", json!(false)), ("/name/givenName", json!("Bob"))]);

    world.write("bob", "active", "true");
    world.set("bob", &[("given_name", "Robert")]);
    assert_eq!(change_of(&world.plan(), "bob")["reason"], "enabled_at_source");
    world.step(&[("enable", 1), ("update", 1)]);
    world.holds(
        "bob@example.com",
        &[("/active", json!(true)), ("/name/givenName", json!("Robert"))],
    );

    // Somebody else switches him off: Enroll does not undo that by itself.
    world.http.edit("bob@example.com", |bob| bob["active"] = json!(false));
    let plan = world.plan();
    expect_steps(&plan, &[("blocked", 1)]);
    let blocked = change_of(&plan, "bob")["blocked"].clone();
    assert_eq!(blocked, json!([{"action": "enable", "by": "disabled_outside"}]));
    let applied = world.run(&["apply", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    world.holds("bob@example.com", &[("/active", json!(false))]);
    world.step_with(&[("enable", 1)], &["--confirm", "bob@example.com"], &[]);
    world.holds("bob@example.com", &[("/active", json!(true))]);
}

fn rename(world: &mut World) {
    let (ada, bob) = (world.http.id("ada@example.com"), world.http.id("bob@example.com"));
    // Bob takes the address that Ada gives up in the same apply.
    world.set("ada", &[("user_name", "countess@example.com")]);
    world.set("bob", &[("user_name", "ada@example.com")]);
    let plan = world.plan();
    let attributes = change_of(&plan, "bob")["attributes"].as_array().unwrap().clone();
    assert_eq!(attributes[0]["name"], "user_name");
    assert_eq!(attributes[0]["before"], "bob@example.com");
    assert_eq!(attributes[0]["after"], "ada@example.com");
    world.step(&[("update", 2)]);
    world.holds("countess@example.com", &[("/id", json!(ada))]);
    world.holds("countess@example.com", &[("/emails/1/value", json!("countess@example.com"))]);
    world.holds("ada@example.com", &[("/id", json!(bob))]);
    world.holds("ada@example.com", &[("/emails/0/value", json!("ada@example.com"))]);
    world.holds("ada@example.com", &[("/emails/1", Json::Null)]);
    assert!(world.http.named("bob@example.com").is_empty());
}

/// Who leaves a rule is disabled, and is enabled on coming back.
fn leave(world: &mut World) {
    let carol = world.http.id("Carol@example.com");
    world.rules.insert("all", vec!["ada", "bob"]);
    assert_eq!(change_of(&world.plan(), "carol")["reason"], "left_rules");
    world.step(&[("disable", 1)]);
    world.holds("Carol@example.com", &[("/id", json!(carol)), ("/active", json!(false))]);
    keeps_what_enroll_does_not_know(world, "New");

    world.set("carol", &[("title", "Back")]);
    world.rules.insert("all", vec!["ada", "bob", "carol"]);
    world.step(&[("enable", 1), ("update", 1)]);
    world.holds("Carol@example.com", &[("/id", json!(carol)), ("/active", json!(true))]);
    keeps_what_enroll_does_not_know(world, "Back");
}

/// What becomes of the accounts of a rule that is deleted is the connection's choice.
fn delete(world: &mut World) {
    world.set("dan", &[("user_name", "dan@example.com"), ("title", "Temp")]);
    world.set("eve", &[("user_name", "eve@example.com"), ("title", "Temp")]);
    world.rules.insert("temps", vec!["dan", "eve", "ada"]);
    let records = ("records", 1);
    world.step(&[("create", 2), records]);
    let (dan, eve) = (world.http.id("dan@example.com"), world.http.id("eve@example.com"));
    let before = (world.http.text(&dan), world.http.text(&eve));

    world.rules.remove("temps");
    assert_eq!(change_of(&world.plan(), "dan")["reason"], "rule_deleted");
    world.step(&[("forget", 2), records]);
    assert_eq!((world.http.text(&dan), world.http.text(&eve)), before);

    world.rules.insert("temps", vec!["dan", "eve", "ada"]);
    world.step(&[("adopt", 2), records]);
    world.actions.insert("deprovision_on_rule_deletion", "true");
    world.actions.insert("remove_action", "\"delete\"");
    world.rules.remove("temps");
    world.step(&[("delete", 2), records]);
    assert!(!world.http.has(&dan) && !world.http.has(&eve));
    assert_eq!(world.http.named("countess@example.com").len(), 1, "another rule selects her still");

    world.rules.insert("all", vec!["ada", "bob"]);
    let carol = world.http.id("Carol@example.com");
    world.step(&[("delete", 1)]);
    assert!(!world.http.has(&carol));
    assert_eq!(world.http.users().len(), 4);
}

/// An account that somebody else deleted comes back only when it is confirmed, with a new id.
fn vanish(world: &World) {
    let before = world.http.id("ada@example.com");
    world.http.delete(&before);
    let plan = world.plan();
    expect_steps(&plan, &[("blocked", 1)]);
    assert_eq!(change_of(&plan, "bob")["blocked"][0]["by"], "removed_outside");
    world.step_with(&[("create", 1)], &["--confirm", "account.peer[\"bob\"]"], &[]);
    assert_ne!(world.http.id("ada@example.com"), before);
    world.holds("ada@example.com", &[("/name/givenName", json!("Robert"))]);
}

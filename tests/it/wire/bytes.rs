//! What goes over the wire, byte for byte where it matters.

use enroll::sandbox::{Class, Seed};
use serde_json::json;

use super::support::{People, World, mail};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[test]
fn a_create_holds_what_the_rules_set_and_nothing_else() {
    let world = World::new("");
    let mut people = People::new(1);
    people.set("p1", "department", "\"Ops\"").set("p1", "title", "\"\"").set(
        "p1",
        "custom",
        "{ badge = \"E-1\" }",
    );
    world.people(&people);
    let ran = world.applied(&[]);
    assert_eq!(
        ran.bodies("POST"),
        [json!({
            "schemas": [CORE, ENTERPRISE],
            "userName": "p1@example.com",
            "name": {"givenName": "Given", "familyName": "Family p1"},
            "emails": [{"type": "work", "value": "p1@example.com", "primary": true}],
            "active": true,
            ENTERPRISE: {"department": "Ops"},
        })]
    );
}

#[test]
fn an_update_holds_schemas_and_what_changed() {
    let world = World::new("");
    let mut people = People::new(1);
    people.set("p1", "department", "\"Ops\"").set("p1", "title", "\"Engineer\"");
    people.set("p1", "phone", "\"+1 5550100\"").set("p1", "manager", "\"boss\"");
    world.people(&people);
    world.applied(&[]);
    let mut put = |attribute: &str, value: &str| {
        world.people(people.set("p1", attribute, value));
        let ran = world.applied(&[]);
        assert_eq!(ran.writes(), 1, "{attribute}");
        ran.bodies("PUT").remove(0)
    };
    assert_eq!(put("title", "\"Captain\""), json!({"schemas": [CORE], "title": "Captain"}));
    let department = json!({"schemas": [CORE, ENTERPRISE], ENTERPRISE: {"department": "Sea"}});
    assert_eq!(put("department", "\"Sea\""), department);
    let family = put("family_name", "\"New\"");
    assert_eq!(family, json!({"schemas": [CORE], "name": {"familyName": "New"}}));
    let user_type = put("user_type", "\"Licensed\"");
    assert_eq!(user_type, json!({"schemas": [CORE], "userType": "Licensed"}));
    let phone = put("phone", "\"+1 5550199\"");
    assert_eq!(phone["phoneNumbers"][0]["value"], "+1 5550199");
    assert_eq!(phone.as_object().unwrap().len(), 2, "{phone}");
    let manager = put("manager", "\"other\"");
    assert_eq!(manager[ENTERPRISE], json!({"manager": {"value": "other"}}));
    world.settled();
}

#[test]
fn ids_with_odd_characters_are_encoded() {
    let world = World::new("");
    let mut people = People::new(12);
    world.people(people.set_all("title", "\"Engineer\""));
    world.applied(&[]);
    let ids: Vec<_> = world.zoom.users().into_iter().map(|user| user.id).collect();
    for odd in ["&", "/", "+"] {
        assert!(ids.iter().any(|id| id.contains(odd)), "no id with {odd}: {ids:?}");
    }
    people.set_all("title", "\"Captain\"");
    for n in 1..=5 {
        people.set(&format!("p{n}"), "active", "false");
    }
    let actions = "actions {\n    remove_action = \"delete\"\n  }";
    world.configure(actions, &people.hcl("prod"));
    let ran = world.applied(&["--allow-removals", "5"]);
    assert_eq!((ran.sent("PUT").len(), ran.sent("PATCH").len()), (12, 5), "{ran:#?}");
    for seen in ran.seen.iter().filter(|seen| matches!(seen.class, Class::Read | Class::Write)) {
        let id = seen.uri.strip_prefix("/scim2/Users/").unwrap();
        assert!(!id.contains(['/', '&', '+']), "{id}");
    }
    for n in 6..=8 {
        people.remove(&format!("p{n}"));
    }
    world.configure(actions, &people.hcl("prod"));
    assert_eq!(world.applied(&["--allow-removals", "3"]).sent("DELETE").len(), 3);
    assert_eq!(world.zoom.users().len(), 9);
    world.settled();
}

#[test]
fn a_delete_that_finds_nobody_is_done() {
    for faults in ["lose-delete=1", "500-after-first-delete=1", "503-first-delete=1"] {
        let world = World::new("");
        let mut people = People::new(3);
        let actions = "retries = 2\n  actions {\n    remove_action = \"delete\"\n  }";
        world.configure(actions, &people.hcl("prod"));
        world.applied(&[]);
        world.configure(actions, &people.remove("p1").hcl("prod"));
        world.faults(if faults == "lose-delete=1" { "lose-first-delete=1" } else { faults });
        let ran = world.applied(&[]);
        assert_eq!(ran.summary(), (1, 0, 0), "{faults}");
        assert!(world.record("p1").is_null(), "{faults}");
    }
}

/// What the service says of a delete is not enough: somebody who left would be in, and nobody would know.
#[test]
fn a_delete_after_which_the_account_is_still_on_has_failed() {
    let world = World::new("");
    let mut people = People::new(3);
    let actions = "actions {\n    remove_action = \"delete\"\n  }";
    world.configure(actions, &people.hcl("prod"));
    world.applied(&[]);
    world.configure(actions, &people.remove("p1").hcl("prod"));
    world.faults("404-delete=1");
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.summary()), (4, (0, 1, 0)), "{ran:#?}");
    assert!(world.record("p1")["leaver"]["since"].is_string());
    world.faults("");
    assert_eq!(world.applied(&[]).summary(), (1, 0, 0));
    world.settled();
}

#[test]
fn a_rename_sends_user_name_and_emails() {
    let world = World::new("");
    let mut people = People::new(2);
    world.people(&people);
    world.applied(&[]);
    world.people(people.set("p1", "user_name", "\"ada@example.com\""));
    let plan = world.plan(&[]);
    assert_eq!(plan.change("p1")["actions"], json!(["update"]));
    let ran = world.applied(&[]);
    assert_eq!((ran.writes(), ran.sent("PUT").len()), (1, 1), "no delete and no create");
    assert_eq!(
        ran.bodies("PUT"),
        [json!({
            "schemas": [CORE],
            "userName": "ada@example.com",
            "emails": [{"type": "work", "value": "ada@example.com", "primary": true}],
        })]
    );
    assert_eq!(world.record("p1")["user_name"], "ada@example.com");
    world.settled();
}

#[test]
fn a_rename_that_zoom_ignores_is_to_be_done_in_zoom() {
    let world = World::new("");
    let mut people = People::new(3);
    world.people(&people);
    world.applied(&[]);
    world.faults("ignore=userName,ignore=emails");
    world.people(people.set("p1", "user_name", "\"ada@example.com\"").set(
        "p2",
        "title",
        "\"Captain\"",
    ));
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.summary()), (4, (1, 1, 0)), "{ran:#?}");
    assert_eq!(ran.failed()[0]["error"]["attribute"], "user_name");
    assert!(ran.err.contains("rename the account to ada@example.com"), "{ran:#?}");
    assert_eq!(world.record("p1")["user_name"], "p1@example.com");
    let plan = world.waiting();
    assert_eq!(plan.change("p1")["blocked"], json!([{"action": "update", "by": "refused"}]));

    // Somebody renames it in Zoom.
    let email = json!([{"type": "work", "value": "ada@example.com", "primary": true}]);
    let renamed = json!({"userName": "ada@example.com", "emails": email});
    world.zoom.edit(&mail("p1"), &renamed).unwrap();
    let plan = world.plan(&[]);
    assert!(plan.change("p1").is_null(), "{plan:#?}");
    assert_eq!(world.applied(&[]).writes(), 0);
    world.settled();
}

#[test]
fn a_rename_to_an_address_of_another_account_is_refused_in_zooms_words() {
    let world = World::new("");
    let mut people = People::new(2);
    world.people(&people);
    world.applied(&[]);
    world.seed([Seed::new("ada@example.com").elsewhere()]);
    world.people(people.set("p1", "user_name", "\"ada@example.com\"").set(
        "p2",
        "title",
        "\"Captain\"",
    ));
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.summary()), (4, (1, 1, 0)), "{ran:#?}");
    let error = &ran.failed()[0]["error"];
    assert_eq!(error["status"], 409);
    assert!(ran.err.contains("Email ada@example.com has already been used."));
}

#[test]
fn roles_as_an_object_are_understood() {
    let world = World::new("roles-object");
    let mut people = People::new(3);
    world.people(people.set("p1", "roles", "[\"Member\"]").set("p2", "title", "\"Engineer\""));
    world.applied(&[]);
    world.settled();
    let roles = json!({"roles": [{"display": "Admin", "value": "Admin"}]});
    world.zoom.edit(&mail("p3"), &roles).unwrap();
    world.people(people.set("p3", "active", "false"));
    let plan = world.open("p3", "admin");
    assert_eq!(plan.change("p3")["blocked"], json!([{"action": "disable", "by": "admin"}]));
}

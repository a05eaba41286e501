//! What Zoom accepts and does not do, or refuses: named with the reason, remembered, and not tried again
//! every night.

use std::time::{Duration, Instant};

use enroll::sandbox::{Seed, Standing};
use serde_json::{Value, json};

use super::support::{People, Ran, World, address, mail};

/// The one failure of a run that did everything else.
fn only_failure(ran: &Ran, done: u64, key: &str) -> Value {
    assert_eq!((ran.code, ran.summary()), (4, (done, 1, 0)), "{ran:#?}");
    let failed = ran.failed().pop().unwrap();
    assert_eq!(failed["address"], address(key).as_str());
    failed["error"].clone()
}

#[test]
fn an_attribute_that_zoom_ignores_is_named_and_then_left_alone() {
    for (hcl, scim, value) in [
        ("department", "department", "\"Sea\""),
        ("title", "title", "\"Captain\""),
        ("display_name", "displayName", "\"Ada\""),
        ("given_name", "name.givenName", "\"Augusta\""),
        ("licenses", "zoomWhiteboard", "{ zoomWhiteboard = \"yes\" }"),
    ] {
        let world = World::new("");
        let mut people = People::new(3);
        people.set_all("title", "\"Engineer\"").set_all("department", "\"Ops\"");
        world.people(&people);
        world.applied(&[]);

        world.faults(&format!("ignore={scim}"));
        people.set("p1", hcl, value).set("p2", "family_name", "\"New\"");
        world.people(people.set("p1", "family_name", "\"New\""));
        let ran = world.apply(&[]);
        let error = only_failure(&ran, 1, "p1");
        assert_eq!(error["attribute"], hcl);
        assert!(error["detail"].as_str().unwrap().contains(hcl), "{error}");
        assert!(ran.err.contains(&mail("p1")) && ran.err.contains(hcl), "{ran:#?}");
        assert!(ran.err.contains("--retry-refused"), "{ran:#?}");
        let family = |label: &str| {
            world.zoom.user(&mail(label)).unwrap().resource["name"]["familyName"].clone()
        };
        assert_eq!((family("p1"), family("p2")), (json!("New"), json!("New")), "{hcl}");

        let plan = world.waiting();
        let change = plan.change("p1");
        assert_eq!(change["actions"], json!([]), "{hcl}: {change}");
        assert_eq!(change["blocked"], json!([{"action": "update", "by": "refused"}]), "{hcl}");
        let ran = world.applied(&[]);
        assert_eq!(ran.writes(), 0, "{hcl}");

        // Asked for once more, and it sticks now.
        world.faults("");
        let ran = world.applied(&["--retry-refused"]);
        assert_eq!(ran.sent("PUT").len(), 1, "{hcl}");
        assert!(world.settled().change("p1").is_null(), "{hcl}");
    }
}

#[test]
fn a_refused_value_is_sent_again_when_either_side_changes() {
    let world = World::new("ignore=department");
    let mut people = People::new(2);
    world.people(&people);
    world.applied(&[]);
    world.people(people.set("p1", "department", "\"Sea\""));
    assert_eq!(world.apply(&[]).code, 4);
    world.waiting();

    world.people(people.set("p1", "department", "\"Lake\""));
    assert_eq!(world.apply(&[]).sent("PUT").len(), 1, "the desired value changed");
    world.waiting();
    world
        .zoom
        .edit(
            &mail("p1"),
            &json!({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Desert"}}),
        )
        .unwrap();
    assert_eq!(world.apply(&[]).sent("PUT").len(), 1, "the live value changed");
    world.waiting();
}

#[test]
fn an_attribute_that_zoom_ignores_at_creation_shows_in_the_next_plan() {
    let world = World::new("");
    let mut people = People::new(2);
    world.people(people.set_all("title", "\"Engineer\""));
    // The sandbox keeps what is created; somebody changes it back before anybody looks.
    world.applied(&[]);
    world.zoom.edit(&mail("p1"), &json!({"title": null})).unwrap();
    let change = world.plan(&[]).change("p1");
    assert_eq!(change["actions"], json!(["update"]));
}

#[test]
fn an_admin_is_found_while_planning() {
    for remove_action in ["disable", "delete"] {
        let world = World::new("");
        let mut people = People::new(9);
        let actions = format!("actions {{\n    remove_action = \"{remove_action}\"\n  }}");
        let configure = |people: &People| world.configure(&actions, &people.hcl("prod"));
        configure(&people);
        world.applied(&[]);
        let roles = json!({"roles": [{"display": "Owner", "value": "Owner", "primary": true}]});
        for label in ["p1", "p2", "p3"] {
            world.zoom.edit(&mail(label), &roles).unwrap();
        }
        people.set("p1", "active", "false").remove("p2");
        people.set("p3", "user_name", "\"third@example.com\"");
        configure(people.set("p4", "active", "false"));

        let plan = world.plan(&["--detailed-exitcode"]);
        assert_eq!((plan.code, plan.writes()), (2, 0), "{plan:#?}");
        for (label, action) in [("p1", "disable"), ("p2", remove_action), ("p3", "update")] {
            let change = plan.change(label);
            assert_eq!(change["actions"], json!([]), "{label}");
            assert_eq!(change["blocked"], json!([{"action": action, "by": "admin"}]), "{label}");
        }
        assert_eq!(plan.change("p4")["actions"], json!(["disable"]));
        let ran = world.apply(&[]);
        assert_eq!((ran.code, ran.summary(), ran.writes()), (7, (1, 0, 0), 1));
        assert!(world.zoom.user(&mail("p1")).unwrap().active);
        let plan = world.plan(&["--detailed-exitcode"]);
        let open = |at: usize| plan.json()["leavers"][at]["address"].clone();
        assert_eq!((plan.code, plan.writes()), (7, 0), "{plan:#?}");
        assert_eq!(
            [open(0), open(1)],
            [address("p1"), address("p2")],
            "a renamed one has not left"
        );
        assert!(open(2).is_null());
    }
}

#[test]
fn somebody_who_becomes_an_admin_after_planning_is_named_and_then_blocked() {
    let world = World::new("");
    let mut people = People::new(8);
    world.people(&people);
    world.applied(&[]);
    people.set("p1", "active", "false").set("p2", "active", "false");
    world.people(people.set("p3", "active", "false"));
    // The first write is answered late; meanwhile the others become admins.
    world.faults("slow-first-write=1,slow-ms=400");
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            let patience = Instant::now() + Duration::from_secs(20);
            while world.zoom.counts().method("PATCH") == 0 && Instant::now() < patience {
                std::thread::yield_now();
            }
            let roles = json!({"roles": [{"display": "Admin", "value": "Admin"}]});
            let last =
                ["p2", "p3"].iter().find(|label| world.zoom.user(&mail(label)).unwrap().active);
            world.zoom.edit(&mail(last.unwrap()), &roles).unwrap();
        });
        world.apply(&["--parallelism", "1"])
    });
    let admin = world.zoom.users().into_iter().find(|user| user.admin).unwrap();
    let key = admin.user_name.split('@').next().unwrap();
    let error = only_failure(&ran, 2, key);
    assert_eq!(error["attribute"], "active");
    assert!(ran.err.contains("owners and admins"), "{ran:#?}");
    assert!(admin.active);

    let plan = world.open(key, "admin");
    assert_eq!(plan.change(key)["actions"], json!([]));
    assert_eq!(plan.change(key)["blocked"][0]["action"], "disable");
}

#[test]
fn a_disable_that_does_not_stick_is_tried_again_in_every_run() {
    let world = World::new("");
    let mut people = People::new(4);
    world.people(&people);
    world.applied(&[]);
    world.faults("ignore=active");
    world.people(people.set("p1", "active", "false").set("p2", "department", "\"Sea\""));
    let error = only_failure(&world.apply(&[]), 1, "p1");
    assert_eq!(error["attribute"], "active");
    only_failure(&world.apply(&[]), 0, "p1");
    world.faults("");
    assert_eq!(world.applied(&[]).sent("PATCH").len(), 1);
    assert!(!world.zoom.user(&mail("p1")).unwrap().active);
    world.settled();
}

#[test]
fn an_address_of_another_account_is_named_with_zooms_words() {
    let world = World::new("elsewhere=p2@example.com");
    world.people(&People::new(4));
    let ran = world.apply(&[]);
    let error = only_failure(&ran, 3, "p2");
    assert_eq!(error["status"], 409);
    assert!(error["detail"].as_str().unwrap().contains("already been used"), "{error}");
    let tracking = error["tracking_id"].as_str().unwrap();
    assert!(tracking.starts_with("v=2.0;"), "{error}");
    assert!(ran.err.contains(tracking) && ran.err.contains(&mail("p2")), "{ran:#?}");
    assert!(ran.err.contains("another Zoom account"), "{ran:#?}");
    let posts = |ran: &Ran| ran.sent("POST").iter().filter(|s| s.body.contains("p2@")).count();
    assert_eq!(posts(&ran), 1, "a 409 is not retried");

    let plan = world.waiting();
    assert_eq!(plan.change("p2")["actions"], json!([]), "{plan:#?}");
    assert_eq!(plan.change("p2")["blocked"], json!([{"action": "create", "by": "refused"}]));
    assert_eq!(world.applied(&[]).writes(), 0);

    // Given up there: asked for once more.
    world.faults("");
    assert_eq!(world.applied(&["--retry-refused"]).sent("POST").len(), 1);
    assert!(world.settled().change("p2").is_null());

    // Asked for under another address at once; forgotten once nobody asks.
    world.faults("elsewhere=p3x@example.com,elsewhere=p4x@example.com");
    let mut people = People::new(4);
    people.add("p3x").add("p4x");
    world.people(&people);
    assert_eq!(world.apply(&[]).summary(), (0, 2, 0));
    world.waiting();
    world.people(people.set("p3x", "user_name", "\"third@example.com\"").remove("p4x"));
    let ran = world.applied(&[]);
    assert_eq!((ran.summary(), ran.writes()), ((1, 0, 0), 1), "{ran:#?}");
    assert!(world.record("p4x").is_null(), "{}", world.text("enroll.state.json"));
    world.settled();
}

#[test]
fn whoever_held_a_refused_address_stays_a_stranger() {
    let world = World::new("");
    world.seed([Seed::new("p2@example.com").name("Given", "Family p2").elsewhere()]);
    let mut people = People::new(3);
    world.people(&people);
    assert_eq!(world.apply(&[]).code, 4);
    // Nobody asks for it any more when it joins this account: it is left alone.
    world.zoom.set_standing("p2@example.com", Standing::Member).unwrap();
    let mut without = people.clone();
    world.people(without.remove("p2"));
    let plan = world.settled();
    assert_eq!(plan.json()["summary"]["unmanaged"], 1, "{plan:#?}");
    assert_eq!(world.applied(&[]).writes(), 0);
    // Asked for under another key, it is adopted like any stranger.
    world.people(
        people.remove("p2").add("other").set("other", "user_name", "\"p2@example.com\"").set(
            "other",
            "family_name",
            "\"Family p2\"",
        ),
    );
    let ran = world.applied(&[]);
    assert_eq!((ran.summary(), ran.writes()), ((1, 0, 0), 0), "{ran:#?}");
    assert_eq!(world.record("other")["origin"], "adopted");
    world.settled();
}

#[test]
fn a_licence_that_is_not_left_fails_that_account_only() {
    let world = World::new("seats=2");
    let mut people = People::new(4);
    people.set("p1", "user_type", "\"Licensed\"").set("p2", "user_type", "\"Licensed\"");
    world.people(&people);
    world.applied(&[]);
    world.people(people.set("p3", "user_type", "\"Licensed\"").set("p4", "department", "\"Sea\""));
    let ran = world.apply(&[]);
    let error = only_failure(&ran, 1, "p3");
    assert_eq!((&error["status"], &error["attribute"]), (&json!(400), &Value::Null));
    assert!(ran.err.contains("max 2 paid users") && ran.err.contains("no licence is left"));
    // A seat that is freed in the same apply is there in time.
    world.people(people.set("p1", "user_type", "\"Basic\""));
    assert_eq!(world.applied(&[]).summary(), (2, 0, 0));
    world.people(people.set("p4", "user_type", "\"Licensed\"").set("p2", "active", "false"));
    assert_eq!(world.applied(&[]).summary(), (2, 0, 0));
    world.settled();
}

#[test]
fn a_stranger_who_is_already_there_is_adopted_and_not_created() {
    let world = World::new("");
    world.seed([Seed::new("P1@Example.com").name("Given", "Family p1")]);
    world.people(&People::new(2));
    assert_eq!(world.apply(&[]).code, 5, "a lost state is not a first run");
    let ran = world.applied(&["--first-run"]);
    assert_eq!((ran.summary(), ran.sent("POST").len()), ((2, 0, 0), 1));
    assert_eq!(world.record("p1")["origin"], "adopted");
    world.settled();
}

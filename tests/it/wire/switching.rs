//! Off and on again: PATCH alone, and the licences that Zoom strips come back.

use enroll::sandbox::Class;
use serde_json::{Value, json};

use super::support::{People, Ran, World, mail};

const LICENCES: &str = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User";

fn switch(active: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": {"active": active}}],
    })
}

fn methods(ran: &Ran) -> Vec<&str> {
    let writes = ran.seen.iter().filter(|seen| seen.class == Class::Write);
    writes.map(|seen| seen.method.as_str()).collect()
}

fn licences(world: &World, label: &str) -> (Value, Value) {
    let resource = world.zoom.user(&mail(label)).unwrap().resource;
    (resource["userType"].clone(), resource[LICENCES].clone())
}

#[test]
fn what_nobody_manages_comes_back_as_it_was() {
    let world = World::new("");
    let mut people = People::new(3);
    world.people(&people);
    world.applied(&[]);
    // Somebody gave the licence in Zoom's console.
    let given =
        json!({"userType": "Licensed", LICENCES: {"zoomWhiteboard": "yes", "zoomUnited": "7"}});
    world.zoom.edit(&mail("p1"), &given).unwrap();

    world.people(people.set("p1", "active", "false"));
    let ran = world.applied(&[]);
    assert_eq!(methods(&ran), ["PATCH"]);
    assert_eq!(ran.bodies("PATCH"), [switch(false)]);
    assert_eq!(licences(&world, "p1"), (json!("Basic"), Value::Null), "Zoom strips them");
    assert_eq!(
        world.record("p1")["kept"],
        json!({"user_type": "Licensed", "licenses": {"zoomUnited": "7", "zoomWhiteboard": "yes"}})
    );
    assert_eq!(world.record("p1")["status"], "disabled");
    world.settled();

    world.people(people.set("p1", "active", "true"));
    let plan = world.plan(&[]);
    assert_eq!(plan.change("p1")["actions"], json!(["enable"]), "{plan:#?}");
    let ran = world.applied(&[]);
    assert_eq!(methods(&ran), ["PATCH", "PUT"], "switched on, then given back");
    assert_eq!(ran.bodies("PATCH"), [switch(true)]);
    let body = ran.bodies("PUT").remove(0);
    let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["schemas", LICENCES, "userType"], "{body}");
    assert_eq!(
        licences(&world, "p1"),
        (json!("Licensed"), json!({"zoomWhiteboard": "yes", "zoomUnited": "7"}))
    );
    world.settled();
}

#[test]
fn what_the_rules_manage_comes_back_as_they_want_it() {
    let world = World::new("");
    let mut people = People::new(3);
    people.set("p1", "user_type", "\"Licensed\"").set(
        "p1",
        "licenses",
        "{ zoomWhiteboard = \"yes\" }",
    );
    world.people(&people);
    world.applied(&[]);
    world.people(people.set("p1", "active", "false"));
    assert_eq!(methods(&world.applied(&[])), ["PATCH"]);
    // While off, the stripped licences are no difference.
    world.settled();
    people.set("p1", "active", "true").set("p1", "licenses", "{ zoomWhiteboard = \"no\" }");
    world.people(&people);
    let ran = world.applied(&[]);
    assert_eq!(methods(&ran), ["PATCH", "PUT"]);
    assert_eq!(licences(&world, "p1"), (json!("Licensed"), json!({"zoomWhiteboard": "no"})));
    world.settled();
}

#[test]
fn leaving_and_coming_back_gives_the_licences_back() {
    let world = World::new("");
    let mut people = People::new(3);
    people.set("p1", "user_type", "\"Licensed\"");
    world.people(&people);
    world.applied(&[]);
    let mut without = people.clone();
    world.people(without.remove("p1"));
    let ran = world.applied(&[]);
    assert_eq!(methods(&ran), ["PATCH"]);
    assert_eq!(world.record("p1")["status"], "deprovisioned");
    world.settled();
    world.people(&people);
    assert_eq!(methods(&world.applied(&[])), ["PATCH", "PUT"]);
    assert_eq!(licences(&world, "p1").0, "Licensed");
    assert_eq!(world.record("p1")["status"], "active");
    world.settled();
}

#[test]
fn an_update_and_a_disable_go_out_apart() {
    let world = World::new("");
    let mut people = People::new(3);
    world.people(&people);
    world.applied(&[]);
    world.people(people.set("p1", "active", "false").set("p1", "department", "\"Sea\""));
    let ran = world.applied(&[]);
    assert_eq!(methods(&ran), ["PATCH", "PUT"]);
    assert_eq!(ran.bodies("PATCH"), [switch(false)]);
    assert!(ran.bodies("PUT")[0].get("active").is_none());
    world.settled();
}

#[test]
fn what_could_not_be_given_back_is_not_forgotten() {
    for managed in [true, false] {
        let world = World::new("");
        let mut people = People::new(3);
        if managed {
            people.set("p1", "user_type", "\"Licensed\"");
        }
        world.people(&people);
        world.applied(&[]);
        if !managed {
            world.zoom.edit(&mail("p1"), &json!({"userType": "Licensed"})).unwrap();
        }
        world.people(people.set("p1", "active", "false"));
        world.applied(&[]);
        world.people(people.set("p1", "active", "true"));
        world.faults("400-put=1");
        let ran = world.apply(&[]);
        assert_eq!((ran.code, methods(&ran)), (4, vec!["PATCH", "PUT"]), "{ran:#?}");
        assert!(world.zoom.user(&mail("p1")).unwrap().active);
        assert_eq!(world.record("p1")["kept"]["user_type"], "Licensed");
        world.faults("");
        assert_eq!(methods(&world.applied(&[])), ["PUT"]);
        assert_eq!(licences(&world, "p1").0, "Licensed");
        assert!(world.record("p1")["kept"].is_null(), "nothing is owed any more");
        world.settled();
    }
}

#[test]
fn switched_off_in_zoom_stays_off_until_somebody_confirms() {
    let world = World::new("");
    world.people(&People::new(3));
    world.applied(&[]);
    world.zoom.edit(&mail("p1"), &json!({"active": false})).unwrap();
    let plan = world.settled();
    assert_eq!(
        plan.change("p1")["blocked"],
        json!([{"action": "enable", "by": "disabled_outside"}])
    );
    assert_eq!(world.applied(&[]).writes(), 0);
    assert_eq!(methods(&world.applied(&["--confirm", "p1@example.com"])), ["PATCH"]);
    world.settled();
}

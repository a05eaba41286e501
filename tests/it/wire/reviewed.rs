//! A saved plan, and an account or a rule that changed since the review.

use serde_json::json;

use super::support::{People, Ran, World, address, mail};

/// Everybody is there; a plan is saved that changes the departments of `p1` and `p2`.
fn reviewed() -> (World, People) {
    let world = World::new("");
    let mut people = People::new(4);
    world.people(&people);
    world.applied(&[]);
    people.set("p1", "department", "\"Sea\"").set("p2", "department", "\"Air\"");
    world.people(&people);
    assert_eq!(world.run(&["plan", "--out=reviewed.json"]).code, 0);
    (world, people)
}

fn apply(world: &World) -> Ran {
    world.run(&["apply", "reviewed.json"])
}

fn department(name: &str) -> serde_json::Value {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    json!({enterprise: {"department": name}})
}

#[test]
fn a_live_change_that_touches_a_reviewed_one_stops_it() {
    // Another value before; a difference that the review did not know of.
    for (who, changes) in [("p1", department("Land")), ("p3", json!({"name": {"givenName": "X"}}))]
    {
        let (world, _) = reviewed();
        world.zoom.edit(&mail(who), &changes).unwrap();
        let state = world.text("enroll.state.json");
        let ran = apply(&world);
        assert_eq!((ran.code, ran.writes()), (3, 0), "{who}: {ran:#?}");
        assert_eq!(ran.out.matches("account.prod[").count(), 1, "{who}: {ran:#?}");
        assert!(ran.out.contains(&address(who)), "{who}: {ran:#?}");
        assert_eq!(world.text("enroll.state.json"), state, "{who}");
    }
}

#[test]
fn a_live_change_that_does_what_was_reviewed_is_skipped() {
    let (world, _) = reviewed();
    world.zoom.edit(&mail("p1"), &department("Sea")).unwrap();
    let ran = apply(&world);
    assert_eq!((ran.code, ran.writes()), (0, 1), "{ran:#?}");
    assert!(ran.err.contains("skipped: 1 reviewed change"), "{ran:#?}");
    world.settled();
}

#[test]
fn a_changed_rule_counts_by_what_it_changes() {
    for (from, to, covered) in [
        ("directory = directory.users", "directory = directory.users\n  description = \"x\"", true),
        ("directory = directory.users", "users = [user.p1, user.p2, user.p3, user.p4]", true),
        ("directory = directory.users", "users = [user.p1, user.p2, user.p3]", false),
        ("directory = directory.users", "users = [user.p1]", false),
        ("\"Sea\"", "\"Ice\"", false),
    ] {
        let (world, people) = reviewed();
        let text = people.hcl("prod");
        assert!(text.contains(from));
        world.configure("guard {\n    max_removals = 9\n  }", &text.replace(from, to));
        let ran = apply(&world);
        if covered {
            assert_eq!((ran.code, ran.writes()), (0, 2), "{to}: {ran:#?}");
            world.settled();
        } else {
            assert_eq!((ran.code, ran.writes()), (3, 0), "{to}: {ran:#?}");
        }
    }
}

#[test]
fn a_plan_edited_by_one_character_is_refused_wherever_that_is() {
    let (world, _) = reviewed();
    let good = world.text("reviewed.json");
    for at in (0..good.len()).step_by(good.len() / 40).filter(|at| good.is_char_boundary(*at)) {
        let other = if good[at..].starts_with('x') { "y" } else { "x" };
        let Some(rest) = good.get(at + 1..) else { continue };
        world.write("reviewed.json", &format!("{}{other}{rest}", &good[..at]));
        let ran = apply(&world);
        assert_eq!((ran.code, ran.seen.len()), (1, 0), "{at}: {ran:#?}");
        assert!(ran.err.contains("reviewed.json"), "{at}: {ran:#?}");
    }
}

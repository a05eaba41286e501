//! What a plan asks for when nothing, or little, has changed.

use enroll::sandbox::{Class, Seed};
use serde_json::json;

use super::support::{People, World, mail};

/// N accounts that manage `title`, which a list does not show.
fn titled(people: usize) -> World {
    let world = World::new("");
    let mut all = People::new(people);
    all.set_all("title", "\"Engineer\"");
    world.people(&all);
    let ran = world.applied(&[]);
    assert_eq!(ran.summary(), (people as u64, 0, 0));
    world
}

fn asked(ran: &super::support::Ran) -> (usize, usize, usize) {
    (ran.count(Class::List), ran.count(Class::Read), ran.writes())
}

#[test]
fn a_settled_plan_costs_a_list_and_no_read() {
    for (people, pages) in [(1, 1), (100, 1), (101, 2), (201, 3)] {
        let world = titled(people);
        assert_eq!(asked(&world.settled()), (pages + 2, 0, 0), "{people}");
        assert_eq!(asked(&world.settled()), (pages + 2, 0, 0), "{people}, once more");
    }
}

#[test]
fn one_account_that_changed_outside_is_read_and_no_other() {
    let world = titled(120);
    world.zoom.edit(&mail("p7"), &json!({"title": "Captain"})).unwrap();
    let ran = world.plan(&["--detailed-exitcode"]);
    assert_eq!((ran.code, asked(&ran)), (2, (4, 1, 0)), "{ran:#?}");
    let change = ran.change("p7");
    assert_eq!(change["actions"], json!(["update"]));
    assert_eq!(
        change["attributes"],
        json!([{"name": "title", "before": "Captain", "after": "Engineer", "origin": "drift"}])
    );
    let ran = world.applied(&[]);
    assert_eq!(ran.writes(), 1);
    assert_eq!(asked(&world.settled()), (4, 0, 0), "and is remembered again");
}

#[test]
fn a_change_outside_that_nothing_manages_is_read_once() {
    let world = titled(3);
    world.zoom.edit(&mail("p2"), &json!({"locale": "de-DE"})).unwrap();
    assert_eq!(asked(&world.settled()), (3, 1, 0));
    assert_eq!(asked(&world.settled()), (3, 0, 0), "the read cache has it");
}

#[test]
fn who_is_adopted_is_read_once() {
    let world = World::new("");
    let seed = |n| {
        let name = mail(&format!("p{n}"));
        Seed::new(&name).name("Given", &format!("Family p{n}")).set("title", json!("Engineer"))
    };
    world.seed((1..=4).map(seed));
    let mut people = People::new(4);
    world.people(people.set_all("title", "\"Engineer\""));
    let ran = world.applied(&["--first-run"]);
    assert_eq!(asked(&ran), (3, 4, 0));
    assert_eq!(asked(&world.settled()), (3, 0, 0));
}

#[test]
fn without_a_refresh_nothing_is_sent() {
    let world = titled(3);
    world.zoom.edit(&mail("p2"), &json!({"title": "Captain"})).unwrap();
    let ran = world.plan(&["--refresh=false"]);
    assert_eq!((ran.code, ran.seen.len()), (0, 0), "{ran:#?}");
    assert_eq!(ran.json()["complete"], false);
    let ran = world.apply(&["--refresh=false"]);
    assert_eq!((ran.code, ran.writes()), (1, 0), "{ran:#?}");
}

#[test]
fn a_full_refresh_reads_everybody_who_manages_what_a_list_lacks() {
    let world = titled(120);
    let ran = world.plan(&["--refresh", "full"]);
    assert_eq!(asked(&ran), (4, 120, 0));
    // Somebody whose attributes a list shows is not read, whatever is asked for.
    let world = World::new("");
    world.people(&People::new(5));
    world.applied(&[]);
    assert_eq!(asked(&world.plan(&["--refresh", "full"])), (3, 0, 0));
}

#[test]
fn a_service_whose_versions_tell_nothing_is_read() {
    // The clock stands still: every account shows the same `meta.lastModified`.
    let mut options = super::support::options("");
    options.clock = std::sync::Arc::new(|| jiff::Timestamp::from_second(1_767_225_600).unwrap());
    let world = World::with(options);
    let mut people = People::new(4);
    world.people(people.set_all("title", "\"Engineer\""));
    world.applied(&[]);
    assert_eq!(asked(&world.settled()), (3, 4, 0));
}

#[test]
fn an_update_is_remembered_under_the_version_that_the_list_shows_next() {
    let world = titled(3);
    let mut people = People::new(3);
    people.set_all("title", "\"Engineer\"").set("p1", "title", "\"Captain\"");
    world.people(people.set("p2", "department", "\"Sea\""));
    let ran = world.applied(&[]);
    assert_eq!(
        asked(&ran),
        (4, 0, 2),
        "a list, the test before the first write, no read: {ran:#?}"
    );
    assert_eq!(asked(&world.settled()), (3, 0, 0));
}

#[test]
fn answers_that_hold_no_more_than_a_list_item_are_looked_at() {
    for faults in ["thin-answers", "no-answer-body"] {
        let world = World::new(faults);
        let mut people = People::new(3);
        world.people(people.set_all("title", "\"Engineer\""));
        world.applied(&[]);
        world.people(people.set("p1", "title", "\"Captain\"").set("p2", "active", "false"));
        let ran = world.applied(&[]);
        assert_eq!(ran.sent("PUT").len(), 1);
        assert!(ran.count(Class::Read) >= 1, "{faults}: the title was looked at: {ran:#?}");
        assert_eq!(world.zoom.user(&mail("p1")).unwrap().resource["title"], "Captain");
        assert!(!world.zoom.user(&mail("p2")).unwrap().active);
        world.settled();
    }
}

/// What the state knows of an account is not all that a newly managed attribute needs.
#[test]
fn an_attribute_that_is_managed_from_now_on_is_read_once() {
    let world = titled(3);
    let mut people = People::new(3);
    people.set_all("title", "\"Engineer\"").set_all("locale", "\"en-US\"");
    world.people(&people);
    assert_eq!(asked(&world.plan(&[])), (3, 3, 0));
    assert_eq!(asked(&world.plan(&[])), (3, 0, 0), "the read cache has it");
}

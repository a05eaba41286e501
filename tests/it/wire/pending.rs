//! Accounts that Zoom has taken in and does not show.

use enroll::sandbox::{Seed, Standing};
use serde_json::json;

use super::support::{People, World, mail, options};

fn outside() -> (World, People) {
    let mut options = options("");
    options.domains = vec!["example.com".to_owned()];
    let world = World::with(options);
    let mut people = People::new(2);
    people.add("new").set("new", "user_name", "\"new@outside.org\"");
    people.set_all("title", "\"Engineer\"");
    world.people(&people);
    (world, people)
}

#[test]
fn created_and_not_shown_is_pending_and_nothing_is_sent_again() {
    let (world, people) = outside();
    let ran = world.applied(&[]);
    assert_eq!((ran.summary(), ran.sent("POST").len()), ((3, 0, 0), 3));
    assert_eq!(world.zoom.user("new@outside.org").unwrap().standing, Standing::Pending);
    let record = world.record("new");
    assert_eq!(record["status"], "pending");
    assert_eq!(record["id"], world.zoom.user("new@outside.org").unwrap().id);
    assert_eq!(world.record("p1")["status"], "active");

    for _ in 0..2 {
        let plan = world.settled();
        assert_eq!(plan.json()["summary"]["pending"], 1, "{plan:#?}");
        assert!(plan.change("new").is_null());
        assert_eq!(world.applied(&[]).writes(), 0);
    }

    // The person accepts.
    world.zoom.set_standing("new@outside.org", Standing::Member).unwrap();
    let plan = world.plan(&["--detailed-exitcode"]);
    assert_eq!(plan.code, 2, "the state has to learn of it");
    let records = plan.json()["records"].clone();
    assert_eq!(records[0]["what"], json!(["status"]), "{records}");
    assert_eq!(world.applied(&[]).writes(), 0);
    assert_eq!(world.record("new")["status"], "active");
    assert_eq!(world.settled().json()["summary"]["pending"], 0);
    world.people(&people);
    world.settled();
}

#[test]
fn a_pending_account_is_removed_once_it_appears() {
    let (world, mut people) = outside();
    world.applied(&[]);
    world.people(people.remove("new"));
    for _ in 0..2 {
        let plan = world.open("new", "pending");
        let change = plan.change("new");
        assert_eq!(change["actions"], json!([]));
        assert_eq!(change["blocked"], json!([{"action": "disable", "by": "pending"}]), "{change}");
    }
    world.zoom.set_standing("new@outside.org", Standing::Member).unwrap();
    world.apply(&[]);
    world.applied(&[]);
    assert!(!world.zoom.user("new@outside.org").unwrap().active);
    world.settled();
}

#[test]
fn a_lost_answer_for_somebody_who_stays_pending_is_recorded_as_pending() {
    for faults in [
        "pending-domain=outside.org,lose-first-create=1",
        "pending-domain=outside.org,500-after-first-create=1",
    ] {
        let world = World::new(faults);
        let mut people = People::new(0);
        people.add("new").set("new", "user_name", "\"new@outside.org\"");
        world.people(&people);
        let ran = world.applied(&[]);
        assert_eq!(ran.summary(), (1, 0, 0), "{faults}: {ran:#?}");
        assert_eq!(world.record("new")["status"], "pending", "{faults}");
        assert!(world.record("new")["id"].is_null(), "nobody said the id");
        world.faults("pending-domain=outside.org");
        assert_eq!(world.settled().json()["summary"]["pending"], 1);

        world.zoom.set_standing("new@outside.org", Standing::Member).unwrap();
        assert_eq!(world.applied(&[]).writes(), 0, "{faults}: found by the name, not created");
        let record = world.record("new");
        assert_eq!(record["id"], world.zoom.user("new@outside.org").unwrap().id);
        assert_eq!(record["status"], "active");
        world.settled();
    }
}

#[test]
fn somebody_invited_by_hand_is_not_created_twice() {
    let world = World::new("");
    world.seed([Seed::new(&mail("p1")).name("Given", "Family p1").pending()]);
    world.people(&People::new(2));
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.summary()), (4, (1, 1, 0)), "{ran:#?}");
    assert_eq!(ran.failed()[0]["error"]["status"], 409);
    // Once the person has accepted, the account is adopted.
    world.zoom.set_standing(&mail("p1"), Standing::Member).unwrap();
    let ran = world.applied(&[]);
    assert_eq!((ran.summary(), ran.writes()), ((1, 0, 0), 0), "{ran:#?}");
    assert_eq!(world.record("p1")["origin"], "adopted");
    world.settled();
}

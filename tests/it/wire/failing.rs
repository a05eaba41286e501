//! Failures that a whole run shares: it stops in order, says why, and the next one goes on.

use enroll::sandbox::Class;

use super::support::{People, World, mail};

#[test]
fn the_daily_limit_stops_in_order_and_the_next_run_goes_on() {
    let world = World::new("daily=11");
    world.people(&People::new(20));
    let ran = world.apply(&[]);
    assert_eq!(ran.code, 4, "{ran:#?}");
    let (done, failed, not_started) = ran.summary();
    assert_eq!((done, done + failed + not_started), (8, 20), "{ran:#?}");
    assert!(failed <= 4, "only what was under way: {ran:#?}");
    assert!(ran.err.contains("come back at 2026-01-02T00:00:00Z"), "{ran:#?}");
    assert_eq!((world.zoom.users().len(), world.owned()), (8, 8), "the state has every one");
    let refused = ran.seen.iter().filter(|seen| seen.status == Some(429)).count();
    assert!((1..=4).contains(&refused), "nothing goes out once it is known: {ran:#?}");

    world.faults("");
    let ran = world.applied(&[]);
    assert_eq!(ran.summary(), (12, 0, 0));
    assert_eq!((world.zoom.users().len(), world.owned()), (20, 20));
    world.settled();
}

#[test]
fn the_daily_limit_while_planning_changes_nothing() {
    for daily in [0, 1, 2] {
        let world = World::new(&format!("daily={daily},page=5"));
        world.people(&People::new(3));
        world.seed((0..12).map(|n| enroll::sandbox::Seed::new(&format!("s{n}@example.com"))));
        let ran = world.apply(&[]);
        assert_eq!((ran.code, ran.writes()), (1, 0), "{daily}: {ran:#?}");
        assert!(ran.err.contains("come back at"), "{ran:#?}");
    }
}

#[test]
fn no_right_any_more_stops_early() {
    for (faults, status) in [("403-every-write=1", 403), ("401-every-write=1", 401)] {
        let world = World::new("");
        let mut people = People::new(30);
        world.people(&people);
        world.applied(&[]);
        world.people(people.set_all("department", "\"Sea\""));
        world.faults(faults);
        let ran = world.apply(&[]);
        assert_eq!(ran.code, 4, "{faults}: {ran:#?}");
        let (done, failed, not_started) = ran.summary();
        assert_eq!(done + failed + not_started, 30, "{faults}");
        assert!(not_started >= 15 && failed >= 1, "{faults}: {ran:#?}");
        let last = ran.failed()[0]["error"]["status"].clone();
        assert_eq!(last, status, "{faults}");
        assert!(ran.err.contains("stopped"), "{faults}: says so: {ran:#?}");
        assert!(ran.writes() <= 15, "{faults}: {}", ran.writes());
        world.faults("");
        assert_eq!(world.applied(&[]).summary().0, 30 - done, "{faults}: what is left");
        world.settled();
    }
}

#[test]
fn nobody_there_any_more_stops_early() {
    let world = World::new("");
    let mut people = People::new(30);
    world.people(&people);
    world.applied(&[]);
    people.set_all("department", "\"Sea\"");
    world.configure("retries = 0", &people.hcl("prod"));
    world.faults("drop-write=1");
    let ran = world.apply(&[]);
    assert_eq!(ran.code, 4, "{ran:#?}");
    let (done, failed, not_started) = ran.summary();
    assert_eq!((done, failed + not_started), (0, 30));
    assert!(failed <= 4, "{ran:#?}");
    world.faults("");
    assert_eq!(world.applied(&[]).summary(), (30, 0, 0));
    world.settled();
}

#[test]
fn one_account_that_fails_stops_no_other() {
    for (faults, status) in
        [("400-every-write=6", 400), ("500-every-write=6", 500), ("404-every-write=6", 404)]
    {
        let world = World::new("");
        let mut people = People::new(12);
        world.people(&people);
        world.applied(&[]);
        people.set_all("department", "\"Sea\"");
        world.configure("retries = 0", &people.hcl("prod"));
        world.faults(faults);
        let ran = world.apply(&[]);
        assert_eq!((ran.code, ran.summary()), (4, (10, 2, 0)), "{faults}: {ran:#?}");
        for failed in ran.failed() {
            assert_eq!(failed["error"]["status"], status, "{faults}");
            assert!(failed["error"]["tracking_id"].is_string(), "{faults}");
            let key = failed["address"].as_str().unwrap().split('"').nth(1).unwrap();
            assert!(ran.err.contains(&mail(key)), "{faults}: {ran:#?}");
        }
        world.faults("");
        // What was refused for good waits until somebody asks again.
        let again: &[&str] = if status == 400 { &["--retry-refused"] } else { &[] };
        assert_eq!(world.applied(again).summary(), (2, 0, 0), "{faults}: what is left");
        world.settled();
    }
}

#[test]
fn deletes_wait_for_nobody_else() {
    let world = World::new("");
    let mut people = People::new(6);
    let actions = "retries = 0\n  actions {\n    remove_action = \"delete\"\n  }";
    world.configure(actions, &people.hcl("prod"));
    world.applied(&[]);
    people.remove("p1").set("p2", "department", "\"Sea\"");
    world.configure(actions, &people.hcl("prod"));
    world.faults("400-put=1");
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.summary(), ran.sent("DELETE").len()), (4, (1, 1, 0), 1), "{ran:#?}");
    world.faults("");
    assert_eq!(world.applied(&["--retry-refused"]).summary(), (1, 0, 0));
    assert_eq!(world.zoom.users().len(), 5);
    world.settled();
}

#[test]
fn a_create_whose_fate_is_unknown_is_told_by_the_next_plan() {
    // The answers are lost, and so are those of every look-up.
    let world = World::new("lose-create=1,500-every-list=1");
    world.configure("retries = 1", &People::new(2).hcl("prod"));
    world.faults("");
    let plan = world.plan(&[]);
    assert_eq!(plan.code, 0);
    // Planning gets its list; everything later fails.
    world.faults("lose-create=1,no-filter");
    let ran = world.apply(&[]);
    assert_eq!(world.zoom.users().len(), 2, "each at most once: {ran:#?}");
    world.faults("");
    let ran = world.apply(&[]);
    assert_eq!(ran.sent("POST").len(), 0, "{ran:#?}");
    assert_eq!(world.owned(), 2);
    world.settled();
}

#[test]
fn answers_that_do_not_come_count_as_one_request_each() {
    let world = World::new("");
    world.configure("retries = 2", &People::new(1).hcl("prod"));
    world.faults("503-create=1");
    let ran = world.apply(&[]);
    assert_eq!(ran.code, 4);
    assert_eq!(ran.sent("POST").len(), 3, "the first and two more: {ran:#?}");
    // Each is looked up before it is sent again: never blindly.
    let mut looked = false;
    for seen in
        ran.seen.iter().skip_while(|seen| seen.method != "POST" || seen.class == Class::Token)
    {
        if seen.class == Class::Write {
            assert!(!looked, "a second POST without a look");
            looked = true;
        } else if seen.class == Class::List && seen.uri.contains("filter=") {
            looked = false;
        }
    }
    assert!(ran.err.contains("after 3 tries"), "{ran:#?}");
    assert_eq!(world.zoom.users().len(), 0);
}

//! In which order and how fast: phases as barriers, one write at a time for an account, the limit on what
//! is open, the pace.

use enroll::sandbox::{Class, Rates};
use serde_json::json;

use super::support::{People, World, each, mail, options};

#[test]
fn phases_are_barriers() {
    // Everything at once: disables, downgrades, a rename chain, updates, creates, deletes.
    let world = World::new("");
    let mut people = People::new(14);
    people.set_all("user_type", "\"Licensed\"");
    let actions = "max_in_flight = 8\n  guard {\n    max_removals = \"100%\"\n  }\n  actions {\n    remove_action = \"delete\"\n  }";
    let configure = |people: &People| world.configure(actions, &people.hcl("prod"));
    configure(&people);
    world.applied(&[]);
    world.faults("slow-write=3,slow-ms=20");
    people.remove("p1").remove("p2");
    people.set("p3", "active", "false").set("p4", "active", "false");
    people.set("p5", "user_type", "\"Basic\"").set("p6", "user_type", "\"Basic\"");
    people.set("p7", "user_name", "\"p8@example.com\"").set(
        "p8",
        "user_name",
        "\"p9@example.com\"",
    );
    people.set("p9", "user_name", "\"free@example.com\"");
    people.set("p10", "title", "\"Captain\"").set("p11", "title", "\"Captain\"");
    people.add("n1").add("n2");
    configure(&people);
    let ran = world.applied(&[]);
    let phase = |event: &serde_json::Value| {
        let key = event["address"].as_str().unwrap().split('"').nth(1).unwrap().to_owned();
        match (key.as_str(), event["action"].as_str().unwrap()) {
            (_, "disable") | ("p5" | "p6", _) => 0,
            ("p9", _) => 1,
            ("p8", _) => 2,
            ("p7", _) => 3,
            ("p10" | "p11", _) => 4,
            (_, "create") => 5,
            (_, "delete") => 6,
            other => panic!("{other:?}"),
        }
    };
    let mut reached = 0;
    let mut open = 0;
    for event in ran.events().iter().filter(|event| event["type"] != "summary") {
        if event["type"] == "start" {
            assert!(phase(event) >= reached, "a phase began anew: {event}");
            assert!(phase(event) == reached || open == 0, "a phase began too early: {event}");
            reached = phase(event);
            open += 1;
        } else {
            open -= 1;
        }
    }
    assert_eq!(reached, 6);
    assert_eq!(world.zoom.user("p9@example.com").unwrap().id, world.record("p8")["id"]);
    world.settled();
}

#[test]
fn a_seat_is_freed_before_it_is_needed() {
    for leave in ["active", "remove", "downgrade"] {
        for remove_action in ["disable", "delete"] {
            let mut options = options("");
            options.seats = Some(3);
            let world = World::with(options);
            let mut people = People::new(5);
            for label in ["p1", "p2", "p3"] {
                people.set(label, "user_type", "\"Licensed\"");
            }
            let actions = format!("actions {{\n    remove_action = \"{remove_action}\"\n  }}");
            world.configure(&actions, &people.hcl("prod"));
            world.applied(&[]);
            match leave {
                "active" => people.set("p1", "active", "false"),
                "remove" => people.remove("p1"),
                _ => people.set("p1", "user_type", "\"Basic\""),
            };
            people.add("new").set("new", "user_type", "\"Licensed\"");
            world.configure(&actions, &people.hcl("prod"));
            let ran = world.applied(&[]);
            assert_eq!(ran.failed(), Vec::<serde_json::Value>::new(), "{leave} {remove_action}");
            world.settled();
        }
    }
}

#[test]
fn no_more_are_open_than_max_in_flight() {
    for (limit, flag) in [(1, None), (3, None), (4, Some("2")), (2, Some("6"))] {
        let world = World::new("slow-write=1,slow-read=1,slow-ms=8");
        let mut people = People::new(24);
        people.set_all("title", "\"Engineer\"");
        world.configure(&format!("max_in_flight = {limit}"), &people.hcl("prod"));
        match flag {
            Some(flag) => world.applied(&["--parallelism", flag]),
            None => world.applied(&[]),
        };
        world.plan(&["--refresh", "full"]);
        let allowed = flag.map_or(limit, |flag| flag.parse::<u64>().unwrap().max(limit));
        let open = world.zoom.counts().open_at_most;
        assert!(open <= allowed, "{limit} {flag:?}: {open} open");
        assert!(open >= allowed.min(limit).min(2), "{limit} {flag:?}: in parallel: {open}");
    }
}

#[test]
fn one_write_at_a_time_for_each_account() {
    let world = World::new("");
    let mut people = People::new(6);
    people.set_all("user_type", "\"Licensed\"");
    world.configure("max_in_flight = 8", &people.hcl("prod"));
    world.applied(&[]);
    people.set_all("active", "false");
    let guard = "max_in_flight = 8\n  guard {\n    max_removals = \"100%\"\n  }";
    world.configure(guard, &people.hcl("prod"));
    world.applied(&["--allow-removals", "6"]);
    // Each enable is two writes, with an update behind it.
    people.set_all("active", "true").set_all("department", "\"Sea\"");
    world.configure(guard, &people.hcl("prod"));
    world.faults("slow-write=1,slow-ms=10");
    let ran = world.applied(&[]);
    for user in world.zoom.users() {
        let id = world.record(user.user_name.split('@').next().unwrap())["id"].clone();
        assert_eq!(id, json!(user.id));
        assert_eq!((user.active, &user.resource["userType"]), (true, &json!("Licensed")));
    }
    assert_eq!((ran.sent("PATCH").len(), ran.sent("PUT").len() % 6), (6, 0), "{ran:#?}");
    world.settled();
}

#[test]
fn a_pace_that_is_kept_is_never_refused() {
    let mut options = options("");
    options.rates = Rates { list: Some(50.0), read: Some(50.0), write: Some(50.0) };
    let world = World::with(options);
    let mut people = People::new(120);
    people.set_all("title", "\"Engineer\"");
    let rate = "max_in_flight = 16\n  rate {\n    list = 50\n    read = 50\n    write = 50\n  }";
    world.configure(rate, &people.hcl("prod"));
    let ran = world.applied(&[]);
    assert_eq!(ran.sent("POST").len(), 120);
    assert_eq!(world.plan(&["--refresh", "full"]).count(Class::Read), 120);
    assert_eq!(world.zoom.counts().status(429), 0);
}

#[test]
fn a_pace_beyond_what_zoom_takes_costs_refusals_and_nobody() {
    each(&["none", "seconds:1", "iso:1", "date:1"], |retry_after| {
        let world = World::new(&format!("rate-write=12,retry-after={retry_after}"));
        world.people(&People::new(20));
        let ran = world.applied(&["--parallelism", "8"]);
        assert_eq!((world.zoom.users().len(), world.owned()), (20, 20), "{retry_after}");
        let refused = world.zoom.counts().status(429);
        assert!((1..=12).contains(&refused), "{retry_after}: {refused} refused");
        assert_eq!(ran.sent("POST").iter().filter(|s| s.status == Some(409)).count(), 0);
        assert!(world.zoom.user(&mail("p20")).is_some());
    });
}

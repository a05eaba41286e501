//! The test of a connection right before its first change: the world may have moved since the plan.

use enroll::sandbox::{Class, Faults, Seed};

use super::support::{People, Ran, World, connection, each, mail};

/// The help that stands below the errors.
fn helps(ran: &Ran) -> Vec<&str> {
    ran.err.lines().filter(|line| line.contains("help: ")).collect()
}

#[test]
fn what_fails_since_the_plan_stops_before_the_first_change_in_the_words_of_test_connection() {
    // The plan's list takes two requests where nobody is there, the test's is the third.
    let cases = [
        ("403-every-list=3", "403-list=1", "User:Edit"),
        ("404-every-list=3", "404-list=1", "`scim_url` is wrong"),
        ("500-every-list=3", "500-list=1", "prod"),
        ("drop-every-list=3", "drop-list=1", "the connection broke"),
        ("html-every-list=3", "html-list=1", "web page"),
        ("token-uses=2,401-every-token=2", "401-token=1", "`client_secret`"),
        ("daily=2", "daily=0", "come back at 2026-01-02"),
    ];
    each(&cases, |(since, always, says)| {
        let world = World::new(always);
        world.configure("retries = 0", &People::new(3).hcl("prod"));
        let tested = world.run(&["test-connection"]);
        assert_eq!(tested.code, 1, "{always}: {tested:#?}");

        world.faults(since);
        let ran = world.apply(&[]);
        assert_eq!((ran.code, ran.writes()), (1, 0), "{since}: {ran:#?}");
        assert_eq!(ran.summary(), (0, 0, 3), "{since}: {ran:#?}");
        assert_eq!(ran.of_type("skipped").len(), 3, "{since}: {ran:#?}");
        assert!(ran.err.contains("connection `prod`: "), "{since}: {ran:#?}");
        assert!(ran.err.contains(says), "{since}: {ran:#?}");
        for help in helps(&tested) {
            assert!(ran.err.contains(help), "{since}: {help}\n{ran:#?}");
        }
        let state = world.folder.path().join("enroll.state.json");
        assert!(!state.exists(), "{since}: nothing began");

        world.faults("");
        assert_eq!(world.applied(&[]).summary(), (3, 0, 0), "{since}");
        world.settled();
    });
}

#[test]
fn it_is_told_in_text_too_and_a_saved_plan_is_tested_alike() {
    let world = World::new("");
    world.people(&People::new(2));
    assert_eq!(world.run(&["plan", "--out", "reviewed.plan"]).code, 0);
    world.faults("403-every-list=3");
    let ran = world.run(&["apply", "reviewed.plan"]);
    assert_eq!((ran.code, ran.writes()), (1, 0), "{ran:#?}");
    assert!(ran.out.contains("0 failed, 2 not started"), "{ran:#?}");
    assert!(ran.err.contains("nothing was begun at this connection"), "{ran:#?}");
    world.faults("");
    assert_eq!(world.run(&["apply", "reviewed.plan"]).code, 0);
    world.settled();
}

#[test]
fn one_connection_that_fails_its_test_does_none_of_its_work_and_the_other_all_of_it() {
    let world = World::new("");
    let other = world.another("");
    // One stands in the other account already: even its adoption waits.
    other.add([Seed::new(&mail("p1"))]).unwrap();
    other.set_faults(Faults::parse("403-every-list=4").unwrap());
    let second =
        "rule \"too\" {\n  connection = connection.other\n  directory = directory.users\n}\n";
    let connections = connection("prod", &world.zoom, "") + &connection("other", &other, "");
    world.write("main.hcl", &format!("{connections}{}{second}", People::new(3).hcl("prod")));
    let ran = world.apply(&["--first-run"]);
    assert_eq!(ran.code, 4, "something was done, something left: {ran:#?}");
    assert_eq!((world.zoom.users().len(), other.counts().of(Class::Write)), (3, 0), "{ran:#?}");
    // The adoption and the update that comes with it, and two creates.
    assert_eq!(ran.summary(), (3, 0, 4), "{ran:#?}");
    for skipped in ran.of_type("skipped") {
        assert!(skipped["address"].as_str().unwrap().starts_with("account.other["), "{ran:#?}");
    }
    assert!(ran.err.contains("connection `other`: 403"), "{ran:#?}");
    other.set_faults(Faults::default());
    assert_eq!(world.applied(&[]).summary(), (4, 0, 0));
    world.settled();
}

#[test]
fn the_test_is_one_request_and_only_where_something_is_to_be_written() {
    let world = World::new("");
    world.seed(
        ["p1", "p2"].map(|label| Seed::new(&mail(label)).name("Given", &format!("Family {label}"))),
    );
    let mut people = People::new(2);
    world.people(&people);
    let ran = world.applied(&["--first-run"]);
    assert_eq!((ran.summary().0, ran.count(Class::List)), (2, 3), "adopted: {ran:#?}");
    assert_eq!(world.applied(&[]).count(Class::List), 3, "nothing to do");
    world.people(people.set("p1", "department", "\"Sea\""));
    let cost = world.plan(&[]).json()["cost"][0].clone();
    let ran = world.applied(&[]);
    assert_eq!((ran.writes(), ran.count(Class::List)), (1, 4), "{ran:#?}");
    assert_eq!((cost["list"].as_u64(), cost["write"].as_u64()), (Some(4), Some(1)), "as planned");
}

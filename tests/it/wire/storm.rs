//! Faults of a real network: everybody is created exactly once and owned.

use super::support::{People, World, each};

/// Creates people under faults; each exists once and is in the state with an id.
fn weather(faults: &str, count: usize) {
    let world = World::new(faults);
    let mut people = People::new(count);
    world.configure(
        "retries = 8",
        &people.set_all("department", "\"Ops\"").set_all("title", "\"Engineer\"").hcl("prod"),
    );
    let ran = world.applied(&[]);
    assert_eq!(ran.summary(), (count as u64, 0, 0), "{faults}");
    let users = world.zoom.users();
    assert_eq!(users.len(), count, "{faults}: each exactly once");
    assert_eq!(world.owned(), count, "{faults}: each owned");
    let created = ran.sent("POST").iter().filter(|seen| seen.status == Some(201)).count();
    assert!(created <= count, "{faults}: nobody was created twice");
    assert_eq!(
        ran.sent("POST").iter().filter(|seen| seen.status == Some(409)).count(),
        0,
        "{faults}"
    );
    world.faults("");
    world.settled();
}

#[test]
fn every_fifth_write_fails_every_third_create_loses_its_answer_and_a_429_has_no_headers() {
    weather("503-every-write=5,lose-create=3,429-first-write=1", 15);
}

#[test]
fn each_fault_alone() {
    let faults = [
        "503-create=2",
        "502-create=2",
        "500-create=3",
        "504-after-create=2",
        "500-after-create=3",
        "lose-create=2",
        "drop-create=2",
        "cut-create=2",
        "break-create=2",
        "html-create=2",
    ];
    each(&faults, |faults| weather(faults, 5));
}

#[test]
fn lists_and_reads_that_fail_are_asked_again() {
    let faults = [
        "503-every-list=2,503-every-read=2",
        "cut-first-list=1,cut-first-read=1",
        "break-first-list=2",
        "drop-first-list=1,lose-first-read=1",
        "html-first-list=1",
        "429-first-list=1,retry-after=seconds:1",
        "slow-list=1,slow-ms=30",
    ];
    each(&faults, |faults| weather(faults, 3));
}

#[test]
fn updates_switches_and_deletes_are_repeated_as_they_are() {
    let faults =
        ["503-every-write=2", "lose-write=2", "500-after-write=2", "break-write=2", "cut-write=2"];
    each(&faults, |fault| {
        let world = World::new("");
        let mut people = People::new(4);
        let actions = "actions {\n    remove_action = \"delete\"\n  }";
        let configure = |people: &People| world.configure(actions, &people.hcl("prod"));
        configure(&people);
        world.applied(&[]);
        world.faults(fault);
        people.set("p1", "department", "\"Sea\"").set("p2", "active", "false").remove("p3");
        configure(&people);
        let ran = world.applied(&[]);
        assert_eq!(ran.summary(), (3, 0, 0), "{fault}: {ran:#?}");
        assert_eq!(world.zoom.users().len(), 3, "{fault}");
        assert!(!world.zoom.user("p2@example.com").unwrap().active, "{fault}");
        world.faults("");
        world.settled();
    });
}

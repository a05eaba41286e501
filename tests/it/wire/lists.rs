//! Lists that lie: read whole, or refused with exit 6. In no case a removal.

use enroll::sandbox::{Class, Seed};
use serde_json::json;

use super::support::{People, Ran, World};

/// 45 accounts that Enroll made and 60 that it does not know; then a list that lies, and one person gone.
fn world() -> (World, People) {
    let world = World::new("");
    let mut people = People::new(45);
    world.people(&people);
    world.applied(&[]);
    world.seed((0..60).map(|n| Seed::new(&format!("stranger{n}@example.com"))));
    people.remove("p9");
    world.people(&people);
    (world, people)
}

fn assert_no_write(world: &World, ran: &Ran, faults: &str) {
    assert_eq!(ran.writes(), 0, "{faults}");
    assert_eq!(world.zoom.users().len(), 105, "{faults}");
    assert!(world.zoom.users().iter().all(|user| user.active), "{faults}");
}

#[test]
fn a_list_that_is_not_whole_is_refused_and_nothing_is_removed() {
    let (world, _) = world();
    for faults in [
        "list-short=1",
        "list-short=50",
        "list-short=104",
        "list-short=105",
        "list-long=1",
        "list-long=60",
        "list-drift",
        "list-drift,page=30",
        "first-page-again,list-short=3",
        "list-short=2,page=30",
        "list-duplicates,list-short=1",
        "items-per-page=100,page=7,list-short=1",
    ] {
        world.faults(faults);
        let before = world.text("enroll.state.json");
        for ran in [world.plan(&["--detailed-exitcode"]), world.apply(&["--allow-removals", "1"])] {
            assert_eq!(ran.code, 6, "{faults}: {ran:#?}");
            assert_no_write(&world, &ran, faults);
            assert!(ran.err.contains("nothing is planned"), "{faults}: {ran:#?}");
            assert!(ran.count(Class::List) <= 45, "{faults}: {}", ran.count(Class::List));
        }
        assert_eq!(world.text("enroll.state.json"), before, "{faults}");
    }
    // What says nothing to a reader of the JSON but why there is no plan.
    world.faults("list-short=1");
    let plan = world.plan(&[]).json();
    assert_eq!(plan["format_version"], "1.0");
    assert!(plan["changes"].is_null() && plan["diagnostics"][0]["severity"] == "error");
}

#[test]
fn an_empty_list_is_not_taken_for_an_empty_account() {
    let (world, _) = world();
    world.faults("list-short=105,list-long=105");
    // The service says that nobody is there, and is consistent about it. Creating everybody anew is blocked.
    let ran = world.apply(&[]);
    assert_no_write(&world, &ran, "nobody there");
}

#[test]
fn odd_pages_are_read_whole() {
    let (world, _) = world();
    for faults in [
        "page=30",
        "page=1",
        "page=99,items-per-page=100",
        "ignore-count",
        "first-page-again",
        "first-page-again,page=30",
        "items-per-page=1000",
        "items-per-page=0",
        "list-duplicates",
        "list-duplicates,page=30",
    ] {
        world.faults(faults);
        let ran = world.plan(&["--detailed-exitcode"]);
        assert_eq!(ran.code, 2, "{faults}: {ran:#?}");
        let summary = &ran.json()["summary"];
        assert_eq!(
            (&summary["disable"], &summary["unchanged"], &summary["unmanaged"]),
            (&json!(1), &json!(44), &json!(60)),
            "{faults}"
        );
        assert_eq!((ran.writes(), ran.count(Class::Read)), (0, 1), "{faults}: p9 is looked at");
    }
}

#[test]
fn pages_are_asked_for_as_often_as_needed_and_not_more() {
    let (world, _) = world();
    for (faults, requests) in [("", 4), ("page=30", 6), ("ignore-count", 13)] {
        world.faults(faults);
        assert_eq!(world.plan(&[]).count(Class::List), requests, "{faults}");
    }
}

#[test]
fn a_list_in_another_order_each_time_is_read_whole_or_refused() {
    let (world, _) = world();
    for faults in ["shuffle", "shuffle,page=30", "shuffle,page=7", "shuffle,ignore-count"] {
        world.faults(faults);
        for _ in 0..2 {
            let ran = world.plan(&["--detailed-exitcode"]);
            assert_eq!(ran.writes(), 0);
            match ran.code {
                6 => assert!(ran.err.contains("nothing is planned"), "{ran:#?}"),
                2 => {
                    let summary = &ran.json()["summary"];
                    assert_eq!(summary["disable"], 1, "{faults}: p9 and nobody else");
                    assert_eq!(summary["create"], 0, "{faults}");
                    assert_eq!(summary["unmanaged"], 60, "{faults}");
                }
                code => panic!("{faults}: {code} {ran:#?}"),
            }
        }
    }
    world.faults("shuffle,page=104");
    assert_eq!(world.apply(&[]).code % 6, 0);
    let active = world.zoom.users().iter().filter(|user| user.active).count();
    assert!(active >= 104, "nobody but p9");
}

#[test]
fn a_list_that_changes_while_it_is_read_is_read_again() {
    let (world, _) = world();
    // One in two lists counts one more: the first pass is refused, and so is the second.
    world.faults("list-drift,page=60");
    let ran = world.plan(&[]);
    assert_eq!(ran.code, 6);
    assert!(ran.err.contains("listed twice"), "{ran:#?}");
    assert!(ran.err.contains("when it is asked for one, and 106"), "{ran:#?}");
}

#[test]
fn what_is_no_list_is_no_list() {
    let (world, _) = world();
    for (faults, code) in [
        ("not-found", 1),
        ("400-list=1", 1),
        ("html-list=1", 1),
        ("403-list=1", 1),
        ("500-list=1", 1),
        ("cut-list=1", 1),
    ] {
        world.faults(faults);
        world.configure("retries = 1", &People::new(2).hcl("prod"));
        let ran = world.apply(&["--allow-removals", "43"]);
        assert_eq!(ran.code, code, "{faults}: {ran:#?}");
        assert_no_write(&world, &ran, faults);
        assert!(ran.err.contains("connection `prod`"), "{faults}: {ran:#?}");
    }
}

#[test]
fn a_filter_that_is_ignored_finds_nobody_else() {
    for faults in ["ignore-filter,lose-create=2", "no-filter,lose-create=2"] {
        let world = World::new(faults);
        world.seed((0..30).map(|n| Seed::new(&format!("stranger{n}@example.com"))));
        world.people(&People::new(4));
        let ran = world.applied(&[]);
        assert_eq!(ran.summary(), (4, 0, 0), "{faults}");
        assert_eq!((world.zoom.users().len(), world.owned()), (34, 4), "{faults}");
        world.settled();
    }
}

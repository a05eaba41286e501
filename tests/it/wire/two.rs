//! Two connections: what fails at one stops nothing at the other.

use enroll::sandbox::{Class, Faults, Seed};

use super::support::{People, World, connection, each};

fn hcl(world: &World, other: &enroll::sandbox::Running, people: &People) -> String {
    let second =
        "rule \"too\" {\n  connection = connection.other\n  directory = directory.users\n}\n";
    [
        connection("prod", &world.zoom, "retries = 0"),
        connection("other", other, "retries = 0"),
        people.hcl("prod"),
        second.to_owned(),
    ]
    .join("\n")
}

#[test]
fn one_that_fails_does_not_stop_the_other() {
    let cases = [
        ("app-off", 1),
        ("no-scope", 1),
        ("drop-any=1", 1),
        ("500-list=1", 1),
        ("list-short=1", 6),
    ];
    each(&cases, |(faults, code)| {
        let world = World::new("");
        let other = world.another("");
        let mut people = People::new(3);
        world.write("main.hcl", &hcl(&world, &other, &people));
        world.applied(&[]);
        assert_eq!((world.zoom.users().len(), other.users().len()), (3, 3));

        other.add([Seed::new("stranger@example.com")]).unwrap();
        other.set_faults(Faults::parse(faults).unwrap());
        world.write(
            "main.hcl",
            &hcl(&world, &other, people.remove("p1").set("p2", "title", "\"Captain\"")),
        );
        let before = other.counts().of(Class::Write);
        let plan = world.plan(&["--detailed-exitcode"]);
        assert_eq!(plan.code, code, "{faults}: {plan:#?}");
        let json = plan.json();
        assert_eq!(json["complete"], false, "{faults}");
        let changes = json["changes"].as_array().unwrap();
        assert!(changes.iter().all(|change| change["connection"] == "prod"), "{faults}: {plan:#?}");
        assert_eq!(changes.len(), 2, "{faults}");
        assert!(plan.err.contains("connection `other`"), "{faults}: {plan:#?}");
        let text = world.run(&["plan"]);
        assert!(text.out.contains("INCOMPLETE"), "{faults}: {text:#?}");

        let ran = world.apply(&[]);
        assert_eq!((ran.code, ran.summary()), (code, (2, 0, 0)), "{faults}: {ran:#?}");
        assert_eq!(other.counts().of(Class::Write), before, "{faults}: nothing is written there");
        assert!(!world.zoom.user("p1@example.com").unwrap().active);
        let state: serde_json::Value =
            serde_json::from_str(&world.text("enroll.state.json")).unwrap();
        let kept = state["connections"]["other"]["accounts"].as_object().unwrap();
        assert_eq!(kept.len(), 3, "{faults}: its accounts stay in the state");

        other.set_faults(Faults::default());
        assert_eq!(world.applied(&[]).summary(), (2, 0, 0), "{faults}: and it catches up");
        world.settled();
    });
}

#[test]
fn both_failing_is_no_plan() {
    let world = World::new("app-off");
    let other = world.another("no-scope");
    world.write("main.hcl", &hcl(&world, &other, &People::new(2)));
    let ran = world.plan(&[]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.err.contains("connection `prod`") && ran.err.contains("connection `other`"));
}

#[test]
fn one_that_fails_while_applying_does_not_stop_the_other() {
    let world = World::new("");
    let other = world.another("403-write=1");
    world.write("main.hcl", &hcl(&world, &other, &People::new(6)));
    let ran = world.apply(&[]);
    assert_eq!(ran.code, 4, "{ran:#?}");
    assert_eq!((world.zoom.users().len(), other.users().len()), (6, 0));
    assert_eq!(ran.summary().0, 6);
    other.set_faults(Faults::default());
    assert_eq!(world.applied(&[]).summary(), (6, 0, 0));
    world.settled();
}

//! `enroll state pull` and `push`.

use super::world::World;

#[test]
fn what_is_pulled_is_pushed_back_only_where_nothing_is_lost_by_it() {
    let world = World::new();
    let machine = world.machine(3);
    let none = machine.run(&["state", "pull"]);
    assert_eq!(none.code, 1, "{none:#?}");
    machine.applied();
    let older = machine.run(&["state", "pull"]).out;
    machine.write("older.json", &older);
    let same = machine.run(&["state", "push", "older.json"]);
    assert_eq!(same.code, 0, "{same:#?}");
    assert_eq!(world.server.document().as_ref(), Some(&older), "it is there already");

    machine.people(4, "New");
    machine.applied();
    let now = world.server.document();
    let refused = machine.run(&["state", "push", "older.json"]);
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(refused.err.contains("is at serial"), "{refused:#?}");
    assert_eq!((world.server.document(), world.server.lock()), (now.clone(), None));

    // Another state altogether; a damaged one; none.
    let (mut state, _) = enroll::codec::state::read_with(older.as_bytes()).unwrap();
    state.lineage = "00000000-0000-4000-8000-000000000000".into();
    state.serial += 100;
    let other = String::from_utf8(enroll::codec::state::write(&state)).unwrap();
    machine.write("other.json", &other);
    machine.write("damaged.json", &older.replace("p001", "p009"));
    for (file, words) in [
        ("other.json", "another state"),
        ("damaged.json", "checksum"),
        ("nowhere.json", "can't be pushed"),
    ] {
        let refused = machine.run(&["state", "push", file]);
        assert_eq!(refused.code, 1, "{refused:#?}");
        assert!(refused.err.contains(words), "{file}: {refused:#?}");
        assert_eq!(world.server.document(), now, "{file}");
    }

    let forced = machine.run(&["state", "push", "-force", "older.json"]);
    assert_eq!(forced.code, 0, "{forced:#?}");
    assert!(forced.err.contains("Overridden: "), "what it overrides is named: {forced:#?}");
    let listed = machine.run(&["state", "list"]);
    assert_eq!(listed.out.lines().count(), 3, "{listed:#?}");
    // Further on than what it replaced, so that nobody takes it for an older one.
    machine.run(&["apply", "-auto-approve", "-first-run"]);
    assert_eq!(machine.run(&["plan", "-detailed-exitcode"]).code, 0);
}

#[test]
fn both_work_on_a_state_in_a_file() {
    let world = World::new();
    let machine = world.machine(2);
    machine.configure("");
    machine.applied();
    let pulled = machine.run(&["state", "pull"]).out;
    assert_eq!(pulled, std::fs::read_to_string(machine.path().join("enroll.state.json")).unwrap());
    machine.people(3, "New");
    machine.applied();
    machine.write("older.json", &pulled);
    assert_eq!(machine.run(&["state", "push", "older.json"]).code, 1);
    assert_eq!(machine.run(&["state", "push", "-force", "older.json"]).code, 0);
    assert_eq!(machine.run(&["state", "list"]).out.lines().count(), 2);
    let unlock = machine.run(&["force-unlock", "-force", "x"]);
    assert!(
        unlock.code == 1 && unlock.err.contains("its lock ends with its process"),
        "{unlock:#?}"
    );
    assert_eq!(world.server.seen(), Vec::<String>::new());
}

//! Several machines on one state over HTTP.

use std::process::{Command, Stdio};

use super::server::Fault;
use super::world::World;

#[test]
fn one_machine_goes_on_where_another_ended() {
    let world = World::new();
    let (one, two) = (world.machine(5), world.machine(8));
    let ran = one.applied();
    assert!(!one.has("enroll.state.json"), "{ran:#?}");
    assert!(!one.has(".enroll/remote/enroll.state.json.journal"));
    one.settled(5);
    two.applied();
    two.settled(8);
    assert_eq!(world.server.lock(), None);
    assert!(one.run(&["plan"]).out.contains("3 to"), "the first machine's files have fewer people");
    let pulled = two.run(&["state", "pull"]);
    assert_eq!(Some(pulled.out), world.server.document());
    let shown = one.run(&["state", "show", "p007@example.com"]);
    assert_eq!(shown.code, 0, "{shown:#?}");
    let moved = one.run(&["state", "mv", "account.prod[\"hr/7\"]", "account.prod[\"hr/70\"]"]);
    assert_eq!(moved.code, 0, "{moved:#?}");
    assert!(world.server.document().unwrap().contains("\"hr/70\""));
    assert_eq!(world.server.lock(), None);
}

#[test]
fn who_holds_the_lock_is_named_and_the_other_is_refused_or_waits() {
    let world = World::new();
    let machine = world.machine(3);
    world.server.set_lock(Some(serde_json::json!({
        "ID": "lock-1", "Operation": "enroll apply", "Info": "", "Who": "ada@runner-7", "Version": "0.1.0",
        "Created": "2026-11-24T10:11:12Z", "Path": "",
    })));
    let refused = machine.apply();
    assert_eq!(refused.code, 1, "{refused:#?}");
    for words in ["ada@runner-7", "2026-11-24T10:11:12Z", "enroll force-unlock lock-1"] {
        assert!(refused.err.contains(words), "{words}: {refused:#?}");
    }
    assert_eq!((world.writes(), world.server.document()), (0, None));
    // Reading needs no lock.
    assert_eq!(machine.run(&["plan"]).code, 0);

    for (id, code) in [("other", 1), ("lock-1", 0)] {
        let nobody = machine.run(&["force-unlock", id]);
        assert_eq!(nobody.code, 1, "nobody said yes: {nobody:#?}");
        assert!(world.server.lock().is_some());
        let unlocked = machine.run(&["force-unlock", "-force", id]);
        assert_eq!(unlocked.code, code, "{id}: {unlocked:#?}");
    }
    assert_eq!(world.server.lock(), None);
    machine.applied();

    // One that is given back while it is waited for.
    world.server.set_lock(Some(serde_json::json!({"ID": "lock-2"})));
    let waiting =
        machine.command(&["apply", "-auto-approve", "-lock-timeout", "60s"]).spawn().unwrap();
    while world.server.count("LOCK") < 4 {
        std::thread::yield_now();
    }
    world.server.set_lock(None);
    assert!(waiting.wait_with_output().unwrap().status.success());
    machine.settled(3);
}

#[test]
fn what_the_store_refuses_or_garbles_is_told_and_nothing_is_planned_without_a_state() {
    let world = World::new();
    let machine = world.machine(3);
    machine.applied();
    let whole = world.server.document().unwrap();
    let before = world.writes();
    for (fault, words) in [
        (Fault::Status(401), "ENROLL_HTTP_USERNAME"),
        (Fault::Status(403), "ENROLL_HTTP_USERNAME"),
        (Fault::Status(503), "not now"),
        (Fault::Status(302), "redirect"),
        (Fault::Redirect, "redirect"),
        (Fault::Status(418), "not expected"),
        (Fault::Truncated, "the connection broke"),
        (Fault::Cut, "it is left as it is"),
        (Fault::LostRequest, "can't be read"),
    ] {
        world.server.fail("GET", 0, 100, fault);
        for args in [&["plan"][..], &["apply", "-auto-approve"]] {
            let ran = machine.run(args);
            assert_eq!(ran.code, 1, "{fault:?} {args:?}: {ran:#?}");
            assert!(ran.err.contains(words), "{fault:?} {args:?}: {ran:#?}");
            assert!(!ran.err.contains("p4ss-of-the-state"), "{ran:#?}");
        }
        world.server.mend();
        assert_eq!(world.server.lock(), None, "{fault:?}");
        assert_eq!(world.server.document().unwrap(), whole, "{fault:?}");
    }
    assert_eq!(world.writes(), before);
    // Once or twice is nobody's trouble.
    for fault in [Fault::Status(503), Fault::Truncated, Fault::LostAnswer] {
        for method in ["GET", "LOCK", "POST", "UNLOCK"] {
            world.server.fail(method, 0, 1, fault);
            machine.people(3, &format!("{method} {fault:?}"));
            let ran = machine.apply();
            assert_eq!(ran.code, 0, "{method} {fault:?}: {ran:#?}");
            assert_eq!(world.server.lock(), None, "{method} {fault:?}");
            machine.settled(3);
            world.server.mend();
        }
    }
}

#[test]
fn a_store_that_goes_away_in_the_middle_loses_nothing() {
    for (method, skip, fault) in [
        // The intents of the first phase can't be pushed; the end can't; neither answer arrives.
        ("POST", 0, Fault::Status(500)),
        ("POST", 1, Fault::Status(500)),
        ("POST", 1, Fault::LostRequest),
        ("POST", 1, Fault::Status(412)),
        ("POST", 1, Fault::Status(507)),
    ] {
        let world = World::new();
        let machine = world.machine(6);
        world.server.fail(method, skip, 1000, fault);
        let ran = machine.apply();
        let which = format!("{method} {skip} {fault:?}: {ran:#?}");
        assert_eq!(ran.code, 4, "{which}");
        let done = if skip == 0 { 0 } else { 6 };
        assert_eq!(world.users().len(), done, "{which}");
        assert!(ran.err.contains("remote/enroll.state.json.journal"), "{which}");
        assert!(machine.has(".enroll/remote/enroll.state.json.journal"), "{which}");
        world.server.mend();
        // The same folder brings its journal in; another looks up what was announced.
        let plan = machine.run(&["plan"]);
        assert!(plan.out.contains("No changes.") == (done > 0), "{which}{plan:#?}");
        world.server.set_lock(None);
        let other = world.machine(6);
        other.applied();
        other.settled(6);
        let ran = machine.applied();
        assert!(!machine.has(".enroll/remote/enroll.state.json.journal"), "{which}{ran:#?}");
        machine.settled(6);
    }
}

#[test]
fn a_lost_race_brings_both_together_and_stops() {
    let world = World::new();
    let machine = world.machine(6);
    // Read by the load, the lock's load, then before each write: the one of the end meets another's document.
    machine.applied();
    machine.people(9, "New");
    world.server.fail("GET", 2, 1, Fault::Overtaken);
    let ran = machine.apply();
    assert_eq!(ran.code, 4, "{ran:#?}");
    assert!(ran.err.contains("somebody else wrote the state"), "{ran:#?}");
    assert_eq!(world.server.lock(), None);
    machine.applied();
    machine.settled(9);
}

#[test]
fn a_lock_that_is_taken_away_stops_the_writes() {
    let world = World::new();
    let machine = world.machine(6);
    machine.applied();
    machine.people(9, "New");
    world.server.fail("POST", 1, 1, Fault::Unlocked);
    let ran = machine.apply();
    assert_eq!(ran.code, 4, "{ran:#?}");
    assert!(ran.err.contains("lock is not ours any more"), "{ran:#?}");
    assert!(machine.has(".enroll/remote/enroll.state.json.journal"), "{ran:#?}");
    machine.applied();
    machine.settled(9);
}

#[test]
fn two_at_once_work_one_after_the_other() {
    let world = World::new();
    let machines: Vec<_> = (0..3).map(|n| world.machine(4 + n)).collect();
    let running: Vec<_> = machines
        .iter()
        .map(|machine| {
            let mut command = machine.command(&["apply", "-auto-approve", "-lock-timeout", "5m"]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in running {
        let done = child.wait_with_output().unwrap();
        // One with fewer people may come last, and guards let it remove two.
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    assert_eq!(world.server.lock(), None);
    assert_eq!(world.users().len(), 6);
    let document = world.server.document().unwrap();
    let (state, intents) = enroll::codec::state::read_with(document.as_bytes()).unwrap();
    assert_eq!((state.accounts().count(), intents.len()), (6, 0));
}

#[cfg(unix)]
#[test]
fn an_interrupt_before_the_first_change_gives_the_lock_back() {
    let world = World::new();
    world.faults("slow-every-list=1,slow-ms=60000");
    let machine = world.machine(3);
    let mut child = machine.command(&["apply", "-auto-approve"]).spawn().unwrap();
    let listed = || world.zoom.counts().method("GET") > 0;
    while world.server.lock().is_none() || !listed() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!((world.server.lock(), world.server.document()), (None, None));
}

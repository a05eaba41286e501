//! `enroll init` moves the state to a backend, to another one, and back.

use super::server::Server;
use super::world::World;

const LOCAL: &str = "enroll.state.json";

#[test]
fn a_state_moves_to_a_backend_and_back_and_no_copy_is_lost() {
    let world = World::new();
    let machine = world.machine(4);
    machine.configure("");
    machine.applied();
    let before = std::fs::read_to_string(machine.path().join(LOCAL)).unwrap();

    // The backend is there, the state is not: nothing is planned until it is moved.
    machine.configure(&world.backend);
    for args in [&["plan"][..], &["apply", "-auto-approve"], &["state", "list"]] {
        let ran = machine.run(args);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.contains("`enroll init` moves it there"), "{ran:#?}");
    }
    let nobody = machine.run(&["init"]);
    assert_eq!(nobody.code, 1, "{nobody:#?}");
    assert!(nobody.err.contains("nobody is there to say yes"), "{nobody:#?}");
    assert_eq!((world.server.document(), world.server.lock()), (None, None));
    let moved = machine.run(&["init", "-force-copy"]);
    assert_eq!(moved.code, 0, "{moved:#?}");
    assert!(!machine.has(LOCAL));
    let aside = std::fs::read_to_string(machine.path().join("enroll.state.json.moved")).unwrap();
    assert_eq!(aside, before);
    machine.settled(4);
    world.machine(4).settled(4);
    let again = machine.run(&["init"]);
    assert_eq!(again.code, 0, "{again:#?}");

    // To another one.
    let other = Server::start();
    machine.configure(&other.backend());
    let ran = machine.run(&["plan"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.err.contains("enroll init -reconfigure"), "{ran:#?}");
    let moved = machine.run(&["init", "-migrate-state", "-force-copy"]);
    assert_eq!(moved.code, 0, "{moved:#?}");
    assert!(other.document().is_some() && world.server.document().is_some());
    assert_eq!((other.lock(), world.server.lock()), (None, None));
    machine.settled(4);

    // And back.
    machine.configure("");
    assert_eq!(machine.run(&["plan"]).code, 1);
    let moved = machine.run(&["init", "-force-copy"]);
    assert_eq!(moved.code, 0, "{moved:#?}");
    assert!(machine.has(LOCAL) && other.document().is_some());
    let seen = other.seen().len();
    machine.settled(4);
    assert_eq!(other.seen().len(), seen, "nobody is asked any more");
}

#[test]
fn a_place_that_holds_another_state_or_a_newer_one_is_left_alone() {
    let world = World::new();
    let first = world.machine(3);
    first.applied();
    let there = world.server.document();
    let second = world.machine(3);
    second.configure("");
    let ran = second.run(&["apply", "-auto-approve", "-first-run"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    second.configure(&world.backend);
    let refused = second.run(&["init", "-force-copy"]);
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(refused.err.contains("another state"), "{refused:#?}");
    assert!(second.has(LOCAL));

    // The same state, which went on in the backend since it was copied out.
    let third = world.machine(3);
    third.configure("");
    third.write(LOCAL, there.as_ref().unwrap());
    first.people(3, "Newer");
    first.applied();
    let newer = world.server.document();
    third.configure(&world.backend);
    let refused = third.run(&["init", "-force-copy"]);
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(refused.err.contains("further on"), "{refused:#?}");
    assert_eq!((world.server.document(), world.server.lock()), (newer, None));
    let ran = third.run(&["init", "-reconfigure"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(third.has(LOCAL), "it moves nothing");
    assert_eq!(third.run(&["state", "list"]).code, 0);
}

#[test]
fn the_sandbox_and_what_is_offline_never_ask_the_backend() {
    let world = World::new();
    let machine = world.machine(3);
    for args in [
        &["-sandbox", "plan"][..],
        &["-sandbox", "apply", "-auto-approve"],
        &["-sandbox", "state", "list"],
        &["validate"],
        &["fmt", "-check"],
        &["test-connection"],
        &["version"],
    ] {
        let ran = machine.run(args);
        assert!([0, 3].contains(&ran.code), "{args:?}: {ran:#?}");
    }
    assert_eq!(world.server.seen(), Vec::<String>::new());
}

#[test]
fn hosts_and_credentials_of_a_backend_are_the_operators_business() {
    let world = World::new();
    let machine = world.machine(1);
    let block =
        |inside: &str| format!("enroll {{\n  backend \"http\" {{\n    {inside}\n  }}\n}}\n");
    // A host that the configuration alone names.
    machine.configure(&block("address = \"https://evil.example/state\""));
    for args in [&["validate"][..], &["plan"]] {
        let ran = machine.run(args);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.contains("ENROLL_ALLOW_HOSTS=evil.example"), "{ran:#?}");
    }
    // Terraform's variables say where it is as well.
    machine.configure(&block("unlock_method = \"UNLOCK\""));
    let ran = machine.run(&["plan"]);
    assert!(ran.err.contains("TF_HTTP_ADDRESS"), "{ran:#?}");
    let address = world.server.address();
    let command = |with_lock: bool| {
        let mut command = machine.command(&["plan"]);
        command.env("TF_HTTP_ADDRESS", &address);
        if with_lock {
            command.env("TF_HTTP_LOCK_ADDRESS", format!("{address}/lock"));
        }
        super::world::ran(&command.output().unwrap())
    };
    let ran = command(false);
    assert!(ran.err.contains("can't be locked is not written"), "{ran:#?}");
    assert_eq!(command(true).code, 0);
    assert!(world.server.count("GET") > 0);
    // Plain text to another machine is refused wherever the address comes from.
    let mut plain = machine.command(&["plan"]);
    plain.env("ENROLL_HTTP_ADDRESS", "http://192.0.2.1/state");
    let ran = super::world::ran(&plain.output().unwrap());
    assert!(ran.code == 1 && ran.err.contains("not encrypted"), "{ran:#?}");
}

#[cfg(not(any(feature = "s3", feature = "gcs", feature = "azure")))]
#[test]
fn a_backend_that_is_not_built_in_says_so() {
    let world = World::new();
    let machine = world.machine(1);
    for (kind, inside) in [
        ("s3", "bucket = \"acme\"\n    key = \"k\""),
        ("gcs", "bucket = \"acme\"\n    key = \"k\""),
        ("azure", "account = \"acme\"\n    container = \"c\"\n    key = \"k\""),
    ] {
        machine.configure(&format!("enroll {{\n  backend \"{kind}\" {{\n    {inside}\n  }}\n}}\n"));
        assert_eq!(machine.run(&["validate"]).code, 0, "{kind}");
        let ran = machine.run(&["plan"]);
        assert_eq!(ran.code, 1, "{ran:#?}");
        let words = format!("built without the backend `{kind}`");
        assert!(ran.err.contains(&words) && ran.err.contains("--features"), "{ran:#?}");
    }
}

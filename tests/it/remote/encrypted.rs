//! Everything encrypted: nobody can be read in any file, and nothing else changes.

use std::fs;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;

use super::kill::rounds;
use super::world::{Machine, World, encrypting};
use crate::schema::{holds, validator};

const STATE: &str = "enroll.state.json";
const JOURNAL: &str = "enroll.state.json.journal";
/// What people are called in these tests.
const NAMES: [&str; 4] = ["example.com", "p001@", "Title", "user_name"];

struct Key {
    recipient: String,
    identity: String,
}

fn key() -> Key {
    let identity = Identity::generate();
    Key {
        recipient: identity.to_public().to_string(),
        identity: identity.to_string().expose_secret().to_owned(),
    }
}

/// A world in which everything is encrypted to one key, over HTTP or beside the configuration.
fn world(shared: bool) -> (World, Key) {
    let (mut world, key) = (World::new(), key());
    let to = [key.recipient.clone()];
    world.backend = if shared { world.encrypted(&to) } else { encrypting("", &to) };
    world.env.push(("ENROLL_IDENTITY", key.identity.clone()));
    (world, key)
}

/// Begins an apply that does not come to its end, and kills it: its journal stays.
fn cut_short(world: &World, machine: &Machine<'_>) {
    world.faults("slow-every-write=2,slow-ms=60000");
    machine.kill_after(2);
    world.faults("");
    world.server.set_lock(None);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Nobody's name is in anything that was written; returns how many files were looked at.
fn nobody_is_named(world: &World, machine: &Machine<'_>) -> usize {
    let mut found = files(machine.path());
    found.retain(|path| !path.ends_with("main.hcl") && !path.ends_with("people.csv"));
    let mut texts: Vec<(String, String)> = found
        .iter()
        .map(|path| {
            (
                path.display().to_string(),
                String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned(),
            )
        })
        .collect();
    texts.extend(world.server.document().map(|text| ("the server's document".to_owned(), text)));
    for (path, text) in &texts {
        for name in NAMES {
            assert!(!text.contains(name), "{name} is in {path}");
        }
    }
    texts.len()
}

#[test]
fn a_whole_life_names_nobody_in_any_file() {
    for shared in [false, true] {
        let (world, key) = world(shared);
        let machine = world.machine(6);
        machine.applied();
        nobody_is_named(&world, &machine);
        machine.settled(6);

        // A saved plan, shown and carried out.
        machine.people(8, "Other Title");
        let planned = machine.run(&["plan", "--out", "saved.plan", "--refresh=full"]);
        assert_eq!(planned.code, 0, "{planned:#?}");
        let shown = machine.run(&["show", "saved.plan"]);
        assert!(shown.out.contains("p007@example.com"), "{shown:#?}");
        nobody_is_named(&world, &machine);
        let applied = machine.run(&["apply", "saved.plan"]);
        assert_eq!(applied.code, 0, "{applied:#?}");
        machine.settled(8);

        // A run that was killed leaves its journal, which the next one reads.
        machine.people(9, "Third Title");
        cut_short(&world, &machine);
        let (state, journal) = if shared {
            (world.server.document().unwrap(), ".enroll/remote/enroll.state.json.journal")
        } else {
            (fs::read_to_string(machine.path().join(STATE)).unwrap(), JOURNAL)
        };
        let schema = validator("encrypted");
        let read = holds(&schema, &state);
        assert!(read["serial"].as_u64() > Some(1) && read["lineage"].is_string(), "{read}");
        for line in fs::read_to_string(machine.path().join(journal)).unwrap().lines() {
            holds(&schema, line);
        }
        nobody_is_named(&world, &machine);
        machine.applied();
        machine.settled(9);

        let moved =
            machine.run(&["state", "mv", "account.prod[\"hr/7\"]", "account.prod[\"hr/70\"]"]);
        assert_eq!(moved.code, 0, "{moved:#?}");
        for args in [
            &["-sandbox", "apply", "-auto-approve"][..],
            &["-sandbox", "plan"],
            &["test-connection"],
        ] {
            let ran = machine.run(args);
            assert!([0, 3].contains(&ran.code), "{args:?}: {ran:#?}");
        }
        // State, backup, journals and the saved plan, the sandbox with its own, and what says nothing of people.
        assert!(nobody_is_named(&world, &machine) > 12);
        assert!(!machine.has(JOURNAL));

        // The identity may stand in a file, beside others and remarks.
        let file = format!("# of the team\n{}\n\n{}\n", self::key().identity, key.identity);
        machine.write("main.key", &file);
        let mut command = machine.command(&["state", "list"]);
        command.env_remove("ENROLL_IDENTITY").env("ENROLL_IDENTITY_FILE", "main.key");
        assert!(command.output().unwrap().status.success());
        fs::remove_file(machine.path().join("main.key")).unwrap();

        // Another machine knows all of it.
        if shared {
            let other = world.machine(9);
            other.people(9, "Third Title");
            assert_eq!(other.run(&["state", "pull"]).out, machine.run(&["state", "pull"]).out);
        }
    }
}

#[test]
fn without_its_identity_nothing_is_read_planned_or_written() {
    for shared in [false, true] {
        let (world, _) = world(shared);
        let machine = world.machine(4);
        machine.applied();
        assert_eq!(machine.run(&["plan", "--out", "saved.plan"]).code, 0);
        machine.people(7, "New Title");
        let writes = world.writes();
        let there = || {
            let mut found = files(machine.path());
            // What says who holds the lock changes with each run.
            found.retain(|path| {
                !path.ends_with("seen.json") && !path.ends_with("enroll.state.json.lock.info")
            });
            let bytes: Vec<_> = found.iter().map(|path| fs::read(path).unwrap()).collect();
            (found, bytes, world.server.document())
        };
        let before = there();
        let other = key();
        for (identity, words) in [
            (None, "no identity is given"),
            (Some(""), "no identity is given"),
            (Some(other.identity.as_str()), "none of the identities given"),
            (Some("AGE-SECRET-KEY-1HUNTER2"), "ENROLL_IDENTITY, line 1"),
        ] {
            for args in [
                &["plan"][..],
                &["plan", "-refresh=false"],
                &["apply", "-auto-approve"],
                &["apply", "saved.plan"],
                &["show", "saved.plan"],
                &["show"],
                &["state", "list"],
                &["state", "pull"],
                &["state", "rm", "account.prod[\"hr/1\"]"],
                &["init", "-force-copy"],
            ] {
                let mut command = machine.command(args);
                match identity {
                    Some(identity) => command.env("ENROLL_IDENTITY", identity),
                    None => command.env_remove("ENROLL_IDENTITY"),
                };
                let ran = super::world::ran(&command.output().unwrap());
                assert_eq!(ran.code, 1, "{args:?} {identity:?}: {ran:#?}");
                assert!(ran.err.contains(words), "{args:?} {identity:?}: {ran:#?}");
                assert!(ran.err.contains("ENROLL_IDENTITY"), "{args:?}: {ran:#?}");
                assert!(
                    !ran.err.contains("HUNTER2") && !ran.out.contains("example.com"),
                    "{ran:#?}"
                );
            }
        }
        assert_eq!(there(), before);
        assert_eq!((world.writes(), world.server.lock()), (writes, None));
        // What needs no state needs no identity.
        for args in [&["validate"][..], &["fmt", "-check"], &["test-connection"]] {
            let mut command = machine.command(args);
            let ran = super::world::ran(&command.env_remove("ENROLL_IDENTITY").output().unwrap());
            assert!([0, 3].contains(&ran.code), "{args:?}: {ran:#?}");
        }
        machine.applied();
        machine.settled(7);
    }
}

#[test]
fn an_identity_in_the_wrong_place_is_not_shown_and_opens_nothing() {
    let (mut world, key) = world(false);
    world.env.clear();
    let machine = world.machine(2);
    machine.write("key.txt", &format!("# mine\n{}\n", key.identity));
    machine.write("empty.txt", "# nothing yet\n");
    let of = |name: &str, value: &str| {
        let mut command = machine.command(&["plan"]);
        super::world::ran(&command.env(name, value).output().unwrap())
    };
    for (name, value, words) in [
        ("ENROLL_IDENTITY_FILE", key.identity.as_str(), "put it into ENROLL_IDENTITY"),
        (
            "ENROLL_IDENTITY_FILE",
            "nowhere.txt",
            "`nowhere.txt` can't be read: there is no such file",
        ),
        ("ENROLL_IDENTITY_FILE", "empty.txt", "it holds no identity"),
        ("ENROLL_IDENTITY_FILE", ".", "can't be read"),
        ("ENROLL_IDENTITY_FILE", "/dev/zero", "larger than 1 MiB"),
        ("ENROLL_IDENTITY", "key.txt", "goes into ENROLL_IDENTITY_FILE"),
        ("ENROLL_IDENTITY", key.recipient.as_str(), "that is a recipient, which is public"),
    ] {
        let ran = of(name, value);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.contains(words), "{words}: {ran:#?}");
        assert!(!ran.err.contains(&key.identity[20..]), "{ran:#?}");
    }
    assert_eq!(of("ENROLL_IDENTITY_FILE", "key.txt").code, 0);
    // Whoever writes the configuration can't have it read, shown or sent.
    machine.write(
        "people.csv",
        &format!("id,user_name,given,title\n1,a@example.com,A,{}\n", key.identity),
    );
    let ran = of("ENROLL_IDENTITY_FILE", "key.txt");
    assert_eq!(ran.code, 1, "{ran:#?}");
    machine.people(2, "Title");
    machine.configure(&encrypting("", std::slice::from_ref(&key.recipient)));
    let text = fs::read_to_string(machine.path().join("main.hcl")).unwrap();
    machine.write("main.hcl", &text.replace("person.title", "file(\"key.txt\")"));
    let ran = of("ENROLL_IDENTITY_FILE", "key.txt");
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.err.contains("line 2 holds an identity"), "{ran:#?}");
    assert!(!ran.err.contains(&key.identity[20..]) && world.users().is_empty(), "{ran:#?}");
}

#[test]
fn one_byte_that_was_changed_is_refused_and_left_as_it_is() {
    let (world, _) = world(false);
    let machine = world.machine(4);
    machine.applied();
    assert_eq!(machine.run(&["plan", "--out", "saved.plan"]).code, 0);
    machine.people(9, "New Title");
    cut_short(&world, &machine);
    let writes = world.writes();
    for (name, args) in [
        (STATE, &["apply", "-auto-approve"][..]),
        (JOURNAL, &["apply", "-auto-approve"]),
        ("saved.plan", &["apply", "saved.plan"]),
    ] {
        let path = machine.path().join(name);
        let good = fs::read(&path).unwrap();
        for at in [0, good.len() / 3, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, &bad).unwrap();
            let ran = machine.run(args);
            assert_eq!(ran.code, 1, "{name} {at}: {ran:#?}");
            assert!(ran.err.contains(name), "{name} {at}: {ran:#?}");
            assert_eq!(fs::read(&path).unwrap(), bad, "{name} {at}");
        }
        fs::write(&path, good).unwrap();
    }
    assert_eq!(world.writes(), writes);
    machine.applied();
    machine.settled(9);
}

#[test]
fn a_plain_state_is_refused_until_it_is_migrated_and_keys_are_changed_one_after_the_other() {
    for shared in [false, true] {
        let world = World::new();
        let (old, new) = (key(), key());
        let plain = if shared { world.backend.clone() } else { String::new() };
        let machine = world.machine(5);
        machine.configure(&plain);
        machine.applied();
        machine.people(6, "Title");
        machine.applied();
        // An apply that was killed before: its journal is plain, too.
        machine.people(8, "Title");
        cut_short(&world, &machine);

        let to = |keys: &[&Key]| {
            encrypting(&plain, &keys.iter().map(|key| key.recipient.clone()).collect::<Vec<_>>())
        };
        let with = |args: &[&str], key: &Key| {
            let mut command = machine.command(args);
            super::world::ran(&command.env("ENROLL_IDENTITY", &key.identity).output().unwrap())
        };
        assert_eq!(machine.run(&["plan", "-out", "before.plan"]).code, 0);
        assert_eq!(machine.run(&["-sandbox", "apply", "-auto-approve"]).code, 0);
        machine.configure(&to(&[&old]));
        for args in [&["plan"][..], &["apply", "-auto-approve"], &["state", "list"]] {
            let ran = with(args, &old);
            assert_eq!(ran.code, 1, "{args:?}: {ran:#?}");
            assert!(ran.err.contains("`enroll init` encrypts what is there"), "{ran:#?}");
        }
        assert_eq!(with(&["init"], &old).code, 1, "nobody said yes");
        assert_eq!(with(&["init", "-force-copy"], &new).code, 1, "nobody could read it again");
        let ran = with(&["init", "-force-copy"], &old);
        assert_eq!(ran.code, 0, "{ran:#?}");
        nobody_is_named(&world, &machine);
        let ran = with(&["apply", "-auto-approve"], &old);
        assert_eq!(ran.code, 0, "{ran:#?}");
        nobody_is_named(&world, &machine);

        // Both, then the new one alone.
        machine.configure(&to(&[&old, &new]));
        assert_eq!(with(&["plan"], &new).code, 1, "nothing was written to the new one yet");
        let ran = with(&["init", "-force-copy"], &old);
        assert_eq!(ran.code, 0, "{ran:#?}");
        for key in [&old, &new] {
            let ran = with(&["plan", "-detailed-exitcode"], key);
            assert_eq!(ran.code, 0, "{ran:#?}");
        }
        machine.configure(&to(&[&new]));
        let ran = with(&["plan"], &old);
        assert_eq!(ran.code, 0, "written to both so far: {ran:#?}");
        let ran = with(&["apply", "-auto-approve"], &old);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.contains("belongs to a recipient"), "{ran:#?}");
        assert_eq!(with(&["init", "-force-copy"], &new).code, 0);
        assert_eq!(with(&["state", "list"], &old).code, 1);
        if !shared {
            // The one before, too, is no longer for who was taken off the list.
            let (state, backup) =
                (machine.path().join(STATE), machine.path().join("enroll.state.json.backup"));
            let kept = fs::read(&state).unwrap();
            fs::copy(&backup, &state).unwrap();
            assert_eq!(with(&["state", "list"], &old).code, 1);
            assert_eq!(with(&["state", "list"], &new).code, 0);
            fs::write(&state, kept).unwrap();
        }
        assert_eq!(with(&["plan", "-detailed-exitcode"], &new).code, 0);

        // And back to plain, which is said twice.
        machine.configure(&plain);
        let ran = with(&["plan"], &new);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.contains("bring the `encrypt` block back"), "{ran:#?}");
        let ran = with(&["init", "-force-copy"], &new);
        assert_eq!(ran.code, 0, "{ran:#?}");
        machine.settled(8);
    }
}

#[test]
fn a_plain_state_moves_to_a_backend_and_is_encrypted_on_the_way() {
    let (mut world, key) = world(true);
    let there = std::mem::take(&mut world.backend);
    let machine = world.machine(5);
    machine.applied();
    machine.configure(&there);
    let ran = machine.run(&["init", "-force-copy"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(machine.has("enroll.state.json.moved") && !machine.has(STATE));
    nobody_is_named(&world, &machine);
    machine.settled(5);
    // A copy in plain text is for who asks for one, and can be put back.
    let copy = machine.run(&["state", "pull"]).out;
    assert!(copy.contains("p000@example.com"), "{copy}");
    // One that lies here is encrypted by `init`, and is still a state.
    machine.write("kept.json", &copy);
    let ran = machine.run(&["init", "-force-copy"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    nobody_is_named(&world, &machine);
    let ran = machine.run(&["state", "push", "kept.json"]);
    assert!(
        ran.code == 1 && ran.err.contains("at serial"),
        "an older one, told apart by its serial: {ran:#?}"
    );
    let copy = machine.run(&["state", "pull"]).out;
    let sealed = world.server.document().unwrap();
    assert!(sealed.contains("\"serial\": "), "{sealed}");
    for (name, text) in [("copy.json", copy), ("sealed.json", sealed)] {
        machine.write(name, &text);
        let ran = machine.run(&["state", "push", name]);
        assert_eq!(ran.code, 0, "{ran:#?}");
        assert!(ran.out.contains("holds that state already"), "{ran:#?}");
        fs::remove_file(machine.path().join(name)).unwrap();
    }
    nobody_is_named(&world, &machine);
    drop(key);
}

#[test]
fn a_log_in_plain_text_is_not_written_beside_what_is_encrypted() {
    let (world, _) = world(false);
    let machine = world.machine(3);
    let outside = tempfile::tempdir().unwrap();
    let log = outside.path().join("audit.jsonl");
    for inside in ["audit.jsonl", "./logs/../audit.jsonl"] {
        fs::create_dir_all(machine.path().join("logs")).unwrap();
        let ran = machine.run(&["apply", "-auto-approve", "-audit-log", inside]);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.contains("outside of the configuration's folder"), "{ran:#?}");
    }
    let link = outside.path().join("link.jsonl");
    std::os::unix::fs::symlink(machine.path().join("audit.jsonl"), &link).unwrap();
    let ran = machine.run(&["apply", "-auto-approve", "-audit-log", link.to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert_eq!((world.writes(), machine.has("audit.jsonl")), (0, false));
    let ran = machine.run(&["apply", "-auto-approve", "-audit-log", log.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(fs::read_to_string(log).unwrap().contains("p000@example.com"));
    nobody_is_named(&world, &machine);
}

#[test]
fn a_fresh_folder_goes_on_where_a_killed_run_ended_encrypted_or_not() {
    let (world, _) = world(true);
    rounds(&world, 4);
    assert!(world.server.document().unwrap().starts_with("{\"encrypted\": \"age\""));
}

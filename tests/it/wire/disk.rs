//! A disk that is full, a folder that can't be written, a lock that another holds, a state that is damaged.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::support::{People, Ran, World, mail};

const ENROLL: &str = env!("CARGO_BIN_EXE_enroll");

/// Applies where no file may grow past so many blocks of 512 bytes, as on a disk without room.
fn apply_within(world: &World, blocks: u32) -> Ran {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let args = ["-c", &script, ENROLL, "apply", "--auto-approve", "--format=json"];
    world.finish(Command::new("sh").args(args))
}

#[test]
fn a_full_disk_stops_an_apply_and_loses_nobody() {
    let mut stopped = 0;
    for blocks in [0, 1, 2, 3, 5, 8, 13, 21, 34] {
        let world = World::new("");
        let mut people = People::new(3);
        world.people(&people);
        world.applied(&[]);
        let state = world.text("enroll.state.json");
        for n in 4..=20 {
            people.add(&format!("p{n}"));
        }
        world.people(&people);
        let ran = apply_within(&world, blocks);
        let made = world.zoom.users().len() - 3;
        if made == 0 {
            // Before the journal is begun, or where its first intent finds no room.
            assert!([1, 4].contains(&ran.code) && ran.writes() == 0, "{blocks}: {ran:#?}");
            assert!(ran.err.contains("can't be "), "{blocks}: {ran:#?}");
            assert_eq!(world.text("enroll.state.json"), state, "{blocks}");
        } else if made < 17 {
            assert_eq!(ran.code, 4, "{blocks}: {ran:#?}");
            assert!(ran.err.contains("can't be written: File too large"), "{blocks}: {ran:#?}");
            stopped += 1;
        }
        // Whatever was sent is found again: the state is the old one, or has it.
        assert_eq!(world.run(&["state", "list"]).code, 0, "{blocks}");
        let next = world.applied(&["--lock-timeout=0s"]);
        assert!(next.sent("POST").len() <= 17 - made, "{blocks}: {next:#?}");
        assert_eq!((world.zoom.users().len(), world.owned()), (20, 20), "{blocks}");
        assert!(!world.text("enroll.state.json").contains("\"adopted\""), "{blocks}");
        world.settled();
    }
    assert!(stopped >= 2, "no limit was between all and nothing");
}

/// Root may write anywhere, so where the tests run as root the run has none of its powers.
fn as_anybody(args: &[&str]) -> Command {
    let is_root = fs::metadata("/proc/self").is_ok_and(|found| {
        use std::os::unix::fs::MetadataExt;
        found.uid() == 0
    });
    if !is_root {
        let mut command = Command::new(ENROLL);
        command.args(args);
        return command;
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", ENROLL]).args(args);
    command
}

#[test]
fn a_folder_that_can_not_be_written_stops_before_the_first_request() {
    let world = World::new("");
    let mut people = People::new(2);
    world.people(&people);
    world.applied(&[]);
    world.people(people.set_all("department", "\"Sea\""));
    let state = world.text("enroll.state.json");
    let folder = world.folder.path();
    let allow = |mode| fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o555);
    let plan = world.finish(&mut as_anybody(&["plan", "--detailed-exitcode"]));
    let ran = world.finish(&mut as_anybody(&["apply", "--auto-approve"]));
    allow(0o755);
    assert_eq!(plan.code, 2, "whoever only looks needs no right to write: {plan:#?}");
    assert_eq!((ran.code, ran.seen.len()), (1, 0), "{ran:#?}");
    assert!(
        ran.err.contains("can't be written") && ran.err.contains("nothing was sent"),
        "{ran:#?}"
    );
    assert_eq!(world.text("enroll.state.json"), state);
}

#[test]
fn one_apply_at_a_time_and_a_killed_one_leaves_no_lock() {
    let world = World::new("slow-create=1,slow-ms=60000");
    world.people(&People::new(1));
    let mut first = Command::new(ENROLL);
    let first = first.args(["apply", "--auto-approve"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = world.prepare(first).spawn().unwrap();
    while world.zoom.user(&mail("p1")).is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = world.apply(&[]);
    assert_eq!((second.code, second.seen.len()), (1, 0), "{second:#?}");
    let holder = format!("locked by process {}", first.id());
    assert!(second.err.contains(&holder) && second.err.contains("enroll apply"), "{second:#?}");
    // Who only looks does not wait.
    assert_eq!(world.run(&["state", "list"]).code, 0);
    world.faults("");
    assert_eq!(world.plan(&[]).code, 0);
    first.kill().unwrap();
    first.wait().unwrap();
    let third = world.applied(&[]);
    assert_eq!((third.writes(), world.owned()), (0, 1), "{third:#?}");
    world.settled();
}

#[test]
fn a_damaged_state_is_refused_kept_and_its_backup_named() {
    let world = World::new("");
    let mut people = People::new(2);
    world.people(&people);
    world.applied(&[]);
    world.people(people.set_all("department", "\"Sea\""));
    world.applied(&[]);
    let good = world.text("enroll.state.json");
    for bad in ["", "{}", &good[..good.len() / 2], &good.replacen("Sea", "Tea", 1)] {
        world.write("enroll.state.json", bad);
        for args in [&["plan"][..], &["apply", "--auto-approve"], &["state", "list"], &["show"]] {
            let ran = world.run(args);
            assert_eq!((ran.code, ran.seen.len()), (1, 0), "{bad:?}: {ran:#?}");
            assert!(ran.err.contains("enroll.state.json.backup"), "{bad:?}: {ran:#?}");
        }
        assert_eq!(world.text("enroll.state.json"), bad);
    }
    world.write("enroll.state.json", &good);
    world.settled();
}

//! Kills real applies at many moments: afterwards each user is there once, the state owns each, the
//! plan is empty, and deleting the rule deprovisions all of them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use enroll::sandbox::{Faults, Manners, MemoryStore, Options, Running, Sandbox, Seed, Standing};

/// Kills in all; the issue of the project that asks for them says so many.
const KILLS: usize = 200;
const ROUNDS: usize = 5;
const PEOPLE: usize = 24;
const GUESTS: usize = 3;

/// A small generator, so that each run kills at the same counts of writes.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn configure(folder: &Path, sandbox: &Running, rule: bool) {
    let (scim, token) = (sandbox.scim_url(), sandbox.token_url());
    let mut text = format!(
        r#"
connection "prod" {{
  scim_url = "{scim}"
  auth {{
    token_url     = "{token}"
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }}
  actions {{
    deprovision_on_rule_deletion = true
  }}
  guard {{
    max_removals = 1000
    max_deletes  = 1000
  }}
  rate {{
    list  = "unlimited"
    read  = "unlimited"
    write = "unlimited"
  }}
}}
directory "hr" {{
  csv = "people.csv"
  key = "id"
}}
"#
    );
    if rule {
        text.push_str(
            r#"
rule "all" {
  connection = connection.prod
  directory  = directory.hr
  mapping {
    given_name  = person.given
    family_name = person.family
    title       = person.title
    licenses    = { zoomWhiteboard = person.board == "yes" }
    user_type   = person.type
    active      = person.active
  }
}
"#,
        );
    }
    fs::write(folder.join("main.hcl"), text).unwrap();
}

/// The people of a round: everybody changes a little, some leave, come back, or get a new address. So many guests are
/// invited in it, and stay pending until they accept.
fn people(folder: &Path, round: usize, guests: usize) -> BTreeSet<String> {
    let mut text = String::from("id,user_name,given,family,title,type,active,board\n");
    let mut names = BTreeSet::new();
    for guest in 0..guests {
        let name = format!("guest{round}.{guest}@outside.example");
        _ = writeln!(text, "g{round}-{guest},{name},G,Guest,Guest,Basic,true,no");
        names.insert(name);
    }
    for n in (0..PEOPLE).filter(|n| n % 8 != round % 8 || round == 0) {
        let generation = if n % 6 == 1 { round / 2 } else { 0 };
        let name = format!("p{n}.{generation}@example.com");
        let kind = if (n + round).is_multiple_of(3) { "Licensed" } else { "Basic" };
        let board = if (n + round).is_multiple_of(4) { "yes" } else { "no" };
        let active = round == 0 || !(n + round).is_multiple_of(5);
        _ = writeln!(text, "{n},{name},G{n},F{n},Title {},{kind},{active},{board}", n + round);
        names.insert(name);
    }
    fs::write(folder.join("people.csv"), text).unwrap();
    names
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_enroll"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("ZOOM_ACCOUNT_ID", "acc-of-the-kills")
        .env("ZOOM_CLIENT_ID", "client-of-the-kills")
        .env("ZOOM_CLIENT_SECRET", "s3cr3t-of-the-kills")
        .stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// Runs an apply and kills it once the service has seen so many more writes.
fn kill_after(folder: &Path, sandbox: &Running, writes: u64) {
    let seen = || {
        let counts = sandbox.counts();
        ["POST", "PUT", "PATCH", "DELETE"].iter().map(|method| counts.method(method)).sum::<u64>()
    };
    let goal = seen() + writes;
    let mut child = command(folder, &["apply", "-auto-approve", "-first-run"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while seen() < goal && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    drop(child.kill());
    child.wait().unwrap();
}

fn text(output: &Output) -> String {
    format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn an_apply_killed_at_any_moment_loses_nothing_and_doubles_nobody() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _inside = runtime.enter();
    let mut options = Options::new(Manners::Zoom);
    options.faults =
        Faults::parse("lose-every-create=5,drop-every-put=7,pending-domain=outside.example")
            .unwrap();
    let address = "127.0.0.1:0".parse().unwrap();
    let sandbox = Sandbox::listen(address, options, MemoryStore::new()).unwrap();
    sandbox.add([Seed::new("stranger@example.com")]).unwrap();
    let stranger = sandbox.user("stranger@example.com").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    configure(folder, &sandbox, true);
    let mut dice = Dice(7);

    for round in 0..ROUNDS {
        people(folder, round, GUESTS);
        for _ in 0..KILLS / ROUNDS / 2 {
            kill_after(folder, &sandbox, dice.roll(6));
        }
        // One guest leaves before accepting, and is an open leaver until then; more kills.
        let ran = run(folder, &["apply", "-auto-approve", "-first-run"]);
        assert_eq!(ran.status.code(), Some(0), "round {round}: {}", text(&ran));
        let names = people(folder, round, GUESTS - 1);
        for _ in 0..KILLS / ROUNDS / 2 {
            kill_after(folder, &sandbox, dice.roll(6));
        }
        let ran = run(folder, &["apply", "-auto-approve"]);
        assert_eq!(ran.status.code(), Some(7), "round {round}: {}", text(&ran));
        for user in sandbox.users().iter().filter(|user| user.standing == Standing::Pending) {
            sandbox.set_standing(&user.user_name, Standing::Member).unwrap();
        }
        let done = run(folder, &["apply", "-auto-approve", "-first-run"]);
        let after = run(folder, &["plan", "-detailed-exitcode"]);
        let said = format!("round {round}: {}\n{}", text(&done), text(&after));
        assert_eq!((done.status.code(), after.status.code()), (Some(0), Some(0)), "{said}");
        assert!(text(&after).contains("No changes."), "{said}");
        // What a plan found settled needs no journal any more once an apply has run.
        assert!(!folder.join("enroll.state.json.journal").exists());

        let users = sandbox.users();
        let there: Vec<_> = users.iter().map(|user| user.user_name.clone()).collect();
        let once: BTreeSet<_> = there.iter().cloned().collect();
        assert_eq!(there.len(), once.len(), "somebody is there twice: {there:?}");
        assert!(names.is_subset(&once), "round {round}: somebody is lost");
        let listed = run(folder, &["state", "list"]);
        let owned = String::from_utf8_lossy(&listed.stdout).lines().count();
        assert_eq!(owned, there.len() - 1, "round {round}: {}", text(&listed));
        for user in users.iter().filter(|user| user.user_name != "stranger@example.com") {
            let stays = names.contains(&user.user_name);
            assert!(stays || !user.active, "round {round}: {} left and is on", user.user_name);
        }
        let state = fs::read_to_string(folder.join("enroll.state.json")).unwrap();
        assert!(!state.contains("\"adopted\""), "an account of ours came as a stranger: {state}");
    }

    configure(folder, &sandbox, false);
    let gone = run(folder, &["apply", "-auto-approve"]);
    assert_eq!(gone.status.code(), Some(0), "{}", text(&gone));
    for user in sandbox.users() {
        assert_eq!(user.active, user.user_name == "stranger@example.com", "{}", user.user_name);
    }
    assert_eq!(sandbox.user("stranger@example.com").unwrap().resource, stranger.resource);
}

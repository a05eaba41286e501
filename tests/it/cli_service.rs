//! Against a service over HTTP: `enroll sandbox --listen`, with what can go wrong there.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use insta::assert_snapshot;

use crate::support::{MAIN, PEOPLE, Ran, TestEnv};

/// A sandbox that serves others, ended with the test.
struct Service {
    child: Child,
    _out: BufReader<ChildStdout>,
    scim_url: String,
    token_url: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

const CREDENTIALS: [(&str, &str); 3] = [
    ("ZOOM_ACCOUNT_ID", "acct-7c1"),
    ("ZOOM_CLIENT_ID", "client-4d2"),
    ("ZOOM_CLIENT_SECRET", "hunter2-9f3"),
];

impl Service {
    fn start(env: &TestEnv, listen: &str, faults: &str) -> Self {
        let args = ["sandbox", "--listen", listen, "--data", "zoom.json", "--faults", faults];
        let mut child = env.command(&args).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let mut urls = line.split_whitespace().filter(|word| word.starts_with("http://"));
        let mut url = || urls.next().unwrap().trim_end_matches(';').to_owned();
        Self { scim_url: url(), token_url: url(), child, _out: out }
    }

    /// The company, its connection pointed at this service.
    fn staff(faults: &str) -> (TestEnv, Self) {
        let env = TestEnv::with(&[("people.csv", PEOPLE)]);
        let service = Self::start(&env, "127.0.0.1:0", faults);
        service.point(&env);
        (env, service)
    }

    fn point(&self, env: &TestEnv) {
        let Self { scim_url, token_url, .. } = self;
        let connection = format!(
            "connection \"prod\" {{\n  scim_url = \"{scim_url}\"\n  rate {{\n    list  = \"unlimited\"\n    \
             read  = \"unlimited\"\n    write = \"unlimited\"\n  }}"
        );
        let main = MAIN.replace("connection \"prod\" {", &connection);
        env.write("main.hcl", main.replace("auth {", &format!("auth {{\n    token_url = \"{token_url}\"")));
    }
}

fn run(env: &TestEnv, args: &[&str]) -> Ran {
    let ran = env.run_with(args, &CREDENTIALS);
    for (_, secret) in CREDENTIALS.iter().skip(2) {
        assert!(!ran.says(secret), "a secret is shown: {ran}");
    }
    ran
}

const APPLY: [&str; 3] = ["apply", "-auto-approve", "-parallelism=1"];

#[test]
fn plan_apply_plan_with_credentials_over_http() {
    let (env, _service) = Service::staff("");
    let plan = run(&env, &["-vvv", "plan", "-detailed-exitcode"]);
    assert_eq!(plan.code, 2, "{plan}");
    assert_eq!(run(&env, &APPLY).code, 0);
    let again = run(&env, &["plan", "-detailed-exitcode"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, "No changes.\n"), "{again}");
    for file in env.files() {
        let text = String::from_utf8_lossy(&std::fs::read(env.path().join(&file)).unwrap()).into_owned();
        assert!(!text.contains("hunter2-9f3"), "{file} holds the secret");
    }
}

#[test]
fn one_failed_account_does_not_stop_the_others() {
    let (env, _service) = Service::staff("elsewhere=grace@example.com");
    assert_snapshot!(run(&env, &APPLY), @"");
    let left = run(&env, &["plan"]);
    assert!(left.says("2 unchanged"), "{left}");
}

#[test]
fn nothing_is_planned_from_an_incomplete_list() {
    let (env, service) = Service::staff("");
    assert_eq!(run(&env, &APPLY).code, 0);
    let address = service.scim_url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    drop(service);
    let _service = Service::start(&env, &address, "list-short=1");
    let state = env.read("enroll.state.json");
    assert_snapshot!(run(&env, &["plan"]), @"");
    assert_eq!(run(&env, &APPLY).code, 6);
    assert_eq!(env.read("enroll.state.json"), state);
}

#[test]
fn wrong_rights_are_explained() {
    let (env, _service) = Service::staff("no-scope");
    assert_snapshot!(run(&env, &["plan"]), @"");
}

/// No state, but accounts: it may have been lost, so the first apply must be said to be the first.
#[test]
fn a_lost_state_is_not_taken_for_a_new_start() {
    let (env, _service) = Service::staff("");
    assert_eq!(run(&env, &APPLY).code, 0);
    std::fs::remove_file(env.path().join("enroll.state.json")).unwrap();
    let refused = run(&env, &APPLY);
    assert_eq!(refused.code, 5, "{refused}");
    assert_snapshot!(refused.stderr, @"");
    assert_eq!(run(&env, &[&APPLY[..], &["-first-run"]].concat()).code, 0);
    assert_eq!(run(&env, &["plan"]).last(), "No changes.");
}

/// A state is of one account at the service; another address is another account.
#[test]
fn a_connection_that_points_elsewhere_is_refused() {
    let (env, _service) = Service::staff("");
    assert_eq!(run(&env, &APPLY).code, 0);
    let mut variables = CREDENTIALS;
    variables[0].1 = "another-account";
    let ran = env.run_with(&["plan"], &variables);
    assert_snapshot!(ran, @"");
}

/// Apply is killed in the middle. The journal it leaves is read by the next command and folded by the
/// next apply, and nobody is created twice.
#[test]
fn a_killed_apply_is_taken_up_where_it_stopped() {
    let (env, _service) = Service::staff("slow-create=3,slow-ms=60000");
    let mut apply =
        env.command(&APPLY).envs(CREDENTIALS).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(apply.stdout.take().unwrap()).lines();
    let second = lines.map(Result::unwrap).filter(|line| line.contains(" created ")).nth(1);
    assert!(second.is_some_and(|line| line.contains("grace@")));
    apply.kill().unwrap();
    apply.wait().unwrap();
    let journal = env.path().join("enroll.state.json.journal");
    assert!(journal.exists() && !env.path().join("enroll.state.json").exists());

    assert_eq!(run(&env, &["state", "list"]).stdout.lines().count(), 2);
    assert!(journal.exists(), "a command that reads folds in memory only");
    let plan = run(&env, &["plan"]);
    assert!(plan.says("2 unchanged"), "{plan}");
    let apply = run(&env, &APPLY);
    assert_eq!(apply.code, 0, "{apply}");
    assert!(!journal.exists());
    assert_eq!(run(&env, &["plan"]).last(), "No changes.");
    assert_eq!(run(&env, &["state", "list"]).stdout.lines().count(), 3);
}

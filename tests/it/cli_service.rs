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
        env.write(
            "main.hcl",
            main.replace("auth {", &format!("auth {{\n    token_url = \"{token_url}\"")),
        );
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
        let text =
            String::from_utf8_lossy(&std::fs::read(env.path().join(&file)).unwrap()).into_owned();
        assert!(!text.contains("hunter2-9f3"), "{file} holds the secret");
    }
}

#[test]
fn one_failed_account_does_not_stop_the_others() {
    let (env, _service) = Service::staff("elsewhere=grace@example.com");
    assert_snapshot!(run(&env, &APPLY), @r#"
    exit 4
    --- stdout
    Changes:

      + account.prod["hr/E1"]  ada@example.com  create (not in the account yet)
          user_name: "ada@example.com"
          given_name: "Ada"
          department: "Engineering"
          people.csv:2
      + account.prod["hr/E2"]  grace@example.com  create (not in the account yet)
          user_name: "grace@example.com"
          given_name: "Grace"
          department: "Engineering"
          people.csv:3
      + account.prod["hr/E3"]  joan@example.com  create (not in the account yet)
          user_name: "joan@example.com"
          given_name: "Joan"
          department: "Sales"
          people.csv:4

    Cost at prod: 3 writes, 0 reads and 6 lists.
    Plan: 3 to create, 0 to adopt, 0 to update, 0 to enable, 0 to disable, 0 to delete, 0 to forget; 0 blocked, 0 unchanged.
    account.prod["hr/E1"]: ada@example.com created [id=ID]
    account.prod["hr/E2"]: create of grace@example.com FAILED: 409: Email grace@example.com has already been used. (tracking id v=2.0;clid=sandbox;rid=TRACKING)
    account.prod["hr/E3"]: joan@example.com created [id=ID]

    Apply incomplete. 2 created, 0 adopted, 0 updated, 0 enabled, 0 disabled, 0 deleted, 0 forgotten; 1 failed, 0 not started.
    --- stderr
    error: create of account.prod["hr/E2"] (grace@example.com) failed: 409: Email grace@example.com has already been used. (tracking id v=2.0;clid=sandbox;rid=TRACKING)
     |
     = help: the address belongs to an account that the list does not show: one of another Zoom account, or a pending one. Ask the person to accept the invitation or to join this account
    "#);
    let left = run(&env, &["plan"]);
    assert!(left.says("2 unchanged"), "{left}");
}

#[test]
fn nothing_is_planned_from_an_incomplete_list() {
    let (env, service) = Service::staff("");
    assert_eq!(run(&env, &APPLY).code, 0);
    let address =
        service.scim_url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    drop(service);
    let _service = Service::start(&env, &address, "list-short=1");
    let state = env.read("enroll.state.json");
    assert_snapshot!(run(&env, &["plan"]), @r#"
    exit 6
    --- stdout
    --- stderr
    error: connection `prod`: the list holds 2 accounts, but the service says that there are 3 (listed twice)
     |
     = nothing is planned there; no account of this connection changes
     = help: nothing is planned from an incomplete list: try again when nobody else changes the accounts, and if it stays so, report the numbers to the service's support
    "#);
    assert_eq!(run(&env, &APPLY).code, 6);
    assert_eq!(env.read("enroll.state.json"), state);
}

#[test]
fn wrong_rights_are_explained() {
    let (env, _service) = Service::staff("no-scope");
    assert_snapshot!(run(&env, &["plan"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: connection `prod`: the token holds only user:read:admin; SCIM needs `scim2:admin` or `scim2`
     |
     = nothing is planned there; no account of this connection changes
     = help: add the scope `scim2:admin` (View and manage users and groups over SCIM) to the Server-to-Server OAuth app under Scopes, and activate the app again
    "#);
}

/// No state, but accounts: it may have been lost, so the first apply must be said to be the first.
#[test]
fn a_lost_state_is_not_taken_for_a_new_start() {
    let (env, _service) = Service::staff("");
    assert_eq!(run(&env, &APPLY).code, 0);
    std::fs::remove_file(env.path().join("enroll.state.json")).unwrap();
    let refused = run(&env, &APPLY);
    assert_eq!(refused.code, 5, "{refused}");
    assert_snapshot!(refused.stderr, @r#"
    error: there is no state yet, and 3 accounts would be adopted
     |
     = help: if this is the first apply here, say so: `--first-run`
     = help: if there was a state before, bring it back first: without it nothing is known of what Enroll did
    "#);
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
    assert_snapshot!(ran, @r#"
    exit 1
    --- stdout
    --- stderr
    error: connection `prod` points to another account than the one that the state is about
     --> main.hcl:1:1
      |
    1 | connection "prod" {
      | ^^^^^^^^^^^^^^^^^ `type`, `scim_url` or `account_id` differ from those of the last apply
      |
      = help: every account of the state would look as if it had been deleted, so nothing is planned
      = help: set them back, or give the new account a connection of its own
    "#);
}

/// Apply is killed in the middle. The journal it leaves is read by the next command and folded by the
/// next apply, and nobody is created twice.
#[test]
fn a_killed_apply_is_taken_up_where_it_stopped() {
    let (env, _service) = Service::staff("slow-create=3,slow-ms=60000");
    let mut apply = env.command(&APPLY).envs(CREDENTIALS).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(apply.stdout.take().unwrap()).lines();
    let second = lines.map(Result::unwrap).filter(|line| line.contains(" created ")).nth(1);
    assert!(second.is_some_and(|line| line.contains("grace@")));
    // The third is done at the service, which takes its time to say so.
    let holds = |file: &str| {
        std::fs::read_to_string(env.path().join(file)).is_ok_and(|text| text.contains("joan@"))
    };
    let arrived = || holds("zoom.json") || holds("zoom.json.log");
    while !arrived() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    apply.kill().unwrap();
    apply.wait().unwrap();
    let journal = env.path().join("enroll.state.json.journal");
    assert!(journal.exists() && !env.path().join("enroll.state.json").exists());

    assert_eq!(run(&env, &["state", "list"]).stdout.lines().count(), 2);
    assert!(journal.exists(), "a command that reads folds in memory only");
    // What was on its way is looked up, and taken as our own doing.
    let plan = run(&env, &["plan", "-detailed-exitcode"]);
    // The run came to no look whether the service shows the two that it had made: they are pending until now.
    assert_eq!(
        (plan.code, plan.last()),
        (2, "No changes to accounts; 2 records to update."),
        "{plan}"
    );
    let apply = run(&env, &APPLY);
    assert_eq!(apply.code, 0, "{apply}");
    assert!(!journal.exists());
    assert_eq!(run(&env, &["plan"]).last(), "No changes.");
    assert_eq!(run(&env, &["state", "list"]).stdout.lines().count(), 3);
}

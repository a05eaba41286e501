//! The state: what can be seen of it, and that nothing spoils it.

use insta::assert_snapshot;

use crate::support::TestEnv;

#[test]
fn the_state_can_be_looked_at() {
    let env = TestEnv::staff();
    assert_snapshot!(env.sandbox(&["show"]), @r#"
    exit 0
    --- stdout
    There is no state yet.
    --- stderr
    "#);
    env.applied();
    assert_snapshot!(env.sandbox(&["state", "list"]), @r#"
    exit 0
    --- stdout
    account.prod["hr/E1"]
    account.prod["hr/E2"]
    account.prod["hr/E3"]
    --- stderr
    "#);
    assert_snapshot!(env.sandbox(&["state", "show", "account.prod[\"hr/E1\"]"]), @r#"
    exit 0
    --- stdout
    account.prod["hr/E1"] {
      id                 = "ID"
      user_name          = "ada@example.com"
      status             = "active"
      origin             = "created"
      rules              = ["staff"]
      written.given_name = "Ada"
      written.department = "Engineering"
      version            = "TIME"
      updated            = "TIME"
    }
    --- stderr
    "#);
    assert_snapshot!(env.sandbox(&["state", "show", "ada@exmaple.com"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: the state has no account `ada@exmaple.com`
     |
     = help: did you mean 'ada@example.com'?
     = help: `enroll state list` shows all of them
    "#);
    let shown = env.sandbox(&["show"]);
    assert_eq!(shown.stdout.matches("account.prod[").count(), 3, "{shown}");
    assert_eq!(env.sandbox(&["show", "-format=json"]).stdout, env.state());
    let by_mail = env.sandbox(&["state", "show", "ADA@example.com"]);
    let by_address = env.sandbox(&["state", "show", "account.prod[\"hr/E1\"]"]);
    assert_eq!(by_mail.stdout, by_address.stdout);
}

#[test]
fn an_apply_that_learns_nothing_leaves_every_byte() {
    let env = TestEnv::staff_applied();
    let before = env.state();
    env.applied();
    assert_eq!(env.state(), before);
    assert!(!env.files().iter().any(|file| file.ends_with(".backup")), "{:?}", env.files());
}

#[test]
fn a_damaged_state_stops_everything_and_stays_as_it_is() {
    let env = TestEnv::staff_applied();
    env.edit("people.csv", "Joan,Sales", "Joan,Marketing");
    env.applied();
    env.edit(TestEnv::STATE, "Engineering", "Engineerung");
    let before = env.state();
    assert_snapshot!(env.sandbox(&["plan"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: the state `.enroll/sandbox/enroll.state.json` can't be used: its checksum does not match: it was changed or damaged since Enroll wrote it
     |
     = it is left as it is, and nothing is planned without it
     = help: the state before it is in `.enroll/sandbox/enroll.state.json.backup`: look at it, then move it into place
     = help: a state kept in git can be brought back from there
    "#);
    for args in [&["apply", "-auto-approve"][..], &["show"], &["state", "list"]] {
        let ran = env.sandbox(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran}");
    }
    assert_eq!(env.state(), before);
    // The way out that it names works.
    let backup = env.path().join(format!("{}.backup", TestEnv::STATE));
    std::fs::rename(backup, env.path().join(TestEnv::STATE)).unwrap();
    assert_eq!(env.sandbox(&["plan"]).code, 1, "an older state needs a word");
    let accepted = env.sandbox(&["apply", "-auto-approve", "-accept-older-state"]);
    assert_eq!(accepted.code, 0, "{accepted}");
    env.applied();
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");

    for damage in ["", "{", "null", "{\"format_version\": \"1.0\"}"] {
        env.write(TestEnv::STATE, damage);
        let ran = env.sandbox(&["apply", "-auto-approve"]);
        assert_eq!((ran.code, env.state().as_str()), (1, damage), "{ran}");
    }
    env.write(TestEnv::STATE, "{\"format_version\": \"2.0\"}");
    assert!(env.sandbox(&["plan"]).says("newer"));
}

#[cfg(unix)]
#[test]
fn the_state_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::staff_applied();
    env.edit("people.csv", "Joan,Sales", "Joan,Marketing");
    env.applied();
    for file in [TestEnv::STATE.to_owned(), format!("{}.backup", TestEnv::STATE)] {
        let mode = std::fs::metadata(env.path().join(&file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn an_older_state_is_noticed_and_accepted_only_when_somebody_says_so() {
    let env = TestEnv::staff_applied();
    let older = env.state();
    env.edit("people.csv", "Ada,Engineering", "Ada,Research");
    env.applied();
    env.write(".enroll/sandbox/enroll.state.json", &older);
    for command in ["plan", "apply"] {
        let refused = env.sandbox(&[command]);
        assert_eq!(refused.code, 1, "{refused}");
        assert!(refused.stderr.contains("its serial is 1, and 2 was seen"), "{refused}");
        assert!(refused.stderr.contains("--accept-older-state"), "{refused}");
    }
    assert_eq!(env.state(), older);
    let accepted = env.sandbox(&["plan", "-accept-older-state"]);
    assert_eq!((accepted.code, accepted.last()), (0, "No changes."), "{accepted}");
    // A look does not make it the newest.
    assert_eq!(env.sandbox(&["plan"]).code, 1);
}

#[test]
fn records_can_be_moved_and_dropped_by_hand() {
    let env = TestEnv::staff_applied();
    let (e1, e9) = ("account.prod[\"hr/E1\"]", "account.prod[\"hr/E9\"]");
    for args in [
        &["state", "rm", e9][..],
        &["state", "rm", "ada"],
        &["state", "mv", e1, "account.prod[\"hr/E2\"]"],
        &["state", "mv", e1, "account.test[\"hr/E1\"]"],
    ] {
        let before = env.state();
        let refused = env.sandbox(args);
        assert!(refused.code == 1 && !refused.stderr.is_empty(), "{refused}");
        assert_eq!(env.state(), before);
    }
    // The key changes in the state as it does in the file: nothing is left to do.
    assert_eq!(env.sandbox(&["state", "mv", e1, e9]).code, 0);
    env.edit("people.csv", "E1,", "E9,");
    let settled = env.sandbox(&["plan"]);
    assert_eq!((settled.code, settled.last()), (0, "No changes."), "{settled}");
    // Dropped, the account is one to adopt.
    assert_eq!(env.sandbox(&["state", "rm", e9]).code, 0);
    let adopts = env.sandbox(&["plan"]);
    assert!(adopts.last().contains("1 to adopt") && adopts.stdout.contains(e9), "{adopts}");
}

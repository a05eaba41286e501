//! Secrets and hostile names.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::support::{MAIN, TestEnv};

#[test]
fn a_missing_variable_is_named_and_a_present_one_never_shown() {
    let env = TestEnv::staff();
    let set = [("ZOOM_ACCOUNT_ID", "acct-7c1"), ("ZOOM_CLIENT_SECRET", "hunter2-9f3")];
    let ran = env.run_with(&["plan"], &set);
    assert_snapshot!(ran, @r#"
    exit 1
    --- stdout
    --- stderr
    error: the environment variable `ZOOM_CLIENT_ID` is not set
     --> main.hcl:4:21
      |
    4 |     client_id     = env("ZOOM_CLIENT_ID")
      |                     ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: set ZOOM_CLIENT_ID where Enroll runs, for example as a secret of the pipeline
    "#);
    assert!(!ran.says("acct-7c1") && !ran.says("hunter2-9f3"));
    // Who only looks at the files needs none of them.
    assert_eq!(env.run(&["validate"]).code, 0);
}

#[test]
fn a_secret_in_the_files_is_refused_and_not_shown() {
    let env = TestEnv::staff();
    env.edit("main.hcl", "env(\"ZOOM_CLIENT_SECRET\")", "\"hunter2-9f3\"");
    assert_snapshot!(env.run(&["validate"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: `client_secret` must come from the environment
     --> main.hcl:5:21
      |
    5 |     client_secret = *************
      |                     ^^^^^^^^^^^^^ a secret in a file is no secret any more
      |
      = help: write `client_secret = env("CLIENT_SECRET")`, or use a variable with `sensitive = true`
      = help: if a real secret stood here, it is in the history of the repository: replace it
    "#);

    env.write("main.hcl", MAIN);
    env.write("v.hcl", "variable \"s\" {\n  sensitive = true\n  default = \"hunter2-9f3\"\n}\n");
    env.edit("main.hcl", "\"none\"", "env(\"HOME\")");
    assert_snapshot!(env.run(&["validate"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: `env("HOME")` can't be used here
      --> main.hcl:20:31
       |
    20 |   filter     = person.team != env("HOME")
       |                               ^^^^^^^^^^^ secrets stand in `auth` only
       |
       = help: a value that is no secret comes from a `variable`, which ENROLL_VAR_NAME sets too

    error: a sensitive variable can't have a default
     --> v.hcl:3:3
      |
    3 |   default = *************
      |   ^^^^^^^ a secret in a file is no secret any more
      |
      = help: remove the default and set it where Enroll runs: ENROLL_VAR_s=…
      = help: or leave the variable out and write `env("NAME")` inside `auth`
    "#);
}

/// Credentials go to hosts that the operator allows, never to one that a pull request names.
#[test]
fn a_foreign_token_url_is_refused() {
    let env = TestEnv::staff();
    env.edit("main.hcl", "  auth {", "  auth {\n    token_url = \"https://evil.example/token\"");
    assert_snapshot!(env.run(&["validate"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: credentials may not be sent to `evil.example`
     --> main.hcl:3:17
      |
    3 |     token_url = "https://evil.example/token"
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: they go to zoom.us, zoomgov.com, their subdomains and loopback addresses only, so that a changed file can't send them elsewhere
      = help: if you operate it, set ENROLL_ALLOW_HOSTS=evil.example where Enroll runs
    "#);
    let allowed = env.run_with(&["validate"], &[("ENROLL_ALLOW_HOSTS", "evil.example")]);
    assert_eq!(allowed.code, 0, "{allowed}");
}

/// What a directory holds reaches a terminal without its control characters, on both outputs, and JSON
/// exactly.
#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let env = TestEnv::staff();
    let hostile = "A\u{1b}[2K\u{1b}]0;x\u{7}\u{202e}d\u{200b}a\u{9b}31m";
    env.edit("people.csv", ",Ada,", &format!(",{hostile},"));
    let plan = env.sandbox(&["plan"]);
    assert_snapshot!(plan, @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    Changes:

      + account.prod["hr/E1"]  ada@example.com  create (not in the account yet)
          user_name: "ada@example.com"
          given_name: "A\u{1b}[2K\u{1b}]0;x\u{7}\u{202e}d\u{200b}a\u{9b}31m"
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
    --- stderr
    "#);
    let apply = env.sandbox(&["apply", "-auto-approve"]);
    assert_eq!(apply.code, 0, "{apply}");
    let state = env.sandbox(&["show"]);
    env.edit("people.csv", "E3,", "E\u{1b}[31m3,");
    let error = env.sandbox(&["plan"]);
    assert_snapshot!(error, @r#"
    exit 1
    --- stdout
    --- stderr
    error: this person's `id` holds a control character
     --> people.csv:4:1
      |
    4 | …
      | ^
    "#);
    for ran in [&plan, &apply, &state, &error] {
        let text = format!("{}{}", ran.stdout, ran.stderr);
        let raw = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || "\u{202e}\u{200b}".contains(*c));
        assert_eq!(raw, None, "{ran}");
    }
    let json = TestEnv::staff();
    json.edit("people.csv", ",Ada,", &format!(",{hostile},"));
    let plan: serde_json::Value =
        serde_json::from_str(&json.sandbox(&["plan", "-format=json"]).stdout).unwrap();
    let values = plan["changes"][0]["attributes"].as_array().unwrap();
    assert!(values.iter().any(|value| value["after"] == hostile), "{values:?}");
}

/// Whoever wrote the repository chose its links; whoever runs Enroll chose the names.
#[test]
fn nothing_is_written_outside_of_the_folder_over_a_link() {
    let outside = TestEnv::with(&[("x.hcl", "a   =   1\n"), ("x.log", "kept\n")]);
    let env = TestEnv::staff();
    symlink(outside.path(), env.path().join("out")).unwrap();
    symlink(outside.path().join("x.hcl"), env.path().join("evil.txt.hcl")).unwrap();
    symlink(outside.path().join("x.log"), env.path().join("audit.jsonl")).unwrap();
    symlink(outside.path().join("new.log"), env.path().join("new.jsonl")).unwrap();
    for args in [
        &["fmt", "evil.txt.hcl"][..],
        &["fmt", "out/x.hcl"],
        &["fmt"],
        &["plan", "--out", "out/plan.json"],
        &["apply", "--auto-approve", "--audit-log", "audit.jsonl"],
        &["apply", "--auto-approve", "--audit-log", "new.jsonl"],
        &["apply", "--auto-approve", "--audit-log", "out/new.jsonl"],
    ] {
        if args == ["plan", "--out", "out/plan.json"] {
            fs::remove_file(env.path().join("evil.txt.hcl")).unwrap();
        }
        let ran = env.sandbox(args);
        assert_eq!(ran.code, 1, "{args:?}: {ran}");
        assert!(ran.says("link"), "{args:?}: {ran}");
        assert_eq!(outside.files(), ["x.hcl", "x.log"], "{args:?}");
        assert_eq!(outside.read("x.hcl"), "a   =   1\n", "{args:?}");
        assert_eq!(outside.read("x.log"), "kept\n", "{args:?}");
    }
    // Elsewhere, where somebody says so.
    let log = outside.path().join("x.log");
    let ran = env.sandbox(&["apply", "--auto-approve", "--audit-log", log.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(outside.read("x.log").lines().count(), 4);
}

/// A mask that takes nothing away leaves no file of Enroll's to others.
#[test]
fn every_file_of_a_life_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnv::staff();
    let run = |args: &str| {
        let mut shell = std::process::Command::new("sh");
        let line = format!("umask 0; exec \"$0\" --sandbox {args}");
        shell.args(["-c", &line, env!("CARGO_BIN_EXE_enroll")]);
        env.prepare(&mut shell);
        let ran = env.finish(&mut shell);
        assert_eq!(ran.code, 0, "{args}: {ran}");
    };
    run("plan --out plan.json");
    run("apply --audit-log audit.jsonl plan.json");
    env.edit("people.csv", "Joan", "Jo");
    run("apply --auto-approve --audit-log audit.jsonl");
    let own = |name: &&String| name.starts_with(".enroll/") || name.contains(".json");
    let files = env.files();
    let own: Vec<_> = files.iter().filter(own).collect();
    let known = [
        "plan.json",
        "audit.jsonl",
        "state.json",
        "backup",
        "lock",
        "info",
        "seen.json",
        "applies/",
    ];
    for part in known {
        assert!(own.iter().any(|name| name.contains(part)), "no {part} in {own:?}");
    }
    for name in own {
        let path = env.path().join(name);
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600, "{name}");
        if name.starts_with(".enroll/") {
            assert_eq!(mode(path.parent().unwrap()), 0o700, "the folder of {name}");
        }
    }
}

/// What is no regular file makes nobody wait, wherever it stands: a run ends, well or with an error that names it.
#[test]
fn pipes_in_the_place_of_files_make_nobody_wait() {
    let json = "directory \"js\" {\n  json = \"people.json\"\n  key  = \"id\"\n}\n";
    for (pipe, refused) in [
        ("main.hcl", true),
        ("people.csv", true),
        ("people.json", true),
        ("t.txt", true),
        ("x.auto.vars.hcl", true),
        ("audit.jsonl", true),
        (".enroll/sandbox/prod.json", true),
        (".enroll/sandbox/prod.json.log", true),
        (".enroll/sandbox/enroll.state.json", true),
        (".enroll/sandbox/enroll.state.json.journal", true),
        (".enroll/sandbox/seen.json", true),
        // Written whole in its place, or only locked.
        (".enroll/sandbox/enroll.state.json.lock", false),
        (".enroll/sandbox/enroll.state.json.lock.info", false),
        (".enroll/sandbox/enroll.state.json.backup", false),
        (".enroll/sandbox/cache/prod.json", false),
        ("plan.json", false),
    ] {
        let env = TestEnv::staff();
        env.write("more.hcl", format!("{json}locals {{\n  t = file(\"t.txt\")\n}}\n"));
        env.write("people.json", "[{\"id\": \"1\"}]");
        env.write("t.txt", "x");
        let path = env.path().join(pipe);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let runs = [
            env.sandbox(&["plan", "--out", "plan.json"]),
            env.sandbox(&["apply", "--auto-approve", "--audit-log", "audit.jsonl"]),
        ];
        let last = runs.last().unwrap();
        assert_eq!(last.code, i32::from(refused), "{pipe}: {last}");
        assert!(
            !refused
                || last.says("it is no regular file")
                    && last.says(pipe.rsplit('/').next().unwrap())
                || pipe.contains("sandbox/prod"),
            "{pipe}: {last}"
        );
        assert!(runs.iter().all(|ran| [0, 1].contains(&ran.code)), "{pipe}");
    }
}

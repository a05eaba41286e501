//! Plan, apply, plan: the way of every day, its exit codes and its words.

use insta::assert_snapshot;

use crate::support::TestEnv;

#[test]
fn plan_apply_plan() {
    let env = TestEnv::staff();
    assert_snapshot!(env.sandbox(&["plan", "--detailed-exitcode"]), @r#"
    exit 2
    --- stdout
    SANDBOX: an embedded account stands in for the service

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
    --- stderr
    "#);
    assert_snapshot!(env.sandbox(&["apply", "--auto-approve", "--parallelism", "1"]), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

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
    account.prod["hr/E2"]: grace@example.com created [id=ID]
    account.prod["hr/E3"]: joan@example.com created [id=ID]

    Apply complete! 3 created, 0 adopted, 0 updated, 0 enabled, 0 disabled, 0 deleted, 0 forgotten.
    --- stderr
    "#);
    assert_snapshot!(env.sandbox(&["plan", "--detailed-exitcode"]), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    No changes.
    --- stderr
    "#);
}

/// Somebody new, somebody gone, somebody switched off, somebody renamed: each with its reason.
#[test]
fn a_day_in_the_directory() {
    let env = TestEnv::staff_applied();
    env.write(
        "people.csv",
        "id,email,first,team,status\n\
         E1,ada@example.com,Ada,Research,active\n\
         E2,grace.hopper@example.com,Grace,Engineering,left\n\
         E4,alan@example.com,Alan,Engineering,active\n",
    );
    assert_snapshot!(env.sandbox(&["plan", "--allow-removals", "2"]), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    ALLOWED past the guard: --allow-removals 2; the number names nobody

    Removals and downgrades:

      ↓~ account.prod["hr/E2"]  grace@example.com  disable, update (inactive in hr)
          user_name: "grace@example.com" → "grace.hopper@example.com"
          email: "grace@example.com" → "grace.hopper@example.com"
          active: true → false
          people.csv:3
      ↓ account.prod["hr/E3"]  joan@example.com  deprovision by disable (left rule staff)
          active: true → false

    Changes:

      + account.prod["hr/E4"]  alan@example.com  create (not in the account yet)
          user_name: "alan@example.com"
          given_name: "Alan"
          department: "Engineering"
          people.csv:4
      ~ account.prod["hr/E1"]  ada@example.com  update (changed in people.csv (team))
          department: "Engineering" → "Research"
          people.csv:2

    Guard: 2 removals planned at prod, at most 1 without the allowance given.

    Cost at prod: 5 writes, 2 reads and 7 lists.
    Plan: 1 to create, 0 to adopt, 2 to update, 0 to enable, 2 to disable, 0 to delete, 0 to forget; 0 blocked, 0 unchanged.
    --- stderr
    "#);
    let apply = env.sandbox(&["apply", "-auto-approve", "-allow-removals=2", "-parallelism=1"]);
    assert_snapshot!(apply, @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    ALLOWED past the guard: --allow-removals 2; the number names nobody

    Removals and downgrades:

      ↓~ account.prod["hr/E2"]  grace@example.com  disable, update (inactive in hr)
          user_name: "grace@example.com" → "grace.hopper@example.com"
          email: "grace@example.com" → "grace.hopper@example.com"
          active: true → false
          people.csv:3
      ↓ account.prod["hr/E3"]  joan@example.com  deprovision by disable (left rule staff)
          active: true → false

    Changes:

      + account.prod["hr/E4"]  alan@example.com  create (not in the account yet)
          user_name: "alan@example.com"
          given_name: "Alan"
          department: "Engineering"
          people.csv:4
      ~ account.prod["hr/E1"]  ada@example.com  update (changed in people.csv (team))
          department: "Engineering" → "Research"
          people.csv:2

    Guard: 2 removals planned at prod, at most 1 without the allowance given.

    Cost at prod: 5 writes, 2 reads and 7 lists.
    Plan: 1 to create, 0 to adopt, 2 to update, 0 to enable, 2 to disable, 0 to delete, 0 to forget; 0 blocked, 0 unchanged.
    account.prod["hr/E2"]: grace@example.com disabled [id=ID]
    account.prod["hr/E3"]: joan@example.com disabled [id=ID]
    account.prod["hr/E2"]: grace@example.com updated [id=ID]
    account.prod["hr/E1"]: ada@example.com updated [id=ID]
    account.prod["hr/E4"]: alan@example.com created [id=ID]

    Apply complete! 1 created, 0 adopted, 2 updated, 0 enabled, 2 disabled, 0 deleted, 0 forgotten.
    --- stderr
    "#);
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");
    // Who comes back is switched on again; whoever left stays in the state until then.
    env.edit("people.csv", ",left", ",active");
    assert_snapshot!(env.sandbox(&["plan"]), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    Changes:

      ↑ account.prod["hr/E2"]  grace.hopper@example.com  enable (active in hr again)
          active: false → true
          people.csv:3

    Cost at prod: 1 write, 0 reads and 4 lists.
    Plan: 0 to create, 0 to adopt, 0 to update, 1 to enable, 0 to disable, 0 to delete, 0 to forget; 0 blocked, 2 unchanged.
    --- stderr
    "#);
}

#[test]
#[allow(clippy::too_many_lines, reason = "it is the snapshot that is long")]
fn json_plan() {
    let env = TestEnv::staff_applied();
    env.edit("people.csv", "Joan,Sales,active", "Joan,Marketing,left");
    assert_snapshot!(env.sandbox(&["plan", "--format", "json"]), @r#"
    exit 0
    --- stdout
    {
      "format_version": "1.0",
      "enroll_version": "0.1.0",
      "complete": true,
      "sandbox": true,
      "basis": {
        "lineage": "LINEAGE",
        "serial": 1,
        "config": "sha256:SUM",
        "fingerprints": {
          "prod": "sha256:SUM"
        },
        "options": {}
      },
      "summary": {
        "create": 0,
        "adopt": 0,
        "update": 1,
        "enable": 0,
        "disable": 1,
        "delete": 0,
        "forget": 0,
        "blocked": 0,
        "unchanged": 2,
        "unmanaged": 0,
        "pending": 0,
        "paused": 0,
        "held": 0,
        "records": 0,
        "drifted": 0
      },
      "leavers": [],
      "changes": [
        {
          "address": "account.prod[\"hr/E3\"]",
          "connection": "prod",
          "user_name": "joan@example.com",
          "id": "ID",
          "actions": [
            "disable",
            "update"
          ],
          "blocked": [],
          "reason": "disabled_at_source",
          "changed_in": [
            {
              "file": "people.csv",
              "what": [
                "status",
                "team"
              ]
            }
          ],
          "rules": [
            "staff"
          ],
          "moved_from": null,
          "source": {
            "file": "people.csv",
            "line": 4
          },
          "attributes": [
            {
              "name": "active",
              "before": true,
              "after": false,
              "origin": "config"
            },
            {
              "name": "department",
              "before": "Sales",
              "after": "Marketing",
              "origin": "config"
            }
          ]
        }
      ],
      "records": [],
      "guards": [
        {
          "connection": "prod",
          "kind": "removals",
          "planned": 1,
          "limit": 1,
          "tripped": false,
          "by_kind": {
            "disable": 1,
            "delete": 0,
            "downgrade": 0,
            "forget": 0
          }
        },
        {
          "connection": "prod",
          "kind": "deletes",
          "planned": 0,
          "limit": 5,
          "tripped": false,
          "by_kind": {
            "disable": 0,
            "delete": 0,
            "downgrade": 0,
            "forget": 0
          }
        },
        {
          "connection": "prod",
          "kind": "privileges",
          "planned": 0,
          "limit": 0,
          "tripped": false,
          "by_kind": {
            "disable": 0,
            "delete": 0,
            "downgrade": 0,
            "forget": 0
          }
        }
      ],
      "cost": [
        {
          "connection": "prod",
          "list": 4,
          "read": 1,
          "write": 2,
          "seconds": 0
        }
      ],
      "diagnostics": []
    }
    --- stderr
    "#);
}

/// Where no plan can be made, JSON says why too.
#[test]
fn json_plan_that_failed() {
    let env = TestEnv::staff();
    env.edit("people.csv", "E2,", ",");
    assert_snapshot!(env.sandbox(&["plan", "--format", "json"]), @r#"
    exit 1
    --- stdout
    {
      "format_version": "1.0",
      "diagnostics": [
        {
          "severity": "error",
          "summary": "this person's `id` is empty",
          "detail": null,
          "file": "people.csv",
          "line": 3,
          "column": 1,
          "help": null
        }
      ]
    }
    --- stderr
    error: this person's `id` is empty
     --> people.csv:3:1
      |
    3 | …
      | ^
    "#);
}

#[test]
fn json_apply_is_one_object_a_line() {
    let env = TestEnv::staff();
    let ran = env.sandbox(&["apply", "-auto-approve", "-format=json", "-parallelism=1"]);
    assert_snapshot!(ran, @r#"
    exit 0
    --- stdout
    {"type":"start","address":"account.prod[\"hr/E1\"]","action":"create","id":null,"error":null}
    {"type":"done","address":"account.prod[\"hr/E1\"]","action":"create","id":"ID","error":null}
    {"type":"start","address":"account.prod[\"hr/E2\"]","action":"create","id":null,"error":null}
    {"type":"done","address":"account.prod[\"hr/E2\"]","action":"create","id":"ID","error":null}
    {"type":"start","address":"account.prod[\"hr/E3\"]","action":"create","id":null,"error":null}
    {"type":"done","address":"account.prod[\"hr/E3\"]","action":"create","id":"ID","error":null}
    {"type":"summary","done":3,"failed":0,"not_started":0}
    --- stderr
    "#);
}

#[test]
fn one_dash_is_as_good_as_two() {
    let env = TestEnv::staff();
    env.write("sub.hcl", "variable \"team\" {\n  default = \"none\"\n}\n");
    env.edit("main.hcl", "!= \"none\"", "!= var.team");
    let run = |args: &[&str]| env.run(args);
    let two = run(&["--sandbox", "plan", "--detailed-exitcode", "--var", "team=Sales"]);
    let one = run(&["-sandbox", "plan", "-detailed-exitcode", "-var", "team=Sales"]);
    let equals = run(&["-sandbox", "plan", "-detailed-exitcode", "-var=team=Sales"]);
    assert_eq!((one.code, &one.stdout), (2, &two.stdout), "{one}");
    assert_eq!((equals.code, &equals.stdout), (2, &two.stdout), "{equals}");
    assert!(two.last().starts_with("Plan: 2 to create"), "{two}");
}

/// Without somebody to ask, nothing is written: neither accounts nor state.
#[test]
fn without_a_terminal_apply_wants_auto_approve() {
    let env = TestEnv::staff();
    for args in [&["apply"][..], &["apply", "-no-input"]] {
        let ran = env.sandbox(args);
        assert_eq!(ran.code, 1, "{ran}");
        assert!(ran.stderr.contains("--auto-approve"), "{ran}");
    }
    assert!(!env.path().join(TestEnv::STATE).exists());
    assert!(env.sandbox(&["plan"]).last().starts_with("Plan: 3 to create"));
}

#[test]
fn colour_comes_when_asked_for_and_goes_when_told() {
    let env = TestEnv::staff();
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let ran = env.run_with(&[&["--sandbox", "plan"], args].concat(), variables);
        assert_eq!(ran.code, 0, "{ran}");
        ran.stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color=always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--no-color"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color=never"], &[("CLICOLOR_FORCE", "1")]));
}

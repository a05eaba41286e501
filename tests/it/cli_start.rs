//! The first minutes: init, validate, help, version, completions, wrong usage.

use insta::assert_snapshot;

use crate::support::{MAIN, PEOPLE, TestEnv};

#[test]
fn init_writes_a_configuration_that_plans() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["init"]), @r#"
    exit 0
    --- stdout
    Wrote main.hcl
    Wrote .gitignore

    Next: try it without credentials, in an embedded Zoom account:

      enroll --sandbox plan
      enroll --sandbox apply

    Then follow the checklist in main.hcl to connect the real one.
    --- stderr
    "#);
    let valid = env.run(&["validate"]);
    assert_eq!((valid.code, valid.stderr.as_str()), (0, ""), "{valid}");
    env.applied();
    let again = env.sandbox(&["plan", "-detailed-exitcode"]);
    assert_eq!((again.code, again.last()), (0, "No changes."), "{again}");
}

#[test]
fn init_touches_nothing_that_is_there() {
    let env = TestEnv::with(&[("mine.hcl", "locals {}\n")]);
    assert_snapshot!(env.run(&["init"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: there is a configuration already: `mine.hcl`
     |
     = help: `enroll init` starts a new one in a folder without *.hcl files
     = help: with a `backend` or `encrypt` in `enroll { … }` it moves the state there, or encrypts it
    "#);
    assert_eq!(env.files(), ["mine.hcl"]);

    let env = TestEnv::with(&[(".gitignore", "mine\n")]);
    assert_eq!(env.run(&["init"]).code, 0);
    assert_eq!(env.read(".gitignore"), "mine\n");
}

#[test]
fn validate_says_what_the_configuration_asks_for() {
    assert_snapshot!(TestEnv::staff().run(&["validate"]), @r#"
    exit 0
    --- stdout
    Success! The configuration is valid: it asks for 3 accounts at 1 connection.
    --- stderr
    "#);
}

/// All of them in one run, in the order of files and lines, whatever stage found them.
#[test]
fn validate_reports_every_error_at_once() {
    let env = TestEnv::with(&[
        ("main.hcl", MAIN),
        ("people.csv", PEOPLE),
        (
            "a.hcl",
            "rule \"sales\" {\n  connection = connection.prd\n  directory  = directory.hr\n  \
             filter     = person.taem == \"Sales\"\n  precedense = 3\n}\n",
        ),
        (
            "z.hcl",
            "user \"joan\" {\n  given_name = upper(local.nme)\n}\n\nresource \"x\" \"y\" {}\n",
        ),
    ]);
    assert_snapshot!(env.run(&["validate"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: there is no connection `prd`
     --> a.hcl:2:16
      |
    2 |   connection = connection.prd
      |                ^^^^^^^^^^^^^^
      |
      = help: did you mean `prod`?

    error: a person here has no `taem`
     --> a.hcl:4:16
      |
    4 |   filter     = person.taem == "Sales"
      |                ^^^^^^^^^^^ the columns are `id`, `email`, `first`, `team`, `status`
      |
      = help: did you mean `person.team`?

    error: rule "sales" takes no argument `precedense`
     --> a.hcl:5:3
      |
    5 |   precedense = 3
      |   ^^^^^^^^^^
      |
      = help: did you mean `precedence`?

    error: user "joan" has no `user_name`
     --> z.hcl:1:1
      |
    1 | user "joan" {
      | ^^^^^^^^^^^
      |
      = help: add the e-mail address that the person signs in with: `user_name = "…"`

    error: there is no local value `nme`
     --> z.hcl:2:22
      |
    2 |   given_name = upper(local.nme)
      |                      ^^^^^^^^^
      |
      = help: there are no local values

    error: there is no block `resource`
     --> z.hcl:5:1
      |
    5 | resource "x" "y" {}
      | ^^^^^^^^^^^^^^^^
      |
      = help: Enroll declares a person with `user "NAME" { … }` and assigns people with `rule "NAME" { … }`
    "#);
}

#[test]
fn validate_outside_of_a_configuration_says_where_to_start() {
    assert_snapshot!(TestEnv::new().run(&["validate"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: there is no configuration: no file `*.hcl` in this folder
     |
     = help: `enroll init` writes one to start from
     = help: `-C DIR` reads another folder
    "#);
    assert_snapshot!(TestEnv::new().run(&["-C", "nowhere", "validate"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: there is no folder `nowhere`
     |
     = help: check -C / --chdir
    "#);
}

#[test]
fn wrong_usage_ends_with_1() {
    let env = TestEnv::staff();
    assert_snapshot!(env.run(&["plan", "--allow-removal", "3"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: unexpected argument '--allow-removal' found

      tip: a similar argument exists: '--allow-removals'

    Usage: enroll plan --allow-removals <N>

    For more information, try '--help'.
    "#);
    for args in [&[][..], &["plam"], &["apply", "-parallelism=0"], &["plan", "--format=yaml"]] {
        assert_eq!(env.run(args).code, 1, "{args:?}");
    }
}

#[test]
fn version_and_help_are_results() {
    let env = TestEnv::new();
    let version = format!("enroll {}\n", env!("CARGO_PKG_VERSION"));
    for args in [&["version"][..], &["--version"], &["-version"], &["-V"]] {
        let ran = env.run(args);
        assert_eq!((ran.code, &ran.stdout), (0, &version), "{args:?}");
    }
    assert_snapshot!(env.run(&["-help"]), @r#"
    exit 0
    --- stdout
    Provision Zoom users from HCL files kept in git: plan, review, apply

    Usage: enroll [OPTIONS] <COMMAND>

    Commands:
      init             Write a starter configuration and a .gitignore, or move the state to a backend
      fmt              Lay the configuration's files out in the canonical way, as `terraform fmt` does
      validate         Read and check the whole configuration, offline and without credentials
      test-connection  Try each connection, or one, step by step: host, token, scope, list
      plan             Show what apply would do, and why. Changes nothing
      apply            Plan, ask, and carry the plan out
      show             Show a saved plan, or the state
      diff             Show what changed between two git revisions, account by account
      state            Look at the accounts in the state
      force-unlock     Take the lock of a shared state away from whoever holds it
      sandbox          Serve an embedded Zoom account on loopback, for clients of any kind
      completions      Print a completion script for a shell
      version          Print the version
      help             Print this message or the help of the given subcommand(s)

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
      -C, --chdir <DIR>
              Work in DIR instead of the current folder

          --sandbox
              Work against Zoom accounts embedded in Enroll: no network, no credentials, a state of its
              own under .enroll/sandbox/

          --color <WHEN>
              When to colour the output

              Possible values:
              - auto:   Where the output is a terminal and `NO_COLOR` is not set
              - always: Into files and pipes too
              - never:  Never

              [default: auto]

          --no-color
              Never colour the output

          --no-input
              Never ask: a question is an error

      -v, --verbose...
              Log what is sent and answered, without secrets, to standard error; -vv for more

          --log-format <FORMAT>
              The form of the log

              Possible values:
              - text: For people
              - json: One JSON object a line

              [default: text]

    Every long flag is taken with one dash too, as Terraform does: -auto-approve, -var
    domain=example.com.

    Exit codes: 0 success; 1 error, nothing was written; 2 with --detailed-exitcode, there is something
    to apply; 3 a saved plan does not cover the present, or fmt --check found work; 4 apply left work
    undone; 5 refused by a guard; 6 a list of accounts was incomplete.
    --- stderr
    "#);
}

#[test]
fn completions_are_a_script_that_bash_reads() {
    let env = TestEnv::new();
    let script = env.run(&["completions", "bash"]);
    assert_eq!(script.code, 0);
    env.write("enroll.bash", &script.stdout);
    let mut bash = std::process::Command::new("bash");
    env.prepare(&mut bash);
    let ask = "source enroll.bash; COMP_WORDS=(enroll pl); COMP_CWORD=1; _enroll enroll pl enroll; \
               echo ${COMPREPLY[*]}";
    let ran = env.finish(bash.args(["-c", ask]));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "plan\n"), "{ran}");
}

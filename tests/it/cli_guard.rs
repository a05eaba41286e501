//! What stands between a mistake and the people it would take from.

use insta::assert_snapshot;

use crate::support::{MAIN, TestEnv};

#[test]
fn a_guard_stops_apply_and_names_its_flag() {
    let env = TestEnv::staff_applied();
    env.edit("people.csv", "Engineering,active", "Engineering,left");
    let before = env.state();
    assert_snapshot!(env.sandbox(&["plan", "-detailed-exitcode"]), @r#"
    exit 2
    --- stdout
    SANDBOX: an embedded account stands in for the service

    Removals and downgrades:

      ↓ account.prod["hr/E1"]  ada@example.com  disable (inactive in hr)
          active: true → false
          people.csv:2
      ↓ account.prod["hr/E2"]  grace@example.com  disable (inactive in hr)
          active: true → false
          people.csv:3

    Guard: 2 removals planned at prod, at most 1 allowed: `apply` will refuse.
    If each of them is meant, `--allow-removals 2` lets 2 through. The number names nobody: a plan saved with `--out` lets only these through.

    Cost at prod: 2 writes, 0 reads and 4 lists.
    Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 2 to disable, 0 to delete, 0 to forget; 0 blocked, 1 unchanged.
    --- stderr
    "#);
    let refused = env.sandbox(&["apply", "-auto-approve"]);
    assert_eq!(refused.code, 5, "{refused}");
    assert_snapshot!(refused.stderr, @r#"
    error: refused by a guard: 2 removals planned at connection `prod`, at most 1 allowed
     |
     = help: a source that came back short looks just like this: look at each of them; if all are meant, `--allow-removals 2`
    "#);
    // One less or one more than planned is another plan than the one that was looked at.
    for wrong in ["1", "3"] {
        assert_eq!(env.sandbox(&["apply", "-auto-approve", "-allow-removals", wrong]).code, 5);
    }
    assert_eq!(env.state(), before);
    assert_eq!(env.sandbox(&["apply", "-auto-approve", "-allow-removals", "2"]).code, 0);
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");
}

#[test]
fn deletes_have_a_guard_of_their_own() {
    let env = TestEnv::staff();
    let policy = "actions {\n    remove_action = \"delete\"\n  }\n  guard {\n    max_deletes = 0";
    env.edit("main.hcl", "guard {", policy);
    env.applied();
    env.edit("people.csv", "Joan,Sales", "Joan,none");
    let refused = env.sandbox(&["apply", "-auto-approve"]);
    assert_eq!(refused.code, 5, "{refused}");
    assert_snapshot!(refused.stderr, @r#"
    error: refused by a guard: 1 delete planned at connection `prod`, at most 0 allowed
     |
     = help: a source that came back short looks just like this: look at each of them; if all are meant, `--allow-deletes 1`
    "#);
    let allowed = env.sandbox(&["apply", "-auto-approve", "-allow-deletes=1"]);
    assert_eq!(allowed.code, 0, "{allowed}");
    assert_eq!(env.sandbox(&["state", "list"]).stdout.lines().count(), 2);
}

/// Two rules; the one about Sales goes. Joan is selected by it alone, Ada by both.
fn rule_deleted(deprovision: bool) -> TestEnv {
    let sales = "
rule \"sales\" {
  connection = connection.prod
  directory  = directory.hr
  filter     = person.id == \"E1\" || person.id == \"E3\"
  mapping {
    user_name = person.email
  }
}
";
    let policy =
        format!("actions {{\n    deprovision_on_rule_deletion = {deprovision}\n  }}\n  guard {{");
    let main = MAIN.replace("guard {", &policy).replace("!= \"none\"", "== \"Engineering\"");
    let env = TestEnv::staff();
    env.write("main.hcl", main);
    env.write("sales.hcl", sales);
    env.applied();
    std::fs::remove_file(env.path().join("sales.hcl")).unwrap();
    env
}

#[test]
fn a_deleted_rule_leaves_its_accounts_alone() {
    let env = rule_deleted(false);
    assert_snapshot!(env.sandbox(&["plan"]), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    Removals and downgrades:

      . account.prod["hr/E3"]  joan@example.com  forget (rule sales deleted)

    Only the state learns:

        account.prod["hr/E1"]: its owning rules

    Cost at prod: 0 writes, 0 reads and 3 lists.
    Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 0 to disable, 0 to delete, 1 to forget; 0 blocked, 2 unchanged.
    --- stderr
    "#);
    env.applied();
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");
    assert!(!env.state().contains("joan@"));
}

#[test]
fn a_deleted_rule_takes_its_accounts_along_where_that_is_asked_for() {
    let env = rule_deleted(true);
    assert_snapshot!(env.sandbox(&["plan"]), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    Removals and downgrades:

      ↓ account.prod["hr/E3"]  joan@example.com  deprovision by disable (rule sales deleted)
          active: true → false

    Only the state learns:

        account.prod["hr/E1"]: its owning rules

    Cost at prod: 1 write, 1 read and 4 lists.
    Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 1 to disable, 0 to delete, 0 to forget; 0 blocked, 2 unchanged.
    --- stderr
    "#);
    env.applied();
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");
    assert_snapshot!(env.sandbox(&["state", "show", "joan@example.com"]), @r#"
    exit 0
    --- stdout
    account.prod["hr/E3"] {
      id             = "ID"
      user_name      = "joan@example.com"
      status         = "deprovisioned"
      origin         = "created"
      rules          = ["sales"]
      kept.user_type = "Basic"
      left.reason    = "rule_deleted"
      left.at        = "TIME"
      updated        = "TIME"
    }
    --- stderr
    "#);
}

/// A connection that goes while its accounts are in the state is never a silent drop.
#[test]
fn a_connection_that_left_is_an_error() {
    let env = TestEnv::staff_applied();
    env.edit("main.hcl", "\"prod\"", "\"production\"");
    env.edit("main.hcl", "connection.prod", "connection.production");
    assert_snapshot!(env.sandbox(&["plan"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: connection `prod` left the configuration, but the state has 3 of its accounts
     |
     = help: to keep them untouched, declare `connection "prod"` again with `enabled = false`
     = help: to remove them, keep the connection, delete its rules, set `deprovision_on_rule_deletion = true` in its `actions`, and apply before the connection goes
     = help: to leave them alone for good, keep the connection, delete its rules and apply: they are forgotten
    "#);
}

#[test]
fn prevent_removal_outlives_its_rule() {
    let env = TestEnv::staff();
    env.edit("main.hcl", "  mapping {", "  prevent_removal = true\n\n  mapping {");
    env.applied();
    env.edit("main.hcl", "  prevent_removal = true\n", "");
    env.edit("people.csv", "Joan,Sales", "Joan,none");
    let plan = env.sandbox(&["plan", "-detailed-exitcode"]);
    assert_snapshot!(plan, @r#"
    exit 2
    --- stdout
    1 person who left can still sign in:

      ! account.prod["hr/E3"]  joan@example.com  new, `rule.staff.prevent_removal`: `prevent_removal` of rule staff; to lift that, turn it off and apply while the account is still asked for

    SANDBOX: an embedded account stands in for the service

    Blocked:

      ! account.prod["hr/E3"]  joan@example.com  no change (left rule staff)
          ! deprovision by disable blocked by rule.staff.prevent_removal: `prevent_removal` of rule staff; to lift that, turn it off and apply while the account is still asked for
          active: true → false

    Only the state learns:

        account.prod["hr/E1"]: its protection
        account.prod["hr/E2"]: its protection

    No changes to accounts; 2 records to update.
    --- stderr
    "#);
}

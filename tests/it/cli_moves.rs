//! `moved`, `removed` and `--target`, through the binary.

use crate::support::TestEnv;

/// The key column changes while a name is mended: a block says that it is the same person.
#[test]
fn a_moved_record_is_renamed_in_the_state_and_nothing_is_sent_for_it() {
    let env = TestEnv::staff_applied();
    env.write(
        "people.csv",
        env.read("people.csv").replace("E1,ada@example.com,Ada", "N1,augusta@example.com,Augusta"),
    );
    let without = env.sandbox(&["plan"]);
    assert!(without.stdout.contains("deprovision by disable"), "{without}");

    let block =
        "\nmoved {\n  from = account.prod[\"hr/E1\"]\n  to   = account.prod[\"hr/N1\"]\n}\n";
    env.write("main.hcl", env.read("main.hcl") + block);
    let plan = env.sandbox(&["plan"]);
    for line in [
        "  ~ account.prod[\"hr/N1\"]  ada@example.com  update (changed in people.csv (email, first))",
        "      moved from account.prod[\"hr/E1\"]",
    ] {
        assert!(plan.stdout.lines().any(|l| l == line), "{plan}");
    }
    assert!(
        plan.last().contains("0 to create, 0 to adopt, 1 to update, 0 to enable, 0 to disable")
    );
    let done = env.sandbox(&["apply", "--auto-approve"]);
    assert_eq!(done.code, 0, "{done}");
    let listed = env.sandbox(&["state", "list"]).stdout;
    assert_eq!(
        listed,
        "account.prod[\"hr/E2\"]\naccount.prod[\"hr/E3\"]\naccount.prod[\"hr/N1\"]\n"
    );
    // The block may stay.
    assert_eq!(env.sandbox(&["plan", "--detailed-exitcode"]).code, 0);
}

#[test]
fn a_removed_block_says_how_an_account_ends() {
    let env = TestEnv::staff_applied();
    let people = env.read("people.csv");
    env.write("people.csv", people.replace("E3,joan@example.com,Joan,Sales,active\n", ""));
    let with = |deprovision: bool| {
        let main = crate::support::MAIN;
        let from = "from        = account.prod[\"hr/E3\"]";
        env.write(
            "main.hcl",
            format!("{main}\nremoved {{\n  {from}\n  deprovision = {deprovision}\n}}\n"),
        );
    };
    with(true);
    let plan = env.sandbox(&["plan"]).stdout;
    let line = "↓ account.prod[\"hr/E3\"]  joan@example.com  deprovision by disable (named by a removed block)";
    assert!(plan.contains(line), "{plan}");
    with(false);
    let forgot = env.sandbox(&["apply", "--auto-approve"]);
    assert!(forgot.code == 0 && forgot.stdout.contains("1 forgotten."), "{forgot}");
    // Forgotten, not switched off: the sandbox still has her, as a stranger.
    let after = env.sandbox(&["plan", "--show-unmanaged"]).stdout;
    assert!(after.contains("joan@example.com") && after.contains("No changes."), "{after}");
}

/// Saved with its targets; the apply of it does no more, and the rest waits.
#[test]
fn a_target_is_planned_saved_and_applied_alone() {
    let env = TestEnv::staff();
    let saved = env.sandbox(&[
        "plan",
        "-target=ada@example.com",
        "-target",
        "account.prod[\"hr/E3\"]",
        "-out=some.json",
    ]);
    assert!(saved.stdout.contains("\nPlan: 2 to create,"), "{saved}");
    assert!(saved.stderr.contains("1 more account has something to do"), "{saved}");
    let applied = env.sandbox(&["apply", "some.json"]);
    assert!(
        applied.code == 0 && applied.last().starts_with("Apply complete! 2 created"),
        "{applied}"
    );
    assert!(env.sandbox(&["plan"]).last().starts_with("Plan: 1 to create"));
    let beside = env.sandbox(&["apply", "some.json", "--target", "grace@example.com"]);
    assert!(
        beside.code == 1 && beside.stderr.contains("--target can't stand beside a saved plan"),
        "{beside}"
    );
    let nobody = env.sandbox(&["plan", "--target", "nobody@example.com"]);
    assert!(nobody.stderr.contains("--target nobody@example.com: no such account"), "{nobody}");
    let wrong = env.sandbox(&["plan", "--target", "account.prod[ada]"]);
    assert_eq!(wrong.code, 1, "{wrong}");
}

/// Who is named does not make room for everybody else's removal, nor hide it.
#[test]
fn a_guard_counts_everybody_whoever_is_named() {
    let env = TestEnv::staff_applied();
    env.write("people.csv", "id,email,first,team,status\nE1,ada@example.com,Ada,Sales,active\n");
    let refused = env.sandbox(&["apply", "--auto-approve", "--target", "ada@example.com"]);
    assert_eq!(refused.code, 5, "{refused}");
    let allowed = env.sandbox(&[
        "apply",
        "--auto-approve",
        "--target",
        "ada@example.com",
        "--allow-removals",
        "2",
    ]);
    assert!(
        allowed.code == 0 && allowed.stdout.contains("0 created, 0 adopted, 1 updated"),
        "{allowed}"
    );
}

//! Saved plans: what was reviewed is what happens.

use insta::assert_snapshot;

use crate::support::TestEnv;

const SAVE: [&str; 2] = ["plan", "-out=review.json"];
const APPLY: [&str; 3] = ["apply", "-parallelism=1", "review.json"];

/// Nobody is asked: the review was the question.
#[test]
fn a_saved_plan_is_carried_out_and_once_done_skipped() {
    let env = TestEnv::staff();
    let saved = env.sandbox(&SAVE);
    let words: Vec<&str> = saved.stdout.lines().rev().take(2).collect();
    assert_eq!(
        words.first(),
        Some(&"To carry out exactly this: enroll --sandbox apply review.json")
    );
    let shown = env.sandbox(&["show", "review.json"]);
    assert!(saved.stdout.starts_with(&shown.stdout), "{saved}{shown}");
    let done = env.sandbox(&APPLY);
    assert!(done.code == 0 && done.last().starts_with("Apply complete! 3 created"), "{done}");
    assert_snapshot!(env.sandbox(&APPLY), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    No changes.
    --- stderr
    No longer needed, and skipped: 3 reviewed changes.
    "#);
}

#[test]
fn a_plan_is_not_saved_over_what_is_needed_otherwise() {
    let env = TestEnv::staff();
    env.write("enroll.state.json", "kept");
    let files = env.files();
    for name in [
        "enroll.state.json",
        "./Enroll.State.json.backup",
        "enroll.state.json.journal",
        "main.hcl",
        "new.hcl",
    ] {
        let ran = env.sandbox(&["plan", "--out", name]);
        assert_eq!(ran.code, 1, "{name}: {ran}");
        assert!(ran.says("no plan can be saved in") && ran.stdout.is_empty(), "{name}: {ran}");
        assert_eq!((env.files(), env.read("enroll.state.json")), (files.clone(), "kept".into()));
    }
}

/// Somebody new since the review: nothing happens, and only what nobody saw is shown.
#[test]
fn what_was_not_reviewed_stops_all_of_it() {
    let env = TestEnv::staff();
    env.sandbox(&SAVE);
    env.write("people.csv", env.read("people.csv") + "E4,eve@example.com,Eve,Sales,active\n");
    assert_snapshot!(env.sandbox(&APPLY), @r#"
    exit 3
    --- stdout
      + account.prod["hr/E4"]  eve@example.com  create (not in the account yet)
          user_name: "eve@example.com"
          given_name: "Eve"
          department: "Sales"
          people.csv:5
    --- stderr
    error: the saved plan does not cover 1 of the changes that are needed now; nothing was changed
     |
     = they stand above; something moved since the plan was saved
     = help: plan again, and let the new plan be reviewed
    "#);
    assert!(!env.path().join(TestEnv::STATE).exists());
}

#[test]
fn an_edited_plan_is_refused() {
    let env = TestEnv::staff();
    env.sandbox(&SAVE);
    env.edit("review.json", "joan@example.com", "eve@example.com");
    assert_snapshot!(env.sandbox(&APPLY), @r#"
    exit 1
    --- stdout
    --- stderr
    error: the plan `review.json` can't be used: its checksum does not match: it was edited or damaged since it was saved
     |
     = help: plan again: `enroll plan --out FILE`
    "#);
    assert_eq!(env.sandbox(&["show", "review.json"]).code, 1);
}

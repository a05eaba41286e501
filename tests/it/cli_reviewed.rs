//! Saved plans: what was reviewed is what happens, or nothing does.

use crate::support::{PEOPLE, TestEnv};

/// A company with a plan saved that changes Ada's and Joan's teams and lets Grace go.
fn reviewed() -> TestEnv {
    let env = TestEnv::staff_applied();
    env.edit("people.csv", "Ada,Engineering", "Ada,Research");
    env.edit("people.csv", "Joan,Sales", "Joan,Marketing");
    env.edit("people.csv", "Grace,Engineering,active", "Grace,Engineering,left");
    let saved = env.sandbox(&["plan", "-out=reviewed.json"]);
    assert!(saved.code == 0 && saved.stdout.contains("apply reviewed.json"), "{saved}");
    env
}

fn apply(env: &TestEnv) -> crate::support::Ran {
    env.sandbox(&["apply", "reviewed.json"])
}

#[test]
fn a_reviewed_plan_is_carried_out_without_asking_and_once() {
    let env = reviewed();
    let fresh = env.sandbox(&["plan"]);
    let shown = env.sandbox(&["show", "reviewed.json"]);
    assert_eq!((shown.code, &shown.stdout), (0, &fresh.stdout));
    let done = apply(&env);
    assert!(done.code == 0 && done.last().contains("2 updated"), "{done}");
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");
    let again = apply(&env);
    assert!(again.code == 0 && again.stderr.contains("skipped: 3 reviewed changes"), "{again}");
}

#[test]
fn what_another_apply_did_meanwhile_is_skipped() {
    let env = reviewed();
    let files = env.read("people.csv");
    env.write("people.csv", PEOPLE.replace("Ada,Engineering", "Ada,Research"));
    env.applied();
    env.write("people.csv", files);
    let done = apply(&env);
    assert!(done.code == 0 && done.stderr.contains("1 reviewed change"), "{done}");
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");
}

#[test]
fn what_nobody_reviewed_does_not_happen() {
    for (from, to, whom) in [
        ("Joan,Marketing,active", "Joan,Marketing,left", "hr/E3"),
        ("Ada,Research", "Ada,Boardroom", "hr/E1"),
        (
            "Joan,Marketing,active\n",
            "Joan,Marketing,active\nE4,new@example.com,New,Sales,active\n",
            "hr/E4",
        ),
    ] {
        let env = reviewed();
        let before = env.state();
        env.edit("people.csv", from, to);
        let refused = apply(&env);
        assert_eq!(refused.code, 3, "{refused}");
        let shown = refused.stdout.matches("account.prod[").count();
        assert!(shown == 1 && refused.stdout.contains(whom), "{refused}");
        assert_eq!(env.state(), before);
    }
}

#[test]
fn a_plan_that_was_edited_or_is_of_elsewhere_is_refused() {
    let env = reviewed();
    let good = env.read("reviewed.json");
    let before = env.state();
    for bad in
        [good.replacen("Research", "Sales", 1), good[..good.len() / 2].to_owned(), String::new()]
    {
        env.write("reviewed.json", &bad);
        let refused = apply(&env);
        assert!(refused.code == 1 && refused.stderr.contains("reviewed.json"), "{refused}");
    }
    env.write("reviewed.json", &good);
    let outside = env.run(&["apply", "reviewed.json"]);
    assert!(outside.code == 1 && outside.stderr.contains("made in the sandbox"), "{outside}");
    let flags = env.sandbox(&["apply", "-confirm=ada@example.com", "reviewed.json"]);
    assert!(flags.code == 1 && flags.stderr.contains("options travel in the plan"), "{flags}");
    assert_eq!(env.state(), before);
    // Another state: that of a new start.
    std::fs::remove_dir_all(env.path().join(".enroll")).unwrap();
    let other = apply(&env);
    assert!(other.code == 1 && other.stderr.contains("another state"), "{other}");
}

#[test]
fn a_guess_is_neither_saved_nor_applied() {
    let env = TestEnv::staff_applied();
    let guess = env.sandbox(&["plan", "-refresh=false", "-out=guess.json"]);
    assert!(guess.code == 1 && guess.stdout.contains("NOT REFRESHED"), "{guess}");
    assert!(!env.files().contains(&"guess.json".to_owned()));
    assert_eq!(env.sandbox(&["apply", "-auto-approve", "-refresh=false"]).code, 1);
}

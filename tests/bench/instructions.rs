//! The same steps, with their instructions counted: a loop inside a loop shows, whether it allocates or not.
//!
//! Valgrind counts them, so that the machine and its load don't matter. It runs the tests of [`super::stages`]
//! at fewer people, since it is fifty times as slow; `tests/run.sh` installs it.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::count::{COUNTED, SIZES, too_much};

const FEW: usize = 500;
const MANY: usize = 1_000;

/// The frame whose instructions are counted, one file for each time that it is left.
const FRAME: &str = "growth::count::measured_step";

fn grow_gently(test: &str) {
    let folder = TempDir::new().unwrap();
    let profile = folder.path().join("profile");
    let ran = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg("--collect-atstart=no")
        .arg(format!("--toggle-collect={FRAME}"))
        .arg(format!("--dump-after={FRAME}"))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(SIZES, format!("{FEW},{MANY}"))
        .output()
        .unwrap_or_else(|error| {
            panic!("valgrind can't be run ({error}): tests/run.sh installs it")
        });
    let out = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{out}\n{}", String::from_utf8_lossy(&ran.stderr));

    let mut counted: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    let steps = out.lines().filter_map(|line| line.strip_prefix(COUNTED)?.strip_prefix('\t'));
    for (at, step) in steps.enumerate() {
        let mut fields = step.split('\t');
        let (name, people) = (fields.next().unwrap(), fields.next().unwrap());
        let size = usize::from(people.parse::<usize>().unwrap() == MANY);
        let file = profile.with_extension((at + 1).to_string());
        counted.entry(name).or_default()[size] = instructions(&fs::read_to_string(file).unwrap());
    }
    assert!(!counted.is_empty(), "{out}");
    let mut wrong = Vec::new();
    for (name, [few, many]) in counted {
        assert!(few > 0.0 && many > 0.0, "{name} was not seen: {out}");
        wrong.extend(too_much([FEW, MANY], few, many).map(|growth| {
            format!("{name}: {few} instructions for {FEW} people, {many} for {MANY}: {growth}")
        }));
    }
    assert!(wrong.is_empty(), "more than n log n:\n{}", wrong.join("\n"));
}

fn instructions(profile: &str) -> f64 {
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
    total.trim().parse().unwrap()
}

#[test]
#[ignore = "needs valgrind and a minute: tests/run.sh"]
fn of_reading_and_rules() {
    grow_gently("stages::reading_and_rules_grow_gently");
}

#[test]
#[ignore = "needs valgrind and a minute: tests/run.sh"]
fn of_a_settled_plan() {
    grow_gently("stages::a_settled_plan_grows_gently");
}

#[test]
#[ignore = "needs valgrind and a minute: tests/run.sh"]
fn of_a_plan_with_work() {
    grow_gently("stages::a_plan_with_work_grows_gently");
}

#[test]
#[ignore = "needs valgrind and a minute: tests/run.sh"]
fn of_rendering() {
    grow_gently("stages::rendering_grows_gently");
}

#[test]
#[ignore = "needs valgrind and a minute: tests/run.sh"]
fn of_an_apply_and_its_state() {
    grow_gently("stages::an_apply_and_its_state_grow_gently");
}

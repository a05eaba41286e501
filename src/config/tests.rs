//! The cases of `tests/samples/config`, and what can't be said in one of them.

use super::testing::run;

#[test]
fn syntax() {
    run("syntax");
}

#[test]
fn blocks() {
    run("blocks");
}

#[test]
fn variables() {
    run("variables");
}

#[test]
fn connections() {
    run("connections");
}

#[test]
fn secrets() {
    run("secrets");
}

#[test]
fn directories() {
    run("directories");
}

#[test]
fn rules() {
    run("rules");
}

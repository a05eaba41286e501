//! Diagnostics laid out.

use proptest::prelude::*;

use crate::diagnostic::{Diagnostic, Place, Sources, Span};
use crate::render::diagnostics;

fn place(text: &str, needle: &str) -> Place {
    let mut sources = Sources::default();
    let at = text.find(needle).unwrap();
    let file = sources.add("main.hcl", text.to_owned());
    sources.place(Span::new(file, at..at + needle.len()))
}

#[test]
fn a_place_is_shown_with_its_line_and_a_caret() {
    let text = "connection \"prod\" {\n  scim_ulr = \"https://x\"\n}\n";
    let found = Diagnostic::error("there is no attribute `scim_ulr` in `connection`")
        .at(place(text, "scim_ulr"))
        .detail("not known here")
        .help("did you mean `scim_url`?")
        .help("`enroll init` writes a commented example");
    insta::assert_snapshot!(diagnostics(&[found], false), @r#"
    error: there is no attribute `scim_ulr` in `connection`
     --> main.hcl:2:3
      |
    2 |   scim_ulr = "https://x"
      |   ^^^^^^^^ not known here
      |
      = help: did you mean `scim_url`?
      = help: `enroll init` writes a commented example
    "#);
}

#[test]
fn several_findings_stand_apart_and_other_places_follow() {
    let text = "user \"ada\" {}\nuser \"ada\" {}\n";
    let second = Diagnostic::error("the key `ada` stands twice")
        .at({
            let mut place = place(text, "\"ada\"");
            place.line = 2;
            place
        })
        .related(place(text, "\"ada\""), "first here")
        .help("rename one of them");
    let found = [
        second,
        Diagnostic::warning("the switch `disable` is idle").detail("`update` is off"),
        Diagnostic::note("--allow-removals is ignored: no guard has tripped").help("drop it"),
        Diagnostic::error("nothing to point at"),
    ];
    insta::assert_snapshot!(diagnostics(&found, false), @r#"
    error: the key `ada` stands twice
     --> main.hcl:2:6
      |
    2 | user "ada" {}
      |      ^^^^^
      |
     --> main.hcl:1:6
      |
    1 | user "ada" {}
      |      ^^^^^ first here
      |
      = help: rename one of them

    warning: the switch `disable` is idle
     |
     = `update` is off

    note: --allow-removals is ignored: no guard has tripped
     |
     = help: drop it

    error: nothing to point at
    "#);
}

#[test]
fn help_of_several_lines_stays_together() {
    let found = Diagnostic::error("a literal stands where a secret belongs")
        .at(place("a = 1\n", "1"))
        .detail("first line\nsecond line")
        .help("take it from the environment:\n  token = env(\"TOKEN\")");
    insta::assert_snapshot!(diagnostics(&[found], false), @r#"
    error: a literal stands where a secret belongs
     --> main.hcl:1:5
      |
    1 | a = 1
      |     ^
      |
      = first line
        second line
      = help: take it from the environment:
                token = env("TOKEN")
    "#);
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let text = "\tname = \"\u{1b}[2J\u{202e}evil\" # x";
    let mut place = place(text, "evil");
    place.file = "a\u{1b}[31m.csv".into();
    let found = Diagnostic::error("bad \u{1b}[31mvalue\nerror: forged")
        .at(place.clone())
        .detail("\u{202e}detail")
        .related(place, "\u{7}label")
        .help("\u{9b}help");
    let shown = diagnostics(&[found], false);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    assert!(!shown.contains('\u{202e}'));
    insta::assert_snapshot!(shown, @r#"
    error: bad \u{1b}[31mvalue\nerror: forged
     --> a\u{1b}[31m.csv:1:15
      |
     --> 
    1 |     name = "\u{1b}[2J\u{202e}evil" # x
      |                              ^^^^ \u{202e}detail
     --> a\u{1b}[31m.csv:1:15
      |
     --> 
    1 |     name = "\u{1b}[2J\u{202e}evil" # x
      |                              ^^^^ \u{7}label
      |
      = help: \u{9b}help
    "#);
}

#[test]
fn a_place_without_a_line_names_the_file() {
    let place =
        Place { file: "people.csv".into(), line: 0, column: 0, text: String::new(), range: 0..0 };
    let empty = Place { line: 3, column: 1, ..place.clone() };
    let found =
        [Diagnostic::error("it is empty").at(place), Diagnostic::error("a row is empty").at(empty)];
    insta::assert_snapshot!(diagnostics(&found, false), @r#"
    error: it is empty
    --> people.csv

    error: a row is empty
     --> people.csv:3:1
      |
    3 |
      | ^
    "#);
}

#[test]
fn a_cut_line_keeps_its_column() {
    let text = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
    let found = Diagnostic::error("too long").at(place(&text, "HERE"));
    assert!(diagnostics(&[found], false).contains("main.hcl:1:5001"));
}

#[test]
fn colour_is_asked_for() {
    let found = [Diagnostic::error("no")];
    assert!(diagnostics(&found, true).contains('\u{1b}'));
    assert!(!diagnostics(&found, false).contains('\u{1b}'));
    assert_eq!(diagnostics(&[], true), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_place_and_no_words_make_it_fail(
        text in any::<String>(),
        (start, length) in (0..40_u32, 0..40_u32),
        (line, column) in (1..u32::MAX, 1..u32::MAX),
        words in any::<String>(),
    ) {
        let place = Place {
            file: words.as_str().into(), line, column, text, range: start..start + length,
        };
        let found = Diagnostic::error(words.clone())
            .at(place.clone())
            .detail(words.clone())
            .related(place, words.clone())
            .help(words);
        let shown = diagnostics(&[found], false);
        prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    }
}

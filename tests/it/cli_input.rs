//! Directories that came back broken: an error, exit 1, nothing planned, the state untouched.

use insta::assert_snapshot;

use crate::support::{PEOPLE, Ran, TestEnv};

/// Runs plan and apply on a broken file over an applied state. Both must refuse alike, whatever flags
/// are given, and leave every byte of the state.
fn broken(people: impl AsRef<[u8]>) -> Ran {
    let env = TestEnv::staff_applied();
    env.write("people.csv", people);
    let before = env.state();
    let plan = env.sandbox(&["plan", "-detailed-exitcode"]);
    let flags = ["apply", "-auto-approve", "-allow-empty=hr", "-allow-removals=3", "-first-run"];
    let apply = env.sandbox(&flags);
    assert_eq!((plan.code, apply.code), (1, 1), "{plan}\n{apply}");
    assert_eq!(plan.stdout, "", "{plan}");
    assert_eq!(plan.stderr, apply.stderr);
    assert_eq!(env.state(), before);
    env.write("people.csv", PEOPLE);
    assert_eq!(env.sandbox(&["plan"]).last(), "No changes.");
    plan
}

#[test]
fn an_empty_file() {
    assert_snapshot!(broken(""), @r#"
    exit 1
    --- stdout
    --- stderr
    error: `people.csv` is empty
     --> people.csv:1:1
      |
    1 | …
      | ^
      |
      = help: a directory's file has a header row with the names of the columns
    "#);
}

#[test]
fn a_file_cut_in_the_middle_of_a_row() {
    let half = PEOPLE.get(..PEOPLE.find("Engineering,active\nE3").unwrap()).unwrap();
    assert_snapshot!(broken(half), @r#"
    exit 1
    --- stdout
    --- stderr
    error: this row has 4 fields, the header has 5
     --> people.csv:3:1
      |
    3 | …
      | ^
      |
      = help: is the file complete? a cell without a value still has its comma
    "#);
}

#[test]
fn a_file_cut_inside_quotes() {
    let text = PEOPLE.replace("Grace,", "\"Grace,");
    assert_snapshot!(broken(text), @r#"
    exit 1
    --- stdout
    --- stderr
    error: this quote is never closed
     --> people.csv:3:22
      |
    3 |                      …
      |                      ^ everything behind it would be one cell
      |
      = help: is the file complete? a quote inside a quoted cell is doubled: ""
    "#);
}

#[test]
fn a_missing_key_column() {
    assert_snapshot!(broken(PEOPLE.replace("id,", "number,")), @r#"
    exit 1
    --- stdout
    --- stderr
    error: `people.csv` has no column `id`
      --> main.hcl:14:9
       |
    14 |   key = "id"
       |         ^^^^
       |
       = help: columns: `number`, `email`, `first`, `team`, `status`
    "#);
}

#[test]
fn a_missing_column_that_a_rule_reads() {
    assert_snapshot!(broken(PEOPLE.replace("status", "state")), @r#"
    exit 1
    --- stdout
    --- stderr
    error: a person here has no `status`
      --> main.hcl:26:18
       |
    26 |     active     = person.status == "active"
       |                  ^^^^^^^^^^^^^ the columns are `id`, `email`, `first`, `team`, `state`
       |
       = help: did you mean `person.state`?
    "#);
}

#[test]
fn empty_and_double_keys() {
    assert_snapshot!(broken(PEOPLE.replace("E2,", ",").replace("E3,", "E1,")), @r#"
    exit 1
    --- stdout
    --- stderr
    error: this person's `id` is empty
     --> people.csv:3:1
      |
    3 | …
      | ^

    error: the id `E1` stands in this file twice
     --> people.csv:4:1
      |
    4 | …
      | ^
      |
     --> people.csv:2:1
      |
    2 | …
      | ^ first here
      |
      = help: a key belongs to one person: it is what Enroll knows the account by
    "#);
}

#[test]
fn a_row_that_is_too_long() {
    assert_snapshot!(broken(PEOPLE.replace("Grace", "Grace,B.")), @r#"
    exit 1
    --- stdout
    --- stderr
    error: this row has 6 fields, the header has 5
     --> people.csv:3:1
      |
    3 | …
      | ^
      |
      = help: a cell that holds a comma stands in quotes: "Lovelace, Ada"
    "#);
}

#[test]
fn bytes_that_are_not_utf_8() {
    let mut bytes = PEOPLE.as_bytes().to_vec();
    let at = PEOPLE.find("Joan").unwrap();
    bytes[at] = 0xe9;
    assert_snapshot!(broken(bytes), @r#"
    exit 1
    --- stdout
    --- stderr
    error: `people.csv` is not UTF-8
      --> people.csv:4:21
       |
     4 |                     …
       |                     ^ the byte 0xE9 can't stand here
       |
      --> main.hcl:13:9
       |
    13 |   csv = "people.csv"
       |         ^^^^^^^^^^^^ the file is named here
       |
       = help: save the file as UTF-8
    "#);
}

/// A header and nobody is a whole file, so it may be meant; saying so is `--allow-empty`.
#[test]
fn a_header_and_nobody() {
    let env = TestEnv::staff_applied();
    env.write("people.csv", "id,email,first,team,status\n");
    let before = env.state();
    assert_snapshot!(env.sandbox(&["plan"]), @r#"
    exit 1
    --- stdout
    --- stderr
    error: directory `hr` yields nobody, but the state has 3 accounts from it
      --> main.hcl:12:1
       |
    12 | directory "hr" {
       | ^^^^^^^^^^^^^^ `people.csv` holds no person
       |
       = help: a source that comes back empty would remove everybody, so nothing is planned
       = help: if everybody did leave, say so: `--allow-empty hr`

    error: rule `staff` selects nobody, but the state has 3 accounts from it
      --> main.hcl:17:1
       |
    17 | rule "staff" {
       | ^^^^^^^^^^^^
       |
       = help: a filter that lets nobody through would remove everybody, so nothing is planned
       = help: if everybody did leave, say so: `--allow-empty rule.staff`; to end the rule, delete it
    "#);
    assert_eq!(env.sandbox(&["apply", "-auto-approve"]).code, 1);
    assert_eq!(env.state(), before);
    let plan = env.sandbox(&["plan", "-allow-empty=hr"]);
    assert!(plan.says("3 to disable"), "{plan}");
}

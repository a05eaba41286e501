//! Exports and directories.

use super::service::{Manners, Service};
use super::{Case, not_yet};
use crate::support::Ran;

/// The next export writes one department with separate accents. It looks the same, and nobody loses the account.
#[test]
fn case_14_decomposed_department() {
    let case = Case::new("14-decomposed-department");
    case.apply(&["-sandbox"], 0);
    case.replace("people.csv", "later.csv");
    case.plan(&["-sandbox"], 0);
}

/// A service keeps names in form C, whatever is sent: the two look alike, and are.
#[test]
fn case_15_service_keeps_composed_names() {
    let clean: fn(&str) -> String = |text| text.replace("e\u{308}", "\u{eb}");
    let service = Service::new(Manners { clean: Some(clean), ..Manners::default() });
    let case = Case::at("15-service-keeps-composed-names", &service);
    case.apply(&[], 0);
    case.plan(&[], 0);
}

/// Runs `validate`, which must end so.
fn validate(case: &Case, code: i32) -> Ran {
    let ran = case.run(&["validate"]);
    assert_eq!(ran.code, code, "{ran}");
    ran
}

/// What a run says, on one line.
fn said(ran: &Ran) -> String {
    format!("{} {}", ran.stdout, ran.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn case_16_freeipa_truncated() {
    let case = Case::new("16-freeipa-truncated");
    for args in
        [&["validate"][..], &["--sandbox", "plan"], &["--sandbox", "apply", "-auto-approve"]]
    {
        let ran = case.run(args);
        assert_eq!(ran.code, 1, "{ran}");
        assert!(
            said(&ran).contains(
                "`ipa.json` is not the whole export: `result.truncated` says that there are more"
            ),
            "{ran}"
        );
    }
}

#[test]
fn case_17_page_one_of_five() {
    let case = Case::new("17-page-one-of-five");
    let ran = validate(&case, 1);
    assert!(said(&ran).contains("it is page 1 of 5 (`page` and `totalPages`)"), "{ran}");
    case.replace("people.json", "whole.json");
    validate(&case, 0);
}

#[test]
fn case_18_json_number_changes() {
    let case = Case::new("18-json-number-changes");
    let ran = case.run(&["--sandbox", "plan"]);
    assert!(ran.stdout.contains("employee_number: \"1971756062836379\""), "{ran}");
    case.write("people.json", "[{\"id\": \"1\", \"email\": \"a@example.com\", \"n\": 1e400}]");
    let ran = validate(&case, 1);
    assert!(said(&ran).contains("the number in `n` of record 1 can't be held exactly"), "{ran}");
}

#[test]
fn case_19_powershell_type_line() {
    let case = Case::new("19-powershell-type-line");
    assert!(validate(&case, 0).stdout.contains("2 accounts"));
    let people = case.env.read("people.csv");
    let (_, rows) = people.split_once('\n').unwrap();
    for first in ["sep=,", "\"sep=,\"", "SEP=,\r"] {
        case.write("people.csv", format!("{first}\n{rows}"));
        assert!(validate(&case, 0).stdout.contains("2 accounts"), "{first}");
    }
    for first in
        ["version:v1.0", "Employees of Example Inc.", "Employees,,,", "Employees\n\nas of,today"]
    {
        case.write("people.csv", format!("{first}\n{rows}"));
        let ran = validate(&case, 1);
        assert_eq!(ran.stderr.matches("error").count(), 1, "{ran}");
        assert!(said(&ran).contains("the first line is no header"), "{ran}");
        assert!(said(&ran).contains("`tail -n +"), "{ran}");
    }
}

#[test]
fn case_20_excel_empty_rows() {
    let case = Case::new("20-excel-empty-rows");
    assert!(validate(&case, 0).stdout.contains("2 accounts"));
    case.write(
        "people.csv",
        "id,email,first,last\nE1,ada@example.com,Ada,A\n,,,\n,,,\nE2,bo@example.com,Bo,B\n",
    );
    let ran = validate(&case, 1);
    assert_eq!(ran.stderr.matches("error").count(), 1, "{ran}");
    assert!(said(&ran).contains("has empty rows between people"), "{ran}");
}

#[test]
fn case_21_semicolons() {
    let case = Case::new("21-semicolons");
    let ran = case.run(&["validate"]);
    assert!(ran.code == 0 || said(&ran).contains("separated by \";\""), "{ran}");
    not_yet(19, ran.code == 0);
}

#[test]
fn case_22_people_as_a_value() {
    let case = Case::new("22-people-as-a-value");
    not_yet(19, case.run(&["validate"]).code == 0);
}

#[test]
fn case_29_filter_that_selects_nobody() {
    let case = Case::new("29-filter-that-selects-nobody");
    for args in [&["validate"][..], &["--sandbox", "plan"], &["--sandbox", "plan"]] {
        let ran = case.run(args);
        assert_eq!(ran.code, 0, "{ran}");
        for words in [
            "warning: rule `staff` selects nobody of the 20 people of directory `hr`",
            "`person.dept` is never \"Enq\": it is \"Eng\" 20 times",
            "did you mean \"Eng\"?",
        ] {
            assert!(said(&ran).contains(words), "{words}: {ran}");
        }
    }
    let ran = case.run(&["--sandbox", "plan", "--redact"]);
    assert!(said(&ran).contains("warning") && !said(&ran).contains("\"Eng\""), "{ran}");
}

#[test]
fn case_30_text_against_true() {
    let case = Case::new("30-text-against-true");
    for args in [&["validate"][..], &["--sandbox", "plan"]] {
        let ran = case.run(args);
        assert_eq!(ran.code, 0, "{ran}");
        for words in [
            "warning: `person.zoom == true` is never true of a text",
            "`person.zoom` is a text for everybody: it is \"true\" 5 times",
            "write `person.zoom == \"true\"`",
        ] {
            assert!(said(&ran).contains(words), "{words}: {ran}");
        }
    }
}

#[test]
fn case_32_whole_row_in_the_error() {
    let case = Case::new("32-whole-row-in-the-error");
    let main = case.env.read("main.hcl");
    let shows_nothing = |ran: &Ran| {
        for cell in ["Welcome-2026!", "Other-2026!", "90000", "80000", "bo@example.com"] {
            assert!(!said(ran).contains(cell), "{cell}: {ran}");
        }
    };
    let ran = validate(&case, 1);
    shows_nothing(&ran);
    for words in ["`hr/E1`", "person.email", "ada@@example.com"] {
        assert!(said(&ran).contains(words), "{words}: {ran}");
    }
    case.write("main.hcl", main.replace("csv = \"people.csv\"", "csv = file(\"people.csv\")"));
    let ran = validate(&case, 1);
    shows_nothing(&ran);
    assert!(said(&ran).contains("leave `file()` out: `csv = \"people.csv\"`"), "{ran}");
    assert!(!said(&ran).contains("ada@@example.com"), "{ran}");
    // Where else a text that is too large for a name may get to.
    for (from, to) in [
        ("key = \"id\"", "key = file(\"people.csv\")"),
        ("csv = \"people.csv\"", "csv = [file(\"people.csv\")]"),
        ("csv = \"people.csv\"", "csv = file(file(\"people.csv\"))"),
        ("csv = \"people.csv\"", "json = \"x.json\"\n  records = file(\"people.csv\")"),
        ("lower(person.email)", "file(file(\"people.csv\"))"),
        ("lower(person.email)", "lower(person.password)"),
        ("lower(person.email)", "{ a = \"\" }[person.password]"),
        ("person.first", "person.first[person.salary]"),
    ] {
        case.write("main.hcl", main.replace(from, to));
        shows_nothing(&validate(&case, 1));
    }
    // And files with something wrong in the middle of a row.
    case.write("main.hcl", &main);
    for people in [
        "id,email,first,last,password,salary\nE1,a@example.com,Ada,A,Welcome-2026!,90000,x\n",
        "id,email,first,last,password,salary\nE1,a@example.com,Ada,A,Welcome-2026!,\"90000\n",
        "id,email,first,last,password,salary\n,a@example.com,Ada,A,Welcome-2026!,90000\n",
        "id,email,first,last,password,salary\nE1,a@example.com,A\u{fffe}da,\0,Welcome-2026!,90000\n",
        "E1,ada@example.com,Ada,A,Welcome-2026!,90000\nE2,bo@example.com,Bo,B,Other-2026!,80000\n",
        "id,email,first,last,password,salary\nE1,a@x.org,Ada,A,Welcome-2026!,90000\nE1,bo@x.org,Bo,B,Other-2026!,80000\n",
    ] {
        case.write("people.csv", people);
        shows_nothing(&validate(&case, 1));
    }
    let json = main.replace("csv = \"people.csv\"", "json = \"people.json\"");
    case.write("main.hcl", json);
    for people in [
        "[{\"id\": \"E1\", \"password\": \"Welcome-2026!\", \"n\": 1e400}]",
        "[{\"id\": \"E1\", \"password\": \"Welcome-2026!\", \"n\" 1}]",
        "[{\"id\": \"E1\", \"password\": \"Welcome-2026!\"}",
        "{\"truncated\": true, \"people\": [{\"id\": \"E1\", \"password\": \"Welcome-2026!\"}]}",
    ] {
        case.write("people.json", people);
        shows_nothing(&validate(&case, 1));
    }
}

/// One record can't be used: the person waits alone, and whoever left that day is switched off.
#[test]
fn case_26_one_bad_record() {
    let case = Case::new("26-one-bad-record");
    case.apply(&["-sandbox"], 0);
    case.replace("people.csv", "later.csv");
    let plan = case.run(&["plan", "-sandbox", "-out", "plan.json"]);
    assert_eq!(plan.code, 0, "{plan}");
    assert!(plan.stderr.contains("E99") && plan.stdout.contains("1 held"), "{plan}");
    let json = case.json(&["-sandbox"]);
    assert_eq!((&json["summary"]["held"], &json["complete"]), (&1.into(), &true.into()));
    let ran = case.run(&["apply", "-sandbox", "plan.json"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stdout.contains("1 disabled") && ran.stderr.contains("E99"), "{ran}");
    // Nothing is left to do, and somebody has still to mend the record.
    case.plan(&["-sandbox"], 0);
    case.apply(&["-sandbox"], 1);
    case.env.edit("people.csv", "new@@example.com", "new@example.com");
    case.apply(&["-sandbox"], 0);
}

/// An address that went missing overnight switches nobody off.
#[test]
fn case_27_filter_as_a_way_round() {
    let case = Case::new("27-filter-as-a-way-round");
    case.apply(&["-sandbox"], 0);
    case.replace("people.csv", "later.csv");
    let plan = case.plan(&["-sandbox"], 0);
    assert!(plan.stdout.contains("1 held") && plan.stderr.contains("hr/E1"), "{plan}");
    case.apply(&["-sandbox"], 1);
    // The same with the key of somebody else by mistake: whoever had the address is no leaver.
    case.write(
        "people.csv",
        "id,email,first,last\nE2,ada@example.com,Ada,A\nE2,bo@example.com,Bo,B\n",
    );
    let plan = case.plan(&["-sandbox"], 0);
    assert!(plan.stdout.contains("2 held"), "{plan}");
}

/// A bad row in one file stops the connection that reads it, and no other.
#[test]
fn case_28_other_connections_file() {
    let bad_row = "id,email,first,last\nC1,cy@@partner.example,Cy,C\n";
    let lost_columns = "id,email\nC1,cy@partner.example\n";
    for broken in [bad_row, "id,email,first,last\nC1,cut off", "", lost_columns] {
        let case = Case::new("28-other-connections-file");
        case.apply(&["-sandbox"], 0);
        case.env.edit("people.csv", "E2,bo@example.com,Bo,B\n", "");
        case.write("contractors.csv", broken);
        let plan = case.run(&["plan", "-sandbox", "-out", "plan.json"]);
        assert_eq!(plan.code, 1, "{plan}");
        assert!(plan.stderr.contains("a plan that is not complete can't be saved"), "{plan}");
        assert_eq!(case.json(&["-sandbox"])["complete"], false);
        let ran = case.apply(&["-sandbox"], 1);
        assert!(ran.stdout.contains("1 disabled"), "{ran}");
        let named = if broken == lost_columns { "no `first`" } else { "contractors.csv" };
        assert!(ran.stderr.contains(named), "{ran}");
        assert!(ran.stderr.contains("connection `guests` takes in people"), "{ran}");
        assert_eq!(case.run(&["validate"]).code, 1);
    }
}

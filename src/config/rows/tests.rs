//! Files of people that were cut off, at every byte.

use super::super::lang::{Cell, Person as _, Value};
use super::super::report::Report;
use super::{Form, Table, read};
use crate::diagnostic::Severity;

const GRAPH: &str = "{\"@odata.count\": 2, \"value\": [\n {\"id\": \"a\", \"mail\": \"\u{e4}@x.org\", \"n\": null},\n {\"id\": \"b\", \"of\": [{\"x\": \"\\\"]}\"}]}\n], \"@odata.nextLink\": null}";
const LINES: &str =
    "{\"id\": \"a\", \"mail\": \"\u{e4}@x.org\"}\n{\"id\": \"b\", \"of\": {\"x\": [1, 2]}}\n";

/// The table, and whether anything at all was said.
fn table(text: &str, form: Form, records: Option<&str>) -> (Option<Table>, bool) {
    let mut report = Report::default();
    let file = report.sources.add("people", text.to_owned());
    let table = read(&mut report, file, form, records, None);
    let (_, found) = report.finish();
    let failed = found.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(failed, table.is_none(), "no table without an error: {text}");
    (table, !found.is_empty())
}

fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).filter_map(|at| text.get(..at))
}

#[test]
fn an_export_that_was_cut_off_anywhere_is_refused() {
    let (whole, _) = table(GRAPH, Form::Json, Some("value"));
    assert_eq!(whole.unwrap().len(), 2);
    for cut in prefixes(GRAPH) {
        assert!(table(cut, Form::Json, Some("value")).0.is_none(), "{cut}");
    }
    let array = GRAPH.get(GRAPH.find('[').unwrap()..=GRAPH.rfind(']').unwrap()).unwrap();
    assert_eq!(table(array, Form::Json, None).0.unwrap().len(), 2);
    for cut in prefixes(array) {
        assert!(table(cut, Form::Json, None).0.is_none(), "{cut}");
    }
}

#[test]
fn lines_that_were_cut_off_are_refused_but_between_two_of_them() {
    assert_eq!(table(LINES, Form::Lines, None).0.unwrap().len(), 2);
    for cut in prefixes(LINES) {
        let (found, said) = table(cut, Form::Lines, None);
        let complete = !cut.is_empty() && cut.lines().zip(LINES.lines()).all(|(a, b)| a == b);
        assert_eq!(found.is_some(), complete, "{cut}");
        assert!(cut.ends_with('\n') || said, "nothing is said: {cut}");
    }
}

#[test]
fn members_are_found_in_whatever_order_they_stand() {
    let text = "[{\"a\": 1, \"b\": \"x\"}, {\"b\": \"\\u0041\", \"c\": null}, {}, {\"c\": [true], \"a\": \"\"}]";
    let table = table(text, Form::Json, None).0.unwrap();
    let cell = |row: usize, column: usize| match table.row(row).cell(column) {
        Cell::Text(text) => Value::text(text),
        Cell::Value(value) => value.clone(),
        Cell::Owned(value) => value,
    };
    let rows: Vec<Vec<Value>> =
        (0..4).map(|row| (0..4).map(|column| cell(row, column)).collect()).collect();
    let (text, null) = (|text: &str| Value::text(text), Value::Null);
    assert_eq!(table.columns, ["a", "b", "c"]);
    assert_eq!(
        rows,
        [
            vec![Value::Number(1.into()), text("x"), null.clone(), null.clone()],
            vec![null.clone(), text("A"), null.clone(), null.clone()],
            vec![null.clone(), null.clone(), null.clone(), null.clone()],
            vec![text(""), null.clone(), Value::list(vec![Value::Bool(true)]), null],
        ]
    );
}

#[test]
fn what_a_file_is_in_place_of_people_is_named() {
    let said = |text: &str, form: Form| {
        let mut report = Report::default();
        let file = report.sources.add("people", text.to_owned());
        assert!(read(&mut report, file, form, None, Some("id")).is_none());
        report.finish().1.remove(0).summary
    };
    for (text, what) in [
        ("<!DOCTYPE html>\n<html><head><title>Sign in</title>", "an HTML page"),
        ("\n  <HTML lang=en>", "an HTML page"),
        ("<?xml version=\"1.0\"?>\n<people/>", "XML"),
        ("dn: uid=ada,ou=people,dc=example,dc=com\nmail: ada@example.com\n", "LDIF"),
        ("version: 1\n\ndn: uid=ada\n", "LDIF"),
        ("# extended LDIF\n#\n# LDAPv3\n", "LDIF"),
        ("---\n- id: E1\n", "YAML"),
    ] {
        for form in [Form::Csv, Form::Json, Form::Lines] {
            assert_eq!(said(text, form), format!("`people` is {what}"));
        }
    }
    for text in ["[{\"id\": 1}]", "{\"value\": []}", "{\"id\": 1}\n{\"id\": 2}\n", "[\n]"] {
        assert_eq!(said(text, Form::Csv), "`people` is JSON, not CSV");
    }
    // Odd names of columns are names all the same.
    assert_eq!(table("[id],{a}\n1,2\n", Form::Csv, None).0.unwrap().len(), 1);
}

#[test]
#[ignore = "prints how long a large export takes"]
fn how_long_a_large_export_takes() {
    let one = |n: usize| {
        format!(
            "{{\"id\": \"87d349ed-44d7-43e1-9a83-5f2406dee5bd-{n}\", \"userPrincipalName\": \"person{n}@example.com\", \
             \"displayName\": \"Person Number {n}\", \"givenName\": \"Person\", \"surname\": \"Number\", \"jobTitle\": \"Engineer\", \
             \"mail\": \"person{n}@example.com\", \"mobilePhone\": null, \"officeLocation\": \"18/2111\", \"preferredLanguage\": \"en-US\", \
             \"businessPhones\": [\"+1 425 555 0109\"], \"accountEnabled\": true, \"department\": \"Engineering\", \
             \"employeeOrgData\": {{\"costCenter\": \"C1\", \"division\": \"D2\"}}, \"memberOf\": [{{\"id\": \"1\", \"displayName\": \"zoom\"}}]}}"
        )
    };
    let all: Vec<String> = (0..100_000).map(one).collect();
    let text = format!("{{\"value\": [{}]}}", all.join(",\n"));
    println!("{} MiB", text.len() >> 20);
    let start = std::time::Instant::now();
    let (table, _) = table(&text, Form::Json, Some("value"));
    println!("{:?} for {} records", start.elapsed(), table.unwrap().len());
}

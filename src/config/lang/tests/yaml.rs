//! YAML. Expected values are those of `terraform console` 1.11, except where a comment says that Enroll differs.

use super::run;

fn decoded(text: &str) -> String {
    let got = run(&format!("yamldecode({})", serde_json::to_string(text).unwrap()));
    // Without the call, which the table has already.
    match got.split_once("» ") {
        Some((_, why)) => why.replace("wrong `src` for `yamldecode`: ", ""),
        None => got,
    }
}

#[test]
fn yaml_is_read_as_terraform_reads_it() {
    for (text, expected) in [
        ("a: 1", "{a=1}"),
        (
            "- 1\n- 1.50\n- 0x1F\n- 0o17\n- 1e3\n- 1_000\n- .5\n- +5\n- -5",
            r#"[1, 1.5, 31, 15, 1000, "1_000", 0.5, 5, -5]"#,
        ),
        (
            "a: yes\nb: no\nc: on\nd: true\ne: True\nf: TRUE\ng: y",
            "{a=true, b=false, c=true, d=true, e=true, f=true, g=true}",
        ),
        ("a: ~\nb: null\nc:\nd: Null\ne: ''", r#"{a=null, b=null, c=null, d=null, e=""}"#),
        (
            "a: 2020-01-01\nb: '1'\nc: \"1\"\nd: !!str 1",
            r#"{a="2020-01-01T00:00:00Z", b="1", c="1", d="1"}"#,
        ),
        (
            "a: 2001-12-14t21:59:43.10-05:00\nb: 2020-13-45",
            r#"{a="2001-12-14T21:59:43-05:00", b="2020-13-45"}"#,
        ),
        ("a: &x [1,2]\nb: *x", "{a=[1, 2], b=[1, 2]}"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2", "{a={b=1}, c={b=1, d=2}}"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  b: 2", "{a={b=1}, c={b=2}}"),
        ("hello", r#""hello""#),
        ("---", "null"),
        ("a: |\n  x\n  y\nb: >\n  x\n  y", r#"{a="x\ny\n", b="x y"}"#),
        (
            "a: 0b101\nc: 1:30\nd: 0x\ne: 1.e3\nf: 1.",
            r#"{a="0b101", c="1:30", d="0x", e=1000, f=1}"#,
        ),
        ("a: -0x1F\ne: 1__0\nf: _1", r#"{a="-0x1F", e="1__0", f="_1"}"#),
        ("a: 12345678901234567890123456789", "{a=12345678901234567890123456789}"),
        ("1: a\ntrue: b", r#"{1="a", true="b"}"#),
        ("\"a\\u0301\": 1", "{á=1}"),
        ("a: !!float 5\nb: !!binary aGVsbG8=", r#"{a=5, b="aGVsbG8="}"#),
        ("a: ! 5", r#"{a="5"}"#),
    ] {
        assert_eq!(decoded(text), expected, "{text}");
    }
}

#[test]
fn what_can_not_be_kept_is_refused_with_its_line() {
    for (text, expected) in [
        // Terraform keeps the last one.
        ("a: 1\na: 2", "line 2: the key \"a\" comes twice"),
        ("\u{e1}: 1\na\u{301}: 2", "line 2: the key \"\u{e1}\" comes twice"),
        // Terraform drops the zeros.
        (
            "id: 0017",
            "line 1: \"0017\" is a number that would lose its leading zeros: in quotes it is a text",
        ),
        // Terraform keeps as many digits as there are.
        (
            "a: 0.1234567890123456789012345678901234",
            "line 1: \"0.1234567890123456789012345678901234\" is a number that can't be held exactly: in quotes it is a text",
        ),
        (
            "a: .inf",
            "line 1: \".inf\" is no number that can be counted with: in quotes it is a text",
        ),
        (
            "a: .nan",
            "line 1: \".nan\" is no number that can be counted with: in quotes it is a text",
        ),
        ("a: 1\nnull: c", "line 2: a key must be a text, not null"),
        ("? [a]\n: b", "line 1: a key must be a text, not a list"),
        ("a: &x [*x]", "line 1: an alias names a value that is not complete here"),
        ("a: !foo b", "line 1: the tag `!foo` has no meaning here"),
        ("a: !!int x", "line 1: \"x\" is no `!!int`"),
        ("<<: 5", "line 1: `<<` takes a mapping, not a number"),
        ("", "it holds no document"),
        ("# only", "it holds no document"),
        ("---\na: 1\n---\nb: 2", "line 3: a second document begins, and one value is read"),
    ] {
        assert_eq!(decoded(text), expected, "{text}");
    }
    for text in ["[a, b", "a: *nope", "a: b: c", "\"", "{a: 1", "%YAML 9.9\n--- a", "- a\nb: 1"] {
        assert!(decoded(text).starts_with("line "), "{text}: {}", decoded(text));
    }
}

#[test]
fn bombs_end_in_an_error() {
    let mut laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for pair in "abcdefghijkl".as_bytes().windows(2) {
        let (before, name) = (char::from(pair[0]), char::from(pair[1]));
        let items = vec![format!("*{before}"); 9].join(",");
        laughs.extend([format!("{name}: &{name} [{items}]\n")]);
    }
    for (bomb, says) in [
        (laughs, "this "),
        ("[".repeat(100_000), "line 1"),
        ("- ".repeat(100_000), "line 1"),
        ("{a: ".repeat(100_000), "line 1"),
        ("? ".repeat(100_000), "line 1"),
        ("&a ".repeat(100_000), "line 1"),
        ("!".repeat(100_000), "line 1"),
        (format!("a: {}", "9".repeat(100_000)), "line 1"),
        (format!("a: 1e{}", "9".repeat(1_000)), "line 1"),
    ] {
        let said = decoded(&bomb);
        assert!(said.starts_with(says), "{}…: {}", &bomb[..20], &said[..said.len().min(200)]);
    }
}

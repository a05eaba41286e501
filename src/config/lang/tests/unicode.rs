//! Texts that differ by their Unicode normalization form alone are one text everywhere, and keep their form where they
//! are only handed on.

use super::super::Value;
use super::{evaluated, shown};

/// `Zoë` and `Zoé`, composed and with marks of their own.
const COMPOSED: [&str; 2] = ["Zo\u{eb}", "Zo\u{e9}"];
const APART: [&str; 2] = ["Zoe\u{308}", "Zoe\u{301}"];

/// Each expression with `A` and `B` for the two texts, in all combinations of forms.
fn in_all_forms(expression: &str) -> Vec<String> {
    let mut all = Vec::new();
    let spots = expression.matches(['A', 'B']).count();
    for forms in 0..1_u32 << spots {
        let mut spot = 0;
        let written: String = expression
            .chars()
            .map(|c| {
                let at = match c {
                    'A' => 0,
                    'B' => 1,
                    other => return other.to_string(),
                };
                let texts = if forms >> spot & 1 == 0 { COMPOSED } else { APART };
                spot += 1;
                texts[at].to_owned()
            })
            .collect();
        all.push(written);
    }
    all
}

#[test]
fn no_expression_sees_the_form_of_a_text() {
    for (expression, expected) in [
        (r#""A" == "A""#, "true"),
        (r#""A" == "B""#, "false"),
        (r#""A" != "A""#, "false"),
        (r#"["A"] == ["A"]"#, "true"),
        (r#"{ k = "A" } == { k = "A" }"#, "true"),
        (r#"{ "A" = 1, "B" = 2 }["A"]"#, "1"),
        ("{ A = 1 }.A", "1"),
        (r#"lookup({ "A" = 1 }, "A", 0)"#, "1"),
        (r#"contains(["B", "A"], "A")"#, "true"),
        (r#"contains(keys({ "A" = 1 }), "A")"#, "true"),
        (r#"length(distinct(["A", "A", "B"]))"#, "2"),
        (r#"length(toset(["A", "A"]))"#, "1"),
        (r#"length(setunion(["A"], ["A"]))"#, "1"),
        (r#"length(setintersection(["A"], ["A"]))"#, "1"),
        (r#"length(setsubtract(["A"], ["A"]))"#, "0"),
        (r#"length(merge({ "A" = 1 }, { "A" = 2 }))"#, "1"),
        (r#"zipmap(["A"], [1])["A"]"#, "1"),
        (r#"{ for x in ["A", "B"] : x => 1 }["A"]"#, "1"),
        (r#"{ for x in ["A", "A"] : x => 1... }["A"]"#, "[1, 1]"),
        (r#"can({ for x in ["A", "A"] : x => 1 })"#, "false"),
        ("[for A in [1] : A][0]", "1"),
        (r#"length([for x in ["A", "B"] : x if x == "A"])"#, "1"),
        (r#"startswith("AB", "A")"#, "true"),
        (r#"startswith("A", "Zoe")"#, "false"),
        (r#"endswith("BA", "A")"#, "true"),
        (r#"strcontains("xAy", "A")"#, "true"),
        (r#"trimprefix("Ax", "A")"#, r#""x""#),
        (r#"trimsuffix("xA", "A")"#, r#""x""#),
        (r#"trim("Ax", "A")"#, r#""x""#),
        (r#"replace("A", "A", "x")"#, r#""x""#),
        (r#"replace("A", "/^Zo.$/", "x")"#, r#""x""#),
        (r#"replace("A", "/A/", "x")"#, r#""x""#),
        (r#"can(regex("^A$", "A"))"#, "true"),
        (r#"can(regex("^Zo.$", "A"))"#, "true"),
        (r#"length(regexall("A", "AxA"))"#, "2"),
        (r#"split("A", "1A2")"#, r#"["1", "2"]"#),
        (r#"length(split("", "A"))"#, "3"),
        (r#"length("A")"#, "3"),
        (r#"substr("A", 3, 1)"#, r#""""#),
        (r#"sort(["Zoz", "A"])[0]"#, r#""Zoz""#),
        (r#"sha256("A") == sha256("A")"#, "true"),
        (r#"base64encode("A") == base64encode("A")"#, "true"),
        (r#"upper("A") == upper("A")"#, "true"),
        (r#"upper("A") == "A""#, "false"),
        (r#"jsondecode("{\"A\":\"A\"}")["A"] == "A""#, "true"),
        (r#"can(csvdecode("A,A\n1,2\n"))"#, "false"),
        (r#"jsonencode("A") == jsonencode("A")"#, "true"),
        (r#"format("%4s", "A") == " A""#, "true"),
        (r#""${"A"}!" == "A!""#, "true"),
        (r#"compact(["", "A"])[0] == "A""#, "true"),
    ] {
        for written in in_all_forms(expression) {
            let value = evaluated(&written).unwrap_or_else(|error| panic!("{written:?}: {error}"));
            assert_eq!(shown(&value), expected, "{written:?}");
        }
    }
}

#[test]
fn what_is_handed_on_keeps_its_form() {
    let text = APART[0];
    for expression in [
        "A",
        "${\"A\"}",
        "${trimspace(\" A \")}",
        "${try(\"A\", \"\")}",
        "${coalesce(\"\", \"A\")}",
        "${substr(\"A!\", 0, 3)}",
        "${split(\",\", \"A,B\")[0]}",
        "${replace(\"A!\", \"!\", \"\")}",
        "${join(\"\", [\"A\"])}",
        "${format(\"%s\", \"A\")}",
        "${one(distinct([\"A\"]))}",
        "${jsondecode(\"[\\\"A\\\"]\")[0]}",
        "${regex(\"^[^!]+\", \"A!\")}",
        "${title(\"A\")}",
    ] {
        let written = format!("\"{}\"", expression.replace('A', text).replace('B', APART[1]));
        let value = evaluated(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
        let Value::Text(got) = &value else { panic!("{written}: {value:?}") };
        assert_eq!(got.as_str(), text, "{written}");
    }
    assert_eq!(shown(&evaluated("lower(\"ZOE\u{308}\")").unwrap()), format!("{:?}", "zoe\u{308}"));
}

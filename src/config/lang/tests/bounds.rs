//! Bombs: whatever is written, evaluation ends, within its bounds.

use super::{compiled, run};
use crate::config::lang::{Budget, Env, Names, Value};

#[test]
fn bombs_end_in_an_error() {
    let x = "x".repeat(1000);
    let nested_for = "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]";
    let bombs = [
        "range(1000000000)".to_owned(),
        "range(0, 1, 0.0000000001)".to_owned(),
        nested_for.to_owned(),
        "length([for a in range(1000) : [for b in range(10000) : a]])".to_owned(),
        "format(\"%1000000000d\", 1)".to_owned(),
        "format(\"%.1000000000f\", 1)".to_owned(),
        "format(\"%99999999999999999999999999s\", 1)".to_owned(),
        format!("replace(replace(\"{x}\", \"x\", \"{x}\"), \"x\", \"{x}\")"),
        format!("replace(\"{x}\", \"\", replace(\"{x}\", \"x\", \"{x}\"))"),
        format!("replace(replace(\"{x}\", \"/x/\", \"{x}\"), \"/x/\", \"{x}\")"),
        format!("replace(\"{x}\", \"/.*/\", join(\"\", [for i in range(20000) : \"$0\"]))"),
        format!("join(\"{x}\", range(100000))"),
        format!("join(\"\", [for i in range(100000) : \"{x}\"])"),
        format!("regexall(\"\", join(\"\", [for i in range(9000) : \"{x}\"]))"),
        format!("\"%{{ for i in range(100000) }}{x}%{{ endfor }}\""),
        format!("[for i in range(100000) : upper(\"{x}\")]"),
        "regex(\"(a{1000}){1000}\", \"a\")".to_owned(),
        "jsondecode(join(\"\", [for i in range(200) : \"[\"]))".to_owned(),
        "file(\"large.txt\")".to_owned(),
        "setunion(range(300000), range(300000))".to_owned(),
    ];
    for bomb in bombs {
        let got = run(&bomb);
        let short: String = bomb.chars().take(60).collect();
        assert!(
            got.contains("rror: ") || got.starts_with("compile: "),
            "{short}: {} bytes",
            got.len()
        );
    }
}

#[test]
fn try_does_not_catch_an_exhausted_budget() {
    for text in ["try(range(1000000000), 1)", "can(range(1000000000))"] {
        assert!(run(text).contains("this yields too much"), "{text}: {}", run(text));
    }
}

#[test]
fn doubling_through_names_is_bounded() {
    let double = compiled("[local.x, local.x]").unwrap();
    let mut locals = Names::from([("x".into(), Value::text("x"))]);
    let mut last = None;
    for _ in 0..200 {
        match (Env { locals: &locals, ..Env::empty() }).eval(&double) {
            Ok(value) => locals.insert("x".into(), value),
            Err(problem) => {
                last = Some(problem.summary);
                break;
            }
        };
    }
    assert_eq!(last.as_deref(), Some("this yields too much"));
}

#[test]
fn nesting_through_names_is_bounded() {
    let nest = compiled("[local.x]").unwrap();
    let mut locals = Names::from([("x".into(), Value::text("x"))]);
    let mut last = None;
    for _ in 0..100_000 {
        match (Env { locals: &locals, ..Env::empty() }).eval(&nest) {
            Ok(value) => locals.insert("x".into(), value),
            Err(problem) => {
                last = Some(problem.summary);
                break;
            }
        };
    }
    assert_eq!(last.as_deref(), Some("this value nests too deep"));
}

#[test]
fn deep_texts_do_not_overflow_the_stack() {
    let deep = |open: &str, middle: &str, close: &str, n: usize| {
        [open.repeat(n), middle.to_owned(), close.repeat(n)].concat()
    };
    for n in [60, 100, 10_000] {
        for (open, middle, close) in [
            ("[", "1", "]"),
            ("(", "1", ")"),
            ("{a=", "1", "}"),
            ("!", "true", ""),
            ("-", "1", ""),
            ("lower(", "\"A\"", ")"),
            ("try(", "\"A\"", ")"),
            ("[for x in [1] : ", "x", "]"),
            ("true ? ", "1", " : 2"),
            ("true ? 1 : ", "1", ""),
            ("1 + ", "1", ""),
            ("\"${", "1", "}\""),
            ("\"%{ if true }", "x", "%{ endif }\""),
            ("local.list[", "0", "]"),
            ("", "local.status", ".a"),
            ("", "local.list", "[*]"),
            ("", "local.list", ".*"),
            ("", "local.list", "[0]"),
        ] {
            run(&deep(open, middle, close, n));
        }
    }
}

#[test]
fn large_values_cost_what_is_read_of_them() {
    // A loop that reads a large text again and again makes no output.
    let text = "x".repeat(5 << 20);
    let variables = Names::from([("x".into(), Value::text(text))]);
    let expr = compiled("[for i in range(100000) : length(var.x)]").unwrap();
    let problem = Env { variables: &variables, ..Env::empty() }.eval(&expr).unwrap_err();
    assert_eq!(problem.summary, "this takes too long to evaluate");
}

#[test]
fn what_is_of_an_honest_size_passes() {
    // A rule that names 100,000 users, and one person looked up in a map of 20,000.
    let user = |at: usize| {
        let entries = ["user_name", "given_name", "family_name", "department", "title", "email"];
        let text = format!("somebody.number{at}@example.com");
        let entries = entries.map(|name| (name.into(), Value::text(text.clone())));
        (format!("u{at}"), Value::user(format!("u{at}"), entries))
    };
    let users: Names = (0..100_000).map(user).map(|(k, v)| (k.into(), v)).collect();
    let list: Vec<String> = users.keys().map(|name| format!("user.{name}")).collect();
    let rule = compiled(&format!("[{}]", list.join(", "))).unwrap();
    let value = Env { users: &users, ..Env::empty() }.eval(&rule).unwrap();
    assert_eq!(value.as_items().map(<[_]>::len), Some(100_000));
    let map = (0..20_000).map(|at| (format!("k{at}").into(), Value::text(format!("v{at}"))));
    let locals = Names::from([("map".into(), Value::map(map))]);
    let look = compiled("lookup(local.map, \"k7\", \"\") == local.map[\"k7\"]").unwrap();
    let env = Env { locals: &locals, ..Env::empty() };
    assert_eq!(env.eval(&look), Ok(Value::Bool(true)));
}

#[test]
fn evaluations_together_are_bounded() {
    let expr = compiled("[for i in range(100) : i]").unwrap();
    for (budget, says) in [
        (Budget::of(1_000, 1 << 20), "all expressions together take too long to evaluate"),
        (Budget::of(1 << 20, 1_000), "all expressions together yield too much"),
    ] {
        let env = Env { budget: Some(&budget), ..Env::empty() };
        let done = std::iter::repeat_with(|| env.eval(&expr)).take(20).take_while(Result::is_ok);
        assert!((1..20).contains(&done.count()));
        assert_eq!(env.eval(&expr).unwrap_err().summary, says);
    }
}

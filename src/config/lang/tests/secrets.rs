//! Expressions that see secrets say nothing of them.

use super::super::{Env, Names, Value};
use super::{compiled, shown_problem};

fn in_auth(text: &str) -> String {
    let environment = |name: &str| (name == "SECRET").then(|| "hunter2".to_owned());
    let variables = Names::from([("pw".into(), Value::text("hunter2"))]);
    let env = Env { variables: &variables, environment: Some(&environment), ..Env::empty() };
    match env.eval(&compiled(text).unwrap()) {
        Ok(value) => super::shown(&value),
        Err(problem) => shown_problem(text, &problem),
    }
}

#[test]
fn env_is_read_where_it_is_given() {
    assert_eq!(in_auth("env(\"SECRET\")"), "\"hunter2\"");
    assert_eq!(
        in_auth("env(\"NOSUCH\")"),
        "«env(\"NOSUCH\")» environment variable `NOSUCH` is not set (set it: export NOSUCH=…)"
    );
    assert_eq!(in_auth("try(env(\"NOSUCH\"), env(\"SECRET\"))"), "\"hunter2\"");
    let outside = Env::empty().eval(&compiled("try(env(\"SECRET\"), 1)").unwrap()).unwrap_err();
    assert_eq!(outside.summary, "`env` may stand inside `auth` only");
}

#[test]
fn no_error_shows_a_secret() {
    for text in [
        "tonumber(env(\"SECRET\"))",
        "tobool(var.pw)",
        "{ a = 1 }[env(\"SECRET\")]",
        "{ a = 1 }[upper(var.pw)]",
        "{ hunter2 = 1 }.nosuch",
        "lookup({ a = 1 }, env(\"SECRET\"))",
        "env(\"SECRET\") + 1",
        "-var.pw",
        "!var.pw",
        "[1][env(\"SECRET\")]",
        "regex(env(\"SECRET\"), \"x\")",
        "regex(\"x\", env(\"SECRET\"))",
        "regex(\"${var.pw}(\", \"x\")",
        "format(env(\"SECRET\"), 1)",
        "format(\"%d\", env(\"SECRET\"))",
        "file(env(\"SECRET\"))",
        "jsondecode(var.pw)",
        "csvdecode(\"hunter2,${var.pw}\")",
        "base64decode(\"${var.pw}!\")",
        "substr(\"x\", var.pw, 1)",
        "slice([1], 0, var.pw)",
        "alltrue([var.pw])",
        "{ for x in [var.pw, var.pw] : x => 1 }",
        "try(tonumber(var.pw))",
        "[for x in var.pw : x]",
    ] {
        let said = in_auth(text).to_lowercase();
        let (_, said) =
            said.split_once("» ").unwrap_or_else(|| panic!("{text} is no error: {said}"));
        assert!(!said.contains("hunter2"), "{text}: {said}");
    }
}

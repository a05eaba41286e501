//! Tests of the language as a whole: each case is an expression and what it yields.
//!
//! Expected values were taken from `terraform console` 1.11, except where a comment says that
//! Enroll differs.

mod bounds;
mod dates;
mod differences;
mod edges;
mod format;
mod forms;
mod functions;
mod heredocs;
mod names;
mod people;
mod random;
mod secrets;
mod unicode;
mod yaml;

use std::collections::BTreeMap;

use super::{Env, Files, Names, Unread, Value, compile};
use crate::diagnostic::{FileId, Sources};

/// Parses and compiles a text; the problems are shown as text.
pub(super) fn compiled(text: &str) -> Result<super::Expr, String> {
    let file = file(text);
    let parsed = hcl_edit::parser::parse_expr(text).map_err(|error| format!("parse: {error}"))?;
    let (expr, problems) = compile(text, file, &parsed);
    if problems.is_empty() {
        return Ok(expr);
    }
    let shown: Vec<String> = problems.iter().map(|problem| shown_problem(text, problem)).collect();
    Err(shown.join(" | "))
}

pub(super) fn file(text: &str) -> FileId {
    Sources::default().add("test.hcl", text.to_owned())
}

/// A problem as `«text» summary: detail (help)`.
pub(super) fn shown_problem(text: &str, problem: &super::Problem) -> String {
    let span = problem.span.start as usize..problem.span.end as usize;
    let mut shown = format!("«{}» {}", text.get(span).unwrap_or("?"), problem.summary);
    if let Some(detail) = &problem.detail {
        shown = format!("{shown}: {detail}");
    }
    for help in &problem.help {
        shown = format!("{shown} ({help})");
    }
    shown
}

/// A value as one would write it, sets as `set[…]`.
pub(super) fn shown(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(shown).collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_text().unwrap().to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", list(items.items())),
        Value::Set(items) => format!("set[{}]", list(items.items())),
        Value::Map(map) => {
            let entry = |(key, value)| format!("{key}={}", shown(value));
            format!("{{{}}}", map.entries().iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::User(user) => format!("user.{}", user.name),
    }
}

pub(super) struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, Unread> {
        match path {
            "people.csv" => Ok("name,dept\nAda,Eng\nBob,Ops\n".to_owned()),
            "large.txt" => Ok("x".repeat(20 << 20)),
            _ => Err(Unread::Refused(format!("there is no file `{path}`"))),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, Unread> {
        match path {
            "../x" => Err(Unread::Refused("it leads out of the configuration".to_owned())),
            _ => Ok(path == "people.csv"),
        }
    }
}

pub(super) fn names(entries: &[(&str, &str)]) -> Names {
    let value = |text: &str| Env::empty().eval(&compiled(text).unwrap()).unwrap();
    entries.iter().map(|(name, text)| ((*name).into(), value(text))).collect()
}

/// What a text yields that needs no names.
pub(super) fn evaluated(text: &str) -> Result<Value, String> {
    let expr = compiled(text)?;
    Env::empty().eval(&expr).map_err(|problem| shown_problem(text, &problem))
}

/// What a text yields with a few names known.
pub(super) fn run(text: &str) -> String {
    let expr = match compiled(text) {
        Ok(expr) => expr,
        Err(problems) => return format!("compile: {problems}"),
    };
    let variables = names(&[("domain", "\"example.com\""), ("n", "5"), ("pattern", "\"^a+$\"")]);
    let locals = names(&[("status", "{active = true, left = false}"), ("list", "[1, 2, 3]")]);
    let ada = [("email".into(), Value::text("ada@x.org")), ("dept".into(), Value::text("Eng"))];
    let users = BTreeMap::from([("ada".into(), Value::user("ada", ada))]);
    let env = Env {
        variables: &variables,
        locals: &locals,
        users: &users,
        files: Some(&Disk),
        ..Env::empty()
    };
    match env.eval(&expr) {
        Ok(value) => shown(&value),
        Err(problem) => format!("error: {}", shown_problem(text, &problem)),
    }
}

/// Checks all cases, and reports all that differ.
#[track_caller]
pub(super) fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, expected, run(text)))
        .filter(|(_, expected, got)| *expected != got)
        .map(|(text, expected, got)| format!("{text}\n  expected {expected}\n  got      {got}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

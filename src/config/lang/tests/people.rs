//! Expressions on people: columns, binding, and the person as a whole.

use std::sync::Arc;

use super::super::{Cell, Columns, Env, Names, Person, Value};
use super::{compiled, names, shown, shown_problem};

struct Row<'a>(Vec<&'a str>);

impl Person for Row<'_> {
    fn cell(&self, column: usize) -> Cell<'_> {
        self.0.get(column).map_or(Cell::Owned(Value::Null), |text| Cell::Text(text))
    }
}

struct Object(Vec<Value>);

impl Person for Object {
    fn cell(&self, column: usize) -> Cell<'_> {
        self.0.get(column).map_or(Cell::Owned(Value::Null), Cell::Value)
    }
}

fn columns() -> Arc<Columns> {
    Arc::new(Columns::new(["email", "Given Name", "host"]))
}

fn on_person(text: &str, person: &dyn Person, variables: &Names) -> String {
    let mut expr = compiled(text).unwrap();
    let problems = expr.bind(&columns());
    if !problems.is_empty() {
        let shown: Vec<_> = problems.iter().map(|p| shown_problem(text, p)).collect();
        return format!("bind: {}", shown.join(" | "));
    }
    let env = Env { variables, ..Env::empty() }.with_person(person);
    let plain = env.eval(&expr);
    expr.resolve(&env);
    assert_eq!(plain, env.eval(&expr), "resolving changes nothing: {text}");
    match plain {
        Ok(value) => shown(&value),
        Err(problem) => format!("error: {}", shown_problem(text, &problem)),
    }
}

#[test]
fn columns_are_read() {
    let person = Row(vec!["Ada@X.org", "Ada", "yes"]);
    let variables = names(&[("column", "\"email\""), ("domain", "\"x.org\"")]);
    for (text, expected) in [
        ("lower(person.email)", "\"ada@x.org\""),
        ("person[\"Given Name\"]", "\"Ada\""),
        ("\"${person[\"Given Name\"]} <${person.email}>\"", "\"Ada <Ada@X.org>\""),
        ("person.host == \"yes\" ? \"Licensed\" : \"Basic\"", "\"Licensed\""),
        ("person[var.column]", "\"Ada@X.org\""),
        ("keys(person)", "[\"Given Name\", \"email\", \"host\"]"),
        ("merge(person, {host = \"no\"}).host", "\"no\""),
        ("[for k, v in person : k if v == \"yes\"]", "[\"host\"]"),
        ("endswith(lower(person.email), \"@${var.domain}\")", "true"),
        ("length(person)", "3"),
        (
            "person[lower(\"NOSUCH\")]",
            "error: «[lower(\"NOSUCH\")]» there is no such key: no key \"nosuch\"; it has `Given Name`, `email`, `host`",
        ),
        (
            "[person.emial, person[\"Given name\"], person.xyz]",
            "bind: «person.emial» a person here has no `emial`: the columns are `email`, `Given Name`, `host` (did you mean `person.email`?) | «person[\"Given name\"]» a person here has no `Given name`: the columns are `email`, `Given Name`, `host` (did you mean `person[\"Given Name\"]`?) | «person.xyz» a person here has no `xyz`: the columns are `email`, `Given Name`, `host`",
        ),
    ] {
        assert_eq!(on_person(text, &person, &variables), expected, "{text}");
    }
}

#[test]
fn people_may_hold_any_value() {
    let custom = Value::map([("badge".into(), Value::text("E1"))]);
    let person = Object(vec![custom, Value::list(vec![Value::Bool(true)])]);
    for (text, expected) in [
        ("person.email.badge", "\"E1\""),
        ("person[\"Given Name\"][0]", "true"),
        ("person.host", "null"),
        (
            "\"x${person.host}\"",
            "error: «person.host» this value is null, which has no text (give a default: coalesce(…, \"\"))",
        ),
        (
            "\"x${person.email}\"",
            "error: «person.email» a template needs a string here, not an object",
        ),
    ] {
        assert_eq!(on_person(text, &person, &Names::new()), expected, "{text}");
    }
}

#[test]
fn expressions_and_values_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<super::super::Expr>();
    shared::<Value>();
    assert!(size_of::<Value>() <= 32);
}

#[test]
fn an_expression_can_be_bound_again() {
    let mut expr = compiled("person.b").unwrap();
    let person = Row(vec!["0", "1"]);
    let env = Env::empty().with_person(&person);
    assert!(env.eval(&expr).is_err(), "not bound yet");
    assert!(expr.bind(&Arc::new(Columns::new(["a", "b"]))).is_empty());
    assert_eq!(env.eval(&expr), Ok(Value::text("1")));
    assert!(expr.bind(&Arc::new(Columns::new(["b", "a"]))).is_empty());
    assert_eq!(env.eval(&expr), Ok(Value::text("0")));
    assert_eq!(expr.bind(&Arc::new(Columns::new(["x"]))).len(), 1);
    assert!(env.eval(&expr).is_err(), "no longer bound");
}

#[test]
fn resolving_folds_what_no_longer_depends_on_a_person() {
    let variables = names(&[("a", "\"X\""), ("l", "{ x = \"y\" }")]);
    let env = Env { variables: &variables, locals: &variables, ..Env::empty() };
    let mut expr = compiled("local.l[lower(var.a)]").unwrap();
    expr.resolve(&env);
    assert_eq!(Env::empty().eval(&expr), Ok(Value::text("y")), "nothing is looked up any more");
    assert_eq!(expr.mentions().len(), 2, "the walks still see the text");
}

#[test]
#[ignore = "prints how long ten expressions take for each of many people"]
fn how_long_ten_expressions_take() {
    let columns = columns();
    let person = Row(vec!["Ada.Lovelace@Example.org", "Ada", "yes"]);
    let locals = names(&[("status", "{ yes = true, no = false }")]);
    let mut exprs: Vec<_> = [
        "lower(person.email)",
        "person[\"Given Name\"]",
        "\"${person[\"Given Name\"]} ${person.host}\"",
        "person.host == \"yes\" ? \"Licensed\" : \"Basic\"",
        "local.status[lower(trimspace(person.host))]",
        "endswith(lower(person.email), \"@example.org\") && person.host != \"no\"",
        "contains([\"yes\", \"maybe\"], person.host)",
        "replace(person.email, \"/@.*$/\", \"\")",
        "coalesce(person.host, \"none\")",
        "try(local.status[person.email], false)",
    ]
    .map(|text| compiled(text).unwrap())
    .into();
    let env = Env { locals: &locals, ..Env::empty() }.with_person(&person);
    for expr in &mut exprs {
        assert!(expr.bind(&columns).is_empty());
        expr.resolve(&env);
    }
    for (at, expr) in exprs.iter().enumerate() {
        let start = std::time::Instant::now();
        for _ in 0..100_000 {
            assert!(env.eval(expr).is_ok());
        }
        println!("{at}: {:?} for 100,000", start.elapsed());
    }
}

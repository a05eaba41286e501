//! No text panics: whatever parses is compiled, bound, resolved and run.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::{Cell, Columns, Env, Person, Value, compile};
use super::{Disk, file, names};

struct Anybody;

impl Person for Anybody {
    fn cell(&self, column: usize) -> Cell<'_> {
        match column {
            0 => Cell::Text("Ada ünï 👩‍🚀"),
            1 => Cell::Owned(Value::Number(7.into())),
            _ => Cell::Owned(Value::Null),
        }
    }
}

fn exercise(text: &str) {
    let Ok(parsed) = hcl_edit::parser::parse_expr(text) else { return };
    let (mut expr, _) = compile(text, file(text), &parsed);
    let known = names(&[("a", "[1, \"x\", null]"), ("b", "{ x = 1, y = [true] }"), ("c", "\"é\"")]);
    let environment = |_: &str| Some("secret".to_owned());
    let env = Env {
        variables: &known,
        locals: &known,
        users: &known,
        person: Some(&Anybody),
        files: Some(&Disk),
        environment: Some(&environment),
        budget: None,
    };
    let _ = Env::empty().eval(&expr);
    expr.bind(&Arc::new(Columns::new(["a", "b", "c"])));
    let before = env.eval(&expr);
    expr.resolve(&env);
    let after = env.eval(&expr);
    assert_eq!(before.is_ok(), after.is_ok(), "{text}");
    if let (Ok(before), Ok(after)) = (before, after) {
        assert_eq!(before, after, "{text}");
    }
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("\"\"".to_owned()),
        Just("x".to_owned()),
        Just("person".to_owned()),
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,3})?",
        "\"[a-z%é/$0-9(){}.\\[\\]^,-]{0,6}\"",
        "(var|local|user|person|connection)\\.[a-d]",
        "env\\(\"[AB]\"\\)",
    ];
    let names: Vec<&'static str> =
        super::super::functions::all().map(|function| function.name).collect();
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let many = prop::collection::vec(inner.clone(), 0..4);
        let operators =
            prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]);
        prop_oneof![
            4 => (prop::sample::select(names.clone()), many.clone(), any::<bool>()).prop_map(
                |(name, args, expand)| {
                    let dots = if expand && !args.is_empty() { "..." } else { "" };
                    format!("{name}({}{dots})", args.join(", "))
                }
            ),
            1 => many.prop_map(|items| format!("[{}]", items.join(", "))),
            1 => (inner.clone(), inner.clone()).prop_map(|(k, v)| format!("{{ ({k}) = {v} }}")),
            1 => (inner.clone(), operators, inner.clone())
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            1 => inner.clone().prop_map(|a| format!("({a}).x[*].y.*.z")),
            1 => inner.clone().prop_map(|a| format!("\"a ${{~ {a} ~}} b\"")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("\"%{{ for x in {a} ~}} ${{{b}}} %{{~ endfor }}\"")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("[for x in {a} : {b} if {c}]")),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("{{for x, y in {a} : {b} => {c}...}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn expressions_do_not_panic(text in expression()) {
        exercise(&text);
    }

    #[test]
    fn any_text_does_not_panic(text in "\\PC{0,40}") {
        exercise(&text);
    }

    #[test]
    fn text_of_the_language_does_not_panic(text in "[a-z0-9 .\"$%{}()\\[\\]*,:=<~!?&|/\n-]{0,40}") {
        exercise(&text);
    }

    #[test]
    fn formats_and_patterns_do_not_panic(pattern in "[%0-9+# .\\[\\]*a-zA-Z(){}?|^$/-]{0,12}") {
        let pattern = pattern.replace("${", "$").replace("%{", "%");
        exercise(&format!("format(\"{pattern}\", 1.5, \"é\", null)"));
        exercise(&format!("regexall(\"{pattern}\", \"a1-é\")"));
        exercise(&format!("replace(\"a1-é\", \"/{pattern}/\", \"{pattern}\")"));
    }
}

//! What Enroll writes is what `schema/` describes, and what it never writes is refused there.

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{TestEnv, repository};

pub(crate) fn validator(name: &str) -> Validator {
    let path = repository("schema").join(format!("{name}.schema.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

pub(crate) fn holds(validator: &Validator, text: &str) -> Value {
    let document: Value = serde_json::from_str(text).unwrap();
    let found: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(found.is_empty(), "{found:#?}\n{text}");
    document
}

/// Each change makes a valid document invalid.
fn refuses(validator: &Validator, valid: &Value, changes: &[(&str, Value)]) {
    for (pointer, wrong) in changes {
        let mut document = valid.clone();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("no {pointer}"));
        if let (Value::Object(map), Value::Null) = (&mut *parent, wrong) {
            assert!(map.remove(last).is_some(), "no {pointer}");
        } else if let Value::Object(map) = parent {
            map.insert(last.to_owned(), wrong.clone());
        } else {
            parent[last.parse::<usize>().unwrap()] = wrong.clone();
        }
        assert!(!validator.is_valid(&document), "{pointer} may be {wrong}");
    }
}

/// An account with everything a state may hold, and a plan with every kind of step.
fn company() -> TestEnv {
    let env = TestEnv::staff();
    env.edit(
        "main.hcl",
        "max_removals = 1",
        "max_removals = 1\n    max_privileges = 100\n    protect = [\"joan@example.com\", \"new@example.com\"]",
    );
    env.edit(
        "main.hcl",
        "  mapping {",
        "  prevent_removal = true\n\n  mapping {\n    roles = [person.team]\n    \
         licenses = { zoomWhiteboard = true, zoomEvents = \"500\" }",
    );
    env.write(
        "v.hcl",
        "user \"ada\" {\n  user_name = \"byron@example.com\"\n  title = \"Countess\"\n}\n",
    );
    env.write(
        "z.hcl",
        "rule \"byron\" {\n  connection = connection.prod\n  users = [user.ada]\n}\n",
    );
    env
}

#[test]
fn every_plan_is_valid() {
    let plan = validator("plan");
    let env = company();
    let run = |args: &[&str]| env.sandbox(&[&["plan", "-format=json"], args].concat()).stdout;
    let first = holds(&plan, &run(&["-show-unmanaged"]));
    env.edit("main.hcl", ", \"new@example.com\"", "");
    env.edit("main.hcl", "protect = [\"joan@example.com\"]", "");
    env.applied();
    env.edit("main.hcl", "prevent_removal = true", "");
    env.edit("people.csv", "Grace,Engineering", "Grace,none");
    env.edit("people.csv", "Joan,Sales,active", "Joan,Marketing,left");
    env.write("v.hcl", "");
    env.write("z.hcl", "");
    let flags = ["-confirm=ada@example.com", "-allow-removals=2", "-allow-deletes=1"];
    let flags = [&flags[..], &["-retry-refused", "-allow-empty=hr", "-show-unmanaged"]].concat();
    let later = holds(&plan, &run(&flags));
    env.sandbox(&[&["plan", "-out=saved.json"], &flags[..]].concat());
    let saved = holds(&plan, &env.read("saved.json"));
    refuses(&plan, &saved, &[("/checksum", json!("sha256:1"))]);
    let steps = |plan: &Value| plan["changes"].as_array().unwrap().len();
    assert!(steps(&first) == 4 && steps(&later) == 3, "{first:#}\n{later:#}");

    let redacted = holds(&plan, &run(&[&flags[..], &["-redact"]].concat()));
    refuses(&plan, &redacted, &[("/redacted", json!(false)), ("/basis/lineage", Value::Null)]);

    env.edit("people.csv", "E2,", "E1,");
    let failed = holds(&plan, &run(&[]));

    refuses(
        &plan,
        &later,
        &[
            ("/format_version", json!("2.0")),
            ("/summary", Value::Null),
            ("/summary/create", json!(-1)),
            ("/summary/created", json!(1)),
            ("/changes/0/actions/0", json!("replace")),
            ("/changes/0/reason", json!("because")),
            ("/changes/0/address", json!("prod/ada")),
            ("/changes/0/id", Value::Null),
            ("/changes/0/secret", json!("x")),
            ("/changes/1/attributes/0/name", json!("password")),
            ("/changes/1/attributes/0/after", json!(3)),
            ("/changes/1/attributes/0/origin", json!("service")),
            ("/guards/0/kind", json!("creates")),
            ("/basis/config", json!("sha256:12")),
            ("/basis/options/force", json!(true)),
            ("/complete", json!("yes")),
            ("/diagnostics", Value::Null),
        ],
    );
    refuses(
        &plan,
        &first,
        &[("/changes/3/blocked/0/by", json!("me")), ("/changes/0/source/line", json!(0))],
    );
    refuses(
        &plan,
        &failed,
        &[
            ("/diagnostics", json!([])),
            ("/diagnostics/0/severity", json!("fatal")),
            ("/diagnostics/0/help", Value::Null),
            ("/complete", json!(false)),
        ],
    );
}

#[test]
fn every_state_is_valid() {
    let state = validator("state");
    let env = company();
    env.edit("main.hcl", "\"joan@example.com\", \"new@example.com\"", "\"nobody@example.com\"");
    env.applied();
    holds(&state, &env.state());
    env.edit("main.hcl", "nobody@", "grace@");
    env.edit(
        "main.hcl",
        "guard {",
        "actions {\n    deprovision_on_rule_deletion = true\n  }\n  guard {",
    );
    env.write("z.hcl", "");
    env.applied();
    let settled = holds(&state, &env.state());
    let accounts = &settled["connections"]["prod"]["accounts"];
    assert_eq!(accounts["ada"]["status"], "deprovisioned", "{settled:#}");
    assert_eq!(accounts["hr/E2"]["protect"], true, "{settled:#}");

    let account = |name: &str| format!("/connections/prod/accounts/{name}");
    let one = account("hr~1E2");
    refuses(
        &state,
        &settled,
        &[
            ("/format_version", json!("1.2")),
            ("/checksum", json!("md5:0")),
            ("/lineage", json!("mine")),
            ("/serial", json!("7")),
            ("/client_secret", json!("x")),
            ("/connections/prod/token", json!("x")),
            (&format!("{one}/written/password"), json!("x")),
            (&format!("{one}/written/roles"), json!([1])),
            (&format!("{one}/status"), json!("gone")),
            (&format!("{one}/origin"), Value::Null),
            (&format!("{one}/protect"), json!(false)),
            (&format!("{one}/updated"), json!("yesterday")),
            (&format!("{}/left/reason", account("ada")), Value::Null),
        ],
    );
}

//! Licences, seats and roles.

use serde_json::{Value, json};

use super::service::ZOOM;
use super::{Case, Manners, Service, not_yet};

/// Runs in the sandbox.
fn sandbox(case: &Case, args: &[&str], code: i32) -> String {
    let ran = case.run(&[&["--sandbox"], args].concat());
    assert_eq!(ran.code, code, "{ran}");
    ran.stdout + &ran.stderr
}

fn sandbox_plan(case: &Case, args: &[&str]) -> Value {
    let ran = case.run(&[&["--sandbox", "plan", "-format=json"], args].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"))
}

fn guard<'a>(plan: &'a Value, kind: &str) -> &'a Value {
    plan["guards"].as_array().unwrap().iter().find(|guard| guard["kind"] == kind).unwrap()
}

#[test]
fn case_01_lost_licences_trip_the_guard() {
    let case = Case::new("01-licences-unguarded");
    sandbox(&case, &["apply", "-auto-approve"], 0);
    case.replace("people.csv", "later.csv");
    let said = sandbox(&case, &["apply", "-auto-approve"], 5);
    assert!(!said.contains("200 updated"), "{said}");
    let plan = sandbox_plan(&case, &[]);
    let removals = guard(&plan, "removals");
    assert_eq!((&removals["planned"], &removals["tripped"]), (&json!(200), &json!(true)));
    assert_eq!(
        removals["by_kind"],
        json!({"disable": 0, "delete": 0, "downgrade": 200, "forget": 0})
    );
    let attributes = &plan["changes"][0]["attributes"];
    assert_eq!(
        attributes,
        &json!([
            {"name": "licenses.zoomOneEntPremier", "before": "16", "after": "0", "origin": "config"},
            {"name": "licenses.zoomWhiteboardPlus", "before": true, "after": false, "origin": "config"},
        ])
    );
    sandbox(&case, &["apply", "-auto-approve", "-allow-removals=200"], 0);
    assert!(sandbox(&case, &["plan", "-detailed-exitcode"], 0).contains("No changes."));
}

#[test]
fn case_02_what_zoom_never_shows_is_sent_once_and_settles() {
    let service = Service::new(Manners { write_only: Some("zoomPhone"), ..Manners::default() });
    let case = Case::at("02-phone-licence-never-settles", &service);
    let first = case.run(&["plan"]);
    assert!(first.says("licenses.zoomPhoneCallingPlan: \"3000\" (not readable)"), "{first}");
    case.apply(&[], 0);
    case.plan(&[], 0);
    case.apply(&[], 0);

    // Another plan is sent, nothing else is, and what was before is not claimed to be known.
    case.env.edit("main.hcl", "3000", "200");
    let plan = case.run(&["plan"]);
    assert!(plan.says("licenses.zoomPhoneCallingPlan: (not readable) → \"200\""), "{plan}");
    service.take_seen();
    case.apply(&[], 0);
    let sent: Vec<String> = service
        .take_seen()
        .into_iter()
        .filter(|seen| seen.method == "PUT")
        .map(|seen| seen.body)
        .collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let body: Value = serde_json::from_str(&sent[0]).unwrap();
    assert_eq!(body[ZOOM], json!({"zoomPhoneCallingPlan": "200"}));
    case.plan(&[], 0);

    // Whoever loses it is counted, and it is switched off aloud.
    case.env.edit("main.hcl", "\"200\"", "\"\"");
    let plan = case.json(&[]);
    assert_eq!(guard(&plan, "removals")["by_kind"]["downgrade"], 1);
    assert_eq!(plan["changes"][0]["attributes"][0]["readable"], false);
    service.take_seen();
    case.apply(&[], 0);
    assert!(service.take_seen().iter().any(|s| s.body.contains("\"zoomPhoneCallingPlan\":\"\"")));
    case.plan(&[], 0);
}

#[test]
fn a_disable_takes_the_phone_too_and_an_enable_gives_it_back() {
    let service = Service::new(Manners { write_only: Some("zoomPhone"), ..Manners::default() });
    let case = Case::at("02-phone-licence-never-settles", &service);
    case.apply(&[], 0);
    let name = "user_name = \"ada@example.com\"";
    case.env.edit("main.hcl", name, &format!("{name}\n  active = false"));
    case.apply(&[], 0);
    case.env.edit("main.hcl", "active = false", "active = true");
    service.take_seen();
    case.apply(&[], 0);
    let bodies: String = service.take_seen().into_iter().map(|seen| seen.body).collect();
    assert!(bodies.contains("\"zoomPhoneCallingPlan\":\"3000\""), "{bodies}");
    assert!(bodies.contains("\"zoomOneEntPremier\":\"16\""), "{bodies}");
    case.plan(&[], 0);
}

#[test]
fn case_03_an_empty_cell_is_no_licence_and_an_emptied_one_takes_it_away() {
    let service = Service::new(Manners {
        tidy: Some(|user| {
            if let Some(Value::Object(licences)) = user.get_mut(ZOOM) {
                licences.retain(|_, value| !value.is_null() && value != "");
            }
        }),
        ..Manners::default()
    });
    let case = Case::at("03-empty-licence-text", &service);
    case.apply(&[], 0);
    case.plan(&[], 0);
    case.env.edit("people.csv", "b@example.com,16", "b@example.com,");
    case.apply(&[], 0);
    assert_eq!(service.user("b@example.com")[ZOOM], json!({}));
    case.plan(&[], 0);
}

#[test]
fn case_licence_empty_settles_in_the_sandbox() {
    let case = Case::new("licence-empty");
    sandbox(&case, &["apply", "-auto-approve"], 0);
    sandbox(&case, &["plan", "-detailed-exitcode"], 0);
    sandbox(&case, &["apply", "-auto-approve"], 0);
    assert!(!sandbox(&case, &["plan"], 0).contains("blocked by"));
}

#[test]
fn case_04_what_a_rule_leaves_behind_is_named() {
    let case = Case::new("04-licence-stays-after-the-rule");
    sandbox(&case, &["apply", "-auto-approve"], 0);
    case.replace("people.csv", "later.csv");
    let said = sandbox(&case, &["plan"], 0);
    not_yet(16, said.contains("user_type") && said.contains("zoomWhiteboard"));
}

#[test]
fn case_05_user_types_that_zoom_knows_are_known() {
    let case = Case::new("05-collaboration-warning");
    let ran = case.run(&["validate"]);
    assert!(ran.code == 0 && !ran.says("warning"), "{ran}");
    case.env.edit("main.hcl", "Collaboration", "Platinum");
    let ran = case.run(&["validate"]);
    assert!(ran.says("warning") && ran.says("Platinum"), "{ran}");
}

#[test]
fn case_31_more_than_half_trips_at_any_size() {
    let case = Case::new("31-small-file-cut-short");
    sandbox(&case, &["apply", "-auto-approve"], 0);
    case.replace("people.csv", "later.csv");
    let said = sandbox(&case, &["apply", "-auto-approve"], 5);
    assert!(said.contains("more than half"), "{said}");
    sandbox(&case, &["apply", "-auto-approve", "-allow-removals=5"], 0);
}

#[test]
fn case_51_roles_are_guarded_and_only_these_steps_wait() {
    let case = Case::new("51-roles-are-not-guarded");
    sandbox(&case, &["apply", "-auto-approve"], 0);
    case.replace("people.csv", "later.csv");
    // Something else changes too, of somebody whose role does and of somebody else.
    case.env.edit("people.csv", ",G0,", ",Grace,");
    case.env.edit("people.csv", ",G1,", ",Ada,");
    let plan = sandbox_plan(&case, &[]);
    let privileges = guard(&plan, "privileges").clone();
    let planned = privileges["planned"].as_u64().unwrap();
    assert_eq!((&privileges["limit"], &privileges["tripped"]), (&json!(0), &json!(true)));
    let changes = plan["changes"].as_array().unwrap();
    let held = |c: &&Value| c["blocked"] == json!([{"action": "update", "by": "guard.privileges"}]);
    assert_eq!(changes.iter().filter(held).count() as u64, planned);
    assert_eq!(plan["summary"]["update"], 2);

    let said = sandbox(&case, &["apply", "-auto-approve"], 5);
    assert!(said.contains("2 updated") && said.contains("held back"), "{said}");
    assert!(said.contains("p1@example.com (account.prod[\"hr/E1\"]): update"), "{said}");
    let section = said.find("Privileges:").unwrap();
    assert!(section < said.find("Changes:").unwrap(), "{said}");

    // A number that is not that of the plan lets nobody through; that number does.
    let wrong = format!("-allow-privileges={}", planned + 1);
    sandbox(&case, &["apply", "-auto-approve", &wrong], 5);
    let exact = format!("-allow-privileges={planned}");
    sandbox(&case, &["plan", &exact, "-out=roles.plan"], 0);
    sandbox(&case, &["apply", "roles.plan"], 0);
    sandbox(&case, &["plan", "-detailed-exitcode"], 0);
}

#[test]
fn case_saved_plan_after_a_look_says_the_same_and_is_applied() {
    let case = Case::new("saved-plan-after-a-look");
    sandbox(&case, &["apply", "-auto-approve"], 0);
    case.env.edit("main.hcl", "# phone", "phone = \"+1 2015550123\"");
    case.env.edit("people.csv", "ada@example.com,", "ada@example.com,Boss");
    let shown = |args: &[&str]| {
        let mut plan = sandbox_plan(&case, args);
        plan["cost"] = Value::Null;
        plan
    };
    let cold = shown(&["-out=saved.plan"]);
    assert_eq!(cold["changes"][0]["attributes"][0]["before"], Value::Null);
    assert_eq!(shown(&[]), cold);
    assert_eq!(shown(&["-refresh=full"]), cold);
    let cache = case.env.path().join(".enroll/sandbox/cache");
    if cache.exists() {
        std::fs::remove_dir_all(cache).unwrap();
    }
    assert_eq!(shown(&[]), cold);
    sandbox(&case, &["apply", "saved.plan"], 0);
}

//! Saved plans.

use super::{Case, Manners, Service, not_yet};

/// Whatever step of a reviewed change fails, applying the same plan again finishes it.
#[test]
fn case_33_a_saved_plan_is_finished_after_its_own_half() {
    for method in ["PUT", "PATCH"] {
        let service = Service::new(Manners::default());
        let case = Case::at("33-saved-plan-half-done", &service);
        case.apply(&[], 0);
        case.replace("people.csv", "later.csv");
        case.run(&["plan", "-out=plan.json"]);
        service.manners(|manners| manners.fail_once = Some((method, 500)));
        let half = case.run(&["apply", "plan.json"]);
        let again = case.run(&["apply", "plan.json"]);
        assert!(half.code == 4 && again.code == 0, "{half}{again}");
        let ada = service.user("ada@example.com");
        assert_eq!(ada["active"], false, "{ada}");
        assert!(ada.to_string().contains("Legal"), "{ada}");
        case.plan(&[], 0);

        // What nobody reviewed is still not covered.
        case.env.edit("people.csv", "bob@example.com,Ops", "bob@example.com,Sales");
        let other = case.run(&["apply", "plan.json"]);
        assert_eq!(other.code, 3, "{other}");
    }
}

/// A number names nobody, and says so; codes that do come later.
#[test]
fn case_34_an_allowance_is_only_a_number() {
    let case = Case::new("34-allowance-is-only-a-number");
    let people = |from: usize, to: usize| {
        let rows: Vec<_> = (from..to).map(|n| format!("E{n:02},u{n:02}@example.com")).collect();
        case.write("people.csv", format!("id,email\n{}\n", rows.join("\n")));
    };
    people(0, 60);
    case.apply(&["-sandbox"], 0);
    people(10, 60);
    let plan = case.run(&["-sandbox", "plan"]);
    assert!(plan.says("`--allow-removals 10` lets 10 through. The number names nobody"), "{plan}");
    let allowed = case.run(&["-sandbox", "plan", "-allow-removals=10"]);
    assert!(allowed.says("--allow-removals 10; the number names nobody"), "{allowed}");

    // Beside a saved plan it lets only those through that were reviewed.
    case.run(&["-sandbox", "plan", "-allow-removals=10", "-out=plan.json"]);
    people(0, 50);
    assert_eq!(case.run(&["-sandbox", "apply", "plan.json"]).code, 3);
    let others = case.run(&["-sandbox", "apply", "-auto-approve", "-allow-removals=10"]);
    not_yet(21, others.code == 5 && plan.says("--allow removals-10-"));
}

/// The plan carries its variables; what is sensitive is given anew, and the printed command is complete.
#[test]
fn case_35_variables_travel_in_a_saved_plan() {
    let case = Case::new("35-variables-of-a-saved-plan");
    let plan = ["-sandbox", "plan", "-var=dept=Ops", "-out=plan.json"];
    let saved = case.run(&plan);
    assert_eq!(saved.code, 0, "{saved}");
    assert_eq!(saved.last(), "To carry out exactly this: enroll --sandbox apply plan.json");
    let json: serde_json::Value = serde_json::from_str(&case.env.read("plan.json")).unwrap();
    assert_eq!(json["basis"]["variables"]["dept"], "Ops");

    let other = case.run(&["-sandbox", "apply", "-var=dept=Sales", "plan.json"]);
    assert!(other.code == 1 && other.says("--var dept is not what variable `dept` was"), "{other}");
    case.write("other.vars.hcl", "dept = \"Sales\"\n");
    let other = case.run(&["-sandbox", "apply", "-var-file=other.vars.hcl", "plan.json"]);
    assert!(other.code == 1 && other.says("other.vars.hcl"), "{other}");
    // The same value may be repeated, and what the environment says otherwise does not count.
    let args = ["-sandbox", "apply", "-var=dept=Ops", "plan.json"];
    let done = case.env.run_with(&args, &[("ENROLL_VAR_dept", "Sales")]);
    assert!(done.code == 0 && done.says("1 created"), "{done}");
    assert!(case.json(&["-sandbox", "-var=dept=Ops"])["changes"] == serde_json::json!([]));

    // Values of any type come back as they were.
    case.env.edit("main.hcl", "type = string", "type = list(object({ n = number, t = string }))");
    case.env.edit("main.hcl", "= var.dept", "= \"${var.dept[0].t} ${var.dept[0].n}\"");
    let value = r#"-var=dept=[{ n = 0.1, t = "a \" $${x}" }]"#;
    assert_eq!(case.run(&["-sandbox", "plan", value, "-out=plan.json"]).code, 0);
    let done = case.run(&["-sandbox", "apply", "plan.json"]);
    assert!(done.code == 0 && done.says("1 updated"), "{done}");
}

#[test]
fn a_sensitive_variable_is_not_in_the_plan_and_is_named() {
    let case = Case::new("35-variables-of-a-saved-plan");
    let main = case.env.read("main.hcl");
    let secret = "variable \"pin\" {\n  sensitive = true\n}\n";
    let main = main.replace("env(\"ZOOM_CLIENT_SECRET\")", "var.pin") + secret;
    case.write("main.hcl", main);
    let args = ["-sandbox", "plan", "-var=dept=Ops", "-var=pin=s3cr3t-pin", "-out=-a b.json"];
    let saved = case.run(&args);
    assert_eq!(saved.code, 0, "{saved}");
    assert!(
        saved.says("To carry out exactly this: enroll --sandbox apply './-a b.json'"),
        "{saved}"
    );
    assert!(saved.last().ends_with("give them again there: ENROLL_VAR_pin"), "{saved}");
    assert!(!case.env.read("-a b.json").contains("s3cr3t-pin") && !saved.says("s3cr3t-pin"));
    let args = ["-sandbox", "apply", "./-a b.json"];
    let done = case.env.run_with(&args, &[("ENROLL_VAR_pin", "another-pin")]);
    assert_eq!(done.code, 0, "{done}");
}

//! Messages that lead somewhere.

use std::process::Command;

use super::{Case, not_yet};

/// The help for Terraform's `import` block named a command that is not there.
#[test]
fn case_57_the_help_for_an_import_block_names_what_there_is() {
    let case = Case::new("57-import-command-does-not-exist");
    let ran = case.run(&["validate"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("is adopted by its address"), "{ran}");
    assert!(ran.stderr.contains("`moved`"), "{ran}");
    let exists = case.run(&["import", "-help"]).code == 0;
    assert!(exists || !ran.stderr.contains("enroll import"), "{ran}");
}

/// Terraform's flags and commands are answered; those that mean the same are to be understood.
#[test]
fn case_58_habits_of_the_command_line_are_answered() {
    let case = Case::new("58-terraforms-flags");
    let answered = |args: &[&str], way: &str| {
        let ran = case.run(args);
        assert_eq!(ran.code, 1, "{ran}");
        assert!(ran.stderr.contains(way), "{ran}");
        assert!(!ran.stderr.contains("'-l'"), "{ran}");
    };
    answered(&["-sandbox", "plan", "-lock=false"], "an apply always locks its state");
    answered(&["destroy"], "`removed` block");
    answered(&["console"], "enroll plan");
    answered(&["workspace", "list"], "each folder is a configuration");
    let json = case.run(&["-sandbox", "plan", "-json"]);
    let input = case.run(&["-sandbox", "plan", "-input=false"]);
    not_yet(21, json.code == 0 && input.code == 0);
    answered(&["-sandbox", "plan", "-json"], "--format json");
    answered(&["-sandbox", "plan", "-input=false"], "--no-input");
}

/// Dates are compared by Terraform's functions, and `>` on texts leads to them; the day, and `ends`, are to come.
#[test]
fn case_59_dates_are_compared_as_times() {
    let case = Case::new("59-dates");
    let main = case.env.read("main.hcl");
    let ran = case.run(&["validate"]);
    not_yet(18, ran.code == 0);
    assert!(ran.stderr.contains("no expression knows what day it is"), "{ran}");
    assert!(!ran.stderr.contains("no function `timecmp`"), "{ran}");

    case.write("main.hcl", main.replace("plantimestamp()", "\"2026-11-28T00:00:00Z\""));
    let ran = case.run(&["-sandbox", "plan"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stdout.contains("1 to create"), "{ran}");

    let wanted = "timecmp(\"${person.end}T00:00:00Z\", plantimestamp()) > 0";
    assert!(main.contains(wanted));
    case.write("main.hcl", main.replace(wanted, "person.end > \"2026-11-28\""));
    let ran = case.run(&["validate"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("timecmp(a, b) > 0"), "{ran}");

    case.write("main.hcl", main.replace(&format!("active = {wanted}"), "ends = person.end"));
    not_yet(18, case.run(&["validate"]).code == 0);
}

/// A file of Terraform's variables gives no values here, and whoever wonders is told.
#[test]
fn a_file_of_terraforms_variables_is_named() {
    let case = Case::new("57-import-command-does-not-exist");
    case.write("main.hcl", "variable \"domain\" {\n  default = \"a.example\"\n}\n");
    let ran = case.run(&["validate"]);
    assert!(!ran.stderr.contains("vars"), "{ran}");
    for (name, way) in [
        ("terraform.tfvars", "rename it to `terraform.auto.vars.hcl`"),
        ("prod.auto.tfvars", "rename it to `prod.auto.vars.hcl`"),
        ("prod.auto.tfvars.json", "write its values into `prod.auto.vars.hcl`"),
    ] {
        case.write(name, "domain = \"b.example\"\n");
        let ran = case.run(&["validate"]);
        assert!(ran.stderr.contains(&format!("note: `{name}` is not read")), "{ran}");
        assert!(ran.stderr.contains(way), "{ran}");
        std::fs::remove_file(case.env.path().join(name)).unwrap();
    }
}

/// A column whose name has a blank stands in brackets.
#[test]
fn a_column_with_a_blank_is_written_in_brackets() {
    let case = Case::new("59-dates");
    let main = case.env.read("main.hcl");
    for (written, way) in [
        ("given_name = person.first name", "person[\"first name\"]"),
        ("given_name = lower(person.first name)", "person[\"first name\"]"),
        ("given_name = \"${person.E-Mail Address work}\"", "person[\"E-Mail Address work\"]"),
    ] {
        let lines = main.lines().map(|line| if line.contains("active") { written } else { line });
        case.write("main.hcl", lines.collect::<Vec<_>>().join("\n"));
        let ran = case.run(&["validate"]);
        assert_eq!(ran.code, 1, "{ran}");
        assert!(ran.stderr.contains(way), "{ran}");
    }
}

/// What a directory reads gets into the repository, what is Enroll's own does not.
#[test]
fn case_60_init_ignores_the_people() {
    let case = Case::new("60-init-ignores-the-people");
    assert_eq!(case.run(&["init"]).code, 0);
    let git = |args: &[&str]| {
        Command::new("git").args(args).current_dir(case.env.path()).output().unwrap().status
    };
    assert!(git(&["init", "-q"]).success());
    for name in ["people.csv", "people.json", "people.jsonl", "people/hq.csv", "export-2026.json"] {
        assert_eq!(git(&["check-ignore", "-q", name]).code(), Some(1), "{name}");
    }
    for name in ["enroll.state.json", ".enroll/cache/prod.json", "review.plan.json"] {
        assert_eq!(git(&["check-ignore", "-q", name]).code(), Some(0), "{name}");
    }
}

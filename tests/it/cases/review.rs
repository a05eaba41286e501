//! What reviews say.

use serde_json::Value;

use super::Case;
use super::service::{Manners, Service};

/// Changes the accounts of the sandbox as somebody would by hand.
fn by_hand(case: &Case, change: impl Fn(&str, &mut Value)) {
    let file = ".enroll/sandbox/prod.json";
    let mut account: Value = serde_json::from_str(&case.env.read(file)).unwrap();
    for user in account["users"].as_array_mut().unwrap() {
        let name = user["profile"]["userName"].as_str().unwrap().to_owned();
        let before = user["profile"].clone();
        change(&name, &mut user["profile"]);
        if user["profile"] != before {
            user["modified"] = "2026-11-28T23:00:00Z".into();
            user["revision"] = (user["revision"].as_u64().unwrap() + 1).into();
        }
    }
    case.write(file, account.to_string());
}

/// So many people with a column of their own.
fn people(count: usize, header: &str, cell: impl Fn(usize) -> String) -> String {
    let row = |n: usize| format!("{n:04},u{n:04}@example.com,{}", cell(n));
    let rows: Vec<_> = (0..count).map(row).collect();
    format!("id,email,{header}\n{}\n", rows.join("\n"))
}

#[test]
fn case_36_a_comment_is_never_cut_before_what_is_blocked() {
    let case = Case::new("36-comment-drops-the-blocked");
    case.write("people.csv", people(1300, "dept", |_| "Sales".to_owned()));
    case.apply(&["-sandbox"], 0);
    by_hand(&case, |name, profile| {
        if name == "u1299@example.com" {
            profile["active"] = false.into();
        }
    });
    let dept = |n| if n == 1299 { "Sales" } else { "Revenue" }.to_owned();
    case.write("people.csv", people(1300, "dept", dept));
    let shown = case.run(&["-sandbox", "plan", "-format=markdown"]).stdout;
    assert!(shown.len() <= 60_000 && shown.contains("more not shown"), "{}", shown.len());
    let blocked = shown.find("### Blocked (1)").unwrap();
    let ordinary = shown.find("<details><summary>Update (1299)").unwrap();
    assert!(blocked < ordinary, "{blocked} {ordinary}");
    assert!(shown[blocked..ordinary].contains("u1299@example.com"));
}

/// The reason is where the difference comes from: the rule, what it names, or the person's record.
#[test]
fn case_37_the_reason_names_what_moved() {
    let case = Case::new("37-wrong-reason");
    let why = || {
        let plan = case.run(&["-sandbox", "plan"]);
        let (_, why) = plan.stdout.split_once("update (").expect("an update");
        why.lines().next().unwrap().to_owned()
    };
    let main = case.env.read("main.hcl");
    let name = "given_name = person.first";
    case.apply(&["-sandbox"], 0);
    case.write("main.hcl", main.replace(name, &format!("{name}\n    title = \"Staff\"")));
    assert_eq!(why(), "changed in main.hcl (rule staff))");

    // Another layout says nothing else; the columns that differ are named.
    case.write("main.hcl", main.replace(name, "given_name  =  (\n person.first /* first */ )"));
    case.write("main.hcl", main.replace(name, "given_name   =    person.first # the first"));
    case.write(
        "people.csv",
        "id,email,first,last\nE1,ada@example.com,Ada,King\nE2,bo@example.com,Bo,B\n",
    );
    assert_eq!(why(), "changed in people.csv (last))");
    case.write("main.hcl", main.replace(name, "given_name = upper(person.first)"));
    assert_eq!(why(), "changed in main.hcl (rule staff); changed in people.csv (last))");
    case.apply(&["-sandbox"], 0);

    // What an expression names is named, with its file where one says its value.
    let named = main.replace(name, "given_name = \"${local.x}${person.first}${var.y}\"");
    case.write("locals.hcl", "locals {\n  x = \"a\"\n}\nvariable \"y\" {\n  default = \"b\"\n}\n");
    case.write("main.hcl", &named);
    assert_eq!(why(), "changed in main.hcl (rule staff))");
    case.apply(&["-sandbox"], 0);
    case.env.edit("locals.hcl", "\"a\"", "\"c\"");
    let said = "changed in locals.hcl (local.x))";
    assert_eq!(why(), said);
    let plan = case.json(&["-sandbox"]);
    assert_eq!(
        plan["changes"][0]["changed_in"],
        serde_json::json!([{"file": "locals.hcl", "what": ["local.x"]}])
    );
    case.apply(&["-sandbox"], 0);
    let plan = case.run(&["-sandbox", "plan", "-var=y=z"]);
    assert!(plan.says("(changed in var.y)"), "{plan}");
}

/// Drift is counted whole, whatever becomes of it: blocked, taken away, reverted.
#[test]
fn case_38_all_that_drifted_is_counted() {
    let case = Case::new("38-drift-counted-too-low");
    case.write("people.csv", people(20, "first", |n| format!("G{n}")));
    case.apply(&["-sandbox"], 0);
    by_hand(&case, |name, profile| match name {
        "u0000@example.com" => profile["active"] = false.into(),
        "u0001@example.com" => profile["userType"] = "Licensed".into(),
        "u0002@example.com" => profile["name"]["givenName"] = "Nick".into(),
        _ => {}
    });
    let first = |n| if n > 9 { format!("N{n}") } else { format!("G{n}") };
    case.write("people.csv", people(20, "first", first));
    let said = "Drift: 3 accounts drifted, of which 1 stays as it is.";
    for format in ["text", "markdown", "html"] {
        let plan = case.run(&["-sandbox", "plan", &format!("-format={format}")]);
        assert!(plan.stdout.contains(said), "{plan}");
    }
    assert_eq!(case.json(&["-sandbox"])["summary"]["drifted"], 3);
}

/// A service drops the title when it creates somebody: said at once, and never taken for somebody's change.
#[test]
fn case_39_create_that_was_not_kept() {
    let service = Service::new(Manners { drop: vec!["title"], ..Manners::default() });
    let case = Case::at("39-create-that-was-not-kept", &service);
    let ran = case.apply(&[], 4);
    assert!(ran.stderr.contains("did not keep title"), "{ran}");
    let plan = case.plan(&[], 2);
    assert!(!plan.stdout.contains("hanged in the service"), "{plan}");
    assert!(plan.stdout.contains("did not keep it"), "{plan}");
    case.apply(&[], 0);
}

/// A new address that the service ignores: every later plan says what to do, and is not green.
#[test]
fn case_40_blocked_for_good_exit_0() {
    let service = Service::new(Manners { ignore_name: true, ..Manners::default() });
    let case = Case::at("40-blocked-for-good-exit-0", &service);
    case.apply(&[], 0);
    case.replace("people.csv", "later.csv");
    case.apply(&[], 4);
    for _ in 0..2 {
        let plan = case.plan(&[], 2);
        assert!(plan.stdout.contains("rename the account to ada.smith@example.com"), "{plan}");
        assert!(plan.stdout.contains("by hand") && !plan.stdout.contains("--retry"), "{plan}");
        case.apply(&[], 0);
    }
}

//! People who left, and people who come back.

use serde_json::{Value, json};

use super::{Case, Manners, Service};

/// A connection `prod`, and a rule that selects these people and nobody else.
fn company(kind: &str, actions: &str, people: &[&str]) -> String {
    let (path, auth) = match kind {
        "zoom" => (
            "scim2",
            "token_url     = \"@URL@/oauth/token\"\n    account_id    = env(\"ZOOM_ACCOUNT_ID\")\n    \
             client_id     = env(\"ZOOM_CLIENT_ID\")\n    client_secret = env(\"ZOOM_CLIENT_SECRET\")",
        ),
        _ => ("scim/v2", "method = \"bearer_token\"\n    token  = env(\"SCIM_TOKEN\")"),
    };
    let users: Vec<String> = people
        .iter()
        .map(|name| {
            let label = name.split('@').next().unwrap();
            format!("user \"{label}\" {{\n  user_name = \"{name}\"\n}}\n")
        })
        .collect();
    let users = users.concat();
    let selected: Vec<_> =
        people.iter().map(|name| format!("user.{}", name.split('@').next().unwrap())).collect();
    format!(
        "connection \"prod\" {{\n  type     = \"{kind}\"\n  scim_url = \"@URL@/{path}\"\n  max_in_flight = 1\n  \
         actions {{\n{actions}\n  }}\n  guard {{\n    max_removals = 10\n    max_deletes = 10\n  }}\n  auth {{\n    \
         {auth}\n  }}\n  rate {{\n    list  = 2000\n    read  = 2000\n    write = 2000\n  }}\n}}\n{users}rule \
         \"all\" {{\n  connection = connection.prod\n  users      = [{}]\n}}\n",
        selected.join(", ")
    )
}

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const PAT: &str = "pat@partner.example";
const ZOE: &str = "zoe@example.com";

/// The one open leaver of a plan that has nothing to apply.
fn open(case: &Case) -> Value {
    let plan: Value = serde_json::from_str(&case.plan(&["-format=json"], 7).stdout).unwrap();
    assert_eq!(plan["leavers"].as_array().unwrap().len(), 1, "{plan:#}");
    plan["leavers"][0].clone()
}

#[test]
fn case_06_an_admin_who_left_is_never_green() {
    let service = Service::new(Manners::default());
    let case = Case::with(&company("zoom", "", &[ADA, BOB]), &service);
    case.apply(&[], 0);
    let admin = json!([{"value": "Admin", "display": "Admin", "primary": true}]);
    service.edit(BOB, |user| drop(user.insert("roles".to_owned(), admin)));
    case.write("main.hcl", company("zoom", "", &[ADA]));
    // Before any apply, after one, and every night.
    let first = open(&case);
    assert_eq!((&first["by"], &first["since"]), (&json!("admin"), &Value::Null), "{first}");
    case.apply(&[], 7);
    let since = open(&case)["since"].clone();
    assert!(since.is_string(), "{since}");
    case.apply(&[], 7);
    assert_eq!(open(&case)["since"], since, "when it began stays");
    for format in ["text", "markdown", "html"] {
        let said = case.run(&["plan", &format!("-format={format}")]).stdout;
        let at = said.find("1 person who left can still sign in").unwrap();
        for later in ["No changes", "0 to create", "Blocked"] {
            assert!(said.find(later).is_none_or(|later| at < later), "{format}: {said}");
        }
        assert!(said.contains(BOB) && said.contains(since.as_str().unwrap()), "{format}: {said}");
    }
    // Policy is no leaver.
    case.write("main.hcl", company("zoom", "    deprovision = false", &[ADA]));
    let plan = case.plan(&[], 0);
    assert!(plan.says("1 person who left stays: actions.deprovision is off"), "{plan}");
    case.apply(&[], 0);
    // The way to accept it.
    let accepted = "removed {\n  from        = account.prod[\"bob\"]\n  deprovision = false\n}\n";
    case.write("main.hcl", company("zoom", "", &[ADA]) + accepted);
    case.apply(&[], 0);
    case.plan(&[], 0);
    assert!(service.is_active(BOB));
}

#[test]
fn case_07_an_open_invitation_of_who_left_is_never_green() {
    let service = Service::new(Manners { pending: Some("partner.example"), ..Manners::default() });
    let people = |inactive: &str| {
        let text = company("zoom", "", &[ADA, PAT]);
        text.replace(&format!("\"{PAT}\"\n"), &format!("\"{PAT}\"\n{inactive}"))
    };
    let case = Case::with(&people(""), &service);
    case.apply(&[], 0);
    assert_eq!(case.record("pat")["status"], "pending");
    // Inactive at the source is the same as gone.
    for left in [people("  active = false\n"), company("zoom", "", &[ADA])] {
        case.write("main.hcl", left);
        case.apply(&[], 7);
        let leaver = open(&case);
        assert_eq!((&leaver["by"], &leaver["user_name"]), (&json!("pending"), &json!(PAT)));
        assert!(case.plan(&[], 7).says("the invitation is still open"));
    }
    service.accept(PAT);
    case.apply(&[], 0);
    assert!(!service.is_active(PAT));
    case.plan(&[], 0);
}

#[test]
fn case_08_no_kill_makes_an_invitation_anything_else() {
    for at in 1..=3 {
        let service =
            Service::new(Manners { pending: Some("partner.example"), ..Manners::default() });
        let case = Case::with(&company("zoom", "", &[ADA, PAT, ZOE]), &service);
        case.killed(&service, at);
        case.run(&["plan"]);
        // The service said nothing of pat's own create, and then that the address is taken.
        let is_unknown = at == 2;
        case.apply(&[], if is_unknown { 4 } else { 0 });
        let record = case.record("pat");
        assert_eq!(
            record["status"],
            if is_unknown { "unknown" } else { "pending" },
            "{at}: {record}"
        );
        assert!(is_unknown || !case.env.read("enroll.state.json").contains("adopted"), "{at}");

        case.write("main.hcl", company("zoom", "", &[ADA, ZOE]));
        assert!(!case.change(PAT)["actions"].to_string().contains("forget"), "{at}");
        case.apply(&[], 7);
        assert_eq!(open(&case)["by"], if is_unknown { "unproven" } else { "pending" }, "{at}");
        service.accept(PAT);
        case.apply(&[], if is_unknown { 7 } else { 0 });
        // What may not be ours is never switched off, and never green.
        assert_eq!(service.is_active(PAT), is_unknown, "{at}");
        if is_unknown {
            // Adopted while asked for, and ours from then on.
            case.write("main.hcl", company("zoom", "", &[ADA, PAT, ZOE]));
            assert_eq!(case.change(PAT)["actions"], json!(["adopt"]));
            case.apply(&[], 0);
            case.write("main.hcl", company("zoom", "", &[ADA, ZOE]));
            case.apply(&[], 0);
            assert!(!service.is_active(PAT));
        }
        case.plan(&[], 0);
    }
}

/// The same answers, where the invitation is somebody else's: nothing of it is Enroll's.
#[test]
fn case_08_an_address_taken_after_a_lost_answer_may_be_a_strangers() {
    let service = Service::new(Manners { fail_once: Some(("POST", 500)), ..Manners::default() });
    service.add(PAT);
    service.edit(PAT, |user| drop(user.insert("_pending".to_owned(), json!(true))));
    let case = Case::with(&company("zoom", "", &[PAT]), &service);
    let ran = case.apply(&[], 4);
    assert!(ran.says("not known"), "{ran}");
    assert_eq!(case.record("pat")["status"], "unknown");
    assert!(case.record("pat")["id"].is_null());
    case.write("main.hcl", company("zoom", "", &[ADA]));
    case.apply(&[], 7);
    service.accept(PAT);
    case.apply(&[], 7);
    assert!(service.is_active(PAT), "a stranger was switched off");
    case.run(&["state", "rm", "account.prod[\"pat\"]"]);
    case.plan(&[], 0);
}

#[test]
fn case_09_a_delete_that_only_switches_off() {
    let service = Service::new(Manners { soft_delete: true, ..Manners::default() });
    let actions = "    remove_action = \"delete\"";
    let case = Case::with(&company("scim", actions, &[ADA, BOB]), &service);
    case.apply(&[], 0);
    case.write("main.hcl", company("scim", actions, &[ADA]));
    case.apply(&[], 0);
    assert!(!service.is_active(BOB));
    // Not deleted again every night.
    case.plan(&[], 0);
    // Somebody switches it on again: the account of somebody who left is in use.
    service.edit(BOB, |user| drop(user.insert("active".to_owned(), json!(true))));
    assert_eq!(open(&case)["by"], "enabled_outside");
    case.apply(&[], 7);
    assert!(service.is_active(BOB));
    case.apply(&["-confirm", BOB], 0);
    assert!(!service.is_active(BOB));
    case.apply(&[], 0);
    case.plan(&[], 0);
    // And comes back.
    case.write("main.hcl", company("scim", actions, &[ADA, BOB]));
    let change = case.change(BOB);
    assert_eq!((&change["actions"], &change["blocked"]), (&json!(["adopt", "enable"]), &json!([])));
    case.apply(&[], 0);
    assert!(service.is_active(BOB));
    case.plan(&[], 0);
}

/// A directory with people, each with a number of their own.
fn staff(people: &str) -> String {
    let main = company("zoom", "", &[]);
    let (head, _) = main.split_once("rule ").unwrap();
    assert!(!people.is_empty());
    format!(
        "{head}directory \"hr\" {{\n  csv = \"people.csv\"\n  key = \"id\"\n}}\nrule \"staff\" {{\n  connection = \
         connection.prod\n  directory  = directory.hr\n  mapping {{\n    user_name   = person.email\n    given_name  \
         = person.first\n    family_name = person.last\n    user_type   = \"Licensed\"\n  }}\n}}\n"
    )
}

#[test]
fn case_11_a_rehire_with_a_new_surname() {
    const HEAD: &str = "id,email,first,last\nE2,bo@example.com,Bo,Brandt\n";
    for way in ["moved", "state rm"] {
        let service = Service::new(Manners::default());
        let case = Case::with(&staff(HEAD), &service);
        case.write("people.csv", format!("{HEAD}E1,{ADA},Ada,Alvarez\n"));
        case.apply(&[], 0);
        case.write("people.csv", HEAD);
        case.apply(&[], 0);
        assert!(!service.is_active(ADA));
        case.write("people.csv", format!("{HEAD}E9,{ADA},Ada,King\n"));
        let plan = case.json(&[]);
        let help = plan["diagnostics"][0]["help"].as_str().unwrap();
        let moved = help.find("from = account.prod[\"hr/E1\"]\n  to   = account.prod[\"hr/E9\"]");
        assert!(moved.unwrap() < help.find("state rm").unwrap(), "{help}");
        if way == "moved" {
            let from = help.find("moved {").unwrap();
            let block = &help[from..=help.find('}').unwrap()];
            case.write("moved.hcl", format!("{block}\n"));
        } else {
            case.run(&["state", "rm", "account.prod[\"hr/E1\"]"]);
            let plan = case.json(&[]);
            assert_eq!(plan["changes"][0]["blocked"], json!([]), "{plan:#}");
        }
        case.apply(&[], 0);
        let ada = service.user(ADA);
        assert_eq!((&ada["active"], &ada["userType"]), (&json!(true), &json!("Licensed")), "{way}");
        assert_eq!(ada["name"]["familyName"], "King", "{way}");
        case.plan(&[], 0);
    }
}

/// What is off by somebody else's hand stays off, whatever Enroll once did there.
#[test]
fn case_11_what_somebody_else_switched_off_later_is_not_enrolls() {
    let service = Service::new(Manners::default());
    let case = Case::with(&company("zoom", "", &[ADA, BOB]), &service);
    case.apply(&[], 0);
    case.write("main.hcl", company("zoom", "", &[ADA]));
    case.apply(&[], 0);
    case.run(&["state", "rm", "account.prod[\"bob\"]"]);
    let switch = |on: bool| {
        service.edit(BOB, |user| drop(user.insert("active".to_owned(), json!(on))));
        case.apply(&[], 0);
    };
    switch(true);
    switch(false);
    case.write("main.hcl", company("zoom", "", &[ADA, BOB]));
    let blocked = json!([{"action": "enable", "by": "disabled_outside"}]);
    assert_eq!(case.change(BOB)["blocked"], blocked);
}

#[test]
fn case_12_who_is_off_is_deleted_once_that_is_asked_for() {
    let removed = "removed {\n  from        = account.prod[\"bob\"]\n  deprovision = true\n}\n";
    let delete = "    remove_action = \"delete\"";
    for (actions, block, deletes) in
        [(delete, "", true), (delete, removed, true), ("", removed, false), ("", "", false)]
    {
        let service = Service::new(Manners::default());
        let case = Case::with(&company("zoom", "", &[ADA, BOB]), &service);
        case.apply(&[], 0);
        case.write("main.hcl", company("zoom", "", &[ADA]));
        case.apply(&[], 0);
        case.write("main.hcl", company("zoom", actions, &[ADA]) + block);
        case.plan(&[], if deletes { 2 } else { 0 });
        case.apply(&[], 0);
        assert_eq!(service.user(BOB).is_null(), deletes, "{actions} {block}");
        case.plan(&[], 0);
        // Within its guard.
        if deletes && block.is_empty() {
            case.write("main.hcl", company("zoom", "", &[ADA, ZOE]));
            case.apply(&[], 0);
            case.write("main.hcl", company("zoom", "", &[ADA]));
            case.apply(&[], 0);
            let none =
                company("zoom", actions, &[ADA]).replace("max_deletes = 10", "max_deletes = 0");
            case.write("main.hcl", none);
            case.apply(&[], 5);
        }
    }
}

/// The service refuses one newcomer for good. Whoever left goes in the first night all the same, and the newcomer is
/// not sent every night.
#[test]
fn case_13_one_refused_create_keeps_leavers() {
    let refuse = vec!["newbie@example.com"];
    let service = Service::new(Manners { refuse, ..Manners::default() });
    let case = Case::at("13-one-refused-create-keeps-leavers", &service);
    case.apply(&[], 0);
    case.replace("main.hcl", "later/main.hcl");
    case.apply(&["-allow-deletes", "1"], 4);
    assert_eq!(service.names(), ["ada@example.com"]);
    service.take_seen();
    case.apply(&[], 0);
    assert!(service.take_seen().iter().all(|seen| seen.method == "GET"));
    let plan = case.plan(&[], 2);
    assert!(plan.stdout.contains("create blocked by refused"), "{plan}");
    // Taken now: `--retry-refused` asks again.
    service.manners(|manners| manners.refuse.clear());
    case.apply(&["-retry-refused"], 0);
    case.plan(&[], 0);
}

//! Lists that are not what they seem: whole lives against services that count, cap, hide or double.

use super::{Case, Manners, Service};

#[test]
fn case_10_a_service_hides_who_is_off() {
    let service = Service::new(Manners { hide_inactive: true, ..Manners::default() });
    let case = Case::at("10-service-hides-who-is-off", &service);
    let on = case.env.read("people.csv");
    case.apply(&[], 0);
    case.replace("people.csv", "off.csv");
    case.apply(&[], 0);
    assert!(!service.is_active("bob@example.com"));
    let reads = || {
        let read =
            |seen: &super::service::Seen| seen.method == "GET" && seen.path.contains("/Users/");
        service.take_seen().iter().filter(|seen| read(seen)).count()
    };
    // Read once by its id; the next apply remembers it, though nothing else is to be done.
    reads();
    case.plan(&[], 0);
    assert_eq!(reads(), 1);
    case.apply(&[], 0);
    let state: serde_json::Value =
        serde_json::from_str(&case.env.read("enroll.state.json")).unwrap();
    assert_eq!(state["connections"]["svc"]["accounts"]["hr/E2"]["hidden"], true);
    reads();
    case.plan(&[], 0);
    case.apply(&[], 0);
    assert_eq!(reads(), 0, "not every night");
    // Somebody asks for it again.
    case.write("people.csv", on);
    case.apply(&[], 0);
    assert!(service.is_active("bob@example.com"));
    case.plan(&[], 0);
    case.apply(&[], 0);
    let state = case.env.read("enroll.state.json");
    assert!(!state.contains("hidden"), "{state}");
}

#[test]
fn case_23_a_directory_counts_fifty_at_most() {
    let service = Service::new(Manners { total_cap: Some(50), ..Manners::default() });
    for n in 0..50 {
        service.add(&format!("p{n:03}@example.com"));
    }
    let zoom = Service::new(Manners::default());
    let case = Case::between("23-capped-directory", &service, &zoom);
    case.apply(&[], 0);
    service.add("newhire@example.com");
    let ran = case.plan(&[], 2);
    assert!(ran.says("1 to create") && ran.says("0 to disable"), "{ran}");
    assert!(ran.says("50 unchanged"), "{ran}");
}

#[test]
fn case_24_a_service_counts_what_it_shows() {
    let service = Service::new(Manners { rows_cap: Some(50), ..Manners::default() });
    let case = Case::at("24-capped-service", &service);
    case.apply(&[], 0);
    let people: Vec<String> = case.env.read("people.csv").lines().map(str::to_owned).collect();
    let stay = |line: &&String| !line.contains("p70@") && !line.contains("p75@");
    let left: Vec<String> = people.iter().filter(stay).cloned().collect();
    case.write("people.csv", format!("{}\n", left.join("\n")));
    for args in [&["plan", "-detailed-exitcode"][..], &["apply", "-auto-approve"]] {
        let ran = case.run(args);
        assert_eq!(ran.code, 6, "{ran}");
        assert!(ran.says("max_page"), "{ran}");
    }
    // With the length of its pages said, the list is still not whole.
    case.env.edit("main.hcl", "type     = \"scim\"", "type     = \"scim\"\n  max_page = 50");
    case.plan(&[], 6);
    assert!(service.is_active("p70@example.com"));
}

#[test]
fn case_25_cursors_are_followed_and_a_test_lists_to_the_end() {
    let service = Service::new(Manners { cursor: true, ..Manners::default() });
    let zoom = Service::new(Manners::default());
    let fill = |service: &Service| {
        for n in 0..150 {
            service.add(&format!("p{n:03}@example.com"));
        }
    };
    fill(&service);
    let case = Case::between("25-cursor-paging", &service, &zoom);
    let ran = case.plan(&[], 2);
    assert!(ran.says("150 to create"), "{ran}");
    assert_eq!(case.run(&["test-connection", "idp"]).code, 0);

    let service = Service::new(Manners { no_start: Some(100), ..Manners::default() });
    fill(&service);
    let case = Case::between("25-cursor-paging", &service, &zoom);
    case.plan(&[], 6);
    let ran = case.run(&["test-connection", "idp"]);
    assert_eq!(ran.code, 6, "{ran}");
    assert!(ran.says("FAILED list"), "{ran}");
}

#[test]
fn case_44_accounts_of_one_address_are_named_and_left_alone() {
    let service = Service::new(Manners::default());
    let ids: Vec<String> =
        ["u1@example.com", "u1@example.com", "U1@EXAMPLE.com"].map(|name| service.add(name)).into();
    let case = Case::at("44-two-accounts-one-address", &service);
    let change = case.change("u1@example.com");
    assert_eq!(change["actions"], serde_json::json!([]));
    assert_eq!(change["blocked"][0]["by"], "ambiguous");
    assert_eq!(change["blocked"][0]["ids"], serde_json::json!(ids));
    for format in ["-format=text", "-format=markdown"] {
        let ran = case.run(&["plan", format]);
        assert!(ids.iter().all(|id| ran.says(id)), "{ran}");
    }
    // A plan that is saved says so too.
    case.run(&["plan", "--out", "p.json"]);
    let ran = case.run(&["show", "p.json"]);
    assert!(ids.iter().all(|id| ran.says(id)), "{ran}");
}

#[test]
fn case_52_ids_of_any_length_are_not_taken() {
    let service = Service::new(Manners { pad: Some(150_000), ..Manners::default() });
    let case = Case::at("52-service-exhausts-memory", &service);
    let ran = case.run(&["plan"]);
    assert!([1, 6].contains(&ran.code), "{ran}");
    assert!(ran.says("an account's id has 150001 bytes"), "{ran}");
}

#[test]
fn case_56_a_deadline_cuts_an_answer_that_trickles() {
    let service = Service::new(Manners { slow: true, ..Manners::default() });
    let case = Case::at("56-deadline-is-not-kept", &service);
    case.env.edit("main.hcl", "\"5s\"", "\"1s\"");
    let ran = case.run(&["plan"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("within the deadline of 1 s"), "{ran}");
}

/// A company of so many at a plain service.
fn company(service: &Service, people: usize, more: &str) -> Case {
    let case = Case::with(
        &format!(
            r#"connection "prod" {{
  type     = "scim"
  scim_url = "@URL@/scim/v2"{more}

  auth {{
    method = "bearer_token"
    token  = env("SCIM_TOKEN")
  }}

  guard {{
    max_removals = 50
  }}

  rate {{
    list  = 2000
    read  = 2000
    write = 2000
  }}
}}

directory "hr" {{
  csv = "people.csv"
  key = "id"
}}

rule "staff" {{
  connection = connection.prod
  directory  = directory.hr

  mapping {{
    user_name = person.email
  }}
}}
"#
        ),
        service,
    );
    staff(&case, people, &[]);
    case
}

/// Everybody but those who left.
fn staff(case: &Case, people: usize, left: &[usize]) {
    let stay = (0..people).filter(|n| !left.contains(n));
    let rows: Vec<_> = stay.map(|n| format!("E{n},p{n:03}@example.com")).collect();
    case.write("people.csv", format!("id,email\n{}\n", rows.join("\n")));
}

fn active(service: &Service, people: usize) -> Vec<usize> {
    (0..people).filter(|n| service.is_active(&format!("p{n:03}@example.com"))).collect()
}

/// People come, leave and come back, each night with a plan and an apply.
fn life(service: &Service, case: &Case, people: usize) {
    case.apply(&[], 0);
    case.plan(&[], 0);
    for left in [vec![3], vec![3, people - 1], vec![people - 1], vec![0, 1, 2], vec![]] {
        staff(case, people, &left);
        case.plan(&[], 2);
        case.apply(&[], 0);
        let stay: Vec<usize> = (0..people).filter(|n| !left.contains(n)).collect();
        assert_eq!(active(service, people), stay, "{left:?} left");
        case.plan(&[], 0);
        case.apply(&[], 0);
        case.plan(&[], 0);
    }
    assert_eq!(service.names().len(), people);
}

#[test]
fn a_life_with_a_total_that_is_capped() {
    let service = Service::new(Manners { total_cap: Some(50), ..Manners::default() });
    life(&service, &company(&service, 130, ""), 130);
}

#[test]
fn a_life_with_a_total_that_follows_count() {
    let service = Service::new(Manners { rows_cap: Some(50), ..Manners::default() });
    life(&service, &company(&service, 40, ""), 40);
    let service = Service::new(Manners { rows_cap: Some(50), ..Manners::default() });
    life(&service, &company(&service, 40, "\n  max_page = 50"), 40);
}

#[test]
fn a_life_with_a_service_that_hides_who_is_off() {
    let service = Service::new(Manners { hide_inactive: true, ..Manners::default() });
    life(&service, &company(&service, 30, ""), 30);
    let manners = Manners { hide_inactive: true, rows_cap: Some(50), ..Manners::default() };
    let service = Service::new(manners);
    life(&service, &company(&service, 30, ""), 30);
    let manners = Manners { hide_inactive: true, cursor: true, ..Manners::default() };
    let service = Service::new(manners);
    life(&service, &company(&service, 130, ""), 130);
}

#[test]
fn whoever_can_not_be_read_is_not_gone() {
    let service = Service::new(Manners::default());
    let case = company(&service, 30, "");
    case.apply(&[], 0);
    // The list lacks people, and reading one of them says nothing.
    service.manners(|manners| manners.unlisted = vec!["p003@example.com", "p004@example.com"]);
    service.manners(|manners| manners.unread = Some(403));
    staff(&case, 30, &[4]);
    let plan = case.json(&[]);
    let blocked = |name: &str| {
        let changes = plan["changes"].as_array().unwrap();
        let change = changes.iter().find(|change| change["user_name"] == name).unwrap();
        assert_eq!(change["actions"], serde_json::json!([]), "{change}");
        change["blocked"][0].clone()
    };
    assert_eq!(blocked("p003@example.com")["by"], "unproven");
    let leaver = blocked("p004@example.com");
    assert_eq!((&leaver["action"], &leaver["by"]), (&"disable".into(), &"unproven".into()));
    assert_eq!(plan["cost"][0]["read"], 2);
    // Where they can be read, the list was short.
    service.manners(|manners| manners.unread = None);
    let ran = case.plan(&[], 6);
    assert!(ran.says("the list is short"), "{ran}");
    // Gone is who is not found.
    service.manners(|manners| manners.unread = Some(404));
    let plan = case.json(&[]);
    assert_eq!(plan["summary"]["forget"], 1, "{plan}");
    assert_eq!(plan["changes"][0]["blocked"][0]["by"], "removed_outside", "{plan}");
}

#[test]
fn a_leaver_with_a_twin_is_switched_off_by_id_or_not_at_all() {
    let service = Service::new(Manners::default());
    let case = company(&service, 3, "");
    case.apply(&[], 0);
    let twin = service.add("P001@example.com");
    // Asked for: nothing is planned for the address, and it is said.
    let change = case.change("p001@example.com");
    assert_eq!(change["blocked"][0]["by"], "ambiguous", "{change}");
    assert!(change["blocked"][0]["ids"].as_array().unwrap().contains(&twin.as_str().into()));
    staff(&case, 3, &[1]);
    let ran = case.apply(&[], 0);
    assert!(ran.says(&twin), "{ran}");
    assert_eq!(service.take_seen().iter().filter(|seen| seen.path.contains(&twin)).count(), 0);
    assert_eq!(service.user("p001@example.com")["active"], false);
}

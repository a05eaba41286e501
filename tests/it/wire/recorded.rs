//! What remains of an apply: the audit log, and its journal with the values before.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::support::{People, SECRET, World, connection, mail};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The journals of earlier applies, by name.
fn kept(world: &World) -> Vec<(String, Vec<Value>)> {
    let folder = world.folder.path().join(".enroll/applies");
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, lines(&fs::read_to_string(path).unwrap()))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

#[test]
fn every_operation_is_in_the_audit_log() {
    let mut world = World::new(&format!("elsewhere={}", mail("p2")));
    world.env("USER", "ada");
    world.env("GITHUB_ACTOR", "octocat");
    let mut people = People::new(3);
    world.people(&people);
    let args = ["--audit-log", "log.jsonl", "--parallelism=1"];
    assert_eq!(world.apply(&args).code, 4);
    let first = world.text("log.jsonl");
    let entries = lines(&first);
    let told = |entry: &Value| {
        let tracked = entry["tracking_id"].as_str().is_some_and(|id| id.contains("rid="));
        (
            entry["address"].clone(),
            entry["result"].clone(),
            entry["error"]["status"].clone(),
            tracked,
        )
    };
    assert_eq!(
        entries.iter().map(told).collect::<Vec<_>>(),
        [
            (json!("account.prod[\"p1\"]"), json!("done"), Value::Null, true),
            (json!("account.prod[\"p2\"]"), json!("failed"), json!(409), true),
            (json!("account.prod[\"p3\"]"), json!("done"), Value::Null, true),
        ]
    );
    for entry in &entries {
        assert!(entry["who"].as_str().unwrap().starts_with("ada@"), "{entry}");
        assert_eq!((&entry["actor"], &entry["serial"]), (&json!("octocat"), &json!(0)));
        assert_eq!((&entry["action"], &entry["sandbox"]), (&json!("create"), &json!(false)));
    }
    let mode = fs::metadata(world.folder.path().join("log.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Nothing to do, nothing to log; then one more line.
    assert_eq!(world.apply(&args).code, 0);
    assert_eq!(world.text("log.jsonl"), first);
    world.people(people.set("p1", "department", "\"Sea\""));
    assert_eq!(world.apply(&args).code, 0);
    let longer = world.text("log.jsonl");
    let added = longer.strip_prefix(&first).unwrap();
    assert_eq!(lines(added)[0]["action"], "update");
    assert_eq!(world.files_with(SECRET), Vec::<String>::new());
}

#[test]
fn lines_are_whole_where_connections_run_side_by_side() {
    let world = World::new("");
    let other = world.another("");
    let people = People::new(25);
    let rule = "rule \"two\" {\n  connection = connection.two\n  directory = directory.users\n}\n";
    let two = connection("two", &other, "");
    world.configure("", &format!("{}{two}{rule}", people.hcl("prod")));
    let ran = world.applied(&["--audit-log=log.jsonl", "--parallelism=8"]);
    assert_eq!((ran.summary().0, lines(&world.text("log.jsonl")).len()), (50, 50));
    let operations: usize = kept(&world).iter().map(|(_, lines)| lines.len()).sum();
    assert_eq!(operations, 1 + 3 * 50, "an intent, a result and that it shows, each: {ran:#?}");
}

#[test]
fn a_log_that_can_not_be_written_stops_an_apply_before_anything_is_changed() {
    let world = World::new("");
    world.people(&People::new(1));
    let main = world.text("main.hcl");
    assert_eq!(world.run(&["plan", "--out=reviewed.json"]).code, 0);
    let plan = world.text("reviewed.json");
    for log in
        ["no/where.jsonl", ".", "main.hcl", "enroll.state.json", ".enroll/log", "reviewed.json"]
    {
        let ran = world.run(&["apply", "--audit-log", log, "reviewed.json"]);
        assert_eq!((ran.code, ran.writes()), (1, 0), "{log}: {ran:#?}");
        assert!(ran.err.contains(log) && ran.err.contains("nothing was sent"), "{log}: {ran:#?}");
    }
    assert_eq!((world.text("main.hcl"), world.text("reviewed.json")), (main, plan));
    assert!(!world.folder.path().join("enroll.state.json").exists());
}

/// What was on its way is done, and recorded where there is room.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_audit_log_stops_an_apply_in_order() {
    let world = World::new("");
    world.people(&People::new(12));
    let ran = world.apply(&["--audit-log=/dev/full", "--parallelism=1"]);
    assert_eq!((ran.code, ran.summary()), (4, (1, 0, 11)), "{ran:#?}");
    assert!(ran.err.contains("the audit log `/dev/full` can't be written: No space"), "{ran:#?}");
    assert_eq!((world.zoom.users().len(), world.owned()), (1, 1));
    assert_eq!(kept(&world)[0].1.len(), 4);
    assert_eq!(world.applied(&["--audit-log=log.jsonl"]).summary(), (11, 0, 0));
    world.settled();
}

#[test]
fn a_journal_is_kept_with_the_values_before() {
    let world = World::new("");
    let mut people = People::new(4);
    people.set_all("department", "\"Land\"").set_all("user_type", "\"Licensed\"");
    let removals = "guard {\n    max_removals = 4\n  }";
    world.configure(removals, &people.hcl("prod"));
    world.applied(&[]);
    people.set("p1", "department", "\"Sea\"").set("p1", "title", "\"Captain\"");
    people.set("p2", "active", "false").remove("p3").set("p4", "department", "\"Air\"");
    world.configure(removals, &people.hcl("prod"));
    world.faults("400-put=2");
    assert_eq!(world.apply(&["--parallelism=1"]).code, 4);
    let journals = kept(&world);
    let name = regex::Regex::new(r"^\d{8}T\d{6}Z-serial-(\d)\.jsonl$").unwrap();
    let serials = journals.iter().map(|(at, _)| name.captures(at).unwrap()[1].to_owned());
    assert_eq!(serials.collect::<Vec<_>>(), ["1", "2"]);
    let (_, created) = &journals[0];
    assert_eq!(created[1]["intent"]["before"], json!({"record": null, "live": null}));

    let (_, changed) = &journals[1];
    let of = |kind: &str, key: &str| {
        let found = changed.iter().map(|line| &line[kind]).find(|line| line["key"] == key);
        found.unwrap_or_else(|| panic!("{kind} {key}: {changed:#?}")).clone()
    };
    let p1 = of("intent", "p1");
    assert_eq!(p1["before"]["live"]["values"], json!({"department": "Land", "title": null}));
    assert_eq!(p1["before"]["record"]["written"]["department"], "Land");
    assert_eq!(p1["record"]["written"]["department"], "Sea");
    let p1 = of("done", "p1");
    assert_eq!((&p1["step"]["action"], &p1["step"]["result"]), (&json!("update"), &json!("done")));
    assert!(p1["step"]["tracking_id"].is_string() && p1.get("before").is_none(), "{p1:#}");
    // A disable takes away more than it is asked to.
    for key in ["p2", "p3"] {
        let before = of("intent", key)["before"]["live"].clone();
        assert_eq!(
            (&before["active"], &before["values"]["user_type"]),
            (&json!(true), &json!("Licensed"))
        );
    }
    let p4 = of("done", "p4");
    assert_eq!(
        (&p4["step"]["result"], &p4["step"]["error"]["status"]),
        (&json!("failed"), &json!(400))
    );
    // An apply that does nothing keeps nothing.
    world.faults("");
    world.applied(&["--retry-refused"]);
    world.applied(&[]);
    assert_eq!(kept(&world).len(), 3);
}

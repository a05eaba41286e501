//! Enough people for several pages, from a CSV, at a service that other people use too.

use std::fmt::Write as _;

use serde_json::json;

use super::server::Kind;
use super::world::{World, change_of};

const STRANGERS: usize = 60;

struct Person {
    key: String,
    department: &'static str,
    title: String,
}

fn people(count: usize) -> Vec<Person> {
    (0..count)
        .map(|n| Person {
            key: format!("E{n:03}"),
            department: if n % 2 == 0 { "Ops" } else { "Sales" },
            title: format!("Title {n}"),
        })
        .collect()
}

fn write(world: &World, people: &[Person]) {
    let mut csv = "id,mail,department,title\n".to_owned();
    for Person { key, department, title } in people {
        writeln!(csv, "{key},{}@example.com,{department},{title}", key.to_lowercase()).unwrap();
    }
    world.file("people.csv", &csv);
}

pub(super) fn pages(kind: Kind) {
    let mut world = World::new(kind);
    for n in 0..STRANGERS {
        let name = format!("stranger{n}@example.com");
        let stranger = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name, "nickName": format!("S{n}"),
        });
        world.bystander(&stranger);
    }
    world.actions.insert("remove_action", "\"delete\"");
    world.more = r#"
directory "hr" {
  csv = "people.csv"
  key = "id"
}
rule "staff" {
  connection = connection.peer
  directory  = directory.hr
  mapping {
    user_name  = person.mail
    department = person.department
    title      = person.title
  }
}
"#;

    let mut staff = people(120);
    write(&world, &staff);
    let plan = world.plan();
    assert_eq!(plan["summary"]["unmanaged"], STRANGERS);
    world.step(&[("create", 120)]);
    assert_eq!(world.http.users().len(), STRANGERS + 120);

    // Three pages or more at every server: each account is found again, and only what changed is sent.
    staff[0].department = "Legal";
    staff[70].title = "Chief".into();
    let gone = staff.split_off(117);
    staff.push(Person { key: "E500".to_owned(), department: "Ops", title: "New".to_owned() });
    write(&world, &staff);
    let plan = world.plan();
    let attributes = change_of(&plan, "hr/E000")["attributes"].clone();
    assert_eq!(
        attributes,
        json!([{"name": "department", "before": "Ops", "after": "Legal", "origin": "config"}])
    );
    world.step(&[("create", 1), ("update", 2), ("delete", 3)]);
    world.holds("e070@example.com", &[("/title", json!("Chief"))]);
    world.holds("e500@example.com", &[("/title", json!("New"))]);
    for person in gone {
        assert!(world.http.named(&format!("{}@example.com", person.key.to_lowercase())).is_empty());
    }
    assert_eq!(world.http.users().len(), STRANGERS + 118);

    // Without the state, the next run adopts everybody and creates nobody.
    world.forget_everything();
    world.step_with(&[("adopt", 118)], &[], &["--first-run"]);
    assert_eq!(world.http.users().len(), STRANGERS + 118);
}

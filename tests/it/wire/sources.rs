//! A directory that is another service: what is asked of it, and that nobody is removed because it was
//! not read, or not to its end.

use enroll::sandbox::{Faults, Manners, Options, Running, Seed};
use serde_json::{Value, json};

use super::support::{World, connection, each};

const TOKEN: &str = "t0ken-of-the-directory-k2";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A service with people, and an account that they are provisioned into.
struct Sources {
    world: World,
    okta: Running,
}

fn person(n: u32) -> Seed {
    Seed::new(&format!("P{n}@example.com"))
        .name(&format!("Given{n}"), "Family")
        .set("externalId", json!(format!("E{n}")))
        .set(ENTERPRISE, json!({"department": if n == 1 { "Ops" } else { "Lab" }}))
}

fn directory(okta: &Running) -> String {
    format!(
        r#"directory "okta" {{
  key = "externalId"
  scim {{
    scim_url = "{}"
    retries  = 0
    auth {{
      method = "bearer_token"
      token  = env("OKTA_TOKEN")
    }}
  }}
}}
rule "staff" {{
  connection = connection.prod
  directory  = directory.okta
  filter     = person["{ENTERPRISE}"].department != "Hidden"
  mapping {{
    user_name   = lower(person.emails[0].value)
    given_name  = person.name.givenName
    title       = try(person.title, null)
    department  = person["{ENTERPRISE}"].department
    active      = person.active
  }}
}}
"#,
        okta.scim_url()
    )
}

impl Sources {
    fn new(people: u32) -> Self {
        let mut world = World::new("");
        let mut options = Options::new(Manners::Rfc);
        options.record = true;
        options.credentials.bearer = Some(TOKEN.to_owned());
        let okta = world.serve(options);
        okta.add((1..=people).map(person)).unwrap();
        world.env("OKTA_TOKEN", TOKEN);
        world.configure("", &directory(&okta));
        Self { world, okta }
    }

    fn faults(&self, spec: &str) {
        self.okta.set_faults(Faults::parse(spec).unwrap());
    }

    /// How many requests the service has seen.
    fn asked(&self) -> usize {
        self.okta.requests().len()
    }
}

fn summary(plan: &Value, name: &str) -> u64 {
    plan["summary"][name].as_u64().unwrap()
}

#[test]
fn people_of_another_service_get_accounts() {
    let sources = Sources::new(250);
    let Sources { world, okta } = &sources;
    let plan = world.plan(&[]);
    let change = plan.change("okta/E1");
    assert_eq!(
        (change["user_name"].as_str(), change["actions"][0].as_str()),
        (Some("p1@example.com"), Some("create"))
    );
    assert_eq!(change["source"]["file"], "directory.okta");
    assert_eq!(summary(&plan.json(), "create"), 250);
    world.applied(&[]);
    world.settled();
    assert_eq!(world.zoom.users().len(), 250);
    // It is only read: pages of a list, and nothing else.
    let asked = okta.requests();
    assert!(
        asked.iter().all(|seen| seen.method == "GET" && seen.uri.starts_with("/scim2/Users?")),
        "{asked:?}"
    );

    // Who is switched off there is switched off here, and who is gone there is removed.
    okta.remove("P1@example.com").unwrap();
    okta.edit("P2@example.com", &json!({"active": false})).unwrap();
    let plan = world.plan(&[]);
    assert_eq!(plan.change("okta/E1")["reason"], "left_rules");
    assert_eq!(plan.change("okta/E2")["reason"], "disabled_at_source");
    assert_eq!(plan.json()["changes"].as_array().unwrap().len(), 2);
    assert!(world.files_with(TOKEN).is_empty());
    assert!(!plan.out.contains(TOKEN) && !plan.err.contains(TOKEN));
}

#[test]
fn the_order_of_the_list_does_not_show() {
    let sources = Sources::new(20);
    sources.faults("shuffle");
    let [first, second] = [(); 2].map(|()| sources.world.plan(&[]));
    assert_eq!(first.json()["changes"].as_array().unwrap().len(), 20);
    assert_eq!(first.out, second.out);
}

/// What works offline asks nobody, plans nobody of the directory, and says so.
#[test]
fn where_it_is_not_read_nobody_is_removed() {
    let sources = Sources::new(3);
    let Sources { world, .. } = &sources;
    world.applied(&[]);
    let before = sources.asked();
    let note = "directory `okta` is not read here";

    let valid = world.run(&["validate"]);
    assert!(valid.code == 0 && valid.err.contains(note), "{valid:#?}");
    let offline = world.plan(&["--refresh=false"]);
    assert!(offline.code == 0 && offline.out.contains(note), "{offline:#?}");
    assert_eq!(
        (summary(&offline.json(), "paused"), offline.json()["changes"].as_array().unwrap().len()),
        (3, 0)
    );
    let sandbox = world.run(&["--sandbox", "plan", "--format", "json"]);
    assert!(sandbox.code == 0 && sandbox.out.contains(note), "{sandbox:#?}");
    assert!(sandbox.json()["changes"].as_array().unwrap().is_empty());
    let tested = world.run(&["--sandbox", "test-connection"]);
    assert!(tested.code == 0 && tested.out.contains("asks no other service"), "{tested:#?}");
    assert_eq!(sources.asked(), before, "nobody was asked");

    // A rule that is paused needs no service, and keeps whom it has.
    let paused = directory(&sources.okta).replace("  filter ", "  enabled = false\n  filter ");
    world.configure("", &paused);
    sources.faults("500-any=1");
    let plan = world.plan(&["--detailed-exitcode"]);
    assert_eq!((plan.code, summary(&plan.json(), "paused")), (0, 3), "{plan:#?}");
    assert!(!plan.out.contains(note), "{plan:#?}");
    assert_eq!(sources.asked(), before, "nobody was asked");
}

/// A list that is not whole, or not to be had, stops the connections that take from it, and no other.
#[test]
fn what_can_not_be_listed_removes_nobody() {
    let cases = [
        ("list-short=1", 6, "listed twice"),
        ("list-drift,page=1", 6, "directory `okta`"),
        ("500-list=1", 1, "directory `okta`"),
        ("cut-list=1", 1, "directory `okta`"),
        ("drop-any=1", 1, "directory `okta`"),
    ];
    each(&cases, |(faults, code, said)| {
        let sources = Sources::new(3);
        let Sources { world, okta } = &sources;
        world.applied(&[]);
        let other = world.another("");
        // A rule that is paused does not want the directory.
        let second = r#"user "ada" {
  user_name = "ada@example.com"
}
rule "later" {
  connection = connection.other
  directory  = directory.okta
  enabled    = false
  mapping {
    user_name = person.userName
  }
}
rule "too" {
  connection = connection.other
  users      = [user.ada]
}
"#;
        let both = [&directory(okta), &connection("other", &other, ""), second].concat::<str>();
        world.configure("", &both);
        okta.remove("P1@example.com").unwrap();
        sources.faults(faults);
        let plan = world.plan(&["--detailed-exitcode"]);
        assert_eq!(plan.code, code, "{faults}: {plan:#?}");
        let json = plan.json();
        let changes = json["changes"].as_array().unwrap();
        assert!(changes.len() == 1 && changes[0]["connection"] == "other", "{faults}: {plan:#?}");
        assert_eq!(json["complete"], false, "{faults}");
        let named = "connection `prod` takes people from directory `okta`";
        assert!(plan.out.contains(named) && plan.out.contains(said), "{faults}: {plan:#?}");
        let ran = world.apply(&[]);
        assert_eq!((ran.code, ran.writes()), (code, 0), "{faults}: {ran:#?}");
        assert_eq!(other.users().len(), 1, "{faults}");
        assert!(world.zoom.users().iter().all(|user| user.active), "{faults}");
    });
}

#[test]
fn a_service_without_anybody_is_no_reason_to_remove_everybody() {
    let sources = Sources::new(2);
    let Sources { world, okta } = &sources;
    world.applied(&[]);
    for n in 1..=2 {
        okta.remove(&format!("P{n}@example.com")).unwrap();
    }
    let plan = world.plan(&[]);
    assert!(plan.code == 1 && plan.out.contains("directory `okta` yields nobody"), "{plan:#?}");
    let allowed = world.plan(&["--allow-empty", "okta"]);
    assert_eq!(allowed.json()["changes"].as_array().unwrap().len(), 2, "{allowed:#?}");
}

#[test]
fn a_connection_test_tests_it_too() {
    let mut sources = Sources::new(2);
    let ran = sources.world.run(&["test-connection", "okta"]);
    assert!(
        ran.code == 0
            && ran.out.contains("directory okta (scim, ")
            && ran.out.contains("2 accounts"),
        "{ran:#?}"
    );
    assert!(!ran.out.contains("connection prod"), "{ran:#?}");
    let ran = sources.world.run(&["test-connection", "okt"]);
    assert!(ran.code == 1 && ran.err.contains("did you mean `okta`?"), "{ran:#?}");
    for (token, said) in [("wrong-hunter2", "directory `okta`"), ("", "OKTA_TOKEN` is empty")] {
        sources.world.env("OKTA_TOKEN", token);
        let ran = sources.world.run(&["test-connection"]);
        assert!(ran.code == 1 && ran.err.contains(said), "{ran:#?}");
        assert!(
            ran.out.contains("connection prod") && ran.out.contains("Test connection failed"),
            "{ran:#?}"
        );
        let plan = sources.world.plan(&[]);
        assert!(plan.code == 1 && plan.out.contains(said), "{plan:#?}");
        assert!(!format!("{plan:?}{ran:?}").contains("hunter2"));
    }
}

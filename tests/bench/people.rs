//! The people of the benchmarks: the same for the same number, as a CSV, as `user` blocks, and as a service
//! shows them.
#![allow(dead_code, reason = "not every program here needs all of them")]

use std::fmt::Write as _;

use serde_json::{Value, json};

/// The connection that everybody is provisioned to.
pub(crate) const CONNECTION: &str = "prod";

const DEPARTMENTS: [&str; 8] =
    ["Engineering", "Sales", "Operations", "Finance", "Legal", "Support", "Marketing", "Research"];
const GIVEN: [&str; 10] =
    ["Ada", "Grace", "Joan", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Niklaus", "Radia"];
const FAMILY: [&str; 7] =
    ["Lovelace", "Hopper", "Clarke", "Turing", "Dijkstra", "Liskov", "Knuth-Allen"];

/// How the people differ from those that the service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Than {
    /// Not at all.
    Same,
    /// Every hundredth is in another department.
    OnePercent,
    /// Everybody has the address that the next one has now: one chain of renames.
    Renamed,
    /// Everybody has another key.
    Rekeyed,
}

/// One person as the directory has it.
struct Person {
    key: String,
    email: String,
    given: &'static str,
    family: &'static str,
    department: &'static str,
    user_type: &'static str,
}

fn person(n: usize, than: Than) -> Person {
    let given = GIVEN[n % GIVEN.len()];
    let family = FAMILY[n / GIVEN.len() % FAMILY.len()];
    let department = match than {
        Than::OnePercent if n % 100 == 7 => "Special Projects",
        Than::Same | Than::OnePercent | Than::Renamed | Than::Rekeyed => {
            DEPARTMENTS[n % DEPARTMENTS.len()]
        }
    };
    let (prefix, number) = match than {
        Than::Rekeyed => ("F", n),
        Than::Renamed => ("E", n + 1),
        Than::Same | Than::OnePercent => ("E", n),
    };
    Person {
        key: format!("{prefix}{n:06}"),
        email: format!("person.{number:06}@example.com"),
        given,
        family,
        department,
        user_type: if n.is_multiple_of(5) { "Licensed" } else { "Basic" },
    }
}

/// `people.csv`: ten columns, of which the rules use seven.
pub(crate) fn csv(people: usize, than: Than) -> String {
    let mut text = String::from(
        "employee_id,email,first_name,last_name,department,status,host,title,office,started\n",
    );
    for n in 0..people {
        let Person { key, email, given, family, department, user_type } = person(n, than);
        let host = if user_type == "Licensed" { "yes" } else { "no" };
        _ = writeln!(
            text,
            "{key},{email},{given},{family},{department},active,{host},\"Specialist, grade {}\",\
             Building {},2021-04-{:02}",
            n % 9,
            n % 30,
            n % 28 + 1
        );
    }
    text
}

/// The directory of [`csv`], without a rule.
pub(crate) const DIRECTORY: &str = r#"
directory "hr" {
  csv = "people.csv"
  key = "employee_id"
}
"#;

/// Ten expressions for each person.
pub(crate) const RULE: &str = r#"
locals {
  status = { active = true, leave = true, left = false }
}

rule "staff" {
  connection = connection.prod
  directory  = directory.hr
  filter     = person.department != "Board" && endswith(person.email, "@example.com")

  mapping {
    user_name    = lower(person.email)
    email        = lower(person.email)
    given_name   = trimspace(person.first_name)
    family_name  = person.last_name
    display_name = "${person.first_name} ${person.last_name}"
    department   = person.department == "" ? null : person.department
    user_type    = person.host == "yes" ? "Licensed" : "Basic"
    active       = local.status[lower(trimspace(person.status))]
  }
}
"#;

/// Two more rules that select people of [`RULE`], and win or lose against it.
pub(crate) const MORE_RULES: &str = r#"
rule "hosts" {
  connection = connection.prod
  directory  = directory.hr
  filter     = person.host == "yes"
  precedence = 10
  mapping {
    user_name  = lower(person.email)
    department = "Hosts"
    user_type  = "Licensed"
  }
}

rule "everybody" {
  connection = connection.prod
  directory  = directory.hr
  precedence = -10
  mapping {
    user_name    = lower(person.email)
    display_name = person.last_name
    user_type    = "Basic"
  }
}
"#;

/// A rule that takes all `user` blocks.
pub(crate) const BLOCKS_RULE: &str = r#"
rule "everybody" {
  connection = connection.prod
  directory  = directory.users
}
"#;

/// The same people in `user` blocks.
pub(crate) fn blocks(people: usize) -> String {
    let mut text = String::new();
    for n in 0..people {
        let Person { key, email, given, family, department, user_type } = person(n, Than::Same);
        _ = writeln!(
            text,
            "user \"{key}\" {{\n  user_name    = \"{email}\"\n  given_name   = \"{given}\"\n  \
             family_name  = \"{family}\"\n  display_name = \"{given} {family}\"\n  department   = \
             \"{department}\"\n  user_type    = \"{user_type}\"\n}}\n"
        );
    }
    text
}

/// The connection, to a service at `base`, without a pace unless `rate` says so.
pub(crate) fn connection(base: &str, write_rate: Option<u32>) -> String {
    let write = write_rate.map_or_else(|| "\"unlimited\"".to_owned(), |rate| rate.to_string());
    format!(
        r#"connection "{CONNECTION}" {{
  scim_url = "{base}/scim2"
  auth {{
    token_url     = "{base}/oauth/token"
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }}
  rate {{
    list  = "unlimited"
    read  = "unlimited"
    write = {write}
  }}
}}
"#
    )
}

/// Who the service has already, as an item of its list, without id and `meta`.
pub(crate) fn resource(n: usize) -> Value {
    let Person { email, given, family, department, user_type, .. } = person(n, Than::Same);
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:us:zoom:scim:schemas:extension:1.0:ZoomUser",
        ],
        "userName": email,
        "name": {"givenName": given, "familyName": family},
        "displayName": format!("{given} {family}"),
        "emails": [{"type": "work", "value": email, "primary": true}],
        "active": true,
        "userType": user_type,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": department},
        "urn:us:zoom:scim:schemas:extension:1.0:ZoomUser":
            {"loginType": {"workEmail": true, "sso": true}},
    })
}

//! A small company that most tests of the binary work on.

use super::TestEnv;

/// One connection, a directory and a rule.
pub(crate) const MAIN: &str = r#"connection "prod" {
  auth {
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }
  guard {
    max_removals = 1
  }
}

directory "hr" {
  csv = "people.csv"
  key = "id"
}

rule "staff" {
  connection = connection.prod
  directory  = directory.hr
  filter     = person.team != "none"

  mapping {
    user_name  = person.email
    given_name = person.first
    department = person.team
    active     = person.status == "active"
  }
}
"#;

/// Three people.
pub(crate) const PEOPLE: &str = "\
id,email,first,team,status
E1,ada@example.com,Ada,Engineering,active
E2,grace@example.com,Grace,Engineering,active
E3,joan@example.com,Joan,Sales,active
";

impl TestEnv {
    /// The company, nothing applied yet.
    pub(crate) fn staff() -> Self {
        Self::with(&[("main.hcl", MAIN), ("people.csv", PEOPLE)])
    }

    /// The company after its first apply in the sandbox.
    pub(crate) fn staff_applied() -> Self {
        let env = Self::staff();
        env.applied();
        env
    }
}

//! The cases of `tests/samples/config`, and what can't be said in one of them.

use std::fmt::Write as _;

use secrecy::ExposeSecret as _;

use super::testing::{Memory, render, run};
use super::{AuthSettings, Inputs, load};

#[test]
fn syntax() {
    run("syntax");
}

#[test]
fn blocks() {
    run("blocks");
}

#[test]
fn backend() {
    run("backend");
}

#[cfg(feature = "age")]
#[test]
fn encrypt() {
    run("encrypt");
}

/// Who looks at the state needs no sound configuration, as long as it is clear where that is.
#[test]
fn where_the_state_is_does_not_depend_on_the_rest() {
    let place = |files: &[(&str, &str)]| {
        super::state_place(&Memory::new(files), &Inputs::default())
            .map(|found| found.backend.map(|backend| backend.to_string()))
            .map_err(|found| render(&found))
    };
    let gcs = "enroll {\n  backend \"gcs\" {\n    bucket = \"acme\"\n    key = \"prod\"\n  }\n}\n";
    let broken = "rule \"x\" {\n  oops = \n";
    assert_eq!(place(&[("a.hcl", broken), ("b.hcl", gcs)]), Ok(Some("gs://acme/prod".to_owned())));
    assert_eq!(place(&[("a.hcl", broken)]), Ok(None));
    assert_eq!(place(&[]), Ok(None));
    assert!(place(&[("a.hcl", &format!("{gcs}{broken}"))]).is_err());
    let secret = gcs.replace("\"prod\"", "\"prod\"\n    credentials = \"hunter2\"");
    let said = format!(
        "{:?}",
        super::state_place(&Memory::new(&[("a.hcl", &secret)]), &Inputs::default())
    );
    assert!(said.contains("can't stand in a `backend`") && !said.contains("hunter2"), "{said}");
}

#[test]
fn variables() {
    run("variables");
}

#[test]
fn connections() {
    run("connections");
}

#[test]
fn secrets() {
    run("secrets");
}

#[test]
fn directories() {
    run("directories");
}

#[test]
fn services() {
    run("services");
}

#[test]
fn moves() {
    run("moves");
}

#[test]
fn rules() {
    run("rules");
}

#[test]
fn silence() {
    run("silence");
}

#[test]
fn held() {
    run("held");
}

#[test]
fn a_file_in_parts_is_one_file() {
    let user = |n: usize| match n {
        5 => "user \"u5\" {\n  user_nam = \"u5@x.org\"\n}\n".to_owned(),
        300 => "user \"u300\" {\n  user_name: \"u300@x.org\"\n}\n".to_owned(),
        599 => "user \"u4\" {\n  user_name = \"u599@x.org\"\n}\n".to_owned(),
        _ => format!("user \"u{n}\" {{\n  user_name = \"u{n}@x.org\"\n}}\n"),
    };
    let text: String = (0..600).map(user).collect();
    let loaded = load(&Memory::new(&[("users.hcl", &text)]), &Inputs::default());
    assert!(loaded.configuration.is_none());
    let found = render(&loaded.diagnostics);
    for expected in [
        "users.hcl:17:3 error: user \"u5\" takes no argument `user_nam`",
        "users.hcl:902:12 error: a value is given with `=`, not with `:`",
        "users.hcl:1798:1 error: there are two users `u4`\n  users.hcl:13:1 the first is here",
    ] {
        assert!(found.contains(expected), "{expected}\n{found}");
    }
}

/// `auth` of one connection.
fn open(auth: &str, inputs: &Inputs, environment: &[(&str, &str)]) -> Result<AuthSettings, String> {
    let text = format!(
        "variable \"secret\" {{\n  sensitive = true\n}}\nconnection \"c\" {{\n  type = \"scim\"\n  \
         scim_url = \"http://localhost/\"\n  auth {{\n{auth}\n  }}\n}}\n"
    );
    let loaded = load(&Memory::new(&[("main.hcl", &text)]), inputs);
    let Some(configuration) = loaded.configuration else {
        return Err(render(&loaded.diagnostics));
    };
    let environment = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let opened = configuration.auths.get("c").unwrap().open(&environment);
    opened.map_err(|found| {
        assert!(!format!("{found:?}").contains("hunter2"));
        render(&found)
    })
}

#[test]
fn auth_is_evaluated_when_a_connection_is_opened() {
    let inputs = Inputs::default();
    let bearer = "method = \"bearer_token\"\ntoken = trimspace(env(\"TOKEN\"))";
    let settings = open(bearer, &inputs, &[("TOKEN", " hunter2\n")]).unwrap();
    assert_eq!(settings.token.as_ref().unwrap().expose_secret(), "hunter2");
    assert!(!format!("{settings:?}").contains("hunter2"));

    let secret = Inputs {
        environment: [("secret".to_owned(), "hunter2".to_owned())].into(),
        ..Inputs::default()
    };
    let basic = "method = \"basic\"\nusername = \"x\"\npassword = var.secret";
    let settings = open(basic, &secret, &[]).unwrap();
    assert_eq!(settings.password.as_ref().unwrap().expose_secret(), "hunter2");

    for (auth, environment, expected) in [
        (
            bearer,
            &[][..],
            "main.hcl:9:19 error: the environment variable `TOKEN` is not set\n  help: set TOKEN where \
             Enroll runs, for example as a secret of the pipeline\n",
        ),
        (
            bearer,
            &[("TOKEN", "")][..],
            "main.hcl:9:19 error: the environment variable `TOKEN` is empty\n  help: set TOKEN where \
             Enroll runs, for example as a secret of the pipeline\n",
        ),
        (
            "method = \"bearer_token\"\ntoken = env(\"TOKEN\")",
            &[("TOKEN", "hunter2\nx")][..],
            "main.hcl:9:9 error: `token` holds a line break or another control character\n",
        ),
        (
            "method = \"bearer_token\"\ntoken = regex(\"[0-9]{9}\", env(\"TOKEN\"))",
            &[("TOKEN", "hunter2")][..],
            "main.hcl:9:9 error: `token` must come from the environment | a secret in a file is no \
             secret any more\n  help: write `token = env(\"TOKEN\")`, or use a variable with \
             `sensitive = true`\n  help: the only functions that a secret may go through are \
             `base64decode`, `base64encode`, `coalesce`, `tostring`, `trimspace`, `try`\n  help: if a \
             real secret stood here, it is in the history of the repository: replace it\n",
        ),
        (
            basic,
            &[][..],
            "main.hcl:10:12 error: the variable `secret` has no value\n  help: set \
             ENROLL_VAR_secret where Enroll runs\n",
        ),
        (
            "method = \"oauth_client_credentials\"\ntoken_url = env(\"URL\")\nclient_id = \
             \"x\"\nclient_secret = env(\"S\")",
            &[("URL", "https://evil.example/hunter2"), ("S", "hunter2")][..],
            "main.hcl:9:13 error: credentials may not be sent to this `token_url`\n  help: add its \
             host to ENROLL_ALLOW_HOSTS where Enroll runs\n",
        ),
    ] {
        assert_eq!(open(auth, &inputs, environment).unwrap_err(), expected);
    }
}

#[test]
fn the_digest_knows_everything_that_was_read_but_secrets() {
    let digest = |files: &[(&str, &str)], inputs: &Inputs| {
        let loaded = load(&Memory::new(files), inputs);
        assert_eq!(render(&loaded.diagnostics), "");
        loaded.configuration.unwrap().digest
    };
    let main = "variable \"a\" {\n  default = 1\n}\nvariable \"s\" {\n  sensitive = true\n}\nlocals \
                {\n  t = file(\"t.txt\")\n}\ndirectory \"d\" {\n  csv = \"p.csv\"\n  key = \"id\"\n}\n";
    let people = "id\nE1\n";
    let none = Inputs::default();
    let base = digest(&[("main.hcl", main), ("p.csv", people), ("t.txt", "x")], &none);
    assert!(base.starts_with("sha256:") && base.len() == 71, "{base}");
    let same =
        digest(&[("main.hcl", main), ("p.csv", people), ("t.txt", "x"), ("o.txt", "")], &none);
    assert_eq!(base, same, "a file that nobody reads");
    let secret = Inputs { environment: [("s".to_owned(), "hunter2".to_owned())].into(), ..none };
    let same = digest(&[("main.hcl", main), ("p.csv", people), ("t.txt", "x")], &secret);
    assert_eq!(base, same, "a secret");
    let none = Inputs::default();
    for (files, inputs) in [
        ([("main.hcl", main), ("p.csv", "id\nE2\n"), ("t.txt", "x")], none.clone()),
        ([("main.hcl", main), ("p.csv", people), ("t.txt", "y")], none.clone()),
        (
            [("main.hcl", main), ("p.csv", people), ("t.txt", "x")],
            Inputs { environment: [("a".to_owned(), "2".to_owned())].into(), ..none },
        ),
    ] {
        assert_ne!(base, digest(&files, &inputs));
    }
}

#[test]
fn people_by_the_thousand_with_wrong_values_are_counted() {
    let mut people = String::from("id,user_name,status\n");
    for n in 0..1000 {
        let _ = writeln!(people, "E{n},p{n}@x.org,odd");
    }
    let main = "connection \"c\" {\n  type = \"scim\"\n  scim_url = \"http://localhost/\"\n  auth \
                {\n    method = \"bearer_token\"\n    token = env(\"T\")\n  }\n}\ndirectory \"d\" {\n  \
                csv = \"p.csv\"\n  key = \"id\"\n}\nrule \"r\" {\n  connection = connection.c\n  \
                directory = directory.d\n  mapping {\n    active = person.status\n  }\n}\n";
    let loaded = load(&Memory::new(&[("main.hcl", main), ("p.csv", &people)]), &Inputs::default());
    assert_eq!(loaded.diagnostics.len(), 20);
    let text = render(&loaded.diagnostics);
    assert!(text.contains("and 980 more people of this rule"), "{text}");
}

const WHOLE: &str = r#"variable "pin" {
  type      = string
  sensitive = true
}

locals {
  status = { active = true, left = false }
}

connection "a" {
  auth {
    account_id    = "a"
    client_id     = trimspace(env("B"))
    client_secret = "hunter2"
  }
  guard {
    protect = ["boss@x.org"]
  }
}

connection "b" {
  type     = "scim"
  scim_url = "http://localhost/"
  auth {
    method   = "basic"
    username = "x"
    password = coalesce(var.pin, "hunter2")
  }
}

directory "hr" {
  csv = "people.csv"
  key = "id"
}

directory "js" {
  json = "people.json"
  key  = "id"
}

rule "all" {
  connection = connection.a
  directory  = directory.hr
  filter     = person.title != "none"
  mapping {
    user_name = lower(person.mail)
    title     = "${person.title}: ${person.id}"
    active    = local.status[person.status]
  }
}
"#;
const CSV: &str = "id,mail,title,status\r\nE1,a@x.org,\"Head, of \"\"all\"\"\",active\r\nE2,ö@x.org,\"two\nlines\",left\r\n";
const JSON: &str = "[\n  {\"id\": \"E1\", \"a\": [1, 2.5, {\"ö\": null}]},\n  {\"id\": 2, \"a\": \"\\u00e4\"}\n]\n";

/// Every text with one piece missing: cut off at each place, and without each character.
fn damaged(text: &str) -> impl Iterator<Item = (usize, bool, String)> {
    text.char_indices().flat_map(move |(at, c)| {
        let without = format!("{}{}", &text[..at], &text[at + c.len_utf8()..]);
        [(at, true, text[..at].to_owned()), (at, false, without)]
    })
}

#[test]
fn no_damage_to_a_file_shows_a_secret_or_crashes() {
    let inputs = Inputs {
        vars: vec![super::VarInput::Value { name: "pin".to_owned(), value: "hunter2".to_owned() }],
        ..Inputs::default()
    };
    for (at, cut, main) in damaged(WHOLE) {
        let source =
            Memory::new(&[("main.hcl", &main), ("people.csv", CSV), ("people.json", JSON)]);
        let loaded = load(&source, &inputs);
        let shown = format!("{:?} {:?}", loaded.diagnostics, loaded.configuration);
        assert!(!shown.contains("hunter2"), "at {at}, cut {cut}: {}", render(&loaded.diagnostics));
    }
}

#[test]
fn a_damaged_directory_never_loses_people_silently() {
    let main = "directory \"hr\" {\n  csv = \"people.csv\"\n  key = \"id\"\n}\ndirectory \"js\" {\n  \
                json = \"people.json\"\n  key = \"id\"\n}\n";
    let people = |csv: &str, json: &str| {
        let source = Memory::new(&[("main.hcl", main), ("people.csv", csv), ("people.json", json)]);
        let loaded = load(&source, &Inputs::default());
        let configuration = loaded.configuration?;
        let count = |name| configuration.desired.directories.get(name).map(|d| d.people);
        Some((count("hr")?, count("js")?, loaded.diagnostics.is_empty()))
    };
    assert_eq!(people(CSV, JSON), Some((2, 2, true)));
    for (at, cut, json) in damaged(JSON.trim_end()) {
        if let Some((_, found, _)) = people(CSV, &json) {
            assert!(!cut && found == 2, "{at}: {json}");
        }
    }
    for (at, cut, csv) in damaged(CSV) {
        let Some((found, _, silent)) = people(&csv, JSON) else { continue };
        // A cut at the end of a row can't be told from a shorter file; a plan's guard is for that.
        let between_rows = cut && csv.ends_with('\n');
        assert!(found == 2 || between_rows || !silent, "{at} {cut} {found}: {csv}");
    }
}

#[test]
fn the_order_of_blocks_and_rows_does_not_show() {
    let rule = |name: &str, precedence: i32, body: &str| {
        format!(
            "rule \"{name}\" {{\n  connection = connection.a\n  directory = directory.hr\n  \
             precedence = {precedence}\n  mapping {{\n{body}\n  }}\n}}\n"
        )
    };
    let blocks = [
        "connection \"a\" {\n  type = \"scim\"\n  scim_url = \"http://localhost/\"\n  auth {\n    \
         method = \"bearer_token\"\n    token = env(\"T\")\n  }\n}\n"
            .to_owned(),
        "directory \"hr\" {\n  csv = \"p.csv\"\n  key = \"id\"\n}\n".to_owned(),
        rule("low", 0, "title = \"low\"\n  active = false\n  user_name = person.mail"),
        rule("high", 1, "title = person.title == \"\" ? null : person.title"),
        rule("equal", 1, "title = person.title == \"\" ? null : person.title\nphone = local.x"),
        "locals {\n  x = local.y\n  y = 1\n}\n".to_owned(),
    ];
    let rows = ["E1,a@x.org,CTO\n", "E2,b@x.org,\n", "E3,c@x.org,CFO\n"];
    let found = |turn: usize| {
        let mut blocks = blocks.clone();
        let mut rows = rows;
        blocks.rotate_left(turn % 6);
        rows.rotate_left(turn % 3);
        if turn % 2 == 1 {
            blocks.reverse();
        }
        let people = format!("id,mail,title\n{}", rows.concat());
        let source = Memory::new(&[("main.hcl", &blocks.concat()), ("p.csv", &people)]);
        let loaded = load(&source, &Inputs::default());
        assert_eq!(render(&loaded.diagnostics), "");
        let desired = loaded.configuration.unwrap().desired;
        let mut accounts = desired.connections.get("a").unwrap().accounts.clone();
        for account in &mut accounts {
            account.origin.line = 0;
        }
        format!("{accounts:?}")
    };
    let first = found(0);
    assert!(first.contains("\"CTO\"") && first.contains("\"low\""), "{first}");
    for turn in 1..12 {
        assert_eq!(first, found(turn));
    }
}

#[test]
fn findings_without_end_are_counted_and_long_ones_are_cut() {
    let name = "n".repeat(100_000);
    let mut main = format!("locals {{\n  long = local.{name}\n");
    for at in 0..20_000 {
        let _ = writeln!(main, "  a{at} = local.nosuch{at}");
    }
    main.push_str("}\n");
    let found = load(&Memory::new(&[("main.hcl", &main)]), &Inputs::default()).diagnostics;
    assert_eq!(found.len(), 201);
    assert!(found[0].summary.len() < 1_100 && found[0].summary.starts_with("there is no local"));
    let last = &found.last().unwrap().summary;
    assert!(last.ends_with("more findings are not shown, only the first 200"), "{last}");
    let secrets = "  a {\n    client_secret = \"hunter2\"\n  }\n".repeat(5_000);
    for main in [
        "nosuch {}\n".repeat(20_000),
        format!("locals {{\n  a = [{}]\n}}\n", "nosuch,\n".repeat(20_000)),
        format!("connection \"c\" {{\n{secrets}}}\n"),
    ] {
        let found = load(&Memory::new(&[("main.hcl", &main)]), &Inputs::default()).diagnostics;
        assert_eq!(found.len(), 201);
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}

#[test]
fn many_values_together_are_bounded_too() {
    // Each is within the bounds of one evaluation, and shares its text with the others.
    let mut main = String::from("locals {\n  t = join(\"\", [for i in range(1000) : \"");
    main.push_str(&"x".repeat(8_000));
    main.push_str("\"])\n");
    for at in 0..30 {
        let _ = writeln!(main, "  a{at} = [{}]", "local.t, ".repeat(7));
    }
    main.push_str("}\n");
    let found = load(&Memory::new(&[("main.hcl", &main)]), &Inputs::default()).diagnostics;
    assert!(
        found.iter().all(|d| d.summary == "all expressions together yield too much"),
        "{found:?}"
    );
    assert!(!found.is_empty() && found[0].help.len() == 2);
}

//! A peer, a configuration in a folder of its own, and the real binary between them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::http::Http;
use super::server::{Kind, Peer};

/// How a run of the binary ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

/// What apply does in one step, by the names of a plan's summary; what is not named is zero.
pub(super) type Steps<'a> = &'a [(&'a str, u64)];

const STEPS: [&str; 10] = [
    "create", "adopt", "update", "enable", "disable", "delete", "forget", "blocked", "pending",
    "records",
];

pub(super) struct World {
    pub(super) http: Http,
    /// Attributes of the connection's `actions` block.
    pub(super) actions: BTreeMap<&'static str, &'static str>,
    /// `user` blocks: label, attribute, HCL expression.
    users: BTreeMap<String, BTreeMap<String, String>>,
    /// `rule` blocks: label, users.
    pub(super) rules: BTreeMap<&'static str, Vec<&'static str>>,
    /// More HCL.
    pub(super) more: &'static str,
    folder: TempDir,
    /// Users that Enroll has no business with, as their server showed them.
    bystanders: Vec<(String, String)>,
    peer: Peer,
    basic: bool,
}

impl World {
    pub(super) fn new(kind: Kind) -> Self {
        let peer = Peer::start(kind);
        Self {
            http: Http::new(&peer),
            actions: BTreeMap::new(),
            users: BTreeMap::new(),
            rules: BTreeMap::new(),
            more: "",
            folder: TempDir::new().unwrap(),
            bystanders: Vec::new(),
            peer,
            basic: kind == Kind::ScimmyBasic,
        }
    }

    /// Writes a text as the value of a user's attribute.
    pub(super) fn set(&mut self, user: &str, pairs: &[(&str, &str)]) {
        for (attribute, text) in pairs {
            self.write(user, attribute, &format!("{text:?}"));
        }
    }

    /// Writes an expression as the value of a user's attribute.
    pub(super) fn write(&mut self, user: &str, attribute: &str, expression: &str) {
        let attributes = self.users.entry(user.to_owned()).or_default();
        attributes.insert(attribute.to_owned(), expression.to_owned());
    }

    /// Takes an attribute's line out.
    pub(super) fn unset(&mut self, user: &str, attribute: &str) {
        self.users.get_mut(user).unwrap().remove(attribute).unwrap();
    }

    /// Writes another file into the configuration's folder.
    pub(super) fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Makes a user that Enroll must never touch. Every step compares it to the byte.
    pub(super) fn bystander(&mut self, user: &Json) {
        let id = self.http.create(user);
        let text = self.http.text(&id);
        self.bystanders.push((id, text));
    }

    /// Loses the state.
    pub(super) fn forget_everything(&self) {
        fs::remove_file(self.folder.path().join("enroll.state.json")).unwrap();
    }

    fn configuration(&self) -> String {
        let auth = if self.basic {
            "method = \"basic\"\nusername = \"robot\"\npassword = env(\"PEER_TOKEN\")"
        } else {
            "method = \"bearer_token\"\ntoken = env(\"PEER_TOKEN\")"
        };
        let mut text = format!(
            "connection \"peer\" {{\ntype = \"scim\"\nscim_url = \"{}\"\nauth {{\n{auth}\n}}\n\
             guard {{\nmax_removals = 100\nmax_deletes = 100\n}}\nactions {{\n",
            self.peer.url
        );
        for (name, value) in &self.actions {
            writeln!(text, "{name} = {value}").unwrap();
        }
        text += "}\n}\n";
        for (label, attributes) in &self.users {
            writeln!(text, "user \"{label}\" {{").unwrap();
            for (name, value) in attributes {
                writeln!(text, "{name} = {value}").unwrap();
            }
            text += "}\n";
        }
        for (label, users) in &self.rules {
            let users: Vec<String> = users.iter().map(|user| format!("user.{user}")).collect();
            let users = users.join(", ");
            writeln!(
                text,
                "rule \"{label}\" {{\nconnection = connection.peer\nusers = [{users}]\n}}"
            )
            .unwrap();
        }
        text + self.more
    }

    /// Runs the binary as a user would, with nothing of this process's environment.
    pub(super) fn run(&self, arguments: &[&str]) -> Ended {
        let token = self.peer.token.rsplit(':').next().unwrap();
        self.run_with(token, arguments)
    }

    /// Runs the binary with another token. No token appears in what it says or writes.
    pub(super) fn run_with(&self, token: &str, arguments: &[&str]) -> Ended {
        self.file("main.hcl", &self.configuration());
        let output = Command::new(env!("CARGO_BIN_EXE_enroll"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PEER_TOKEN", token)
            .output()
            .unwrap();
        let ended = Ended {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.out.contains(token) && !ended.err.contains(token), "{ended:?}");
        assert_nowhere(self.folder.path(), token);
        ended
    }

    /// The plan as JSON, which must be one that can be applied.
    #[track_caller]
    pub(super) fn plan(&self) -> Json {
        self.plan_with(&[])
    }

    #[track_caller]
    pub(super) fn plan_with(&self, flags: &[&str]) -> Json {
        let arguments = [&["plan", "--format", "json"], flags].concat();
        let ended = self.run(&arguments);
        assert_eq!(ended.code, 0, "{ended:?}");
        serde_json::from_str(&ended.out).unwrap()
    }

    /// Plans these steps and no others, applies them, and finds nothing left to do.
    #[track_caller]
    pub(super) fn step(&self, steps: Steps<'_>) {
        self.step_with(steps, &[], &[]);
    }

    /// The same, with flags of `plan` and `apply` both, and of `apply` alone.
    #[track_caller]
    pub(super) fn step_with(&self, steps: Steps<'_>, flags: &[&str], apply_flags: &[&str]) {
        let plan = self.plan_with(flags);
        assert_eq!(plan["complete"], true);
        expect_steps(&plan, steps);
        let text = self.run(&[&["plan", "--detailed-exitcode"], flags].concat());
        assert_eq!(text.code, 2, "{text:?}");
        let arguments = [&["apply", "--auto-approve"], flags, apply_flags].concat();
        let applied = self.run(&arguments);
        assert_eq!(applied.code, 0, "{applied:?}");
        assert!(applied.out.contains("Apply complete!"), "{applied:?}");
        self.settled();
    }

    /// Nothing is left to do, neither by what is remembered nor by a look at every account.
    #[track_caller]
    pub(super) fn settled(&self) {
        for refresh in ["changed", "full"] {
            let again = self.run(&["plan", "--detailed-exitcode", "-vv", "--refresh", refresh]);
            assert_eq!(again.code, 0, "{again:?}");
            assert_eq!(again.out.lines().last(), Some("No changes."), "{again:?}");
        }
        self.untouched();
    }

    /// Who is none of Enroll's business is as before, to the byte.
    #[track_caller]
    pub(super) fn untouched(&self) {
        for (id, before) in &self.bystanders {
            assert_eq!(self.http.text(id), *before);
        }
    }

    /// What the server holds of a user, by JSON pointer; null means that there is nothing.
    #[track_caller]
    pub(super) fn holds(&self, user_name: &str, expected: &[(&str, Json)]) {
        let user = self.http.user(user_name);
        for (pointer, value) in expected {
            let found = user.pointer(pointer).cloned().unwrap_or(Json::Null);
            assert_eq!(found, *value, "{pointer} of {user_name}: {user}");
        }
    }
}

/// The plan's entry for the account of that `user` block.
#[track_caller]
pub(super) fn change_of<'a>(plan: &'a Json, user: &str) -> &'a Json {
    let address = format!("account.peer[\"{user}\"]");
    let changes = plan["changes"].as_array().unwrap();
    changes.iter().find(|change| change["address"] == address).unwrap_or_else(|| panic!("{plan}"))
}

#[track_caller]
pub(super) fn expect_steps(plan: &Json, steps: Steps<'_>) {
    let wanted: BTreeMap<&str, u64> = steps.iter().copied().collect();
    for name in STEPS {
        let count = wanted.get(name).copied().unwrap_or(0);
        assert_eq!(plan["summary"][name], json!(count), "{name}: {plan:#}");
    }
    assert!(wanted.keys().all(|name| STEPS.contains(name)), "{wanted:?}");
}

fn assert_nowhere(folder: &Path, secret: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_nowhere(&path, secret);
        } else {
            let text = fs::read(&path).unwrap();
            let found = text.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "the token is in {}", path.display());
        }
    }
}

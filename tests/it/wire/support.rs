//! An account that serves, a folder with a configuration, and the binary that is run in it.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use enroll::sandbox::{
    Class, Credentials, Faults, Manners, MemoryStore, Options, Running, Sandbox, Seed, Seen,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(super) const ACCOUNT: &str = "acc-7Hq2";
pub(super) const CLIENT: &str = "client-b81Z";
pub(super) const SECRET: &str = "s3cr3t-of-the-app-x9";

/// A sandbox and the folder that is provisioned into it.
pub(super) struct World {
    pub(super) zoom: Running,
    pub(super) folder: TempDir,
    /// Environment of the binary; what stands later counts.
    pub(super) env: Vec<(String, String)>,
    runtime: Runtime,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
    /// What the server saw meanwhile.
    pub(super) seen: Vec<Seen>,
}

/// Options with credentials, a record, and a clock that goes on by a second with each look.
pub(super) fn options(faults: &str) -> Options {
    let mut options = Options::new(Manners::Zoom);
    options.faults = Faults::parse(faults).unwrap();
    options.record = true;
    options.credentials = Credentials {
        client: Some((CLIENT.to_owned(), SECRET.to_owned())),
        account_id: Some(ACCOUNT.to_owned()),
        ..Credentials::default()
    };
    let ticks = AtomicI64::new(1_767_225_600);
    options.clock = Arc::new(move || {
        jiff::Timestamp::from_second(ticks.fetch_add(1, Ordering::Relaxed)).unwrap()
    });
    options
}

impl World {
    /// An account with these faults.
    pub(super) fn new(faults: &str) -> Self {
        Self::with(options(faults))
    }

    pub(super) fn with(options: Options) -> Self {
        let runtime = Runtime::new().unwrap();
        let zoom = serve(&runtime, options);
        let env = [
            ("ZOOM_ACCOUNT_ID", ACCOUNT),
            ("ZOOM_CLIENT_ID", CLIENT),
            ("ZOOM_CLIENT_SECRET", SECRET),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { zoom, folder: TempDir::new().unwrap(), env, runtime }
    }

    /// Another service.
    pub(super) fn serve(&self, options: Options) -> Running {
        serve(&self.runtime, options)
    }

    /// A second account.
    pub(super) fn another(&self, faults: &str) -> Running {
        serve(&self.runtime, options(faults))
    }

    pub(super) fn env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn faults(&self, spec: &str) {
        self.zoom.set_faults(Faults::parse(spec).unwrap());
    }

    pub(super) fn seed(&self, seeds: impl IntoIterator<Item = Seed>) -> Vec<String> {
        self.zoom.add(seeds).unwrap()
    }

    /// Writes the configuration: the connection `prod`, `more` inside of it, and what follows it.
    pub(super) fn configure(&self, more: &str, rest: &str) {
        let connection = connection("prod", &self.zoom, more);
        self.write("main.hcl", &format!("{connection}\n{rest}"));
    }

    /// The connection `prod` and a rule that asks for these people.
    pub(super) fn people(&self, people: &People) {
        self.configure("", &people.hcl("prod"));
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    pub(super) fn run(&self, args: &[&str]) -> Ran {
        self.finish(Command::new(env!("CARGO_BIN_EXE_enroll")).args(args))
    }

    /// Lets a program run in the folder, with the environment of the binary.
    pub(super) fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.env.iter().cloned())
            .stdin(Stdio::null())
    }

    /// Runs a program to its end.
    pub(super) fn finish(&self, command: &mut Command) -> Ran {
        let from = self.zoom.requests().len();
        let output = self.prepare(command).output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            seen: self.zoom.requests().split_off(from),
        }
    }

    pub(super) fn plan(&self, args: &[&str]) -> Ran {
        self.run(&[&["plan", "--format", "json"], args].concat())
    }

    pub(super) fn apply(&self, args: &[&str]) -> Ran {
        self.run(&[&["apply", "--auto-approve", "--format", "json"], args].concat())
    }

    /// An apply that must do everything.
    pub(super) fn applied(&self, args: &[&str]) -> Ran {
        let ran = self.apply(args);
        assert_eq!(ran.code, 0, "{ran:#?}");
        ran
    }

    /// A plan with nothing to apply, and a step that waits because the service refused it.
    pub(super) fn waiting(&self) -> Ran {
        let ran = self.plan(&["--detailed-exitcode"]);
        assert_eq!((ran.code, ran.writes()), (2, 0), "{ran:#?}");
        let plan = ran.json();
        let changes = plan["changes"].as_array().unwrap();
        assert!(
            changes.iter().all(|change| change["actions"].as_array().unwrap().is_empty()),
            "{ran:#?}"
        );
        ran
    }

    /// A plan with nothing to apply.
    pub(super) fn settled(&self) -> Ran {
        let ran = self.plan(&["--detailed-exitcode"]);
        assert_eq!(ran.code, 0, "{ran:#?}");
        assert_eq!(ran.writes(), 0);
        ran
    }

    /// A plan with nothing to apply, that ends with 7 for the leaver `key`, who is open by `by`; so does an apply,
    /// which sends nothing.
    pub(super) fn open(&self, key: &str, by: &str) -> Ran {
        let ran = self.plan(&["--detailed-exitcode"]);
        assert_eq!((ran.code, ran.writes()), (7, 0), "{ran:#?}");
        let plan = ran.json();
        assert_eq!(plan["leavers"].as_array().unwrap().len(), 1, "{plan:#}");
        assert_eq!(plan["leavers"][0]["address"], address(key), "{plan:#}");
        assert_eq!(plan["leavers"][0]["by"], by, "{plan:#}");
        let applied = self.apply(&[]);
        assert_eq!((applied.code, applied.writes()), (7, 0), "{applied:#?}");
        ran
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// The state's record of an account.
    pub(super) fn record(&self, key: &str) -> Value {
        let state: Value = serde_json::from_str(&self.text("enroll.state.json")).unwrap();
        state["connections"]["prod"]["accounts"][key].clone()
    }

    /// How many accounts the state holds, each with an id.
    pub(super) fn owned(&self) -> usize {
        let state: Value = serde_json::from_str(&self.text("enroll.state.json")).unwrap();
        let accounts = state["connections"]["prod"]["accounts"].as_object().unwrap().clone();
        let with_id = |record: &&Value| self.zoom.user(record["id"].as_str().unwrap()).is_some();
        accounts.values().filter(with_id).count()
    }

    /// Every file of the folder that holds the text.
    pub(super) fn files_with(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if holds(&path, text) {
                    found.push(path.display().to_string());
                }
            }
        }
        found
    }
}

fn holds(path: &Path, text: &str) -> bool {
    String::from_utf8_lossy(&fs::read(path).unwrap()).contains(text)
}

fn serve(runtime: &Runtime, options: Options) -> Running {
    let _inside = runtime.enter();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Sandbox::listen(address, options, MemoryStore::new()).unwrap()
}

/// A connection to an account on this machine, without a pace unless `more` has one.
pub(super) fn connection(name: &str, zoom: &Running, more: &str) -> String {
    let (scim, token) = (zoom.scim_url(), zoom.token_url());
    connection_to(name, &scim, &token, more)
}

pub(super) fn connection_to(name: &str, scim: &str, token: &str, more: &str) -> String {
    let pace = if more.contains("rate {") {
        ""
    } else {
        "rate {\n    list = \"unlimited\"\n    read = \"unlimited\"\n    write = \"unlimited\"\n  }"
    };
    format!(
        r#"connection "{name}" {{
  scim_url = "{scim}"
  auth {{
    token_url     = "{token}"
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }}
  {pace}
  {more}
}}
"#
    )
}

/// People in `user` blocks, by label, with their attributes as HCL.
#[derive(Clone, Default)]
pub(super) struct People(Vec<(String, Vec<(String, String)>)>);

impl People {
    /// `p1` to `pN`, each with a given name and a family name.
    pub(super) fn new(count: usize) -> Self {
        let mut people = Self::default();
        for n in 1..=count {
            people.add(&format!("p{n}"));
        }
        people
    }

    pub(super) fn add(&mut self, label: &str) -> &mut Self {
        let attributes = [
            ("user_name", format!("\"{label}@example.com\"")),
            ("given_name", "\"Given\"".to_owned()),
            ("family_name", format!("\"Family {label}\"")),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value)).to_vec();
        self.0.push((label.to_owned(), attributes));
        self
    }

    /// Sets an attribute of one to an expression.
    pub(super) fn set(&mut self, label: &str, attribute: &str, value: &str) -> &mut Self {
        let person = self.0.iter_mut().find(|(known, _)| known == label).unwrap();
        person.1.retain(|(name, _)| name != attribute);
        person.1.push((attribute.to_owned(), value.to_owned()));
        self
    }

    /// Sets an attribute of everybody.
    pub(super) fn set_all(&mut self, attribute: &str, value: &str) -> &mut Self {
        let labels: Vec<_> = self.0.iter().map(|(label, _)| label.clone()).collect();
        for label in labels {
            self.set(&label, attribute, value);
        }
        self
    }

    pub(super) fn remove(&mut self, label: &str) -> &mut Self {
        self.0.retain(|(known, _)| known != label);
        self
    }

    /// The blocks, and a rule that takes all of them.
    pub(super) fn hcl(&self, connection: &str) -> String {
        let mut text = String::new();
        for (label, attributes) in &self.0 {
            writeln!(text, "user \"{label}\" {{").unwrap();
            for (name, value) in attributes {
                writeln!(text, "  {name} = {value}").unwrap();
            }
            text.push_str("}\n");
        }
        write!(
            text,
            "rule \"all\" {{\n  connection = connection.{connection}\n  directory = directory.users\n}}\n"
        )
        .unwrap();
        text
    }
}

impl Ran {
    /// Standard output as one JSON value.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The events of an apply.
    pub(super) fn events(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The events of that type.
    pub(super) fn of_type(&self, kind: &str) -> Vec<Value> {
        self.events().into_iter().filter(|event| event["type"] == kind).collect()
    }

    /// What failed: address, status, words, attribute.
    pub(super) fn failed(&self) -> Vec<Value> {
        self.of_type("failed")
    }

    /// `done`, `failed` and `not_started` of the summary.
    pub(super) fn summary(&self) -> (u64, u64, u64) {
        let summary = self.of_type("summary").pop().unwrap_or_else(|| panic!("{self:#?}"));
        let count = |name: &str| summary[name].as_u64().unwrap();
        (count("done"), count("failed"), count("not_started"))
    }

    /// The entry of an account in a plan.
    pub(super) fn change(&self, key: &str) -> Value {
        let wanted = address(key);
        let plan = self.json();
        let changes = plan["changes"].as_array().unwrap();
        let found = changes.iter().find(|change| change["address"] == wanted.as_str());
        found.cloned().unwrap_or(Value::Null)
    }

    /// How many requests of a class were seen.
    pub(super) fn count(&self, class: Class) -> usize {
        self.seen.iter().filter(|seen| seen.class == class).count()
    }

    pub(super) fn writes(&self) -> usize {
        self.count(Class::Write)
    }

    /// The requests of a method, tokens apart.
    pub(super) fn sent(&self, method: &str) -> Vec<&Seen> {
        let of = |seen: &&Seen| seen.method == method && seen.class != Class::Token;
        self.seen.iter().filter(of).collect()
    }

    /// The bodies of the requests of a method.
    pub(super) fn bodies(&self, method: &str) -> Vec<Value> {
        self.sent(method).iter().map(|seen| serde_json::from_str(&seen.body).unwrap()).collect()
    }
}

/// Does it for each case, all at once: most of what they take is waiting.
pub(super) fn each<T: Copy + Send + Sync>(cases: &[T], case: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for one in cases {
            let case = &case;
            scope.spawn(move || case(*one));
        }
    });
}

/// The address of a `user` block's account at `prod`.
pub(super) fn address(key: &str) -> String {
    format!("account.prod[\"{key}\"]")
}

/// The address of somebody in Zoom.
pub(super) fn mail(label: &str) -> String {
    format!("{label}@example.com")
}

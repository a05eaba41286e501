//! A Zoom account, a server that keeps the state, and folders on several machines that work on both.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use enroll::sandbox::{Faults, Manners, MemoryStore, Options, Running, Sandbox, Seed};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::server::{PASSWORD, Server, USER};

pub(super) struct World {
    pub(super) zoom: Running,
    pub(super) server: Server,
    /// The `enroll` block of every machine.
    pub(super) backend: String,
    /// More of the environment.
    pub(super) env: Vec<(&'static str, String)>,
    runtime: Runtime,
}

/// A folder on a machine of its own.
pub(super) struct Machine<'w> {
    world: &'w World,
    folder: TempDir,
}

#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl World {
    pub(super) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let zoom = {
            let _inside = runtime.enter();
            let address = "127.0.0.1:0".parse().unwrap();
            Sandbox::listen(address, Options::new(Manners::Zoom), MemoryStore::new()).unwrap()
        };
        zoom.add([Seed::new("stranger@example.com")]).unwrap();
        let server = Server::start();
        let backend = server.backend();
        Self { zoom, server, backend, env: Vec::new(), runtime }
    }

    pub(super) fn faults(&self, spec: &str) {
        let _inside = self.runtime.enter();
        self.zoom.set_faults(Faults::parse(spec).unwrap());
    }

    /// Another machine, with these people in its files.
    pub(super) fn machine(&self, people: usize) -> Machine<'_> {
        let machine = Machine { world: self, folder: TempDir::new().unwrap() };
        machine.configure(&self.backend);
        machine.people(people, "Title");
        machine
    }

    /// The same account, server and machines, with everything encrypted to these recipients.
    pub(super) fn encrypted(&self, recipients: &[String]) -> String {
        encrypting(&self.backend, recipients)
    }

    /// The addresses at the service, each once, the stranger's left out.
    pub(super) fn users(&self) -> Vec<String> {
        let mut names: Vec<_> = self.zoom.users().into_iter().map(|u| u.user_name).collect();
        names.sort();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before, "somebody is there twice");
        names.retain(|name| name != "stranger@example.com");
        names
    }

    pub(super) fn writes(&self) -> u64 {
        let counts = self.zoom.counts();
        ["POST", "PUT", "PATCH", "DELETE"].iter().map(|method| counts.method(method)).sum()
    }
}

impl Machine<'_> {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }

    /// The configuration, with this `enroll` block.
    pub(super) fn configure(&self, enroll: &str) {
        let (scim, token) = (self.world.zoom.scim_url(), self.world.zoom.token_url());
        self.write(
            "main.hcl",
            &format!(
                r#"{enroll}
connection "prod" {{
  scim_url = "{scim}"
  auth {{
    token_url     = "{token}"
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }}
  rate {{
    list  = "unlimited"
    read  = "unlimited"
    write = "unlimited"
  }}
}}
directory "hr" {{
  csv = "people.csv"
  key = "id"
}}
rule "all" {{
  connection = connection.prod
  directory  = directory.hr
  mapping {{
    given_name = person.given
    title      = person.title
  }}
}}
"#
            ),
        );
    }

    pub(super) fn people(&self, people: usize, title: &str) {
        let mut text = String::from("id,user_name,given,title\n");
        for n in 0..people {
            _ = writeln!(text, "{n},p{n:03}@example.com,G{n},{title} {n}");
        }
        self.write("people.csv", &text);
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_enroll"));
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("ZOOM_ACCOUNT_ID", "a")
            .env("ZOOM_CLIENT_ID", "c")
            .env("ZOOM_CLIENT_SECRET", "s")
            .env("ENROLL_ALLOW_HOSTS", "127.0.0.1")
            .env("ENROLL_HTTP_USERNAME", USER)
            .env("ENROLL_HTTP_PASSWORD", PASSWORD)
            .envs(self.world.env.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null());
        command
    }

    pub(super) fn run(&self, args: &[&str]) -> Ran {
        ran(&self.command(args).output().unwrap())
    }

    pub(super) fn apply(&self) -> Ran {
        self.run(&["apply", "-auto-approve"])
    }

    /// An apply that must go well.
    pub(super) fn applied(&self) -> Ran {
        let ran = self.apply();
        assert_eq!(ran.code, 0, "{ran:#?}");
        ran
    }

    /// Everything is owned, and there is nothing to do.
    pub(super) fn settled(&self, people: usize) {
        let plan = self.run(&["plan", "-detailed-exitcode"]);
        assert_eq!(plan.code, 0, "{plan:#?}");
        assert!(plan.out.contains("No changes."), "{plan:#?}");
        let listed = self.run(&["state", "list"]);
        assert_eq!(listed.out.lines().count(), people, "{listed:#?}");
        assert_eq!(self.world.users().len(), people);
        let state = self.run(&["state", "pull"]).out;
        assert!(!state.contains("\"adopted\""), "an account of ours came as a stranger: {state}");
        assert!(!state.contains("\"intents\""), "{state}");
    }

    /// Begins an apply and kills it once the service has seen so many more writes.
    pub(super) fn kill_after(&self, writes: u64) {
        let goal = self.world.writes() + writes;
        let mut child = self
            .command(&["apply", "-auto-approve"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while self.world.writes() < goal && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        drop(child.kill());
        child.wait().unwrap();
    }
}

/// An `enroll` block with encryption; `enroll` may be empty.
pub(super) fn encrypting(enroll: &str, recipients: &[String]) -> String {
    let inside = enroll.trim_start_matches("enroll {").trim_end().trim_end_matches('}');
    format!("enroll {{{inside}\n  encrypt {{\n    recipients = {recipients:?}\n  }}\n}}\n")
}

pub(super) fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

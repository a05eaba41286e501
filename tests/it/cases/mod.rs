//! What people met in the field, each with its right outcome: small inputs, and a service with the manners that
//! went wrong. One file a theme; a case's own files are in `tests/samples/cases`.

mod leavers;
mod licences;
mod listings;
mod messages;
mod review;
mod saved_plans;
mod security;
mod service;
mod services;
mod sources;

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::{Ran, TestEnv, repository};
use service::{Manners, Service};

/// What the cases sign in with.
const VARIABLES: [(&str, &str); 4] = [
    ("ZOOM_ACCOUNT_ID", "acc-of-the-cases"),
    ("ZOOM_CLIENT_ID", "client-of-the-cases"),
    ("ZOOM_CLIENT_SECRET", "s3cr3t-of-the-cases"),
    ("SCIM_TOKEN", service::TOKEN),
];

/// A folder with the files of one case.
struct Case {
    env: TestEnv,
    service: String,
    zoom: String,
}

impl Case {
    /// The files of `tests/samples/cases/NAME`, with nothing to talk to but the sandbox.
    fn new(name: &str) -> Self {
        Self::of(name, "", "")
    }

    /// The files of the case, with the address of `service` in place of `@URL@`.
    fn at(name: &str, service: &Service) -> Self {
        Self::of(name, service.url(), "")
    }

    /// As [`Self::at`], with the address of `zoom` in place of `@ZOOM@`.
    fn between(name: &str, service: &Service, zoom: &Service) -> Self {
        Self::of(name, service.url(), zoom.url())
    }

    /// A folder with nothing in it but this configuration.
    fn with(main: &str, service: &Service) -> Self {
        let case =
            Self { env: TestEnv::new(), service: service.url().to_owned(), zoom: String::new() };
        case.write("main.hcl", main);
        case
    }

    fn of(name: &str, service: &str, zoom: &str) -> Self {
        let case = Self { env: TestEnv::new(), service: service.to_owned(), zoom: zoom.to_owned() };
        let from = repository("tests/samples/cases").join(name);
        case.copy(&from, &from);
        case
    }

    fn copy(&self, top: &Path, from: &Path) {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.copy(top, &path);
            } else {
                let name = path.strip_prefix(top).unwrap();
                fs::create_dir_all(self.env.path().join(name).parent().unwrap()).unwrap();
                self.write(name.to_str().unwrap(), fs::read(&path).unwrap());
            }
        }
    }

    /// Writes a file, with the addresses of the services filled in.
    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let text = match std::str::from_utf8(text.as_ref()) {
            Ok(text) => {
                text.replace("@URL@", &self.service).replace("@ZOOM@", &self.zoom).into_bytes()
            }
            Err(_) => text.as_ref().to_vec(),
        };
        self.env.write(name, text);
    }

    /// Puts one file of the case in another's place: the next export, the next configuration.
    fn replace(&self, name: &str, by: &str) {
        self.write(name, self.env.read(by));
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.env.run_with(args, &VARIABLES)
    }

    /// Runs an apply that must end with this exit code.
    fn apply(&self, args: &[&str], code: i32) -> Ran {
        let ran = self.run(&[&["apply", "-auto-approve"], args].concat());
        assert_eq!(ran.code, code, "{ran}");
        ran
    }

    /// Runs `plan -detailed-exitcode`, which must end with this exit code.
    fn plan(&self, args: &[&str], code: i32) -> Ran {
        let ran = self.run(&[&["plan", "-detailed-exitcode"], args].concat());
        assert_eq!(ran.code, code, "{ran}");
        ran
    }

    /// The plan as JSON.
    fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(&[&["plan", "-format=json"], args].concat());
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"))
    }

    /// The entry of a plan about the account of that user name; `null` where there is none.
    fn change(&self, user_name: &str) -> Value {
        let plan = self.json(&[]);
        let changes = plan["changes"].as_array().unwrap();
        changes.iter().find(|change| change["user_name"] == user_name).cloned().unwrap_or_default()
    }

    /// The state's record at a key of `prod`.
    fn record(&self, key: &str) -> Value {
        let state: Value = serde_json::from_str(&self.env.read("enroll.state.json")).unwrap();
        state["connections"]["prod"]["accounts"][key].clone()
    }

    /// Runs an apply that the service kills with SIGKILL once it has done its write number `at`, before the
    /// answer goes out.
    fn killed(&self, service: &Service, at: usize) {
        let mut command = self.env.command(&["apply", "-auto-approve"]);
        command.envs(VARIABLES).stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        let status = service.kill(&mut command, at);
        assert_eq!(status.code(), None, "the apply came to its end before its write {at}");
    }
}

/// The right outcome of a case that a later issue turns: expected to fail until then. It fails as soon as it holds,
/// so that nobody forgets to say so; what leads up to it is asserted as in any test.
fn not_yet(issue: u32, holds: bool) {
    assert!(!holds, "issue {issue} was to turn this case, and it holds: assert it instead");
}

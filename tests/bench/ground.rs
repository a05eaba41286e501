//! A folder with a configuration, a server, and the binary that runs between them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::measure::{self, Usage};
use super::people;
use super::serve::{Requests, Server};

/// Where runs take place.
pub(crate) struct Ground<'a> {
    binary: &'a Path,
    folder: TempDir,
    server: Option<Server>,
}

/// What a run cost and said.
pub(crate) struct Ran {
    pub(crate) usage: Usage,
    pub(crate) requests: Requests,
    pub(crate) out: String,
    err: String,
}

impl<'a> Ground<'a> {
    /// A folder alone.
    pub(crate) fn offline(binary: &'a Path) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { binary, folder, server: None }
    }

    /// A folder with a connection to a server that has so many people already.
    pub(crate) fn new(
        binary: &'a Path,
        people: usize,
        write_rate: Option<u32>,
        configuration: &str,
    ) -> Self {
        let server = Server::start(people, write_rate);
        let connection = people::connection(&server.base, write_rate);
        let ground = Self { server: Some(server), ..Self::offline(binary) };
        ground.write("main.hcl", &(connection + configuration));
        ground
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path()).unwrap();
        fs::write(self.path().join(name), text).unwrap();
    }

    /// Runs the binary, which must end with `code`.
    pub(crate) fn run(&mut self, args: &[&str], code: i32) -> Ran {
        let before = self.requests();
        let mut command = Command::new(self.binary);
        command.args(args).current_dir(self.path()).env("HOME", self.folder.path());
        for name in ["ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"] {
            command.env(name, "benchmark");
        }
        let [out, err] = ["out", "err"].map(|name| self.folder.path().join(name));
        let usage = measure::run(&command, &out, &err);
        let text = |path| String::from_utf8(fs::read(path).unwrap()).unwrap();
        let requests = self.requests().since(before);
        let ran = Ran { usage, requests, out: text(out), err: text(err) };
        assert!(ran.usage.code == code, "{args:?}: exit {}: {}", ran.usage.code, ran.tail());
        ran
    }

    fn requests(&mut self) -> Requests {
        self.server.as_mut().map(Server::requests).unwrap_or_default()
    }
}

impl Ran {
    /// The end of what it said, for a message.
    pub(crate) fn tail(&self) -> String {
        let end = |text: &str| {
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(10)..].join("\n")
        };
        format!("{}\n{}", end(&self.out), end(&self.err))
    }

    /// That the run did what it is measured for.
    pub(crate) fn must(&self, holds: bool) {
        assert!(holds, "the run did something else: {}", self.tail());
    }
}

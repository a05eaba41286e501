//! SCIM servers that nobody here wrote, each alone on a free loopback port until its test ends.
//!
//! `tests/run.sh` installs them below `target/peers`, or below the folder that `ENROLL_PEERS` names.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine};

/// How long a server may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and how it is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// scim2-server: strict, `ETag`s, PATCH answers without a body, lists in no order.
    Scim2Server,
    /// The same, with at most 50 users a page whatever is asked for.
    PageOf50,
    /// The same, with pages of 50 too and neither PATCH nor filters: both answer 501.
    NoPatchNoFilter,
    /// SCIMMY: echoes `count`, answers the first page again past the end, ignores `If-Match`.
    Scimmy,
    /// SCIMMY with Basic authentication.
    ScimmyBasic,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Peer {
    /// The base of its SCIM endpoints.
    pub(crate) url: String,
    /// The token that it takes, or `NAME:PASSWORD` where it takes Basic authentication.
    pub(crate) token: String,
    child: Child,
}

impl Peer {
    /// Starts a server and waits until it answers.
    pub(crate) fn start(kind: Kind) -> Self {
        // A port may be lost to another process between being found and being used.
        (0..5)
            .find_map(|_| Self::try_start(kind))
            .unwrap_or_else(|| panic!("{kind:?} does not start"))
    }

    fn try_start(kind: Kind) -> Option<Self> {
        let port = free_port();
        let secret = uuid::Uuid::new_v4().simple().to_string();
        let (token, path) = match kind {
            Kind::Scim2Server | Kind::PageOf50 | Kind::NoPatchNoFilter => (secret, "/v2"),
            Kind::Scimmy => (secret, "/scim/v2"),
            Kind::ScimmyBasic => (format!("robot:{secret}"), "/scim/v2"),
        };
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = command(kind, port, &token);
        command.stdin(Stdio::null()).stdout(log.reopen().unwrap()).stderr(log.reopen().unwrap());
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("{kind:?} can't be started ({command:?}: {error}); tests/run.sh installs it")
        });
        let mut peer = Self { url: format!("http://127.0.0.1:{port}{path}"), token, child };
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = peer.child.try_wait().unwrap() {
                let said = std::fs::read_to_string(log.path()).unwrap_or_default();
                assert!(said.contains("in use"), "{kind:?} ended with {status}:\n{said}");
                return None;
            }
            if answers(port, path, &peer.token) {
                return Some(peer);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{kind:?} does not answer:\n{}", std::fs::read_to_string(log.path()).unwrap());
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command(kind: Kind, port: u16, token: &str) -> Command {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let installed = installed();
    let port = port.to_string();
    let config = match kind {
        Kind::Scim2Server => None,
        Kind::PageOf50 => Some("page-of-50.json"),
        Kind::NoPatchNoFilter => Some("no-patch-no-filter.json"),
        Kind::Scimmy | Kind::ScimmyBasic => {
            let mut command = Command::new("node");
            command.env("NODE_PATH", installed.join("node/node_modules"));
            command.arg(own.join("scimmy.cjs")).args([port.as_str(), token]);
            return command;
        }
    };
    let mut command = Command::new(installed.join("venv/bin/scim2-server"));
    command.args(["--hostname", "127.0.0.1", "--port", &port, "--bearer-token", token]);
    if let Some(config) = config {
        command.arg("--service-provider-config").arg(own.join(config));
    }
    command
}

/// Where `tests/run.sh` has put them.
pub(crate) fn installed() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    std::env::var_os("ENROLL_PEERS").map_or_else(default, PathBuf::from)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Whether it is this server that listens there: no other knows the token.
fn answers(port: u16, path: &str, token: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        let credentials = if token.contains(':') {
            format!("Basic {}", BASE64_STANDARD.encode(token))
        } else {
            format!("Bearer {token}")
        };
        write!(
            stream,
            "GET {path}/Users HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
             Authorization: {credentials}\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.lines().next().is_some_and(|line| line.contains(" 200")))
}

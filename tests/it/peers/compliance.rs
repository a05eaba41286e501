//! The other way round: a compliance suite that nobody here wrote, against the embedded service.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::server::installed;

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
#[ignore = "needs the peers: tests/run.sh"]
fn the_sandbox_keeps_to_the_rfcs() {
    let mut sandbox = Command::new(env!("CARGO_BIN_EXE_enroll"));
    sandbox.args(["sandbox", "--type", "scim", "--listen", "127.0.0.1:0"]);
    let mut sandbox = Ended(sandbox.stdout(Stdio::piped()).spawn().unwrap());
    let mut first = String::new();
    BufReader::new(sandbox.0.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let base = first.split(' ').find(|word| word.starts_with("http")).unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/compliance.py");
    let python = installed().join("venv/bin/python");
    let output = Command::new(python).arg(script).args([base, "any"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaints}");
}

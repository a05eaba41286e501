//! What is measured, and on what.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The release binary, built as users build it: `cargo bench` builds one too, but with the features that the
/// parts of the tests switch on. `ENROLL_BENCH_BINARY` names another one to be measured.
pub(crate) fn binary() -> PathBuf {
    if let Some(binary) = std::env::var_os("ENROLL_BENCH_BINARY") {
        return fs::canonicalize(binary).unwrap();
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--release", "--locked", "--bin", "enroll"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the release binary can't be built");
    let built = String::from_utf8(output.stdout).unwrap();
    let executable = built.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    // Not the file that the next build replaces.
    let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("enroll-measured");
    fs::copy(executable.unwrap(), &copy).unwrap();
    copy
}

/// The machine, the compiler and the commit.
pub(crate) fn described() -> String {
    let said = |program: &str, args: &[&str]| {
        let output =
            Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        let text = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
        text.map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
        value.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let processor = field(&file("/proc/cpuinfo"), "model name");
    let memory = field(&file("/proc/meminfo"), "MemTotal");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = file("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned();
    format!(
        "{processor}, {cores} cores, {memory} of memory; {}; {}; commit {}; load when it began: {load}",
        said("uname", &["-sr"]),
        said("rustc", &["--version"]),
        said("git", &["describe", "--always", "--dirty"]),
    )
}

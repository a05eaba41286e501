//! A folder and a clean environment to run the built binary in.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use regex::Regex;
use tempfile::TempDir;

use super::copy_folder;

/// A temporary folder in which `enroll` runs as nobody in particular: none of the variables that it
/// looks at are set, no terminal, a pager and colours of nobody.
pub(crate) struct TestEnv {
    folder: TempDir,
}

/// How a run ended. Shown with ids, times, checksums and the folder's name filtered.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    folder: PathBuf,
}

impl TestEnv {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let env = Self::new();
        for (name, text) in files {
            env.write(name, text);
        }
        env
    }

    /// A copy of a folder of the repository.
    pub(crate) fn copy_of(folder: &Path) -> Self {
        let env = Self::new();
        copy_folder(folder, env.path());
        env
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Replaces a part of a file, which must be there.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "`{name}` does not hold {from:?}");
        self.write(name, text.replace(from, to));
    }

    /// The names of every file below the folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.path()).unwrap();
                    found.push(name.to_str().unwrap().to_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// The binary, ready to run here.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_enroll"));
        self.prepare(&mut command);
        command.args(args);
        command
    }

    /// Lets a program run here, with nothing in its environment that changes what Enroll does.
    pub(crate) fn prepare(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let ours = ["ENROLL_", "ZOOM_", "CLICOLOR", "NO_COLOR", "FORCE_COLOR", "RUST_"];
            let proxy = text.to_ascii_lowercase().ends_with("_proxy");
            if proxy || ours.iter().any(|prefix| text.starts_with(prefix)) {
                command.env_remove(&name);
            }
        }
        command.env("TERM", "xterm-256color").stdin(Stdio::null()).current_dir(self.path());
    }

    /// Runs the binary here.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    /// Runs the binary here with these variables.
    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        self.finish(self.command(args).envs(variables.iter().copied()))
    }

    /// Runs a prepared command to its end.
    pub(crate) fn finish(&self, command: &mut Command) -> Ran {
        self.ended(command.output().unwrap())
    }

    /// How a program ended that ran here.
    pub(crate) fn ended(&self, output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            folder: self.path().to_owned(),
        }
    }

    /// Runs the binary against its sandbox.
    pub(crate) fn sandbox(&self, args: &[&str]) -> Ran {
        self.run(&[&["--sandbox"], args].concat())
    }

    /// Applies in the sandbox, which must succeed.
    pub(crate) fn applied(&self) {
        let ran = self.sandbox(&["apply", "-auto-approve"]);
        assert_eq!(ran.code, 0, "{ran}");
    }

    /// The bytes of the sandbox's state.
    pub(crate) fn state(&self) -> String {
        self.read(Self::STATE)
    }

    /// Where the sandbox's state is.
    pub(crate) const STATE: &str = ".enroll/sandbox/enroll.state.json";
}

impl Ran {
    /// The last line of standard output.
    pub(crate) fn last(&self) -> &str {
        self.stdout.lines().last().unwrap_or("")
    }

    /// Whether either output holds `text`.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr, folder } = self;
        let text = format!("exit {code}\n--- stdout\n{stdout}--- stderr\n{stderr}");
        let text = text.replace(folder.to_str().unwrap(), "[DIR]");
        f.write_str(&filtered(&text))
    }
}

fn filtered(text: &str) -> String {
    static FILTERS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r"\[id=[^\]]+\]", "[id=ID]"),
            (r#"("?id"?\s*[=:]\s*)"[^"]+""#, "$1\"ID\""),
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "LINEAGE"),
            (r"sha256:[0-9a-f]{64}", "sha256:SUM"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
            (r"rid=WEB_[0-9a-f]+", "rid=TRACKING"),
            (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        ]
        .map(|(pattern, instead)| (Regex::new(pattern).unwrap(), instead))
        .into()
    });
    let mut text = text.to_owned();
    for (pattern, instead) in FILTERS.iter() {
        text = pattern.replace_all(&text, *instead).into_owned();
    }
    // No line of a snapshot ends in blanks, which editors would take away.
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

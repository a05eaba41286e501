//! Where and how a command runs: the folder, the environment, whether it may ask.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::args::{Given, Global};
use super::exit::Stop;
use super::printer::Printer;
use super::progress::Progress;
use crate::config::{Inputs, VarInput};
use crate::diagnostic::Diagnostic;
use crate::disk;
use crate::remote::Environment;

/// Environment variables that give configuration variables their values start with this.
const VARIABLE_PREFIX: &str = "ENROLL_VAR_";

/// What every command goes by.
#[derive(Debug)]
pub(super) struct Context {
    /// The configuration's folder.
    pub root: PathBuf,
    /// Whether the embedded accounts stand in for the services.
    pub sandbox: bool,
    /// Whether requests are logged.
    pub verbose: bool,
    /// Who prints.
    pub printer: Printer,
    /// Who shows how far it is.
    pub progress: Progress,
    given: Vec<Given>,
    may_ask: bool,
}

impl Context {
    pub(super) fn new(global: Global, given: Vec<Given>, printer: Printer) -> Result<Self, Stop> {
        let progress = Progress::new(&global, printer);
        let root = global.chdir.unwrap_or_else(|| PathBuf::from("."));
        if !root.is_dir() {
            return Err(Diagnostic::error(format!("there is no folder `{}`", root.display()))
                .help("check -C / --chdir")
                .into());
        }
        let may_ask = !global.no_input && std::io::stdin().is_terminal();
        let verbose = global.verbose > 0;
        Ok(Self { root, sandbox: global.sandbox, verbose, printer, progress, given, may_ask })
    }

    /// The value of an environment variable.
    pub(super) fn environment(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// The name of the user who runs this.
    pub(super) fn user() -> Option<String> {
        ["USER", "LOGNAME", "USERNAME"]
            .into_iter()
            .find_map(|name| Self::environment(name).filter(|user| !user.is_empty()))
    }

    /// Hosts that the operator allows credentials to go to.
    pub(super) fn allow_hosts() -> Vec<String> {
        Self::environment("ENROLL_ALLOW_HOSTS")
            .unwrap_or_default()
            .split([',', ' '])
            .filter(|host| !host.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    }

    /// What the environment says of a shared state's store.
    pub(super) fn surroundings() -> Environment {
        let texts = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let mut environment = Environment::new(texts);
        let home =
            environment.first(&["HOME", "USERPROFILE"]).map(|home| Path::new(home).join(".aws"));
        for (variable, name) in
            [("AWS_SHARED_CREDENTIALS_FILE", "credentials"), ("AWS_CONFIG_FILE", "config")]
        {
            let named = environment.get(variable).map(PathBuf::from);
            let path = named.or_else(|| home.as_ref().map(|home| home.join(name)));
            let read = path.and_then(|path| disk::read_file(&path).ok());
            environment
                .aws_files
                .extend(read.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
        }
        environment
    }

    /// What reading the configuration needs beside its files.
    pub(super) fn inputs(&self) -> Result<Inputs, Stop> {
        let vars = self.given.iter().map(|given| self.variable(given)).collect::<Result<_, _>>()?;
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name.into_string().ok()?;
                let name = name.strip_prefix(VARIABLE_PREFIX)?.to_owned();
                Some((name, value.into_string().ok()?))
            })
            .collect();
        Ok(Inputs {
            vars,
            environment,
            allow_hosts: Self::allow_hosts(),
            enroll_version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn variable(&self, given: &Given) -> Result<VarInput, Stop> {
        match given {
            Given::Var(given) => {
                let (name, value) = given.split_once('=').ok_or_else(|| {
                    // What was given may be a secret: it is not shown.
                    Diagnostic::error("--var has no `=`").help("write --var NAME=VALUE")
                })?;
                Ok(VarInput::Value { name: name.trim().to_owned(), value: value.to_owned() })
            }
            Given::File(path) => {
                let bytes = disk::read_file(&self.root.join(path)).map_err(|error| {
                    Diagnostic::error(format!("--var-file {path}: it can't be read: {error}"))
                        .help("the path is relative to the configuration's folder")
                })?;
                Ok(VarInput::Read { path: path.clone(), bytes })
            }
        }
    }

    /// The files of variables that were named on the command line.
    pub(super) fn variable_files(&self) -> impl Iterator<Item = &Path> {
        self.given.iter().filter_map(|given| match given {
            Given::File(path) => Some(Path::new(path)),
            Given::Var(_) => None,
        })
    }

    /// A path in the working folder, as a person would write it: without `./`.
    pub(super) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        let name = name.as_ref();
        if self.root.as_os_str() == "." { name.to_owned() } else { self.root.join(name) }
    }

    /// Asks a question that only `yes` answers with yes. Where nobody is there to answer, `otherwise` says what
    /// to do.
    pub(super) async fn confirm(
        &self,
        question: &str,
        otherwise: impl FnOnce() -> Diagnostic,
    ) -> Result<bool, Stop> {
        if !self.may_ask {
            return Err(otherwise().into());
        }
        self.printer.out(question);
        drop(std::io::stdout().flush());
        // Connections are kept up meanwhile.
        let read = tokio::task::spawn_blocking(|| {
            let mut answer = String::new();
            std::io::stdin().read_line(&mut answer).is_ok() && answer.trim() == "yes"
        });
        Ok(read.await.unwrap_or(false))
    }
}

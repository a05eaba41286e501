//! Where and how a command runs: the folder, the environment, whether it may ask.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::args::{Given, Global};
use super::exit::Stop;
use super::printer::Printer;
use super::progress::Progress;
use crate::config::{Inputs, VarInput};
use crate::diagnostic::Diagnostic;
use crate::disk;
use crate::model::Text;
use crate::plan::Plan;
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
    planned: OnceLock<BTreeMap<Text, Text>>,
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
        disk::stays_in_checkout(&root)?;
        let may_ask = !global.no_input && std::io::stdin().is_terminal();
        let verbose = global.verbose > 0;
        let (sandbox, planned) = (global.sandbox, OnceLock::new());
        Ok(Self { root, sandbox, verbose, printer, progress, given, planned, may_ask })
    }

    /// The value of an environment variable.
    pub(super) fn environment(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// What the `git` that is run gets to see of the environment.
    pub(super) fn for_git() -> disk::GitEnvironment {
        disk::GitEnvironment::new(|name| std::env::var_os(name))
    }

    /// The files that the environment names as credentials.
    pub(super) fn credential_files() -> Vec<PathBuf> {
        let texts = std::env::vars_os()
            .filter_map(|(name, value)| is_credential(&name.to_string_lossy()).then_some(value));
        texts
            .flat_map(|text| {
                let several: Vec<PathBuf> = std::env::split_paths(&text).collect();
                several.into_iter().chain([PathBuf::from(text)])
            })
            .filter(|path| !path.as_os_str().is_empty())
            .collect()
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

    /// From now on the configuration is read with the variables of a saved plan.
    pub(super) fn hold_to_variables(&self, plan: &Plan) {
        self.planned.get_or_init(|| plan.basis.variables.clone());
    }

    /// What reading the configuration needs beside its files.
    pub(super) fn inputs(&self) -> Result<Inputs, Stop> {
        let vars = self.given.iter().map(|given| self.variable(given)).collect::<Result<_, _>>()?;
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name.into_string().ok()?;
                let name = without_prefix(&name)?.to_owned();
                Some((name, value.into_string().ok()?))
            })
            .collect();
        Ok(Inputs {
            vars,
            environment,
            allow_hosts: Self::allow_hosts(),
            enroll_version: env!("CARGO_PKG_VERSION").to_owned(),
            planned: self.planned.get().cloned().unwrap_or_default(),
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
                disk::stays_inside(&self.root, Path::new(path))?;
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

/// The name of the configuration's variable that one of the environment gives a value. Windows compares the names of
/// variables without case.
fn without_prefix(name: &str) -> Option<&str> {
    let (prefix, rest) = name.split_at_checked(VARIABLE_PREFIX.len())?;
    let same = if cfg!(windows) {
        prefix.eq_ignore_ascii_case(VARIABLE_PREFIX)
    } else {
        prefix == VARIABLE_PREFIX
    };
    same.then_some(rest)
}

/// Whether a variable of this name says where credentials are, or what belongs to them. An identity of ours is
/// known by what it is.
fn is_credential(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_CREDENTIALS",
        "GOOGLE_GHA_CREDS_PATH",
        "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "KUBECONFIG",
        "NETRC",
    ];
    const WORDS: [&str; 6] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "IDENTITY"];
    let name = name.to_ascii_uppercase();
    if name.starts_with(VARIABLE_PREFIX) || name == "ENROLL_IDENTITY_FILE" {
        return false;
    }
    let is_file = ["_FILE", "_FILES", "_PATH"].iter().any(|end| name.ends_with(end));
    NAMES.contains(&name.as_str())
        || name.starts_with("AZURE_")
        || is_file && WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_credential;

    #[test]
    fn variables_that_name_credentials() {
        for (name, expected) in [
            ("GOOGLE_APPLICATION_CREDENTIALS", true),
            ("google_application_credentials", true),
            ("AWS_CONFIG_FILE", true),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", true),
            ("AZURE_FEDERATED_TOKEN_FILE", true),
            ("AZURE_CONFIG_DIR", true),
            ("ZOOM_KEY_FILE", true),
            ("SIGNING_SECRET_FILE", true),
            ("DB_PASSWORD_FILE", true),
            ("MY_CREDENTIALS_FILE", true),
            ("CI_IDENTITY_FILE", true),
            ("SSH_KEY_PATH", true),
            ("PEOPLE_FILE", false),
            ("SECRET", false),
            ("PATH", false),
            // The values of `var.…`, and an identity, which is known wherever it stands.
            ("ENROLL_VAR_key_file", false),
            ("ENROLL_IDENTITY_FILE", false),
        ] {
            assert_eq!(is_credential(name), expected, "{name}");
        }
    }
}

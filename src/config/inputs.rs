//! What whoever runs Enroll hands in beside the files, and what comes out.

use std::collections::BTreeMap;

use crate::desired::Desired;
use crate::diagnostic::{Diagnostic, Sources};
use crate::model::{StatePlace, Text};

use super::open::AuthExpr;
use super::service::Remote;

/// What is not in the files.
#[derive(Clone, Default)]
pub struct Inputs {
    /// `--var` and `--var-file`, in the order given.
    pub vars: Vec<VarInput>,
    /// Environment variables `ENROLL_VAR_k`, by `k`.
    pub environment: BTreeMap<String, String>,
    /// Hosts that credentials may be sent to, beside Zoom's and loopback: `ENROLL_ALLOW_HOSTS`.
    pub allow_hosts: Vec<String>,
    /// This Enroll's version, for `required_version`.
    pub enroll_version: String,
    /// The variables of a saved plan that is carried out, as JSON: they count before everything else, and a flag
    /// that gives another value is an error.
    pub planned: BTreeMap<Text, Text>,
}

impl std::fmt::Debug for Inputs {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { vars, environment, allow_hosts, enroll_version, planned } = self;
        f.debug_struct("Inputs")
            .field("vars", vars)
            .field("environment", &environment.keys())
            .field("allow_hosts", allow_hosts)
            .field("enroll_version", enroll_version)
            .field("planned", &planned.keys())
            .finish()
    }
}

/// One `--var` or `--var-file`.
#[derive(Clone, PartialEq, Eq)]
pub enum VarInput {
    /// `--var name=value`
    Value {
        /// The variable.
        name: String,
        /// Its value as written.
        value: String,
    },
    /// `--var-file path`, a file of the configuration
    File(String),
    /// `--var-file path`, a file that was read already
    Read {
        /// The path as written.
        path: String,
        /// What it holds.
        bytes: Vec<u8>,
    },
}

impl std::fmt::Debug for VarInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value { name, value: _ } => write!(f, "Value({name}=…)"),
            Self::File(path) | Self::Read { path, bytes: _ } => write!(f, "File({path})"),
        }
    }
}

/// What the files come to, with everything found in them.
#[derive(Debug)]
pub struct Loaded {
    /// Only where there is no error.
    pub configuration: Option<Configuration>,
    /// Sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that were read.
    pub sources: Sources,
}

/// A configuration without errors.
#[derive(Debug)]
pub struct Configuration {
    /// The accounts asked for, and all that `plan` needs.
    pub desired: Desired,
    /// How to sign in, by connection; evaluated only when one is opened.
    pub auths: BTreeMap<Text, AuthExpr>,
    /// Directories that are other services, by label.
    pub services: BTreeMap<Text, Remote>,
    /// Where the state is, and who can read it.
    pub place: StatePlace,
    /// `sha256:…` of everything that was read; secrets are left out.
    pub digest: String,
    /// The values of the variables that are not sensitive, as JSON.
    pub variables: BTreeMap<Text, Text>,
    /// The sensitive variables that have a value.
    pub sensitive: Vec<Text>,
}

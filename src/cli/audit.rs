//! `--audit-log`: one line for each operation that an apply executes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::context::Context;
use super::keeping::Keeping;
use super::session::PRIVATE_FOLDER;
use crate::codec::audit::{Run, line};
use crate::crypt::Crypt;
use crate::diagnostic::Diagnostic;
use crate::disk::{self, AuditLog};
use crate::model::{Address, Text};
use crate::port::{Before, Failure, Finished, Intent, KeepState};
use crate::state::Account;

/// What CI services call the one who started a run; the first that is set counts.
const ACTORS: [&str; 5] = [
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILD_REQUESTEDFOR",
    "BUILDKITE_BUILD_CREATOR",
    "CIRCLE_USERNAME",
];

/// Opens the log, before anything is sent that changes something.
pub(super) fn open(context: &Context, file: &Path, crypt: &Crypt) -> Result<AuditLog, Diagnostic> {
    disk::stays_inside(&context.root, file)?;
    let path = context.path(file);
    if crypt.is_on() && disk::is_within(&context.root, &path) {
        return Err(Diagnostic::error(format!(
            "the audit log `{}` would name people in plain text beside what is encrypted",
            path.display()
        ))
        .detail("it is for other programs to read, so `encrypt` does not cover it")
        .help("write it outside of the configuration's folder, where nobody commits it"));
    }
    AuditLog::open(&path, &context.path(PRIVATE_FOLDER)).map_err(|error| {
        Diagnostic::error(format!("the audit log `{}` can't be written: {error}", path.display()))
            .help("nothing was sent: what an apply does must be logged there")
    })
}

/// Who runs this, as `user@host`.
pub(super) fn who() -> String {
    let user = Context::user().unwrap_or_else(|| "unknown".to_owned());
    format!("{user}@{}", gethostname::gethostname().to_string_lossy())
}

/// Whom the CI service names as the one who started the run.
pub(super) fn actor(environment: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    ACTORS.iter().find_map(|name| environment(name).filter(|actor| !actor.is_empty()))
}

/// Keeps the state as its keeper does, and logs each operation once that has it. A log that can't be written
/// stops the run: what is on its way ends and stands in the journal, nothing more is started.
pub(super) struct Audited<'a> {
    pub keeping: Keeping<'a>,
    pub log: Option<&'a AuditLog>,
    pub run: Run,
    /// Set to stop starting anything.
    pub stop: &'a AtomicBool,
    pub failed: Mutex<Option<std::io::Error>>,
}

impl<'a> Audited<'a> {
    fn note(&self, step: &Finished<'_>) {
        let Some(log) = self.log else { return };
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.is_some() {
            return;
        }
        if let Err(error) = log.append(&line(&self.run, step)) {
            self.stop.store(true, Ordering::Relaxed);
            *failed = Some(error);
        }
    }

    /// Ends the log. Returns the keeper, and what is wrong with the log.
    pub(super) fn end(self) -> (Keeping<'a>, Option<Diagnostic>) {
        let mut failed = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Some(log) = self.log else { return (self.keeping, None) };
        if failed.is_none() {
            failed = log.sync().err();
        }
        let said = failed.map(|error| {
            let path = log.path().display();
            Diagnostic::error(format!("the audit log `{path}` can't be written: {error}"))
                .detail("nothing more was started; the operations that it lacks stand in the state and in the apply's journal")
                .help("mend the cause, then plan and apply again: what is left is shown then")
        });
        (self.keeping, said)
    }
}

impl KeepState for Audited<'_> {
    async fn ahead(&self, connection: &str, intents: &[Intent]) -> Result<(), Failure> {
        self.keeping.ahead(connection, intents).await
    }

    async fn intent(
        &self,
        intent: &Intent,
        at: &Text,
        before: Option<&Before>,
    ) -> Result<(), Failure> {
        self.keeping.intent(intent, at, before).await
    }

    async fn done(
        &self,
        address: &Address,
        record: Option<&Account>,
        step: Option<&Finished<'_>>,
    ) -> Result<(), Failure> {
        let kept = self.keeping.done(address, record, step).await;
        if let Some(step) = step {
            self.note(step);
        }
        kept
    }

    async fn failed(&self, step: &Finished<'_>) -> Result<(), Failure> {
        let kept = self.keeping.failed(step).await;
        self.note(step);
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::actor;

    #[test]
    fn the_one_who_started_a_pipeline_is_named() {
        for (set, expected) in [
            (&[][..], None),
            (&[("GITHUB_ACTOR", "ada")], Some("ada")),
            (&[("GITHUB_ACTOR", ""), ("GITLAB_USER_LOGIN", "joan")], Some("joan")),
            (&[("USER", "root")], None),
        ] {
            let environment = |name: &str| {
                set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(actor(&environment).as_deref(), expected, "{set:?}");
        }
    }
}

//! Saved plans: written for a review, and carried out as far as they were reviewed.

use std::path::Path;

use super::args::{Planning, Refresh};
use super::connect::Connections;
use super::context::Context;
use super::exit::{Exit, Stop};
use crate::codec;
use crate::crypt::{Crypt, CryptError};
use crate::diagnostic::Diagnostic;
use crate::disk;
use crate::model::Text;
use crate::plan::{GuardKind, Plan, cover};
use crate::render;
use crate::state::State;

/// Refuses to save a plan over what Enroll or the configuration needs.
pub(super) fn may_be_saved(file: &Path) -> Result<(), Diagnostic> {
    match disk::needed_otherwise(file) {
        None => Ok(()),
        Some(why) => {
            let summary = format!("no plan can be saved in `{}`: {why}", file.display());
            Err(Diagnostic::error(summary).help("choose another name, such as `review.plan`"))
        }
    }
}

/// What `apply` needs to carry a saved plan out, beside the plan.
#[derive(Debug)]
pub(super) struct Next {
    /// Whether somebody accepted a state that is older than one seen here.
    pub accept_older_state: bool,
    /// Sensitive variables that have a value.
    pub sensitive: Vec<Text>,
    /// How many accounts are adopted where nothing was ever recorded.
    pub adopts_first: u64,
}

impl Next {
    /// The command that carries the plan out, and what it asks for.
    pub(super) fn said(&self, context: &Context, file: &Path) -> String {
        let mut words = vec!["enroll".to_owned()];
        let folder = context.root.display().to_string();
        if folder != "." {
            words.extend(["-C".to_owned(), render::shell_word(&folder)]);
        }
        words.extend(context.sandbox.then(|| "--sandbox".to_owned()));
        words.push("apply".to_owned());
        words.extend(self.accept_older_state.then(|| "--accept-older-state".to_owned()));
        let name = file.display().to_string();
        // A name that looks like a flag would be taken for one.
        let name = if name.starts_with('-') { format!("./{name}") } else { name };
        words.push(render::shell_word(&name));
        let shown = render::plain(&file.display().to_string()).into_owned();
        let command = render::plain(&words.join(" ")).into_owned();
        let mut lines = vec![
            format!("\nSaved the plan to: {shown}"),
            format!("To carry out exactly this: {command}"),
        ];
        if !self.sensitive.is_empty() {
            let names: Vec<_> =
                self.sensitive.iter().map(|name| format!("ENROLL_VAR_{name}")).collect();
            let names = names.join(", ");
            lines.push(format!(
                "Sensitive variables are not in the plan; give them again there: {names}"
            ));
        }
        if self.adopts_first > 0 {
            let adopted = render::counted(self.adopts_first, "account");
            lines.push(format!(
                "There is no state yet, and {adopted} would be adopted: add --first-run if this is \
                 the first apply here"
            ));
        }
        lines.join("\n") + "\n"
    }
}

/// Saves a plan, for its owner alone to read. `exit` says whether every connection was planned.
pub(super) fn save(
    context: &Context,
    file: &Path,
    plan: &Plan,
    exit: Exit,
    crypt: &Crypt,
) -> Result<(), Stop> {
    if plan.basis.options.not_refreshed || exit != Exit::Success {
        return Err(Diagnostic::error("a plan that is not complete can't be saved")
            .help("mend what stands above, or leave --refresh=false out")
            .into());
    }
    // A link in its own place is replaced.
    disk::stays_inside(&context.root, file.parent().unwrap_or(file))?;
    let path = context.path(file);
    let words = format!("the plan `{}` can't be written", path.display());
    let bytes = crypt.check().and_then(|()| crypt.protect(codec::plan::save(plan)));
    let bytes = bytes.map_err(|error| error.explain(&words))?;
    disk::write_private(&path, &bytes)
        .map_err(|error| Diagnostic::error(format!("{words}: {error}")).into())
}

/// Reads a saved plan and checks that it may be applied here at all.
pub(super) fn load(context: &Context, file: &Path, crypt: &Crypt) -> Result<Plan, Stop> {
    let path = context.path(file);
    let named = |why: &dyn std::fmt::Display| {
        Diagnostic::error(format!("the plan `{}` can't be used: {why}", path.display()))
            .help("plan again: `enroll plan --out FILE`")
    };
    let bytes = disk::read_file(&path).map_err(|error| named(&error))?;
    let bytes = crypt.reveal(bytes).map_err(|error| {
        let said =
            Diagnostic::error(format!("the plan `{}` can't be used: {error}", path.display()));
        if matches!(error, CryptError::Plain | CryptError::Encrypted) {
            return said.help("plan again: the configuration changed since");
        }
        if error.help().is_empty() {
            return said.help("plan again: `enroll plan --out FILE`");
        }
        error.with_help(said)
    })?;
    Ok(codec::plan::read(&bytes).map_err(|error| named(&error))?)
}

/// A plan of the sandbox is nothing for the real account, nor the other way round.
pub(super) fn same_world(context: &Context, plan: &Plan) -> Result<(), Stop> {
    if plan.sandbox == context.sandbox {
        return Ok(());
    }
    Err(if plan.sandbox {
        Diagnostic::error("the plan was made in the sandbox")
            .help("`enroll --sandbox apply FILE` carries it out there; for the real account plan without --sandbox")
    } else {
        Diagnostic::error("the plan was made for the real account, not for the sandbox")
            .help("leave --sandbox out")
    }
    .into())
}

/// The options of a saved plan travel in it: giving others beside it would change what was reviewed.
pub(super) fn no_options(flags: &Planning) -> Result<(), Stop> {
    let given = [
        (!flags.target.is_empty(), "--target"),
        (!flags.confirm.is_empty(), "--confirm"),
        (flags.allow_removals.is_some(), "--allow-removals"),
        (flags.allow_deletes.is_some(), "--allow-deletes"),
        (flags.allow_privileges.is_some(), "--allow-privileges"),
        (!flags.allow_empty.is_empty(), "--allow-empty"),
        (flags.retry_refused, "--retry-refused"),
        (flags.show_unmanaged, "--show-unmanaged"),
        (flags.refresh == Refresh::False, "--refresh=false"),
    ];
    match given.into_iter().find(|(given, _)| *given) {
        None => Ok(()),
        Some((_, flag)) => {
            Err(Diagnostic::error(format!("{flag} can't stand beside a saved plan"))
                .help("options travel in the plan: give them to `enroll plan --out FILE`")
                .into())
        }
    }
}

/// A plan belongs to the state that it was made from. One saved when there was none has no lineage.
pub(super) fn belongs(plan: &Plan, state: &State) -> Result<(), Stop> {
    let lineage = &plan.basis.lineage;
    if lineage.is_empty() || *lineage == state.lineage {
        return Ok(());
    }
    Err(Diagnostic::error("the plan was made from another state: their lineages differ")
        .help("plan again with the state that is here")
        .into())
}

/// A plan is about the accounts at the services that it was made for.
pub(super) fn same_accounts(plan: &Plan, connections: &Connections) -> Result<(), Stop> {
    let other = connections
        .fingerprints
        .iter()
        .find(|(name, now)| plan.basis.fingerprints.get(*name).is_some_and(|then| then != *now));
    match other {
        None => Ok(()),
        Some((name, _)) => Err(Diagnostic::error(format!(
            "connection `{name}` points to another account than when the plan was saved"
        ))
        .help("plan again")
        .into()),
    }
}

/// Checks that what would happen now was reviewed, and lets allowances stand for what is left of what
/// they allowed. Says what is no longer needed.
pub(super) fn hold_to(context: &Context, reviewed: &Plan, now: &mut Plan) -> Result<(), Stop> {
    let covered = cover(reviewed, now);
    if !covered.uncovered.is_empty() {
        let count = covered.uncovered.len();
        let mut alone = Plan { changes: covered.uncovered, ..now.clone() };
        alone.records.clear();
        alone.unmanaged.clear();
        context.printer.out(&render::changes(&alone, context.printer.out_colour));
        return Err(Stop::new(
            Exit::Uncovered,
            vec![
                Diagnostic::error(format!(
                    "the saved plan does not cover {count} of the changes that are needed now; nothing was changed"
                ))
                .detail("they stand above; something moved since the plan was saved")
                .help("plan again, and let the new plan be reviewed"),
            ],
        ));
    }
    for kind in GuardKind::ALL {
        let planned = now.planned_past(kind);
        let allowed = now.basis.options.allowance(kind);
        if allowed.is_some_and(|allowed| planned <= allowed) {
            *allowed = Some(planned);
        }
    }
    if covered.no_longer_needed > 0 {
        context.printer.err(&format!(
            "No longer needed, and skipped: {}.\n",
            render::counted(covered.no_longer_needed, "reviewed change")
        ));
    }
    Ok(())
}

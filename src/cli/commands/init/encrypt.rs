//! `enroll init` where the state stays in its place: writes it as `encrypt` now says, and all that was kept of it.

use super::migrate::ask;
use crate::cli::args::InitArgs;
use crate::cli::commands::runtime;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::Place;
use crate::cli::session::{PRIVATE_FOLDER, remember};
use crate::diagnostic::Diagnostic;
use crate::disk::{self, Loaded};
use crate::render::counted;

/// Writes the state anew: encrypted, to other recipients, or in plain. `place` reads both.
pub(super) fn rewrite(context: &Context, args: &InitArgs, place: &Place) -> Result<Exit, Stop> {
    const WHAT: &str = "enroll init";
    runtime()?.block_on(async {
        let held = place.hold(context, WHAT, args.lock_timeout).await?;
        let result = rewrite_held(context, args, place).await;
        place.release(context, held).await;
        result
    })
}

async fn rewrite_held(context: &Context, args: &InitArgs, place: &Place) -> Result<Exit, Stop> {
    let Loaded { state, unknown } = place.read_only(context, true).await?;
    let was = place.is_encrypted().await?;
    let (words, crypt) = (place.words(), place.crypt());
    let there = !state.lineage.is_empty();
    if !there && !crypt.is_on() || there && !was && !crypt.is_on() {
        let serial = state.serial;
        context.printer.out(&format!("The state is in {words}, at serial {serial}.\n"));
        return Ok(Exit::Success);
    }
    if there {
        let accounts = counted(state.accounts().count() as u64, "account");
        let what = match (was, crypt.is_on()) {
            (false, _) => "Encrypt the state",
            (true, true) => "Encrypt the state anew, to the recipients that are listed now,",
            (true, false) => "Write the state in plain, for whoever gets at it,",
        };
        let question = format!(
            "{what} with {accounts} in {words}?\n  Only 'yes' will be accepted.\n\n  Enter a value: "
        );
        if !ask(context, args, &question).await? {
            context.printer.err("\nCancelled: nothing was written.\n");
            return Ok(Exit::Error);
        }
        let (lineage, serial) = (state.lineage.clone(), state.serial);
        let serial = place.put(context, state, &unknown, serial).await?;
        remember(context, &lineage, serial);
    }
    context.printer.diagnostics(&tidy(context, place));
    context.printer.out(&match (there, crypt.is_on()) {
        (false, _) => {
            "There is no state yet. What is written from now on is encrypted.\n".to_owned()
        }
        (true, true) => format!(
            "The state in {words} is encrypted to {}, and so is all that is written from now on.\n",
            counted(crypt.recipients() as u64, "recipient")
        ),
        (true, false) => format!(
            "The state in {words} is in plain, and so is all that is written from now on.\n"
        ),
    });
    Ok(Exit::Success)
}

/// Brings what was written before in line. Returns warnings.
pub(super) fn tidy(context: &Context, place: &Place) -> Vec<Diagnostic> {
    let file = place.file();
    let mut found = file.renew_copies();
    found.extend(file.rewrite_applies());
    let private = context.path(PRIVATE_FOLDER);
    disk::remove_caches(&private.join("cache"));
    if !place.crypt().is_on() {
        return found;
    }
    let (files, warnings) = disk::encrypt_plain(&context.root, &private, place.crypt());
    found.extend(warnings);
    if files > 0 {
        let files = counted(files as u64, "more file");
        context.printer.out(&format!("Encrypted {files} that Enroll wrote here before.\n"));
    }
    found.push(Diagnostic::note(
        "versions of the state that git or the store keeps from before stay as they are",
    ));
    found
}

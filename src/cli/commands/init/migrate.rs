//! `enroll init` where the configuration has the state elsewhere than it was: moves it, after a question. The old
//! copy stays.

use std::path::PathBuf;

use super::encrypt;
use crate::cli::args::InitArgs;
use crate::cli::commands::runtime;
use crate::cli::context::Context;
use crate::cli::crypting;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::{Place, configured, remembered};
use crate::cli::session::remember;
use crate::crypt::Crypt;
use crate::diagnostic::Diagnostic;
use crate::disk::{self, Loaded};
use crate::model::{Backend, StatePlace};

/// From where to where.
pub(super) struct Moving {
    from: Option<Backend>,
    to: Option<Backend>,
    /// As the configuration has it; reads both what is encrypted and what is not.
    crypt: Crypt,
}

impl Moving {
    /// What the configuration names, and what this machine remembers; `None` where neither is a backend, and
    /// nothing is or was encrypted.
    pub(super) fn find(context: &Context) -> Result<Option<Self>, Stop> {
        if context.sandbox {
            return Ok(None);
        }
        let StatePlace { backend: to, encrypt } = configured(context)?;
        let crypt = crypting::either(encrypt.as_ref())?;
        let from = remembered(context).load().map_err(|error| Diagnostic::error(error.to_string()));
        // Whoever wants to forget it does not need to read it.
        let from = from?;
        let is_elsewhere = to.is_some() || from.is_some();
        let matters = is_elsewhere
            || crypt.is_on()
            || Place::of(context, None, crypt.clone())?.file().is_encrypted()?;
        Ok(matters.then_some(Self { from, to, crypt }))
    }

    pub(super) fn run(self, context: &Context, args: &InitArgs) -> Result<Exit, Stop> {
        if args.reconfigure {
            keep_in_mind(context, self.to.as_ref())?;
            let now = Place::of(context, self.to, self.crypt)?.words();
            context
                .printer
                .out(&format!("From now on the state is in {now}. Nothing was moved.\n"));
            return Ok(Exit::Success);
        }
        let target = Place::of(context, self.to.clone(), self.crypt.clone())?;
        if self.from == self.to {
            return encrypt::rewrite(context, args, &target);
        }
        let source = Place::of(context, self.from.clone(), self.crypt.clone())?;
        runtime()?.block_on(async {
            const WHAT: &str = "enroll init";
            let held = source.hold(context, WHAT, args.lock_timeout).await?;
            // Two backends share the one lock that this machine has for them.
            let also = if source.file().lock() == target.file().lock() {
                target.hold_beside(context, WHAT, args.lock_timeout, None).await
            } else {
                target.hold(context, WHAT, args.lock_timeout).await
            };
            let result = match also {
                Ok(also) => {
                    let moved = self.move_held(context, args, &source, &target).await;
                    target.release(context, also).await;
                    moved
                }
                Err(stop) => Err(stop),
            };
            source.release(context, held).await;
            result
        })
    }

    async fn move_held(
        &self,
        context: &Context,
        args: &InitArgs,
        source: &Place,
        target: &Place,
    ) -> Result<Exit, Stop> {
        let Loaded { state, unknown } = source.read_only(context, true).await?;
        let there = target.read_only(context, false).await?.state;
        let (from, to) = (source.words(), target.words());
        if state.lineage.is_empty() {
            keep_in_mind(context, self.to.as_ref())?;
            let what = if there.lineage.is_empty() { "empty" } else { "in use already" };
            context.printer.out(&format!("From now on the state is in {to}, which is {what}.\n"));
            return Ok(Exit::Success);
        }
        if !there.lineage.is_empty() && there.lineage != state.lineage {
            return Err(Diagnostic::error(format!(
                "{to} holds another state: its lineage is {}, and that in {from} is {}",
                there.lineage, state.lineage
            ))
            .help("name an empty place in `backend`")
            .help(format!(
                "if the state in {from} is of no use any more: `enroll init -reconfigure`"
            ))
            .into());
        }
        if there.serial > state.serial {
            return Err(Diagnostic::error(format!(
                "the state in {to} is further on than that in {from}: serial {} and {}",
                there.serial, state.serial
            ))
            .help(format!("to go on with the one in {to}: `enroll init -reconfigure`"))
            .into());
        }
        let accounts = crate::render::counted(state.accounts().count() as u64, "account");
        if there != state {
            let question = format!(
                "Copy the state with {accounts} from {from} to {to}?\n  The copy in {from} stays as it is.\n  \
                 Only 'yes' will be accepted.\n\n  Enter a value: "
            );
            if !ask(context, args, &question).await? {
                context.printer.err("\nCancelled: the state stays where it is.\n");
                return Ok(Exit::Error);
            }
            let lineage = state.lineage.clone();
            let serial = target.put(context, state, &unknown, there.serial).await?;
            remember(context, &lineage, serial);
        }
        context.printer.diagnostics(&source.put_away());
        keep_in_mind(context, self.to.as_ref())?;
        if self.crypt.is_on() {
            context.printer.diagnostics(&source.file().renew_copies());
        }
        let kept = match (source, target) {
            (Place::Local(_), Place::Shared(_)) => put_aside(context)?,
            (Place::Local(_) | Place::Shared(_), _) => from,
        };
        context.printer.out(&format!(
            "From now on the state is in {to}, with {accounts}. The copy from before is in {kept}.\n"
        ));
        if self.crypt.is_on() {
            context.printer.diagnostics(&encrypt::tidy(context, target));
        }
        Ok(Exit::Success)
    }
}

/// Asks, where the command line does not say it already.
pub(super) async fn ask(context: &Context, args: &InitArgs, question: &str) -> Result<bool, Stop> {
    if args.force_copy {
        return Ok(true);
    }
    context
        .confirm(question, || {
            Diagnostic::error("nobody is there to say yes")
                .help("say it on the command line: `enroll init -force-copy`")
        })
        .await
}

fn keep_in_mind(context: &Context, backend: Option<&Backend>) -> Result<(), Diagnostic> {
    remembered(context).save(backend).map_err(|error| {
        Diagnostic::error(format!("where the state is can't be remembered: {error}"))
    })
}

/// Gives the state's file another name, so that nobody takes it for the state.
fn put_aside(context: &Context) -> Result<String, Diagnostic> {
    let file: PathBuf = context.path("enroll.state.json");
    let name = disk::set_aside(&file, ".moved").map_err(|error| {
        Diagnostic::error(format!("`{}` can't be renamed: {error}", file.display()))
            .detail("the state is moved all the same")
            .help("rename it yourself: it is not the state any more")
    })?;
    Ok(format!("`{}`", name.display()))
}

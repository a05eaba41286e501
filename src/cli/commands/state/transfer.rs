//! `enroll state pull` and `push FILE`: the whole state, wherever it is kept.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use crate::cli::commands::runtime;
use crate::cli::context::Context;
use crate::cli::crypting;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::Place;
use crate::cli::session::remember;
use crate::codec::{envelope, state as codec};
use crate::diagnostic::Diagnostic;
use crate::disk::{self, Loaded};
use crate::port::Intent;
use crate::state::State;

pub(super) fn pull(context: &Context) -> Result<Exit, Stop> {
    let place = Place::find(context)?;
    let loaded = runtime()?.block_on(place.load(context))?;
    if loaded.state.lineage.is_empty() {
        return Err(Diagnostic::error(format!("there is no state in {} yet", place.words())).into());
    }
    let bytes = codec::write_with(&loaded.state, &loaded.unknown);
    context.printer.data(&String::from_utf8_lossy(&bytes));
    Ok(Exit::Success)
}

pub(super) fn push(context: &Context, file: &Path, force: bool) -> Result<Exit, Stop> {
    let (state, unknown) = read(context, file)?;
    let place = Place::find(context)?;
    runtime()?.block_on(async {
        let held = place.hold(context, "enroll state push", Duration::ZERO).await?;
        let result = push_held(context, &place, file, (state, unknown), force).await;
        place.release(context, held).await;
        result
    })
}

async fn push_held(
    context: &Context,
    place: &Place,
    file: &Path,
    (state, unknown): (State, Vec<Intent>),
    force: bool,
) -> Result<Exit, Stop> {
    let Loaded { state: now, unknown: open } = place.load(context).await?;
    if now == state && open == unknown {
        context.printer.out(&format!("{} holds that state already.\n", place.words()));
        return Ok(Exit::Success);
    }
    let over = objections(place, file, (&state, &unknown), (&now, &open));
    if !force && !over.is_empty() {
        return Err(Diagnostic::error(format!("`{}` is not pushed: {}", file.display(), over.join("; ")))
            .help("bring what is missing in, or say that it may be overwritten: `enroll state push --force`")
            .into());
    }
    let lineage = state.lineage.clone();
    let serial = place.put(context, state, &unknown, now.serial).await?;
    remember(context, &lineage, serial);
    for what in over {
        context.printer.err(&format!("Overridden: {what}.\n"));
    }
    context.printer.out(&format!("Pushed serial {serial} to {}.\n", place.words()));
    Ok(Exit::Success)
}

/// What is lost by it.
fn objections(
    place: &Place,
    file: &Path,
    (state, unknown): (&State, &[Intent]),
    (now, open): (&State, &[Intent]),
) -> Vec<String> {
    let (words, file) = (place.words(), file.display());
    let mut found = Vec::new();
    if !now.lineage.is_empty() && now.lineage != state.lineage {
        found.push(format!(
            "{words} holds another state, of lineage {}, and `{file}` is of lineage {}",
            now.lineage, state.lineage
        ));
    } else if now.serial > state.serial {
        found
            .push(format!("{words} is at serial {}, and `{file}` at {}", now.serial, state.serial));
    } else if now.serial == state.serial && !now.is_new() {
        found.push(format!("both are at serial {}, and they differ", now.serial));
    }
    if !open.is_empty() && open != unknown {
        found.push(format!("an apply on {words} ended before it knew what became of a write"));
    }
    if place.file().has_journal() {
        found.push(format!(
            "an apply left the journal `{}` here, which would be put away",
            place.file().journal().display()
        ));
    }
    found
}

fn read(context: &Context, file: &Path) -> Result<(State, Vec<Intent>), Stop> {
    let failed = |why: &dyn std::fmt::Display| {
        Diagnostic::error(format!("`{}` can't be pushed: {why}", file.display()))
    };
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        let read = std::io::stdin().lock().take(1 << 30).read_to_end(&mut bytes);
        read.map_err(|error| failed(&error))?;
    } else {
        bytes = disk::read_file(&context.root.join(file)).map_err(|error| failed(&error))?;
    }
    let read = envelope::read(&crypting::either(None)?, &bytes);
    let (state, unknown) = read.map_err(|error| {
        let said = failed(&error);
        error.explain(said).unwrap_or_else(|said| said)
    })?;
    if state.lineage.is_empty() {
        return Err(failed(&"it has no lineage").into());
    }
    Ok((state, unknown))
}

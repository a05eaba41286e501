//! `enroll show`

use super::runtime;
use crate::cli::args::{Review, ReviewFormat, ShowArgs};
use crate::cli::context::Context;
use crate::cli::crypting;
use crate::cli::exit::{Exit, Stop};
use crate::cli::place::Place;
use crate::cli::saved::load;
use crate::codec;
use crate::diagnostic::Diagnostic;
use crate::render;
use crate::state::State;

pub(in crate::cli) fn run(context: &Context, args: &ShowArgs) -> Result<Exit, Stop> {
    if let Some(file) = &args.plan {
        args.review.checked(context)?;
        // A plan says for itself whether it is encrypted, wherever it was made.
        let crypt = crypting::either(None)?;
        args.review.show(context, &load(context, file, &crypt)?);
        return Ok(Exit::Success);
    }
    let text = state(context, &args.review)?;
    if args.review.format == ReviewFormat::Json {
        context.printer.data(&text);
    } else {
        context.printer.out(&text);
    }
    Ok(Exit::Success)
}

/// The state in the formats that it has.
fn state(context: &Context, review: &Review) -> Result<String, Stop> {
    let only = |flag: &str| {
        Err(Diagnostic::error(format!("{flag} is for a plan, and this is the state"))
            .help("name a saved plan: `enroll show PLAN`; the state has --format text and json")
            .into())
    };
    if review.redact {
        return only("--redact");
    }
    if review.max_bytes.is_some() {
        return only("--max-bytes");
    }
    let read = || -> Result<State, Stop> {
        let place = Place::find(context)?;
        Ok(runtime()?.block_on(place.load(context))?.state)
    };
    match review.format {
        ReviewFormat::Text => Ok(render::state_text(&read()?, context.printer.out_colour)),
        ReviewFormat::Json => {
            Ok(String::from_utf8_lossy(&codec::state::write(&read()?)).into_owned())
        }
        ReviewFormat::Markdown => only("--format markdown"),
        ReviewFormat::Html => only("--format html"),
        ReviewFormat::Gitlab => only("--format gitlab"),
    }
}

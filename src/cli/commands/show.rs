//! `enroll show`

use crate::cli::args::{Format, ShowArgs};
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::saved::load;
use crate::cli::session::{load_state, state_file};
use crate::codec;
use crate::render;

pub(in crate::cli) fn run(context: &Context, args: &ShowArgs) -> Result<Exit, Stop> {
    if let Some(file) = &args.plan {
        let plan = load(context, file)?;
        context.printer.diagnostics(&plan.diagnostics);
        context.printer.out(&match args.format {
            Format::Text => render::text(&plan, context.printer.out_colour),
            Format::Json => codec::plan::write(&plan),
        });
        return Ok(Exit::Success);
    }
    let state = load_state(&state_file(context))?.state;
    context.printer.out(&match args.format {
        Format::Text => render::state_text(&state, context.printer.out_colour),
        Format::Json => String::from_utf8_lossy(&codec::state::write(&state)).into_owned(),
    });
    Ok(Exit::Success)
}

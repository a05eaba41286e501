//! `enroll plan`

use super::runtime;
use crate::cli::args::{Format, PlanArgs};
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::planning::{Made, make};
use crate::cli::saved::save;
use crate::codec;
use crate::render;

pub(in crate::cli) fn run(context: &Context, args: &PlanArgs) -> Result<Exit, Stop> {
    let made = runtime()?.block_on(async {
        let Made { connections, planned, exit, .. } = make(context, &args.planning, None).await?;
        context.printer.diagnostics(&connections.close().await);
        Ok((planned, exit))
    });
    let (planned, exit) = match made {
        Ok(made) => made,
        Err(stop) => {
            let stop: Stop = stop;
            if args.format == Format::Json {
                context.printer.out(&codec::plan::failed(&stop.diagnostics));
            }
            return Err(stop);
        }
    };
    let plan = &planned.plan;
    context.printer.diagnostics(&plan.diagnostics);
    context.printer.out(&match args.format {
        Format::Text => render::text(plan, context.printer.out_colour),
        Format::Json => codec::plan::write(plan),
    });
    if let Some(file) = &args.out {
        save(context, file, plan, exit)?;
        if args.format == Format::Text {
            let file = file.display();
            let sandbox = if context.sandbox { "--sandbox " } else { "" };
            let folder = match context.root.display().to_string().as_str() {
                "." => String::new(),
                folder => format!("-C \"{folder}\" "),
            };
            context.printer.out(&format!(
                "\nSaved the plan to: {file}\n\
                 To carry out exactly this: enroll {folder}{sandbox}apply \"{file}\"\n"
            ));
        }
    }
    let changes = args.detailed_exitcode && plan.has_work();
    Ok(exit.and(if changes { Exit::Changes } else { Exit::Success }))
}

//! `enroll init`

mod encrypt;
mod migrate;

use crate::cli::args::InitArgs;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::diagnostic::Diagnostic;
use crate::disk;

/// What is written, by name. A file that is there already is never touched.
const FILES: [(&str, &str); 2] =
    [("main.hcl", include_str!("init/main.hcl")), (".gitignore", include_str!("init/gitignore"))];

pub(in crate::cli) fn run(context: &Context, args: &InitArgs) -> Result<Exit, Stop> {
    let configured = disk::WorkTree::new(&context.root).has_configuration();
    if configured.is_some() && context.sandbox {
        return Err(Diagnostic::error("`init` leaves the sandbox alone")
            .help("delete `.enroll/sandbox/` to start it afresh")
            .into());
    }
    if let Some(name) = configured {
        if let Some(moving) = migrate::Moving::find(context)? {
            return moving.run(context, args);
        }
        return Err(Diagnostic::error(format!("there is a configuration already: `{name}`"))
            .help("`enroll init` starts a new one in a folder without *.hcl files")
            .help("with a `backend` or `encrypt` in `enroll { … }` it moves the state there, or encrypts it")
            .into());
    }
    for (name, text) in FILES {
        match disk::write_new(&context.root.join(name), text.as_bytes()) {
            Ok(()) => context.printer.out(&format!("Wrote {name}\n")),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                context.printer.out(&format!("Kept {name}, which is there already\n"));
            }
            Err(error) => {
                return Err(Diagnostic::error(format!("`{name}` can't be written: {error}")).into());
            }
        }
    }
    context.printer.out(
        "\nNext: try it without credentials, in an embedded Zoom account:\n\n  \
         enroll --sandbox plan\n  enroll --sandbox apply\n\n\
         Then follow the checklist in main.hcl to connect the real one.\n",
    );
    Ok(Exit::Success)
}

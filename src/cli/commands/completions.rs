//! `enroll completions SHELL`

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::context::Context;
use crate::cli::exit::Exit;

pub(in crate::cli) fn run(context: &Context, args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "enroll", &mut script);
    context.printer.data(&String::from_utf8_lossy(&script));
    Exit::Success
}

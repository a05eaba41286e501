//! `enroll version`

use crate::cli::context::Context;
use crate::cli::exit::Exit;

pub(in crate::cli) fn run(context: &Context) -> Exit {
    context.printer.out(concat!("enroll ", env!("CARGO_PKG_VERSION"), "\n"));
    Exit::Success
}

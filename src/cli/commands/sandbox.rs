//! `enroll sandbox`

use std::sync::Arc;

use super::serving;
use crate::cli::args::{Manners as Kind, SandboxArgs};
use crate::cli::connect::SandboxStore;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::interrupt::arrived;
use crate::diagnostic::Diagnostic;
use crate::disk::Documents;
use crate::sandbox::{Faults, Manners, MemoryStore, Options, Sandbox};

pub(in crate::cli) fn run(context: &Context, args: &SandboxArgs) -> Result<Exit, Stop> {
    let mut options = Options::new(match args.manners {
        Kind::Zoom => Manners::Zoom,
        Kind::Scim => Manners::Rfc,
    });
    options.seed = args.seed;
    options.clock = Arc::new(jiff::Timestamp::now);
    options.faults = Faults::parse(&args.faults).map_err(|why| {
        Diagnostic::error(format!("--faults: {why}"))
            .help("`enroll sandbox --help` lists what can go wrong")
    })?;
    serving()?
        .block_on(async {
            let running = match &args.data {
                Some(file) => {
                    let store = SandboxStore(Documents::new(context.root.join(file)));
                    Sandbox::listen(args.listen, options, store)
                }
                None => Sandbox::listen(args.listen, options, MemoryStore::new()),
            }
            .map_err(|error| {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
                Diagnostic::error(format!("{error}{}", cause.unwrap_or_default()))
            })?;
            context.printer.out(&format!(
                "SANDBOX serving SCIM at {} and tokens at {}; end it with Ctrl-C\n",
                running.scim_url(),
                running.token_url()
            ));
            arrived().await;
            running.shutdown().await.map_err(|why| Diagnostic::error(why).into())
        })
        .map(|()| Exit::Success)
}

//! How a plan is shown: the one place that knows the formats, for every command that shows one.

use std::borrow::Cow;

use super::args::{Review, ReviewFormat};
use super::context::Context;
use super::exit::Stop;
use crate::codec;
use crate::diagnostic::Diagnostic;
use crate::plan::{Plan, redacted, redacted_findings};
use crate::render;

/// Longest Markdown where nothing is said: GitHub takes 65,536 characters in a comment.
const MAX_BYTES: usize = 60_000;

impl Review {
    /// Refuses flags that can't stand together, before anything is done.
    pub(super) fn checked(&self, context: &Context) -> Result<(), Stop> {
        if let Some(bytes) = self.max_bytes {
            if self.format != ReviewFormat::Markdown {
                return Err(Diagnostic::error("--max-bytes is for --format markdown alone")
                    .help("only Markdown is cut: the other formats show everything")
                    .into());
            }
            if bytes < render::LEAST_BYTES {
                let least = render::LEAST_BYTES;
                return Err(Diagnostic::error(format!("--max-bytes {bytes} is too little"))
                    .help(format!("the counts and guards alone need {least}"))
                    .into());
            }
        }
        if self.redact && context.verbose {
            return Err(Diagnostic::error("--redact can't stand beside -v: a log names people")
                .help("leave one of them out")
                .into());
        }
        Ok(())
    }

    /// Prints a plan, and its findings to standard error.
    pub(super) fn show(&self, context: &Context, plan: &Plan) {
        let plan = if self.redact { Cow::Owned(redacted(plan)) } else { Cow::Borrowed(plan) };
        let printer = &context.printer;
        printer.diagnostics(&plan.diagnostics);
        match self.format {
            ReviewFormat::Text => printer.out(&render::text(&plan, printer.out_colour)),
            ReviewFormat::Json => printer.stream(|out| codec::plan::write_to(&plan, out)),
            ReviewFormat::Markdown => {
                let most = self.max_bytes.unwrap_or(MAX_BYTES);
                printer.out(&render::markdown(&plan, most));
            }
            ReviewFormat::Html => printer.out(&render::html(&plan)),
            ReviewFormat::Gitlab => printer.data(&render::gitlab(&plan)),
        }
    }

    /// Findings that are no part of a plan.
    pub(super) fn findings(&self, context: &Context, found: &[Diagnostic]) {
        if self.redact {
            context.printer.diagnostics(&redacted_findings(found));
        } else {
            context.printer.diagnostics(found);
        }
    }

    /// Prints why there is no plan, where the format has a way to say that, and gives the reason back
    /// as it may be shown.
    pub(super) fn no_plan(&self, context: &Context, mut stop: Stop) -> Stop {
        if self.redact {
            stop.diagnostics = redacted_findings(&stop.diagnostics);
        }
        let max_bytes = self.max_bytes.unwrap_or(MAX_BYTES);
        match self.format {
            ReviewFormat::Json => {
                context.printer.data(&codec::plan::failed(&stop.diagnostics));
            }
            ReviewFormat::Markdown => {
                context.printer.out(&render::markdown_failed(&stop.diagnostics, max_bytes));
            }
            ReviewFormat::Text | ReviewFormat::Html | ReviewFormat::Gitlab => {}
        }
        stop
    }
}

//! The only place that prints. Results go to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};

use super::args::{Colour, Global};
use crate::diagnostic::Diagnostic;
use crate::render;

/// Prints, in colour or without.
#[derive(Clone, Copy, Debug)]
pub(super) struct Printer {
    /// Whether standard output is coloured.
    pub out_colour: bool,
    /// Whether standard error is coloured.
    pub err_colour: bool,
}

impl Printer {
    /// Follows the flags, then `NO_COLOR` and `CLICOLOR_FORCE`, then whether it is a terminal.
    pub(super) fn new(global: &Global, environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name| environment(name).is_some_and(|value: String| !value.is_empty());
        let forced = set("CLICOLOR_FORCE") && environment("CLICOLOR_FORCE").as_deref() != Some("0");
        let dumb = environment("TERM").as_deref() == Some("dumb");
        let colour = |terminal: bool| match (global.no_color, global.color) {
            (true, _) | (_, Colour::Never) => false,
            (false, Colour::Always) => true,
            (false, Colour::Auto) if set("NO_COLOR") => false,
            (false, Colour::Auto) => forced || terminal && !dumb,
        };
        Self {
            out_colour: colour(io::stdout().is_terminal()),
            err_colour: colour(io::stderr().is_terminal()),
        }
    }

    /// Prints a result for people. A reader who closes the pipe early is no error.
    pub(super) fn out(self, text: &str) {
        self.data(&render::without_commands(text));
    }

    /// Prints a result for programs, byte for byte: JSON, none of whose lines a log takes for a command.
    #[allow(clippy::unused_self, reason = "whoever prints holds the printer")]
    pub(super) fn data(self, text: &str) {
        let mut out = io::stdout().lock();
        drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    }

    /// Prints a result for programs that is written bit by bit.
    #[allow(clippy::unused_self, reason = "whoever prints holds the printer")]
    pub(super) fn stream(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = io::BufWriter::new(io::stdout().lock());
        drop(write(&mut out).and_then(|()| out.flush()));
    }

    /// Prints anything that is no result.
    #[allow(clippy::unused_self, reason = "whoever prints holds the printer")]
    pub(super) fn err(self, text: &str) {
        let mut err = io::stderr().lock();
        let text = render::without_commands(text);
        drop(err.write_all(text.as_bytes()).and_then(|()| err.flush()));
    }

    /// Prints findings with their source lines and ways out.
    pub(super) fn diagnostics(self, diagnostics: &[Diagnostic]) {
        if !diagnostics.is_empty() {
            self.err(&render::diagnostics(diagnostics, self.err_colour));
        }
    }
}

/// Standard error for a log of text: a line of it comes in one piece.
pub(super) struct LogLines;

impl Write for LogLines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        io::stderr().lock().write_all(render::without_commands(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

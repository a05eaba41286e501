//! The command line: arguments, environment, clock, printing and errors; one file a command.

mod args;
mod audit;
mod beside;
mod carry;
mod clock;
mod commands;
mod connect;
mod context;
mod crypting;
mod dash;
mod directories;
mod exit;
mod habits;
mod interrupt;
mod keeping;
mod place;
mod planning;
mod printer;
mod probing;
mod progress;
mod review;
mod saved;
mod session;
mod shared;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command, Given, Global, LogFormat};
use context::Context;
use exit::{Exit, Stop};
use printer::{LogLines, Printer};

use crate::render;

/// Runs the command line and returns the process's exit code.
pub fn main() -> ExitCode {
    let command = Cli::command();
    let arguments = dash::double_dashes(std::env::args_os(), &command);
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| {
        Ok((Cli::from_arg_matches(&matches)?, args::variables_in_order(&matches)))
    });
    let (cli, given) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are results; anything else is wrong usage.
            let error = habits::answer(error);
            let said = error.render().to_string();
            match render::without_commands(&said) {
                Cow::Borrowed(_) => drop(error.print()),
                // What was given may have come with a pull request, as a file's name.
                Cow::Owned(safe) => {
                    drop(std::io::Write::write_all(&mut std::io::stderr(), safe.as_bytes()));
                }
            }
            return if error.use_stderr() { Exit::Error } else { Exit::Success }.into();
        }
    };
    let environment = |name: &str| std::env::var(name).ok();
    let printer = Printer::new(&cli.global, &environment);
    log(&cli.global, printer);
    let exit = match run(cli, given, printer) {
        Ok(exit) => exit,
        Err(stop) => {
            printer.diagnostics(&stop.diagnostics);
            stop.exit
        }
    };
    exit.into()
}

fn run(cli: Cli, given: Vec<Given>, printer: Printer) -> Result<Exit, Stop> {
    let context = Context::new(cli.global, given, printer)?;
    match &cli.command {
        Command::TestConnection(_)
        | Command::Plan(_)
        | Command::Apply(_)
        | Command::Show(_)
        | Command::State(_)
        | Command::Init(_)
        | Command::ForceUnlock(_) => {
            session::no_links(&context)?;
            session::none_planted(&context)?;
        }
        Command::Validate(_)
        | Command::Fmt(_)
        | Command::Diff(_)
        | Command::Sandbox(_)
        | Command::Completions(_)
        | Command::Version => {}
    }
    match cli.command {
        Command::Init(args) => commands::init::run(&context, &args),
        Command::Fmt(args) => commands::fmt::run(&context, &args),
        Command::Validate(_) => commands::validate::run(&context),
        Command::TestConnection(args) => commands::test_connection::run(&context, &args),
        Command::Plan(args) => commands::plan::run(&context, &args),
        Command::Apply(args) => commands::apply::run(&context, &args),
        Command::Show(args) => commands::show::run(&context, &args),
        Command::Diff(args) => commands::diff::run(&context, &args),
        Command::State(command) => commands::state::run(&context, &command),
        Command::ForceUnlock(args) => commands::force_unlock::run(&context, &args),
        Command::Sandbox(args) => commands::sandbox::run(&context, &args),
        Command::Completions(args) => Ok(commands::completions::run(&context, &args)),
        Command::Version => Ok(commands::version::run(&context)),
    }
}

fn log(global: &Global, printer: Printer) {
    let level = match global.verbose {
        0 => return,
        1 => "enroll=info",
        2 => "enroll=debug",
        _ => "enroll=trace,info",
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .with_ansi(printer.err_colour);
    match global.log_format {
        LogFormat::Text => subscriber.with_writer(|| LogLines).init(),
        LogFormat::Json => subscriber.json().with_writer(std::io::stderr).init(),
    }
}

//! `enroll fmt`

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::args::FmtArgs;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::config;
use crate::diagnostic::Diagnostic;
use crate::disk::{self, WorkTree};
use crate::render;
use crate::source::{Source, read_limited};

/// Largest file, in bytes; what reads a text refuses this much with better words.
const LARGEST: u64 = 65 << 20;

/// One text to lay out.
struct File {
    /// As a person names it.
    name: String,
    /// Where it is written back; `None` for standard input.
    path: Option<PathBuf>,
    bytes: Vec<u8>,
}

pub(in crate::cli) fn run(context: &Context, args: &FmtArgs) -> Result<Exit, Stop> {
    let mut exit = Exit::Success;
    for file in files(context, args)? {
        let done = file.and_then(|file| one(context, args, &file));
        exit = exit.and(match done {
            Ok(changed) if changed && args.check => Exit::Uncovered,
            Ok(_) => Exit::Success,
            Err(found) => {
                context.printer.diagnostics(&found);
                Exit::Error
            }
        });
    }
    Ok(exit)
}

/// The files that are meant; of each that can't be read, why.
fn files(context: &Context, args: &FmtArgs) -> Result<Vec<Result<File, Vec<Diagnostic>>>, Stop> {
    if args.files.is_empty() {
        let tree = WorkTree::new(&context.root);
        let names = tree.names().map_err(|error| Diagnostic::error(error.to_string()))?;
        let of_name = |name: String| match read_limited(&tree, &name, LARGEST) {
            Ok(bytes) => Ok(File { path: Some(context.root.join(&name)), name, bytes }),
            Err(error) => Err(vec![Diagnostic::error(error.to_string())]),
        };
        let hcl = names.into_iter().filter(|name| is_hcl(Path::new(name)));
        return Ok(hcl.map(of_name).collect());
    }
    if args.files.iter().any(|file| file.as_os_str() == "-") && args.files.len() > 1 {
        return Err(Diagnostic::error("`-` stands for standard input, alone").into());
    }
    Ok(args.files.iter().map(|file| named(context, file)).collect())
}

fn is_hcl(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "hcl")
}

fn named(context: &Context, file: &Path) -> Result<File, Vec<Diagnostic>> {
    let fail = |summary: String, help: &str| Err(vec![Diagnostic::error(summary).help(help)]);
    let name = file.display().to_string();
    if name == "-" {
        let mut bytes = Vec::new();
        return match std::io::stdin().take(LARGEST).read_to_end(&mut bytes) {
            Ok(_) => Ok(File { name: "<stdin>".to_owned(), path: None, bytes }),
            Err(error) => fail(format!("standard input can't be read: {error}"), "give a FILE"),
        };
    }
    let path = context.root.join(file);
    if path.is_dir() {
        return fail(format!("`{name}` is a folder"), "`enroll -C DIR fmt` lays out its files");
    }
    if !is_hcl(file) {
        return fail(format!("`{name}` is not `*.hcl`"), "only HCL files are laid out");
    }
    disk::stays_inside(&context.root, file).map_err(|found| vec![found])?;
    match disk::read_file(&path) {
        Ok(bytes) => Ok(File { name, path: Some(path), bytes }),
        Err(error) => fail(
            format!("`{name}` can't be read: {error}"),
            "paths are relative to the folder that Enroll works in",
        ),
    }
}

/// Lays out one file and returns whether that changes it.
fn one(context: &Context, args: &FmtArgs, file: &File) -> Result<bool, Vec<Diagnostic>> {
    let laid_out = config::fmt::format(&file.name, &file.bytes)?;
    let changes = laid_out.as_bytes() != file.bytes;
    match &file.path {
        None if !args.check && !args.diff => context.printer.data(&laid_out),
        Some(path) if changes && !args.check => {
            disk::overwrite(path, laid_out.as_bytes()).map_err(|error| {
                vec![Diagnostic::error(format!("`{}` can't be written: {error}", file.name))]
            })?;
        }
        Some(_) | None => {}
    }
    if changes {
        if file.path.is_some() || args.check {
            context.printer.out(&format!("{}\n", render::plain(&file.name)));
        }
        if args.diff {
            let before = config::fmt::shown(&file.name, &String::from_utf8_lossy(&file.bytes));
            let after = config::fmt::shown(&file.name, &laid_out);
            let colour = context.printer.out_colour;
            context.printer.out(&render::line_diff(&file.name, &before, &after, colour));
        }
    }
    Ok(changes)
}

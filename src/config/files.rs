//! All `*.hcl` files of the configuration, lowered to blocks one file at a time.

use std::collections::HashMap;

use hcl_edit::structure::{Body, Structure};

use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::model::{Encrypt, Text};

use super::backend::BackendBlock;
use super::blocks::{argument, header};
use super::connection::{self, ConnectionBlock};
use super::constants::Reading;
use super::directory::{self, DirectoryBlock};
use super::moves::{self, MovedBlock, RemovedBlock};
use super::report::{Report, suggest};
use super::rule::{self, RuleBlock};
use super::settings::Setting;
use super::user::{self, UserBlock};
use super::variable::{self, VariableBlock};
use super::{enroll, locals, secrets, syntax, terraform, text};

/// Most blocks of one configuration.
const MAX_BLOCKS: usize = 2_000_000;

const KINDS: [&str; 9] =
    ["connection", "user", "directory", "rule", "variable", "locals", "moved", "removed", "enroll"];

/// The blocks of a configuration, each name once.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    enroll: Option<Span>,
    pub(super) backend: Option<BackendBlock>,
    pub(super) encrypt: Option<Encrypt>,
    pub(super) variables: Vec<VariableBlock>,
    pub(super) locals: Vec<Setting>,
    pub(super) connections: Vec<ConnectionBlock>,
    pub(super) users: Vec<UserBlock>,
    pub(super) directories: Vec<DirectoryBlock>,
    pub(super) rules: Vec<RuleBlock>,
    pub(super) moved: Vec<MovedBlock>,
    pub(super) removed: Vec<RemovedBlock>,
    names: HashMap<(&'static str, Text), Span>,
    count: usize,
    /// Whether a file could not be read, so that names may be missing.
    pub(super) incomplete: bool,
}

/// Whether a file in the root is part of the configuration.
#[allow(clippy::case_sensitive_file_extension_comparisons, reason = "names are exact in git")]
fn is_configuration(name: &str) -> bool {
    name.ends_with(".hcl") && !name.starts_with('.') && !name.ends_with(".vars.hcl")
}

/// Reads all files.
pub(super) fn read(
    report: &mut Report,
    reading: &Reading<'_>,
    names: &[String],
    version: &str,
) -> Blocks {
    let mut blocks = Blocks::default();
    let mut own: Vec<&String> = names.iter().filter(|name| is_configuration(name)).collect();
    own.sort();
    if own.is_empty() {
        let mut diagnostic =
            Diagnostic::error("there is no configuration: no file `*.hcl` in this folder")
                .help("`enroll init` writes one to start from")
                .help("`-C DIR` reads another folder");
        if let Some(other) = names.iter().find(|name| name.strip_suffix(".tf").is_some()) {
            diagnostic = diagnostic.help(format!("`{other}` is Terraform's; Enroll reads `*.hcl`"));
        }
        report.add(diagnostic);
        blocks.incomplete = true;
    }
    for name in own {
        let digest = Some(&reading.digest);
        let file = text::read(report, reading.source, digest, name, text::MAX_HCL, None);
        let Some(parts) = file.and_then(|file| syntax::split(report, file)) else {
            blocks.incomplete = true;
            continue;
        };
        for part in parts {
            let Some(body) = syntax::part(report, part, false) else {
                blocks.incomplete = true;
                continue;
            };
            secrets::hide(report, part, &body);
            // The tree is dropped with each part: it takes many times the memory of the text.
            blocks.lower(report, part, &body, version);
        }
    }
    blocks
}

/// Where the state is and who can read it, by the `enroll` blocks alone: what else stands in the files may be
/// broken. A file that mentions neither is not even parsed.
pub(super) fn state_place(
    report: &mut Report,
    reading: &Reading<'_>,
    names: &[String],
    version: &str,
) -> (Option<BackendBlock>, Option<Encrypt>) {
    let mut blocks = Blocks::default();
    for name in names.iter().filter(|name| is_configuration(name)) {
        let Some(file) = text::read(report, reading.source, None, name, text::MAX_HCL, None) else {
            continue;
        };
        let text = report.sources.text(file);
        if !["backend", "encrypt"].into_iter().any(|word| text.contains(word)) {
            continue;
        }
        for part in syntax::split(report, file).unwrap_or_default() {
            let Some(body) = syntax::part(report, part, false) else { continue };
            secrets::hide(report, part, &body);
            for block in body.blocks().filter(|block| block.ident.as_str() == "enroll") {
                blocks.block(report, part, block, version);
            }
        }
    }
    (blocks.backend, blocks.encrypt)
}

impl Blocks {
    fn lower(&mut self, report: &mut Report, file: FileId, body: &Body, version: &str) {
        for structure in body {
            let block = match structure {
                Structure::Block(block) => block,
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    let span = argument(file, attribute).name;
                    let summary = format!("`{name}` can't stand outside of a block");
                    let help = if KINDS.contains(&name) {
                        format!("`{name}` is a block: write `{name} … {{` without `=`")
                    } else {
                        "a value that several blocks use stands in `locals { … }`".to_owned()
                    };
                    report.add(report.error(span, summary).help(help));
                    continue;
                }
            };
            self.count += 1;
            if self.count > MAX_BLOCKS {
                let summary = format!("the configuration has more than {MAX_BLOCKS} blocks");
                let span = header(file, block);
                report.add(
                    report
                        .error(span, summary)
                        .help("people in such numbers come from a `directory`"),
                );
                self.incomplete = true;
                return;
            }
            if report.is_full() {
                self.incomplete = true;
                return;
            }
            self.block(report, file, block, version);
        }
    }

    fn block(
        &mut self,
        report: &mut Report,
        file: FileId,
        block: &hcl_edit::structure::Block,
        version: &str,
    ) {
        match block.ident.as_str() {
            "enroll" => {
                let read = enroll::read(report, file, block, version, self.enroll);
                self.enroll.get_or_insert(read.span);
                self.backend = self.backend.take().or(read.backend);
                self.encrypt = self.encrypt.take().or(read.encrypt);
            }
            "variable" => {
                if let Some(variable) = variable::read(report, file, block)
                    && self.first(report, "variable", &variable.name, header(file, block))
                {
                    self.variables.push(variable);
                }
            }
            "locals" => {
                for local in locals::read(report, file, block) {
                    if self.first(report, "local value", &local.name, local.name_span) {
                        self.locals.push(local);
                    }
                }
            }
            "connection" => {
                if let Some(connection) = connection::read(report, file, block)
                    && self.first(report, "connection", &connection.name, connection.span)
                {
                    self.connections.push(connection);
                }
            }
            "user" => {
                if let Some(user) = user::read(report, file, block)
                    && self.first(report, "user", &user.name, user.span)
                {
                    self.users.push(user);
                }
            }
            "directory" => {
                if let Some(directory) = directory::read(report, file, block)
                    && self.first(report, "directory", &directory.name, directory.span)
                {
                    self.directories.push(directory);
                }
            }
            "rule" => {
                if let Some(rule) = rule::read(report, file, block)
                    && self.first(report, "rule", &rule.name, rule.span)
                {
                    self.rules.push(rule);
                }
            }
            "moved" => self.moved.extend(moves::moved(report, file, block)),
            "removed" => self.removed.extend(moves::removed(report, file, block)),
            other => {
                let help = terraform::block(other)
                    .map_or_else(|| suggest(other, KINDS, "blocks"), str::to_owned);
                let summary = format!("there is no block `{other}`");
                report.add(report.error(header(file, block), summary).help(help));
            }
        }
    }

    /// Whether a name is new; the second of two is reported.
    fn first(&mut self, report: &mut Report, kind: &'static str, name: &Text, span: Span) -> bool {
        let before = *self.names.entry((kind, name.clone())).or_insert(span);
        if before == span {
            return true;
        }
        report.add(
            report
                .error(span, format!("there are two {kind}s `{name}`"))
                .related(report.place(before), "the first is here")
                .help("rename one of them"),
        );
        false
    }
}

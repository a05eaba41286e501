//! The way from files to what they ask for, step by step. Each step reports what it finds and hands
//! on what is sound, so that one run finds everything.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::desired::{Desired, DesiredConnection, Directory, Rule};
use crate::diagnostic::{Diagnostic, Span, any_error};
use crate::model::{Backend, Connection, Text};
use crate::source::Source;

use super::assign::assign;
use super::auth;
use super::backend;
use super::check::{Declared, Scope};
use super::constants::{Constants, Reading};
use super::directory::{self, People};
use super::files::{self, Blocks};
use super::inputs::{Configuration, Inputs, Loaded};
use super::lang::{Expr, Root};
use super::open::AuthExpr;
use super::report::Report;
use super::rules::{self, Ready, World};
use super::{accounts, connection, locals, moves, user, vars};

/// Reads the configuration in the root of `source`.
///
/// All findings of one run come together, sorted. There is a configuration only where none of them
/// is an error.
pub fn load(source: &dyn Source, inputs: &Inputs) -> Loaded {
    let mut report = Report::default();
    let reading = Reading::new(source);
    let made = make(&mut report, &reading, inputs);
    let (sources, diagnostics) = report.finish();
    let digest = reading.digest.borrow().finish();
    let configuration = made
        .filter(|_| !any_error(&diagnostics))
        .map(|Made { desired, auths, backend }| Configuration { desired, auths, backend, digest });
    Loaded { configuration, diagnostics, sources }
}

fn make(report: &mut Report, reading: &Reading<'_>, inputs: &Inputs) -> Option<Made> {
    let names = names(report, reading)?;
    let mut blocks = files::read(report, reading, &names, &inputs.enroll_version);
    if blocks.incomplete {
        // What a file declares is not known, so its names can't be told from misspelt ones.
        return None;
    }
    let backend = blocks.backend.take();
    if let Some(backend) = &backend {
        backend::check_hosts(report, backend, &inputs.allow_hosts);
    }
    let declared = declared(&blocks);
    let mut constants = Constants::new(reading);
    let secrets = vars::values(report, &mut constants, &mut blocks.variables, inputs, &names);
    check(report, &declared, &mut blocks);
    settle(report, &mut constants, &mut blocks);

    let mut connections = BTreeMap::new();
    let mut auths = BTreeMap::new();
    for block in &blocks.connections {
        let settings = connection::resolve(report, &constants, block, &inputs.allow_hosts);
        let service = settings.service;
        let auth = auth::resolve(report, &constants, &secrets, block, service, &inputs.allow_hosts);
        auths.extend(auth.map(|auth| (block.name.clone(), auth)));
        connections.insert(block.name.clone(), (settings, block.span));
    }
    let mut directories = BTreeMap::new();
    for block in &blocks.directories {
        let people = directory::people(report, &constants, block);
        directories.insert(block.name.clone(), people);
    }
    let user_rows: HashMap<Text, usize> =
        blocks.users.iter().enumerate().map(|(at, user)| (user.name.clone(), at)).collect();
    let world = World {
        declared: &declared,
        constants: &constants,
        connections: &connections,
        directories: &directories,
        users: &blocks.users,
        user_rows: &user_rows,
        user_columns: &Arc::new(user::columns()),
    };
    let mut ready: Vec<Ready> =
        blocks.rules.into_iter().filter_map(|block| rules::ready(report, &world, block)).collect();
    ready.sort_by(|a, b| a.name.cmp(&b.name));
    let mut desired = desired(report, &world, &ready, &blocks.directories);
    let (moved, removed) = (&blocks.moved, &blocks.removed);
    moves::settle(report, &constants, moved, removed, &mut desired.connections);
    Some(Made { desired, auths, backend: backend.map(|block| block.backend) })
}

struct Made {
    desired: Desired,
    auths: BTreeMap<Text, AuthExpr>,
    backend: Option<Backend>,
}

/// Where the state is, whatever else is wrong with the configuration. `None`: beside it.
///
/// # Errors
///
/// What is wrong with the files that mention a backend.
pub fn state_place(
    source: &dyn Source,
    inputs: &Inputs,
) -> Result<Option<Backend>, Vec<Diagnostic>> {
    let mut report = Report::default();
    let reading = Reading::new(source);
    let found = names(&mut report, &reading)
        .and_then(|names| files::backend(&mut report, &reading, &names, &inputs.enroll_version));
    if let Some(found) = &found {
        backend::check_hosts(&mut report, found, &inputs.allow_hosts);
    }
    let (_, diagnostics) = report.finish();
    if any_error(&diagnostics) { Err(diagnostics) } else { Ok(found.map(|block| block.backend)) }
}

fn names(report: &mut Report, reading: &Reading<'_>) -> Option<Vec<String>> {
    match reading.source.names() {
        Ok(mut names) => {
            names.sort();
            Some(names)
        }
        Err(error) => {
            report.add(Diagnostic::error(error.to_string()));
            None
        }
    }
}

fn declared(blocks: &Blocks) -> Declared {
    Declared {
        variables: blocks.variables.iter().map(|v| (v.name.clone(), v.sensitive)).collect(),
        locals: blocks.locals.iter().map(|local| local.name.clone()).collect(),
        users: blocks.users.iter().map(|user| user.name.clone()).collect(),
    }
}

/// Checks every expression that needs no person; those of rules are checked with their rule.
fn check(report: &mut Report, declared: &Declared, blocks: &mut Blocks) {
    for local in &mut blocks.locals {
        declared.check(report, local, Scope::People);
    }
    for block in &mut blocks.connections {
        for setting in block.settings_mut() {
            declared.check(report, setting, Scope::Constant);
        }
        for setting in block.auth.iter_mut().flat_map(|auth| auth.settings.0.iter_mut()) {
            declared.check(report, setting, Scope::Auth);
        }
    }
    for user in &mut blocks.users {
        for setting in user.pending_mut() {
            declared.check(report, setting, Scope::Constant);
        }
    }
    let of_directories = blocks.directories.iter_mut().map(|block| &mut block.settings);
    let of_removed = blocks.removed.iter_mut().map(|block| &mut block.settings);
    for setting in of_directories.chain(of_removed).flat_map(|settings| settings.0.iter_mut()) {
        declared.check(report, setting, Scope::Constant);
    }
}

/// Evaluates local values and users.
fn settle(report: &mut Report, constants: &mut Constants<'_>, blocks: &mut Blocks) {
    let of_rules = blocks.rules.iter_mut().flat_map(super::rule::RuleBlock::expressions);
    let mut mentioned: Vec<Text> = of_rules
        .filter_map(|setting| setting.expr.as_ref())
        .flat_map(Expr::mentions)
        .filter(|mention| mention.root == Root::User)
        .map(|mention| mention.name.clone())
        .collect();
    mentioned.sort();
    mentioned.dedup();
    locals::settle(report, constants, &blocks.locals, &mut blocks.users, &mentioned);
    for user in &mut blocks.users {
        user.settle(report, constants);
    }
}

fn desired(
    report: &mut Report,
    world: &World<'_>,
    ready: &[Ready],
    directories: &[directory::DirectoryBlock],
) -> Desired {
    let mut desired = Desired::default();
    for (name, (settings, span)) in world.connections {
        let own: Vec<&Ready> = ready.iter().filter(|rule| rule.connection == *name).collect();
        desired.connections.insert(name.clone(), connect(report, world, settings, *span, &own));
    }
    for block in directories {
        if let Some(Some(people)) = world.directories.get(&block.name) {
            let people: &People = people;
            desired.directories.insert(
                block.name.clone(),
                Directory {
                    people: people.keys.len() as u64,
                    file: people.file.clone(),
                    place: report.place(block.span),
                },
            );
        }
    }
    desired
}

fn connect(
    report: &mut Report,
    world: &World<'_>,
    settings: &Connection,
    span: Span,
    rules: &[&Ready],
) -> DesiredConnection {
    let assigned = assign(report, world, settings.service, rules);
    let accounts = accounts::settle(report, settings, assigned.accounts);
    let rules = rules
        .iter()
        .zip(assigned.selected)
        .map(|(rule, selected)| {
            let known = Rule {
                paused: rule.paused,
                directory: rule.directory.clone(),
                selected,
                place: report.place(rule.span),
            };
            (rule.name.clone(), known)
        })
        .collect();
    DesiredConnection {
        settings: settings.clone(),
        place: report.place(span),
        rules,
        accounts,
        moved: BTreeMap::new(),
        removed: BTreeMap::new(),
    }
}

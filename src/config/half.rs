//! What the files of a configuration say, before other services are asked who their people are.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span};
use crate::model::{Connection, StatePlace, Text};
use crate::source::Fetched;

use super::auth;
use super::backend;
use super::check::{Declared, Scope};
use super::constants::{Constants, Reading};
use super::files::{self, Blocks};
use super::inputs::Inputs;
use super::lang::{Expr, Root};
use super::open::AuthExpr;
use super::people::People;
use super::report::Report;
use super::rule::{From, RuleBlock};
use super::service::{self, Remote};
use super::{connection, directory, locals, vars};

/// What the files say.
pub(super) struct Half<'a> {
    pub(super) blocks: Blocks,
    pub(super) declared: Declared,
    pub(super) constants: Constants<'a>,
    /// The sensitive variables that have a value.
    pub(super) sensitive: Vec<Text>,
    pub(super) connections: BTreeMap<Text, (Connection, Span)>,
    pub(super) auths: BTreeMap<Text, AuthExpr>,
    /// Directories that are other services.
    pub(super) services: BTreeMap<Text, Remote>,
    /// Where the state is, and who can read it.
    pub(super) place: StatePlace,
    /// Those in files; `None` where one could not be read.
    directories: BTreeMap<Text, Option<People>>,
    /// Directories that an enabled rule of an enabled connection takes from, with these connections.
    pub(super) wanted: BTreeMap<Text, BTreeSet<Text>>,
}

impl<'a> Half<'a> {
    /// Reads all files.
    pub(super) fn read(
        report: &mut Report,
        reading: &'a Reading<'a>,
        inputs: &Inputs,
    ) -> Option<Self> {
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
        let backend = backend.map(|block| block.backend);
        let place = StatePlace { backend, encrypt: blocks.encrypt.take() };
        let declared = declared(&blocks);
        let mut constants = Constants::new(reading);
        let secrets = vars::values(report, &mut constants, &mut blocks.variables, inputs, &names);
        check(report, &declared, &mut blocks);
        settle(report, &mut constants, &mut blocks);

        let allowed = &inputs.allow_hosts;
        let mut connections = BTreeMap::new();
        let mut auths = BTreeMap::new();
        for block in &blocks.connections {
            let settings = connection::resolve(report, &constants, block, allowed);
            let owner = block.owner(settings.service);
            let auth = auth::resolve(report, &constants, &secrets, &owner, allowed);
            auths.extend(auth.map(|auth| (block.name.clone(), auth)));
            connections.insert(block.name.clone(), (settings, block.span));
        }
        let mut directories = BTreeMap::new();
        let mut services = BTreeMap::new();
        for block in &blocks.directories {
            let name = &block.name;
            if let Some(service) = &block.service {
                let remote = service::resolve(report, &constants, &secrets, name, service, allowed);
                services.extend(remote.map(|remote| (name.clone(), remote)));
            } else {
                let people = directory::people(report, &constants, block);
                directories.insert(name.clone(), people);
            }
        }
        let wanted = wanted(report, &declared, &constants, &connections, &mut blocks.rules);
        Some(Self {
            blocks,
            declared,
            constants,
            sensitive: secrets.keys().cloned().collect(),
            connections,
            auths,
            services,
            place,
            directories,
            wanted,
        })
    }

    /// The services that somebody must list.
    pub(super) fn wanted(&self) -> BTreeMap<Text, Remote> {
        let service = |name: &Text| Some((name.clone(), self.services.get(name)?.clone()));
        self.wanted.keys().filter_map(service).collect()
    }

    /// The people of all directories: reads what was fetched of services, and says which were not read.
    pub(super) fn people(
        mut self,
        report: &mut Report,
        fetched: Fetched,
    ) -> (Self, BTreeMap<Text, Option<People>>) {
        let Fetched { mut records, failed } = fetched;
        let mut directories = std::mem::take(&mut self.directories);
        let also = extensions(&mut self.blocks.rules);
        for block in self.blocks.directories.iter().filter(|block| block.service.is_some()) {
            let name = &block.name;
            let people = match (self.services.get(name), records.remove(name)) {
                (None, _) => None,
                (Some(remote), Some(records)) => {
                    directory::fetched(report, &self.constants, block, remote, records, &also)
                }
                (Some(_), None) => {
                    if self.wanted.contains_key(name) && !failed.contains(name) {
                        report.add(not_read(report, name, block.span));
                    }
                    let known = service::KNOWN.iter().map(|name| Text::new_static(name));
                    Some(People::unread(known.chain(also.iter().cloned())))
                }
            };
            directories.insert(name.clone(), people);
        }
        (self, directories)
    }
}

/// The files of the configuration's root, sorted.
pub(super) fn names(report: &mut Report, reading: &Reading<'_>) -> Option<Vec<String>> {
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

fn not_read(report: &Report, name: &Text, span: Span) -> Diagnostic {
    Diagnostic::note(format!("directory `{name}` is not read here")).at(report.place(span)).detail(
        "its rules are treated as paused: nobody of theirs is planned, and nobody is removed",
    )
}

/// Names of extensions that rules ask for: a service that nobody has one at may know it all the same.
fn extensions(rules: &mut [RuleBlock]) -> Vec<Text> {
    let mut names: Vec<Text> = rules
        .iter_mut()
        .flat_map(RuleBlock::of_person)
        .filter_map(|setting| setting.expr.as_ref())
        .flat_map(Expr::mentions)
        .filter(|mention| mention.root == Root::Person && mention.name.starts_with("urn:"))
        .map(|mention| mention.name.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The directories that an enabled rule of an enabled connection takes people from, with these connections.
fn wanted(
    report: &mut Report,
    declared: &Declared,
    constants: &Constants<'_>,
    connections: &BTreeMap<Text, (Connection, Span)>,
    rules: &mut [RuleBlock],
) -> BTreeMap<Text, BTreeSet<Text>> {
    let mut wanted: BTreeMap<Text, BTreeSet<Text>> = BTreeMap::new();
    for rule in rules {
        let Some(From::Directory(directory, _)) = &rule.people else { continue };
        let directory = directory.clone();
        let Some((to, _)) = rule.connection.clone() else { continue };
        // What is wrong here is found again with the rest of the rule, and reported once.
        if let Some(enabled) = rule.settings.0.iter_mut().find(|s| s.name == "enabled") {
            declared.check(report, enabled, Scope::Constant);
        }
        let enabled = rule.settings.boolean(report, constants, "enabled").unwrap_or(true);
        if enabled && connections.get(&to).is_some_and(|(connection, _)| connection.enabled) {
            wanted.entry(directory).or_default().insert(to);
        }
    }
    wanted
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
    for service in blocks.directories.iter_mut().filter_map(|block| block.service.as_mut()) {
        for setting in service.settings_mut() {
            declared.check(report, setting, Scope::Constant);
        }
        for setting in service.auth_mut() {
            declared.check(report, setting, Scope::Auth);
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

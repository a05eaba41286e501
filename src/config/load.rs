//! The way from files to what they ask for, step by step. Each step reports what it finds and hands
//! on what is sound, so that one run finds everything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::desired::{Desired, DesiredConnection, Directory, Rule};
use crate::diagnostic::{Diagnostic, Span, any_error};
use crate::model::{Connection, StatePlace, Text};
use crate::source::{Fetched, Source};

use super::assign::{Assigned, assign};
use super::backend;
use super::constants::Reading;
use super::directory;
use super::files;
use super::half::{Half, names};
use super::inputs::{Configuration, Inputs, Loaded};
use super::lang::Root;
use super::people::People;
use super::planned;
use super::report::Report;
use super::rules::{self, Ready, World};
use super::said;
use super::service::Remote;
use super::unfit::{self, Unfit};
use super::{accounts, moves, user};

/// Reads the configuration in the root of `source`. Other services are not asked: the rules that take
/// people from one are treated as paused.
///
/// All findings of one run come together, sorted. There is a configuration only where none of them is an error, but
/// for those about people that some connections can't use ([`DesiredConnection::unusable`]).
pub fn load(source: &dyn Source, inputs: &Inputs) -> Loaded {
    begin(&Reading::new(source), inputs).finish(Fetched::default())
}

/// Reads all that stands in files: the first half of [`load`].
pub fn begin<'a>(reading: &'a Reading<'a>, inputs: &Inputs) -> Begun<'a> {
    let mut report = Report::default();
    let half = Half::read(&mut report, reading, inputs);
    Begun { report, reading, half }
}

/// A configuration whose files were read, and which may want the people of other services.
pub struct Begun<'a> {
    report: Report,
    reading: &'a Reading<'a>,
    /// `None` where it can't be read further, which has been reported.
    half: Option<Half<'a>>,
}

impl Begun<'_> {
    /// The services that must be listed before [`Begun::finish`], by the label of their directory: those
    /// that an enabled rule of an enabled connection takes people from. None where there is an error
    /// already.
    pub fn wanted(&self) -> BTreeMap<Text, Remote> {
        match &self.half {
            Some(half) if !self.report.failed_since(0) => half.wanted(),
            Some(_) | None => BTreeMap::new(),
        }
    }

    /// Goes on with what was fetched: the second half of [`load`]. A service that is not among it is
    /// not read.
    pub fn finish(self, fetched: Fetched) -> Loaded {
        let Self { mut report, reading, half } = self;
        let made = half.map(|half| finish(&mut report, half, fetched));
        let made = made.filter(|_| !report.failed_since(0));
        let (sources, diagnostics) = report.finish();
        let digest = reading.digest.borrow().finish();
        let configuration = made.map(|made| Configuration { digest, ..made });
        Loaded { configuration, diagnostics, sources }
    }
}

fn finish(report: &mut Report, half: Half<'_>, fetched: Fetched) -> Configuration {
    let (half, directories) = half.people(report, fetched);
    let Half {
        blocks,
        declared,
        constants,
        connections,
        auths,
        services,
        place,
        wanted,
        sensitive,
        ..
    } = half;
    let user_rows: HashMap<Text, usize> =
        blocks.users.iter().enumerate().map(|(at, user)| (user.name.clone(), at)).collect();
    let defaults = blocks.variables.iter().filter(|v| constants.defaults.contains(&v.name));
    let places: said::Places = defaults
        .map(|variable| ((Root::Variable, variable.name.clone()), variable.span))
        .chain(blocks.locals.iter().map(|l| ((Root::Local, l.name.clone()), l.span)))
        .chain(blocks.users.iter().map(|u| ((Root::User, u.name.clone()), u.span)))
        .collect();
    let world = World {
        declared: &declared,
        constants: &constants,
        connections: &connections,
        directories: &directories,
        users: &blocks.users,
        user_rows: &user_rows,
        user_columns: &Arc::new(user::columns()),
        places: &places,
    };
    let rules = blocks.rules.into_iter();
    let mut ready: Vec<Ready> =
        rules.filter_map(|block| rules::ready(report, &world, block)).collect();
    ready.sort_by(|a, b| a.name.cmp(&b.name));
    let mut desired = desired(report, &world, &ready, &blocks.directories, &wanted);
    let (moved, removed) = (&blocks.moved, &blocks.removed);
    moves::settle(report, &constants, moved, removed, &mut desired.connections);
    let variables = planned::write(&constants.variables);
    Configuration { desired, auths, services, place, digest: String::new(), variables, sensitive }
}

/// Where the state is and who can read it, whatever else is wrong with the configuration.
///
/// # Errors
///
/// What is wrong with the files that mention a backend or encryption.
pub fn state_place(source: &dyn Source, inputs: &Inputs) -> Result<StatePlace, Vec<Diagnostic>> {
    let mut report = Report::default();
    let reading = Reading::new(source);
    let (backend, encrypt) = match names(&mut report, &reading) {
        Some(names) => files::state_place(&mut report, &reading, &names, &inputs.enroll_version),
        None => (None, None),
    };
    if let Some(backend) = &backend {
        backend::check_hosts(&mut report, backend, &inputs.allow_hosts);
    }
    let (_, diagnostics) = report.finish();
    if any_error(&diagnostics) {
        return Err(diagnostics);
    }
    Ok(StatePlace { backend: backend.map(|block| block.backend), encrypt })
}

fn desired(
    report: &mut Report,
    world: &World<'_>,
    ready: &[Ready],
    directories: &[directory::DirectoryBlock],
    wanted: &BTreeMap<Text, BTreeSet<Text>>,
) -> Desired {
    let mut desired = Desired::default();
    let mut unfit = BTreeMap::new();
    for (name, (settings, span)) in world.connections {
        let own: Vec<&Ready> = ready.iter().filter(|rule| rule.connection == *name).collect();
        let (connection, of_connection) = connect(report, world, settings, *span, &own);
        desired.connections.insert(name.clone(), connection);
        unfit.insert(name.clone(), of_connection);
    }
    for rule in ready.iter().filter(|rule| rule.misfit && !rule.paused) {
        if let Some(connection) = desired.connections.get_mut(&rule.connection) {
            connection.unusable = true;
        }
    }
    unfit::settle(report, world, directories, wanted, unfit, &mut desired.connections);
    for block in directories {
        if let Some(Some(people)) = world.directories.get(&block.name) {
            let people: &People = people;
            if people.unread {
                let wanted = wanted.get(&block.name).cloned().unwrap_or_default();
                desired.unread.insert(block.name.clone(), wanted);
                continue;
            }
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
) -> (DesiredConnection, Unfit) {
    let Assigned { accounts, selected, mut unfit } = assign(report, world, settings.service, rules);
    let accounts = accounts::settle(world, report, settings, accounts, &mut unfit);
    let rules = rules
        .iter()
        .zip(selected)
        .map(|(rule, selected)| {
            let known = Rule {
                paused: rule.paused,
                directory: rule.directory.clone(),
                selected,
                place: report.place(rule.span),
                mapping: rule.said.clone(),
            };
            (rule.name.clone(), known)
        })
        .collect();
    let connection = DesiredConnection {
        settings: settings.clone(),
        place: report.place(span),
        rules,
        accounts,
        moved: BTreeMap::new(),
        removed: BTreeMap::new(),
        held: Vec::new(),
        unusable: false,
    };
    (connection, unfit)
}

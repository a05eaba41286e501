//! People whose record can't be used: whether they are left as they are while the others go on, or stop the
//! connections that take them in.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredConnection, Held};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::model::Text;

use super::assign::Subject;
use super::directory::{DirectoryBlock, USERS};
use super::report::Report;
use super::rules::World;

/// So many may be held in any directory …
const FEW: usize = 5;
/// … and one in so many of a larger one.
const SHARE: usize = 10;

/// Those of one connection, and what is to be said of them.
#[derive(Debug, Default)]
pub(super) struct Unfit {
    pub(super) people: Vec<Person>,
    /// Whether a directory lacks a column without which nobody of it has an address.
    pub(super) lacks_column: bool,
    found: Vec<(Text, Vec<Diagnostic>)>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) directory: Text,
    row: usize,
    pub(super) span: Span,
    pub(super) key: Text,
    /// The address that the record gives all the same.
    pub(super) user_name: Option<Text>,
}

impl Unfit {
    /// Adds a person.
    pub(super) fn add(
        &mut self,
        directory: &Text,
        row: usize,
        subject: &Subject<'_>,
        user_name: Option<Text>,
    ) {
        self.add_key(directory, row, subject.span, subject.key.clone(), user_name);
    }

    /// Adds the person of that key.
    pub(super) fn add_key(
        &mut self,
        directory: &Text,
        row: usize,
        span: Span,
        key: Text,
        user_name: Option<Text>,
    ) {
        self.people.push(Person { directory: directory.clone(), row, span, key, user_name });
    }

    /// Adds findings about people of a directory.
    pub(super) fn say(&mut self, directory: &Text, found: Vec<Diagnostic>) {
        if !found.is_empty() {
            self.found.push((directory.clone(), found));
        }
    }
}

impl World<'_> {
    /// Whether people of a directory whose record can't be used are left as they are.
    pub(super) fn holds(&self, directory: &Text) -> bool {
        self.directories.get(directory).and_then(Option::as_ref).is_some_and(|people| people.hold)
    }
}

/// Decides, directory by directory, who is held and which connections can't be planned, and reports everything that was
/// found. `wanted` are the directories that enabled rules of enabled connections take from, with these connections.
pub(super) fn settle(
    report: &mut Report,
    world: &World<'_>,
    directories: &[DirectoryBlock],
    wanted: &BTreeMap<Text, BTreeSet<Text>>,
    unfit: BTreeMap<Text, Unfit>,
    connections: &mut BTreeMap<Text, DesiredConnection>,
) {
    let mut rows: BTreeMap<&Text, BTreeSet<usize>> = BTreeMap::new();
    for person in unfit.values().flat_map(|unfit| &unfit.people) {
        rows.entry(&person.directory).or_default().insert(person.row);
    }
    let mut holding: BTreeSet<Text> = BTreeSet::new();
    for DirectoryBlock { name, span, .. } in directories {
        let people = world.directories.get(name).and_then(Option::as_ref);
        let mut stops = people.is_none();
        if let Some(people) = people.filter(|people| people.hold) {
            let mut bad = rows.remove(name).unwrap_or_default();
            bad.extend(&people.doubled);
            let (bad, all) = (bad.len(), people.keys.len());
            stops = bad > FEW && bad * SHARE > all;
            if stops {
                report.contain(|report| {
                    let summary =
                        format!("{bad} of {all} records of directory `{name}` can't be used");
                    report.add(
                        report.error(*span, summary).detail("so many are no exceptions").help(
                            "at most 5 may be held, or 10 %: look at what they have in common",
                        ),
                    );
                });
            } else {
                holding.insert(name.clone());
            }
            say(report, &holding, name, people.found.clone());
        }
        for connection in wanted.get(name).into_iter().flatten().filter(|_| stops) {
            stop(connections, connection);
        }
    }
    for (name, Unfit { people, lacks_column, found }) in unfit {
        for (directory, found) in found {
            if lacks_column || !holding.contains(&directory) && directory != USERS {
                stop(connections, &name);
            }
            if lacks_column && directory != USERS {
                report.contain(|report| report.extend(found));
            } else {
                say(report, &holding, &directory, found);
            }
        }
        let held = people.into_iter().filter(|person| holding.contains(&person.directory));
        let mut held: Vec<Held> =
            held.map(|Person { key, user_name, .. }| Held { key, user_name }).collect();
        held.sort();
        if let Some(connection) = connections.get_mut(&name) {
            connection.held = held;
        }
    }
}

fn stop(connections: &mut BTreeMap<Text, DesiredConnection>, name: &Text) {
    if let Some(connection) = connections.get_mut(name) {
        connection.unusable = true;
    }
}

/// What is said of people who are held is a warning, what of others an error. What is wrong with a `user` block is
/// wrong with the configuration.
fn say(report: &mut Report, holding: &BTreeSet<Text>, directory: &Text, found: Vec<Diagnostic>) {
    if holding.contains(directory) {
        report.extend(found.into_iter().map(|found| {
            let held = Diagnostic { severity: Severity::Warning, ..found };
            held.help("held: this person stays exactly as is until the record can be used")
        }));
    } else if directory == USERS {
        report.extend(found);
    } else {
        report.contain(|report| report.extend(found));
    }
}

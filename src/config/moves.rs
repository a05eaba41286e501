//! `moved` and `removed`: what became of accounts that are not asked for under their key any more.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hcl_edit::structure::Block;

use crate::desired::{DesiredConnection, Moved, Removed};
use crate::diagnostic::{FileId, Span};
use crate::model::{Address, Text};

use super::blocks::{Argument, Reader, header};
use super::constants::Constants;
use super::lang::{PathStep, static_path};
use super::report::{Report, suggest};
use super::settings::Settings;

/// An address as written, and where.
type Written = (Address, Span);

/// `moved` as declared.
#[derive(Debug)]
pub(super) struct MovedBlock {
    from: Written,
    to: Written,
}

/// `removed` as declared.
#[derive(Debug)]
pub(super) struct RemovedBlock {
    from: Written,
    pub(super) settings: Settings,
}

/// Reads a `moved` block.
pub(super) fn moved(report: &mut Report, file: FileId, block: &Block) -> Option<MovedBlock> {
    no_label(report, file, block);
    let mut reader = Reader::new(file, block);
    let from = account(report, &mut reader, "from");
    let to = account(report, &mut reader, "to");
    reader.finish(report);
    let (from, to) = (from?, to?);
    if from.0.connection != to.0.connection {
        report.add(
            report
                .error(to.1, "an account can't move to another connection")
                .help("its id means nothing there: a `removed` block ends it here, and the rules create it there"),
        );
        return None;
    }
    Some(MovedBlock { from, to })
}

/// Reads a `removed` block.
pub(super) fn removed(report: &mut Report, file: FileId, block: &Block) -> Option<RemovedBlock> {
    no_label(report, file, block);
    let mut reader = Reader::new(file, block);
    let from = account(report, &mut reader, "from");
    let settings = Settings::read(report, &mut reader, &["deprovision"]);
    if !settings.has("deprovision") {
        report.add(
            report
                .error(reader.header, "`removed` has no `deprovision`")
                .help("`deprovision = false` leaves the account alone from now on")
                .help("`deprovision = true` removes it as the connection's `remove_action` says"),
        );
    }
    reader.finish(report);
    Some(RemovedBlock { from: from?, settings })
}

fn no_label(report: &mut Report, file: FileId, block: &Block) {
    if !block.labels.is_empty() {
        let kind = block.ident.as_str();
        report.add(
            report
                .error(header(file, block), format!("`{kind}` takes no label"))
                .help(format!("write `{kind} {{`")),
        );
    }
}

/// Reads `account.CONNECTION["KEY"]`.
fn account(report: &mut Report, reader: &mut Reader<'_>, name: &'static str) -> Option<Written> {
    let example = format!("{name} = account.CONNECTION[\"KEY\"]");
    let argument = reader.require(report, name, &example)?;
    let Argument { value: span, expression, .. } = argument;
    let path = static_path(span.file, expression).filter(|path| path.root == "account");
    let steps = path.as_ref().map(|path| path.steps.as_slice());
    if let Some([PathStep::Attribute(connection) | PathStep::Key(connection), PathStep::Key(key)]) =
        steps
        && !key.is_empty()
    {
        return Some((Address::new(connection.clone(), key.clone()), span));
    }
    report.add(
        report
            .error(span, format!("`{name}` must be an account's address"))
            .help(format!("write `{example}`, as `enroll state list` prints it")),
    );
    None
}

/// Hands each connection its blocks, after checking them against each other and against who is asked
/// for. Chains of moves are followed here: what a connection learns is where each record ends up.
pub(super) fn settle(
    report: &mut Report,
    constants: &Constants<'_>,
    moved: &[MovedBlock],
    removed: &[RemovedBlock],
    connections: &mut BTreeMap<Text, DesiredConnection>,
) {
    let mut next: HashMap<&Address, &MovedBlock> = HashMap::new();
    for block in moved {
        let (from, span) = &block.from;
        if declared(report, connections, &block.from) && !is_asked_for(report, connections, block) {
            if let Some(first) = next.get(from) {
                report.add(
                    report
                        .error(*span, format!("{from} is moved twice"))
                        .related(report.place(first.from.1), "the first is here")
                        .help("a chain of moves goes on from the address that the one before ended at"),
                );
            } else {
                next.insert(from, block);
            }
        }
    }
    let ends = follow(report, moved, &next);
    for block in moved {
        let (from, span) = &block.from;
        if let (Some(to), Some(connection)) =
            (ends.get(from), connections.get_mut(&from.connection))
        {
            let place = report.place(*span);
            connection.moved.insert(from.key.clone(), Moved { to: to.key.clone(), place });
        }
    }
    for block in removed {
        let (from, span) = &block.from;
        let deprovision = block.settings.boolean(report, constants, "deprovision");
        if !declared(report, connections, &block.from) {
            continue;
        }
        let Some(connection) = connections.get_mut(&from.connection) else { continue };
        if asks_for(connection, &from.key) {
            report.add(
                report
                    .error(*span, format!("{from} is removed, but a rule still asks for it"))
                    .help("take the person out of the rules, or drop this block"),
            );
        } else if let Some(first) = connection.removed.get(&from.key) {
            report.add(
                report
                    .error(*span, format!("{from} is removed twice"))
                    .related(first.place.clone(), "the first is here")
                    .help("drop one of the blocks"),
            );
        } else {
            let place = report.place(*span);
            let deprovision = deprovision.unwrap_or(false);
            connection.removed.insert(from.key.clone(), Removed { deprovision, place });
        }
    }
}

fn declared(
    report: &mut Report,
    connections: &BTreeMap<Text, DesiredConnection>,
    (address, span): &Written,
) -> bool {
    let name = &address.connection;
    if connections.contains_key(name) {
        return true;
    }
    report.add(report.error(*span, format!("there is no connection `{name}`")).help(suggest(
        name,
        connections.keys().map(Text::as_str),
        "connections",
    )));
    false
}

fn asks_for(connection: &DesiredConnection, key: &str) -> bool {
    connection.accounts.binary_search_by(|account| account.key.as_str().cmp(key)).is_ok()
}

fn is_asked_for(
    report: &mut Report,
    connections: &BTreeMap<Text, DesiredConnection>,
    block: &MovedBlock,
) -> bool {
    let (from, span) = &block.from;
    let asked = connections.get(&from.connection).is_some_and(|c| asks_for(c, &from.key));
    if asked {
        report.add(
            report
                .error(*span, format!("{from} is moved away, but a rule still asks for it"))
                .help("take the person out of the rules, or drop this block"),
        );
    }
    asked
}

/// Where each record ends up. A chain is walked once: what is behind a link is known from then on.
fn follow<'a>(
    report: &mut Report,
    moved: &'a [MovedBlock],
    next: &HashMap<&'a Address, &'a MovedBlock>,
) -> HashMap<&'a Address, &'a Address> {
    let mut ends: HashMap<&Address, &Address> = HashMap::new();
    let mut circles: BTreeSet<&Address> = BTreeSet::new();
    for block in moved {
        let mut way: Vec<&Address> = Vec::new();
        let mut seen: BTreeSet<&Address> = BTreeSet::new();
        let mut at = &block.from.0;
        let end = loop {
            if let Some(end) = ends.get(at) {
                break Some(*end);
            }
            if circles.contains(at) {
                break None;
            }
            let Some(link) = next.get(at) else { break Some(at) };
            if !seen.insert(at) {
                circle(report, &way, at, link.from.1);
                break None;
            }
            way.push(at);
            at = &link.to.0;
        };
        match end {
            Some(end) => ends.extend(way.into_iter().map(|link| (link, end))),
            None => circles.extend(way),
        }
    }
    ends
}

/// Most links of a circle that are shown.
const SHOWN: usize = 10;

fn circle(report: &mut Report, way: &[&Address], at: &Address, span: Span) {
    let from = way.iter().position(|link| *link == at).unwrap_or(0);
    let members = way.get(from..).unwrap_or(&[]);
    let mut links: Vec<String> = members.iter().take(SHOWN).map(ToString::to_string).collect();
    if members.len() > SHOWN {
        links.push("…".to_owned());
    }
    links.push(at.to_string());
    report.add(
        report
            .error(span, "the `moved` blocks go in a circle")
            .detail(links.join(" → "))
            .help("drop one of them: an account ends up at one address"),
    );
}

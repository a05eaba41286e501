//! `locals`, and the order in which local values and users are evaluated: each once, after what it
//! mentions.

use std::collections::HashMap;

use hcl_edit::structure::Block;

use crate::diagnostic::FileId;
use crate::model::{Text, nfc};

use super::blocks::Reader;
use super::constants::Constants;
use super::lang::{Expr, Root};
use super::report::Report;
use super::settings::Setting;
use super::user::UserBlock;

/// Reads a block; every argument is a local value.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Vec<Setting> {
    let mut reader = Reader::new(file, block);
    if !block.labels.is_empty() {
        let header = reader.header;
        report.add(report.error(header, "`locals` takes no label").help("write `locals {`"));
    }
    let all = reader.take_all();
    let settings =
        all.into_iter().map(|(name, value)| Setting::read(report, file, &nfc(name), value));
    let settings = settings.collect();
    reader.finish(report);
    settings
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// Evaluates all local values, and the users that they or `mentioned` name.
pub(super) fn settle(
    report: &mut Report,
    constants: &mut Constants<'_>,
    locals: &[Setting],
    users: &mut [UserBlock],
    mentioned: &[Text],
) {
    let graph = Graph::new(locals, users);
    let mut marks = vec![Mark::New; locals.len() + users.len()];
    let wanted =
        mentioned.iter().filter_map(|name| graph.users.get(name)).map(|at| locals.len() + at);
    let roots: Vec<usize> = (0..locals.len()).chain(wanted).collect();
    for root in roots {
        // A stack of our own: a chain of local values may be longer than the machine's.
        let mut stack: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut next = Some(root);
        loop {
            if let Some(node) = next.take() {
                match marks.get(node) {
                    Some(Mark::New) => {
                        marks[node] = Mark::Open;
                        stack.push((node, graph.needs(node, locals, users)));
                    }
                    Some(Mark::Open) => {
                        let path: Vec<usize> = stack.iter().map(|(node, _)| *node).collect();
                        let from = path.iter().position(|on| *on == node).unwrap_or(0);
                        cycle(report, path.get(from..).unwrap_or(&[]), locals, users);
                        for node in path.get(from..).unwrap_or(&[]) {
                            constants.broken.insert(key(*node, locals, users));
                        }
                    }
                    Some(Mark::Done) | None => {}
                }
            }
            let Some((node, needs)) = stack.last_mut() else { break };
            if let Some(need) = needs.pop() {
                next = Some(need);
                continue;
            }
            let node = *node;
            stack.pop();
            marks[node] = Mark::Done;
            evaluate(report, constants, node, locals, users);
        }
    }
}

struct Graph {
    locals: HashMap<Text, usize>,
    users: HashMap<Text, usize>,
}

impl Graph {
    fn new(locals: &[Setting], users: &[UserBlock]) -> Self {
        let named = |(at, name): (usize, &Text)| (name.clone(), at);
        Self {
            locals: locals.iter().map(|local| &local.name).enumerate().map(named).collect(),
            users: users.iter().map(|user| &user.name).enumerate().map(named).collect(),
        }
    }

    /// What a node mentions, the first last.
    fn needs(&self, node: usize, locals: &[Setting], users: &[UserBlock]) -> Vec<usize> {
        let own = locals.get(node).map(|local| vec![local]);
        let settings = own.unwrap_or_else(|| {
            users.get(node - locals.len()).map(|user| user.pending().collect()).unwrap_or_default()
        });
        let mentions = settings.iter().filter_map(|s| s.expr.as_ref()).flat_map(Expr::mentions);
        let mut needs: Vec<usize> = mentions
            .filter_map(|mention| match mention.root {
                Root::Local => self.locals.get(&mention.name).copied(),
                Root::User => self.users.get(&mention.name).map(|at| locals.len() + at),
                Root::Variable | Root::Person | Root::Connection | Root::Directory => None,
            })
            .collect();
        needs.reverse();
        needs
    }
}

fn key(node: usize, locals: &[Setting], users: &[UserBlock]) -> (Root, Text) {
    match locals.get(node) {
        Some(local) => (Root::Local, local.name.clone()),
        None => {
            (Root::User, users.get(node - locals.len()).map(|u| u.name.clone()).unwrap_or_default())
        }
    }
}

fn title(node: usize, locals: &[Setting], users: &[UserBlock]) -> String {
    let (root, name) = key(node, locals, users);
    let root = if root == Root::User { "user" } else { "local" };
    format!("{root}.{name}")
}

/// Reports a cycle, beginning with its first name so that it reads the same from wherever it was met.
fn cycle(report: &mut Report, path: &[usize], locals: &[Setting], users: &[UserBlock]) {
    let first = path
        .iter()
        .enumerate()
        .min_by_key(|(_, node)| title(**node, locals, users))
        .map_or(0, |(at, _)| at);
    let turned: Vec<usize> = path.iter().cycle().skip(first).take(path.len()).copied().collect();
    let Some(start) = turned.first() else { return };
    let mut chain: Vec<String> = turned.iter().map(|node| title(*node, locals, users)).collect();
    chain.push(title(*start, locals, users));
    let place = |node: usize| {
        let span = locals
            .get(node)
            .map(|local| local.name_span)
            .or_else(|| users.get(node - locals.len()).map(|user| user.span));
        span.map(|span| report.place(span))
    };
    let summary = format!("these values need each other: {}", chain.join(" → "));
    let mut diagnostic = crate::diagnostic::Diagnostic::error(summary).maybe_at(place(*start));
    for node in turned.iter().skip(1).take(super::report::SHOWN) {
        if let Some(place) = place(*node) {
            diagnostic =
                diagnostic.related(place, format!("{} is here", title(*node, locals, users)));
        }
    }
    report.add(diagnostic.help("one of them must not mention the next"));
}

fn evaluate(
    report: &mut Report,
    constants: &mut Constants<'_>,
    node: usize,
    locals: &[Setting],
    users: &mut [UserBlock],
) {
    if let Some(local) = locals.get(node) {
        let known = constants.broken.contains(&(Root::Local, local.name.clone()));
        match constants.eval(report, local).filter(|_| !known) {
            Some(value) => {
                constants.locals.insert(local.name.clone(), value);
            }
            None => {
                constants.broken.insert((Root::Local, local.name.clone()));
            }
        }
        return;
    }
    let Some(user) = users.get_mut(node - locals.len()) else { return };
    user.settle(report, constants);
    if user.broken {
        constants.broken.insert((Root::User, user.name.clone()));
    } else {
        constants.users.insert(user.name.clone(), user.as_value());
    }
}

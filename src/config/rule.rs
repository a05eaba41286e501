//! `rule`: which people get an account at a connection, and what it says about them.

use hcl_edit::structure::Block;

use crate::diagnostic::{FileId, Span};
use crate::model::{Attribute, AttributeSet, Text};

use super::blocks::{Argument, Reader, label};
use super::lang::{PathStep, list_items, static_path};
use super::report::{Report, suggest};
use super::settings::{Setting, Settings};

/// A rule as declared.
#[derive(Debug)]
pub(super) struct RuleBlock {
    pub(super) name: Text,
    pub(super) span: Span,
    /// The connection named, and where.
    pub(super) connection: Option<(Text, Span)>,
    pub(super) people: Option<From>,
    pub(super) filter: Option<Setting>,
    /// `None` where attributes map to themselves.
    pub(super) mapping: Option<Vec<(Attribute, Setting)>>,
    pub(super) settings: Settings,
    pub(super) ignore_changes: AttributeSet,
    /// Whether something is wrong with the block itself.
    pub(super) broken: bool,
}

/// Where a rule takes people from.
#[derive(Debug)]
pub(super) enum From {
    /// `users`: some of the `user` blocks.
    Users(Setting),
    /// `directory`: all of it, or those that `filter` lets through.
    Directory(Text, Span),
}

const ARGUMENTS: [&str; 4] = ["description", "precedence", "prevent_removal", "enabled"];

/// Reads the block.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Option<RuleBlock> {
    let label = label(report, file, block);
    let mark = report.mark();
    let mut reader = Reader::new(file, block);
    let span = reader.header;
    let connection = reader
        .require(report, "connection", "connection = connection.NAME")
        .and_then(|argument| reference(report, argument, "connection"));
    let people = people(report, &mut reader, file);
    let filter = reader.take("filter");
    if let (Some(argument), Some(From::Users(_))) = (filter, &people) {
        report.add(
            report
                .error(argument.name, "`filter` goes with `directory`, not with `users`")
                .help("filter all `user` blocks: `directory = directory.users`")
                .help("or filter the list: `users = [for u in [user.a, user.b] : u if …]`"),
        );
    }
    let filter = filter.map(|argument| Setting::read(report, file, "filter", argument));
    let mapping = reader.block(report, "mapping").map(|reader| mapping(report, reader));
    let ignore_changes = reader.take("ignore_changes");
    let ignore_changes =
        ignore_changes.map(|argument| ignored(report, argument)).unwrap_or_default();
    let settings = Settings::read(report, &mut reader, &ARGUMENTS);
    reader.finish(report);
    let (name, _) = label?;
    Some(RuleBlock {
        name,
        span,
        connection,
        people,
        filter,
        mapping,
        settings,
        ignore_changes,
        broken: report.failed_since(mark),
    })
}

impl RuleBlock {
    /// Every expression that may name a user.
    pub(super) fn expressions(&mut self) -> impl Iterator<Item = &mut Setting> {
        let users = match &mut self.people {
            Some(From::Users(setting)) => Some(setting),
            Some(From::Directory(..)) | None => None,
        };
        let mapped = self.mapping.iter_mut().flatten().map(|(_, setting)| setting);
        users.into_iter().chain(&mut self.filter).chain(mapped)
    }

    /// Expressions over a person.
    pub(super) fn of_person(&mut self) -> impl Iterator<Item = &mut Setting> {
        let mapped = self.mapping.iter_mut().flatten().map(|(_, setting)| setting);
        self.filter.iter_mut().chain(mapped)
    }
}

fn people(report: &mut Report, reader: &mut Reader<'_>, file: FileId) -> Option<From> {
    let (users, directory) = (reader.take("users"), reader.take("directory"));
    match (users, directory) {
        (Some(users), None) => Some(From::Users(Setting::read(report, file, "users", users))),
        (None, Some(directory)) => reference(report, directory, "directory")
            .map(|(name, span)| From::Directory(name, span)),
        (Some(_), Some(directory)) => {
            report.add(
                report
                    .error(
                        directory.name,
                        format!("{} has both `users` and `directory`", reader.what),
                    )
                    .help("a rule takes people from one of them: make it two rules"),
            );
            None
        }
        (None, None) => {
            report.add(
                report
                    .error(reader.header, format!("{} says nothing of who it is for", reader.what))
                    .help("add `users = [user.NAME]`, or `directory = directory.NAME` with an optional `filter`"),
            );
            None
        }
    }
}

/// Reads `root.NAME`.
fn reference(report: &mut Report, argument: Argument<'_>, root: &str) -> Option<(Text, Span)> {
    let span = argument.value;
    let path = static_path(span.file, argument.expression);
    if let Some(path) = &path
        && path.root == root
        && let [PathStep::Attribute(name) | PathStep::Key(name)] = path.steps.as_slice()
    {
        return Some((name.clone(), span));
    }
    let guess = match (argument.expression.as_str(), &path) {
        (Some(name), _) => name.to_owned(),
        (None, Some(path)) if path.steps.is_empty() => path.root.to_string(),
        _ => "NAME".to_owned(),
    };
    let article = format!("`{root}` must name a {root}");
    report.add(report.error(span, article).help(format!("write `{root} = {root}.{guess}`")));
    None
}

fn mapping(report: &mut Report, mut reader: Reader<'_>) -> Vec<(Attribute, Setting)> {
    let mut mapping = Vec::new();
    for attribute in Attribute::names() {
        if let Some(argument) = reader.take(attribute)
            && let Some(known) = Attribute::from_name(attribute)
        {
            let setting = Setting::read(report, argument.value.file, attribute, argument);
            mapping.push((known, setting));
        }
    }
    reader.finish(report);
    mapping
}

/// Reads `ignore_changes`: names of attributes, in quotes or, as Terraform writes them, without.
fn ignored(report: &mut Report, argument: Argument<'_>) -> AttributeSet {
    let mut set = AttributeSet::default();
    let example = "write `ignore_changes = [\"user_type\"]`";
    let Some(items) = list_items(argument.value.file, argument.expression) else {
        let summary = "`ignore_changes` must be a list of attribute names";
        report.add(report.error(argument.value, summary).help(example));
        return set;
    };
    for (span, item) in items {
        let bare = static_path(span.file, item).filter(|path| path.steps.is_empty());
        let name = item.as_str().map(Text::from).or(bare.map(|path| path.root));
        let Some(name) = name else {
            report.add(report.error(span, "this is no attribute's name").help(example));
            continue;
        };
        match Attribute::from_name(&name) {
            Some(Attribute::Active) => report.add(
                report
                    .error(span, "`active` can't be ignored")
                    .help("it decides who may sign in, so it is always managed; to stop that, take the person out of the rule"),
            ),
            Some(attribute) => set.insert(attribute),
            None => report.add(
                report
                    .error(span, format!("there is no attribute `{name}`"))
                    .help(suggest(&name, Attribute::names().collect::<Vec<_>>(), "attributes")),
            ),
        }
    }
    set
}

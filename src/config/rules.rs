//! Rules made ready to run: names looked up, columns bound, constants put in place.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::desired::Mapping;
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::model::{ATTRIBUTES, Attribute, AttributeSet, Connection, Text};

use super::check::{Declared, Scope};
use super::constants::Constants;
use super::directory::USERS;
use super::lang::{Columns, Expr, Value};
use super::people::People;
use super::report::{Report, suggest};
use super::rule::{From, RuleBlock};
use super::said;
use super::settings::kind;
use super::user::UserBlock;

/// A rule that can run.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Ready {
    pub(super) name: Text,
    pub(super) span: Span,
    pub(super) connection: Text,
    /// The directory's name, `users` for `user` blocks.
    pub(super) directory: Text,
    pub(super) selection: Selection,
    pub(super) mapping: Vec<(Attribute, Mapped)>,
    /// What the mapping says, for those who hold it against a later one.
    pub(super) said: Vec<Mapping>,
    pub(super) precedence: i32,
    pub(super) ignore_changes: AttributeSet,
    pub(super) prevent_removal: bool,
    pub(super) paused: bool,
    /// Its directory lacks columns that it asks for.
    pub(super) misfit: bool,
    /// Something is wrong with it, which has been reported: it can't run.
    pub(super) broken: bool,
}

/// Whom a rule selects.
#[derive(Debug, Default)]
pub(super) enum Selection {
    #[default]
    All,
    /// Rows of the directory, each once, sorted.
    Rows(Vec<usize>),
    Filter(Expr),
}

/// Where an attribute's value comes from.
#[derive(Debug)]
pub(super) enum Mapped {
    /// The column of the same name.
    Column(usize),
    Expr(Expr),
}

/// Everything that rules refer to.
pub(super) struct World<'a> {
    pub(super) declared: &'a Declared,
    pub(super) constants: &'a Constants<'a>,
    pub(super) connections: &'a BTreeMap<Text, (Connection, Span)>,
    /// `None` where the directory could not be read.
    pub(super) directories: &'a BTreeMap<Text, Option<People>>,
    pub(super) users: &'a [UserBlock],
    /// Positions in `users`.
    pub(super) user_rows: &'a HashMap<Text, usize>,
    pub(super) user_columns: &'a Arc<Columns>,
    /// Where what expressions name is declared.
    pub(super) places: &'a said::Places,
}

/// Looks everything up that a rule names. `None` where not even its connection is known.
pub(super) fn ready(report: &mut Report, world: &World<'_>, mut block: RuleBlock) -> Option<Ready> {
    let mark = report.mark();
    for setting in &mut block.settings.0 {
        world.declared.check(report, setting, Scope::Constant);
    }
    for setting in block.of_person() {
        world.declared.check(report, setting, Scope::Person);
    }
    let settings = &block.settings;
    settings.text(report, world.constants, "description");
    let precedence =
        settings.whole(report, world.constants, "precedence", -1_000_000, 1_000_000).unwrap_or(0);
    let prevent_removal =
        settings.boolean(report, world.constants, "prevent_removal").unwrap_or(false);
    let enabled = settings.boolean(report, world.constants, "enabled").unwrap_or(true);
    let connection = connection(report, world, &block);
    let source = source(report, world, &mut block);
    let sound = source.as_ref().is_some_and(|source| source.sound);
    let Source { directory, columns, mut selection, sound: _ } = source.unwrap_or_default();
    let people = world.directories.get(&directory).and_then(Option::as_ref);
    let unread = people.is_some_and(|people| people.unread);
    let (mut mapping, mut said) = (Vec::new(), Vec::new());
    let mut misfit = false;
    if let Some(columns) = &columns {
        let mut tie = Tie { columns, unread, declared: directory == USERS, misfit: &mut misfit };
        if let Some(filter) = &mut block.filter {
            bind(report, world, &mut tie, &mut filter.expr);
            if let Some(expr) = &filter.expr {
                selection = Selection::Filter(expr.clone());
            }
        }
        let strength = (block.name.as_str(), precedence);
        said = says(report, world, strength, columns, block.mapping.as_ref());
        mapping = mapped(report, world, &mut tie, block.mapping);
    }
    let connection = connection?;
    if let Some((settings, _)) = world.connections.get(&connection) {
        mapping.retain(|(attribute, mapped)| {
            let knows = settings.dialect().knows(*attribute);
            if let (false, Mapped::Expr(expr)) = (knows, mapped) {
                let kind = settings.dialect().name;
                let summary = format!("a connection of type \"{kind}\" has no `{attribute}`");
                report.add(report.error(expr.span(), summary).help("take it out of the mapping"));
            }
            knows
        });
    }
    let paused =
        !enabled || unread || world.connections.get(&connection).is_some_and(|(c, _)| !c.enabled);
    Some(Ready {
        name: block.name,
        span: block.span,
        connection,
        directory,
        selection,
        mapping,
        said,
        precedence,
        ignore_changes: block.ignore_changes,
        prevent_removal,
        paused,
        misfit,
        broken: block.broken || !sound || misfit || report.failed_since(mark),
    })
}

fn connection(report: &mut Report, world: &World<'_>, block: &RuleBlock) -> Option<Text> {
    let (name, span) = block.connection.as_ref()?;
    if world.connections.contains_key(name) {
        return Some(name.clone());
    }
    let known = world.connections.keys().map(Text::as_str);
    report.add(report.error(*span, format!("there is no connection `{name}`")).help(suggest(
        name,
        known,
        "connections",
    )));
    None
}

/// The directory, its columns, and whom the rule selects before its filter.
#[derive(Default)]
struct Source {
    directory: Text,
    /// Without them nothing can be bound: the directory could not be read, or it has nobody.
    columns: Option<Arc<Columns>>,
    selection: Selection,
    /// Whether the rule can run.
    sound: bool,
}

fn source(report: &mut Report, world: &World<'_>, block: &mut RuleBlock) -> Option<Source> {
    match block.people.as_mut()? {
        From::Directory(name, _) if name == USERS => {
            let columns = Some(world.user_columns.clone());
            Some(Source {
                directory: name.clone(),
                columns,
                selection: Selection::All,
                sound: true,
            })
        }
        From::Directory(name, span) => {
            let Some(people) = world.directories.get(name) else {
                let known = world.directories.keys().map(Text::as_str).chain([USERS]);
                report.add(
                    report.error(*span, format!("there is no directory `{name}`")).help(suggest(
                        name,
                        known,
                        "directories",
                    )),
                );
                return None;
            };
            let columns = people.as_ref().and_then(|people| people.columns.clone());
            let sound = people.is_some();
            Some(Source { directory: name.clone(), columns, selection: Selection::All, sound })
        }
        From::Users(setting) => {
            world.declared.check(report, setting, Scope::People);
            let value = world.constants.eval(report, setting);
            let rows = value.and_then(|value| rows(report, world, &value, setting.span));
            let sound = rows.is_some();
            Some(Source {
                directory: Text::new_static(USERS),
                columns: Some(world.user_columns.clone()),
                selection: Selection::Rows(rows.unwrap_or_default()),
                sound,
            })
        }
    }
}

/// The rows of the users in a list.
fn rows(report: &mut Report, world: &World<'_>, value: &Value, span: Span) -> Option<Vec<usize>> {
    let example = "write `users = [user.NAME]`";
    let Some(items) = value.as_items() else {
        let detail = format!("this is {}", kind(value));
        let help = if matches!(value, Value::User(_)) {
            "put it in brackets: `users = [user.NAME]`"
        } else {
            example
        };
        report.add(report.error(span, "`users` must be a list of users").detail(detail).help(help));
        return None;
    };
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let Value::User(user) = item else {
            let detail = format!("one item is {}", kind(item));
            report.add(
                report.error(span, "`users` must be a list of users").detail(detail).help(example),
            );
            return None;
        };
        rows.extend(world.user_rows.get(&user.name).copied());
    }
    rows.sort_unstable();
    rows.dedup();
    // A broken user has been reported; the rule itself is fine.
    rows.retain(|row| world.users.get(*row).is_some_and(|user| !user.broken));
    Some(rows)
}

/// What the expressions of a rule are tied to.
struct Tie<'t> {
    columns: &'t Arc<Columns>,
    /// Whether nobody knows all columns.
    unread: bool,
    /// Whether these are `user` blocks, which are a part of the configuration.
    declared: bool,
    /// Whether a column is missing that a file may have lost: it stops the rule's connection, and no other.
    misfit: &'t mut bool,
}

/// Ties an expression to the columns, and drops it where that fails. Where nobody knows all columns, one
/// that is not among them is warned of if its name is near another.
fn bind(report: &mut Report, world: &World<'_>, tie: &mut Tie<'_>, expr: &mut Option<Expr>) {
    let Some(bound) = expr else { return };
    if world.constants.is_broken(bound) {
        *expr = None;
        return;
    }
    let mut problems = bound.bind(tie.columns);
    if tie.unread {
        problems.retain(|problem| !problem.help.is_empty());
        for problem in problems.drain(..) {
            let place = report.place(problem.span);
            let warning = Diagnostic::warning(problem.summary).at(place);
            report.add(problem.help.into_iter().fold(warning, Diagnostic::help));
        }
    }
    if problems.is_empty() {
        bound.resolve(&world.constants.env());
        return;
    }
    let found: Vec<Diagnostic> =
        problems.into_iter().map(|problem| problem.into_diagnostic(&report.sources)).collect();
    if tie.declared {
        report.extend(found);
    } else {
        report.contain(|report| report.extend(found));
        *tie.misfit = true;
    }
    *expr = None;
}

/// What the rule says of each attribute, before anything is bound.
fn says(
    report: &Report,
    world: &World<'_>,
    rule: (&str, i32),
    columns: &Columns,
    mapping: Option<&Vec<(Attribute, super::settings::Setting)>>,
) -> Vec<Mapping> {
    let named = mapping.into_iter().flatten();
    let of = |attribute: Attribute| named.clone().find(|(named, _)| *named == attribute);
    let one = |attribute: Attribute| match of(attribute) {
        Some((_, setting)) => {
            let of = (attribute, setting.expr.as_ref()?);
            said::of_expression(report, world.constants, world.places, rule, of)
        }
        None if mapping.is_none() || attribute == Attribute::UserName => {
            columns.index(attribute.name())?;
            Some(said::of_column(rule.0, rule.1, attribute))
        }
        None => None,
    };
    ATTRIBUTES.iter().filter_map(|spec| one(spec.attribute)).collect()
}

/// What each attribute comes from: by name without a `mapping`, else only what it names and
/// `user_name`.
fn mapped(
    report: &mut Report,
    world: &World<'_>,
    tie: &mut Tie<'_>,
    mapping: Option<Vec<(Attribute, super::settings::Setting)>>,
) -> Vec<(Attribute, Mapped)> {
    let by_name = |attribute: Attribute| {
        tie.columns.index(attribute.name()).map(|column| (attribute, Mapped::Column(column)))
    };
    let Some(named) = mapping else {
        return ATTRIBUTES.iter().filter_map(|spec| by_name(spec.attribute)).collect();
    };
    let mut mapped = Vec::with_capacity(named.len() + 1);
    if !named.iter().any(|(attribute, _)| *attribute == Attribute::UserName) {
        mapped.extend(by_name(Attribute::UserName));
    }
    for (attribute, mut setting) in named {
        bind(report, world, tie, &mut setting.expr);
        if let Some(expr) = setting.expr {
            mapped.push((attribute, Mapped::Expr(expr)));
        }
    }
    mapped
}

/// Help for a rule none of whose columns has an attribute's name.
pub(super) fn near_columns(columns: &Columns) -> Option<String> {
    let names = columns.names().iter().map(Text::as_str);
    let near = ["email", "mail", "e_mail", "email_address", "upn", "login", "user_name"];
    let guess = near.iter().find_map(|name| names.clone().find(|c| c.eq_ignore_ascii_case(name)));
    let guess = guess.or_else(|| did_you_mean("user_name", names))?;
    Some(format!("add to `mapping`: `user_name = person.{guess}`"))
}

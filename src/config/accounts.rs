//! Checks on the accounts of one connection together.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::desired::Account;
use crate::diagnostic::{Diagnostic, Span};
use crate::model::{Attribute, Connection, Text, fold, folded, mixed_scripts, same_address};

use super::assign::Found;
use super::attributes::shown;
use super::email;
use super::report::{Report, list};
use super::rows::Limited;
use super::rules::World;
use super::unfit::Unfit;

/// Sorts the accounts by key and checks that each address is allowed and stands once. Those of which that is not so
/// are not among the accounts.
pub(super) fn settle(
    world: &World<'_>,
    report: &mut Report,
    connection: &Connection,
    mut found: Vec<Found>,
    unfit: &mut Unfit,
) -> Vec<Account> {
    found.sort_by(|a, b| a.account.key.cmp(&b.account.key));
    let mut bad = domains(report, connection, &found, unfit);
    bad.extend(twice(world, report, connection, &found, unfit));
    scripts(report, &found);
    let mut accounts = Vec::with_capacity(found.len());
    for (at, Found { account, row, span }) in found.into_iter().enumerate() {
        if bad.contains(&at) {
            let Account { key, user_name, directory, .. } = account;
            unfit.add_key(&directory, row, span, key, Some(user_name));
        } else {
            accounts.push(account);
        }
    }
    accounts
}

/// Findings about people, by the directory that these come from.
type ByDirectory = BTreeMap<Text, Limited>;

fn of<'f>(errors: &'f mut ByDirectory, directory: &Text, what: &str) -> &'f mut Limited {
    errors.entry(directory.clone()).or_insert_with(|| Limited::new(what))
}

fn domains(
    report: &Report,
    connection: &Connection,
    found: &[Found],
    unfit: &mut Unfit,
) -> HashSet<usize> {
    let mut bad = HashSet::new();
    let Some(domains) = &connection.domains else { return bad };
    let mut errors = ByDirectory::new();
    for (at, Found { account, span, .. }) in found.iter().enumerate() {
        let email = account.values.text(Attribute::Email).filter(|email| !email.is_empty());
        for (name, address) in [("user_name", Some(account.user_name.as_str())), ("email", email)] {
            let Some(address) = address else { continue };
            let domain = fold(email::domain(address));
            if domains.binary_search(&domain).is_ok() {
                continue;
            }
            bad.insert(at);
            of(&mut errors, &account.directory, "addresses are outside of `domains`").push_with(
                || {
                    report
                        .error(
                            *span,
                            format!(
                                "the {name} `{}` is outside of the connection's domains",
                                shown(address)
                            ),
                        )
                        .help(format!(
                            "`domains` of connection `{}`: {}",
                            connection.name,
                            list(domains.iter().map(Text::as_str))
                        ))
                },
            );
        }
    }
    for (directory, errors) in errors {
        unfit.say(&directory, errors.finish());
    }
    bad
}

/// Notes addresses that read as another one because they mix the letters of two scripts.
fn scripts(report: &mut Report, found: &[Found]) {
    let mut notes = Limited::new("addresses mix two scripts");
    for Found { account, span, .. } in found {
        let email = account.values.text(Attribute::Email);
        let email = email.filter(|email| !same_address(email, &account.user_name));
        for (name, address) in [("user_name", Some(account.user_name.as_str())), ("email", email)] {
            // A local part, and each label of a domain, is a word of its own.
            let words = address.into_iter().flat_map(|address| {
                let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
                std::iter::once(local).chain(domain.split('.'))
            });
            for (word, (one, other)) in words.filter_map(|word| Some((word, mixed_scripts(word)?)))
            {
                notes.push_with(|| {
                    let word = shown(word);
                    Diagnostic::note(format!("`{word}` of a {name} mixes {one} and {other} letters"))
                        .at(report.place(*span))
                        .help("letters of two scripts can look alike: make sure that the address is the one that is meant")
                });
            }
        }
    }
    report.extend(notes.finish());
}

/// Somebody with an address: an account asked for, or somebody whose record can't be used otherwise.
struct Named<'f> {
    user_name: &'f Text,
    key: &'f Text,
    directory: &'f Text,
    span: Span,
    /// Which account, if it is one.
    at: Option<usize>,
}

fn twice(
    world: &World<'_>,
    report: &Report,
    connection: &Connection,
    found: &[Found],
    unfit: &mut Unfit,
) -> HashSet<usize> {
    let accounts = found.iter().enumerate().map(|(at, Found { account, span, .. })| {
        let Account { user_name, key, directory, .. } = account;
        Named { user_name, key, directory, span: *span, at: Some(at) }
    });
    let others = unfit.people.iter().filter_map(|person| {
        let (user_name, key) = (person.user_name.as_ref()?, &person.key);
        Some(Named { user_name, key, directory: &person.directory, span: person.span, at: None })
    });
    let all: Vec<Named<'_>> = accounts.chain(others).collect();
    let (mut bad, mut errors) = (HashSet::new(), ByDirectory::new());
    let mut first = HashMap::with_capacity(all.len());
    for (at, person) in all.iter().enumerate() {
        let before = *first.entry(folded(person.user_name)).or_insert(at);
        let Some(other) = all.get(before).filter(|_| before != at) else { continue };
        // Those who are not asked for have their own finding.
        if person.at.is_none() && other.at.is_none() {
            continue;
        }
        bad.extend([person.at, other.at].into_iter().flatten());
        // Both wait, if both may.
        let strict = |person: &&&Named<'_>| !world.holds(person.directory);
        let directory = [other, person].iter().find(strict).unwrap_or(&person).directory;
        of(&mut errors, directory, "addresses stand there more than once").push_with(|| {
            report
                .error(
                    person.span,
                    format!(
                        "two people have the user_name `{}` at connection `{}`",
                        shown(person.user_name),
                        connection.name
                    ),
                )
                .detail(format!("this is `{}`", shown(person.key)))
                .related(report.place(other.span), format!("this is `{}`", shown(other.key)))
                .help("an address signs in to one account")
        });
    }
    for (directory, errors) in errors {
        unfit.say(&directory, errors.finish());
    }
    bad
}

//! Checks on the accounts of one connection together.

use std::collections::HashMap;

use crate::desired::Account;
use crate::diagnostic::Diagnostic;
use crate::model::{Attribute, Connection, Text, fold, folded, mixed_scripts, same_address};

use super::assign::Found;
use super::attributes::shown;
use super::email;
use super::report::{Report, list};
use super::rows::Limited;

/// Sorts the accounts by key and checks that each address is allowed and stands once.
pub(super) fn settle(
    report: &mut Report,
    connection: &Connection,
    mut found: Vec<Found>,
) -> Vec<Account> {
    found.sort_by(|a, b| a.account.key.cmp(&b.account.key));
    domains(report, connection, &found);
    twice(report, connection, &found);
    scripts(report, &found);
    found.into_iter().map(|found| found.account).collect()
}

fn domains(report: &mut Report, connection: &Connection, found: &[Found]) {
    let Some(domains) = &connection.domains else { return };
    let mut errors = Limited::new("addresses are outside of `domains`");
    for Found { account, span } in found {
        let email = account.values.text(Attribute::Email).filter(|email| !email.is_empty());
        for (name, address) in [("user_name", Some(account.user_name.as_str())), ("email", email)] {
            let Some(address) = address else { continue };
            let domain = fold(email::domain(address));
            if domains.binary_search(&domain).is_ok() {
                continue;
            }
            errors.push_with(|| {
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
            });
        }
    }
    report.extend(errors.finish());
}

/// Notes addresses that read as another one because they mix the letters of two scripts.
fn scripts(report: &mut Report, found: &[Found]) {
    let mut notes = Limited::new("addresses mix two scripts");
    for Found { account, span } in found {
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

fn twice(report: &mut Report, connection: &Connection, found: &[Found]) {
    let mut errors = Limited::new("addresses stand there more than once");
    let mut first = HashMap::with_capacity(found.len());
    for (at, Found { account, span }) in found.iter().enumerate() {
        let before = *first.entry(folded(&account.user_name)).or_insert(at);
        let Some(other) = found.get(before).filter(|_| before != at) else { continue };
        errors.push_with(|| {
            report
                .error(
                    *span,
                    format!(
                        "two people have the user_name `{}` at connection `{}`",
                        shown(&account.user_name),
                        connection.name
                    ),
                )
                .detail(format!("this is `{}`", shown(&account.key)))
                .related(
                    report.place(other.span),
                    format!("this is `{}`", shown(&other.account.key)),
                )
                .help("an address signs in to one account")
        });
    }
    report.extend(errors.finish());
}

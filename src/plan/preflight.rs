//! What makes a plan impossible, whatever the services say: checked before anything is listed.

use std::collections::BTreeMap;

use super::moves;
use super::types::Options;
use crate::desired::{Desired, DesiredConnection};
use crate::diagnostic::Diagnostic;
use crate::model::{Fingerprint, Text, nfc};
use crate::state::{Connection as Known, State, Status};

/// Returns every reason why nothing may be planned; none means go on.
pub fn preflight(
    desired: &Desired,
    state: &State,
    fingerprints: &BTreeMap<Text, Fingerprint>,
    options: &Options,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, known) in &state.connections {
        match desired.connections.get(name) {
            None if !known.accounts.is_empty() => found.push(vanished(name, known)),
            None => {}
            Some(connection) => {
                found.extend(other_account(connection, known, fingerprints.get(name)));
                if connection.settings.enabled && !connection.unusable {
                    found.extend(moves::refused(connection, known));
                    found.extend(empty_rules(connection, known, options));
                }
            }
        }
    }
    found.extend(empty_directories(desired, state, options));
    found
}

fn vanished(name: &Text, known: &Known) -> Diagnostic {
    let count = known.accounts.len();
    Diagnostic::error(format!(
        "connection `{name}` left the configuration, but the state has {count} of its accounts"
    ))
    .help(format!("to keep them untouched, declare `connection \"{name}\"` again with `enabled = false`"))
    .help("to remove them, keep the connection, delete its rules, set `deprovision_on_rule_deletion = true` \
         in its `actions`, and apply before the connection goes")
    .help("to leave them alone for good, keep the connection, delete its rules and apply: they are forgotten")
}

fn other_account(
    connection: &DesiredConnection,
    known: &Known,
    now: Option<&Fingerprint>,
) -> Option<Diagnostic> {
    let before = known.fingerprint.as_ref().filter(|_| !known.accounts.is_empty())?;
    let name = &connection.settings.name;
    (now? != before).then(|| {
        Diagnostic::error(format!(
            "connection `{name}` points to another account than the one that the state is about"
        ))
        .at(connection.place.clone())
        .detail("`type`, `scim_url` or `account_id` differ from those of the last apply")
        .help("every account of the state would look as if it had been deleted, so nothing is planned")
        .help("set them back, or give the new account a connection of its own")
    })
}

fn empty_directories(desired: &Desired, state: &State, options: &Options) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, directory) in &desired.directories {
        if directory.people > 0 || options.allow_empty.contains(name) {
            continue;
        }
        let prefix = format!("{name}/");
        let count = state
            .connections
            .iter()
            .filter(|(name, _)| desired.connections.get(*name).is_some_and(|c| c.settings.enabled))
            .flat_map(|(_, known)| &known.accounts)
            .filter(|(key, account)| {
                nfc(key).starts_with(&prefix) && account.status != Status::Deprovisioned
            })
            .count();
        if count > 0 {
            found.push(
                Diagnostic::error(format!(
                    "directory `{name}` yields nobody, but the state has {count} accounts from it"
                ))
                .at(directory.place.clone())
                .detail(format!("`{}` holds no person", directory.file))
                .help(
                    "a source that comes back empty would remove everybody, so nothing is planned",
                )
                .help(format!("if everybody did leave, say so: `--allow-empty {name}`")),
            );
        }
    }
    found
}

fn empty_rules(
    connection: &DesiredConnection,
    known: &Known,
    options: &Options,
) -> Vec<Diagnostic> {
    let mut owned: BTreeMap<&Text, u64> = BTreeMap::new();
    for account in known.accounts.values().filter(|a| a.status != Status::Deprovisioned) {
        for rule in &account.rules {
            *owned.entry(rule).or_default() += 1;
        }
    }
    let mut found = Vec::new();
    for (name, rule) in &connection.rules {
        let label = format!("rule.{name}");
        let allowed = options.allow_empty.iter().any(|a| *a == label || *a == rule.directory);
        let count = owned.get(name).copied().unwrap_or(0);
        if rule.paused || rule.selected > 0 || count == 0 || allowed {
            continue;
        }
        found.push(
            Diagnostic::error(format!(
                "rule `{name}` selects nobody, but the state has {count} accounts from it"
            ))
            .at(rule.place.clone())
            .help("a filter that lets nobody through would remove everybody, so nothing is planned")
            .help(format!(
                "if everybody did leave, say so: `--allow-empty {label}`; to end the rule, delete it"
            )),
        );
    }
    found
}

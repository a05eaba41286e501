//! Did it stick? A service may answer 200 and keep what it had.

use std::collections::BTreeMap;

use crate::live::Account as Live;
use crate::model::{Attribute, License, LicenseValue, Text, Value, same_address};
use crate::port::Update;
use crate::state::{Account as Record, Refused};

/// Whether an answer says anything about everything that an update set.
pub(super) fn answers(update: &Update, answer: &Live) -> bool {
    update.values.iter().all(|(attribute, value)| match value {
        // What an answer leaves out may be there all the same: Zoom's answer to a PUT lacks some licences.
        Value::Map(map) => map.iter().all(|(key, value)| {
            let license = License::of(key);
            let live = answer.values.license(key);
            license.write_only || live.is_some_and(|live| license.same(Some(value), Some(live)))
        }),
        Value::Text(_) | Value::Bool(_) | Value::Set(_) => answer
            .values
            .get(attribute)
            .is_some_and(|live| value.satisfied_by(attribute, Some(live))),
    }) && update.user_name.as_ref().is_none_or(|name| same_address(name, &answer.user_name))
}

/// What did not stick, given a whole account.
pub(super) fn unstuck(update: &Update, live: &Live) -> Vec<(Attribute, Refused)> {
    let mut found = Vec::new();
    if let Some(name) = &update.user_name
        && !same_address(name, &live.user_name)
    {
        found.push((
            Attribute::UserName,
            Refused {
                desired: Value::Text(name.clone()),
                live: Some(Value::Text(live.user_name.clone())),
                status: None,
            },
        ));
    }
    for (attribute, desired) in update.values.iter() {
        let kept = live.values.get(attribute);
        if let Value::Map(map) = desired {
            found.extend(unstuck_licenses(map, kept).map(|refused| (attribute, refused)));
        } else if !desired.satisfied_by(attribute, kept) {
            let (desired, live) = (desired.clone(), kept.cloned());
            found.push((attribute, Refused { desired, live, status: None }));
        }
    }
    found
}

/// The licences that did not stick, and what the service has of these. What it never shows did.
fn unstuck_licenses(
    desired: &BTreeMap<Text, LicenseValue>,
    kept: Option<&Value>,
) -> Option<Refused> {
    let kept = |key: &str| kept.and_then(|kept| kept.license(key));
    let (mut lost, mut live) = (BTreeMap::new(), BTreeMap::new());
    for (key, value) in desired {
        let license = License::of(key);
        if !license.write_only && !license.same(Some(value), kept(key)) {
            lost.insert(key.clone(), value.clone());
            live.extend(kept(key).map(|kept| (key.clone(), kept.clone())));
        }
    }
    let live = (!live.is_empty()).then(|| Value::Map(Box::new(live)));
    (!lost.is_empty()).then(|| Refused { desired: Value::Map(Box::new(lost)), live, status: None })
}

/// The version under which every recorded value was seen as written, if it was.
pub(super) fn settled_version(record: &Record, live: &Live) -> Option<Text> {
    let all = record
        .written
        .iter()
        .all(|(attribute, value)| value.satisfied_by(attribute, live.values.get(attribute)));
    live.version.clone().filter(|_| all)
}

//! Did it stick? A service may answer 200 and keep what it had.

use crate::live::Account as Live;
use crate::model::{Attribute, Value, same_address};
use crate::port::Update;
use crate::state::{Account as Record, Refused};

/// Whether an answer says anything about everything that an update set.
pub(super) fn answers(update: &Update, answer: &Live) -> bool {
    update.values.iter().all(|(attribute, value)| {
        answer.values.get(attribute).is_some_and(|live| value.satisfied_by(attribute, Some(live)))
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
        if !desired.satisfied_by(attribute, kept) {
            let (desired, live) = (desired.clone(), kept.cloned());
            found.push((attribute, Refused { desired, live, status: None }));
        }
    }
    found
}

/// The version under which every recorded value was seen as written, if it was.
pub(super) fn settled_version(record: &Record, live: &Live) -> Option<crate::model::Text> {
    let all = record
        .written
        .iter()
        .all(|(attribute, value)| value.satisfied_by(attribute, live.values.get(attribute)));
    live.version.clone().filter(|_| all)
}

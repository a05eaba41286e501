//! Every value that an entry of the plan shows.

use super::draft::Draft;
use super::types::{AttributeChange, Origin};
use crate::model::{Action, Attribute, Value};
use crate::state::Status;

/// Every attribute that the plan shows for an account, in table order.
pub(super) fn listed(draft: &Draft<'_>) -> Vec<AttributeChange> {
    let runs = |action| draft.run.contains(&action);
    let named =
        |action| runs(action) || draft.blocked.iter().any(|blocked| blocked.action == action);
    let only = |withheld, change: AttributeChange| AttributeChange { withheld, ..change };
    let mut changes = draft.update.clone();
    changes.extend(draft.withheld.iter().cloned().map(|change| only(true, change)));
    let switches = [(Action::Disable, true), (Action::Enable, false)];
    for (action, before) in switches.into_iter().filter(|(action, _)| named(*action)) {
        let change = AttributeChange::new(
            Attribute::Active,
            draft.live.map(|_| Value::Bool(before)),
            Some(Value::Bool(!before)),
            active_origin(draft, !before),
        );
        changes.push(only(!runs(action), change));
    }
    if named(Action::Enable) {
        let given_back = draft.given_back.iter().cloned();
        changes.extend(given_back.map(|change| only(!runs(Action::Enable), change)));
    }
    if let (true, Some(wanted)) = (named(Action::Create), draft.subject.wanted) {
        let new = |attribute, value: &Value| {
            let change = AttributeChange::new(attribute, None, Some(value.clone()), Origin::Config);
            let privilege = attribute == Attribute::Roles && !draft.privileges.is_empty();
            only(!runs(Action::Create), AttributeChange { privilege, ..change })
        };
        changes.push(new(Attribute::UserName, &Value::Text(wanted.user_name.clone())));
        for (attribute, value) in wanted.values.iter().filter(|(_, value)| !value.is_empty()) {
            match value {
                Value::Map(map) => changes.extend(map.iter().map(|(key, value)| {
                    let change = new(attribute, &value.clone().into());
                    AttributeChange { key: Some(key.clone()), ..change }
                })),
                Value::Text(_) | Value::Bool(_) | Value::Set(_) => {
                    changes.push(new(attribute, value));
                }
            }
        }
    }
    changes.sort_by(|a, b| a.place().cmp(&b.place()));
    changes
}

/// Whether what is wanted of `active` is what Enroll left it at: then the service moved.
fn active_origin(draft: &Draft<'_>, wanted: bool) -> Origin {
    let left_at = match draft.subject.known.filter(|_| !draft.row.anew).map(|known| known.status) {
        Some(Status::Active) => Some(true),
        Some(Status::Disabled) => Some(false),
        Some(Status::Pending | Status::Deprovisioned | Status::Unknown) | None => None,
    };
    let asked = draft.subject.wanted.is_some();
    if asked && left_at == Some(wanted) { Origin::Drift } else { Origin::Config }
}

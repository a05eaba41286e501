//! The steps of an account as they are laid out, and what the record remembers of each where the service refuses it.

use super::types::AttributeChange;
use super::work::{Operation, Phase, Step};
use crate::model::{Action, Attribute, NewAccount, Value};
use crate::state::{Account as Known, Refused};

/// The steps of one account while they are laid out; the record evolves with them.
pub(super) struct Steps {
    pub list: Vec<Step>,
    pub record: Option<Known>,
}

impl Steps {
    pub(super) fn push(&mut self, action: Action, phase: Phase, operation: Operation) {
        self.push_sending(action, phase, operation, Vec::new());
    }

    pub(super) fn push_sending(
        &mut self,
        action: Action,
        phase: Phase,
        operation: Operation,
        sends: Vec<(Attribute, Refused)>,
    ) {
        let record = self.record.clone();
        self.list.push(Step { action, phase, operation, record, sends });
    }
}

/// What a create sends.
pub(super) fn of_create(new: &NewAccount) -> Vec<(Attribute, Refused)> {
    let user_name = (Attribute::UserName, Value::Text(new.user_name.clone()));
    let values = new.values.iter().map(|(attribute, value)| (attribute, value.clone()));
    let refused = |desired| Refused { desired, live: None, status: None };
    values.chain([user_name]).map(|(attribute, value)| (attribute, refused(value))).collect()
}

/// What an update sends; a licence is a map of its own key.
pub(super) fn of_update(changes: &[AttributeChange]) -> Vec<(Attribute, Refused)> {
    let refused = |change: &AttributeChange| {
        let of_key = |value: &Value| {
            let Some(key) = &change.key else { return Some(value.clone()) };
            Some(Value::Map(Box::new([(key.clone(), value.as_license()?)].into())))
        };
        let desired = change.after.as_ref().and_then(of_key)?;
        let live = change.before.as_ref().and_then(of_key);
        Some((change.attribute, Refused { desired, live, status: None }))
    };
    changes.iter().filter_map(refused).collect()
}

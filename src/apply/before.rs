//! What an account had before a write that may change it, so that an apply can be undone later.

use crate::live::Account;
use crate::plan::{Operation, Step};
use crate::port::Before;

/// What the plan saw of `account`: of an update the attributes that it sets; of a disable and a delete all,
/// since services take more away than they are asked to. `None` where the service is not touched.
pub(super) fn before(step: &Step, account: &Account) -> Option<Before> {
    let values = match &step.operation {
        Operation::Record | Operation::Create(_) => return None,
        Operation::Update(update) | Operation::Enable(update) => update
            .values
            .iter()
            .map(|(attribute, _)| (attribute, account.values.get(attribute).cloned()))
            .collect(),
        Operation::Disable | Operation::Delete => account
            .values
            .iter()
            .map(|(attribute, value)| (attribute, Some(value.clone())))
            .collect(),
    };
    Some(Before { user_name: account.user_name.clone(), active: account.active, values })
}

//! What may be done at a connection, and the steps that a plan is made of.

use std::fmt;

/// What a removal does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RemoveAction {
    /// Switch the account off; it can be switched on again.
    #[default]
    Disable,
    /// Delete the account.
    Delete,
}

/// A connection's policy: `PingOne`'s actions under their Terraform-like names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own in HCL")]
pub struct Actions {
    /// Accounts may be created.
    pub create: bool,
    /// Accounts may be updated and enabled.
    pub update: bool,
    /// Accounts of people inactive at the source may be disabled; counts only with `update`.
    pub disable: bool,
    /// Accounts may be removed.
    pub deprovision: bool,
    /// What a removal does.
    pub remove_action: RemoveAction,
    /// Whether deleting a rule removes the accounts that only it owned.
    pub deprovision_on_rule_deletion: bool,
}

impl Default for Actions {
    fn default() -> Self {
        Self {
            create: true,
            update: true,
            disable: true,
            deprovision: true,
            remove_action: RemoveAction::Disable,
            deprovision_on_rule_deletion: false,
        }
    }
}

/// One step of a change, in the order in which the steps of one account stand in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// POST a new account.
    Create,
    /// Take an existing account under management; only the state learns of it.
    Adopt,
    /// Switch off.
    Disable,
    /// Switch on, and give back what the rules want or the account had.
    Enable,
    /// Change attributes.
    Update,
    /// Delete the account.
    Delete,
    /// Drop the account from the state, leaving the service alone.
    Forget,
}

impl Action {
    /// Every action in the order of a plan.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Adopt,
        Self::Disable,
        Self::Enable,
        Self::Update,
        Self::Delete,
        Self::Forget,
    ];

    /// The word used in JSON and in the summary.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Adopt => "adopt",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Forget => "forget",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

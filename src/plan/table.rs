//! The decision table: what one account needs, from what is wanted, recorded and live.
//!
//! One row decides about switching on and off, creating and removing. What may be done, and whether
//! attributes differ, is decided elsewhere. A test enumerates all combinations.

use super::types::{Blocker, Reason};
use crate::model::{Action, RemoveAction};
use crate::state::Status;

/// What the configuration wants of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// Asked for, active at the source.
    Active,
    /// Asked for, inactive at the source.
    Inactive,
    /// Not asked for any more.
    Gone(Leaving),
    /// Left alone for the time being.
    Paused,
}

/// How it came that nobody asks for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    /// Some owning rule exists and selects the person no longer.
    LeftRules,
    /// Every owning rule is gone.
    RulesDeleted,
    /// A `removed` block names the account.
    Removed {
        /// Whether it asks for a removal, or else to forget the account.
        deprovision: bool,
    },
}

/// How removals are done at the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Removal {
    /// What a removal does.
    pub action: RemoveAction,
    /// Whether deleting the rules removes too.
    pub on_rule_deletion: bool,
}

/// What a row of the table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The steps, in order, before anything blocks them.
    pub steps: Vec<Action>,
    /// A step that the row itself blocks unless it is confirmed.
    pub held: Option<(Action, Blocker)>,
    /// Why.
    pub reason: Option<Reason>,
    /// The status that the state learns, whatever becomes of the steps.
    pub learns: Option<Status>,
    /// Whether the account is kept and live, so that its attributes count.
    pub compares: bool,
    /// Whether the row treats the account as one without a record.
    pub anew: bool,
    /// What the account is counted as, where it has no step.
    pub count: Count,
}

/// What an account without a step is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// `unchanged`
    Unchanged,
    /// `pending`
    Pending,
    /// `paused`
    Paused,
    /// Whose record can't be used: `held` counts the people, who may have no account yet.
    Held,
    /// Deprovisioned earlier: in no count.
    Nothing,
}

impl Row {
    pub(super) fn none(count: Count) -> Self {
        Self {
            steps: Vec::new(),
            held: None,
            reason: None,
            learns: None,
            compares: false,
            anew: false,
            count,
        }
    }

    fn of(steps: &[Action], reason: Reason) -> Self {
        Self { steps: steps.to_vec(), reason: Some(reason), ..Self::none(Count::Unchanged) }
    }

    fn held(self, action: Action, by: Blocker) -> Self {
        Self { held: Some((action, by)), ..self }
    }

    fn learns(self, status: Status) -> Self {
        Self { learns: Some(status), ..self }
    }

    fn compares(self) -> Self {
        Self { compares: true, ..self }
    }
}

/// Looks the row up. `live` says whether the account is there, and active.
#[allow(
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "each arm is a row of the documented table"
)]
pub(super) fn row(want: Want, state: Option<Status>, live: Option<bool>, removal: Removal) -> Row {
    use Action::{Adopt, Create, Disable, Enable, Forget};
    let quiet = || Row::none(Count::Unchanged);
    match (want, state, live) {
        (Want::Paused, _, _) => Row::none(Count::Paused),

        (Want::Active, None, None) => Row::of(&[Create], Reason::NotInAccount),
        (Want::Inactive, None, None) => quiet(),
        (Want::Active, None, Some(true)) => {
            Row::of(&[Adopt], Reason::AlreadyInAccount).learns(Status::Active).compares()
        }
        // Recorded as active, so that the enable stays blocked until somebody confirms it.
        (Want::Active, None, Some(false)) => Row::of(&[Adopt, Enable], Reason::AlreadyInAccount)
            .held(Enable, Blocker::DisabledOutside)
            .learns(Status::Active)
            .compares(),
        (Want::Inactive, None, Some(true)) => {
            Row::of(&[Adopt, Disable], Reason::AlreadyInAccount).learns(Status::Active).compares()
        }
        (Want::Inactive, None, Some(false)) => {
            Row::of(&[Adopt], Reason::AlreadyInAccount).learns(Status::Disabled).compares()
        }

        (Want::Active, Some(Status::Active), Some(true))
        | (Want::Inactive, Some(Status::Disabled), Some(false)) => quiet().compares(),
        (Want::Active, Some(Status::Disabled), Some(true)) => {
            quiet().learns(Status::Active).compares()
        }
        (Want::Inactive, Some(Status::Active), Some(false)) => {
            quiet().learns(Status::Disabled).compares()
        }
        (Want::Inactive, Some(Status::Active), Some(true)) => {
            Row::of(&[Disable], Reason::DisabledAtSource).compares()
        }
        (Want::Inactive, Some(Status::Disabled), Some(true)) => {
            Row::of(&[Disable], Reason::Drifted).compares()
        }
        (Want::Active, Some(Status::Disabled), Some(false)) => {
            Row::of(&[Enable], Reason::EnabledAtSource).compares()
        }
        (Want::Active, Some(Status::Active), Some(false)) => {
            Row::of(&[Enable], Reason::Drifted).held(Enable, Blocker::DisabledOutside).compares()
        }
        (Want::Active, Some(Status::Active | Status::Disabled), None) => {
            Row::of(&[Create], Reason::RemovedOutside).held(Create, Blocker::RemovedOutside)
        }
        (Want::Inactive, Some(Status::Active | Status::Disabled), None) => {
            Row::of(&[Forget], Reason::AlreadyGone)
        }

        (Want::Active, Some(Status::Pending), None) => Row::none(Count::Pending),
        // The invitation is open, and whoever accepts it can sign in.
        (Want::Inactive, Some(Status::Pending), None) => {
            Row::of(&[Disable], Reason::DisabledAtSource).held(Disable, Blocker::Pending)
        }
        (Want::Active | Want::Inactive, Some(Status::Pending), Some(_)) => {
            let appeared = row(want, Some(Status::Active), live, removal);
            let learns = appeared.learns.or(Some(Status::Active));
            Row { learns, ..appeared }
        }

        (Want::Gone(leaving), Some(Status::Pending), _) if leaving.only_forgets(removal) => {
            Row::of(&[Forget], leaving.reason())
        }
        (Want::Gone(leaving), Some(Status::Pending), None) => {
            let step = removal_step(removal);
            Row::of(&[step], leaving.reason()).held(step, Blocker::Pending)
        }
        (Want::Gone(_), Some(Status::Pending), Some(_)) => {
            let appeared = row(want, Some(Status::Active), live, removal);
            let learns = appeared.learns.or(Some(Status::Active));
            Row { learns, ..appeared }
        }

        (
            Want::Gone(leaving @ Leaving::Removed { deprovision: false }),
            Some(Status::Deprovisioned),
            _,
        ) => Row::of(&[Forget], leaving.reason()),
        // Never a delete: somebody is using it.
        (Want::Gone(leaving), Some(Status::Deprovisioned), Some(true)) => {
            Row::of(&[Disable], leaving.reason()).held(Disable, Blocker::EnabledOutside)
        }
        (Want::Gone(leaving), Some(Status::Deprovisioned), Some(false))
            if removal.action == RemoveAction::Delete && !leaving.only_forgets(removal) =>
        {
            Row::of(&[Action::Delete], leaving.reason())
        }
        (Want::Gone(_), Some(Status::Deprovisioned), _) => Row::none(Count::Nothing),

        // Nothing there is ours.
        (Want::Active | Want::Inactive, Some(Status::Unknown), _) => {
            Row { anew: true, ..row(want, None, live, removal) }
        }
        (Want::Gone(_), Some(Status::Unknown), _) => Row::none(Count::Nothing),
        (Want::Gone(_), Some(Status::Active | Status::Disabled), None) => {
            Row::of(&[Forget], Reason::AlreadyGone)
        }
        (Want::Gone(leaving), Some(Status::Active | Status::Disabled), Some(_))
            if leaving.only_forgets(removal) =>
        {
            Row::of(&[Forget], leaving.reason())
        }
        (Want::Gone(leaving), Some(Status::Active | Status::Disabled), Some(true)) => {
            Row::of(&[removal_step(removal)], leaving.reason())
        }
        (Want::Gone(leaving), Some(Status::Active | Status::Disabled), Some(false)) => {
            match removal.action {
                RemoveAction::Delete => Row::of(&[Action::Delete], leaving.reason()),
                RemoveAction::Disable => {
                    let mut row = Row::none(Count::Unchanged).learns(Status::Deprovisioned);
                    row.reason = Some(leaving.reason());
                    row
                }
            }
        }

        (Want::Inactive, Some(Status::Deprovisioned), None | Some(false)) => quiet(),
        (Want::Active, Some(Status::Deprovisioned), Some(false)) => {
            Row::of(&[Enable], Reason::EnabledAtSource).compares()
        }
        (Want::Active | Want::Inactive, Some(Status::Deprovisioned), _) => {
            Row { anew: true, ..row(want, None, live, removal) }
        }

        // Nobody asks for it and nothing is recorded: unmanaged, and no business of ours.
        (Want::Gone(_), None, _) => Row::none(Count::Nothing),
    }
}

/// The row of an account of which nobody can tell whether it is there, or which one it is: the step that is wanted
/// of it, for what blocks it.
#[allow(clippy::match_same_arms, reason = "each arm is a row of the documented table")]
pub(super) fn undecided(want: Want, state: Option<Status>, removal: Removal) -> Row {
    use Action::{Adopt, Disable, Enable, Forget, Update};
    match (want, state) {
        (Want::Paused, _) => Row::none(Count::Paused),
        (Want::Active | Want::Inactive, None) => Row::of(&[Adopt], Reason::AlreadyInAccount),
        (Want::Active, Some(Status::Active | Status::Pending | Status::Unknown)) => {
            Row::of(&[Update], Reason::AlreadyInAccount)
        }
        (Want::Active, Some(Status::Disabled | Status::Deprovisioned)) => {
            Row::of(&[Enable], Reason::EnabledAtSource)
        }
        (Want::Inactive, Some(Status::Active | Status::Pending | Status::Unknown)) => {
            Row::of(&[Disable], Reason::DisabledAtSource)
        }
        (Want::Inactive, Some(Status::Disabled | Status::Deprovisioned)) => {
            Row::of(&[Forget], Reason::AlreadyGone)
        }
        (Want::Gone(_), None) => Row::none(Count::Nothing),
        (Want::Gone(leaving), Some(_)) if leaving.only_forgets(removal) => {
            Row::of(&[Forget], leaving.reason())
        }
        (Want::Gone(leaving), Some(Status::Active | Status::Pending | Status::Unknown)) => {
            Row::of(&[removal_step(removal)], leaving.reason())
        }
        (Want::Gone(_), Some(Status::Disabled | Status::Deprovisioned)) => {
            Row::of(&[Forget], Reason::AlreadyGone)
        }
    }
}

fn removal_step(removal: Removal) -> Action {
    match removal.action {
        RemoveAction::Disable => Action::Disable,
        RemoveAction::Delete => Action::Delete,
    }
}

impl Leaving {
    fn reason(self) -> Reason {
        match self {
            Self::LeftRules => Reason::LeftRules,
            Self::RulesDeleted => Reason::RuleDeleted,
            Self::Removed { .. } => Reason::RemovedBlock,
        }
    }

    /// Whether the account is left alone and only its record goes.
    pub(super) fn only_forgets(self, removal: Removal) -> bool {
        match self {
            Self::LeftRules => false,
            Self::RulesDeleted => !removal.on_rule_deletion,
            Self::Removed { deprovision } => !deprovision,
        }
    }
}

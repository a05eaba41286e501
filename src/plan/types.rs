//! What a plan is made of. Data only: no text for people, no serde, nothing that must be decided later.

use std::fmt;
use std::sync::Arc;

pub use super::basis::{Basis, Between, Options, Revision};
use super::leavers::Leaver;
use crate::desired::Origin as Source;
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Address, Text};

pub use super::attribute_change::{AttributeChange, Origin};
pub use super::guard_report::{ByKind, GuardKind, GuardReport};

/// The list of changes that takes live to desired, each with its reason.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Whether every connection was planned, against a refreshed live account.
    pub complete: bool,
    /// Whether this is about the embedded sandbox.
    pub sandbox: bool,
    /// Whether pseudonyms stand for what is personal: to be read, not to be applied.
    pub redacted: bool,
    /// What the plan was made from.
    pub basis: Basis,
    /// Counts of steps and accounts.
    pub summary: Summary,
    /// Who left and can still sign in: the open ones only; sorted by address.
    pub leavers: Vec<Leaver>,
    /// One entry an account that has a step, run or blocked; sorted by address.
    pub changes: Vec<Change>,
    /// What only the state must learn; sorted by address.
    pub records: Vec<Record>,
    /// How far the guards are from tripping; sorted by connection, removals before deletes before
    /// privileges.
    pub guards: Vec<GuardReport>,
    /// What its apply will cost; sorted by connection.
    pub cost: Vec<Cost>,
    /// Live accounts that Enroll does not manage; filled only where they were asked for.
    pub unmanaged: Vec<Unmanaged>,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
}

/// Counts: steps that will run under their names, blocked steps, and accounts without either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Steps that will run.
    pub create: u64,
    /// Steps that will run.
    pub adopt: u64,
    /// Steps that will run.
    pub update: u64,
    /// Steps that will run.
    pub enable: u64,
    /// Steps that will run.
    pub disable: u64,
    /// Steps that will run.
    pub delete: u64,
    /// Steps that will run.
    pub forget: u64,
    /// Steps that won't run.
    pub blocked: u64,
    /// Managed accounts without a step.
    pub unchanged: u64,
    /// Live accounts that Enroll does not manage.
    pub unmanaged: u64,
    /// Created accounts that the service does not show yet.
    pub pending: u64,
    /// Accounts of paused rules and connections.
    pub paused: u64,
    /// People whose record can't be used, and who are left as they are.
    pub held: u64,
    /// Entries of `records`.
    pub records: u64,
    /// Accounts that somebody changed, switched on or off, or deleted in the service, whatever becomes of them.
    pub drifted: u64,
}

impl Summary {
    /// The counter of an action.
    pub fn count(&self, action: Action) -> u64 {
        match action {
            Action::Create => self.create,
            Action::Adopt => self.adopt,
            Action::Update => self.update,
            Action::Enable => self.enable,
            Action::Disable => self.disable,
            Action::Delete => self.delete,
            Action::Forget => self.forget,
        }
    }

    pub(super) fn add(&mut self, action: Action) {
        *match action {
            Action::Create => &mut self.create,
            Action::Adopt => &mut self.adopt,
            Action::Update => &mut self.update,
            Action::Enable => &mut self.enable,
            Action::Disable => &mut self.disable,
            Action::Delete => &mut self.delete,
            Action::Forget => &mut self.forget,
        } += 1;
    }

    /// Steps that will run, of all kinds.
    pub fn steps(&self) -> u64 {
        Action::ALL.iter().map(|action| self.count(*action)).sum()
    }
}

/// Everything that a plan says about one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which account.
    pub address: Address,
    /// The live user name where there is one, else the desired, else the recorded.
    pub user_name: Text,
    /// The service's id, where the account exists.
    pub id: Option<Text>,
    /// The steps that will run, in this order.
    pub actions: Vec<Action>,
    /// The steps that won't, and what blocks them.
    pub blocked: Vec<Blocked>,
    /// Why; for people only.
    pub reason: Reason,
    /// Where what the configuration asks for differs from what was written last; none where that is not known.
    pub causes: Vec<Cause>,
    /// The rules that select the account, or that owned it.
    pub rules: Vec<Text>,
    /// The address that the record had before.
    pub moved_from: Option<Address>,
    /// Where the person's record stands.
    pub source: Option<Source>,
    /// What changes, before and after.
    pub attributes: Vec<AttributeChange>,
}

impl Change {
    /// Whether somebody changed the account in the service: its values, its being on or off, or that it is there.
    pub fn is_drift(&self) -> bool {
        matches!(self.reason, Reason::Drifted | Reason::RemovedOutside)
            || self.attributes.iter().any(|attribute| attribute.origin == Origin::Drift)
    }
}

/// A place where something changed, so that an account is asked for differently than before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// The file, relative to the configuration's root; `None` where what moved stands in no file.
    pub file: Option<Arc<str>>,
    /// What changed there: `rule staff`, `local.title`, or columns of a person's record.
    pub what: Vec<Text>,
}

/// A step that won't run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The step.
    pub action: Action,
    /// What blocks it.
    pub by: Blocker,
}

/// What blocks a step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocker {
    /// `actions.create` is off.
    ActionsCreate,
    /// `actions.update` is off.
    ActionsUpdate,
    /// `actions.disable` is off.
    ActionsDisable,
    /// `actions.deprovision` is off.
    ActionsDeprovision,
    /// `guard.protect` names the account, or did while it was asked for.
    Protect,
    /// A rule's `prevent_removal`, now or while the account was asked for.
    PreventRemoval(Text),
    /// An owner or admin, whom the service does not let go over SCIM.
    Admin,
    /// The guard of privileges: more roles would be given or taken than may be.
    GuardPrivileges,
    /// Another account holds the address.
    UserNameTaken,
    /// Accounts want each other's addresses in a circle.
    RenameCycle,
    /// The service does not show the account yet.
    Pending,
    /// The service took the value without keeping it.
    Refused,
    /// Somebody switched the account off in the service.
    DisabledOutside,
    /// Somebody switched the account of a leaver on again in the service.
    EnabledOutside,
    /// Somebody deleted the account in the service.
    RemovedOutside,
    /// User name, given name and family name all changed at once.
    IdentityChange,
    /// Several live accounts have the address, and nothing tells who is meant: their ids, sorted.
    Ambiguous(Vec<Text>),
    /// The account is in no list, and reading it by its id told nothing either.
    Unproven,
}

impl Blocker {
    /// The live accounts that it could not choose between.
    pub fn ids(&self) -> &[Text] {
        if let Self::Ambiguous(ids) = self { ids } else { &[] }
    }
}

impl Blocker {
    /// Whether the connection's `actions` say so: its policy, with which nothing is wrong.
    pub fn is_policy(&self) -> bool {
        matches!(
            self,
            Self::ActionsCreate
                | Self::ActionsUpdate
                | Self::ActionsDisable
                | Self::ActionsDeprovision
        )
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ActionsCreate => "actions.create",
            Self::ActionsUpdate => "actions.update",
            Self::ActionsDisable => "actions.disable",
            Self::ActionsDeprovision => "actions.deprovision",
            Self::Protect => "guard.protect",
            Self::PreventRemoval(rule) => return write!(f, "rule.{rule}.prevent_removal"),
            Self::Admin => "admin",
            Self::GuardPrivileges => "guard.privileges",
            Self::UserNameTaken => "user_name_taken",
            Self::RenameCycle => "rename_cycle",
            Self::Pending => "pending",
            Self::Refused => "refused",
            Self::DisabledOutside => "disabled_outside",
            Self::EnabledOutside => "enabled_outside",
            Self::RemovedOutside => "removed_outside",
            Self::IdentityChange => "identity_change",
            Self::Ambiguous(_) => "ambiguous",
            Self::Unproven => "unproven",
        })
    }
}

/// Why an account is in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Asked for, and not there.
    NotInAccount,
    /// Asked for, and there already.
    AlreadyInAccount,
    /// Inactive at the source.
    DisabledAtSource,
    /// Active at the source again.
    EnabledAtSource,
    /// The source or the configuration says something else than before.
    AttributesChanged,
    /// Somebody changed the account in the service.
    Drifted,
    /// Somebody deleted the account in the service.
    RemovedOutside,
    /// Not asked for and not there any more.
    AlreadyGone,
    /// The rules exist and select the person no longer.
    LeftRules,
    /// The rules that owned the account are gone.
    RuleDeleted,
    /// A `removed` block names the account.
    RemovedBlock,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::NotInAccount,
        Self::AlreadyInAccount,
        Self::DisabledAtSource,
        Self::EnabledAtSource,
        Self::AttributesChanged,
        Self::Drifted,
        Self::RemovedOutside,
        Self::AlreadyGone,
        Self::LeftRules,
        Self::RuleDeleted,
        Self::RemovedBlock,
    ];

    /// The word in JSON and in the state.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotInAccount => "not_in_account",
            Self::AlreadyInAccount => "already_in_account",
            Self::DisabledAtSource => "disabled_at_source",
            Self::EnabledAtSource => "enabled_at_source",
            Self::AttributesChanged => "attributes_changed",
            Self::Drifted => "drifted",
            Self::RemovedOutside => "removed_outside",
            Self::AlreadyGone => "already_gone",
            Self::LeftRules => "left_rules",
            Self::RuleDeleted => "rule_deleted",
            Self::RemovedBlock => "removed_block",
        }
    }
}

/// What only the state must learn about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which account.
    pub address: Address,
    /// The address that the record had before.
    pub moved_from: Option<Address>,
    /// What is learnt, in the order of the enum.
    pub what: Vec<Learnt>,
}

/// One thing that the state learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Learnt {
    /// The owning rules.
    Rules,
    /// `protect` and `prevent_removal`.
    Flags,
    /// Active, disabled, deprovisioned.
    Status,
    /// The service's id.
    Id,
    /// A new address.
    Moved,
}

impl Learnt {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Flags => "flags",
            Self::Status => "status",
            Self::Id => "id",
            Self::Moved => "moved",
        }
    }
}

/// What an apply costs at one connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The connection.
    pub connection: Text,
    /// Requests for lists.
    pub list: u64,
    /// Requests for single accounts.
    pub read: u64,
    /// Requests that change something.
    pub write: u64,
    /// How long these take at the connection's pace, rounded up.
    pub seconds: u64,
}

/// A live account that Enroll does not manage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmanaged {
    /// The connection.
    pub connection: Text,
    /// The service's id.
    pub id: Text,
    /// Its user name.
    pub user_name: Text,
    /// Whether the person may sign in.
    pub active: bool,
}

impl Plan {
    /// Whether something that was asked for waits for somebody to act, so that a plan without work is no sign that
    /// all is well: a value that the service refused, or an address that two accounts have.
    pub fn waits(&self) -> bool {
        let blocked = self.changes.iter().flat_map(|change| &change.blocked);
        blocked
            .map(|blocked| &blocked.by)
            .any(|by| matches!(by, Blocker::Refused | Blocker::Ambiguous(_)))
    }

    /// Whether an apply would do or record anything.
    pub fn has_work(&self) -> bool {
        self.summary.steps() > 0 || !self.records.is_empty()
    }
}

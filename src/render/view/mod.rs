//! What there is to say about a plan, worked out once: the formats only lay it out.
//!
//! All text in it is safe for a terminal. What came from outside is marked as such, so that each
//! format can keep it from acting.

mod about;
mod entry;
mod group;

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::model::Action;
use crate::plan::{Change, Plan, Reason};

use super::phrase::Phrase;
use super::words;
pub(super) use about::{allowances, limit};
pub(super) use entry::{BlockedStep, Entry, What, Who};
pub(super) use group::{Group, Member, Part};

/// From so many entries on, what decides stands at the top.
const LARGE: usize = 20;

/// A plan for people.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Who left and can still sign in: how many, then each; empty where there are none.
    pub leavers: Leavers,
    /// What must be known before anything else: a sandbox, a plan that is not whole, allowances.
    pub notices: Vec<Notice>,
    /// How many of each, in the order of the last line.
    pub counts: Vec<Count>,
    /// Guards that tripped.
    pub guards: Vec<Phrase>,
    /// What lets them through.
    pub ways_out: Vec<Phrase>,
    /// Blocked steps by what blocks them.
    pub blocked: Vec<(String, u64)>,
    /// How many accounts were changed in the service; empty where none was.
    pub drift: String,
    /// Accounts that are left alone; empty where there are none.
    pub aside: String,
    /// What an apply costs, one phrase a connection.
    pub cost: Vec<Phrase>,
    /// The changes.
    pub sections: Vec<Section>,
    /// What only the state learns.
    pub records: Vec<Phrase>,
    /// Accounts that are not managed.
    pub unmanaged: Vec<Phrase>,
    /// Warnings and notes.
    pub findings: Vec<Finding>,
    /// The last line.
    pub headline: String,
    /// Whether there is so much that what decides must stand at the top.
    pub is_large: bool,
}

/// Who left and can still sign in.
#[derive(Clone, Debug, Default)]
pub(super) struct Leavers {
    /// `2 people who left can still sign in`; empty where there are none.
    pub headline: String,
    /// Who, since when, why.
    pub each: Vec<Phrase>,
    /// Whom the connection's actions leave as they are.
    pub stay: Vec<Phrase>,
}

/// Something that must be known first.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    /// What is said.
    pub said: Phrase,
    /// Whether it lets more happen than usual.
    pub is_alarming: bool,
}

/// How many steps of one kind there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    /// What is counted: a step's word, `blocked`, `unchanged`.
    pub word: &'static str,
    /// Its symbol; empty where it has none.
    pub symbol: &'static str,
    /// How many.
    pub number: u64,
}

/// Changes of one kind.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// Which kind.
    pub kind: Kind,
    /// Accounts, and groups of them.
    pub parts: Vec<Part>,
}

impl Section {
    /// How many accounts stand in it.
    pub(super) fn accounts(&self) -> usize {
        self.parts.iter().map(Part::accounts).sum()
    }
}

/// The kinds of changes, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Removals and downgrades.
    Removal,
    /// Roles that come or go, and new addresses of those who have them.
    Privilege,
    /// Changed in the service and set back.
    Drift,
    /// New accounts.
    Create,
    /// Accounts that come under management.
    Adopt,
    /// Accounts that are switched on.
    Enable,
    /// Accounts whose attributes change.
    Update,
    /// Steps that won't run, of accounts that lose nothing.
    Blocked,
}

impl Kind {
    /// What its section is called.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Removal => "Removals and downgrades",
            Self::Privilege => "Privileges",
            Self::Drift => "Drift to be reverted",
            Self::Create => "Create",
            Self::Adopt => "Adopt",
            Self::Enable => "Enable",
            Self::Update => "Update",
            Self::Blocked => "Blocked",
        }
    }

    fn of(change: &Change) -> Self {
        if change.actions.iter().any(|action| words::takes(*action)) {
            return Self::Removal;
        }
        if change.attributes.iter().any(|attribute| attribute.privilege) {
            return Self::Privilege;
        }
        if downgrades(change) {
            return Self::Removal;
        }
        match change.actions.first() {
            None => Self::Blocked,
            _ if !change.blocked.is_empty() => Self::Blocked,
            _ if change.reason == Reason::Drifted => Self::Drift,
            Some(Action::Create) => Self::Create,
            Some(Action::Adopt) => Self::Adopt,
            Some(Action::Enable) => Self::Enable,
            Some(Action::Update | Action::Disable | Action::Delete | Action::Forget) => {
                Self::Update
            }
        }
    }
}

fn downgrades(change: &Change) -> bool {
    change.actions.contains(&Action::Update)
        && change.attributes.iter().any(|change| change.is_downgrade() && !change.withheld)
}

/// A warning or a note.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, in one line.
    pub summary: String,
    /// `main.hcl:3:5`
    pub place: Option<String>,
    /// More about it, and the ways out.
    pub more: Vec<String>,
}

impl View {
    /// Works out what there is to say.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut by_kind: BTreeMap<Kind, Vec<&Change>> = BTreeMap::new();
        for change in &plan.changes {
            by_kind.entry(Kind::of(change)).or_default().push(change);
        }
        let section = |(kind, changes): (Kind, Vec<&Change>)| {
            let parts = if matches!(kind, Kind::Removal | Kind::Privilege) {
                // Each of them in full, however many there are.
                let one = |change| Part::One(Box::new(Entry::of(change)));
                changes.into_iter().map(one).collect()
            } else {
                group::fold(changes)
            };
            Section { kind, parts }
        };
        Self {
            leavers: about::leavers(plan),
            notices: about::notices(plan),
            counts: about::counts(plan),
            guards: about::guards(plan),
            ways_out: about::ways_out(plan),
            blocked: about::blocked(plan),
            drift: about::drift(plan),
            aside: about::aside(plan),
            cost: about::cost(plan),
            sections: by_kind.into_iter().map(section).collect(),
            records: plan.records.iter().map(about::record).collect(),
            unmanaged: plan.unmanaged.iter().map(about::unmanaged).collect(),
            findings: plan.diagnostics.iter().map(about::finding).collect(),
            headline: about::headline(plan),
            is_large: plan.changes.len() > LARGE,
        }
    }

    /// Findings alone, where no plan could be made.
    pub(super) fn findings(found: &[crate::diagnostic::Diagnostic]) -> Vec<Finding> {
        found.iter().map(about::finding).collect()
    }
}

//! Judges one account: its row of the table, how its attributes differ, and what blocks each step.

use std::collections::BTreeSet;

use super::attributes::{Comparison, Differences, is_another_person, new_user_name};
use super::matching::Subject;
use super::table::{Count, Leaving, Removal, Row, Want, row, undecided};
use super::types::{AttributeChange, Blocked, Blocker, Options};
use crate::desired::DesiredConnection;
use crate::live::{Account as Live, Live as Listing};
use crate::model::{
    Action, Address, Attribute, Dialect, License, RemoveAction, Text, UserType, Value, folded,
    same_address,
};
use crate::state::{Account as Known, Status};

/// What holds for every account of a connection.
pub(super) struct Policy<'a> {
    pub desired: &'a DesiredConnection,
    pub dialect: Dialect,
    pub options: &'a Options,
    /// Accounts without a record that Enroll had switched off.
    pub switched_off: &'a BTreeSet<Text>,
}

/// One account on its way to a change.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about the account")]
pub(super) struct Draft<'a> {
    pub subject: Subject<'a>,
    pub address: Address,
    pub live: Option<&'a Live>,
    pub want: Want,
    pub row: Row,
    /// Steps that will run.
    pub run: Vec<Action>,
    /// Steps that won't.
    pub blocked: Vec<Blocked>,
    /// What an update sets.
    pub update: Vec<AttributeChange>,
    /// What an update would set if nothing blocked it.
    pub withheld: Vec<AttributeChange>,
    /// What an enable gives back.
    pub given_back: Vec<AttributeChange>,
    /// A value is to be cleared that the dialect can't clear.
    pub uncleared: bool,
    /// What an enable that was broken off still owed has arrived meanwhile.
    pub paid_back: bool,
    /// Whether a create that nobody knows the outcome of leaves open whether the person can sign in.
    pub unproven: bool,
    /// The ids of several live accounts that have the address, sorted; empty where there is but one.
    pub twins: Vec<Text>,
    /// Whether the account is the one that the record names by its id.
    pub by_id: bool,
    /// Whether nothing tells which of them is meant.
    pub unclear: bool,
    /// Whether nobody knows what became of the account.
    pub unread: bool,
    /// Whether the service shows the account by its id only.
    pub hidden: bool,
    /// Whether `protect` covers the account.
    pub protected: bool,
    /// The rules that prevent its removal.
    pub prevented: Vec<Text>,
    /// The roles that are wanted and count, folded.
    pub privileges: BTreeSet<Text>,
}

impl<'a> Policy<'a> {
    /// Judges one subject. Who gets which address is settled later, over all of them.
    pub(super) fn judge(&self, subject: Subject<'a>, listing: &'a Listing) -> Draft<'a> {
        let accounts = listing.accounts();
        // One that is not there must not pass for somebody who is gone.
        let live = subject.live.map(|at| accounts.get(at).expect("matching found it in the list"));
        let want = self.want(&subject);
        let is_nobodys = subject.known.is_some_and(|known| is_nobodys(known, want, live));
        let status = subject.known.map(|known| known.status).filter(|_| !is_nobodys);
        let removal = self.removal(subject.known);
        let id = subject.known.and_then(|known| known.id.as_ref());
        let unread = live.is_none() && id.is_some_and(|id| listing.is_unread(id));
        let ids =
            subject.twins.iter().filter_map(|at| accounts.get(*at)).map(|live| live.id.clone());
        let twins: Vec<Text> = ids.collect();
        // Who is off already is meant by no other account of that address.
        let is_off = matches!(status, Some(Status::Disabled | Status::Deprovisioned));
        let unclear = live.is_none() && !twins.is_empty() && (want == Want::Active || !is_off);
        let mut row = if unread || unclear {
            undecided(want, status, removal)
        } else {
            row(want, status, live.map(|live| live.active), removal)
        };
        row.anew |= is_nobodys;
        if live.is_some_and(|live| self.is_off_by_us(subject.known, live)) {
            row.held = row.held.filter(|(_, by)| *by != Blocker::DisabledOutside);
        }
        if let (Want::Gone(_), Some(known), Some(live)) = (want, subject.known, live)
            && known.id.as_ref().is_some_and(|id| *id != live.id)
            && let Some(step) = row.steps.iter().find(|step| **step != Action::Forget)
        {
            // It has the address of who left, and is another account: perhaps another person's.
            row.held.get_or_insert((*step, Blocker::Unproven));
        }
        if self.is_left_to_a_paused_rule(&subject) {
            row = Row::none(Count::Nothing);
        }
        if subject.held {
            row.count = Count::Held;
        }
        let address = Address::new(self.desired.settings.name.clone(), subject.key.clone());
        let mut draft = Draft {
            hidden: live.is_some_and(|live| listing.is_hidden(&live.id)),
            by_id: subject.is_by_id(accounts),
            twins,
            unclear,
            unread,
            protected: self.protected(&subject, live),
            prevented: self.prevented(&subject),
            privileges: self.wanted_privileges(&subject),
            address,
            live,
            want,
            row,
            run: Vec::new(),
            blocked: Vec::new(),
            update: Vec::new(),
            withheld: Vec::new(),
            given_back: Vec::new(),
            uncleared: false,
            paid_back: false,
            unproven: self.is_unproven(&subject, want),
            subject,
        };
        hold_what_was_off(&mut draft);
        for action in draft.row.steps.clone() {
            match self.blocker(&draft, action) {
                Some(by) => draft.block(action, by),
                None => draft.run.push(action),
            }
        }
        free_the_seat_first(&mut draft);
        self.compare(&mut draft);
        // Said also where nothing is to be done: one of the accounts is not what it seems.
        let is_idle = draft.run.is_empty() && draft.blocked.is_empty();
        if is_idle && !draft.twins.is_empty() && matches!(draft.want, Want::Active | Want::Inactive)
        {
            draft.block(Action::Update, Blocker::Ambiguous(draft.twins.clone()));
        }
        draft
    }

    fn want(&self, subject: &Subject<'_>) -> Want {
        if subject.paused || !self.desired.settings.enabled {
            return Want::Paused;
        }
        match (subject.wanted, subject.known) {
            (Some(wanted), _) if wanted.active => Want::Active,
            (Some(_), _) => Want::Inactive,
            (None, Some(known)) if self.desired.removed.contains_key(subject.key) => {
                let asks = self.desired.removed.get(subject.key).is_some_and(|r| r.deprovision);
                // An account that no rule ever owned is only ever forgotten.
                Want::Gone(Leaving::Removed { deprovision: asks && !known.rules.is_empty() })
            }
            (None, Some(known))
                if known.rules.iter().any(|rule| self.desired.rules.contains_key(rule)) =>
            {
                Want::Gone(Leaving::LeftRules)
            }
            (None, _) => Want::Gone(Leaving::RulesDeleted),
        }
    }

    pub(super) fn removal(&self, known: Option<&Known>) -> Removal {
        let actions = &self.desired.settings.actions;
        // What was deleted and is still there is not deleted every night.
        let deleted = known.and_then(|known| known.left.as_ref()).is_some_and(|left| left.deleted);
        Removal {
            action: if deleted { RemoveAction::Disable } else { actions.remove_action },
            // An account that no rule ever owned is only ever forgotten.
            on_rule_deletion: actions.deprovision_on_rule_deletion
                && known.is_some_and(|known| !known.rules.is_empty()),
        }
    }

    /// Whether Enroll itself had switched off an account that it has no record of, or had deleted it where the
    /// service then only switches off.
    fn is_off_by_us(&self, known: Option<&Known>, live: &Live) -> bool {
        let deleted = |known: &Known| {
            known.id.as_ref() == Some(&live.id) && known.left.as_ref().is_some_and(|l| l.deleted)
        };
        !live.active && (self.switched_off.contains(&live.id) || known.is_some_and(deleted))
    }

    /// Whether somebody left a rule that is paused now. Such a rule holds nobody who has left, and takes nothing from
    /// anybody either.
    fn is_left_to_a_paused_rule(&self, subject: &Subject<'_>) -> bool {
        let paused = |rule: &Text| self.desired.rules.get(rule).is_some_and(|rule| rule.paused);
        let left = |known: &&Known| known.status == Status::Deprovisioned;
        subject.wanted.is_none()
            && !self.desired.removed.contains_key(subject.key)
            && subject.known.filter(left).is_some_and(|known| known.rules.iter().any(paused))
    }

    /// Whether an account that should be off may be there by a create that nobody knows the outcome of, and the
    /// connection's actions would let it be switched off.
    fn is_unproven(&self, subject: &Subject<'_>, want: Want) -> bool {
        let actions = &self.desired.settings.actions;
        let wants_off = match want {
            Want::Gone(leaving) => {
                actions.deprovision && !leaving.only_forgets(self.removal(subject.known))
            }
            Want::Inactive => actions.update && actions.disable,
            Want::Active | Want::Paused => false,
        };
        wants_off && subject.known.is_some_and(|known| known.status == Status::Unknown)
    }

    fn protected(&self, subject: &Subject<'_>, live: Option<&Live>) -> bool {
        let names = [
            subject.wanted.map(|wanted| &wanted.user_name),
            subject.known.map(|known| &known.user_name),
            live.map(|live| &live.user_name),
        ];
        let listed = &self.desired.settings.guard.protect;
        let is_listed = |name: &Text| {
            let name = folded(name);
            listed.binary_search_by(|listed| listed.as_str().cmp(&name)).is_ok()
        };
        let now = !listed.is_empty() && names.into_iter().flatten().any(is_listed);
        // Remembered while nobody asks for the account, so that deleting the line lifts nothing.
        now || subject.wanted.is_none() && subject.known.is_some_and(|known| known.protect)
    }

    fn prevented(&self, subject: &Subject<'_>) -> Vec<Text> {
        let remembered = subject.known.map(|known| &known.prevent_removal);
        let Some(wanted) = subject.wanted else {
            return remembered.cloned().unwrap_or_default();
        };
        let mut rules = wanted.owner.prevent_removal.clone();
        // A paused rule is not evaluated, but it keeps what it owns, with its flags.
        let paused = |rule: &&Text| self.desired.rules.get(*rule).is_some_and(|rule| rule.paused);
        rules.extend(remembered.into_iter().flatten().filter(paused).cloned());
        rules.sort();
        rules.dedup();
        rules
    }

    /// What blocks a step of the table, the first in the order of the documentation.
    fn blocker(&self, draft: &Draft<'_>, action: Action) -> Option<Blocker> {
        let allowed = &self.desired.settings.actions;
        let removal = matches!(draft.want, Want::Gone(_));
        let taken = draft.subject.recycled.is_some();
        let undecided = draft.undecided(action);
        let switch = match action {
            Action::Adopt | Action::Forget => return undecided,
            Action::Create => (!allowed.create).then_some(Blocker::ActionsCreate),
            Action::Enable | Action::Update => (!allowed.update).then_some(Blocker::ActionsUpdate),
            Action::Disable | Action::Delete if removal => {
                (!allowed.deprovision).then_some(Blocker::ActionsDeprovision)
            }
            Action::Disable | Action::Delete if !allowed.update => Some(Blocker::ActionsUpdate),
            Action::Disable | Action::Delete => {
                (!allowed.disable).then_some(Blocker::ActionsDisable)
            }
        };
        let removes = matches!(action, Action::Disable | Action::Delete);
        let prevented = || draft.prevented.first().cloned().map(Blocker::PreventRemoval);
        switch
            .or(undecided)
            .or_else(|| draft.protected.then_some(Blocker::Protect))
            .or_else(|| removes.then(prevented).flatten())
            .or_else(|| (removes && draft.is_admin()).then_some(Blocker::Admin))
            .or_else(|| taken.then_some(Blocker::UserNameTaken))
            .or_else(|| self.was_turned_down(draft, action).then_some(Blocker::Refused))
            .or_else(|| {
                let (held, by) = draft.row.held.clone()?;
                let confirmed = by != Blocker::Pending && self.confirmed(draft);
                (held == action && !confirmed).then_some(by)
            })
    }

    /// Whether the service has refused to create this very account before: of this address, and where it answered
    /// that it refuses what was sent, with the same values.
    fn was_turned_down(&self, draft: &Draft<'_>, action: Action) -> bool {
        let known = draft.subject.known.filter(|known| known.is_refused());
        let (Some(wanted), Some(known)) = (draft.subject.wanted, known) else { return false };
        let answered = known.refused.values().any(|refused| refused.status.is_some());
        let same_values = || {
            let sent = known.refused.iter().filter(|(a, _)| **a != Attribute::UserName);
            let sent = sent.map(|(attribute, refused)| (*attribute, &refused.desired));
            sent.eq(wanted.values.iter().filter(|(_, value)| !value.is_empty()))
        };
        action == Action::Create
            && !self.options.retry_refused
            && same_address(&wanted.user_name, &known.user_name)
            && (!answered || same_values())
    }

    /// Whether somebody confirmed the account's blocked step.
    fn confirmed(&self, draft: &Draft<'_>) -> bool {
        let names = [
            draft.subject.wanted.map(|wanted| wanted.user_name.as_str()),
            draft.subject.known.map(|known| known.user_name.as_str()),
        ];
        self.options
            .confirm
            .iter()
            .any(|who| who.matches(&draft.address, names.into_iter().flatten()))
    }

    fn compare(&self, draft: &mut Draft<'_>) {
        let (Some(wanted), Some(live)) = (draft.subject.wanted, draft.live) else { return };
        if !draft.row.compares {
            return;
        }
        let comparison = Comparison {
            wanted,
            known: draft.subject.known.filter(|_| !draft.row.anew),
            live,
            dialect: &self.dialect,
            retry_refused: self.options.retry_refused,
        };
        if draft.row.steps.contains(&Action::Enable) {
            draft.given_back = comparison.given_back();
        }
        let Differences { mut changes, mut refused, uncleared } = comparison.differences();
        self.mark_privileges(draft, &mut changes);
        self.mark_privileges(draft, &mut refused);
        draft.uncleared = uncleared;
        if comparison.known.is_some_and(Known::is_owed) && wanted.active && live.active {
            let known = |a: &AttributeChange| {
                changes.iter().chain(&refused).any(|c| c.place() == a.place())
            };
            let owed: Vec<_> =
                comparison.given_back().into_iter().filter(|back| !known(back)).collect();
            draft.paid_back =
                owed.is_empty() && changes.iter().all(|c| !c.attribute.goes_with_active());
            changes.extend(owed);
            changes.sort_by(|a, b| a.place().cmp(&b.place()));
        }
        if !changes.is_empty() {
            if let Some(by) = self.update_blocker(draft, &changes) {
                draft.block(Action::Update, by);
                draft.withheld.append(&mut changes);
            } else if let Some(rule) = draft.prevented.first().cloned() {
                let (mut held, free) = changes.into_iter().partition(AttributeChange::is_downgrade);
                changes = free;
                if !Vec::is_empty(&held) {
                    draft.block(Action::Update, Blocker::PreventRemoval(rule));
                    draft.withheld.append(&mut held);
                }
            }
        }
        if !refused.is_empty() {
            if draft.withheld.is_empty() || !changes.is_empty() {
                draft.block(Action::Update, Blocker::Refused);
            }
            draft.withheld.extend(refused);
        }
        draft.update = changes;
    }

    /// What blocks an update whole.
    fn update_blocker(&self, draft: &Draft<'_>, changes: &[AttributeChange]) -> Option<Blocker> {
        let renames = new_user_name(changes).is_some();
        let another = || {
            let known = draft.subject.known.filter(|_| !draft.row.anew);
            renames
                && draft.subject.wanted.zip(known).is_some_and(|(w, k)| is_another_person(w, k))
                && !self.confirmed(draft)
        };
        self.blocker(draft, Action::Update)
            .or_else(|| (renames && draft.is_admin()).then_some(Blocker::Admin))
            .or_else(|| another().then_some(Blocker::IdentityChange))
    }
}

/// Whether a record says nothing of the live account: it owns nothing, or who has left and comes back has another
/// account there now, or one that Enroll deleted.
fn is_nobodys(known: &Known, want: Want, live: Option<&Live>) -> bool {
    let comes_back = matches!(want, Want::Active | Want::Inactive);
    let is_other = || live.is_some_and(|live| known.id.as_ref() != Some(&live.id));
    let deleted = || known.left.as_ref().is_some_and(|left| left.deleted);
    let left = known.status == Status::Deprovisioned && comes_back && (is_other() || deleted());
    known.owns_nothing() || left
}

/// An active licensed account that goes is disabled first: that frees its seat for a create,
/// while deletes come last. Of keys, what was written counts: whether somebody looked must not show.
fn free_the_seat_first(draft: &mut Draft<'_>) {
    let seat = |live: &Live| {
        live.values.text(Attribute::UserType).map(UserType::of).is_some_and(|t| t.is_lost_to(None))
    };
    let written = draft.subject.known.and_then(|k| k.written.get(Attribute::Licenses));
    let bundle = matches!(written, Some(Value::Map(map)) if map.iter().any(|(key, value)| {
        License::of(key).is_guarded() && !License::of(key).is_off(value)
    }));
    let licensed = draft.live.is_some_and(|live| live.active && (bundle || seat(live)));
    if licensed && draft.run == [Action::Delete] {
        draft.run.insert(0, Action::Disable);
    }
}

/// An account that somebody else had switched off when it left is not switched on unasked.
fn hold_what_was_off(draft: &mut Draft<'_>) {
    let known = draft.subject.known;
    let off_before = known.and_then(|known| known.left.as_ref()).is_some_and(|l| l.off_before);
    if off_before && draft.row.steps.contains(&Action::Enable) {
        draft.row.held.get_or_insert((Action::Enable, Blocker::DisabledOutside));
    }
}

impl Draft<'_> {
    pub(super) fn block(&mut self, action: Action, by: Blocker) {
        self.blocked.push(Blocked { action, by });
    }

    /// The live user name where there is one, else the desired, else the recorded.
    pub(super) fn user_name(&self) -> Text {
        let Subject { wanted, known, .. } = &self.subject;
        let live = self.live.map(|live| &live.user_name);
        live.or(wanted.map(|wanted| &wanted.user_name))
            .or(known.map(|known| &known.user_name))
            .cloned()
            .unwrap_or_default()
    }

    /// What blocks a step because nobody can tell whom it would be about. An account that the record names by its
    /// id may be removed, whoever else has its address.
    fn undecided(&self, action: Action) -> Option<Blocker> {
        if self.unread {
            return Some(Blocker::Unproven);
        }
        let removes = matches!(action, Action::Disable | Action::Delete);
        let told = removes && self.by_id || action == Action::Forget && !self.unclear;
        let ambiguous = !self.twins.is_empty() && !told;
        ambiguous.then(|| Blocker::Ambiguous(self.twins.clone()))
    }

    pub(super) fn is_admin(&self) -> bool {
        self.live.and_then(|live| live.admin) == Some(true)
    }

    /// Whether nothing is to be done and the state has nothing to learn. In most plans that is nearly
    /// everybody, so it is told without a copy of the record.
    pub(super) fn is_settled(&self) -> bool {
        let idle = self.run.is_empty() && self.blocked.is_empty() && self.update.is_empty();
        let (Some(known), Some(wanted)) = (self.subject.known, self.subject.wanted) else {
            return false;
        };
        idle && !self.row.anew
            && self.row.learns.is_none()
            && !self.paid_back
            && self.subject.moved_from.is_none()
            && known.rules == wanted.owner.rules
            && known.protect == self.protected
            && known.prevent_removal == self.prevented
            && known.leaver.is_none()
            && self.live.is_none_or(|live| {
                known.id.as_ref() == Some(&live.id) && known.hidden == self.hidden
            })
    }

    /// The name that the account gets, if it is to be renamed.
    pub(super) fn renames_to(&self) -> Option<&Text> {
        new_user_name(&self.update)
    }

    /// Gives the update up.
    pub(super) fn withhold_update(&mut self, by: Blocker) {
        self.block(Action::Update, by);
        let update = std::mem::take(&mut self.update);
        self.withheld.extend(update);
    }

    /// Whether a step is planned that takes something from the person.
    pub(super) fn removes(&self) -> bool {
        self.run.iter().any(|a| matches!(a, Action::Disable | Action::Delete | Action::Forget))
            || self.downgrades()
    }

    /// Whether an update is planned that takes a licence away.
    pub(super) fn downgrades(&self) -> bool {
        self.update.iter().any(AttributeChange::is_downgrade)
    }

    /// Whether the account counts among the state's active ones.
    pub(super) fn was_active(&self) -> bool {
        self.subject.known.is_some_and(|known| known.status == Status::Active)
    }
}

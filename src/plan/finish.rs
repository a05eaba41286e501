//! Turns a judged account into its entry of the plan and into the work that carries it out.

use super::attributes::Comparison;
use super::causes::{is_literal, mapped};
use super::draft::{Draft, Policy};
use super::listed::listed;
use super::sends::{self, Steps};
use super::table::{Leaving, Want};
use super::types::{AttributeChange, Change, Learnt, Origin, Reason, Record};
use super::work::{Effect, Operation, Phase, Step, Task};
use crate::desired::Origin as Source;
use crate::model::{
    Action, Address, Attribute, AttributeSet, Dialect, License, NewAccount, Text, Update, Value,
    Values,
};
use crate::state::{Account as Known, Kept, Left, Provenance, Status};

/// What becomes of one account.
#[derive(Debug, Default)]
pub(super) struct Finished {
    pub change: Option<Change>,
    pub record: Option<Record>,
    pub effects: Vec<Effect>,
    pub quiet: Option<Effect>,
    pub task: Option<Task>,
}

impl Policy<'_> {
    /// Finishes a draft whose rename, if any, has settled at `depth`.
    pub(super) fn finish(&self, draft: &Draft<'_>, depth: Option<u32>) -> Finished {
        if draft.is_settled() {
            return Finished::default();
        }
        let learnt = self.learn(draft);
        let mut finished = Finished::default();
        if let Some((record, _)) = &learnt {
            finished.effects = effects(draft, record);
            finished.record = record_of(draft, record);
            if finished.record.is_none() {
                finished.effects.clear();
            }
        }
        let mut run = draft.run.clone();
        if !draft.update.is_empty() {
            run.push(Action::Update);
            run.sort();
        }
        if !run.is_empty() || !draft.blocked.is_empty() {
            finished.change = Some(self.change(draft, run));
        }
        let mut base = learnt.map(|(record, _)| record).or_else(|| draft.subject.known.cloned());
        if let Some(known) = draft.subject.known
            && draft.want != Want::Paused
        {
            let leaver = draft.leaver();
            for record in finished.effects.iter_mut().filter_map(|e| e.record.as_mut()) {
                record.leaver.clone_from(&leaver);
            }
            if let Some(base) = &mut base {
                base.leaver.clone_from(&leaver);
            }
            let is_hidden = base.as_ref().map_or(known.hidden, |base| base.hidden);
            let differs = leaver.is_some() != known.leaver.is_some() || is_hidden != known.hidden;
            if differs && !draft.run.contains(&Action::Forget) && finished.effects.is_empty() {
                let address = draft.address.clone();
                finished.quiet = Some(Effect { address, record: base.clone() });
            }
        }
        let steps = self.steps(draft, depth, base.clone());
        if !steps.is_empty() {
            finished.task = Some(Task {
                address: draft.address.clone(),
                user_name: draft.user_name(),
                id: draft.live.map(|live| live.id.clone()),
                base,
                after: None,
                steps,
            });
        }
        finished
    }

    fn change(&self, draft: &Draft<'_>, actions: Vec<Action>) -> Change {
        let mut blocked = draft.blocked.clone();
        blocked.sort_by(|a, b| a.action.cmp(&b.action).then_with(|| a.by.cmp(&b.by)));
        let mut attributes = listed(draft);
        let all_drift = attributes.iter().all(|change| change.origin == Origin::Drift);
        let of_update = if all_drift { Reason::Drifted } else { Reason::AttributesChanged };
        let subject = &draft.subject;
        let rules = match (draft.want, subject.wanted, subject.known) {
            (Want::Gone(Leaving::LeftRules), None, Some(known)) => known
                .rules
                .iter()
                .filter(|rule| self.desired.rules.contains_key(*rule))
                .cloned()
                .collect(),
            (_, Some(_), _) => self.owners(draft),
            (_, None, known) => known.map(|known| known.rules.clone()).unwrap_or_default(),
        };
        let mut causes = Vec::new();
        if let Some(wanted) = subject.wanted {
            if let Some(known) = subject.known.filter(|_| !draft.row.anew) {
                causes = super::causes::causes(
                    &self.desired.rules,
                    (wanted, &rules),
                    known,
                    &attributes,
                );
            }
            for change in &mut attributes {
                change.literal = is_literal(&self.desired.rules, wanted, change.attribute);
            }
        }
        Change {
            address: draft.address.clone(),
            user_name: draft.user_name(),
            id: draft
                .live
                .map(|live| live.id.clone())
                .or_else(|| subject.known.and_then(|known| known.id.clone())),
            actions,
            blocked,
            reason: draft.row.reason.unwrap_or(of_update),
            causes,
            rules,
            moved_from: moved_from(draft),
            source: subject.wanted.map(|wanted| wanted.origin.clone()).or_else(|| {
                let removed = self.desired.removed.get(subject.key)?;
                Some(Source { file: removed.place.file.clone(), line: removed.place.line })
            }),
            attributes,
        }
    }

    /// The rules that own a desired account: those that select it, and paused ones that did.
    fn owners(&self, draft: &Draft<'_>) -> Vec<Text> {
        let Some(wanted) = draft.subject.wanted else { return Vec::new() };
        let mut rules = wanted.owner.rules.clone();
        if let Some(known) = draft.subject.known {
            let paused = |rule: &&Text| self.desired.rules.get(*rule).is_some_and(|r| r.paused);
            rules.extend(known.rules.iter().filter(paused).cloned());
            rules.sort();
            rules.dedup();
        }
        rules
    }

    /// What the record becomes before any step runs, and whether there was one before.
    fn learn(&self, draft: &Draft<'_>) -> Option<(Known, bool)> {
        let known = draft.subject.known.filter(|_| draft.want != Want::Paused)?;
        let mut record = known.clone();
        if draft.row.anew {
            // Replaced as a whole by the step; only its key may have to move before.
            return draft.subject.moved_from.map(|_| (record, true));
        }
        if draft.subject.wanted.is_some() {
            record.rules = self.owners(draft);
            record.protect = draft.protected;
            record.prevent_removal.clone_from(&draft.prevented);
        }
        if draft.paid_back {
            record.kept = None;
        }
        if let Some(live) = draft.live {
            record.id = Some(live.id.clone());
            record.hidden = draft.hidden;
        }
        if let Some(status) = draft.row.learns {
            record.status = status;
            if matches!(status, Status::Disabled | Status::Deprovisioned) {
                forget_unreadable(&mut record);
            }
            if status == Status::Deprovisioned {
                let ours = known.status == Status::Disabled && known.kept.is_some();
                record.left = Some(left(draft, !ours));
            } else if status == Status::Active {
                record.kept = None;
            }
        }
        Some((record, true))
    }

    fn steps(&self, draft: &Draft<'_>, depth: Option<u32>, base: Option<Known>) -> Vec<Step> {
        let mut steps = Steps { list: Vec::new(), record: base };
        let rename = depth.map(Phase::Rename);
        let removal = matches!(draft.want, Want::Gone(_));
        for action in &draft.run {
            match action {
                Action::Create => self.create(draft, &mut steps),
                Action::Adopt => {
                    steps.record = Some(self.adopted(draft));
                    steps.push(Action::Adopt, Phase::State, Operation::Record);
                }
                Action::Forget => {
                    steps.record = None;
                    steps.push(Action::Forget, Phase::State, Operation::Record);
                }
                Action::Disable => {
                    let last = removal && !draft.run.contains(&Action::Delete);
                    if let Some(record) = &mut steps.record {
                        forget_unreadable(record);
                        record.status = if last { Status::Deprovisioned } else { Status::Disabled };
                        record.kept = Some(kept(draft));
                        record.left = last.then(|| left(draft, false));
                        record.leaver = None;
                        record.version = None;
                    }
                    steps.push(Action::Disable, Phase::Free, Operation::Disable);
                }
                Action::Enable => {
                    let phase = rename.unwrap_or(Phase::Update);
                    let update = update_of(&draft.given_back);
                    if let Some(record) = &mut steps.record {
                        record.status = Status::Active;
                        record.kept = None;
                        record.left = None;
                        record.hidden = false;
                        record.version = None;
                        remember(record, draft, &draft.given_back);
                    }
                    steps.push(Action::Enable, phase, Operation::Enable(update));
                }
                Action::Delete => {
                    steps.record = None;
                    steps.push(Action::Delete, Phase::Delete, Operation::Delete);
                }
                Action::Update => {}
            }
        }
        self.update(draft, rename, &mut steps);
        steps.list.sort_by_key(|step| step.phase);
        steps.list
    }

    fn create(&self, draft: &Draft<'_>, steps: &mut Steps) {
        let Some(wanted) = draft.subject.wanted else { return };
        let values: Values = wanted
            .values
            .iter()
            .filter(|(attribute, value)| !value.is_empty() && self.dialect.knows(*attribute))
            .map(|(attribute, value)| (attribute, value.clone()))
            .collect();
        steps.record = Some(Known {
            id: None,
            user_name: wanted.user_name.clone(),
            // Whether the service shows it is seen afterwards; a kill in between must not make it active.
            status: if self.dialect.may_pend { Status::Pending } else { Status::Active },
            provenance: Provenance::Created,
            rules: self.owners(draft),
            protect: draft.protected,
            prevent_removal: draft.prevented.clone(),
            written: wanted.values.clone(),
            mapped: mapped(&self.desired.rules, wanted, None, AttributeSet::default()),
            ..blank()
        });
        let new = NewAccount { user_name: wanted.user_name.clone(), values };
        let sends = sends::of_create(&new);
        steps.push_sending(Action::Create, Phase::Create, Operation::Create(new), sends);
    }

    fn adopted(&self, draft: &Draft<'_>) -> Known {
        let mut record = blank();
        record.rules = self.owners(draft);
        record.protect = draft.protected;
        record.prevent_removal.clone_from(&draft.prevented);
        record.status = draft.row.learns.unwrap_or(Status::Active);
        record.provenance = match draft.subject.known {
            Some(known) if draft.row.anew => known.provenance,
            Some(_) | None => Provenance::Adopted,
        };
        // Until the enable has come through it is off, as Enroll left it or somebody confirmed.
        if draft.run.contains(&Action::Enable) {
            record.status = Status::Disabled;
            record.kept = Some(Kept::default());
        }
        if let (Some(live), Some(wanted)) = (draft.live, draft.subject.wanted) {
            record.id = Some(live.id.clone());
            record.user_name = live.user_name.clone();
            let dialect = &self.dialect;
            let comparison =
                Comparison { wanted, known: None, live, dialect, retry_refused: false };
            let (written, all_seen) = comparison.satisfied();
            record.written = written;
            record.version = live.version.clone().filter(|_| all_seen);
            // What is not as wanted yet is not written yet.
            let owed = wanted.values.iter().map(|(attribute, _)| attribute);
            let owed = owed.filter(|attribute| record.written.get(*attribute).is_none()).collect();
            record.mapped = mapped(&self.desired.rules, wanted, None, owed);
        }
        record
    }

    /// An update goes out at once, unless it both frees a seat and waits for an address or a seat.
    fn update(&self, draft: &Draft<'_>, rename: Option<Phase>, steps: &mut Steps) {
        if draft.update.is_empty() {
            return;
        }
        let (frees, rest): (Vec<_>, Vec<_>) =
            draft.update.iter().cloned().partition(AttributeChange::is_downgrade);
        let later = rename.unwrap_or(Phase::Update);
        // Whoever gets one licence for another waits for the seats that this phase frees.
        let waits = rename.is_some() || rest.iter().any(AttributeChange::is_upgrade);
        let parts = match (frees.is_empty(), waits) {
            (false, true) => vec![(Phase::Free, frees), (later, rest)],
            (false, false) => vec![(Phase::Free, draft.update.clone())],
            (true, _) => vec![(later, draft.update.clone())],
        };
        let mut owed: Vec<Attribute> =
            draft.update.iter().chain(&draft.withheld).map(|change| change.attribute).collect();
        for (phase, changes) in parts {
            owed.retain(|attribute| changes.iter().all(|change| change.attribute != *attribute));
            let update = update_of(&changes);
            if let Some(record) = &mut steps.record {
                if let Some(name) = &update.user_name {
                    record.user_name = name.clone();
                }
                if let (Some(wanted), Some(live)) = (draft.subject.wanted, draft.live) {
                    let dialect: &Dialect = &self.dialect;
                    let comparison =
                        Comparison { wanted, known: None, live, dialect, retry_refused: false };
                    for (attribute, value) in comparison.satisfied().0.iter() {
                        record.written.merge(attribute, value.clone());
                    }
                }
                remember(record, draft, &changes);
                if let Some(wanted) = draft.subject.wanted {
                    let owed = owed.iter().copied().collect();
                    let before = record.mapped.as_ref();
                    record.mapped = mapped(&self.desired.rules, wanted, before, owed);
                }
                if record.is_owed() {
                    record.kept = None;
                }
                record.version = None;
            }
            let sends = sends::of_update(&changes);
            steps.push_sending(Action::Update, phase, Operation::Update(update), sends);
        }
    }
}

/// The entry of `records`: what differs from what the state holds.
fn record_of(draft: &Draft<'_>, record: &Known) -> Option<Record> {
    let known = draft.subject.known?;
    let mut what = Vec::new();
    if record.rules != known.rules {
        what.push(Learnt::Rules);
    }
    if (record.protect, &record.prevent_removal) != (known.protect, &known.prevent_removal) {
        what.push(Learnt::Flags);
    }
    if record.status != known.status || record.kept != known.kept {
        what.push(Learnt::Status);
    }
    if record.id != known.id {
        what.push(Learnt::Id);
    }
    if draft.subject.moved_from.is_some() {
        what.push(Learnt::Moved);
    }
    // What goes as a whole in this plan has nothing to learn, except under which key it goes.
    let goes = draft.subject.moved_from.is_none()
        && (draft.run.contains(&Action::Forget) || draft.run.contains(&Action::Create));
    (!what.is_empty() && !goes).then(|| Record {
        address: draft.address.clone(),
        moved_from: moved_from(draft),
        what,
    })
}

/// Values that are managed count as written from now on; given back ones that are not managed don't.
fn remember(record: &mut Known, draft: &Draft<'_>, changes: &[AttributeChange]) {
    for change in changes {
        let managed = draft.subject.wanted.and_then(|wanted| {
            let value = wanted.values.get(change.attribute)?;
            change.key.as_ref().map_or(Some(()), |key| value.license(key).map(|_| ()))
        });
        match (&change.key, &change.after) {
            (Some(key), after) => {
                record.accept_license(key);
                let license = after.as_ref().and_then(Value::as_license);
                if let (Some(()), Some(after)) = (managed, license) {
                    record.written.set_license(key.clone(), after);
                }
            }
            (None, after) => {
                record.refused.remove(&change.attribute);
                if let (Some(()), Some(after)) = (managed, after) {
                    record.written.set(change.attribute, after.clone());
                }
            }
        }
    }
}

fn update_of(changes: &[AttributeChange]) -> Update {
    let mut update = Update::default();
    for change in changes {
        match (change.attribute, &change.key, &change.after) {
            (Attribute::UserName, _, Some(Value::Text(name))) => {
                update.user_name = Some(name.clone());
            }
            (_, Some(key), Some(value)) => {
                if let Some(license) = value.as_license() {
                    update.values.set_license(key.clone(), license);
                }
            }
            (attribute, None, Some(value)) => {
                update.values.set(attribute, value.clone());
            }
            (_, _, None) => {}
        }
    }
    update
}

fn effects(draft: &Draft<'_>, record: &Known) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(from) = moved_from(draft) {
        effects.push(Effect { address: from, record: None });
    }
    effects.push(Effect { address: draft.address.clone(), record: Some(record.clone()) });
    effects
}

fn moved_from(draft: &Draft<'_>) -> Option<Address> {
    let key = draft.subject.moved_from?;
    Some(Address::new(draft.address.connection.clone(), key.clone()))
}

fn kept(draft: &Draft<'_>) -> Kept {
    let value = |attribute| draft.live.and_then(|live| live.values.get(attribute)).cloned();
    Kept { user_type: value(Attribute::UserType), licenses: value(Attribute::Licenses) }
}

/// A disable takes every licence, and nobody can look which of these are still there: each goes out again.
fn forget_unreadable(record: &mut Known) {
    record.written.retain_licenses(|key| !License::of(key).write_only);
}

fn left(draft: &Draft<'_>, off_before: bool) -> Left {
    let reason = draft.row.reason.map_or("", Reason::word).into();
    Left { at: None, reason, off_before, deleted: false }
}

fn blank() -> Known {
    Known {
        id: None,
        user_name: Text::default(),
        status: Status::Active,
        provenance: Provenance::Created,
        rules: Vec::new(),
        protect: false,
        prevent_removal: Vec::new(),
        written: Values::new(),
        refused: std::collections::BTreeMap::new(),
        kept: None,
        left: None,
        leaver: None,
        version: None,
        hidden: false,
        updated: None,
        mapped: None,
    }
}

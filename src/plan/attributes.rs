//! Which attributes differ, and who moved.

use super::types::{AttributeChange, Origin};
use crate::desired::Account as Wanted;
use crate::live::{Account as Live, Known as Seen};
use crate::model::{Attribute, Dialect, Text, Value, Values, same_address};
use crate::state::Account as Known;

/// How a desired account and a live one differ.
#[derive(Clone, Debug, Default)]
pub(super) struct Differences {
    /// What an update would set.
    pub changes: Vec<AttributeChange>,
    /// What it would set if the service had not refused that value before.
    pub refused: Vec<AttributeChange>,
    /// Whether a value is to be cleared that the dialect can't clear.
    pub uncleared: bool,
}

/// What decides whether attributes count.
pub(super) struct Comparison<'a> {
    pub wanted: &'a Wanted,
    /// `None` where the account is adopted, or treated as one without a record.
    pub known: Option<&'a Known>,
    pub live: &'a Live,
    pub dialect: &'a Dialect,
    pub retry_refused: bool,
}

impl Comparison<'_> {
    /// Compares every managed attribute except `active`.
    pub(super) fn differences(&self) -> Differences {
        let mut found = Differences::default();
        self.user_name(&mut found);
        for (attribute, desired) in self.wanted.values.iter() {
            self.attribute(attribute, desired, &mut found);
        }
        found.changes.sort_by_key(|change| change.attribute);
        found
    }

    fn ignores(&self, attribute: Attribute) -> bool {
        self.wanted.owner.ignore_changes.contains(attribute)
    }

    fn user_name(&self, found: &mut Differences) {
        let (wanted, live) = (&self.wanted.user_name, &self.live.user_name);
        if self.ignores(Attribute::UserName) || same_address(wanted, live) {
            return;
        }
        let drifted = self.known.is_some_and(|known| same_address(&known.user_name, wanted));
        let origin = if drifted { Origin::Drift } else { Origin::Config };
        let mut changes = vec![AttributeChange::new(
            Attribute::UserName,
            Some(Value::Text(live.clone())),
            Some(Value::Text(wanted.clone())),
            origin,
        )];
        // Where nothing manages `email` it follows the user name, as it did at creation; an address
        // that somebody set apart from it stays.
        let email = self.live.values.text(Attribute::Email);
        let follows = email.is_none_or(|email| same_address(email, live));
        if follows && self.wanted.values.get(Attribute::Email).is_none() {
            changes.push(AttributeChange::new(
                Attribute::Email,
                email.map(Value::text),
                Some(Value::Text(wanted.clone())),
                origin,
            ));
        }
        let was_refused = self.was_refused(
            Attribute::UserName,
            &Value::Text(wanted.clone()),
            Some(&Value::Text(live.clone())),
        );
        if was_refused { &mut found.refused } else { &mut found.changes }.append(&mut changes);
    }

    fn attribute(&self, attribute: Attribute, desired: &Value, found: &mut Differences) {
        // An account that is off has lost these two in the service; an enable gives them back.
        let lost = self.dialect.disable_strips
            && attribute.goes_with_active()
            && !(self.wanted.active && self.live.active);
        if lost || self.ignores(attribute) || !self.dialect.knows(attribute) {
            return;
        }
        let written = self.known.and_then(|known| known.written.get(attribute));
        let live = match self.live.known(attribute, self.dialect) {
            Seen::Value(value) => Some(value),
            Seen::Absent => None,
            // Nobody looked: what was written last is the best that is known.
            Seen::Unknown => written,
        };
        if desired.satisfied_by(attribute, live) {
            return;
        }
        if desired.is_empty() && !self.dialect.clears {
            found.uncleared = true;
            return;
        }
        let drifted = written.is_some_and(|written| desired.satisfied_by(attribute, Some(written)));
        let origin = if drifted { Origin::Drift } else { Origin::Config };
        let change = AttributeChange::new(attribute, live.cloned(), Some(desired.clone()), origin);
        if self.was_refused(attribute, desired, live) {
            found.refused.push(change);
        } else {
            found.changes.push(change);
        }
    }

    fn was_refused(&self, attribute: Attribute, desired: &Value, live: Option<&Value>) -> bool {
        !self.retry_refused
            && self
                .known
                .and_then(|known| known.refused.get(&attribute))
                .is_some_and(|refused| refused.desired == *desired && refused.live.as_ref() == live)
    }

    /// What an enable gives back: what the rules want, or what the account had where they want
    /// nothing.
    pub(super) fn given_back(&self) -> Vec<AttributeChange> {
        [Attribute::UserType, Attribute::Licenses]
            .into_iter()
            .filter(|attribute| self.dialect.disable_strips && self.dialect.knows(*attribute))
            .filter_map(|attribute| {
                let managed =
                    (!self.ignores(attribute)).then(|| self.wanted.values.get(attribute)).flatten();
                let kept = self.known.and_then(|known| known.kept.as_ref()?.get(attribute));
                let value = managed.or(kept)?;
                let live = self.live.values.get(attribute);
                (!value.is_empty() && !value.satisfied_by(attribute, live)).then(|| {
                    AttributeChange::new(
                        attribute,
                        live.cloned(),
                        Some(value.clone()),
                        Origin::Config,
                    )
                })
            })
            .collect()
    }

    /// Managed values that the live account already has.
    pub(super) fn satisfied(&self) -> Values {
        self.wanted
            .values
            .iter()
            .filter(|(attribute, desired)| {
                matches!(
                    self.live.known(*attribute, self.dialect),
                    Seen::Value(live) if desired.satisfied_by(*attribute, Some(live))
                ) || desired.is_empty() && self.live.known(*attribute, self.dialect) == Seen::Absent
            })
            .map(|(attribute, value)| (attribute, value.clone()))
            .collect()
    }
}

/// Whether user name, given name and family name are all managed and all differ from what was
/// written last: a shifted column, or a reused employee number.
pub(super) fn is_another_person(wanted: &Wanted, known: &Known) -> bool {
    let differs = |attribute| {
        let new = wanted.values.text(attribute).filter(|new| !new.is_empty());
        let old = known.written.text(attribute).filter(|old| !old.is_empty());
        new.zip(old).is_some_and(|(new, old)| new != old)
    };
    !same_address(&wanted.user_name, &known.user_name)
        && differs(Attribute::GivenName)
        && differs(Attribute::FamilyName)
}

/// The new user name among changes.
pub(super) fn new_user_name(changes: &[AttributeChange]) -> Option<&Text> {
    changes.iter().find(|change| change.attribute == Attribute::UserName).and_then(|change| {
        match &change.after {
            Some(Value::Text(name)) => Some(name),
            Some(Value::Bool(_) | Value::Set(_) | Value::Map(_)) | None => None,
        }
    })
}

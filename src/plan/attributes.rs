//! Which attributes differ, and who moved.

use std::collections::BTreeMap;

use super::types::{AttributeChange, Origin};
use crate::desired::Account as Wanted;
use crate::live::{Account as Live, Known as Seen};
use crate::model::{Attribute, Dialect, License, LicenseValue, Text, Value, Values, same_address};
use crate::state::{Account as Known, Refused};

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
        for (attribute, desired) in self.wanted.values.iter().filter(|(a, _)| self.counts(*a)) {
            match desired {
                Value::Map(keys) => {
                    for (key, desired) in keys.iter() {
                        self.license(key, desired, &mut found);
                    }
                }
                Value::Text(_) | Value::Bool(_) | Value::Set(_) => {
                    self.attribute(attribute, desired, &mut found);
                }
            }
        }
        self.what_was_refused_together(&mut found);
        found.changes.sort_by(|a, b| a.place().cmp(&b.place()));
        found
    }

    fn counts(&self, attribute: Attribute) -> bool {
        // An account that is off has lost these two in the service; an enable gives them back.
        let lost = self.dialect.disable_strips
            && attribute.goes_with_active()
            && !(self.wanted.active && self.live.active);
        !lost && !self.ignores(attribute) && self.dialect.knows(attribute)
    }

    fn ignores(&self, attribute: Attribute) -> bool {
        self.wanted.owner.ignore_changes.contains(attribute)
    }

    /// An answer that refuses an update does not say which of its values it does not like, so they wait together: as
    /// soon as one of them is not as it was, all are sent again.
    fn what_was_refused_together(&self, found: &mut Differences) {
        let Some(known) = self.known else { return };
        let mut answered = known.refused.iter().filter(|(_, refused)| refused.status.is_some());
        let waits = |attribute| found.refused.iter().any(|change| change.attribute == attribute);
        if answered.any(|(attribute, _)| !waits(*attribute)) {
            let together = |change: &AttributeChange| {
                known.refused.get(&change.attribute).is_some_and(|r| r.status.is_some())
            };
            found.changes.extend(found.refused.extract_if(.., |change| together(change)));
        }
    }

    fn user_name(&self, found: &mut Differences) {
        let (wanted, live) = (&self.wanted.user_name, &self.live.user_name);
        if self.ignores(Attribute::UserName) {
            return;
        }
        if same_address(wanted, live) {
            self.address_left_behind(found);
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
        let follows =
            email.is_none_or(|email| same_address(email, live)) || self.stayed_behind(email);
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

    /// Whether the e-mail address is the one that an earlier rename left behind, since the service kept the new user
    /// name alone.
    fn stayed_behind(&self, email: Option<&str>) -> bool {
        let refused = self.known.and_then(|known| known.refused.get(&Attribute::Email));
        refused.is_some_and(|refused| refused.live.as_ref().and_then(Value::as_text) == email)
    }

    /// A rename of which the service kept the user name and not the e-mail address that follows it.
    fn address_left_behind(&self, found: &mut Differences) {
        let email = self.live.values.text(Attribute::Email);
        let wanted = &self.wanted.user_name;
        let managed = self.wanted.values.get(Attribute::Email).is_some();
        if managed
            || self.ignores(Attribute::Email)
            || email.is_some_and(|email| same_address(email, wanted))
            || !self.stayed_behind(email)
        {
            return;
        }
        let (before, after) = (email.map(Value::text), Value::Text(wanted.clone()));
        let change = AttributeChange::new(Attribute::Email, before, Some(after), Origin::Config);
        if self.retry_refused { &mut found.changes } else { &mut found.refused }.push(change);
    }

    fn attribute(&self, attribute: Attribute, desired: &Value, found: &mut Differences) {
        let written = self.known.and_then(|known| known.written.get(attribute));
        let live = match self.live.known(attribute, self.dialect) {
            Seen::Value(value) => Some(value),
            Seen::Absent => None,
            // Nobody looked: what was written last is the best that is known.
            Seen::Unknown => written,
        };
        if desired.is_empty() && !self.dialect.clears {
            // What LIST does not show counts as it was written: whether somebody looked must not show.
            let there = if self.dialect.listed(attribute) { live } else { written };
            found.uncleared |= !desired.satisfied_by(attribute, there);
            return;
        }
        if desired.satisfied_by(attribute, live) {
            return;
        }
        // What LIST does not show is said as it was written, as where nobody looked: what a value was
        // before must not depend on that.
        let as_written = written.filter(|written| {
            !self.dialect.listed(attribute) && written.satisfied_by(attribute, live)
        });
        let before = as_written.or(live).filter(|before| !before.is_empty());
        let drifted = written.is_some_and(|written| desired.satisfied_by(attribute, Some(written)));
        let origin = if drifted { Origin::Drift } else { Origin::Config };
        let change =
            AttributeChange::new(attribute, before.cloned(), Some(desired.clone()), origin);
        if self.was_refused(attribute, desired, live) {
            found.refused.push(change);
        } else {
            found.changes.push(change);
        }
    }

    /// One licence: what switches it off is the same as none, and what Zoom never shows is compared with
    /// what was written last.
    fn license(&self, key: &Text, desired: &LicenseValue, found: &mut Differences) {
        let license = License::of(key);
        let written = self.known.and_then(|known| known.written.license(key));
        let live = self.live_license(key, written);
        if license.same(Some(desired), live) {
            return;
        }
        let as_written = written.filter(|written| license.same(Some(written), live));
        let drifted = !license.write_only
            && written.is_some_and(|written| license.same(Some(desired), Some(written)));
        let origin = if drifted { Origin::Drift } else { Origin::Config };
        let change = one_license(key, as_written.or(live), desired, origin);
        if self.was_refused_license(key, desired, live) {
            found.refused.push(change);
        } else {
            found.changes.push(change);
        }
    }

    fn live_license<'b>(
        &'b self,
        key: &str,
        written: Option<&'b LicenseValue>,
    ) -> Option<&'b LicenseValue> {
        if License::of(key).write_only {
            return written;
        }
        match self.live.license(key, self.dialect) {
            Seen::Value(value) => Some(value),
            Seen::Absent => None,
            Seen::Unknown => written,
        }
    }

    fn was_refused(&self, attribute: Attribute, desired: &Value, live: Option<&Value>) -> bool {
        self.refused(attribute).is_some_and(|refused| {
            let was = refused.live.as_ref();
            // Of what was answered the plan's own "before" is known, which leaves empty values out.
            let same = || match was {
                None => live.is_none_or(Value::is_empty),
                Some(was) => was.satisfied_by(attribute, live),
            };
            refused.desired == *desired && (was == live || refused.status.is_some() && same())
        })
    }

    fn was_refused_license(
        &self,
        key: &str,
        desired: &LicenseValue,
        live: Option<&LicenseValue>,
    ) -> bool {
        let license = License::of(key);
        self.refused(Attribute::Licenses).is_some_and(|refused| {
            let kept = refused.live.as_ref().and_then(|live| live.license(key));
            // That nobody sees a value is no refusal of it.
            let stands = if license.write_only {
                refused.status.is_some()
            } else {
                license.same(kept, live)
            };
            refused.desired.license(key) == Some(desired) && stands
        })
    }

    fn refused(&self, attribute: Attribute) -> Option<&Refused> {
        self.known.filter(|_| !self.retry_refused)?.refused.get(&attribute)
    }

    /// What an enable gives back: what the rules want, or what the account had where they want
    /// nothing.
    pub(super) fn given_back(&self) -> Vec<AttributeChange> {
        let kept = |attribute| self.known.and_then(|known| known.kept.as_ref()?.get(attribute));
        let managed = |attribute| {
            (!self.ignores(attribute)).then(|| self.wanted.values.get(attribute)).flatten()
        };
        let mut given = Vec::new();
        if !self.dialect.disable_strips {
            return given;
        }
        let user_type = managed(Attribute::UserType).or_else(|| kept(Attribute::UserType));
        let live = self.live.values.get(Attribute::UserType);
        if let Some(value) =
            user_type.filter(|v| !v.is_empty() && !v.satisfied_by(Attribute::UserType, live))
        {
            let (before, after) = (live.cloned(), Some(value.clone()));
            given.push(AttributeChange::new(Attribute::UserType, before, after, Origin::Config));
        }
        if !self.dialect.knows(Attribute::Licenses) {
            return given;
        }
        // What can't be read was not kept either, and goes out again where a rule wants it.
        let readable = |(key, _): &(&Text, &LicenseValue)| !License::of(key).write_only;
        let mut wanted: BTreeMap<&Text, &LicenseValue> =
            licenses(kept(Attribute::Licenses)).filter(readable).collect();
        wanted.extend(licenses(managed(Attribute::Licenses)));
        for (key, value) in wanted {
            let license = License::of(key);
            // An account that is off has none, whether somebody looked or not.
            let live = self.live.values.license(key);
            let live = live.filter(|_| self.live.active && !license.write_only);
            if !license.is_off(value) && !license.same(Some(value), live) {
                given.push(one_license(key, live, value, Origin::Config));
            }
        }
        given
    }

    /// Managed values that the live account already has, and whether these are all that can be seen.
    pub(super) fn satisfied(&self) -> (Values, bool) {
        let mut values = Values::new();
        let mut all = true;
        for (attribute, desired) in self.wanted.values.iter() {
            if let Value::Map(keys) = desired {
                for (key, desired) in keys.iter() {
                    let license = License::of(key);
                    let same = match self.live.license(key, self.dialect) {
                        Seen::Value(live) => license.same(Some(desired), Some(live)),
                        Seen::Absent => license.is_off(desired),
                        Seen::Unknown => false,
                    };
                    if same && !license.write_only {
                        values.set_license(key.clone(), desired.clone());
                    }
                    all &= same || license.write_only;
                }
                continue;
            }
            let same = match self.live.known(attribute, self.dialect) {
                Seen::Value(live) => desired.satisfied_by(attribute, Some(live)),
                Seen::Absent => desired.is_empty(),
                Seen::Unknown => false,
            };
            if same {
                values.set(attribute, desired.clone());
            }
            all &= same;
        }
        (values, all)
    }
}

fn licenses(value: Option<&Value>) -> impl Iterator<Item = (&Text, &LicenseValue)> {
    let map = match value {
        Some(Value::Map(map)) => Some(map),
        Some(Value::Text(_) | Value::Bool(_) | Value::Set(_)) | None => None,
    };
    map.into_iter().flat_map(|map| map.iter())
}

/// A change of one licence. One that is off was not there before.
fn one_license(
    key: &Text,
    before: Option<&LicenseValue>,
    after: &LicenseValue,
    origin: Origin,
) -> AttributeChange {
    let license = License::of(key);
    let before = before.filter(|before| !license.is_off(before)).cloned().map(Value::from);
    let after = Some(after.clone().into());
    let change = AttributeChange::new(Attribute::Licenses, before, after, origin);
    AttributeChange { key: Some(key.clone()), ..change }
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

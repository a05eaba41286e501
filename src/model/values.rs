//! Attribute values, and the small ordered map that holds an account's.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attribute, Kind, License, Text, nfc_text, same_address, same_text};

/// A licence's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenseValue {
    /// A plan's name.
    Text(Text),
    /// An add-on that is on or off.
    Bool(bool),
}

/// The value of one attribute. `Text("")` means: no value.
///
/// Equal values may differ in the normalization form of their texts: a text is kept as its source has it, and
/// compares as people read it.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text or an e-mail address.
    Text(Text),
    /// true or false.
    Bool(bool),
    /// A set of texts.
    Set(Box<BTreeSet<Text>>),
    /// Licences by name.
    Map(Box<BTreeMap<Text, LicenseValue>>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => same_text(a, b),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Set(a), Self::Set(b)) => {
                a == b || {
                    let composed = |set: &BTreeSet<Text>| -> BTreeSet<Text> {
                        set.iter().cloned().map(nfc_text).collect()
                    };
                    composed(a) == composed(b)
                }
            }
            (Self::Map(a), Self::Map(b)) => {
                a == b || {
                    let composed = |map: &BTreeMap<Text, LicenseValue>| -> BTreeMap<_, _> {
                        map.iter()
                            .map(|(key, value)| (nfc_text(key.clone()), value.nfc()))
                            .collect()
                    };
                    composed(a) == composed(b)
                }
            }
            (Self::Text(_) | Self::Bool(_) | Self::Set(_) | Self::Map(_), _) => false,
        }
    }
}

impl Eq for Value {}

impl LicenseValue {
    pub(super) fn nfc(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(nfc_text(text.clone())),
            Self::Bool(on) => Self::Bool(*on),
        }
    }
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(_) | Self::Set(_) | Self::Map(_) => None,
        }
    }

    /// The value of a single licence, if it can be one.
    pub fn as_license(&self) -> Option<LicenseValue> {
        match self {
            Self::Text(text) => Some(LicenseValue::Text(text.clone())),
            Self::Bool(value) => Some(LicenseValue::Bool(*value)),
            Self::Set(_) | Self::Map(_) => None,
        }
    }

    /// The value of one licence of a map.
    pub fn license(&self, key: &str) -> Option<&LicenseValue> {
        match self {
            Self::Map(map) => map.get(key),
            Self::Text(_) | Self::Bool(_) | Self::Set(_) => None,
        }
    }

    /// How many bytes its texts have together.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bool(_) => 0,
            Self::Set(set) => set.iter().map(Text::len).sum(),
            Self::Map(map) => map
                .iter()
                .map(|(key, value)| {
                    key.len()
                        + match value {
                            LicenseValue::Text(text) => text.len(),
                            LicenseValue::Bool(_) => 0,
                        }
                })
                .sum(),
        }
    }

    /// Whether this says "no value".
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Bool(_) => false,
            Self::Set(set) => set.is_empty(),
            Self::Map(map) => map.is_empty(),
        }
    }

    /// Whether the desired `self` is satisfied by what the service shows.
    ///
    /// Addresses compare without ASCII case. "No value" equals absent. Of a map only the desired
    /// keys count that the service shows, since it adds its own; what switches one off equals absent.
    pub fn satisfied_by(&self, attribute: Attribute, live: Option<&Self>) -> bool {
        match (self, live) {
            (Self::Map(desired), live) => desired.iter().all(|(key, value)| {
                let license = License::of(key);
                let live = live.and_then(|live| live.license(key));
                license.write_only || license.same(Some(value), live)
            }),
            (desired, None) => desired.is_empty(),
            (Self::Text(desired), Some(Self::Text(live))) if attribute.kind() == Kind::Email => {
                same_address(desired, live)
            }
            (desired, Some(live)) => desired == live,
        }
    }
}

/// An account's attribute values by attribute, in table order, in one small allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(Attribute, Value)>);

impl Values {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// No values, with room for `room` of them.
    pub fn with_room(room: usize) -> Self {
        Self(Vec::with_capacity(room))
    }

    /// The value of `attribute`.
    pub fn get(&self, attribute: Attribute) -> Option<&Value> {
        let at = self.0.binary_search_by_key(&attribute, |(a, _)| *a).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The text of `attribute`.
    pub fn text(&self, attribute: Attribute) -> Option<&str> {
        self.get(attribute).and_then(Value::as_text)
    }

    /// The value of one licence.
    pub fn license(&self, key: &str) -> Option<&LicenseValue> {
        self.get(Attribute::Licenses)?.license(key)
    }

    /// Sets one licence, and leaves the others as they are.
    pub fn set_license(&mut self, key: Text, value: LicenseValue) {
        let mut map = self.take_licenses();
        map.insert(key, value);
        self.set(Attribute::Licenses, Value::Map(Box::new(map)));
    }

    /// Drops the licences for which `keep` does not hold.
    pub fn retain_licenses(&mut self, keep: impl Fn(&str) -> bool) {
        if self.get(Attribute::Licenses).is_some() {
            let mut map = self.take_licenses();
            map.retain(|key, _| keep(key));
            if !map.is_empty() {
                self.set(Attribute::Licenses, Value::Map(Box::new(map)));
            }
        }
    }

    /// Sets a value; of licences only those that it names.
    pub fn merge(&mut self, attribute: Attribute, value: Value) {
        let value = match value {
            Value::Map(mut map) => {
                let mut merged = self.take_licenses();
                merged.append(&mut map);
                Value::Map(Box::new(merged))
            }
            value @ (Value::Text(_) | Value::Bool(_) | Value::Set(_)) => value,
        };
        self.set(attribute, value);
    }

    fn take_licenses(&mut self) -> BTreeMap<Text, LicenseValue> {
        match self.remove(Attribute::Licenses) {
            Some(Value::Map(map)) => *map,
            Some(Value::Text(_) | Value::Bool(_) | Value::Set(_)) | None => BTreeMap::new(),
        }
    }

    /// Sets a value and returns the one before.
    pub fn set(&mut self, attribute: Attribute, value: Value) -> Option<Value> {
        // In table order, as they mostly come.
        if self.0.last().is_none_or(|(last, _)| *last < attribute) {
            self.0.push((attribute, value));
            return None;
        }
        match self.0.binary_search_by_key(&attribute, |(a, _)| *a) {
            Ok(at) => self.0.get_mut(at).map(|(_, old)| std::mem::replace(old, value)),
            Err(at) => {
                self.0.insert(at, (attribute, value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, attribute: Attribute) -> Option<Value> {
        let at = self.0.binary_search_by_key(&attribute, |(a, _)| *a).ok()?;
        Some(self.0.remove(at).1)
    }

    /// The values in table order.
    pub fn iter(&self) -> impl Iterator<Item = (Attribute, &Value)> {
        self.0.iter().map(|(attribute, value)| (*attribute, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives back spare memory; there are many of these.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl FromIterator<(Attribute, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (Attribute, Value)>>(iter: I) -> Self {
        let mut values = Self::new();
        values.extend(iter);
        values
    }
}

impl From<LicenseValue> for Value {
    fn from(value: LicenseValue) -> Self {
        match value {
            LicenseValue::Text(text) => Self::Text(text),
            LicenseValue::Bool(value) => Self::Bool(value),
        }
    }
}

impl Extend<(Attribute, Value)> for Values {
    fn extend<I: IntoIterator<Item = (Attribute, Value)>>(&mut self, iter: I) {
        for (attribute, value) in iter {
            self.set(attribute, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, LicenseValue, Value, Values};

    #[test]
    fn comparison_is_as_people_mean_it() {
        let map = |pairs: &[(&str, bool)]| {
            Value::Map(Box::new(
                pairs.iter().map(|(k, v)| ((*k).into(), LicenseValue::Bool(*v))).collect(),
            ))
        };
        let set = |items: &[&str]| {
            Value::Set(Box::new(items.iter().map(|item| (*item).into()).collect()))
        };
        let cases = [
            (Attribute::UserName, Value::text("A@x.org"), Some(Value::text("a@X.org")), true),
            (Attribute::Department, Value::text("Ops"), Some(Value::text("ops")), false),
            (Attribute::Department, Value::text("Zoe\u{308}"), Some(Value::text("Zo\u{eb}")), true),
            (Attribute::Roles, set(&["e\u{301}", "f"]), Some(set(&["\u{e9}", "f"])), true),
            (Attribute::Roles, set(&["e\u{301}"]), Some(set(&["e"])), false),
            (Attribute::Department, Value::text(""), None, true),
            (Attribute::Department, Value::text(""), Some(Value::text("")), true),
            (Attribute::Department, Value::text(""), Some(Value::text("Ops")), false),
            (Attribute::Department, Value::text("Ops"), None, false),
            (
                Attribute::Licenses,
                map(&[("a", true)]),
                Some(map(&[("a", true), ("b", true)])),
                true,
            ),
            (Attribute::Licenses, map(&[("a", true)]), Some(map(&[("b", true)])), false),
            (Attribute::Licenses, map(&[]), None, true),
            (Attribute::Licenses, map(&[("a", false)]), None, true),
            (Attribute::Licenses, map(&[("a", false)]), Some(map(&[("a", true)])), false),
            (Attribute::Licenses, map(&[("zoomPhoneSite", true)]), None, true),
            (Attribute::Roles, set(&["a", "b"]), Some(set(&["b", "a"])), true),
            (Attribute::Roles, set(&["a"]), Some(set(&["b", "a"])), false),
        ];
        for (attribute, desired, live, expected) in cases {
            assert_eq!(
                desired.satisfied_by(attribute, live.as_ref()),
                expected,
                "{attribute}: {desired:?} / {live:?}"
            );
        }
    }

    #[test]
    fn values_stay_in_table_order() {
        let mut values = Values::new();
        values.set(Attribute::Title, Value::text("CTO"));
        values.set(Attribute::UserName, Value::text("a@x.org"));
        assert_eq!(values.set(Attribute::Title, Value::text("CEO")), Some(Value::text("CTO")));
        let names: Vec<_> = values.iter().map(|(a, _)| a.name()).collect();
        assert_eq!(names, ["user_name", "title"]);
        assert_eq!(values.remove(Attribute::Title), Some(Value::text("CEO")));
        assert_eq!(values.get(Attribute::Title), None);
    }
}

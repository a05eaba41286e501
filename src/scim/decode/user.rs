//! One user resource, read in one pass by the attribute table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::elements::Elements;
use super::place::{Inner, Slot, inner, meta, slot};
use super::{RolesSeen, Scalar, same_name};
use crate::model::{Attribute, LicenseValue, Text, Value, Values};

/// A user resource as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::scim) struct RawUser {
    pub(in crate::scim) id: Option<Text>,
    pub(in crate::scim) user_name: Option<Text>,
    pub(in crate::scim) active: Option<bool>,
    pub(in crate::scim) values: Values,
    /// `meta.lastModified`.
    pub(in crate::scim) modified: Option<Text>,
    /// `meta.version`.
    pub(in crate::scim) version: Option<Text>,
    pub(super) roles: RolesSeen,
}

impl RawUser {
    fn simple(&mut self, attribute: Attribute, value: Scalar) {
        if attribute == Attribute::UserName {
            self.user_name = value.into_text();
        } else if attribute == Attribute::Active {
            self.active = value.as_bool();
        } else if let Some(text) = filled(value) {
            self.values.set(attribute, Value::Text(text));
        }
    }

    fn every(&mut self, attribute: Attribute, elements: Elements) {
        let mut set = BTreeSet::new();
        for element in elements {
            let named = |text: &Option<Text>| text.as_ref().is_some_and(|text| !text.is_empty());
            if attribute == Attribute::Roles {
                self.roles.unnamed |= !named(&element.value) && !named(&element.display);
                self.roles.names.extend(element.value.clone().filter(|text| !text.is_empty()));
                self.roles.names.extend(element.display.clone().filter(|text| !text.is_empty()));
            }
            let text = if named(&element.value) { element.value } else { element.display };
            set.extend(text.filter(|text| !text.is_empty()));
        }
        if !set.is_empty() {
            self.values.set(attribute, Value::Set(Box::new(set)));
        }
    }
}

/// Reads a name and maps it, without keeping it.
struct Named<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Named<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Named<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<T, E> {
        Ok((self.0)(name))
    }
}

impl<'de> Deserialize<'de> for RawUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UserVisitor)
    }
}

struct UserVisitor;

impl<'de> Visitor<'de> for UserVisitor {
    type Value = RawUser;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SCIM user")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawUser, A::Error> {
        // As many as Zoom's LIST shows of an account.
        let mut user = RawUser { values: Values::with_room(6), ..RawUser::default() };
        while let Some(slot) = map.next_key_seed(Named(slot))? {
            match slot {
                Slot::Id => user.id = map.next_value::<Scalar>()?.into_text(),
                Slot::Meta => map.next_value_seed(Members(&meta, &mut user))?,
                Slot::Simple(attribute) => user.simple(attribute, map.next_value()?),
                Slot::Work(attribute) => {
                    if let Some(text) = map.next_value::<Elements>()?.work() {
                        user.values.set(attribute, Value::Text(text));
                    }
                }
                Slot::Every(attribute) => user.every(attribute, map.next_value()?),
                Slot::Inside(object) => {
                    map.next_value_seed(Members(&|name| inner(object, name), &mut user))?;
                }
                Slot::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match user.too_long() {
            Some(why) => Err(A::Error::custom(why)),
            None => Ok(user),
        }
    }
}

/// Reads an object's members by `sort`; anything but an object is skipped (names are `null` at times).
struct Members<'a>(&'a dyn Fn(&str) -> Inner, &'a mut RawUser);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(sort, user) = self;
        while let Some(member) = map.next_key_seed(Named(sort))? {
            match member {
                Inner::Modified => user.modified = filled(map.next_value()?),
                Inner::Version => user.version = filled(map.next_value()?),
                Inner::Simple(attribute) => user.simple(attribute, map.next_value()?),
                Inner::Deeper(attribute, sub) => {
                    let value = map.next_value_seed(Deeper(sub))?;
                    user.simple(attribute, value);
                }
                Inner::Entry(attribute, name) => {
                    let value = match map.next_value::<Scalar>()? {
                        Scalar::Bool(value) => LicenseValue::Bool(value),
                        Scalar::Text(text) => LicenseValue::Text(text),
                        Scalar::Null | Scalar::Other => continue,
                    };
                    add_license(&mut user.values, attribute, name, value);
                }
                Inner::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

fn filled(value: Scalar) -> Option<Text> {
    value.into_text().filter(|text| !text.is_empty())
}

fn add_license(values: &mut Values, attribute: Attribute, name: Text, value: LicenseValue) {
    let mut map = match values.remove(attribute) {
        Some(Value::Map(map)) => map,
        Some(Value::Text(_) | Value::Bool(_) | Value::Set(_)) | None => {
            Box::<BTreeMap<_, _>>::default()
        }
    };
    map.insert(name, value);
    values.set(attribute, Value::Map(map));
}

/// The member `.0` of an object, or a simple value itself: a manager was seen in both forms.
struct Deeper(&'static str);

impl<'de> DeserializeSeed<'de> for Deeper {
    type Value = Scalar;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        let json = <&'de RawValue>::deserialize(deserializer)?.get();
        if json.starts_with('{') {
            let mut object = serde_json::Deserializer::from_str(json);
            return object.deserialize_map(self).map_err(D::Error::custom);
        }
        Scalar::of(json).map_err(D::Error::custom)
    }
}

impl<'de> Visitor<'de> for Deeper {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        let mut found = Scalar::Null;
        while let Some(wanted) = map.next_key_seed(Named(|name: &str| same_name(name, self.0)))? {
            if wanted {
                found = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

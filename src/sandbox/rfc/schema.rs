//! The attributes of RFC 7643, as data: what a request may hold and in which type.

use serde_json::{Map, Value};

use crate::sandbox::user::ENTERPRISE;

/// One attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attr {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) many: bool,
    pub(super) mutability: Mutability,
}

/// The type of an attribute.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Flag,
    Binary,
    Reference,
    Complex(&'static [Attr]),
}

/// Who may change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutability {
    ReadWrite,
    ReadOnly,
    WriteOnly,
}

const fn text(name: &'static str) -> Attr {
    of(name, Kind::Text)
}

const fn of(name: &'static str, kind: Kind) -> Attr {
    Attr { name, kind, many: false, mutability: Mutability::ReadWrite }
}

const fn many(name: &'static str, subs: &'static [Attr]) -> Attr {
    Attr { name, kind: Kind::Complex(subs), many: true, mutability: Mutability::ReadWrite }
}

const fn with(attr: Attr, mutability: Mutability) -> Attr {
    Attr { mutability, ..attr }
}

const PLURAL: &[Attr] = &[text("value"), text("display"), text("type"), of("primary", Kind::Flag)];
const PHOTO: &[Attr] =
    &[of("value", Kind::Reference), text("display"), text("type"), of("primary", Kind::Flag)];
const CERTIFICATE: &[Attr] =
    &[of("value", Kind::Binary), text("display"), text("type"), of("primary", Kind::Flag)];
const GROUP: &[Attr] = &[
    with(text("value"), Mutability::ReadOnly),
    with(of("$ref", Kind::Reference), Mutability::ReadOnly),
    with(text("display"), Mutability::ReadOnly),
    with(text("type"), Mutability::ReadOnly),
];
const NAME: &[Attr] = &[
    text("formatted"),
    text("familyName"),
    text("givenName"),
    text("middleName"),
    text("honorificPrefix"),
    text("honorificSuffix"),
];
const ADDRESS: &[Attr] = &[
    text("formatted"),
    text("streetAddress"),
    text("locality"),
    text("region"),
    text("postalCode"),
    text("country"),
    text("type"),
    of("primary", Kind::Flag),
];
const MANAGER: &[Attr] =
    &[text("value"), of("$ref", Kind::Reference), with(text("displayName"), Mutability::ReadOnly)];

/// The enterprise extension.
pub(super) const ENTERPRISE_ATTRS: &[Attr] = &[
    text("employeeNumber"),
    text("costCenter"),
    text("organization"),
    text("division"),
    text("department"),
    of("manager", Kind::Complex(MANAGER)),
];

/// The core user. `userType` and `roles` are ordinary here; `id`, `meta` and `schemas` are the service's.
pub(super) const USER: &[Attr] = &[
    text("userName"),
    text("externalId"),
    of("name", Kind::Complex(NAME)),
    text("displayName"),
    text("nickName"),
    of("profileUrl", Kind::Reference),
    text("title"),
    text("userType"),
    text("preferredLanguage"),
    text("locale"),
    text("timezone"),
    of("active", Kind::Flag),
    with(text("password"), Mutability::WriteOnly),
    many("emails", PLURAL),
    many("phoneNumbers", PLURAL),
    many("ims", PLURAL),
    many("photos", PHOTO),
    many("addresses", ADDRESS),
    with(many("groups", GROUP), Mutability::ReadOnly),
    many("entitlements", PLURAL),
    many("roles", PLURAL),
    many("x509Certificates", CERTIFICATE),
    with(text("id"), Mutability::ReadOnly),
    with(of("meta", Kind::Complex(&[])), Mutability::ReadOnly),
    of(ENTERPRISE, Kind::Complex(ENTERPRISE_ATTRS)),
];

/// Finds an attribute; names have no case.
pub(super) fn find(attrs: &'static [Attr], name: &str) -> Option<&'static Attr> {
    attrs.iter().find(|attr| attr.name.eq_ignore_ascii_case(name))
}

/// Brings an object into the form in which it is kept: names as the RFC writes them, types checked, what
/// is unknown, empty or the service's own left out.
pub(super) fn tidy(
    attrs: &'static [Attr],
    sent: Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let mut kept = Map::new();
    for (key, value) in sent {
        let Some(attr) = find(attrs, &key) else {
            continue;
        };
        if attr.mutability != Mutability::ReadWrite {
            continue;
        }
        if let Some(value) = tidy_value(attr, value)? {
            kept.insert(attr.name.to_owned(), value);
        }
    }
    Ok(kept)
}

/// One value, single or multi-valued; `None` where it means that there is none.
pub(super) fn tidy_value(attr: &'static Attr, value: Value) -> Result<Option<Value>, String> {
    if value.is_null() {
        return Ok(None);
    }
    if !attr.many {
        return tidy_one(attr, value);
    }
    let values = listed(value);
    let mut kept = Vec::new();
    for value in values {
        kept.extend(tidy_one(attr, value)?);
    }
    if kept.iter().filter(|value| is_primary(value)).count() > 1 {
        return Err(format!("more than one value of \"{}\" is primary", attr.name));
    }
    Ok((!kept.is_empty()).then_some(Value::Array(kept)))
}

/// The values of a list; a single value is a list of one.
pub(super) fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}

/// Whether a value of a multi-valued attribute is the primary one.
pub(super) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

fn tidy_one(attr: &'static Attr, value: Value) -> Result<Option<Value>, String> {
    match (attr.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Complex(subs), Value::Object(map)) => {
            let map = tidy(subs, map)?;
            Ok((!map.is_empty()).then_some(Value::Object(map)))
        }
        (Kind::Text | Kind::Binary | Kind::Reference, value @ Value::String(_))
        | (Kind::Flag, value @ Value::Bool(_)) => Ok(Some(value)),
        (kind, _) => Err(format!("\"{}\" wants {}", attr.name, kind.name())),
    }
}

impl Kind {
    /// The RFC's word for the type.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Flag => "boolean",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex(_) => "complex",
        }
    }
}

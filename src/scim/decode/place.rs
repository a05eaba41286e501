//! Where a member of a resource belongs, by the attribute table.

use super::same_name;
use crate::model::{ATTRIBUTES, Attribute, ScimPath, Text};

/// Where a member of the resource belongs.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    Id,
    Meta,
    Simple(Attribute),
    Work(Attribute),
    Every(Attribute),
    /// An object with members of its own, by the name that the table has for it.
    Inside(&'static str),
    Unknown,
}

/// Where the member `name` of a user resource belongs.
pub(super) fn slot(name: &str) -> Slot {
    if name == "id" {
        return Slot::Id;
    }
    for spec in &ATTRIBUTES {
        let (known, slot) = match spec.path {
            ScimPath::Core(known) => (known, Slot::Simple(spec.attribute)),
            ScimPath::Work(known) => (known, Slot::Work(spec.attribute)),
            ScimPath::All(known) => (known, Slot::Every(spec.attribute)),
            ScimPath::Sub(known, _)
            | ScimPath::Extension(known, _)
            | ScimPath::ExtensionSub(known, _, _)
            | ScimPath::ExtensionMap(known) => (known, Slot::Inside(known)),
        };
        if same_name(known, name) {
            return slot;
        }
    }
    if same_name(name, "meta") {
        Slot::Meta
    } else if same_name(name, "id") {
        Slot::Id
    } else {
        Slot::Unknown
    }
}

/// Where a member of an object inside the resource belongs.
pub(super) enum Inner {
    /// `meta.lastModified`.
    Modified,
    /// `meta.version`.
    Version,
    Simple(Attribute),
    /// The member of that name of the object, or the value itself where it is simple.
    Deeper(Attribute, &'static str),
    /// An open map's entry.
    Entry(Attribute, Text),
    Unknown,
}

/// Where the member `name` of `object` belongs.
pub(super) fn inner(object: &'static str, name: &str) -> Inner {
    let mut open = None;
    for spec in &ATTRIBUTES {
        match spec.path {
            ScimPath::Sub(outer, member) | ScimPath::Extension(outer, member)
                if outer == object && same_name(member, name) =>
            {
                return Inner::Simple(spec.attribute);
            }
            ScimPath::ExtensionSub(outer, member, sub)
                if outer == object && same_name(member, name) =>
            {
                return Inner::Deeper(spec.attribute, sub);
            }
            ScimPath::ExtensionMap(outer) if outer == object => open = Some(spec.attribute),
            ScimPath::Core(_)
            | ScimPath::Sub(..)
            | ScimPath::Work(_)
            | ScimPath::All(_)
            | ScimPath::Extension(..)
            | ScimPath::ExtensionSub(..)
            | ScimPath::ExtensionMap(_) => {}
        }
    }
    open.map_or(Inner::Unknown, |attribute| Inner::Entry(attribute, name.into()))
}

/// Where the member `name` of `meta` belongs.
pub(super) fn meta(name: &str) -> Inner {
    if same_name(name, "lastModified") {
        Inner::Modified
    } else if same_name(name, "version") {
        Inner::Version
    } else {
        Inner::Unknown
    }
}

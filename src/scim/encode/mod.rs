//! From values to bytes, through the attribute table: the one place that writes a user resource.

mod patch;
mod resource;

pub(super) use patch::{Operation, needs_current, operations, patch_body};
pub(super) use resource::{find_key, set};

use serde_json::{Map, Value as Json, json};

use crate::model::{Attribute, Dialect, LicenseValue, ScimPath, Text, Value};
use crate::port::{NewAccount, Update};

/// The core user schema (RFC 7643 section 4.1).
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A user resource as JSON.
pub(super) type Resource = Map<String, Json>;

/// The body of a POST: what has no value is left out.
pub(super) fn new_account(new: &NewAccount, dialect: &Dialect) -> Resource {
    let mut resource = Resource::new();
    set(&mut resource, Attribute::UserName, &Value::Text(new.user_name.clone()));
    if new.values.get(Attribute::Email).is_none_or(Value::is_empty) {
        set(&mut resource, Attribute::Email, &Value::Text(new.user_name.clone()));
    }
    set(&mut resource, Attribute::Active, &Value::Bool(true));
    let mut values = new.values.clone();
    let none = LicenseValue::Text(Text::default());
    values.retain_licenses(|key| new.values.license(key) != Some(&none));
    for (attribute, value) in values.iter() {
        let taken = matches!(attribute, Attribute::UserName | Attribute::Active);
        if !taken && dialect.knows(attribute) && !value.is_empty() {
            set(&mut resource, attribute, value);
        }
    }
    name_schemas(&mut resource);
    resource
}

/// What an update changes, as the dialect and its wire side see it: in table order, the user name among it.
pub(super) fn changes(update: &Update, dialect: &Dialect) -> Vec<(Attribute, Value)> {
    let mut values = update.values.clone();
    if let Some(name) = &update.user_name {
        values.set(Attribute::UserName, Value::Text(name.clone()));
    }
    values
        .iter()
        .filter(|(attribute, value)| {
            dialect.knows(*attribute) && (dialect.clears || !value.is_empty())
        })
        .map(|(attribute, value)| (attribute, value.clone()))
        .collect()
}

/// The body of a PUT that the service merges: only what changes.
pub(super) fn merging_put(changes: &[(Attribute, Value)]) -> Resource {
    let mut resource = Resource::new();
    for (attribute, value) in changes {
        set(&mut resource, *attribute, value);
    }
    name_schemas(&mut resource);
    resource
}

/// The body of a PUT that replaces: everything that is there, with the changes, without `meta`, which is
/// the service's own (RFC 7644 section 3.5.1).
pub(super) fn whole_put(current: &Resource, changes: &[(Attribute, Value)]) -> Resource {
    let mut resource = current.clone();
    if let Some(meta) = find_key(&resource, "meta") {
        resource.remove(&meta);
    }
    for (attribute, value) in changes {
        set(&mut resource, *attribute, value);
    }
    name_schemas(&mut resource);
    resource
}

/// `schemas` names the core schema and each extension that the resource holds; unknown ones stay.
fn name_schemas(resource: &mut Resource) {
    let key = find_key(resource, "schemas").unwrap_or_else(|| "schemas".to_owned());
    let mut schemas: Vec<String> = match resource.get(&key) {
        Some(Json::Array(known)) => {
            known.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        Some(_) | None => Vec::new(),
    };
    let extensions = crate::model::ATTRIBUTES.iter().filter_map(|spec| match spec.path {
        ScimPath::Extension(urn, _)
        | ScimPath::ExtensionSub(urn, _, _)
        | ScimPath::ExtensionMap(urn) => Some(urn),
        ScimPath::Core(_) | ScimPath::Sub(..) | ScimPath::Work(_) | ScimPath::All(_) => None,
    });
    let held = extensions.filter(|urn| find_key(resource, urn).is_some());
    for urn in std::iter::once(CORE).chain(held.collect::<Vec<_>>()) {
        if !schemas.iter().any(|known| known.eq_ignore_ascii_case(urn)) {
            schemas.push(urn.to_owned());
        }
    }
    resource.insert(key, json!(schemas));
}

#[cfg(test)]
mod tests;

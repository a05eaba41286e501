//! The operations of a PATCH (RFC 7644 section 3.5.2).

use serde_json::{Value as Json, json};

use super::Resource;
use super::resource::{elements, is_untyped, is_work, set, work_element};
use crate::model::{Attribute, LicenseValue, ScimPath, Value};

/// The schema of a PATCH body.
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::scim) struct Operation(Json);

impl Operation {
    fn new(op: &str, path: Option<&str>, value: Option<Json>) -> Self {
        let mut operation = Resource::new();
        operation.insert("op".to_owned(), json!(op));
        operation.extend(path.map(|path| ("path".to_owned(), json!(path))));
        operation.extend(value.map(|value| ("value".to_owned(), value)));
        Self(Json::Object(operation))
    }

    fn replace(path: &str, value: Json) -> Self {
        Self::new("replace", Some(path), Some(value))
    }

    fn add(path: &str, value: Json) -> Self {
        Self::new("add", Some(path), Some(value))
    }

    fn remove(path: &str) -> Self {
        Self::new("remove", Some(path), None)
    }

    /// `replace` without a path, with the changes as an object: how Zoom takes `active`
    /// (<https://devforum.zoom.us/t/100447>).
    pub(in crate::scim) fn replace_with(value: Json) -> Self {
        Self::new("replace", None, Some(value))
    }
}

/// The body of a PATCH. `Operations` with a capital O: Zoom takes no other.
pub(in crate::scim) fn patch_body(operations: Vec<Operation>) -> Resource {
    let operations: Vec<Json> = operations.into_iter().map(|operation| operation.0).collect();
    let mut body = Resource::new();
    body.insert("schemas".to_owned(), json!([PATCH_OP]));
    body.insert("Operations".to_owned(), Json::Array(operations));
    body
}

/// Whether the operation for this attribute depends on what the account has now.
pub(in crate::scim) fn needs_current(attribute: Attribute) -> bool {
    matches!(attribute.spec().path, ScimPath::Work(_) | ScimPath::All(_))
}

/// One operation an attribute. `current` is the resource as it is, needed for multi-valued attributes.
pub(in crate::scim) fn operations(
    changes: &[(Attribute, Value)],
    current: &Resource,
) -> Vec<Operation> {
    changes.iter().flat_map(|(attribute, value)| operation(*attribute, value, current)).collect()
}

fn operation(attribute: Attribute, value: &Value, current: &Resource) -> Vec<Operation> {
    let one = |path: &str, value: &Value, shape: &dyn Fn(Json) -> Json| match value {
        Value::Text(text) if text.is_empty() => vec![Operation::remove(path)],
        Value::Text(text) => vec![Operation::replace(path, shape(json!(text.as_str())))],
        Value::Bool(value) => vec![Operation::replace(path, shape(json!(value)))],
        Value::Set(_) | Value::Map(_) => Vec::new(),
    };
    let plain = |value: Json| value;
    match attribute.spec().path {
        ScimPath::Core(name) => one(name, value, &plain),
        ScimPath::Sub(outer, name) => one(&format!("{outer}.{name}"), value, &plain),
        ScimPath::Extension(urn, name) => one(&format!("{urn}:{name}"), value, &plain),
        ScimPath::ExtensionSub(urn, name, sub) => {
            one(&format!("{urn}:{name}"), value, &|value| json!({sub: value}))
        }
        ScimPath::ExtensionMap(urn) => {
            let Value::Map(map) = value else { return Vec::new() };
            map.iter()
                .flat_map(|(name, value)| {
                    let path = format!("{urn}:{name}");
                    match value {
                        LicenseValue::Text(text) => one(&path, &Value::Text(text.clone()), &plain),
                        LicenseValue::Bool(value) => one(&path, &Value::Bool(*value), &plain),
                    }
                })
                .collect()
        }
        ScimPath::Work(name) => work(name, attribute, value, current),
        ScimPath::All(name) => whole(name, attribute, value, current),
    }
}

fn work(name: &str, attribute: Attribute, value: &Value, current: &Resource) -> Vec<Operation> {
    let known = elements(current, name);
    let of_work = || format!("{name}[type eq \"work\"]");
    match (work_element(&known), value) {
        (Some(_), Value::Text(text)) if text.is_empty() && !known.iter().any(is_untyped) => {
            vec![Operation::remove(&of_work())]
        }
        // The filter must mean this one element: a service changes every one that matches.
        (Some((_, true)), Value::Text(text))
            if !text.is_empty() && known.iter().filter(|e| is_work(e)).count() == 1 =>
        {
            vec![Operation::replace(&format!("{}.value", of_work()), json!(text.as_str()))]
        }
        (Some(_), Value::Bool(_) | Value::Set(_) | Value::Map(_)) => Vec::new(),
        // No filter means it alone: it is replaced with all others.
        (Some(_), Value::Text(_)) => whole(name, attribute, value, current),
        (None, value) if value.is_empty() => Vec::new(),
        (None, _) => {
            let mut changed = current.clone();
            set(&mut changed, attribute, value);
            let added = elements(&changed, name).split_off(known.len());
            vec![Operation::add(name, Json::Array(added))]
        }
    }
}

fn whole(name: &str, attribute: Attribute, value: &Value, current: &Resource) -> Vec<Operation> {
    let mut changed = current.clone();
    set(&mut changed, attribute, value);
    let after = elements(&changed, name);
    if after.is_empty() {
        let before = elements(current, name);
        return if before.is_empty() { Vec::new() } else { vec![Operation::remove(name)] };
    }
    vec![Operation::replace(name, Json::Array(after))]
}

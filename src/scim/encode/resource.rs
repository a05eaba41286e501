//! Setting one attribute in a resource, empty or whole.

use serde_json::{Map, Value as Json, json};

use super::Resource;
use crate::model::{Attribute, License, LicenseValue, ScimPath, Text, Value};

/// The key of a member as the resource spells it (RFC 7643 section 2.1: without case).
pub(in crate::scim) fn find_key(resource: &Resource, name: &str) -> Option<String> {
    if resource.contains_key(name) {
        return Some(name.to_owned());
    }
    resource.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()
}

/// Sets an attribute; an empty value takes it away. Everything else in the resource stays as it is.
pub(in crate::scim) fn set(resource: &mut Resource, attribute: Attribute, value: &Value) {
    match attribute.spec().path {
        ScimPath::Core(name) => put(resource, name, simple(value)),
        ScimPath::Sub(outer, name) | ScimPath::Extension(outer, name) => {
            within(resource, outer, |object| put(object, name, simple(value)));
        }
        ScimPath::ExtensionSub(outer, name, sub) => {
            // What else stands beside it (a display name, a reference) belongs to the old value.
            let object = simple(value).map(|value| json!({sub: value}));
            within(resource, outer, |extension| put(extension, name, object));
        }
        ScimPath::Work(name) => {
            let primary = attribute == Attribute::Email;
            let elements = set_work(elements(resource, name), value, primary);
            put(resource, name, (!elements.is_empty()).then_some(Json::Array(elements)));
        }
        ScimPath::All(name) => {
            let elements = set_all(elements(resource, name), value);
            put(resource, name, (!elements.is_empty()).then_some(Json::Array(elements)));
        }
        ScimPath::ExtensionMap(outer) => within(resource, outer, |object| {
            let Value::Map(map) = value else { return };
            for (name, value) in map.iter() {
                put(object, name, Some(license(name, value)));
            }
        }),
    }
}

fn put(object: &mut Map<String, Json>, name: &str, value: Option<Json>) {
    let key = find_key(object, name).unwrap_or_else(|| name.to_owned());
    match value {
        Some(value) => drop(object.insert(key, value)),
        None => drop(object.remove(&key)),
    }
}

/// Changes a member that is an object, which comes and goes with its own members.
fn within(resource: &mut Resource, name: &str, change: impl FnOnce(&mut Map<String, Json>)) {
    let key = find_key(resource, name).unwrap_or_else(|| name.to_owned());
    let mut object = match resource.remove(&key) {
        Some(Json::Object(object)) => object,
        Some(_) | None => Map::new(),
    };
    change(&mut object);
    if !object.is_empty() {
        resource.insert(key, Json::Object(object));
    }
}

fn simple(value: &Value) -> Option<Json> {
    match value {
        Value::Text(text) if text.is_empty() => None,
        Value::Text(text) => Some(json!(text.as_str())),
        Value::Bool(value) => Some(json!(value)),
        Value::Set(_) | Value::Map(_) => None,
    }
}

/// What switches a licence off is sent too: one that is left out stays.
fn license(key: &str, value: &LicenseValue) -> Json {
    match License::of(key).sent(value) {
        LicenseValue::Text(text) => json!(text.as_str()),
        LicenseValue::Bool(value) => json!(value),
    }
}

/// The elements of a multi-valued attribute; a single object is a list of one.
pub(super) fn elements(resource: &Resource, name: &str) -> Vec<Json> {
    match find_key(resource, name).and_then(|key| resource.get(&key)) {
        Some(Json::Array(elements)) => elements.clone(),
        Some(Json::Object(element)) => vec![Json::Object(element.clone())],
        Some(_) | None => Vec::new(),
    }
}

/// Which element the attribute table means: that of type `work`, else one without a type. The same choice
/// as in reading.
pub(super) fn work_element(elements: &[Json]) -> Option<(usize, bool)> {
    let filled = |element: &Json| {
        member(element, "value").and_then(Json::as_str).is_some_and(|v| !v.is_empty())
    };
    let primary = |element: &Json| match member(element, "primary") {
        Some(Json::Bool(primary)) => *primary,
        Some(Json::String(text)) => text.eq_ignore_ascii_case("true"),
        Some(_) | None => false,
    };
    elements
        .iter()
        .enumerate()
        .filter(|(_, element)| filled(element))
        .filter_map(|(at, element)| {
            let rank = if is_work(element) { Some(0) } else { is_untyped(element).then_some(1) };
            Some((rank?, !primary(element), at))
        })
        .min()
        .map(|(rank, _, at)| (at, rank == 0))
}

/// Whether an element is of type `work`.
pub(super) fn is_work(element: &Json) -> bool {
    let kind = member(element, "type").and_then(Json::as_str);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
}

/// Whether an element says nothing of its type.
pub(super) fn is_untyped(element: &Json) -> bool {
    member(element, "type").and_then(Json::as_str).is_none_or(str::is_empty)
}

pub(super) fn member<'a>(element: &'a Json, name: &str) -> Option<&'a Json> {
    let object = element.as_object()?;
    object.get(&find_key(object, name)?)
}

fn set_work(mut elements: Vec<Json>, value: &Value, may_be_primary: bool) -> Vec<Json> {
    let found = work_element(&elements).map(|(at, _)| at);
    match (found, simple(value)) {
        (Some(at), Some(value)) => {
            if let Some(Json::Object(element)) = elements.get_mut(at) {
                put(element, "value", Some(value));
                put(element, "display", None);
            }
        }
        // Every one that would be read in its place goes too.
        (Some(_), None) => {
            while let Some((at, _)) = work_element(&elements) {
                elements.remove(at);
            }
        }
        (None, Some(value)) => {
            let free = !elements.iter().any(|e| member(e, "primary") == Some(&Json::Bool(true)));
            elements.push(if may_be_primary && free {
                json!({"value": value, "type": "work", "primary": true})
            } else {
                json!({"value": value, "type": "work"})
            });
        }
        (None, None) => {}
    }
    elements
}

/// Elements whose value stays are kept as they are, with whatever else they hold.
fn set_all(known: Vec<Json>, value: &Value) -> Vec<Json> {
    let Value::Set(wanted) = value else { return Vec::new() };
    let text = |element: &Json| -> Option<Text> {
        let value = element.as_str().or_else(|| member(element, "value").and_then(Json::as_str));
        value.map(Text::from)
    };
    let mut left = (**wanted).clone();
    let mut elements = known;
    elements.retain(|element| text(element).is_some_and(|value| left.remove(&value)));
    elements.extend(left.iter().map(|value| json!({"value": value.as_str()})));
    elements
}

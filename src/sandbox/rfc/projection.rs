//! `attributes` and `excludedAttributes`: what of a resource the caller wants to see.

use serde_json::{Map, Value};

use super::path::Path;
use super::schema::Attr;
use crate::sandbox::answer::Answer;
use crate::sandbox::options::Manners;
use crate::sandbox::request::Request;

/// Shown whatever is asked for.
const ALWAYS: [&str; 2] = ["schemas", "id"];

/// Leaves out of an answer what the query does not want; also of each resource of a list.
pub(super) fn project(mut answer: Answer, request: &Request) -> Answer {
    let wanted = paths(request, "attributes");
    let unwanted = paths(request, "excludedAttributes");
    if wanted.is_empty() && unwanted.is_empty() {
        return answer;
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else {
        return answer;
    };
    let cut = |resource: &mut Value| {
        if let Value::Object(resource) = resource {
            if !wanted.is_empty() {
                *resource = keep(resource, &wanted);
            }
            for path in &unwanted {
                remove(resource, &keys(path));
            }
        }
    };
    match body.get_mut("Resources") {
        Some(Value::Array(resources)) => resources.iter_mut().for_each(cut),
        _ => cut(&mut body),
    }
    answer.body = Answer::json(Manners::Rfc, answer.status, &body).body;
    answer
}

fn paths(request: &Request, name: &str) -> Vec<Path> {
    let names = request.parameter(name).unwrap_or_default().split(',');
    names.filter_map(Path::parse).collect()
}

/// The keys that lead to what a path means, from the outside in.
fn keys(path: &Path) -> Vec<&'static str> {
    let steps: [Option<&'static Attr>; 3] = [path.extension, path.attr, path.sub];
    steps.into_iter().flatten().map(|attr| attr.name).collect()
}

fn keep(resource: &Map<String, Value>, wanted: &[Path]) -> Map<String, Value> {
    let mut kept = Map::new();
    for name in ALWAYS {
        kept.extend(resource.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    for path in wanted {
        copy(resource, &mut kept, &keys(path));
    }
    kept
}

fn copy(from: &Map<String, Value>, to: &mut Map<String, Value>, keys: &[&str]) {
    let Some((key, rest)) = keys.split_first() else {
        return;
    };
    let Some(value) = from.get(*key) else { return };
    let slot = to.entry((*key).to_owned());
    if rest.is_empty() {
        *slot.or_insert(Value::Null) = value.clone();
    } else if let Value::Object(inner) = value {
        if let Value::Object(there) = slot.or_insert_with(|| Map::new().into()) {
            copy(inner, there, rest);
        }
    } else if let Value::Array(values) = value {
        let empty = || values.iter().map(|_| Value::Object(Map::new())).collect();
        let there = slot.or_insert_with(empty).as_array_mut().into_iter().flatten();
        for (value, there) in values.iter().zip(there) {
            if let (Value::Object(value), Value::Object(there)) = (value, there) {
                copy(value, there, rest);
            }
        }
    }
}

fn remove(resource: &mut Map<String, Value>, keys: &[&str]) {
    let Some((key, rest)) = keys.split_first() else {
        return;
    };
    if rest.is_empty() {
        if !ALWAYS.contains(key) {
            resource.remove(*key);
        }
        return;
    }
    match resource.get_mut(*key) {
        Some(Value::Object(inner)) => remove(inner, rest),
        Some(Value::Array(values)) => {
            for value in values.iter_mut().filter_map(Value::as_object_mut) {
                remove(value, rest);
            }
        }
        _ => {}
    }
}

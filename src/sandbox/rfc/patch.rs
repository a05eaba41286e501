//! PATCH as RFC 7644, section 3.5.2, has it.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::path::Path;
use super::schema::{Attr, Kind, Mutability, is_primary, listed};
use crate::sandbox::answer::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

fn refuse(kind: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::keyword(StatusCode::BAD_REQUEST, kind, detail)
}

/// Applies a whole request to a resource; after an error nothing of it counts.
pub(super) fn apply(
    resource: &mut Map<String, Value>,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    let operations = body
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("Operations"))
        .and_then(|(_, value)| value.as_array())
        .filter(|operations| !operations.is_empty())
        .ok_or_else(|| refuse("invalidSyntax", "\"Operations\" is missing"))?;
    for operation in operations {
        let op = match operation.get("op").and_then(Value::as_str).map(str::to_ascii_lowercase) {
            Some(op) if op == "add" => Op::Add,
            Some(op) if op == "replace" => Op::Replace,
            Some(op) if op == "remove" => Op::Remove,
            _ => {
                return Err(refuse("invalidSyntax", "\"op\" is not add, replace or remove"));
            }
        };
        let value = operation.get("value").cloned();
        match (operation.get("path").and_then(Value::as_str), value) {
            (Some(path), value) => at_path(resource, op, path, value)?,
            (None, _) if op == Op::Remove => {
                return Err(refuse("noTarget", "\"remove\" wants a path"));
            }
            (None, Some(Value::Object(values))) => {
                for (path, value) in values {
                    // What the service owns or does not know is passed over, as in a PUT.
                    if Path::parse(&path).is_some_and(|path| changeable(&path)) {
                        at_path(resource, op, &path, Some(value))?;
                    }
                }
            }
            (None, _) => return Err(refuse("invalidValue", "\"value\" must be an object")),
        }
    }
    Ok(())
}

fn changeable(path: &Path) -> bool {
    [path.attr, path.sub].into_iter().flatten().all(|it| it.mutability != Mutability::ReadOnly)
}

fn at_path(
    resource: &mut Map<String, Value>,
    op: Op,
    text: &str,
    value: Option<Value>,
) -> Result<(), Refusal> {
    let path = Path::parse(text)
        .ok_or_else(|| refuse("invalidPath", format!("\"{text}\" leads nowhere")))?;
    if !changeable(&path) {
        return Err(refuse("mutability", format!("\"{text}\" cannot be changed")));
    }
    if op != Op::Remove && value.is_none() {
        return Err(refuse("invalidValue", "\"value\" is missing"));
    }
    let value = value.unwrap_or_default();
    let Some(extension) = path.extension else {
        return in_object(resource, op, &path, value);
    };
    if path.attr.is_none() {
        return single(resource, op, extension, value);
    }
    let mut inner = match resource.remove(extension.name) {
        Some(Value::Object(inner)) => inner,
        _ => Map::new(),
    };
    let result = in_object(&mut inner, op, &path, value);
    if !inner.is_empty() {
        resource.insert(extension.name.to_owned(), Value::Object(inner));
    }
    result
}

fn in_object(
    object: &mut Map<String, Value>,
    op: Op,
    path: &Path,
    value: Value,
) -> Result<(), Refusal> {
    let Some(attr) = path.attr else { return Ok(()) };
    if attr.many {
        return multi(object, op, path, attr, value);
    }
    match path.sub {
        None => single(object, op, attr, value),
        Some(sub) => {
            let mut inner = match object.remove(attr.name) {
                Some(Value::Object(inner)) => inner,
                _ => Map::new(),
            };
            let result = single(&mut inner, op, sub, value);
            if !inner.is_empty() {
                object.insert(attr.name.to_owned(), Value::Object(inner));
            }
            result
        }
    }
}

/// A single value: a complex one takes over the sub-attributes that are given.
fn single(
    object: &mut Map<String, Value>,
    op: Op,
    attr: &'static Attr,
    value: Value,
) -> Result<(), Refusal> {
    if op == Op::Remove || value.is_null() {
        object.remove(attr.name);
        return Ok(());
    }
    match (attr.kind, value, object.get_mut(attr.name)) {
        (Kind::Complex(subs), Value::Object(sent), Some(Value::Object(there))) => {
            for (key, value) in sent {
                let Some(sub) = super::schema::find(subs, &key) else {
                    continue;
                };
                if sub.mutability != Mutability::ReadOnly {
                    single(there, op, sub, value)?;
                }
            }
        }
        (_, value, _) => {
            object.insert(attr.name.to_owned(), value);
        }
    }
    Ok(())
}

fn multi(
    object: &mut Map<String, Value>,
    op: Op,
    path: &Path,
    attr: &'static Attr,
    value: Value,
) -> Result<(), Refusal> {
    let mut values = match object.remove(attr.name) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    let before: Vec<Value> = values.iter().filter(|it| is_primary(it)).cloned().collect();
    let result = match (&path.filter, path.sub) {
        (None, None) => {
            whole(&mut values, op, value);
            Ok(())
        }
        (filter, sub) => {
            let hit = |it: &Value| match (filter, it) {
                (None, _) => true,
                (Some(filter), Value::Object(it)) => filter.holds(it),
                (Some(_), _) => false,
            };
            let found = values.iter().any(&hit);
            if op == Op::Remove && sub.is_none() {
                values.retain(|it| !hit(it));
                Ok(())
            } else if found || op == Op::Remove {
                values
                    .iter_mut()
                    .filter(|it| hit(it))
                    .try_for_each(|it| element(it, op, sub, attr, &value))
            } else if let (Op::Add, Some(filter)) = (op, filter) {
                let mut new = Value::Object(filter.example());
                let result = element(&mut new, op, sub, attr, &value);
                values.push(new);
                result
            } else {
                Err(refuse("noTarget", format!("no value of \"{}\" is meant", attr.name)))
            }
        }
    };
    // A value that has become primary ends the reign of the one before.
    if values.iter().filter(|it| is_primary(it)).count() > 1 {
        for old in values.iter_mut().filter(|it| before.contains(it)) {
            if let Value::Object(old) = old {
                old.insert("primary".to_owned(), Value::Bool(false));
            }
        }
    }
    values.retain(|it| !it.as_object().is_some_and(Map::is_empty));
    if !values.is_empty() {
        object.insert(attr.name.to_owned(), Value::Array(values));
    }
    result
}

fn whole(values: &mut Vec<Value>, op: Op, value: Value) {
    let sent = listed(value);
    match op {
        Op::Remove => values.clear(),
        Op::Replace => *values = sent,
        Op::Add => {
            for value in sent {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
    }
}

/// One value of a list, or one of its sub-attributes.
fn element(
    it: &mut Value,
    op: Op,
    sub: Option<&'static Attr>,
    attr: &'static Attr,
    value: &Value,
) -> Result<(), Refusal> {
    let Value::Object(there) = it else {
        return Err(refuse("invalidValue", format!("\"{}\" is not complex", attr.name)));
    };
    match (sub, value) {
        (Some(sub), value) => single(there, op, sub, value.clone()),
        (None, Value::Object(sent)) => {
            if op == Op::Replace {
                there.clear();
            }
            there.extend(sent.clone());
            Ok(())
        }
        (None, _) => Err(refuse("invalidValue", format!("\"{}\" wants an object", attr.name))),
    }
}

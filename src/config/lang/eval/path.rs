//! Attributes, indices and splats.

use smol_str::SmolStr;

use super::super::node::{Node, Op, Step, StepKind};
use super::super::number;
use super::super::value::{Map, Value};
use super::operators::{a_type, quoted};
use super::{Fault, Machine, Outcome};
use crate::diagnostic::{Span, did_you_mean};

/// Most keys that an error lists.
const LISTED: usize = 12;

impl Machine<'_> {
    pub(super) fn path(&mut self, base: &Node, steps: &[Step]) -> Outcome {
        let of_person = matches!(base.op, Op::Column { .. });
        let base = self.eval(base)?;
        let found = self.follow(base, steps);
        if !of_person {
            return found;
        }
        found.map_err(|fault| {
            let absent = fault.is_absent();
            let help = absent.then(|| "where not everybody has it: try(…, null)".to_owned());
            fault.map_problem(|problem| problem.maybe_help(help))
        })
    }

    /// Recursive at splats only, whose number the compiler bounds.
    fn follow(&mut self, mut value: Value, mut steps: &[Step]) -> Outcome {
        while let Some((step, rest)) = steps.split_first() {
            self.steps(1, step.span)?;
            steps = rest;
            value = match &step.kind {
                StepKind::Attribute(name) => attribute(&value, name, step.span)?,
                StepKind::Index(key) => {
                    let key = self.eval(key)?;
                    index(&value, &key, step.span)?
                }
                StepKind::Number(at) => index(&value, &Value::Number((*at).into()), step.span)?,
                StepKind::Splat => return self.splat(&value, rest, step.span),
                StepKind::AttributeSplat => {
                    let end = rest
                        .iter()
                        .position(|step| {
                            !matches!(step.kind, StepKind::Attribute(_) | StepKind::Number(_))
                        })
                        .unwrap_or(rest.len());
                    let (each, after) = rest.split_at(end);
                    steps = after;
                    self.splat(&value, each, step.span)?
                }
            };
        }
        Ok(value)
    }

    fn splat(&mut self, value: &Value, each: &[Step], span: Span) -> Outcome {
        let items = match value {
            Value::Null => return Ok(Value::list(Vec::new())),
            Value::List(list) | Value::Set(list) => list.items(),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) | Value::User(_) => {
                std::slice::from_ref(value)
            }
        };
        self.items(items.len(), span)?;
        let items = items
            .iter()
            .map(|item| self.follow(item.clone(), each))
            .collect::<Result<Vec<_>, _>>()?;
        Self::sized(Value::list(items), span)
    }
}

fn attribute(value: &Value, name: &SmolStr, span: Span) -> Outcome {
    if let Some(map) = value.as_map() {
        return map.get(name).cloned().ok_or_else(|| missing_key(map, name, span));
    }
    let fault = Fault::plain(span, format!("{} has no attribute `{name}`", a_type(value)));
    Err(match value {
        Value::List(_) | Value::Set(_) => fault.map_problem(|problem| {
            problem.help(format!("take one item, such as [0].{name}, or all: [*].{name}"))
        }),
        Value::Null => fault.absent(),
        Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) | Value::User(_) => {
            fault
        }
    })
}

fn index(value: &Value, key: &Value, span: Span) -> Outcome {
    match value {
        Value::Map(_) | Value::User(_) => {
            let (Some(map), Some(key)) = (value.as_map(), key.to_text()) else {
                return Err(Fault::plain(
                    span,
                    format!("the key of an object must be a string, not {}", a_type(key)),
                ));
            };
            map.get(&key).cloned().ok_or_else(|| missing_key(map, &key, span))
        }
        Value::List(list) => {
            let Some(at) = key.to_number().and_then(number::to_index) else {
                return Err(Fault::plain(span, "the index of a list must be a whole number")
                    .detail(match key.to_text() {
                        Some(key) => format!("it is {}", quoted(&key)),
                        None => format!("it is {}", a_type(key)),
                    }));
            };
            let item = usize::try_from(at).ok().and_then(|at| list.items().get(at));
            item.cloned().ok_or_else(|| {
                let fault = Fault::plain(span, "there is no item at this index").absent();
                fault.detail(match (at < 0, list.items().len()) {
                    (true, _) => format!("the index {at} is negative; the first item is 0"),
                    (false, 0) => "the list is empty".to_owned(),
                    (false, 1) => format!("the index is {at}, and the list has one item"),
                    (false, count) => format!("the index is {at}, and the list has {count} items"),
                })
            })
        }
        Value::Set(_) => Err(Fault::plain(span, "a set has no order, so no index")
            .map_problem(|problem| problem.help("make it a list first: tolist(…)[0]"))),
        Value::Null => {
            Err(Fault::plain(span, format!("{} can't be indexed", a_type(value))).absent())
        }
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            Err(Fault::plain(span, format!("{} can't be indexed", a_type(value))))
        }
    }
}

/// Says which key is missing and which there are.
pub(in super::super) fn missing_key(map: &Map, key: &str, span: Span) -> Fault {
    let keys = map.entries();
    let shown: Vec<String> = keys.keys().take(LISTED).map(|key| format!("`{key}`")).collect();
    let known = match (keys.len(), keys.len() - shown.len()) {
        (0, _) => "it has none".to_owned(),
        (_, 0) => format!("it has {}", shown.join(", ")),
        (_, more) => format!("it has {} and {more} more", shown.join(", ")),
    };
    let near = did_you_mean(key, keys.keys().map(SmolStr::as_str));
    Fault::plain(span, "there is no such key")
        .absent()
        .detail(format!("no key {}; {known}", quoted(key)))
        .map_problem(|problem| {
            problem.maybe_help(near.map(|near| format!("did you mean `{near}`?")))
        })
}

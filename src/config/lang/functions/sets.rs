//! Functions on sets.

use super::super::value::Value;
use super::{Answer, Args, Function, Kind, Param};

const FIRST: Param = Param::new("first_set", Kind::Set);
const OTHERS: Param = Param::new("other_sets", Kind::Set);

const FACTOR: Param = Param::new("sets", Kind::Items);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("setunion", &[FIRST], OTHERS, |args| {
        let all = args.values.iter().filter_map(Value::as_items).flatten().cloned().collect();
        answer(args, all)
    }),
    Function::variadic("setintersection", &[FIRST], OTHERS, |args| {
        let sets = in_one_type(args);
        let Some((first, others)) = sets.split_first() else { return Ok(Value::set(Vec::new())) };
        let everywhere = |item: &&Value| others.iter().all(|set| holds(set, item));
        let kept = first.iter().filter(everywhere).cloned().collect();
        answer(args, kept)
    }),
    Function::new(
        "setsubtract",
        &[Param::new("a", Kind::Set), Param::new("b", Kind::Set)],
        |args| {
            let sets = in_one_type(args);
            let [a, b] = sets.as_slice() else { return Ok(Value::set(Vec::new())) };
            let kept = a.iter().filter(|item| !holds(b, item)).cloned().collect();
            answer(args, kept)
        },
    ),
    Function::variadic("setproduct", &[FACTOR, FACTOR], FACTOR, setproduct),
];

/// All combinations of an item of each, the last changing fastest.
fn setproduct(args: &mut Args<'_, '_>) -> Answer {
    let factors: Vec<Vec<Value>> = args
        .values
        .iter()
        .filter_map(Value::as_items)
        .map(|items| unify(items).unwrap_or_else(|| items.to_vec()))
        .collect();
    let is_set = args.values.iter().any(|value| matches!(value, Value::Set(_)));
    let count = factors.iter().fold(1_usize, |count, factor| count.saturating_mul(factor.len()));
    if count == 0 {
        return Ok(if is_set { Value::set(Vec::new()) } else { Value::list(Vec::new()) });
    }
    // Room is taken before anything is made: a few short lists have more combinations than memory.
    args.reserve_items(count.saturating_mul(1 + factors.len()))?;
    let mut all: Vec<Vec<Value>> = vec![Vec::new()];
    for factor in &factors {
        all = all
            .iter()
            .flat_map(|before| {
                factor.iter().map(|item| before.iter().chain([item]).cloned().collect())
            })
            .collect();
    }
    let all = all.into_iter().map(Value::list).collect();
    Ok(if is_set { Value::set(all) } else { Value::list(all) })
}

fn holds(sorted: &[Value], item: &Value) -> bool {
    sorted.binary_search(item).is_ok()
}

/// The sets, with texts on one side making texts of the other: `["1"]` and `[1]` are the same.
fn in_one_type(args: &Args<'_, '_>) -> Vec<Vec<Value>> {
    let any_text = args
        .values
        .iter()
        .filter_map(Value::as_items)
        .flatten()
        .any(|item| matches!(item, Value::Text(_)));
    let convert = |item: &Value| match item.to_text() {
        Some(text) if any_text => Value::Text(text),
        Some(_) | None => item.clone(),
    };
    let mut sets: Vec<Vec<Value>> = args
        .values
        .iter()
        .map(|set| set.as_items().unwrap_or(&[]).iter().map(convert).collect())
        .collect();
    for set in &mut sets {
        set.sort();
    }
    sets
}

fn answer(args: &mut Args<'_, '_>, items: Vec<Value>) -> Answer {
    args.reserve_items(items.len())?;
    Ok(Value::set(unify(&items).unwrap_or(items)))
}

/// Gives the items of a collection one type, as Terraform does: texts beside numbers or bools make
/// all of them text. `None` where primitive values stand beside collections.
pub(super) fn unify(items: &[Value]) -> Option<Vec<Value>> {
    let kind = |value: &Value| match value {
        Value::Null => None,
        Value::Bool(_) => Some(0),
        Value::Number(_) => Some(1),
        Value::Text(_) => Some(2),
        Value::List(_) | Value::Set(_) => Some(3),
        Value::Map(_) | Value::User(_) => Some(4),
    };
    let mut kinds = items.iter().filter_map(kind);
    let first = kinds.next();
    let mut mixed = false;
    let mut complex = first.is_some_and(|kind| kind > 2);
    for kind in kinds {
        mixed |= Some(kind) != first;
        complex |= kind > 2;
    }
    if mixed && complex {
        return None;
    }
    if !mixed {
        return Some(items.to_vec());
    }
    let text = |item: &Value| item.to_text().map_or(Value::Null, Value::Text);
    Some(items.iter().map(text).collect())
}

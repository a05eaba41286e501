//! Functions on lists.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation as _;

use super::super::eval::{a_type, number_too_large, quoted};
use super::super::number;
use super::super::value::Value;
use super::sets::unify;
use super::{Answer, Args, Function, Kind, Param, Wrong};
use crate::model::compare_text;

const LIST: Param = Param::new("list", Kind::Items);
const INDEX: Kind = Kind::Whole;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("length", &[Param::new("value", Kind::Any)], length),
    Function::new("contains", &[LIST, Param::new("value", Kind::Any).or_null()], |args| {
        let found = args.items(0).contains(args.value(1));
        Ok(Value::Bool(found))
    }),
    Function::variadic("concat", &[], Param::new("seqs", Kind::List), concat),
    Function::new("distinct", &[LIST], distinct),
    Function::new("flatten", &[LIST], flatten),
    Function::new("compact", &[LIST], compact),
    Function::new(
        "slice",
        &[
            Param::new("list", Kind::List),
            Param::new("start_index", INDEX),
            Param::new("end_index", INDEX),
        ],
        slice,
    ),
    Function::new("sort", &[LIST], sort),
    Function::new("reverse", &[LIST], |args| {
        let items = args.items(0).iter().rev().cloned().collect();
        args.answer_list(items)
    }),
    Function::variadic("coalesce", &[], Param::new("vals", Kind::Any).or_null(), coalesce),
    Function::variadic("coalescelist", &[], Param::new("vals", Kind::Items), |args| {
        let full = |value: &&Value| value.as_items().is_some_and(|items| !items.is_empty());
        let found = args.values.iter().find(full).cloned();
        found.ok_or_else(|| Wrong::call("no list with an item in it"))
    }),
    Function::new("one", &[LIST], |args| match args.items(0) {
        [] => Ok(Value::Null),
        [one] => Ok(one.clone()),
        more => Err(Wrong::argument(0, format!("it has {} items, not one or none", more.len()))),
    }),
    Function::new(
        "element",
        &[Param::new("list", Kind::List), Param::new("index", INDEX)],
        element,
    ),
    Function::new(
        "index",
        &[Param::new("list", Kind::List), Param::new("value", Kind::Any).or_null()],
        |args| {
            let found = args.items(0).iter().position(|item| item == args.value(1));
            let found = found.map(|at| Value::Number(at.into()));
            found.ok_or_else(|| Wrong::argument(1, "no item of the list equals it"))
        },
    ),
    Function::new("chunklist", &[LIST, Param::new("size", INDEX)], chunklist),
    Function::variadic("range", &[], Param::new("params", Kind::Number), range),
    Function::new("anytrue", &[LIST], |args| truths(args, true)),
    Function::new("alltrue", &[LIST], |args| truths(args, false)),
];

fn length(args: &mut Args<'_, '_>) -> Answer {
    let length = match args.value(0) {
        // In ASCII, only a line break of two characters counts as one.
        Value::Text(text) if text.is_ascii() => text.len() - text.matches("\r\n").count(),
        Value::Text(text) => text.graphemes(true).count(),
        Value::List(list) | Value::Set(list) => list.items().len(),
        value @ (Value::Map(_) | Value::User(_)) => {
            value.as_map().map_or(0, |map| map.entries().len())
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => {
            return Err(Wrong::argument(
                0,
                format!("it must be a string, a list, a set or a map, not {}", a_type(other)),
            ));
        }
    };
    Ok(Value::Number(length.into()))
}

fn concat(args: &mut Args<'_, '_>) -> Answer {
    if args.values.is_empty() {
        return Err(Wrong::call("it needs at least one list"));
    }
    let count = (0..args.values.len()).map(|index| args.items(index).len()).sum();
    args.reserve_items(count)?;
    let lists = args.values.iter().filter_map(Value::as_items);
    Ok(Value::list(lists.flatten().cloned().collect()))
}

fn distinct(args: &mut Args<'_, '_>) -> Answer {
    let items = unify(args.items(0)).unwrap_or_else(|| args.items(0).to_vec());
    let mut seen = BTreeSet::new();
    let once = items.iter().filter(|item| seen.insert(*item)).cloned().collect();
    args.answer_list(once)
}

fn pour(args: &mut Args<'_, '_>, items: &[Value], out: &mut Vec<Value>) -> Result<(), Wrong> {
    args.reserve_items(items.len())?;
    for item in items {
        match item.as_items() {
            Some(inner) => pour(args, inner, out)?,
            None => out.push(item.clone()),
        }
    }
    Ok(())
}

fn flatten(args: &mut Args<'_, '_>) -> Answer {
    let list = args.take(0);
    let mut out = Vec::new();
    pour(args, list.as_items().unwrap_or(&[]), &mut out)?;
    Ok(Value::list(out))
}

fn compact(args: &mut Args<'_, '_>) -> Answer {
    let mut full = Vec::new();
    for (at, item) in args.items(0).iter().enumerate() {
        match item.to_text() {
            Some(text) if text.is_empty() => {}
            Some(text) => full.push(Value::Text(text)),
            None if item.is_null() => {}
            None => {
                let why = format!("item {at} must be a string, not {}", a_type(item));
                return Err(Wrong::argument(0, why));
            }
        }
    }
    args.answer_list(full)
}

fn slice(args: &mut Args<'_, '_>) -> Answer {
    let (start, end) = (args.whole(1), args.whole(2));
    let items = args.items(0);
    let Ok(from) = usize::try_from(start) else {
        return Err(Wrong::argument(1, format!("it is {start}; the first item is 0")));
    };
    if start > end {
        return Err(Wrong::argument(1, format!("it is {start}, after the end index {end}")));
    }
    let part = usize::try_from(end).ok().and_then(|to| items.get(from..to)).map(<[_]>::to_vec);
    let Some(part) = part else {
        let why = format!("it is {end}, and the list has {} items", items.len());
        return Err(Wrong::argument(2, why));
    };
    args.answer_list(part)
}

fn sort(args: &mut Args<'_, '_>) -> Answer {
    let mut texts = args.texts(0)?;
    texts.sort_by(|a, b| compare_text(a, b));
    args.answer_list(texts.into_iter().map(Value::Text).collect())
}

fn coalesce(args: &mut Args<'_, '_>) -> Answer {
    let all_primitive =
        args.values.iter().all(|value| value.is_null() || value.to_text().is_some());
    let any_text = args.values.iter().any(|value| value.as_text().is_some());
    let filled = |value: &&Value| !value.is_null() && value.as_text() != Some("");
    let Some(found) = args.values.iter().find(filled) else {
        return Err(Wrong::call("every argument is null or empty text"));
    };
    // Texts beside numbers or bools make all of them text, as Terraform does.
    match found.to_text() {
        Some(text) if all_primitive && any_text => Ok(Value::Text(text)),
        Some(_) | None => Ok(found.clone()),
    }
}

fn element(args: &mut Args<'_, '_>) -> Answer {
    let (items, index) = (args.items(0), args.whole(1));
    if items.is_empty() {
        return Err(Wrong::argument(0, "the list is empty"));
    }
    let Ok(index) = usize::try_from(index) else {
        return Err(Wrong::argument(1, format!("it is {index}; the first item is 0")));
    };
    Ok(items.get(index % items.len()).cloned().unwrap_or_default())
}

fn chunklist(args: &mut Args<'_, '_>) -> Answer {
    let Ok(size) = usize::try_from(args.whole(1)) else {
        return Err(Wrong::argument(
            1,
            format!("it is {}, and a part has at least one item", args.whole(1)),
        ));
    };
    let items = unify(args.items(0)).unwrap_or_else(|| args.items(0).to_vec());
    // As in Terraform, a size of 0 makes one part of all.
    let size = if size == 0 { items.len().max(1) } else { size };
    args.reserve_items(items.len() + items.len().div_ceil(size))?;
    Ok(Value::list(items.chunks(size).map(|part| Value::list(part.to_vec())).collect()))
}

fn range(args: &mut Args<'_, '_>) -> Answer {
    use rust_decimal::Decimal;
    let (start, end, step) = match args.values.len() {
        1 => (Decimal::ZERO, args.number(0), None),
        2 => (args.number(0), args.number(1), None),
        3 => (args.number(0), args.number(1), Some(args.number(2))),
        count => return Err(Wrong::call(format!("it takes 1 to 3 numbers, not {count}"))),
    };
    let down = end < start;
    let step = step.unwrap_or(if down { Decimal::NEGATIVE_ONE } else { Decimal::ONE });
    if step.is_zero() {
        return Err(Wrong::argument(2, "a step of 0 never arrives"));
    }
    if start != end && step.is_sign_negative() != down {
        return Err(Wrong::argument(2, "it leads away from the end"));
    }
    let mut items = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        args.reserve_items(1)?;
        items.push(Value::Number(at));
        at = number::add(at, step).ok_or_else(|| number_too_large(args.span))?;
    }
    Ok(Value::list(items))
}

fn truths(args: &mut Args<'_, '_>, decisive: bool) -> Answer {
    for (at, item) in args.items(0).iter().enumerate() {
        let truth = match item.to_bool() {
            Some(truth) => truth,
            None if item.is_null() => false,
            None => {
                let shown = item.as_text().map_or_else(|| a_type(item), quoted);
                return Err(Wrong::argument(0, format!("item {at} must be a bool, not {shown}")));
            }
        };
        if truth == decisive {
            return Ok(Value::Bool(decisive));
        }
    }
    Ok(Value::Bool(!decisive))
}

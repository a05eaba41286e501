//! Functions on maps and objects.

use super::super::eval::missing_key;
use super::super::value::{Map, Value};
use super::{Answer, Args, Function, Kind, Param, Wrong};

const MAP: Param = Param::new("inputMap", Kind::Map);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("keys", &[MAP], |args| {
        let entries = args.map(0).map(|map| map.entries().keys().cloned());
        let keys = entries.into_iter().flatten().map(Value::Text).collect();
        args.answer_list(keys)
    }),
    Function::new("values", &[MAP], |args| {
        let entries = args.map(0).map(|map| map.entries().values().cloned());
        let values = entries.into_iter().flatten().collect();
        args.answer_list(values)
    }),
    Function::new(
        "lookup",
        &[
            MAP,
            Param::new("key", Kind::Text),
            Param::new("default", Kind::Any).or_null().optional(),
        ],
        lookup,
    ),
    Function::variadic("merge", &[], Param::new("maps", Kind::Map).or_null(), merge),
    Function::new(
        "zipmap",
        &[Param::new("keys", Kind::Items), Param::new("values", Kind::Items)],
        zipmap,
    ),
];

fn lookup(args: &mut Args<'_, '_>) -> Answer {
    let key = args.take(1);
    let key = key.as_text().unwrap_or("");
    match args.map(0).map(|map| (map, map.get(key))) {
        Some((_, Some(value))) => Ok(value.clone()),
        Some((map, None)) if args.values.len() < 3 => Err(missing_key(map, key, args.span).into()),
        Some((_, None)) | None => Ok(args.take(2)),
    }
}

fn merge(args: &mut Args<'_, '_>) -> Answer {
    let maps = || args.values.iter().filter_map(Value::as_map);
    let count = maps().map(|map| map.entries().len()).sum();
    args.machine.items(count, args.span)?;
    let entries = maps().flat_map(Map::entries);
    Ok(Value::map(entries.map(|(key, value)| (key.clone(), value.clone()))))
}

fn zipmap(args: &mut Args<'_, '_>) -> Answer {
    let keys = args.texts(0)?;
    let count = args.items(1).len();
    if keys.len() != count {
        return Err(Wrong::call(format!("there are {} keys for {count} values", keys.len())));
    }
    args.reserve_items(count)?;
    Ok(Value::map(keys.into_iter().zip(args.items(1).iter().cloned())))
}

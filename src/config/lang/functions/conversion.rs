//! Conversions, and what copes with errors.

use super::super::eval::{a_type, quoted};
use super::super::value::Value;
use super::sets::unify;
use super::{Answer, Args, Function, Kind, Param, Special, Wrong};

const V: Param = Param::new("v", Kind::Any).or_null();
const EXPRESSION: Param = Param::new("expression", Kind::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("tostring", &[V], |args| to(args, "string", |v| v.to_text().map(Value::Text))),
    Function::new("tonumber", &[V], |args| {
        to(args, "number", |v| v.to_number().map(Value::Number))
    }),
    Function::new("tobool", &[V], |args| to(args, "bool", |v| v.to_bool().map(Value::Bool))),
    Function::new("tolist", &[V], |args| {
        to(args, "list of one type", |v| unify(v.as_items()?).map(Value::list))
    }),
    Function::new("toset", &[V], |args| {
        to(args, "set of one type", |v| unify(v.as_items()?).map(Value::set))
    }),
    Function::special("try", &[], Some(Param::new("expressions", Kind::Any)), Special::Try),
    Function::special("can", &[EXPRESSION], None, Special::Can),
    Function::special("env", &[Param::new("name", Kind::Text)], None, Special::Environment),
];

fn to(args: &mut Args<'_, '_>, wanted: &str, convert: fn(&Value) -> Option<Value>) -> Answer {
    let value = args.value(0);
    if value.is_null() {
        return Ok(Value::Null);
    }
    let count = value.as_items().map_or(0, <[_]>::len);
    let Some(converted) = convert(value) else {
        let shown = value.to_text().map_or_else(|| a_type(value), |text| quoted(&text));
        return Err(Wrong::argument(0, format!("{shown} can't be made a {wanted}")));
    };
    args.reserve_items(count)?;
    Ok(converted)
}

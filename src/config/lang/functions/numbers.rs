//! Functions on numbers.

use rust_decimal::Decimal;

use super::super::eval::{a_type, number_too_large, quoted};
use super::super::number;
use super::super::value::Value;
use super::{Answer, Args, Function, Kind, Param, Wrong};

const NUM: Param = Param::new("num", Kind::Number);
const NUMBERS: Param = Param::new("numbers", Kind::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("max", &[], NUMBERS, |args| extreme(args, Decimal::max)),
    Function::variadic("min", &[], NUMBERS, |args| extreme(args, Decimal::min)),
    Function::new("sum", &[Param::new("list", Kind::Items)], sum),
    Function::new("abs", &[NUM], |args| Ok(Value::Number(args.number(0).abs()))),
    Function::new("ceil", &[NUM], |args| Ok(Value::Number(args.number(0).ceil()))),
    Function::new("floor", &[NUM], |args| Ok(Value::Number(args.number(0).floor()))),
];

fn extreme(args: &mut Args<'_, '_>, choose: fn(Decimal, Decimal) -> Decimal) -> Answer {
    let numbers = (0..args.values.len()).map(|index| args.number(index));
    let found = numbers.reduce(choose);
    found.map(Value::Number).ok_or_else(|| Wrong::call("it needs at least one number"))
}

fn sum(args: &mut Args<'_, '_>) -> Answer {
    let items = args.items(0);
    if items.is_empty() {
        return Err(Wrong::argument(
            0,
            "it is empty, and nothing has no sum: concat([0], …) begins with one",
        ));
    }
    let mut sum = Decimal::ZERO;
    for (at, item) in items.iter().enumerate() {
        let Some(number) = item.to_number() else {
            let shown = item.as_text().map_or_else(|| a_type(item), quoted);
            return Err(Wrong::argument(0, format!("item {at} must be a number, not {shown}")));
        };
        sum = number::add(sum, number).ok_or_else(|| number_too_large(args.span))?;
    }
    Ok(Value::Number(sum))
}

//! Functions on numbers.

use rust_decimal::Decimal;

use super::super::value::Value;
use super::{Answer, Args, Function, Kind, Param, Wrong};

const NUM: Param = Param::new("num", Kind::Number);
const NUMBERS: Param = Param::new("numbers", Kind::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("max", &[], NUMBERS, |args| extreme(args, Decimal::max)),
    Function::variadic("min", &[], NUMBERS, |args| extreme(args, Decimal::min)),
    Function::new("abs", &[NUM], |args| Ok(Value::Number(args.number(0).abs()))),
    Function::new("ceil", &[NUM], |args| Ok(Value::Number(args.number(0).ceil()))),
    Function::new("floor", &[NUM], |args| Ok(Value::Number(args.number(0).floor()))),
];

fn extreme(args: &mut Args<'_, '_>, choose: fn(Decimal, Decimal) -> Decimal) -> Answer {
    let numbers = (0..args.values.len()).map(|index| args.number(index));
    let found = numbers.reduce(choose);
    found.map(Value::Number).ok_or_else(|| Wrong::call("it needs at least one number"))
}

//! Calling a function: arguments are run, converted and checked here, once for all functions.

use std::borrow::Cow;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::eval::{Fault, Machine, Outcome, a_type, quoted};
use super::super::node::{Call, Node};
use super::super::number;
use super::super::value::{Map, Value};
use super::sets::unify;
use super::{Answer, Body, Function, Kind, Run};
use crate::diagnostic::Span;
use crate::model::{is_nfc, nfc_text};

/// Why a function has no answer.
pub(in super::super) enum Wrong {
    /// The argument at an index: why.
    Argument(usize, Cow<'static, str>),
    /// All of them together: why.
    Call(Cow<'static, str>),
    /// Something said where it stands already.
    Fault(Fault),
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Wrong {
    pub(super) fn argument(index: usize, why: impl Into<Cow<'static, str>>) -> Self {
        Self::Argument(index, why.into())
    }

    pub(super) fn call(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Call(why.into())
    }
}

/// The checked arguments of one call.
pub(in super::super) struct Args<'c, 'a> {
    pub(super) machine: &'c mut Machine<'a>,
    pub(super) call: &'c Call,
    pub(super) span: Span,
    pub(super) values: &'c mut [Value],
}

impl Args<'_, '_> {
    /// The argument at `index`; the table guarantees that it is there, unless it is optional.
    pub(super) fn value(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Null)
    }

    /// Takes the argument at `index` out.
    pub(super) fn take(&mut self, index: usize) -> Value {
        self.values.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    /// A text argument.
    pub(super) fn text(&self, index: usize) -> &str {
        self.value(index).as_text().unwrap_or("")
    }

    /// A number argument.
    pub(super) fn number(&self, index: usize) -> Decimal {
        self.value(index).to_number().unwrap_or_default()
    }

    /// A whole number argument.
    pub(super) fn whole(&self, index: usize) -> i64 {
        number::to_index(self.number(index)).unwrap_or_default()
    }

    /// The items of a list or set argument.
    pub(super) fn items(&self, index: usize) -> &[Value] {
        self.value(index).as_items().unwrap_or(&[])
    }

    /// A map argument.
    pub(super) fn map(&self, index: usize) -> Option<&Map> {
        self.value(index).as_map()
    }

    /// Takes room for `count` bytes before they are made.
    pub(super) fn reserve_bytes(&mut self, count: usize) -> Result<(), Wrong> {
        Ok(self.machine.bytes(count as u64, self.span)?)
    }

    /// Takes room for `count` items before they are made.
    pub(super) fn reserve_items(&mut self, count: usize) -> Result<(), Wrong> {
        Ok(self.machine.items(count, self.span)?)
    }

    /// A text as the answer, its room taken.
    pub(super) fn answer_text(&mut self, text: impl Into<SmolStr>) -> Result<Value, Wrong> {
        let text = text.into();
        self.reserve_bytes(text.len())?;
        Ok(Value::Text(text))
    }

    /// A list as the answer, its room taken.
    pub(super) fn answer_list(&mut self, items: Vec<Value>) -> Result<Value, Wrong> {
        self.reserve_items(items.len())?;
        Ok(Value::list(items))
    }

    /// The items of a list argument as texts.
    pub(super) fn texts(&self, index: usize) -> Result<Vec<SmolStr>, Wrong> {
        let convert = |(at, item): (usize, &Value)| {
            item.to_text().ok_or_else(|| {
                Wrong::argument(index, format!("item {at} must be a string, not {}", a_type(item)))
            })
        };
        self.items(index).iter().enumerate().map(convert).collect()
    }
}

/// Runs a call.
pub(in super::super) fn call(machine: &mut Machine<'_>, span: Span, call: &Call) -> Outcome {
    const FEW: usize = 4;
    if !call.expand && call.args.len() <= FEW {
        let mut few: [Value; FEW] = Default::default();
        for (place, node) in few.iter_mut().zip(&call.args) {
            *place = machine.eval(node)?;
        }
        let values = few.get_mut(..call.args.len()).unwrap_or_default();
        return run(machine, span, call, values);
    }
    let mut values = Vec::with_capacity(call.args.len());
    for node in &call.args {
        values.push(machine.eval(node)?);
    }
    if call.expand {
        let last = values.pop().unwrap_or_default();
        let Some(items) = last.as_items() else {
            let span = call.args.last().map_or(span, |node| node.span);
            return Err(Fault::plain(
                span,
                format!("`...` needs a list or a set, not {}", a_type(&last)),
            ));
        };
        machine.items(items.len(), span)?;
        values.extend(items.iter().cloned());
        if let Some(why) = wrong_count(call.function, values.len(), false) {
            return Err(Fault::plain(span, why));
        }
    }
    run(machine, span, call, &mut values)
}

fn run(machine: &mut Machine<'_>, span: Span, call: &Call, values: &mut [Value]) -> Outcome {
    let function = call.function;
    let place = |index: usize| -> Span {
        call.args.get(index).or(call.args.last()).map_or(span, |node: &Node| node.span)
    };
    let mut cost = 0;
    for (index, value) in values.iter_mut().enumerate() {
        let Some(param) = function.param(index) else { continue };
        cost += value.as_text().map_or(value.shape().weight, |text| text.len() as u64);
        if value.is_null() && param.nullable {
            continue;
        }
        if let Some(converted) = convert(value, param.kind) {
            if let Some(converted) = converted {
                *value = converted;
            }
            continue;
        }
        let fault = Fault::plain(
            place(index),
            format!(
                "`{}` needs {} for `{}`, not {}",
                function.name,
                param.kind.wanted(),
                param.name,
                a_type(value)
            ),
        );
        return Err(match value.to_text() {
            Some(text) => fault.detail(format!("{} is not {}", quoted(&text), param.kind.wanted())),
            None => fault,
        });
    }
    // What a function reads costs too, or a loop could read a large value again and again.
    machine.reads(cost, span)?;
    let answer = match function.run {
        Run::Pure(body) => pure(machine, span, call, values, body),
        Run::Files(body) => body(&mut Args { machine, call, span, values }),
        Run::Special(_) => {
            return Err(Fault::fatal(span, format!("`{}` can't be called here", function.name)));
        }
    };
    match answer {
        Ok(value) => Machine::sized(value, span),
        Err(Wrong::Fault(fault)) => Err(fault),
        Err(Wrong::Call(why)) => {
            Err(Fault::plain(span, format!("`{}` failed", function.name)).detail(why))
        }
        Err(Wrong::Argument(index, why)) => {
            let param = function.param(index).map_or("", |param| param.name);
            let summary = format!("wrong `{param}` for `{}`", function.name);
            Err(Fault::plain(place(index), summary).detail(why))
        }
    }
}

/// Runs a function on its texts in normalization form C, so that its answer is the same in whatever form they came.
/// Where the texts as they came give the same answer, that one is taken: it keeps their form.
fn pure(
    machine: &mut Machine<'_>,
    span: Span,
    call: &Call,
    values: &mut [Value],
    body: Body,
) -> Answer {
    if values.iter().all(|value| value.as_text().is_none_or(is_nfc)) {
        return body(&mut Args { machine, call, span, values });
    }
    let mut composed: Vec<Value> = values
        .iter()
        .map(|value| match value {
            Value::Text(text) => Value::Text(nfc_text(text.clone())),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::User(_) => value.clone(),
        })
        .collect();
    let answer = body(&mut Args { machine, call, span, values: &mut composed })?;
    let as_came = body(&mut Args { machine, call, span, values });
    Ok(as_came.ok().filter(|as_came| *as_came == answer).unwrap_or(answer))
}

/// Converts an argument to what the parameter takes: `None` if it can't be, `Some(None)` if it is
/// so already.
#[expect(clippy::option_option, reason = "the common case copies nothing")]
fn convert(value: &Value, kind: Kind) -> Option<Option<Value>> {
    if value.is_null() {
        return None;
    }
    match kind {
        Kind::Any => Some(None),
        Kind::Text => match value {
            Value::Text(_) => Some(None),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::User(_) => value.to_text().map(|text| Some(Value::Text(text))),
        },
        Kind::Number => value.to_number().map(|number| Some(Value::Number(number))),
        Kind::Whole => {
            let number = value.to_number()?;
            number::to_index(number)?;
            Some(Some(Value::Number(number)))
        }
        Kind::Items => value.as_items().map(|_| None),
        Kind::List => matches!(value, Value::List(_)).then_some(None),
        Kind::Set => unify(value.as_items()?).map(|items| Some(Value::set(items))),
        Kind::Map => value.as_map().map(|_| None),
    }
}

/// Says what is wrong with the number of arguments, if anything is.
pub(in super::super) fn wrong_count(
    function: &Function,
    count: usize,
    more_follow: bool,
) -> Option<String> {
    let name = function.name;
    let arguments =
        |n: usize| if n == 1 { "one argument".to_owned() } else { format!("{n} arguments") };
    let fewest = function.fewest();
    let most = function.most();
    if count < fewest && !more_follow {
        let missing = function.params.get(count).map_or("", |param| param.name);
        let least = if most == Some(fewest) { "" } else { "at least " };
        let missing =
            if missing.is_empty() { String::new() } else { format!("; `{missing}` is missing") };
        return Some(format!("`{name}` takes {least}{}{missing}", arguments(fewest)));
    }
    match most {
        Some(0) if count > 0 => Some(format!("`{name}` takes no arguments")),
        Some(most) if count > most => {
            let at_most = if most == fewest { "" } else { "at most " };
            Some(format!("`{name}` takes {at_most}{}, not {count}", arguments(most)))
        }
        Some(_) | None => None,
    }
}

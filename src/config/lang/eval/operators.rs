//! Operators, conditionals, and the makers of lists and objects.

use smol_str::SmolStr;

use super::super::node::{Binary, Node, Operator};
use super::super::number;
use super::super::value::Value;
use super::{Fault, Machine, Outcome};
use crate::diagnostic::Span;
use crate::model::nfc_text;

impl Machine<'_> {
    pub(super) fn binary(&mut self, span: Span, binary: &Binary) -> Outcome {
        let operator = binary.operator;
        if matches!(operator, Operator::And | Operator::Or) {
            let left = self.truth(&binary.left, operator.sign())?;
            if left == (operator == Operator::Or) {
                return Ok(Value::Bool(left));
            }
            return self.truth(&binary.right, operator.sign()).map(Value::Bool);
        }
        let left = self.eval(&binary.left)?;
        let right = self.eval(&binary.right)?;
        if matches!(operator, Operator::Equal | Operator::Unequal) {
            self.steps(left.shape().weight.min(right.shape().weight), span)?;
            return Ok(Value::Bool((left == right) == (operator == Operator::Equal)));
        }
        let operand = |value, node| {
            operand(value, node, operator.sign()).map_err(|fault| match (operator, value) {
                (
                    Operator::Less
                    | Operator::LessOrEqual
                    | Operator::Greater
                    | Operator::GreaterOrEqual,
                    Value::Text(_),
                ) => fault.map_problem(|problem| problem.help(of_dates(operator))),
                _ => fault,
            })
        };
        let a = operand(&left, &binary.left)?;
        let b = operand(&right, &binary.right)?;
        let result = match operator {
            Operator::Add => number::add(a, b),
            Operator::Subtract => number::add(a, -b),
            Operator::Multiply => number::mul(a, b),
            Operator::Divide | Operator::Modulo if b.is_zero() => {
                return Err(Fault::public(span, "division by zero"));
            }
            Operator::Divide => number::div(a, b),
            Operator::Modulo => number::rem(a, b),
            Operator::Less => return Ok(Value::Bool(a < b)),
            Operator::LessOrEqual => return Ok(Value::Bool(a <= b)),
            Operator::Greater => return Ok(Value::Bool(a > b)),
            Operator::GreaterOrEqual => return Ok(Value::Bool(a >= b)),
            Operator::Equal | Operator::Unequal | Operator::And | Operator::Or => None,
        };
        result.map(Value::Number).ok_or_else(|| number_too_large(span))
    }

    /// A bool, for `&&`, `||`, `!`, `? :` and `if`.
    pub(super) fn truth(&mut self, node: &Node, what: &str) -> Result<bool, Fault> {
        let value = self.eval(node)?;
        value.to_bool().ok_or_else(|| wrong_type(node.span, what, "a bool", &value))
    }

    pub(super) fn not(&mut self, inner: &Node) -> Outcome {
        self.truth(inner, "!").map(|value| Value::Bool(!value))
    }

    pub(super) fn negate(&mut self, inner: &Node) -> Outcome {
        let value = self.eval(inner)?;
        operand(&value, inner, "-").map(|number| Value::Number(-number))
    }

    pub(super) fn conditional(&mut self, [condition, yes, no]: &[Node; 3]) -> Outcome {
        let branch = if self.truth(condition, "the condition of `? :`")? { yes } else { no };
        self.eval(branch)
    }

    pub(super) fn list(&mut self, span: Span, nodes: &[Node]) -> Outcome {
        self.items(nodes.len(), span)?;
        let items = nodes.iter().map(|node| self.eval(node)).collect::<Result<_, _>>()?;
        Self::sized(Value::list(items), span)
    }

    pub(super) fn object(&mut self, span: Span, nodes: &[(Node, Node)]) -> Outcome {
        self.items(nodes.len(), span)?;
        let mut entries = Vec::with_capacity(nodes.len());
        for (key, value) in nodes {
            entries.push((self.key(key)?, self.eval(value)?));
        }
        Self::sized(Value::map(entries), span)
    }

    /// The key of an object's entry.
    pub(super) fn key(&mut self, node: &Node) -> Result<SmolStr, Fault> {
        let value = self.eval(node)?;
        let key = value.to_text().map(nfc_text);
        key.ok_or_else(|| wrong_type(node.span, "the key", "a string", &value))
    }
}

fn operand(value: &Value, node: &Node, sign: &str) -> Result<rust_decimal::Decimal, Fault> {
    value.to_number().ok_or_else(|| wrong_type(node.span, sign, "a number", value))
}

/// How texts that are dates are put in order.
fn of_dates(operator: Operator) -> String {
    let sign = operator.sign();
    format!(
        "dates and times are compared by timecmp(a, b) {sign} 0, both as RFC 3339; a column of dates is one by \
         \"${{person.NAME}}T00:00:00Z\""
    )
}

/// Says that `what` needs another type; for a text that doesn't convert it shows the text.
pub(super) fn wrong_type(span: Span, what: &str, wanted: &str, got: &Value) -> Fault {
    let what = if what.contains(' ') { what.to_owned() } else { format!("`{what}`") };
    let fault = Fault::plain(span, format!("{what} needs {wanted}, not {}", a_type(got)));
    match got.as_text() {
        Some(text) => fault.detail(format!("{} is not {wanted}", quoted(text))),
        None => fault,
    }
}

/// The name of a value's type with its article.
pub(in super::super) fn a_type(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Map(_) => "an object".to_owned(),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Set(_)
        | Value::User(_) => format!("a {}", value.type_name()),
    }
}

/// A value's text in an error: quoted, and cut where it is long.
pub(in super::super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

pub(in super::super) fn number_too_large(span: Span) -> Fault {
    Fault::public(span, "this number can't be held exactly")
        .detail("numbers have at most 28 digits")
}

//! Running compiled expressions, within bounds.

mod fault;
mod loops;
mod operators;
mod path;
mod template;

pub(super) use fault::{Fault, Outcome};
pub(super) use operators::{a_type, number_too_large, quoted};
pub(super) use path::missing_key;

use smol_str::SmolStr;

use super::columns::{Cell, Columns};
use super::env::Env;
use super::expr::Root;
use super::functions;
use super::node::{Node, Op};
use super::value::Value;
use super::{MAX_BYTES, MAX_DEPTH, MAX_STEPS};
use crate::diagnostic::Span;

/// Largest weight of a value that may be made: see [`super::value::Shape`]. A list of 100,000 users
/// is within it.
const MAX_WEIGHT: u64 = 4 << 20;

/// One evaluation under way.
pub(super) struct Machine<'a> {
    pub(super) env: &'a Env<'a>,
    columns: Option<&'a Columns>,
    slots: Vec<Value>,
    steps: u64,
    bytes: u64,
    /// How many bytes functions read.
    read: u64,
}

impl<'a> Machine<'a> {
    pub(super) fn new(env: &'a Env<'a>, columns: Option<&'a Columns>, slots: usize) -> Self {
        let slots = if slots == 0 { Vec::new() } else { vec![Value::Null; slots] };
        Self { env, columns, slots, steps: MAX_STEPS, bytes: MAX_BYTES, read: 0 }
    }

    /// A machine for running constant expressions while they are compiled: small, for there may be
    /// many of them. What it can't do is left to the run.
    pub(super) fn small(env: &'a Env<'a>) -> Self {
        const SHARE: u64 = 100;
        let machine = Self::new(env, None, 0);
        Self { steps: MAX_STEPS / SHARE, bytes: MAX_BYTES / SHARE, ..machine }
    }

    /// How many steps were taken, as they count for all expressions together. There a byte is a step: one
    /// expression may well read a large text, but not each of many.
    pub(super) fn taken(&self) -> u64 {
        MAX_STEPS.saturating_sub(self.steps).saturating_add(self.read)
    }

    /// Takes the steps for what a function reads.
    pub(super) fn reads(&mut self, bytes: u64, span: Span) -> Result<(), Fault> {
        self.read = self.read.saturating_add(bytes);
        self.steps(bytes / 16, span)
    }

    /// Takes `count` steps.
    pub(super) fn steps(&mut self, count: u64, span: Span) -> Result<(), Fault> {
        let left = self.steps.checked_sub(count);
        self.steps = left.unwrap_or(0);
        left.map(|_| ()).ok_or_else(|| Fault::too_many_steps(span))
    }

    /// Takes room for `count` bytes of output; called before they are made.
    pub(super) fn bytes(&mut self, count: u64, span: Span) -> Result<(), Fault> {
        match self.bytes.checked_sub(count) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(Fault::too_much_output(span)),
        }
    }

    /// Takes steps and room for `count` items of a collection.
    pub(super) fn items(&mut self, count: usize, span: Span) -> Result<(), Fault> {
        let count = count as u64;
        self.steps(count, span)?;
        self.bytes(count.saturating_mul(size_of::<Value>() as u64), span)
    }

    /// Refuses a value that nests too deep or counts too much when all is written out.
    pub(super) fn sized(value: Value, span: Span) -> Outcome {
        let shape = value.shape();
        if shape.depth > MAX_DEPTH {
            return Err(Fault::too_deep(span));
        }
        if shape.weight > MAX_WEIGHT {
            return Err(Fault::too_much_output(span));
        }
        Ok(value)
    }

    /// Runs one node.
    pub(super) fn eval(&mut self, node: &Node) -> Outcome {
        self.steps(1, node.span)?;
        match &node.op {
            Op::Const(value) => Ok(value.clone()),
            Op::Column { name, column } => self.column(node.span, name, *column),
            Op::Slot(slot) => Ok(self.slots.get(*slot).cloned().unwrap_or_default()),
            Op::Name(root, name) => self.name(node.span, *root, name),
            Op::Template(parts) => self.template(node.span, parts),
            Op::Call(call) => functions::call(self, node.span, call),
            Op::Path(base, steps) => self.path(base, steps),
            Op::Binary(binary) => self.binary(node.span, binary),
            Op::Conditional(nodes) => self.conditional(nodes),
            Op::Not(inner) => self.not(inner),
            Op::Negate(inner) => self.negate(inner),
            Op::List(items) => self.list(node.span, items),
            Op::Object(entries) => self.object(node.span, entries),
            Op::For(for_) => self.for_(node.span, for_),
            Op::Try(nodes) => self.try_(node.span, nodes),
            Op::Can(inner) => self.can(inner),
            Op::Environment(name) => self.environment(node.span, name),
            Op::Person => self.person(node.span),
            Op::Invalid => Err(Fault::fatal(node.span, "this expression has errors")),
        }
    }

    fn column(&mut self, span: Span, name: &SmolStr, column: Option<usize>) -> Outcome {
        match (self.env.person, column) {
            (Some(person), Some(column)) => Ok(match person.cell(column) {
                Cell::Text(text) => Value::text(text),
                Cell::Value(value) => value.clone(),
                Cell::Owned(value) => {
                    // Made anew each time, which costs as much as it holds.
                    self.steps(value.shape().weight / 4, span)?;
                    value
                }
            }),
            (Some(_), None) => Err(Fault::plain(span, format!("a person has no `{name}`"))),
            (None, _) => Err(no_person(span)),
        }
    }

    fn person(&mut self, span: Span) -> Outcome {
        let (Some(_), Some(columns)) = (self.env.person, self.columns) else {
            return Err(no_person(span));
        };
        self.items(columns.names().len(), span)?;
        let mut entries = Vec::with_capacity(columns.names().len());
        for (column, name) in columns.names().iter().enumerate() {
            entries.push((name.clone(), self.column(span, name, Some(column))?));
        }
        Self::sized(Value::map(entries), span)
    }

    fn name(&self, span: Span, root: Root, name: &SmolStr) -> Outcome {
        let (names, word) = match root {
            Root::Variable => (self.env.variables, "variable"),
            Root::Local => (self.env.locals, "local value"),
            Root::User => (self.env.users, "user"),
            Root::Connection | Root::Directory | Root::Person => {
                return Err(Fault::plain(span, format!("`{}` is not a value", root.word())));
            }
        };
        match names.get(name) {
            Some(value) => Ok(value.clone()),
            None => Err(Fault::plain(span, format!("there is no {word} `{name}`"))),
        }
    }

    fn environment(&mut self, span: Span, name: &SmolStr) -> Outcome {
        let Some(environment) = self.env.environment else {
            return Err(Fault::fatal(span, "`env` may stand inside `auth` only"));
        };
        match environment(name) {
            Some(value) => {
                self.bytes(value.len() as u64, span)?;
                Ok(Value::text(value))
            }
            None => Err(Fault::public(span, format!("environment variable `{name}` is not set"))
                .map_problem(|problem| problem.help(format!("set it: export {name}=…")))),
        }
    }

    fn try_(&mut self, span: Span, nodes: &[Node]) -> Outcome {
        let mut last = None;
        for node in nodes {
            match self.eval(node) {
                Err(fault) if !fault.is_fatal() => last = Some(fault),
                done => return done,
            }
        }
        let mut fault = Fault::plain(span, "no argument of `try` can be evaluated");
        if let Some(last) = last {
            let last = last.into_problem();
            let why = match last.detail {
                Some(detail) => format!("the last says: {}: {detail}", last.summary),
                None => format!("the last says: {}", last.summary),
            };
            fault = fault.map_problem(|problem| problem.detail(why));
        }
        Err(fault)
    }

    fn can(&mut self, node: &Node) -> Outcome {
        match self.eval(node) {
            Ok(_) => Ok(Value::Bool(true)),
            Err(fault) if fault.is_fatal() => Err(fault),
            Err(_) => Ok(Value::Bool(false)),
        }
    }
}

fn no_person(span: Span) -> Fault {
    Fault::plain(span, "there is no `person` here").map_problem(|problem| {
        problem
            .help("`person` is known in the `filter` and the `mapping` of a rule with a directory")
    })
}

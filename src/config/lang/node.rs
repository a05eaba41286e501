//! The compiled form: a tree of operations, each with its span.

use std::sync::OnceLock;

use regex::Regex;
use smol_str::SmolStr;

use super::expr::Root;
use super::functions::Function;
use super::value::Value;
use crate::diagnostic::Span;

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) op: Op,
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// A value that is known.
    Const(Value),
    /// Something that did not compile; its problem was reported.
    Invalid,
    /// `person.name`; the column is known once bound.
    Column { name: SmolStr, column: Option<usize> },
    /// `person` as a whole.
    Person,
    /// `var.x`, `local.x`, `user.x`, `connection.x`, `directory.x`.
    Name(Root, SmolStr),
    /// A variable of a `for`.
    Slot(usize),
    /// `env("X")`
    Environment(SmolStr),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{ a = b }`
    Object(Vec<(Node, Node)>),
    /// Text with interpolations and directives.
    Template(Vec<Part>),
    /// `!a`
    Not(Box<Node>),
    /// `-a`
    Negate(Box<Node>),
    /// `a + b` and its like.
    Binary(Box<Binary>),
    /// `a ? b : c`
    Conditional(Box<[Node; 3]>),
    /// `f(a, b)`
    Call(Box<Call>),
    /// `try(a, b)`
    Try(Vec<Node>),
    /// `can(a)`
    Can(Box<Node>),
    /// What follows a value: `.name`, `[key]`, `[*]`.
    Path(Box<Node>, Vec<Step>),
    /// `[for …]`, `{for …}`
    For(Box<For>),
}

/// Operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

impl Operator {
    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Binary {
    pub(super) operator: Operator,
    pub(super) left: Node,
    pub(super) right: Node,
}

/// A call of a function in the table.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) function: &'static Function,
    pub(super) args: Vec<Node>,
    /// Whether the last argument is a list of the remaining arguments: `max(list...)`.
    pub(super) expand: bool,
    /// The first pattern that this call compiled: nearly always the only one.
    pub(super) pattern: OnceLock<(SmolStr, Regex)>,
}

/// One step after a value.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) span: Span,
    pub(super) kind: StepKind,
}

#[derive(Clone, Debug)]
pub(super) enum StepKind {
    /// `.name`
    Attribute(SmolStr),
    /// `[key]`
    Index(Node),
    /// `.0`
    Number(u64),
    /// `[*]`: all following steps apply to each item.
    Splat,
    /// `.*`: the following names and numbers apply to each item, what comes after them to the list.
    AttributeSplat,
}

/// `for` in an expression.
#[derive(Clone, Debug)]
pub(super) struct For {
    pub(super) source: ForSource,
    pub(super) body: ForBody,
    pub(super) condition: Option<Node>,
}

/// What a `for` runs over, and where it puts its variables.
#[derive(Clone, Debug)]
pub(super) struct ForSource {
    pub(super) collection: Node,
    /// The slot of the first variable; the key stands in it where there is one, the value after it.
    pub(super) slot: usize,
    pub(super) with_key: bool,
}

#[derive(Clone, Debug)]
pub(super) enum ForBody {
    List(Node),
    Object { key: Node, value: Node, grouping: bool },
}

/// One part of a template.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Literal(SmolStr),
    Value(Node),
    If { condition: Node, then: Vec<Self>, otherwise: Vec<Self> },
    For { source: Box<ForSource>, body: Vec<Self> },
}

impl Node {
    /// A node of this operation.
    pub(super) fn new(span: Span, op: Op) -> Self {
        Self { span, op }
    }

    /// The value, if it is known.
    pub(super) fn known(&self) -> Option<&Value> {
        if let Op::Const(value) = &self.op { Some(value) } else { None }
    }

    /// Calls `visit` on the nodes directly beneath.
    pub(super) fn each_child(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        match &mut self.op {
            Op::Const(_)
            | Op::Invalid
            | Op::Column { .. }
            | Op::Person
            | Op::Name(..)
            | Op::Slot(_)
            | Op::Environment(_) => {}
            Op::List(items) | Op::Try(items) => items.iter_mut().for_each(visit),
            Op::Object(entries) => {
                for (key, value) in entries {
                    visit(key);
                    visit(value);
                }
            }
            Op::Template(parts) => each_in_parts(parts, visit),
            Op::Not(inner) | Op::Negate(inner) | Op::Can(inner) => visit(inner),
            Op::Binary(binary) => {
                visit(&mut binary.left);
                visit(&mut binary.right);
            }
            Op::Conditional(nodes) => nodes.iter_mut().for_each(visit),
            Op::Call(call) => call.args.iter_mut().for_each(visit),
            Op::Path(base, steps) => {
                visit(base);
                for step in steps {
                    if let StepKind::Index(key) = &mut step.kind {
                        visit(key);
                    }
                }
            }
            Op::For(for_) => {
                visit(&mut for_.source.collection);
                match &mut for_.body {
                    ForBody::List(value) => visit(value),
                    ForBody::Object { key, value, grouping: _ } => {
                        visit(key);
                        visit(value);
                    }
                }
                if let Some(condition) = &mut for_.condition {
                    visit(condition);
                }
            }
        }
    }
}

fn each_in_parts(parts: &mut [Part], visit: &mut dyn FnMut(&mut Node)) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Value(node) => visit(node),
            Part::If { condition, then, otherwise } => {
                visit(condition);
                each_in_parts(then, visit);
                each_in_parts(otherwise, visit);
            }
            Part::For { source, body } => {
                visit(&mut source.collection);
                each_in_parts(body, visit);
            }
        }
    }
}

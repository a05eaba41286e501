//! From the parser's tree to [`Node`]s, with every problem of the text.

mod calls;
mod foreign;
mod literals;
mod roots;
mod template;

pub use calls::KEEPS_SECRETS;

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, Object, ObjectKey, Traversal, TraversalOperator,
    UnaryOperator,
};
use hcl_edit::{Decorated, Ident, Span as _};
use smol_str::SmolStr;

use super::expr::{EnvCall, Mention, SecretPosition};
use super::fold::fold;
use super::node::{Binary, For, ForBody, ForSource, Node, Op, Operator, Step, StepKind};
use super::number;
use super::problem::Problem;
use super::value::Value;
use crate::diagnostic::{FileId, Span};
use crate::model::same_text;

/// Most splats in one traversal: each is a loop in a loop.
const MOST_SPLATS: usize = 8;

/// One compilation under way.
pub(super) struct Compiler<'t> {
    text: &'t str,
    file: FileId,
    pub(super) problems: Vec<Problem>,
    pub(super) mentions: Vec<Mention>,
    pub(super) env_calls: Vec<EnvCall>,
    pub(super) person: Option<Span>,
    pub(super) reads_files: bool,
    /// Variables of the loops around, innermost last; its length is the next slot.
    scope: Vec<SmolStr>,
    pub(super) slots: usize,
    position: SecretPosition,
    /// The last span seen, for nodes that the parser left without one.
    near: Span,
}

impl<'t> Compiler<'t> {
    pub(super) fn new(text: &'t str, file: FileId, whole: Span) -> Self {
        Self {
            text,
            file,
            problems: Vec::new(),
            mentions: Vec::new(),
            env_calls: Vec::new(),
            person: None,
            reads_files: false,
            scope: Vec::new(),
            slots: 0,
            position: SecretPosition::Direct,
            near: whole,
        }
    }

    fn span(&mut self, range: Option<std::ops::Range<usize>>) -> Span {
        if let Some(range) = range {
            self.near = Span::new(self.file, range);
        }
        self.near
    }

    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn problem(&mut self, problem: Problem) -> Op {
        self.problems.push(problem);
        Op::Invalid
    }

    /// Compiles something in which a secret must not stand.
    fn elsewhere<T>(&mut self, compile: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.position, SecretPosition::Elsewhere);
        let done = compile(self);
        self.position = before;
        done
    }

    /// Compiles an expression.
    pub(super) fn node(&mut self, expr: &Expression) -> Node {
        let span = self.span(expr.span());
        let op = match expr {
            Expression::Null(_) => Op::Const(Value::Null),
            Expression::Bool(value) => Op::Const(Value::Bool(*value.value())),
            Expression::String(text) => Op::Const(Value::text(text.value().as_str())),
            Expression::Number(_) => self.number(span),
            Expression::Parenthesis(inner) => return self.node(inner.inner()),
            Expression::Variable(name) => self.variable(span, name),
            Expression::FuncCall(call) => self.call(span, call),
            Expression::Traversal(traversal) => self.traversal(traversal, span),
            Expression::StringTemplate(_)
            | Expression::HeredocTemplate(_)
            | Expression::Array(_)
            | Expression::Object(_)
            | Expression::Conditional(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_)
            | Expression::ForExpr(_) => self.elsewhere(|this| this.compound(span, expr)),
        };
        let mut node = Node::new(span, op);
        fold(&mut node);
        node
    }

    fn compound(&mut self, span: Span, expr: &Expression) -> Op {
        match expr {
            Expression::StringTemplate(template) => self.quoted_template(template),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc),
            Expression::Array(array) => {
                Op::List(array.iter().map(|item| self.node(item)).collect())
            }
            Expression::Object(object) => self.object(object),
            Expression::Conditional(conditional) => Op::Conditional(Box::new([
                self.node(&conditional.cond_expr),
                self.node(&conditional.true_expr),
                self.node(&conditional.false_expr),
            ])),
            Expression::UnaryOp(unary) => {
                let inner = Box::new(self.node(&unary.expr));
                match unary.operator.value() {
                    UnaryOperator::Not => Op::Not(inner),
                    UnaryOperator::Neg => Op::Negate(inner),
                }
            }
            Expression::BinaryOp(binary) => Op::Binary(Box::new(Binary {
                operator: operator(*binary.operator.value()),
                left: self.node(&binary.lhs_expr),
                right: self.node(&binary.rhs_expr),
            })),
            Expression::ForExpr(for_) => self.for_(span, for_),
            Expression::Null(_)
            | Expression::Bool(_)
            | Expression::Number(_)
            | Expression::String(_)
            | Expression::Parenthesis(_)
            | Expression::Variable(_)
            | Expression::FuncCall(_)
            | Expression::Traversal(_) => Op::Invalid,
        }
    }

    /// Reads a number from the text: the parser rounds what is larger than 64 bits.
    fn number(&mut self, span: Span) -> Op {
        match number::parse(self.slice(span)) {
            Some(number) => Op::Const(Value::Number(number)),
            None => self.problem(
                Problem::new(span, "this number can't be held exactly")
                    .detail("numbers have at most 28 digits")
                    .help("write it as text, in quotes"),
            ),
        }
    }

    fn object(&mut self, object: &Object) -> Op {
        let entry = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
            (self.object_key(key), self.node(value.expr()))
        };
        Op::Object(object.iter().map(entry).collect())
    }

    fn object_key(&mut self, key: &ObjectKey) -> Node {
        let plain = |text: &str| Op::Const(Value::text(text));
        match key {
            ObjectKey::Ident(name) => {
                let span = self.span(key.span());
                Node::new(span, plain(name.as_str()))
            }
            ObjectKey::Expression(expr) => {
                let span = self.span(expr.span());
                match expr {
                    Expression::Null(_) => Node::new(span, plain("null")),
                    Expression::Bool(value) => Node::new(span, plain(&value.value().to_string())),
                    Expression::Traversal(_) => {
                        let op = self.problem(
                            Problem::new(span, "a key with dots is ambiguous")
                                .help("in quotes it is text; in parentheses it is a reference"),
                        );
                        Node::new(span, op)
                    }
                    Expression::Number(_)
                    | Expression::String(_)
                    | Expression::Array(_)
                    | Expression::Object(_)
                    | Expression::StringTemplate(_)
                    | Expression::HeredocTemplate(_)
                    | Expression::Parenthesis(_)
                    | Expression::Variable(_)
                    | Expression::Conditional(_)
                    | Expression::FuncCall(_)
                    | Expression::UnaryOp(_)
                    | Expression::BinaryOp(_)
                    | Expression::ForExpr(_) => self.node(expr),
                }
            }
        }
    }

    fn traversal(&mut self, traversal: &Traversal, span: Span) -> Op {
        let operators = &traversal.operators;
        let splats = operators.iter().filter(|operator| {
            matches!(
                operator.value(),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_)
            )
        });
        let too_many = splats.count() > MOST_SPLATS;
        let op = if let Expression::Variable(name) = &traversal.expr
            && self.slot(name.as_str()).is_none()
        {
            self.root(name, operators, span)
        } else {
            let base = self.elsewhere(|this| this.node(&traversal.expr));
            Op::Path(Box::new(base), self.steps(operators, span))
        };
        if too_many {
            let summary = format!("more than {MOST_SPLATS} splats in one expression");
            return self.problem(Problem::new(span, summary));
        }
        op
    }

    fn steps(&mut self, operators: &[Decorated<TraversalOperator>], whole: Span) -> Vec<Step> {
        let step = |operator: &Decorated<TraversalOperator>| {
            let span = operator.span().map_or(whole, |range| Span::new(self.file, range));
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => StepKind::Attribute(name.as_str().into()),
                TraversalOperator::LegacyIndex(at) => StepKind::Number(*at.value()),
                TraversalOperator::Index(key) => {
                    StepKind::Index(self.elsewhere(|this| this.node(key)))
                }
                TraversalOperator::FullSplat(_) => StepKind::Splat,
                TraversalOperator::AttrSplat(_) => StepKind::AttributeSplat,
            };
            Step { span, kind }
        };
        operators.iter().map(step).collect()
    }

    /// The innermost slot of a loop's variable.
    fn slot(&self, name: &str) -> Option<usize> {
        self.scope.iter().rposition(|known| same_text(known, name))
    }

    /// Compiles what stands in a loop, with the loop's variables in scope.
    fn in_loop<T>(
        &mut self,
        collection: &Expression,
        key: Option<&Ident>,
        value: &Ident,
        body: impl FnOnce(&mut Self) -> T,
    ) -> (ForSource, T) {
        let collection = self.node(collection);
        let slot = self.scope.len();
        self.scope.extend(key.map(|key| SmolStr::from(key.as_str())));
        self.scope.push(value.as_str().into());
        self.slots = self.slots.max(self.scope.len());
        let body = body(self);
        self.scope.truncate(slot);
        (ForSource { collection, slot, with_key: key.is_some() }, body)
    }

    fn for_(&mut self, span: Span, for_: &ForExpr) -> Op {
        let intro = &for_.intro;
        let key = intro.key_var.as_ref().map(Decorated::value);
        if for_.grouping && for_.key_expr.is_none() {
            self.problems.push(Problem::new(span, "`...` groups the values of `{for …}` only"));
        }
        let (source, (body, condition)) =
            self.in_loop(&intro.collection_expr, key, intro.value_var.value(), |this| {
                let value = |this: &mut Self| this.node(&for_.value_expr);
                let body = match &for_.key_expr {
                    None => ForBody::List(value(this)),
                    Some(key) => ForBody::Object {
                        key: this.node(key),
                        value: value(this),
                        grouping: for_.grouping,
                    },
                };
                (body, for_.cond.as_ref().map(|condition| this.node(&condition.expr)))
            });
        Op::For(Box::new(For { source, body, condition }))
    }
}

fn operator(operator: BinaryOperator) -> Operator {
    match operator {
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Mul => Operator::Multiply,
        BinaryOperator::Div => Operator::Divide,
        BinaryOperator::Mod => Operator::Modulo,
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::Unequal,
        BinaryOperator::Less => Operator::Less,
        BinaryOperator::LessEq => Operator::LessOrEqual,
        BinaryOperator::Greater => Operator::Greater,
        BinaryOperator::GreaterEq => Operator::GreaterOrEqual,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
    }
}

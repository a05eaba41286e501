//! Reading the text of an expression before it is compiled, for what is no expression at all:
//! addresses, type names, lists of bare names.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator, UnaryOperator};
use hcl_edit::template::Element;
use smol_str::SmolStr;

use crate::diagnostic::{FileId, Span};
use crate::model::nfc;

/// The span of a parsed expression.
pub fn span_of(file: FileId, expr: &Expression) -> Span {
    Span::new(file, expr.span().unwrap_or(0..0))
}

/// The expression itself, if it is a literal: `null`, a bool, a number with or without a minus, or
/// a text without interpolations.
pub(super) fn literal(expr: &Expression) -> Option<&Expression> {
    let plain = match expr {
        Expression::Null(_)
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_) => true,
        Expression::HeredocTemplate(heredoc) => heredoc.template.iter().all(Element::is_literal),
        Expression::StringTemplate(template) => template.iter().all(Element::is_literal),
        Expression::UnaryOp(unary) => {
            *unary.operator.value() == UnaryOperator::Neg && unary.expr.is_number()
        }
        Expression::Parenthesis(inner) => return literal(inner.inner()),
        Expression::Array(_)
        | Expression::Object(_)
        | Expression::Variable(_)
        | Expression::Conditional(_)
        | Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => false,
    };
    plain.then_some(expr)
}

/// One step of a [`StaticPath`], its text in normalization form C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// `.name`
    Attribute(SmolStr),
    /// `["key"]`
    Key(SmolStr),
    /// `[0]`
    Index(u64),
}

/// A name with literal steps after it, such as `account.prod["ada"]` or `user_type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticPath {
    /// The first name.
    pub root: SmolStr,
    /// What follows it.
    pub steps: Vec<PathStep>,
    /// All of it.
    pub span: Span,
}

/// Reads an expression as a name with literal steps, if it is one.
pub fn static_path(file: FileId, expr: &Expression) -> Option<StaticPath> {
    let span = span_of(file, expr);
    if let Some(name) = expr.as_variable() {
        return Some(StaticPath { root: name.as_str().into(), steps: Vec::new(), span });
    }
    let traversal = expr.as_traversal()?;
    let root = traversal.expr.as_variable()?.as_str().into();
    let mut steps = Vec::new();
    for operator in &traversal.operators {
        steps.push(match operator.value() {
            TraversalOperator::GetAttr(name) => PathStep::Attribute(nfc(name.as_str()).into()),
            TraversalOperator::LegacyIndex(at) => PathStep::Index(*at.value()),
            TraversalOperator::Index(key) => match (key.as_str(), key.as_number()) {
                (Some(key), _) => PathStep::Key(nfc(key).into()),
                (None, Some(at)) => PathStep::Index(at.as_u64()?),
                (None, None) => return None,
            },
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => return None,
        });
    }
    Some(StaticPath { root, steps, span })
}

/// The items of a literal list with their spans, if the expression is one.
pub fn list_items(file: FileId, expr: &Expression) -> Option<Vec<(Span, &Expression)>> {
    Some(expr.as_array()?.iter().map(|item| (span_of(file, item), item)).collect())
}

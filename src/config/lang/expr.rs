//! A compiled expression, and what its text mentions.

use std::sync::Arc;

use hcl_edit::expr::Expression;
use smol_str::SmolStr;

use super::columns::Columns;
use super::env::Env;
use super::problem::Problem;
use super::syntax::span_of;
use super::value::Value;
use crate::diagnostic::{FileId, Span};

/// What a named reference starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// `var.NAME`
    Variable,
    /// `local.NAME`
    Local,
    /// `user.NAME`
    User,
    /// `person.NAME` or `person["NAME"]`
    Person,
    /// `connection.NAME`
    Connection,
    /// `directory.NAME`
    Directory,
}

/// Where something stands, for the rule on secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretPosition {
    /// The whole expression, or an argument of function calls that are.
    Direct,
    /// In a template, a conditional, an operator, an index, a list: where a secret must not stand.
    Elsewhere,
}

/// One `root.NAME` in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it starts with.
    pub root: Root,
    /// The name after it.
    pub name: SmolStr,
    /// `root.NAME`, without what follows.
    pub span: Span,
    /// Where it stands.
    pub position: SecretPosition,
}

/// One `env("NAME")` in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvCall {
    /// The environment variable.
    pub name: SmolStr,
    /// The call.
    pub span: Span,
    /// Where it stands.
    pub position: SecretPosition,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Expr {
    span: Span,
    mentions: Vec<Mention>,
    env_calls: Vec<EnvCall>,
    literal: Option<Value>,
}

/// Compiles an expression of `file`, whose whole text is `text`.
///
/// All problems of the expression are reported, in the order of the text. With any, the
/// [`Expr`] must not be evaluated, though it can be; its walks are as complete as can be.
pub fn compile(text: &str, file: FileId, expr: &Expression) -> (Expr, Vec<Problem>) {
    let _ = text;
    let span = span_of(file, expr);
    (Expr { span, mentions: Vec::new(), env_calls: Vec::new(), literal: None }, Vec::new())
}

impl Expr {
    /// An expression that is nothing but a value, as if it stood at `span`.
    pub fn constant(span: Span, value: Value) -> Self {
        Self { span, mentions: Vec::new(), env_calls: Vec::new(), literal: Some(value) }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// All `var.x`, `local.x`, `user.x`, `person.x`, `connection.x` and `directory.x`, in the
    /// order of the text.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// All calls of `env`, in the order of the text.
    pub fn env_calls(&self) -> &[EnvCall] {
        &self.env_calls
    }

    /// Where the person is first used, by a column or as a whole.
    pub fn uses_person(&self) -> Option<Span> {
        None
    }

    /// The reference, if the expression is exactly `root.NAME` and nothing more.
    pub fn as_reference(&self) -> Option<&Mention> {
        None
    }

    /// The value, if the expression is plainly written down: `null`, a bool, a number, or a text
    /// without interpolations.
    pub fn as_literal(&self) -> Option<&Value> {
        self.literal.as_ref()
    }

    /// The text, if the expression is a text without interpolations.
    pub fn as_literal_text(&self) -> Option<&str> {
        self.as_literal().and_then(Value::as_text)
    }

    /// Whether it mentions nothing, calls no `env` and reads no file: [`Env::empty`] is enough.
    pub fn is_constant(&self) -> bool {
        self.mentions.is_empty() && self.env_calls.is_empty()
    }

    /// Ties `person.NAME` to columns. Every unknown column is a problem. Binding again to other
    /// columns is fine.
    pub fn bind(&mut self, columns: &Arc<Columns>) -> Vec<Problem> {
        let _ = columns;
        Vec::new()
    }

    /// Puts the values of variables, locals and users in the place of their names, so that running
    /// it on each person looks nothing up. Names that `env` lacks stay.
    pub fn resolve(&mut self, env: &Env<'_>) {
        let _ = env;
    }
}

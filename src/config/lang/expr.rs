//! A compiled expression, and what its text mentions.

use std::sync::Arc;

use hcl_edit::expr::Expression;
use smol_str::SmolStr;

use super::columns::Columns;
use super::compile::Compiler;
use super::env::Env;
use super::fold::rewrite;
use super::node::{Node, Op};
use super::problem::Problem;
use super::syntax::{literal, span_of};
use super::value::Value;
use crate::diagnostic::{FileId, Span, did_you_mean};

/// Most columns that an error lists.
const LISTED: usize = 12;

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

impl Root {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Variable, Self::Local, Self::User, Self::Person, Self::Connection, Self::Directory];

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Variable => "var",
            Self::Local => "local",
            Self::User => "user",
            Self::Person => "person",
            Self::Connection => "connection",
            Self::Directory => "directory",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.word() == word)
    }
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
    root: Node,
    span: Span,
    slots: usize,
    columns: Option<Arc<Columns>>,
    mentions: Vec<Mention>,
    env_calls: Vec<EnvCall>,
    person: Option<Span>,
    reads_files: bool,
    is_reference: bool,
    literal: Option<Value>,
}

/// Compiles an expression of `file`, whose whole text is `text`.
///
/// All problems of the expression are reported, in the order of the text. With any, the
/// [`Expr`] must not be evaluated, though it can be; its walks are as complete as can be.
pub fn compile(text: &str, file: FileId, expr: &Expression) -> (Expr, Vec<Problem>) {
    let span = span_of(file, expr);
    let mut compiler = Compiler::new(text, file, span);
    let root = compiler.node(expr);
    let mut problems = compiler.problems;
    problems.sort_by_key(|problem| problem.span.start);
    let mut mentions = compiler.mentions;
    mentions.sort_by_key(|mention| mention.span.start);
    let expr = Expr {
        literal: literal(expr).and(root.known().cloned()),
        is_reference: matches!(root.op, Op::Name(..) | Op::Column { .. }),
        root,
        span,
        slots: compiler.slots,
        columns: None,
        mentions,
        env_calls: compiler.env_calls,
        person: compiler.person,
        reads_files: compiler.reads_files,
    };
    (expr, problems)
}

impl Expr {
    /// An expression that is nothing but a value, as if it stood at `span`.
    pub fn constant(span: Span, value: Value) -> Self {
        Self {
            root: Node::new(span, Op::Const(value.clone())),
            span,
            slots: 0,
            columns: None,
            mentions: Vec::new(),
            env_calls: Vec::new(),
            person: None,
            reads_files: false,
            is_reference: false,
            literal: Some(value),
        }
    }

    /// The expression `person.NAME`, as if it stood at `span`: what a rule without `mapping` means.
    pub fn column(span: Span, name: &str) -> Self {
        let mention = Mention {
            root: Root::Person,
            name: name.into(),
            span,
            position: SecretPosition::Direct,
        };
        Self {
            root: Node::new(span, Op::Column { name: name.into(), column: None }),
            mentions: vec![mention],
            person: Some(span),
            is_reference: true,
            literal: None,
            ..Self::constant(span, Value::Null)
        }
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
        self.person
    }

    /// The reference, if the expression is exactly `root.NAME` and nothing more.
    pub fn as_reference(&self) -> Option<&Mention> {
        if self.is_reference { self.mentions.first() } else { None }
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
        self.mentions.is_empty()
            && self.env_calls.is_empty()
            && self.person.is_none()
            && !self.reads_files
    }

    /// Whether it reads files.
    pub fn reads_files(&self) -> bool {
        self.reads_files
    }

    /// Ties `person.NAME` to columns. Every unknown column is a problem. Binding again to other
    /// columns is fine.
    pub fn bind(&mut self, columns: &Arc<Columns>) -> Vec<Problem> {
        self.columns = Some(columns.clone());
        rewrite(&mut self.root, &mut |node| {
            let Op::Column { name, column: _ } = &node.op else { return None };
            Some(Op::Column { name: name.clone(), column: columns.index(name) })
        });
        let unknown = |mention: &&Mention| {
            mention.root == Root::Person && columns.index(&mention.name).is_none()
        };
        self.mentions
            .iter()
            .filter(unknown)
            .map(|mention| unknown_column(mention, columns))
            .collect()
    }

    /// Puts the values of variables, locals and users in the place of their names, so that running
    /// it on each person looks nothing up. Names that `env` lacks stay.
    pub fn resolve(&mut self, env: &Env<'_>) {
        rewrite(&mut self.root, &mut |node| {
            let Op::Name(root, name) = &node.op else { return None };
            let names = match root {
                Root::Variable => env.variables,
                Root::Local => env.locals,
                Root::User => env.users,
                Root::Person | Root::Connection | Root::Directory => return None,
            };
            names.get(name).cloned().map(Op::Const)
        });
    }

    /// A node of it as an expression of its own.
    pub(super) fn part(&self, node: &Node) -> Self {
        let within = |span: Span| node.span.start <= span.start && span.end <= node.span.end;
        let mentions = self.mentions.iter().filter(|mention| within(mention.span));
        let mentions: Vec<Mention> = mentions.cloned().collect();
        let column = mentions.iter().find(|mention| mention.root == Root::Person);
        Self {
            person: column.map(|mention| mention.span).or(self.person.filter(|span| within(*span))),
            is_reference: matches!(node.op, Op::Name(..) | Op::Column { .. }),
            literal: node.known().cloned(),
            root: node.clone(),
            span: node.span,
            mentions,
            ..self.clone()
        }
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    pub(super) fn columns(&self) -> Option<&Columns> {
        self.columns.as_deref()
    }

    pub(super) fn slots(&self) -> usize {
        self.slots
    }
}

fn unknown_column(mention: &Mention, columns: &Columns) -> Problem {
    let name = &mention.name;
    let names = columns.names();
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    let known = match (names.len(), names.len() - shown.len()) {
        (0, _) => "there are no columns".to_owned(),
        (_, 0) => format!("the columns are {}", shown.join(", ")),
        (_, more) => format!("the columns are {} and {more} more", shown.join(", ")),
    };
    let near = did_you_mean(name, names.iter().map(SmolStr::as_str));
    let near = near.map(|near| {
        let plain = near.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let plain = plain && near.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let written = if plain { format!("person.{near}") } else { format!("person[{near:?}]") };
        format!("did you mean `{written}`?")
    });
    Problem::new(mention.span, format!("a person here has no `{name}`"))
        .detail(known)
        .maybe_help(near)
}

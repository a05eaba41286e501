//! What an expression may start with: `var`, `local`, `user`, `person`, `connection`, `directory`,
//! and the variables of loops.

use hcl_edit::expr::TraversalOperator;
use hcl_edit::{Decorated, Ident, Span as _};
use smol_str::SmolStr;

use super::super::expr::{Mention, Root, SecretPosition};
use super::super::node::{Node, Op};
use super::super::problem::Problem;
use super::Compiler;
use crate::diagnostic::{Span, did_you_mean};
use crate::model::nfc_text;

/// Roots of Terraform and its kin, with what Enroll has in their place.
const FOREIGN: [(&str, &str); 15] = [
    ("account", "addresses such as account.prod[\"ada\"] stand in `moved` and `removed` only"),
    ("count", "a rule takes its people from `users` or `directory`; there is nothing to count"),
    ("data", "a `directory` block reads people from a file; `local` holds other values"),
    ("each", "in a rule, the person at hand is `person`"),
    ("env", "the environment is read by a call: env(\"NAME\")"),
    ("locals", "the values of `locals` are read as local.NAME"),
    ("module", "there are no modules; all *.hcl files of the folder are one configuration"),
    ("output", "there are no outputs"),
    ("path", "paths are relative to the folder of the configuration"),
    ("resource", "people are `user` blocks or rows of a `directory`"),
    ("rule", "a rule can't be referred to"),
    ("self", "in a rule, the person at hand is `person`"),
    ("terraform", "Enroll's own settings stand in the `enroll` block"),
    ("this", "in a rule, the person at hand is `person`"),
    ("variable", "the values of `variable` blocks are read as var.NAME"),
];

impl Compiler<'_> {
    /// A bare name.
    pub(super) fn variable(&mut self, span: Span, name: &Ident) -> Op {
        if let Some(slot) = self.slot(name.as_str()) {
            return Op::Slot(slot);
        }
        match Root::of(name.as_str()) {
            Some(Root::Person) => {
                self.person.get_or_insert(span);
                Op::Person
            }
            Some(root) => self.needs_name(span, root),
            None => self.unknown(span, name.as_str(), true),
        }
    }

    fn needs_name(&mut self, span: Span, root: Root) -> Op {
        let word = root.word();
        let problem = Problem::new(span, format!("`{word}` needs a name after it: {word}.NAME"));
        self.problem(match root {
            Root::User => problem.help("for all users, write directory = directory.users"),
            Root::Variable | Root::Local | Root::Person | Root::Connection | Root::Directory => {
                problem
            }
        })
    }

    fn unknown(&mut self, span: Span, name: &str, bare: bool) -> Op {
        let problem = Problem::new(span, format!("there is no `{name}` here"));
        if let Ok(at) = FOREIGN.binary_search_by_key(&name, |(word, _)| word) {
            let (_, help) = FOREIGN.get(at).copied().unwrap_or_default();
            return self.problem(problem.help(help));
        }
        let loops = self.scope.iter().map(SmolStr::as_str);
        let near = did_you_mean(name, Root::ALL.iter().map(|root| root.word()).chain(loops))
            .map(|near| format!("did you mean `{near}`?"));
        let known = || {
            let words: Vec<_> = Root::ALL.iter().map(|root| format!("`{}`", root.word())).collect();
            format!("a reference starts with one of {}", words.join(", "))
        };
        let quote = bare.then(|| format!("if text is meant, write it in quotes: \"{name}\""));
        let help = near.or(quote).unwrap_or_else(known);
        self.problem(problem.help(help))
    }

    /// A name with something after it.
    pub(super) fn root(
        &mut self,
        name: &Decorated<Ident>,
        operators: &[Decorated<TraversalOperator>],
        span: Span,
    ) -> Op {
        let name_span = self.span(name.span());
        let Some(root) = Root::of(name.as_str()) else {
            // The keys in what follows still count, for the walks and for their own problems.
            self.elsewhere(|this| this.steps(operators, span));
            return self.unknown(name_span, name.as_str(), false);
        };
        let Some((first, rest)) = operators.split_first() else {
            return self.variable(span, name.value());
        };
        let end = first.span().map_or(span.end, |range| Span::new(self.file, range).end);
        let here = Span { file: self.file, start: name_span.start, end: end.min(span.end) };
        let attribute = match first.value() {
            TraversalOperator::GetAttr(attribute) => Some(SmolStr::from(attribute.as_str())),
            TraversalOperator::Index(key) if root == Root::Person => key.as_str().map(Into::into),
            TraversalOperator::Index(_)
            | TraversalOperator::LegacyIndex(_)
            | TraversalOperator::AttrSplat(_)
            | TraversalOperator::FullSplat(_) => None,
        };
        let Some(attribute) = attribute.map(nfc_text) else {
            if root != Root::Person {
                self.elsewhere(|this| this.steps(operators, span));
                return self.needs_name(name_span, root);
            }
            self.person.get_or_insert(name_span);
            let steps = self.elsewhere(|this| this.steps(operators, span));
            return Op::Path(Box::new(Node::new(name_span, Op::Person)), steps);
        };
        let position = if rest.is_empty() { self.position } else { SecretPosition::Elsewhere };
        self.mentions.push(Mention { root, name: attribute.clone(), span: here, position });
        let base = if root == Root::Person {
            self.person.get_or_insert(here);
            Op::Column { name: attribute, column: None }
        } else {
            Op::Name(root, attribute)
        };
        if rest.is_empty() {
            return base;
        }
        let steps = self.elsewhere(|this| this.steps(rest, span));
        Op::Path(Box::new(Node::new(here, base)), steps)
    }
}

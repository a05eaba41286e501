//! What a rule says of each attribute, in a form that tells later whether it still says the same.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::desired::{Mapping, Reference};
use crate::diagnostic::Span;
use crate::model::{Attribute, Text};

use super::constants::Constants;
use super::fmt::words;
use super::lang::{Expr, Root};
use super::report::Report;

/// Where the values stand that expressions name: locals, users, and variables that have their default.
pub(super) type Places = BTreeMap<(Root, Text), Span>;

/// What an expression is, before it is bound to columns. `None` where it reads files: then nobody can tell what
/// moved.
pub(super) fn of_expression(
    report: &Report,
    constants: &Constants<'_>,
    places: &Places,
    (rule, precedence): (&str, i32),
    (attribute, expr): (Attribute, &Expr),
) -> Option<Mapping> {
    if expr.reads_files() {
        return None;
    }
    let text = report.sources.slice(expr.span());
    let text = words(text).join("\0");
    let mut columns = BTreeSet::new();
    let mut values: BTreeMap<(Root, Text), String> = BTreeMap::new();
    let env = constants.env();
    for mention in expr.mentions() {
        let names = match mention.root {
            Root::Person => {
                columns.insert(mention.name.clone());
                continue;
            }
            Root::Variable => env.variables,
            Root::Local => env.locals,
            Root::User => env.users,
            Root::Connection | Root::Directory => continue,
        };
        let value = names.get(&mention.name).map(|value| format!("{value:?}"));
        values.insert((mention.root, mention.name.clone()), value.unwrap_or_default());
    }
    let whole_person = columns.is_empty() && expr.uses_person().is_some();
    let precedence = precedence.to_string();
    let refers = values.into_iter().map(|((root, name), value)| {
        let said = format!("{}.{name}", root.word());
        Reference {
            value: short(&[rule, attribute.name(), &said, &value]),
            name: said.into(),
            file: places.get(&(root, name)).map(|span| report.sources.name(span.file)),
        }
    });
    Some(Mapping {
        attribute,
        text: short(&[rule, attribute.name(), &precedence, &text]),
        columns: (!whole_person).then(|| columns.into_iter().collect()),
        is_column: expr.as_reference().is_some_and(|mention| mention.root == Root::Person),
        is_literal: expr.is_constant(),
        refers: refers.collect(),
    })
}

/// The column that has the attribute's name.
pub(super) fn of_column(rule: &str, precedence: i32, attribute: Attribute) -> Mapping {
    let name = attribute.name();
    Mapping {
        attribute,
        // As `person.NAME` would be written.
        text: short(&[rule, name, &precedence.to_string(), &["person", ".", name].join("\0")]),
        columns: Some(vec![Text::new_static(name)]),
        is_column: true,
        is_literal: false,
        refers: Vec::new(),
    }
}

/// A digest that is short, since there are many and nothing rests on it but what a reason says.
fn short(parts: &[&str]) -> [u8; 3] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let [first, second, third, ..] = digest;
    [first, second, third]
}

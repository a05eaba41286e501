//! The rule on secrets, on the text: what was written down where a secret belongs is hidden before
//! anything can show it, and then refused.

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};

use crate::diagnostic::{FileId, Span, did_you_mean};

use super::auth::SECRETS;
use super::blocks::span_of;
use super::lang::KEEPS_SECRETS;
use super::report::{Report, list};

/// What an identity of age begins with, which opens what is encrypted. It is written in one case.
pub(super) const IDENTITY: [&str; 2] = ["AGE-SECRET-KEY-1", "age-secret-key-1"];

/// Where an identity begins in a text. Every text that is read is looked through, so it has to be quick.
fn identity(text: &str) -> Option<usize> {
    let found = |start: &&str| memchr::memmem::find(text.as_bytes(), start.as_bytes());
    IDENTITY.iter().filter_map(found).min()
}

/// Hides literal secrets of a file. Before any other check, since a diagnostic keeps the line that it
/// points at.
pub(super) fn hide(report: &mut Report, file: FileId, body: &Body) {
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => hide_attribute(report, file, attribute),
            Structure::Block(block) if block.ident.as_str() == "variable" => {
                hide_default(report, file, block);
            }
            // There are many of these, and none has anything to do with a secret.
            Structure::Block(block) if ["user", "rule"].contains(&block.ident.as_str()) => {}
            Structure::Block(block) => {
                if block.ident.as_str() == "backend" {
                    hide_backend(report, file, block);
                }
                hide(report, file, &block.body);
            }
        }
    }
}

/// What holds credentials elsewhere, and an address with a user name or a password in it.
fn hide_backend(report: &mut Report, file: FileId, block: &Block) {
    for attribute in block.body.attributes() {
        let text = attribute.value.as_str().unwrap_or_default();
        let named = super::backend::SECRETS.contains(&attribute.key.as_str());
        if named || text.contains("://") && text.contains('@') {
            mask(report, file, &attribute.value);
        }
    }
}

fn hide_attribute(report: &mut Report, file: FileId, attribute: &hcl_edit::structure::Attribute) {
    let name = attribute.key.as_str();
    let near = SECRETS.contains(&name) || did_you_mean(name, SECRETS).is_some();
    if near && !is_source(&attribute.value) {
        mask(report, file, &attribute.value);
    }
}

fn hide_default(report: &mut Report, file: FileId, block: &Block) {
    let sensitive = |name: &str| name == "sensitive" || did_you_mean(name, ["sensitive"]).is_some();
    if !block.body.attributes().any(|attribute| sensitive(attribute.key.as_str())) {
        return;
    }
    for attribute in block.body.attributes().filter(|a| !sensitive(a.key.as_str())) {
        if !["type", "description"].contains(&attribute.key.as_str()) {
            mask(report, file, &attribute.value);
        }
    }
}

fn mask(report: &mut Report, file: FileId, expression: &Expression) {
    let range = hcl_edit::Span::span(expression);
    if let Some(span) = span_of(file, range) {
        report.sources.mask(span);
    }
}

/// Whether an expression takes its value from the environment or from a variable and from nothing
/// that is written down: `env("X")`, `var.x`, or functions of these.
#[allow(clippy::wildcard_enum_match_arm, reason = "whatever else there is writes something down")]
pub(super) fn is_source(expression: &Expression) -> bool {
    match expression {
        Expression::Traversal(traversal) => {
            traversal.expr.as_variable().is_some_and(|root| root.as_str() == "var")
        }
        Expression::Parenthesis(inner) => is_source(inner.inner()),
        Expression::FuncCall(call) => {
            if call.name.name.as_str() == "env" {
                return true;
            }
            KEEPS_SECRETS.contains(&call.name.name.as_str()) && call.args.iter().all(is_source)
        }
        _ => false,
    }
}

/// The bytes of a text that may be secrets, told without understanding it: what stands behind a name
/// like `client_secret`, unless it plainly comes from the environment, and `default` values where
/// something is sensitive. With `all`, whatever stands behind a `=`.
pub(super) fn suspects(text: &str, all: bool) -> Vec<(usize, usize)> {
    let sensitive = text.contains("ensitive") || text.contains("sensit");
    let mut found = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let end = from + line.trim_end().len();
        let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        let mut at = 0;
        for word in words {
            let rest = line.get(at + word.len()..).unwrap_or("");
            let secret = SECRETS.contains(&word) || did_you_mean(word, SECRETS).is_some();
            let default =
                sensitive && (word == "default" || did_you_mean(word, ["default"]).is_some());
            if secret && !from_environment(rest) || default {
                let to = if rest.contains("<<") { text.len() } else { end };
                found.push((from + at + word.len(), to));
            }
            at += word.len() + rest.chars().next().map_or(0, char::len_utf8);
        }
        // Wherever it stands, and whatever it was meant for.
        if let Some(identity) = identity(line) {
            found.push((from + identity, end.max(from + identity)));
        }
        if all {
            let behind = line.find('=').map_or(0, |equals| equals + 1);
            found.push((from + behind, end.max(from + behind)));
        }
        from += line.len();
    }
    found
}

/// Whether what stands behind a name is `= env("NAME")` or `= var.NAME`, in functions or not.
fn from_environment(rest: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    let Some(mut value) = rest.trim().strip_prefix('=').map(str::trim) else { return false };
    while let Some((function, argument)) = value.split_once('(') {
        if function == "env" {
            let quoted = argument.strip_prefix('"').and_then(|text| text.split_once('"'));
            return quoted.is_some_and(|(env, tail)| {
                env.chars().all(name) && tail.trim_end().chars().all(|c| c == ')')
            });
        }
        if function.is_empty() || !function.chars().all(name) {
            return false;
        }
        value = argument.trim_start();
    }
    let variable = value.trim_end_matches(')').strip_prefix("var.");
    variable.is_some_and(|variable| variable.chars().all(name))
}

/// Reports a secret of an `auth` block that is written down, and hides it.
pub(super) fn check(report: &mut Report, name: &str, value: &Expression, span: Span) -> bool {
    if is_source(value) {
        return true;
    }
    report.sources.mask(span);
    report.add(
        report
            .error(span, format!("`{name}` must come from the environment"))
            .detail("a secret in a file is no secret any more")
            .help(format!(
                "write `{name} = env(\"{}\")`, or use a variable with `sensitive = true`",
                name.to_ascii_uppercase()
            ))
            .maybe_help(matches!(value, Expression::FuncCall(_)).then(|| {
                format!(
                    "the only functions that a secret may go through are {}",
                    list(KEEPS_SECRETS)
                )
            }))
            .help(
                "if a real secret stood here, it is in the history of the repository: replace it",
            ),
    );
    false
}

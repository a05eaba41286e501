//! The rule on secrets, on the text: what was written down where a secret belongs is hidden before
//! anything can show it, and then refused.

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};

use crate::diagnostic::{FileId, Span, did_you_mean};

use super::auth::SECRETS;
use super::blocks::span_of;
use super::report::Report;

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
            Structure::Block(block) => hide(report, file, &block.body),
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
            let sources = call.args.iter().filter(|argument| is_source(argument)).count();
            match call.name.name.as_str() {
                // The first is what is changed, the others say how.
                "trimspace" | "trim" | "trimprefix" | "trimsuffix" | "replace" | "substr"
                | "lower" | "upper" | "base64decode" | "base64encode" | "tostring" => {
                    call.args.iter().next().is_some_and(is_source)
                }
                _ => sources > 0 && sources == call.args.len(),
            }
        }
        _ => false,
    }
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
            .help(
                "if a real secret stood here, it is in the history of the repository: replace it",
            ),
    );
    false
}

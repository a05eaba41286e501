//! `variable`: a value that whoever runs Enroll may set.

use hcl_edit::structure::Block;

use crate::diagnostic::{FileId, Span};
use crate::model::Text;

use super::blocks::{Reader, label};
use super::report::Report;
use super::settings::Setting;
use super::types::{self, Type};

/// A variable as declared.
#[derive(Debug)]
pub(super) struct VariableBlock {
    pub(super) name: Text,
    pub(super) span: Span,
    /// `None` where nothing is said: then a value given as text is that text.
    pub(super) kind: Option<Type>,
    pub(super) default: Option<Setting>,
    pub(super) sensitive: bool,
    /// Whether something is wrong with the block, so that its value is not looked for.
    pub(super) broken: bool,
}

/// Reads the block.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Option<VariableBlock> {
    let label = label(report, file, block);
    let mut reader = Reader::new(file, block);
    let mark = report.mark();
    let kind = reader.take("type").and_then(|argument| {
        types::read(argument.expression)
            .map_err(|help| {
                report.add(report.error(argument.value, "this is no type").help(help));
            })
            .ok()
    });
    if let Some(argument) = reader.take("description")
        && argument.expression.as_str().is_none()
    {
        report.add(report.error(argument.value, "`description` must be a plain text"));
    }
    let sensitive = reader.take("sensitive").is_some_and(|argument| {
        argument.expression.as_bool().unwrap_or_else(|| {
            report.add(
                report
                    .error(argument.value, "`sensitive` must be plainly true or false")
                    .help("it is read before anything is evaluated"),
            );
            true
        })
    });
    let default = reader.take("default");
    if sensitive
        && let Some(argument) = default
        && !argument.expression.is_null()
    {
        let name = label.as_ref().map_or("NAME", |(name, _)| name.as_str());
        report.add(
            report
                .error(argument.name, "a sensitive variable can't have a default")
                .detail("a secret in a file is no secret any more")
                .help(format!(
                    "remove the default and set it where Enroll runs: ENROLL_VAR_{name}=…"
                ))
                .help("or leave the variable out and write `env(\"NAME\")` inside `auth`"),
        );
    }
    let default = default
        .filter(|_| !sensitive)
        .map(|argument| Setting::read(report, file, "default", argument));
    reader.finish(report);
    let (name, span) = label?;
    Some(VariableBlock { name, span, kind, default, sensitive, broken: report.failed_since(mark) })
}

//! `user`: one person, written down in HCL.

use hcl_edit::structure::Block;

use crate::diagnostic::{FileId, Span};
use crate::model::{ATTRIBUTES, Attribute, Text};

use super::attributes;
use super::blocks::{Reader, label};
use super::constants::Constants;
use super::lang::{Cell, Columns, Person, Value};
use super::report::Report;
use super::settings::{Setting, kind};

/// The argument that is no attribute: values for filters and mappings, never sent.
const CUSTOM: &str = "custom";

/// A person as declared.
#[derive(Debug)]
pub(super) struct UserBlock {
    pub(super) name: Text,
    pub(super) span: Span,
    /// What is set and not `null`, sorted by attribute.
    values: Vec<(Attribute, Value)>,
    custom: Value,
    /// What is not evaluated yet.
    pending: Vec<Setting>,
    /// Whether something is wrong with the block.
    pub(super) broken: bool,
}

/// The columns of `directory.users`: every attribute, and `custom`.
pub(super) fn columns() -> Columns {
    Columns::new(Attribute::names().chain([CUSTOM]))
}

/// Reads the block.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Option<UserBlock> {
    let label = label(report, file, block);
    let mark = report.mark();
    let mut reader = Reader::new(file, block);
    let span = reader.header;
    let mut user = UserBlock {
        name: Text::default(),
        span,
        values: Vec::new(),
        custom: Value::Null,
        pending: Vec::new(),
        broken: false,
    };
    for name in Attribute::names().chain([CUSTOM]) {
        let Some(argument) = reader.take(name) else { continue };
        let setting = Setting::read(report, file, name, argument);
        // Plain values need no names, so they are settled at once: files may hold many users.
        match setting.expr.as_ref().and_then(|expr| expr.as_literal().cloned()) {
            Some(value) => user.put(report, &setting, value),
            None => user.pending.push(setting),
        }
    }
    if reader.missing("user_name") {
        let summary = format!("{} has no `user_name`", reader.what);
        let help = "add the e-mail address that the person signs in with: `user_name = \"…\"`";
        report.add(report.error(span, summary).help(help));
    }
    reader.finish(report);
    (user.name, _) = label?;
    user.broken |= report.failed_since(mark);
    user.values.shrink_to_fit();
    Some(user)
}

impl UserBlock {
    /// The arguments that are not evaluated yet.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Setting> {
        self.pending.iter()
    }

    /// The same, to be checked.
    pub(super) fn pending_mut(&mut self) -> impl Iterator<Item = &mut Setting> {
        self.pending.iter_mut()
    }

    /// Evaluates what is not evaluated yet.
    pub(super) fn settle(&mut self, report: &mut Report, constants: &Constants<'_>) {
        for setting in std::mem::take(&mut self.pending) {
            match constants.eval(report, &setting) {
                Some(value) => self.put(report, &setting, value),
                None => self.broken = true,
            }
        }
    }

    /// Takes a value, if it fits.
    fn put(&mut self, report: &mut Report, setting: &Setting, value: Value) {
        let name = &setting.name;
        let Some(attribute) = Attribute::from_name(name) else {
            if value.as_map().is_none() && !value.is_null() {
                let detail = format!("this is {}", kind(&value));
                report.add(
                    report
                        .error(setting.span, format!("`{name}` must be a map"))
                        .detail(detail)
                        .help("write `custom = { badge = \"E-1815\" }`"),
                );
                self.broken = true;
            }
            self.custom = value;
            return;
        };
        match attributes::convert(attribute, &value) {
            Err(why) => {
                let help = (attribute == Attribute::Active && value.is_null())
                    .then(|| "leave it out for an active person, or write `false`".to_owned());
                report.add(report.error(setting.span, format!("`{name}` {why}")).maybe_help(help));
                self.broken = true;
            }
            Ok(None) if attribute == Attribute::UserName => {
                report.add(report.error(setting.span, "`user_name` can't be null"));
                self.broken = true;
            }
            Ok(None) => {}
            Ok(Some(_)) => match self.values.binary_search_by_key(&attribute, |(a, _)| *a) {
                Ok(at) | Err(at) => self.values.insert(at, (attribute, value)),
            },
        }
    }

    /// What the block sets for an attribute.
    pub(super) fn get(&self, attribute: Attribute) -> Option<&Value> {
        let at = self.values.binary_search_by_key(&attribute, |(a, _)| *a).ok()?;
        self.values.get(at).map(|(_, value)| value)
    }

    /// `user.NAME` in an expression.
    pub(super) fn as_value(&self) -> Value {
        let attributes = ATTRIBUTES.iter().map(|spec| {
            let value = self.seen(spec.attribute).cloned();
            (Text::new_static(spec.name), value.unwrap_or_default())
        });
        let custom = (Text::new_static(CUSTOM), self.custom.clone());
        Value::user(self.name.clone(), attributes.chain([custom]))
    }

    /// What expressions see of an attribute: a person whose block says nothing is active.
    fn seen(&self, attribute: Attribute) -> Option<&Value> {
        const ACTIVE: &Value = &Value::Bool(true);
        self.get(attribute).or((attribute == Attribute::Active).then_some(ACTIVE))
    }
}

impl Person for UserBlock {
    fn cell(&self, column: usize) -> Cell<'_> {
        match ATTRIBUTES.get(column) {
            Some(spec) => match self.seen(spec.attribute) {
                Some(Value::Text(text)) => Cell::Text(text),
                Some(value) => Cell::Value(value),
                None => Cell::Owned(Value::Null),
            },
            None => Cell::Value(&self.custom),
        }
    }
}

//! Arguments that are known before anybody is looked at: what `var` and `local` can say.

use crate::diagnostic::{FileId, Span};
use crate::model::Text;

use super::blocks::{Argument, Reader};
use super::constants::{Constants, no_name};
use super::lang::{Expr, Value, compile};
use super::report::{Report, list};

/// One argument: its name, its place, and its compiled value unless that is broken, which has been
/// reported then.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) name: Text,
    pub(super) name_span: Span,
    pub(super) span: Span,
    pub(super) expr: Option<Expr>,
}

impl Setting {
    /// Compiles an argument.
    pub(super) fn read(
        report: &mut Report,
        file: FileId,
        name: &str,
        argument: Argument<'_>,
    ) -> Self {
        let (expr, problems) = compile(report.sources.text(file), file, argument.expression);
        let expr = problems.is_empty().then_some(expr);
        for problem in problems {
            if report.is_full() {
                break;
            }
            let diagnostic = problem.into_diagnostic(&report.sources);
            report.add(diagnostic);
        }
        Self { name: name.into(), name_span: argument.name, span: argument.value, expr }
    }
}

/// The arguments of one block.
#[derive(Debug, Default)]
pub(super) struct Settings(pub(super) Vec<Setting>);

impl Settings {
    /// Reads the arguments of these names.
    pub(super) fn read(
        report: &mut Report,
        reader: &mut Reader<'_>,
        names: &[&'static str],
    ) -> Self {
        let mut settings = Vec::new();
        for name in names {
            if let Some(argument) = reader.take(name) {
                settings.push(Setting::read(report, argument.value.file, name, argument));
            }
        }
        Self(settings)
    }

    /// The argument of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.name == name)
    }

    /// Where the value of that name stands.
    pub(super) fn span(&self, name: &str) -> Option<Span> {
        self.get(name).map(|setting| setting.span)
    }

    /// Whether the argument is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value; `null` is as good as absent.
    fn value(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
    ) -> Option<(Value, Span)> {
        let setting = self.get(name)?;
        let value = constants.eval(report, setting)?;
        (!value.is_null()).then_some((value, setting.span))
    }

    /// A text.
    pub(super) fn text(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
    ) -> Option<Text> {
        let (value, span) = self.value(report, constants, name)?;
        let text = value.as_text().map(Text::from);
        if text.is_none() {
            wrong(report, span, name, "a text", &value, "write it in double quotes");
        }
        // A description may be as long as it likes: nothing says it again.
        text.filter(|text| name == "description" || one_line(report, span, name, text))
    }

    /// A text or a number, as text.
    pub(super) fn scalar(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
    ) -> Option<Text> {
        let (value, span) = self.value(report, constants, name)?;
        let text = match &value {
            Value::Text(text) => Some(text.clone()),
            Value::Number(number) => Some(Text::from(number.normalize().to_string())),
            Value::Null
            | Value::Bool(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::User(_) => None,
        };
        if text.is_none() {
            wrong(report, span, name, "a number or a text", &value, "write a number");
        }
        text
    }

    /// `true` or `false`.
    pub(super) fn boolean(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
    ) -> Option<bool> {
        let (value, span) = self.value(report, constants, name)?;
        let flag = as_bool(&value);
        if flag.is_none() {
            wrong(report, span, name, "true or false", &value, "write `true` or `false`");
        }
        flag
    }

    /// A whole number within bounds.
    pub(super) fn whole<N: TryFrom<i64> + Copy + Into<i64>>(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
        least: N,
        most: N,
    ) -> Option<N> {
        let (value, span) = self.value(report, constants, name)?;
        let bounds = format!("from {} to {}", least.into(), most.into());
        let number = match &value {
            Value::Number(number) => number.normalize().to_string().parse::<i64>().ok(),
            Value::Text(text) => text.parse::<i64>().ok(),
            Value::Null
            | Value::Bool(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::User(_) => None,
        };
        let number = number.filter(|n| (least.into()..=most.into()).contains(n));
        if number.is_none() {
            let summary = format!("`{name}` must be a whole number");
            report.add(report.error(span, summary).help(format!("write a number {bounds}")));
        }
        number.and_then(|number| N::try_from(number).ok())
    }

    /// A list of texts.
    pub(super) fn texts(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
    ) -> Option<Vec<Text>> {
        let (value, span) = self.value(report, constants, name)?;
        let texts = value.as_items().and_then(|items| {
            items.iter().map(|item| item.as_text().map(Text::from)).collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            wrong(report, span, name, "a list of texts", &value, "write `[\"…\"]`");
        }
        texts
    }

    /// A text, or a list of them.
    pub(super) fn one_or_more(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
    ) -> Option<Vec<Text>> {
        let (value, span) = self.value(report, constants, name)?;
        let Some(items) = value.as_items() else {
            let text = value.as_text().map(|text| vec![Text::from(text)]);
            if text.is_none() {
                wrong(report, span, name, "a text", &value, "write it in double quotes");
            }
            return text.filter(|texts| texts.iter().all(|t| one_line(report, span, name, t)));
        };
        let texts: Option<Vec<Text>> =
            items.iter().map(|item| item.as_text().map(Text::from)).collect();
        if texts.is_none() {
            wrong(report, span, name, "a text or a list of texts", &value, "write `[\"…\"]`");
        }
        texts.filter(|texts| texts.iter().all(|text| one_line(report, span, name, text)))
    }

    /// One of a few words.
    pub(super) fn choice(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        let text = self.text(report, constants, name)?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            let span = self.span(name)?;
            let known = words.iter().copied();
            let near = crate::diagnostic::did_you_mean(&text, known.clone());
            report.add(
                report
                    .error(span, format!("`{name}` can't be `{text}`"))
                    .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
                    .help(format!("it is one of {}", list(known))),
            );
        }
        found
    }

    /// Seconds: a number, or a duration such as `"90s"`, `"2m"`, `"1h30m"`.
    pub(super) fn seconds(
        &self,
        report: &mut Report,
        constants: &Constants<'_>,
        name: &str,
    ) -> Option<u32> {
        let text = self.scalar(report, constants, name)?;
        let seconds = seconds(&text).filter(|seconds| (1..=86_400).contains(seconds));
        if seconds.is_none() {
            let span = self.span(name)?;
            report.add(
                report
                    .error(span, format!("`{name}` is no duration"))
                    .help("write seconds (`120`) or a text such as \"90s\", \"2m\" or \"1h30m\", at most a day"),
            );
        }
        seconds
    }
}

/// Refuses a text that is no name but a content, without a word of it.
fn one_line(report: &mut Report, span: Span, name: &str, text: &str) -> bool {
    let Some(why) = no_name(text) else { return true };
    let error = report.error(span, format!("`{name}` must be a name, not a content")).detail(why);
    let written = report.sources.slice(span).trim();
    let inner = written.strip_prefix("file(").and_then(|rest| rest.strip_suffix(')'));
    report.add(match inner {
        Some(inner) => error.help(format!("leave `file()` out: `{name} = {}`", inner.trim())),
        None => error
            .help("leave `file()` out, if the text comes from there: Enroll reads the file itself"),
    });
    false
}

fn wrong(report: &mut Report, span: Span, name: &str, wanted: &str, value: &Value, help: &str) {
    let summary = format!("`{name}` must be {wanted}");
    report.add(report.error(span, summary).detail(format!("this is {}", kind(value))).help(help));
}

/// A value's type with its article.
pub(super) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(_) => "a text".to_owned(),
        Value::Bool(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Set(_)
        | Value::Map(_)
        | Value::User(_) => {
            let name = value.type_name();
            let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
            format!("{article} {name}")
        }
    }
}

/// `true`, `false`, and the texts that say so.
pub(super) fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) if text == "true" => Some(true),
        Value::Text(text) if text == "false" => Some(false),
        Value::Null
        | Value::Text(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Set(_)
        | Value::Map(_)
        | Value::User(_) => None,
    }
}

fn seconds(text: &str) -> Option<u32> {
    if let Ok(plain) = text.parse::<u32>() {
        return Some(plain);
    }
    let mut rest = text;
    let mut total = 0_u32;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u32 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = rest.get(digits + 1..)?;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("120", Some(120)),
            ("90s", Some(90)),
            ("1h30m", Some(5400)),
            ("", None),
            ("m", None),
            ("5", Some(5)),
            ("5 s", None),
            ("1.5", None),
            ("99999999999s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}

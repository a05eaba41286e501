//! The values of variables: from defaults, the environment, files and flags, weakest first.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Place, Sources, Span};
use crate::model::{Text, nfc};
use crate::source::{Entry, Source, SourceError};

use super::check::{Declared, Scope};
use super::constants::Constants;
use super::inputs::{Inputs, VarInput};
use super::lang::{Env, Names, Root, Value, compile};
use super::planned;
use super::report::{Report, suggest};
use super::syntax;
use super::text;
use super::types::Type;
use super::variable::VariableBlock;

/// A value that something gave, and where.
struct Given {
    value: Value,
    place: Option<Place>,
    from: String,
}

/// Finds the value of every variable. Those of sensitive ones are handed back apart; they are in
/// nothing that `constants` evaluates.
pub(super) fn values(
    report: &mut Report,
    constants: &mut Constants<'_>,
    variables: &mut [VariableBlock],
    inputs: &Inputs,
    names: &[String],
) -> Names {
    let mut given: BTreeMap<Text, Option<Given>> = BTreeMap::new();
    let known: BTreeMap<Text, (Option<Type>, bool)> =
        variables.iter().map(|v| (v.name.clone(), (v.kind.clone(), v.sensitive))).collect();
    for (name, text) in &inputs.environment {
        let name = &*nfc(name);
        if let Some((kind, sensitive)) = known.get(name) {
            let from = format!("ENROLL_VAR_{name}");
            given.insert(name.into(), from_text(report, text, kind.as_ref(), *sensitive, &from));
        }
    }
    for name in names.iter().filter(|name| name.ends_with(".auto.vars.hcl")) {
        from_file(report, constants.files.source, name, &known, &mut given);
    }
    // What flags say, by themselves: beside a saved plan they may only repeat it.
    let mut flags: BTreeMap<Text, Option<Given>> = BTreeMap::new();
    for input in &inputs.vars {
        match input {
            VarInput::File(path) => {
                from_file(report, constants.files.source, path, &known, &mut flags);
            }
            VarInput::Read { path, bytes } => {
                from_file(report, &Handed(bytes), path, &known, &mut flags);
            }
            VarInput::Value { name, value } => {
                let name = &*nfc(name);
                let Some((kind, sensitive)) = known.get(name) else {
                    let known = known.keys().map(Text::as_str);
                    report.add(
                        Diagnostic::error(format!("--var sets `{name}`, which is no variable"))
                            .help(suggest(name, known, "variables"))
                            .help(format!("declare it with `variable \"{name}\" {{ … }}`")),
                    );
                    continue;
                };
                let from = format!("--var {name}");
                flags.insert(
                    name.into(),
                    from_text(report, value, kind.as_ref(), *sensitive, &from),
                );
            }
        }
    }
    let foreign = names.iter().find(|name| is_tfvars(name)).map(|name| not_read(name));
    if let Some(foreign) = foreign.as_ref().filter(|_| !variables.is_empty()) {
        report.add(foreign.clone());
    }
    if !inputs.planned.is_empty() {
        hold_to_plan(report, variables, &inputs.planned, &mut given, &mut flags);
    }
    given.append(&mut flags);
    settle(report, constants, variables, given)
}

/// Puts the values of a saved plan in the place of what is given here. A flag may only repeat them.
fn hold_to_plan(
    report: &mut Report,
    variables: &[VariableBlock],
    plan: &BTreeMap<Text, Text>,
    given: &mut BTreeMap<Text, Option<Given>>,
    flags: &mut BTreeMap<Text, Option<Given>>,
) {
    for variable in variables.iter().filter(|variable| !variable.sensitive) {
        let name = &variable.name;
        let Some(planned) = plan.get(name).and_then(|json| planned::read(json)) else { continue };
        let kind = variable.kind.as_ref().unwrap_or(&Type::Any);
        if let Some(Some(flag)) = flags.remove(name)
            && kind.convert(flag.value) != kind.convert(planned.clone())
        {
            report.add(
                Diagnostic::error(format!(
                    "{} is not what variable `{name}` was when the plan was saved",
                    flag.from
                ))
                .maybe_at(flag.place)
                .help("leave it out: variables travel in the saved plan")
                .help("or plan again with it: `enroll plan --out FILE`"),
            );
        }
        let from = "the saved plan".to_owned();
        given.insert(name.clone(), Some(Given { value: planned, place: None, from }));
    }
}

/// Whether Terraform would read a file of this name for its variables, without being asked to.
fn is_tfvars(name: &str) -> bool {
    let name = name.strip_suffix(".json").unwrap_or(name);
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

/// Says that a file of Terraform's variables gives no values here.
fn not_read(name: &str) -> Diagnostic {
    let stem =
        name.split_once(".auto").or_else(|| name.split_once('.')).map_or(name, |(stem, _)| stem);
    let note = Diagnostic::note(format!(
        "`{name}` is not read: Enroll's files of variables are `*.auto.vars.hcl`"
    ));
    if name.strip_suffix(".json").is_some() {
        note.help(format!(
            "write its values into `{stem}.auto.vars.hcl`, one `name = value` a line"
        ))
    } else {
        note.help(format!(
            "rename it to `{stem}.auto.vars.hcl`, or hand it over: `--var-file {name}`"
        ))
    }
}

/// Chooses default or given value, converts it, and reports what has none.
fn settle(
    report: &mut Report,
    constants: &mut Constants<'_>,
    variables: &mut [VariableBlock],
    mut given: BTreeMap<Text, Option<Given>>,
) -> Names {
    let mut secrets = Names::new();
    for variable in variables {
        let name = variable.name.clone();
        let before = report.mark();
        if let Some(default) = &mut variable.default {
            Declared::default().check(report, default, Scope::Plain);
        }
        let default = variable.default.as_ref().and_then(|default| constants.eval(report, default));
        let default = default.and_then(|value| {
            let given = Given {
                value,
                place: variable.default.as_ref().map(|default| report.place(default.span)),
                from: "the default".to_owned(),
            };
            convert(report, variable, given)
        });
        let value = match given.remove(&name) {
            Some(Some(given)) => convert(report, variable, given),
            Some(None) => None,
            None if variable.default.is_some() => {
                constants.defaults.insert(name.clone());
                default
            }
            None if variable.sensitive || variable.broken => None,
            None => {
                report.add(
                    report
                        .error(variable.span, format!("the variable `{name}` has no value"))
                        .help(format!("set it: `--var {name}=…`, ENROLL_VAR_{name}=…, or in a file `*.auto.vars.hcl`"))
                        .help("or give it a `default`"),
                );
                None
            }
        };
        match value {
            Some(value) if variable.sensitive => {
                secrets.insert(name, value);
            }
            Some(value) => {
                let text = format!("{value:?}");
                constants.files.digest.borrow_mut().variable(&name, &text);
                constants.variables.insert(name, value);
            }
            // A sensitive variable without a value matters only when a connection is opened.
            None if variable.sensitive && !report.failed_since(before) => {}
            None => {
                constants.broken.insert((Root::Variable, name));
            }
        }
    }
    secrets
}

fn convert(report: &mut Report, variable: &VariableBlock, given: Given) -> Option<Value> {
    let kind = variable.kind.as_ref().unwrap_or(&Type::Any);
    match kind.convert(given.value) {
        Ok(value) => Some(value),
        Err(why) => {
            let summary = format!("{} does not fit the variable `{}`", given.from, variable.name);
            report.add(
                Diagnostic::error(summary)
                    .maybe_at(given.place)
                    .detail(why)
                    .related(report.place(variable.span), "declared here"),
            );
            None
        }
    }
}

/// A value given as text: itself for plain types, else an expression, as in Terraform.
fn from_text(
    report: &mut Report,
    text: &str,
    kind: Option<&Type>,
    sensitive: bool,
    from: &str,
) -> Option<Given> {
    let given = |value| Some(Given { value, place: None, from: from.to_owned() });
    if kind.is_none_or(Type::is_plain) {
        return given(Value::text(text));
    }
    let fail = |why: String| {
        let why = if sensitive { "it is no expression".to_owned() } else { why };
        Diagnostic::error(format!("the value of {from} can't be read")).detail(why).help(
            "a value that is no plain text is written as in HCL: '[\"a\", \"b\"]', '{ a = 1 }'",
        )
    };
    let parsed = match hcl_edit::parser::parse_expr(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            report.add(fail(error.message().replace('\n', "; ")));
            return None;
        }
    };
    // In sources of its own, which nobody shows: the text may be a secret.
    let mut scratch = Sources::default();
    let file = scratch.add(from, text.to_owned());
    let (expr, problems) = compile(text, file, &parsed);
    let problem = match problems.into_iter().next() {
        Some(problem) => Some(problem),
        None if !expr.is_constant() => {
            report.add(fail("only plain values can stand here".to_owned()));
            return None;
        }
        None => match Env::empty().eval(&expr) {
            Ok(value) => return given(value),
            Err(problem) => Some(problem),
        },
    };
    report.extend(problem.map(|problem| fail(problem.summary)));
    None
}

/// A file that whoever runs Enroll has read already: it may stand anywhere.
pub(super) struct Handed<'a>(pub(super) &'a [u8]);

impl Source for Handed<'_> {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }

    fn entries(&self, _folder: &str) -> Result<Vec<Entry>, SourceError> {
        Ok(Vec::new())
    }

    fn open(&self, _path: &str) -> Result<Box<dyn std::io::Read>, SourceError> {
        Ok(Box::new(std::io::Cursor::new(self.0.to_vec())))
    }
}

/// Reads a file of variables: arguments only, plain values only.
fn from_file(
    report: &mut Report,
    source: &dyn Source,
    path: &str,
    known: &BTreeMap<Text, (Option<Type>, bool)>,
    given: &mut BTreeMap<Text, Option<Given>>,
) {
    let Some(file) = text::read(report, source, None, path, text::MAX_HCL, None) else { return };
    let Some(body) = syntax::read(report, file, true) else { return };
    for block in body.blocks() {
        let header = super::blocks::header(file, block);
        report.add(
            report.error(header, "a file of variables holds no blocks").help(
                "write `NAME = value`; blocks stand in the `*.hcl` files of the configuration",
            ),
        );
    }
    for attribute in body.attributes() {
        let name = &*nfc(attribute.key.as_str());
        let argument = super::blocks::argument(file, attribute);
        let declared = known.get(name);
        if declared.is_none_or(|(_, sensitive)| *sensitive) {
            report.sources.mask(argument.value);
        }
        if declared.is_none() {
            report.add(
                report
                    .warning(
                        argument.name,
                        format!("`{name}` is no variable of this configuration"),
                    )
                    .help(suggest(name, known.keys().map(Text::as_str), "variables")),
            );
            continue;
        }
        let value = plain(report, file, argument, declared.is_some_and(|(_, secret)| *secret));
        let place = Some(report.place(argument.value));
        let value =
            value.map(|value| Given { value, place, from: format!("the value in `{path}`") });
        given.insert(name.into(), value);
    }
}

/// The value of an argument in a file of variables.
fn plain(
    report: &mut Report,
    file: crate::diagnostic::FileId,
    argument: super::blocks::Argument<'_>,
    secret: bool,
) -> Option<Value> {
    let (expr, problems) = compile(report.sources.text(file), file, argument.expression);
    let mut problem = problems.into_iter().next();
    if problem.is_none() && !expr.is_constant() {
        let span: Span = argument.value;
        report.add(report.error(span, "only plain values can stand in a file of variables"));
        return None;
    }
    if problem.is_none() {
        match Env::empty().eval(&expr) {
            Ok(value) => return Some(value),
            Err(found) => problem = Some(found),
        }
    }
    if let Some(mut problem) = problem {
        if secret {
            problem.detail = None;
            problem.help.clear();
        }
        let diagnostic = problem.into_diagnostic(&report.sources);
        report.add(diagnostic);
    }
    None
}

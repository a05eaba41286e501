//! The functions, as a table: name, parameters, and what they do.
//!
//! Names, parameters and meanings are Terraform's. Arity errors, suggestions and documentation
//! all come from this table.

mod args;
mod collections;
mod conversion;
mod dates;
mod encoding;
mod files;
mod format;
mod json;
mod maps;
mod numbers;
mod patterns;
mod sets;
mod text;
mod yaml;

pub(super) use args::{Args, Wrong, call, wrong_count};
pub(super) use patterns::check_pattern;

use super::value::Value;

/// What a function answers.
type Answer = Result<Value, Wrong>;

/// What a function does.
type Body = fn(&mut Args<'_, '_>) -> Answer;

/// One function.
#[derive(Debug)]
pub(super) struct Function {
    /// Its name.
    pub(super) name: &'static str,
    /// Its parameters, optional ones last.
    pub(super) params: &'static [Param],
    /// What any further arguments are.
    pub(super) rest: Option<Param>,
    /// What it does.
    pub(super) run: Run,
}

/// How a function is run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// Its answer depends on its arguments alone.
    Pure(Body),
    /// It looks at files.
    Files(Body),
    /// The compiler knows it.
    Special(Special),
}

/// Functions that don't get values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    Try,
    Can,
    Environment,
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether `null` may be given.
    pub(super) nullable: bool,
    /// Whether it may be left out.
    pub(super) optional: bool,
}

/// What a parameter takes. Arguments are converted before the function sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    /// A string, or what converts to one.
    Text,
    /// A number, or text that is one.
    Number,
    /// A whole number.
    Whole,
    /// A list or a set.
    Items,
    /// A list, not a set.
    List,
    /// A list or a set, made a set of one type.
    Set,
    /// A map, an object or a user.
    Map,
}

impl Kind {
    /// The kind with its article, for errors.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a string",
            Self::Number => "a number",
            Self::Whole => "a whole number",
            Self::Items => "a list or a set",
            Self::List => "a list",
            Self::Set => "a set of one type",
            Self::Map => "a map or an object",
        }
    }
}

impl Param {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: false, optional: false }
    }

    const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

impl Function {
    /// A function of exactly these parameters.
    const fn new(name: &'static str, params: &'static [Param], run: Body) -> Self {
        Self { name, params, rest: None, run: Run::Pure(run) }
    }

    /// A function that takes any number of further arguments.
    const fn variadic(
        name: &'static str,
        params: &'static [Param],
        rest: Param,
        run: Body,
    ) -> Self {
        Self { name, params, rest: Some(rest), run: Run::Pure(run) }
    }

    const fn reading_files(name: &'static str, params: &'static [Param], run: Body) -> Self {
        Self { name, params, rest: None, run: Run::Files(run) }
    }

    const fn special(
        name: &'static str,
        params: &'static [Param],
        rest: Option<Param>,
        special: Special,
    ) -> Self {
        Self { name, params, rest, run: Run::Special(special) }
    }

    /// The parameter that the argument at this index belongs to.
    pub(super) fn param(&self, index: usize) -> Option<&Param> {
        self.params.get(index).or(self.rest.as_ref())
    }

    /// Fewest arguments.
    pub(super) fn fewest(&self) -> usize {
        self.params.iter().filter(|param| !param.optional).count()
    }

    /// Most arguments, if there is a most.
    pub(super) fn most(&self) -> Option<usize> {
        if self.rest.is_some() { None } else { Some(self.params.len()) }
    }

    /// How a call is written: `substr(str, offset, length)`.
    pub(super) fn signature(&self) -> String {
        let mut params: Vec<String> =
            self.params
                .iter()
                .map(|param| {
                    if param.optional { format!("[{}]", param.name) } else { param.name.to_owned() }
                })
                .collect();
        params.extend(self.rest.map(|rest| format!("{}...", rest.name)));
        format!("{}({})", self.name, params.join(", "))
    }
}

static TABLE: [&[Function]; 13] = [
    text::FUNCTIONS,
    patterns::FUNCTIONS,
    format::FUNCTIONS,
    collections::FUNCTIONS,
    maps::FUNCTIONS,
    sets::FUNCTIONS,
    numbers::FUNCTIONS,
    conversion::FUNCTIONS,
    encoding::FUNCTIONS,
    json::FUNCTIONS,
    yaml::FUNCTIONS,
    dates::FUNCTIONS,
    files::FUNCTIONS,
];

/// All functions.
pub(super) fn all() -> impl Iterator<Item = &'static Function> {
    TABLE.iter().copied().flatten()
}

/// How each function is called, in the order of the table: `substr(str, offset, length)`.
pub fn signatures() -> impl Iterator<Item = String> {
    all().map(Function::signature)
}

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

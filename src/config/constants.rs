//! What `var`, `local` and `user` stand for, and the evaluation of everything that needs no person.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::Text;
use crate::source::{Source, SourceError, read_limited};

use super::digest::Digest;
use super::lang::{Budget, Env, Expr, Files, MAX_BYTES, Names, Root, Value};
use super::report::Report;
use super::settings::Setting;

/// The values that names stand for.
pub(super) struct Constants<'a> {
    /// Without the sensitive ones.
    pub(super) variables: Names,
    pub(super) locals: Names,
    /// Only those that something mentions.
    pub(super) users: Names,
    /// Names whose value could not be found, which has been reported.
    pub(super) broken: BTreeSet<(Root, Text)>,
    pub(super) files: &'a Reading<'a>,
    budget: Budget,
}

impl<'a> Constants<'a> {
    /// No names yet.
    pub(super) fn new(files: &'a Reading<'a>) -> Self {
        Self {
            variables: Names::new(),
            locals: Names::new(),
            users: Names::new(),
            broken: BTreeSet::new(),
            files,
            budget: Budget::default(),
        }
    }

    /// What expressions see.
    pub(super) fn env(&self) -> Env<'_> {
        Env {
            variables: &self.variables,
            locals: &self.locals,
            users: &self.users,
            files: Some(self.files),
            budget: Some(&self.budget),
            ..Env::empty()
        }
    }

    /// Whether an expression mentions a name without a value.
    pub(super) fn is_broken(&self, expr: &Expr) -> bool {
        !self.broken.is_empty()
            && expr.mentions().iter().any(|m| self.broken.contains(&(m.root, m.name.clone())))
    }

    /// The value of an argument. `None` where it is broken, which is reported here or was before.
    pub(super) fn eval(&self, report: &mut Report, setting: &Setting) -> Option<Value> {
        let expr = setting.expr.as_ref().filter(|expr| !self.is_broken(expr))?;
        if let Some(literal) = expr.as_literal() {
            return Some(literal.clone());
        }
        match self.env().eval(expr) {
            Ok(value) => Some(value),
            Err(problem) => {
                let diagnostic = problem.into_diagnostic(&report.sources);
                report.add(diagnostic);
                None
            }
        }
    }
}

/// The source, and what was read from it: each file that an expression reads is read once.
pub struct Reading<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) digest: RefCell<Digest>,
    texts: RefCell<BTreeMap<String, Result<String, String>>>,
}

impl<'a> Reading<'a> {
    /// Nothing read yet.
    pub fn new(source: &'a dyn Source) -> Self {
        Self { source, digest: RefCell::default(), texts: RefCell::default() }
    }

    fn load(&self, path: &str) -> Result<String, String> {
        if is_variables(path) {
            return Err(format!(
                "`{path}` can't be read: it is a file of variables, which may hold secrets"
            ));
        }
        let bytes =
            read_limited(self.source, path, MAX_BYTES).map_err(|error| error.to_string())?;
        self.digest.borrow_mut().file(path, &bytes);
        let text = String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8"))?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }
}

impl Files for Reading<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if let Some(known) = self.texts.borrow().get(path) {
            return known.clone();
        }
        let loaded = self.load(path);
        self.texts.borrow_mut().insert(path.to_owned(), loaded.clone());
        loaded
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        let found = self.source.exists(path).map_err(|error: SourceError| error.to_string())?;
        self.digest.borrow_mut().exists(path, found);
        Ok(found)
    }
}

/// Whether a path is that of a file of variables. Their values come as `var.NAME`, by the rule on secrets.
pub(super) fn is_variables(path: &str) -> bool {
    let path = path.trim_end_matches(['/', '.']);
    path.to_ascii_lowercase().ends_with(".vars.hcl")
}

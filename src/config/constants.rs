//! What `var`, `local` and `user` stand for, and the evaluation of everything that needs no person.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::model::Text;
use crate::source::{Source, SourceError, read_limited};

use super::digest::Digest;
use super::keys::holds_secret;
use super::lang::{Budget, Env, Expr, Files, MAX_BYTES, Names, Root, Unread, Value};
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
    /// Variables that have their default.
    pub(super) defaults: BTreeSet<Text>,
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
            defaults: BTreeSet::new(),
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

/// Most files that expressions may look at, and most text that they may read of them.
const MOST_FILES: usize = 10_000;
const MOST_TEXT: usize = 64 << 20;

/// The source, and what was read from it: each file that an expression reads is read once, whatever ways of writing
/// its path there are.
pub struct Reading<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) digest: RefCell<Digest>,
    texts: RefCell<BTreeMap<String, Result<String, Unread>>>,
    found: RefCell<BTreeMap<String, Result<bool, Unread>>>,
    /// How many bytes `texts` holds.
    kept: Cell<usize>,
}

impl<'a> Reading<'a> {
    /// Nothing read yet.
    pub fn new(source: &'a dyn Source) -> Self {
        Self {
            source,
            digest: RefCell::default(),
            texts: RefCell::default(),
            found: RefCell::default(),
            kept: Cell::new(0),
        }
    }

    fn load(&self, path: &str) -> Result<String, Unread> {
        if is_variables(path) {
            return Err(Unread::Refused(format!(
                "`{path}` can't be read: it is a file of variables, which may hold secrets"
            )));
        }
        let refused = |error: SourceError| Unread::Refused(error.to_string());
        let bytes = read_limited(self.source, path, MAX_BYTES).map_err(refused)?;
        self.kept.set(self.kept.get() + bytes.len());
        if self.kept.get() > MOST_TEXT {
            return Err(Unread::TooMuch(format!(
                "the files that expressions read hold more than {} MiB together",
                MOST_TEXT >> 20
            )));
        }
        if let Some(why) = holds_secret(path, &bytes) {
            return Err(Unread::Refused(why));
        }
        self.digest.borrow_mut().file(path, &bytes);
        let text = String::from_utf8(bytes)
            .map_err(|_| Unread::Refused(format!("`{path}` is not UTF-8")))?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    fn look(&self, path: &str) -> Result<bool, Unread> {
        let found = self.source.exists(path).map_err(|error| Unread::Refused(error.to_string()))?;
        self.digest.borrow_mut().exists(path, found);
        Ok(found)
    }
}

/// What is known of a path already, or `find` finds.
fn once<T: Clone>(
    known: &RefCell<BTreeMap<String, Result<T, Unread>>>,
    path: &str,
    find: impl FnOnce(&str) -> Result<T, Unread>,
) -> Result<T, Unread> {
    if let Some(why) = no_name(path) {
        return Err(Unread::Refused(why));
    }
    let path = plain(path);
    if let Some(known) = known.borrow().get(&path) {
        return known.clone();
    }
    if known.borrow().len() >= MOST_FILES {
        let why = format!("the expressions look at more than {MOST_FILES} files");
        return Err(Unread::TooMuch(why));
    }
    let found = find(&path);
    known.borrow_mut().insert(path, found.clone());
    found
}

/// Longest name of a file.
const LONGEST_NAME: usize = 1_000;

/// Why a text can't be the name of a file, without a word of it: it may be a file's whole content.
pub(super) fn no_name(text: &str) -> Option<String> {
    let lines = text.lines().count();
    if lines > 1 {
        Some(format!("a text of {lines} lines is no name of a file"))
    } else if text.len() > LONGEST_NAME {
        Some(format!("a text of {} bytes is no name of a file", text.len()))
    } else {
        None
    }
}

/// A path without the parts that lead nowhere. One that begins with `/` stays as it is, to be refused.
fn plain(path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

impl Files for Reading<'_> {
    fn read(&self, path: &str) -> Result<String, Unread> {
        once(&self.texts, path, |path| self.load(path))
    }

    fn exists(&self, path: &str) -> Result<bool, Unread> {
        once(&self.found, path, |path| self.look(path))
    }
}

/// Whether a path is that of a file of variables. Their values come as `var.NAME`, by the rule on secrets.
pub(super) fn is_variables(path: &str) -> bool {
    let path = path.trim_end_matches(['/', '.']);
    path.to_ascii_lowercase().ends_with(".vars.hcl")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::Read;

    use super::{Files, MOST_FILES, Reading, Source, SourceError, Unread};

    /// Files of ten megabytes, of which each look is counted.
    #[derive(Default)]
    struct Counting(Cell<usize>);

    impl Source for Counting {
        fn names(&self) -> Result<Vec<String>, SourceError> {
            Ok(Vec::new())
        }

        fn entries(&self, _: &str) -> Result<Vec<crate::source::Entry>, SourceError> {
            Ok(Vec::new())
        }

        fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
            self.0.set(self.0.get() + 1);
            if path.starts_with("no") {
                return Err(SourceError::Missing(path.to_owned()));
            }
            Ok(Box::new(std::io::repeat(b'x').take(10_000_000)))
        }
    }

    fn says<T: std::fmt::Debug>(result: Result<T, Unread>) -> String {
        match result {
            Err(Unread::TooMuch(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_read_once_however_its_path_is_written() {
        let source = Counting::default();
        let reading = Reading::new(&source);
        for path in ["a/b", "./a/b", "a/./b", "a//b", "././a/.//b/", "a/b/."] {
            assert_eq!(reading.read(path).map(|text| text.len()), Ok(10_000_000), "{path}");
            assert_eq!(reading.exists(path), Ok(true), "{path}");
        }
        assert_eq!(source.0.get(), 2, "once to read it, once to look");
    }

    #[test]
    fn expressions_read_and_look_at_so_much_and_no_more() {
        let source = Counting::default();
        let reading = Reading::new(&source);
        let read = (0..100).take_while(|n| reading.read(&format!("{n}")).is_ok()).count();
        assert_eq!(read, 6);
        let why = says(reading.read("more"));
        assert_eq!(why, "the files that expressions read hold more than 64 MiB together");
        let look = |n: usize| reading.exists(&format!("no{n}"));
        assert!((0..MOST_FILES).all(|n| look(n) == Ok(false)));
        assert_eq!(says(look(MOST_FILES)), "the expressions look at more than 10000 files");
        assert_eq!(look(0), Ok(false));
    }
}

//! The way to the records of an export that wraps them, and what the wrapper says of them: one that
//! says that there are more is no whole export.

use super::super::lang::{self, Value, Wrong};
use super::cursor::Cursor;
use super::marks::Said;

/// A longer value says nothing of pages.
const LONGEST: usize = 64 << 10;

/// Where a way through a document ended.
pub(super) enum End {
    /// At the records, with what is left of the wrapper read by [`Way::leave`].
    Found,
    /// There is nothing of that name.
    Missing,
}

/// A way down to the records.
pub(super) struct Way<'p, 't> {
    pub(super) cursor: Cursor<'t>,
    pub(super) said: Said,
    /// The names that stand at the end of the way as far as it went.
    pub(super) names: Vec<String>,
    path: &'p str,
    /// Names seen, for each object on the way.
    open: Vec<Vec<String>>,
}

impl<'p, 't> Way<'p, 't> {
    /// Begins at a document's object. `path` names the members that lead to the records, with dots
    /// between; a name may hold dots itself.
    pub(super) fn new(cursor: Cursor<'t>, path: &'p str) -> Self {
        Self { cursor, said: Said::default(), names: Vec::new(), path, open: Vec::new() }
    }

    /// Goes down until the cursor stands at the value that the path names.
    pub(super) fn descend(&mut self) -> Result<End, Wrong> {
        let mut left = self.path;
        loop {
            if !self.cursor.eat(b'{') {
                return Ok(End::Missing);
            }
            self.open.push(Vec::new());
            let Some(name) = self.members(Some(left))? else {
                return Ok(End::Missing);
            };
            if name == left {
                return Ok(End::Found);
            }
            left = left.get(name.len() + 1..).unwrap_or("");
        }
    }

    /// Reads what stands behind the records, to the end of the document.
    pub(super) fn leave(&mut self) -> Result<(), Wrong> {
        while !self.open.is_empty() {
            if self.cursor.eat(b',') {
                self.members(None)?;
            } else if self.cursor.eat(b'}') {
                self.open.pop();
            } else {
                return Err(self.fail("a comma or `}` is missing here"));
            }
        }
        match self.cursor.peek() {
            None => Ok(()),
            Some(_) => Err(self.fail("something stands behind the end of the document")),
        }
    }

    /// The names on the way to the innermost object, each with a dot behind it.
    fn above(&self) -> String {
        let outer = self.open.len().saturating_sub(1);
        let names = self.open.iter().take(outer).filter_map(|names| names.last());
        names.flat_map(|name| [name.as_str(), "."]).collect()
    }

    fn fail(&self, words: &str) -> Wrong {
        Wrong::new(self.cursor.at, words)
    }

    /// Reads members of the innermost object until one lies on the path `left`, whose name is given
    /// back, or until the object ends, which closes it.
    fn members(&mut self, left: Option<&str>) -> Result<Option<String>, Wrong> {
        let mut first = left.is_some();
        loop {
            if first && self.cursor.eat(b'}') {
                self.open.pop();
                return Ok(None);
            }
            first = false;
            let (at, name) = self.cursor.name()?;
            let name = name.into_owned();
            if let Some(names) = self.open.last_mut() {
                if names.contains(&name) {
                    let words = format!("the key `{name}` stands in an object twice");
                    return Err(Wrong::new(at, words));
                }
                if names.len() >= 10_000 {
                    return Err(Wrong::new(at, "an object has more than 10000 keys"));
                }
                names.push(name.clone());
            }
            let leads = |left: &str| {
                left == name || left.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
            };
            if left.is_some_and(leads) {
                return Ok(Some(name));
            }
            let (start, json) = self.cursor.value()?;
            // What can't be told from a page that follows is taken for one.
            let read = if json.len() > LONGEST { None } else { lang::value(json, start).ok() };
            let value = read.unwrap_or_else(|| Value::text("…"));
            self.said.hear(&self.above(), &name, at, &value);
            if self.cursor.eat(b',') {
                continue;
            }
            if self.cursor.eat(b'}') {
                let names = self.open.pop().unwrap_or_default();
                if left.is_some() {
                    self.names = names;
                }
                return Ok(None);
            }
            return Err(self.fail("a comma or `}` is missing here"));
        }
    }
}

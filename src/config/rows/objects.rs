//! Records of JSON as an index into their text: nothing of a record is copied, and what is nested is
//! read when an expression asks for it.

use std::sync::Arc;

use super::super::lang::{self, Cell, Value};

/// A member of a record: its column, and the bytes of its value. One that is `null` has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) column: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The members of all records. Each of them was found sound when the records were read.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(super) text: Arc<String>,
    /// Record by record, in the order of the text.
    pub(super) members: Vec<Member>,
    /// Where each record's members end.
    pub(super) ends: Vec<u32>,
}

impl Objects {
    /// What a record has in a column.
    pub(crate) fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.member(row, column).map_or(Cell::Owned(Value::Null), read)
    }

    /// The JSON of what a record has in a column.
    fn member(&self, row: usize, column: usize) -> Option<&str> {
        let end = *self.ends.get(row)? as usize;
        let start = row.checked_sub(1).and_then(|at| self.ends.get(at)).copied().unwrap_or(0);
        let members = self.members.get(start as usize..end)?;
        let is_it = |member: &&Member| member.column as usize == column;
        // Most records name all columns in the same order.
        let member = members.get(column).filter(is_it).or_else(|| members.iter().find(is_it))?;
        self.text.get(member.start as usize..member.end as usize)
    }
}

/// A value as it stands in the text: a plain text is borrowed, all else is read.
fn read(json: &str) -> Cell<'_> {
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(text) = inner.filter(|text| !text.contains('\\')) {
        return Cell::Text(text);
    }
    Cell::Owned(lang::value(json, 0).expect("what can't be read was refused with its file"))
}

//! People as expressions see them: named columns, and a cell for each.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::value::Value;
use crate::model::{nfc, nfc_text};

/// The column names of a directory, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    names: Vec<SmolStr>,
    index: BTreeMap<SmolStr, usize>,
}

impl Columns {
    /// Columns of these names; where a name comes twice, the first counts.
    pub fn new<N: Into<SmolStr>>(names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<SmolStr> = names.into_iter().map(Into::into).collect();
        let mut index = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            index.entry(nfc_text(name.clone())).or_insert(at);
        }
        Self { names, index }
    }

    /// Where the column of this name stands, in whatever Unicode form either is written.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.index.get(&*nfc(name)).copied()
    }

    /// The names, in order.
    pub fn names(&self) -> &[SmolStr] {
        &self.names
    }
}

/// What a person has in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Text, borrowed from the record.
    Text(&'a str),
    /// Any value, borrowed.
    Value(&'a Value),
    /// Any value, made for the asking.
    Owned(Value),
}

/// One record of a directory.
pub trait Person {
    /// What stands in a column of the [`Columns`] that the expression was bound to. A column that
    /// the record lacks is `null`.
    fn cell(&self, column: usize) -> Cell<'_>;
}

//! The people of a directory that was read.

use std::sync::Arc;

use crate::diagnostic::Span;
use crate::model::Text;

use super::lang::Columns;
use super::rows::{Row, Table};

/// All of a directory's people, each with a key.
#[derive(Debug)]
pub(super) struct People {
    tables: Vec<Table>,
    /// `None` where that can't be told: an empty JSON array has nobody and no columns.
    pub(super) columns: Option<Arc<Columns>>,
    pub(super) keys: Vec<Text>,
    pub(super) file: Text,
}

impl People {
    /// The rows of `tables` with their keys, in the same order.
    pub(super) fn new(tables: Vec<Table>, keys: Vec<Text>, file: Text) -> Self {
        let known = tables.iter().find(|table| !table.is_unknown());
        let columns = known.map(|table| Arc::new(Columns::new(table.columns.iter().cloned())));
        Self { tables, columns, keys, file }
    }

    /// One person, and where the record stands.
    pub(super) fn row(&self, row: usize) -> Option<(Row<'_>, Span)> {
        let table = self.tables.first()?;
        Some((table.row(row), table.span(row)))
    }
}

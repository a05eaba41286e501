//! The people of a directory that was read, from one file or several.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};
use crate::model::Text;

use super::lang::{Cell, Columns, Person, Value};
use super::rows::{Keys, Row, Table};
use super::sensitive::Sensitive;

/// All of a directory's people, each with a key.
#[derive(Debug)]
pub(super) struct People {
    parts: Vec<Part>,
    /// `None` where that can't be told: an empty JSON array has nobody and no columns.
    pub(super) columns: Option<Arc<Columns>>,
    pub(super) keys: Vec<Text>,
    /// Rows whose key another row has too.
    pub(super) doubled: HashSet<usize>,
    /// What is to be said of these.
    pub(super) found: Vec<Diagnostic>,
    /// Whether people whose record can't be used are held, and the others go on.
    pub(super) hold: bool,
    /// What the configuration calls its files, or the address of a service.
    pub(super) file: Text,
    /// Whether nobody looked who is in it.
    pub(super) unread: bool,
    /// The columns whose values no finding shows.
    pub(super) sensitive: Sensitive,
}

/// The people of one file.
#[derive(Debug)]
struct Part {
    table: Table,
    /// How many people stand in the files before.
    first: usize,
    /// Where the file has each of the directory's columns, if not in the same order.
    order: Option<Vec<Option<u32>>>,
}

/// One person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Somebody<'p> {
    row: Row<'p>,
    order: Option<&'p [Option<u32>]>,
}

impl People {
    /// The rows of `tables` with their keys, in the same order. A column of one is a column of all.
    pub(super) fn new(tables: Vec<Table>, keys: Keys, file: Text, hold: bool) -> Self {
        let several = tables.len() > 1;
        let mut seen: HashSet<&Text> = HashSet::new();
        let all = tables.iter().flat_map(|table| &table.columns);
        let names: Vec<Text> = all.filter(|name| !several || seen.insert(name)).cloned().collect();
        let known = tables.iter().any(|table| !table.is_unknown());
        let mut first = 0;
        let mut parts = Vec::with_capacity(tables.len());
        for table in tables {
            let order = (names != table.columns).then(|| order(&table, &names));
            let next = first + table.len();
            parts.push(Part { table, first, order });
            first = next;
        }
        let columns = known.then(|| Arc::new(Columns::new(names)));
        let Keys { all: keys, doubled, found } = keys;
        let sensitive = Sensitive::default();
        Self { parts, columns, keys, doubled, found, hold, file, unread: false, sensitive }
    }

    /// The same with more columns, which nobody has.
    #[must_use]
    pub(super) fn with(mut self, names: impl Iterator<Item = Text>) -> Self {
        let own = self.columns.take();
        let own = own.iter().flat_map(|columns| columns.names());
        let mut seen: HashSet<Text> = HashSet::new();
        let all = own.cloned().chain(names).filter(|name| seen.insert(name.clone()));
        let all: Vec<Text> = all.collect();
        for part in &mut self.parts {
            part.order = (all != part.table.columns).then(|| order(&part.table, &all));
        }
        self.columns = Some(Arc::new(Columns::new(all)));
        self
    }

    /// Nobody, because the directory is not read here.
    pub(super) fn unread(names: impl Iterator<Item = Text>) -> Self {
        let nobody = Self::new(Vec::new(), Keys::default(), Text::default(), false).with(names);
        Self { unread: true, ..nobody }
    }

    /// Whether a cell may hold something else than a text.
    pub(super) fn nests(&self) -> bool {
        self.parts.iter().any(|part| part.table.nests())
    }

    /// One person, and where the record stands.
    pub(super) fn row(&self, row: usize) -> Option<(Somebody<'_>, Span)> {
        let after = self.parts.partition_point(|part| part.first <= row);
        let part = self.parts.get(after.checked_sub(1)?)?;
        let row = row - part.first;
        let somebody = Somebody { row: part.table.row(row), order: part.order.as_deref() };
        Some((somebody, part.table.span(row)))
    }
}

/// Where a table has each of the columns of these names.
fn order(table: &Table, names: &[Text]) -> Vec<Option<u32>> {
    let mut own: HashMap<&Text, u32> = HashMap::with_capacity(table.columns.len());
    for (at, name) in table.columns.iter().enumerate() {
        own.entry(name).or_insert(u32::try_from(at).unwrap_or(u32::MAX));
    }
    names.iter().map(|name| own.get(name).copied()).collect()
}

impl Person for Somebody<'_> {
    fn cell(&self, column: usize) -> Cell<'_> {
        match self.order {
            None => self.row.cell(column),
            Some(order) => match order.get(column) {
                Some(Some(column)) => self.row.cell(*column as usize),
                Some(None) | None => Cell::Owned(Value::Null),
            },
        }
    }
}

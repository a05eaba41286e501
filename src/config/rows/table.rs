//! The rows of a directory in few allocations: all cells of a text table share one buffer.

use crate::diagnostic::{FileId, Span};
use crate::model::{Text, nfc};

use super::super::lang::{Cell, Person};
use super::objects::Objects;

/// A table of cells.
#[derive(Debug)]
pub(crate) struct Table {
    /// The file it was read from.
    pub(crate) file: FileId,
    /// Column names in the order of the file, in normalization form C.
    pub(crate) columns: Vec<Text>,
    /// The bytes of each row in its file.
    rows: Vec<(u32, u32)>,
    cells: Cells,
}

/// What stands in the cells, row by row.
#[derive(Debug)]
enum Cells {
    /// All texts in one buffer, and where each ends.
    Texts { buffer: String, ends: Vec<u32> },
    /// Where the members of records stand.
    Objects(Objects),
}

impl Table {
    /// A table of texts without rows.
    pub(crate) fn texts(file: FileId, columns: Vec<Text>) -> Self {
        let cells = Cells::Texts { buffer: String::new(), ends: Vec::new() };
        Self { file, columns, rows: Vec::new(), cells }
    }

    /// A table of records.
    pub(super) fn objects(
        file: FileId,
        columns: Vec<Text>,
        rows: Vec<(u32, u32)>,
        objects: Objects,
    ) -> Self {
        Self { file, columns, rows, cells: Cells::Objects(objects) }
    }

    /// Adds a row of texts, as many as there are columns.
    pub(crate) fn push<'t>(&mut self, span: Span, texts: impl Iterator<Item = &'t str>) {
        self.rows.push((span.start, span.end));
        if let Cells::Texts { buffer, ends } = &mut self.cells {
            for text in texts {
                buffer.push_str(text);
                ends.push(u32::try_from(buffer.len()).unwrap_or(u32::MAX));
            }
        }
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether its columns can't be told: an empty array has nobody and no columns.
    pub(crate) fn is_unknown(&self) -> bool {
        self.columns.is_empty() && self.rows.is_empty()
    }

    /// Whether a cell may hold objects.
    pub(crate) fn nests(&self) -> bool {
        matches!(self.cells, Cells::Objects(_))
    }

    /// Where a row stands.
    pub(crate) fn span(&self, row: usize) -> Span {
        let (start, end) = self.rows.get(row).copied().unwrap_or((0, 0));
        Span { file: self.file, start, end }
    }

    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        let name = nfc(name);
        self.columns.iter().position(|column| **column == *name).filter(|_| !name.is_empty())
    }

    /// One person.
    pub(crate) fn row(&self, row: usize) -> Row<'_> {
        Row { table: self, row }
    }
}

/// One row of a table, seen as a person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'t> {
    table: &'t Table,
    row: usize,
}

impl Person for Row<'_> {
    fn cell(&self, column: usize) -> Cell<'_> {
        match &self.table.cells {
            Cells::Texts { buffer, ends } => {
                let at = self.row * self.table.columns.len() + column;
                let end = ends.get(at).copied().unwrap_or(0) as usize;
                let start = at.checked_sub(1).and_then(|at| ends.get(at)).copied().unwrap_or(0);
                Cell::Text(buffer.get(start as usize..end).unwrap_or(""))
            }
            Cells::Objects(objects) => objects.cell(self.row, column),
        }
    }
}

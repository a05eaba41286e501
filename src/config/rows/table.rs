//! The rows of a directory in few allocations: all cells of a text table share one buffer.

use rust_decimal::Decimal;

use crate::diagnostic::{FileId, Span};
use crate::model::Text;

use super::super::lang::{Cell, Person, Value};

/// A table of cells.
#[derive(Debug)]
pub(crate) struct Table {
    /// The file it was read from.
    pub(crate) file: FileId,
    /// Column names in the order of the file.
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
    /// Any values.
    Values(Vec<Value>),
}

impl Table {
    /// A table of texts without rows.
    pub(crate) fn texts(file: FileId, columns: Vec<Text>) -> Self {
        let cells = Cells::Texts { buffer: String::new(), ends: Vec::new() };
        Self { file, columns, rows: Vec::new(), cells }
    }

    /// A table of values: as many for each row as there are columns.
    pub(crate) fn values(
        file: FileId,
        columns: Vec<Text>,
        rows: Vec<(u32, u32)>,
        cells: Vec<Value>,
    ) -> Self {
        Self { file, columns, rows, cells: Cells::Values(cells) }
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

    /// Where a row stands.
    pub(crate) fn span(&self, row: usize) -> Span {
        let (start, end) = self.rows.get(row).copied().unwrap_or((0, 0));
        Span { file: self.file, start, end }
    }

    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name).filter(|_| !name.is_empty())
    }

    /// One person.
    pub(crate) fn row(&self, row: usize) -> Row<'_> {
        Row { table: self, row }
    }

    /// A row's key: a text or a whole number. `Err` ends the sentence "this person's key …".
    pub(crate) fn key(&self, row: usize, column: usize) -> Result<Text, String> {
        let text = match self.row(row).cell(column) {
            Cell::Text(text) => Text::from(text),
            Cell::Value(Value::Text(text)) => text.clone(),
            Cell::Value(Value::Number(number)) if number.fract() == Decimal::ZERO => {
                Text::from(number.normalize().to_string())
            }
            Cell::Owned(_) | Cell::Value(Value::Null) => return Err("is missing".to_owned()),
            Cell::Value(value) => return Err(format!("is a {}, not a text", value.type_name())),
        };
        if text.trim().is_empty() {
            return Err("is empty".to_owned());
        }
        if text.chars().any(char::is_control) {
            return Err("holds a control character".to_owned());
        }
        Ok(text)
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
        let at = self.row * self.table.columns.len() + column;
        match &self.table.cells {
            Cells::Texts { buffer, ends } => {
                let end = ends.get(at).copied().unwrap_or(0) as usize;
                let start = at.checked_sub(1).and_then(|at| ends.get(at)).copied().unwrap_or(0);
                Cell::Text(buffer.get(start as usize..end).unwrap_or(""))
            }
            Cells::Values(values) => values.get(at).map_or(Cell::Owned(Value::Null), Cell::Value),
        }
    }
}

//! The rows of a directory in few allocations: all cells of a text table share one buffer.

use crate::diagnostic::{FileId, Span};
use crate::model::Text;

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

/// What stands in the cells.
#[derive(Debug)]
pub(crate) enum Cells {
    /// All texts in one buffer, and where each ends, row by row.
    Texts { buffer: String, ends: Vec<u32> },
}

//! The rows of several Parquet files, one file after another, as the records of one table.

use super::rows::ParquetRows;
use crate::data::table::Records;
use crate::data::{Cancelled, DataError};
use std::path::PathBuf;

/// The rows of several files that have the same columns.
pub struct ParquetTable<'a> {
    files: Vec<PathBuf>,
    /// The place of the file that is read.
    place: usize,
    rows: ParquetRows<'a>,
    chosen: Vec<usize>,
    cancelled: Cancelled<'a>,
}

impl<'a> ParquetTable<'a> {
    /// Open the first of the files, of which there must be one.
    ///
    /// # Errors
    /// It is no whole Parquet file, or has no column of numbers or texts.
    pub fn open(files: Vec<PathBuf>, cancelled: Cancelled<'a>) -> Result<Self, DataError> {
        let rows = ParquetRows::open(&files[0], cancelled)?;
        Ok(Self { files, place: 0, rows, chosen: Vec::new(), cancelled })
    }

    /// Open the next file.
    fn go_on(&mut self) -> Result<(), DataError> {
        let next = &self.files[self.place + 1];
        let mut rows = ParquetRows::open(next, self.cancelled)?;
        if rows.names() != self.rows.names() {
            let message = format!(
                "has other columns than {}; a table in several files needs the same columns in each",
                self.files[0].display()
            );
            return Err(DataError::of_file(next, message));
        }
        rows.choose(&self.chosen);
        self.rows = rows;
        self.place += 1;
        Ok(())
    }
}

impl Records for ParquetTable<'_> {
    fn names(&self) -> Option<&[String]> {
        self.rows.names()
    }

    fn passed_over(&self) -> Option<String> {
        self.rows.passed_over()
    }

    fn choose(&mut self, places: &[usize]) {
        self.chosen = places.to_vec();
        self.rows.choose(places);
    }

    fn advance(&mut self) -> Result<bool, DataError> {
        while !self.rows.advance()? {
            if self.place + 1 == self.files.len() {
                return Ok(false);
            }
            self.go_on()?;
        }
        Ok(true)
    }

    fn cells(&self) -> usize {
        self.rows.cells()
    }

    fn cell(&self, column: usize) -> Result<&str, DataError> {
        self.rows.cell(column)
    }

    fn place(&self) -> String {
        let file = self.files[self.place].file_name().unwrap_or_default();
        match self.files.len() {
            1 => self.rows.place(),
            _ => format!("{}, {}", file.display(), self.rows.place()),
        }
    }

    fn decimal_comma(&self) -> bool {
        self.rows.decimal_comma()
    }
}

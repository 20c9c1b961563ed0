//! The rows of a Parquet file as a table's records.

use super::file::{open, taken};
use super::scalars::{Meaning, Scalar, Scalars};
use crate::data::table::Records;
use crate::data::{Cancelled, DataError};
use crate::files::ParquetReader;
use parquet::file::reader::FileReader;
use std::path::{Path, PathBuf};

/// Number of rows that are read at once.
const STRETCH: usize = 1_024;

/// Longest text of a row in bytes.
const ROW_MOST: usize = 16 << 20;

/// Number of columns that a note names.
const NAMED: usize = 8;

/// The rows of a Parquet file, of which only the chosen columns are read.
pub struct ParquetRows<'a> {
    path: PathBuf,
    reader: ParquetReader,
    /// The columns of numbers and texts.
    names: Vec<String>,
    passed_over: Vec<String>,
    /// The places, among the names, of the columns that are read.
    chosen: Vec<usize>,
    /// Number of groups of rows that have been begun.
    groups: usize,
    /// The chosen columns of the present group, and the values of its present stretch.
    columns: Vec<Scalars>,
    stretch: Vec<std::vec::IntoIter<Scalar>>,
    /// Number of rows that have been read.
    rows: u64,
    /// The texts of the present row, for all columns; empty for those that are not chosen.
    row: Vec<String>,
    cancelled: Cancelled<'a>,
}

impl<'a> ParquetRows<'a> {
    /// Open a Parquet file.
    ///
    /// # Errors
    /// It is no whole Parquet file, or has no column of numbers or texts.
    pub fn open(path: &Path, cancelled: Cancelled<'a>) -> Result<Self, DataError> {
        let reader = open(path)?;
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let (mut names, mut passed_over) = (Vec::new(), Vec::new());
        for column in schema.columns() {
            let name = column.path().string();
            if Meaning::of(column).is_some() { names.push(name) } else { passed_over.push(name) }
        }
        if names.is_empty() {
            let message = "has no column of numbers or texts, so it is no table; for pictures, take the Parquet source";
            return Err(DataError::of_file(path, message));
        }
        let row = vec![String::new(); names.len()];
        let (chosen, columns, stretch) = (Vec::new(), Vec::new(), Vec::new());
        let path = path.to_owned();
        Ok(Self { path, reader, names, passed_over, chosen, groups: 0, columns, stretch, rows: 0, row, cancelled })
    }

    /// Read the next stretch of rows; false at the end.
    fn refill(&mut self) -> Result<bool, DataError> {
        loop {
            if (self.cancelled)() {
                return Err(DataError::cancelled());
            }
            let mut stretch = Vec::with_capacity(self.columns.len());
            for column in &mut self.columns {
                stretch.push(column.next(&self.path, STRETCH)?);
            }
            let rows = stretch.first().map_or(0, Vec::len);
            if stretch.iter().any(|values| values.len() != rows) {
                let message = "its columns have different numbers of rows; fetch the file again";
                return Err(DataError::of_file(&self.path, message));
            }
            if rows > 0 {
                self.stretch = stretch.into_iter().map(Vec::into_iter).collect();
                return Ok(true);
            }
            if self.groups == self.reader.num_row_groups() {
                return Ok(false);
            }
            let group = taken(&self.path, || self.reader.get_row_group(self.groups))?;
            let open = |&place: &usize| Scalars::open(&self.path, &*group, &self.names[place]);
            self.columns = self.chosen.iter().map(open).collect::<Result<_, _>>()?;
            self.groups += 1;
        }
    }
}

impl Records for ParquetRows<'_> {
    fn names(&self) -> Option<&[String]> {
        Some(&self.names)
    }

    fn passed_over(&self) -> Option<String> {
        let mut named: Vec<String> = self.passed_over.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        if self.passed_over.len() > NAMED {
            named.push("…".into());
        }
        let plural = if self.passed_over.len() == 1 { "" } else { "s" };
        let list = || format!("column{plural} passed over, having neither numbers nor texts: {}", named.join(", "));
        (!named.is_empty()).then(list)
    }

    fn choose(&mut self, places: &[usize]) {
        self.chosen = places.to_vec();
    }

    fn advance(&mut self) -> Result<bool, DataError> {
        if self.stretch.first().is_none_or(|values| values.as_slice().is_empty()) && !self.refill()? {
            let claimed = self.reader.metadata().file_metadata().num_rows();
            return match u64::try_from(claimed) == Ok(self.rows) {
                true => Ok(false),
                false => Err(DataError::of_file(
                    &self.path,
                    format!("has {} rows, and its header announces {claimed}; fetch the file again", self.rows),
                )),
            };
        }
        self.rows += 1;
        let mut length = 0;
        for (values, &place) in self.stretch.iter_mut().zip(&self.chosen) {
            let text = &mut self.row[place];
            text.clear();
            if !values.next().is_none_or(|value| value.write(text)) {
                let (row, name) = (self.rows, &self.names[place]);
                let message = format!("row {row}, column `{name}`: is not UTF-8 text; leave the column out");
                return Err(DataError::of_file(&self.path, message));
            }
            length += text.len();
        }
        match length > ROW_MOST {
            false => Ok(true),
            true => {
                let (row, most) = (self.rows, ROW_MOST >> 20);
                let message = format!("row {row}: its texts are longer than {most} MiB; leave columns out");
                Err(DataError::of_file(&self.path, message))
            }
        }
    }

    fn cells(&self) -> usize {
        self.names.len()
    }

    fn cell(&self, column: usize) -> Result<&str, DataError> {
        Ok(self.row.get(column).map_or("", String::as_str))
    }

    fn place(&self) -> String {
        format!("row {}", self.rows)
    }

    fn decimal_comma(&self) -> bool {
        false
    }
}

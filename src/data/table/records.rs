//! The records of a table, whatever file they are in.

use crate::data::DataError;

/// The records of a table, one at a time.
pub trait Records {
    /// The names of the columns, where the file has them apart from the records; else the first record may be names.
    fn names(&self) -> Option<&[String]> {
        None
    }

    /// A sentence on columns that are no numbers or texts, if there are any.
    fn passed_over(&self) -> Option<String> {
        None
    }

    /// Say which columns are asked for, before the first record is read; others may be empty.
    fn choose(&mut self, _places: &[usize]) {}

    /// Read the next record; false at the end. Its cells are [`Records::cell`].
    fn advance(&mut self) -> Result<bool, DataError>;

    /// Number of cells of the record that was read last.
    fn cells(&self) -> usize;

    /// A cell of the record that was read last.
    ///
    /// # Errors
    /// It is no UTF-8.
    fn cell(&self, column: usize) -> Result<&str, DataError>;

    /// The place of the record that was read last, in words: "line 3".
    fn place(&self) -> String;

    /// Whether a comma is the decimal point.
    fn decimal_comma(&self) -> bool;
}

//! Opening a table, whichever kind of file it is.

use super::records::Records;
use super::text::TextRecords;
use crate::data::parquet::{self, ParquetRows};
use crate::data::{Cancelled, DataError};
use std::path::Path;

/// The records of a file: text with separators, or Parquet.
pub fn open<'a>(path: &'a Path, cancelled: Cancelled<'a>) -> Result<Box<dyn Records + 'a>, DataError> {
    match parquet::is_parquet(path) {
        true => Ok(Box::new(ParquetRows::open(path, cancelled)?)),
        false => Ok(Box::new(TextRecords::open(path, cancelled)?)),
    }
}

//! The kinds of files that records are written as.

use std::path::Path;

/// A kind of file for records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// Arrays of NumPy, one a column, in a zip archive.
    Npz,
    /// Comma-separated text with a header.
    Csv,
    /// Tab-separated text: where a column holds vectors, in the form of the Embedding Projector, vectors in the file
    /// itself and the other columns in a file of metadata beside it.
    Tsv,
    /// Apache Parquet.
    Parquet,
}

impl RecordFormat {
    /// The format that a file's name says.
    ///
    /// # Errors
    /// The name ends in none of .npz, .csv, .tsv and .parquet.
    pub fn of(path: &Path) -> Result<Self, String> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("npz") => Ok(Self::Npz),
            Some("csv") => Ok(Self::Csv),
            Some("tsv") => Ok(Self::Tsv),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(format!("{}: name the file .npz, .csv, .tsv or .parquet", path.display())),
        }
    }
}

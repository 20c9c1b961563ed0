//! The tables of a run while it trains: how far each was written, with the running checksum of its bytes. A save then
//! formats, writes and hashes the new rows alone, however long the run is.

use super::{ledger, metrics};
use crate::files::csv::{self, TableError};
use crate::files::{self, WriteError, read_from};
use crate::train::{LedgerEntry, Report};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A table that was written up to a row.
#[derive(Clone, Default)]
struct Grown {
    /// Rows, without the header.
    rows: usize,
    /// Over all bytes of these rows and the header, whose number it knows.
    hasher: blake3::Hasher,
    /// The last line, by which a file that was replaced is noticed.
    last: Vec<u8>,
}

impl Grown {
    /// Make the file hold the whole table, of so many rows.
    fn write_whole(&mut self, path: &Path, text: &str, rows: usize) -> Result<(), TableError> {
        *self = Self::default();
        csv::grow(path, text)?;
        self.take(text, rows);
        Ok(())
    }

    /// Append rows to the file.
    fn add(&mut self, path: &Path, text: &str, rows: usize) -> Result<(), TableError> {
        // Without new rows only what an interrupted save has left behind them goes.
        if rows > 0 || std::fs::metadata(path).is_ok_and(|file| file.len() != self.hasher.count()) {
            let failed = |error: WriteError| TableError::new(path, None, format!("cannot write: {}", error.source));
            files::append(path, self.hasher.count(), text.as_bytes()).map_err(failed)?;
            self.take(text, rows);
        }
        Ok(())
    }

    fn take(&mut self, text: &str, rows: usize) {
        self.rows += rows;
        self.hasher.update(text.as_bytes());
        if let Some(line) = text.split_inclusive('\n').next_back() {
            self.last = line.into();
        }
    }

    /// Whether the file is there as it was left, by its last line. Bytes behind it do not count.
    fn is_at(&self, path: &Path) -> bool {
        let length = self.last.len() as u64;
        let from = self.hasher.count() - length;
        self.rows > 0 && read_from(path, from, length).is_ok_and(|line| line == self.last)
    }
}

/// The files of a run's tables, as its folder names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFiles {
    /// A row a report.
    pub metrics: PathBuf,
    /// The KL of each dimension, a row a report.
    pub latents: PathBuf,
    /// A row a measurement of the ledger.
    pub ledger: PathBuf,
}

/// The tables of one run in one folder, as far as they were written. A fresh one knows of no rows, and the next save
/// compares the whole tables.
#[derive(Clone, Default)]
pub struct Tables {
    /// The files, and the number of the run, which another takes once rows are cut.
    of: Option<(TableFiles, u64)>,
    metrics: Grown,
    latents: Grown,
    ledger: Grown,
}

/// The rows of a run behind those that its tables have.
pub struct NewRows {
    /// Reports, from the first that [`Tables::written`] does not count.
    pub reports: Vec<Report>,
    /// Entries of the ledger, likewise.
    pub ledger: Vec<LedgerEntry>,
}

impl Tables {
    /// Number of reports, and of entries of the ledger, that these files have of the run of this number: none where
    /// they are another run's, or have been changed since by somebody else.
    pub fn written(&mut self, files: TableFiles, run: u64) -> (usize, usize) {
        let is_of = self.of.as_ref().is_some_and(|(own, of)| *own == files && *of == run);
        // A save that failed between the two has rows of the one alone.
        let whole = self.metrics.rows == self.latents.rows
            && self.metrics.is_at(&files.metrics)
            && self.latents.is_at(&files.latents);
        if !is_of || !whole {
            *self = Self { of: Some((files, run)), ..Self::default() };
        } else if !self.ledger.is_at(&files.ledger) {
            self.ledger = Grown::default();
        }
        (self.metrics.rows, self.ledger.rows)
    }

    /// Write the rows behind those that were [written](Self::written).
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn save(&mut self, files: &TableFiles, new: &NewRows) -> Result<(), TableError> {
        let reports = &new.reports;
        if self.metrics.rows == 0 {
            self.metrics.write_whole(&files.metrics, &metrics::table(reports), reports.len())?;
            self.latents.write_whole(&files.latents, &metrics::latent_table(reports), reports.len())?;
        } else {
            self.metrics.add(&files.metrics, &metrics::rows(reports), reports.len())?;
            self.latents.add(&files.latents, &metrics::latent_rows(reports), reports.len())?;
        }
        if self.ledger.rows == 0 {
            self.ledger = Grown::default();
            ledger::save(&files.ledger, &new.ledger)?;
            if !new.ledger.is_empty() {
                self.ledger.take(&ledger::csv(&new.ledger), new.ledger.len());
            }
            return Ok(());
        }
        self.ledger.add(&files.ledger, &ledger::rows(&new.ledger), new.ledger.len())
    }

    /// The number of bytes and the checksum of each table that was written here, by its path.
    pub(super) fn checksums(&self) -> BTreeMap<PathBuf, (u64, String)> {
        let Some((files, _)) = &self.of else { return BTreeMap::new() };
        let tables = [(&files.metrics, &self.metrics), (&files.latents, &self.latents), (&files.ledger, &self.ledger)];
        let known = tables.into_iter().filter(|(_, table)| table.rows > 0);
        let sum = |table: &Grown| (table.hasher.count(), table.hasher.finalize().to_hex().to_string());
        known.map(|(path, table)| (path.clone(), sum(table))).collect()
    }
}

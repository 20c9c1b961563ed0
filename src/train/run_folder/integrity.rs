//! The checksums of a checkpoint's files and the fingerprint of its data, by which damage is noticed.

use super::tables::Tables;
use crate::data::{Dataset, Fingerprint, ImageShape};
use crate::train::TrainError;
use crate::train::stored::{checksum, damaged};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The stand-in for a text's own checksum while the checksum is computed.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Checksums of a checkpoint's files and the fingerprint of its data.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integrity {
    data: Fingerprint,
    /// Checksum of the experiment's file, which lies outside the checkpoint and may be edited.
    experiment: String,
    /// Checksums of the checkpoint's other files, by their names.
    files: BTreeMap<String, String>,
    /// Checksums of the run's tables, by their names. Runs of older versions have none.
    #[serde(default)]
    tables: BTreeMap<String, Table>,
    /// Checksum of the text that this value is a part of, computed with [`BLANK`] in its place.
    checksum: String,
}

/// The beginning of a table that belongs to a checkpoint; later rows may follow.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    bytes: u64,
    checksum: String,
}

impl Table {
    /// The first `most` bytes of a table, or all where there are fewer.
    fn read(path: &Path, most: u64) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path)?.take(most))?;
        Ok(Self { bytes: hasher.count(), checksum: hasher.finalize().to_hex().to_string() })
    }
}

impl Integrity {
    /// The record of a data set, of the text of an experiment's file, and of files with their checksums.
    pub fn of(data: &Dataset, experiment: &str, files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            data: data.fingerprint().clone(),
            experiment: checksum(experiment.as_bytes()),
            files: files.into_iter().collect(),
            tables: BTreeMap::new(),
            checksum: BLANK.into(),
        }
    }

    /// These checksums with those of the tables: from `written` where it has them, else of the files as they are now. A
    /// table that is missing, or cannot be read, is left out.
    pub fn with_tables(mut self, tables: &[PathBuf], written: &Tables) -> Self {
        let mut written = written.checksums();
        let of = |path: &PathBuf| {
            let known = written.remove(path).map(|(bytes, checksum)| Table { bytes, checksum });
            Some((name(path), known.or_else(|| Table::read(path, u64::MAX).ok())?))
        };
        self.tables = tables.iter().filter_map(of).collect();
        self
    }

    /// The names of the tables of a run's folder that no longer begin with the rows that were saved with the
    /// checkpoint.
    pub fn changed_tables(&self, run: &Path) -> Vec<&str> {
        let is_changed = |(name, saved): &(&String, &Table)| {
            Table::read(&run.join(name), saved.bytes).map_or(true, |present| present != **saved)
        };
        self.tables.iter().filter(is_changed).map(|(name, _)| name.as_str()).collect()
    }

    /// Put the checksum of a text into it, in the place of the stand-in.
    pub fn seal(text: &str) -> String {
        text.replacen(BLANK, &checksum(text.as_bytes()), 1)
    }

    /// Whether a sealed text, from which this value was read, is as it was written.
    pub fn is_of(&self, text: &str) -> bool {
        checksum(text.replacen(&self.checksum, BLANK, 1).as_bytes()) == self.checksum
    }

    /// Whether the experiment's file has the text that it was saved with.
    pub fn has_experiment(&self, text: &[u8]) -> bool {
        checksum(text) == self.experiment
    }

    /// Whether the checkpoint was saved with a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Check the bytes of a file of the checkpoint.
    ///
    /// # Errors
    /// The bytes are not those that were saved.
    pub fn check(&self, path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
        if self.files.get(&name(path)) == Some(&checksum(bytes)) {
            return Ok(());
        }
        Err(damaged(path, "its checksum is not the one that progress.json has of it"))
    }

    /// The shape of the images that the run was trained on.
    pub fn image_shape(&self) -> ImageShape {
        self.data.image_shape()
    }

    /// Check that `data` are those that the run was trained on or, where `others` are allowed, have images of the same
    /// shape; returns how they differ then.
    ///
    /// # Errors
    /// The data are others, and these are not allowed ([`TrainError::OtherData`]) or do not fit.
    pub fn check_data(&self, run: &Path, data: &Dataset, others: bool) -> Result<Option<String>, TrainError> {
        let Some(difference) = self.data.difference(data.fingerprint()) else { return Ok(None) };
        let (run, name) = (run.display(), data.name());
        let what = format!("{run}: {name} is not the data that this run was trained on: {difference}");
        match (self.data.has_shape_of(data.fingerprint()), others) {
            (true, true) => Ok(Some(format!("{what}; going on with it all the same"))),
            (true, false) => Err(TrainError::OtherData(what)),
            (false, _) => Err(TrainError::Checkpoint(format!("{what}; bring the old data back, or train a new run"))),
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

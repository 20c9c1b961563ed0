//! The parts that `elbow encode` and `elbow score` have in common: the choice of images and of the file of records.

use crate::data::Split;
use crate::export::{Column, RecordFormat, RecordsError, write_records};
use crate::worker::Failure;
use clap::ValueEnum;
use std::path::Path;

/// The images of one split, or all.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImagesArg {
    All,
    Train,
    Validation,
    Test,
}

impl ImagesArg {
    /// The split; `None` for all images.
    pub fn split(self) -> Option<Split> {
        match self {
            Self::All => None,
            Self::Train => Some(Split::Train),
            Self::Validation => Some(Split::Validation),
            Self::Test => Some(Split::Test),
        }
    }
}

/// The format that a file's name says, found before the work rather than after it.
///
/// # Errors
/// It is a folder, or its name says no format.
pub fn check_out(out: &Path) -> Result<RecordFormat, Failure> {
    if out.is_dir() {
        return Err(Failure::Input(format!("--out {}: this is a folder; name a file in it", out.display())));
    }
    RecordFormat::of(out).map_err(|why| Failure::Input(format!("--out {why}")))
}

/// Write records whose rows `next` gives; returns their number.
pub fn write(out: &Path, next: impl FnMut() -> Result<Option<Vec<Column>>, Failure>) -> Result<usize, Failure> {
    write_records(out, next).map_err(|error| match error {
        RecordsError::Rows(failure) => failure,
        RecordsError::Export(error) => Failure::run(error),
        RecordsError::System(error) => Failure::run(error),
    })
}

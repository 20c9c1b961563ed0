//! NPZ, NumPy's format for several arrays: a ZIP archive of NPY files, stored or deflated.

use super::header::{Header, NoArray};
use super::npy::header;
use super::open::open;
use crate::data::DataError;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// Most entries that an archive may have.
const ENTRIES: usize = 10_000;

/// Largest number of bytes that deflate can compress into one.
const DEFLATE_MOST: u64 = 1_032;

type Archive = ZipArchive<BufReader<File>>;

fn archive(path: &Path) -> Result<Archive, DataError> {
    let archive = ZipArchive::new(BufReader::new(open(path)?)).map_err(|error| damaged(path, &error))?;
    if archive.len() > ENTRIES {
        return Err(DataError::of_file(path, format!("has {} entries, more than {ENTRIES}", archive.len())));
    }
    Ok(archive)
}

fn damaged(path: &Path, error: &ZipError) -> DataError {
    let message = match error {
        ZipError::UnsupportedArchive(reason) => {
            format!("its ZIP archive is of a kind that is not read ({reason}); save it with numpy.savez again")
        }
        error => format!("its ZIP archive is damaged ({error}); fetch the file again"),
    };
    DataError::of_file(path, message)
}

/// An array's name, the bytes that it can have at most, and its header, or the reason why it is not read.
type Found = (String, u64, Result<Header, NoArray>);

/// The header of each array in an archive that is `length` bytes long.
pub fn headers(path: &Path, length: u64) -> Result<Vec<Found>, DataError> {
    let mut archive = archive(path)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| damaged(path, &error))?;
        let name = entry.name().map_err(|error| damaged(path, &error))?.into_owned();
        if let Some(name) = name.strip_suffix(".npy") {
            let most = entry.compressed_size().min(length).saturating_mul(DEFLATE_MOST);
            found.push((name.to_owned(), most, header(&mut entry)));
        }
    }
    if found.is_empty() {
        let message = "is a ZIP archive without arrays (.npy); unpack it, or save arrays with numpy.savez";
        return Err(DataError::of_file(path, message));
    }
    Ok(found)
}

/// Give the uncompressed content of an array's entry to `take`.
pub fn entry(
    path: &Path,
    name: &str,
    take: &mut dyn FnMut(&mut dyn Read) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let mut archive = archive(path)?;
    let mut entry = archive.by_name(&format!("{name}.npy")).map_err(|error| damaged(path, &error))?;
    take(&mut entry)
}

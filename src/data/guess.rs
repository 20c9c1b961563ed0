//! The source that a file or a folder is, by its content.

use super::parquet::{self, Content};
use super::{DataError, IdxContent, array_content, cifar, idx_content};
use crate::experiment::{Experiment, Source};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Side to which a folder's pictures are resized, in pixels, unless something else is asked for.
const FOLDER_SIDE: usize = 64;

/// The source that a path is, with everything about it guessed: a folder of pictures, CIFAR's binary version, Parquet
/// files of pictures or of a table's rows, arrays, a table, or IDX files with their labels and test files beside them.
///
/// # Errors
/// There is nothing there, or nothing that is read as data; the message names the path and says what would be.
pub fn guess_source(path: &Path) -> Result<Source, DataError> {
    if cifar::is_cifar(path) && !is_idx(path) {
        return Ok(Source::Cifar { path: path.to_owned(), coarse: false });
    }
    if path.is_dir()
        && let Some(content) = parquet::folder_content(path)?
    {
        return Ok(match content {
            Content::Pictures => Source::parquet(path, FOLDER_SIDE),
            Content::Rows => Source::table(path),
        });
    }
    if path.is_dir() {
        return Ok(Source::folder(path, FOLDER_SIDE));
    }
    match start(path)? {
        start if is_arrays(path, &start) => {
            // A file that cannot be read is an error now, and not only when training begins.
            array_content(path)?;
            Ok(Source::arrays(path))
        }
        _ if is_table(path) => Ok(Source::table(path)),
        start if start.starts_with(b"PAR1") => Ok(match parquet::content(path)? {
            Content::Pictures => Source::parquet(path, FOLDER_SIDE),
            Content::Rows => Source::table(path),
        }),
        _ => idx(path),
    }
}

/// Whether a file is a whole one in MNIST's format, also where its length is that of CIFAR's records.
fn is_idx(path: &Path) -> bool {
    path.is_file() && idx_content(path).is_ok()
}

/// Whether a file holds arrays: by its first bytes, or, as MATLAB puts others before them, by its name.
fn is_arrays(path: &Path, start: &[u8]) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let starts: [&[u8]; 3] = [b"\x93NUMPY", b"PK\x03\x04", b"\x89HDF"];
    starts.iter().any(|known| start.starts_with(known))
        || ["npy", "npz", "h5", "hdf5", "mat"].contains(&ending.as_str())
}

/// Whether a file's name ends as that of a table; its content would not tell.
fn is_table(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    [".csv", ".tsv", ".csv.gz", ".tsv.gz"].iter().any(|ending| name.ends_with(ending))
}

/// The first bytes of a file.
fn start(path: &Path) -> Result<Vec<u8>, DataError> {
    let wrong = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => DataError::of_file(
            path,
            format!("there is no such file or folder{}; check the path", super::looked_in(path)),
        ),
        _ => DataError::of_file(path, format!("cannot be read: {error}")),
    };
    // Opening a pipe would wait for somebody to write.
    if !std::fs::metadata(path).map_err(wrong)?.is_file() {
        return Err(DataError::of_file(path, "is neither a regular file nor a folder"));
    }
    let mut start = Vec::new();
    File::open(path).map_err(wrong)?.take(16).read_to_end(&mut start).map_err(wrong)?;
    Ok(start)
}

fn idx(path: &Path) -> Result<Source, DataError> {
    match idx_content(path) {
        Ok(IdxContent::Images(_)) => {
            let beside = |name: Option<String>| {
                let sibling = path.with_file_name(name?);
                (sibling != path && sibling.is_file()).then_some(sibling)
            };
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let labels = |name: &str| name.contains("images-idx").then(|| as_labels(name));
            let test = name.contains("train").then(|| name.replace("train", "t10k"));
            let test_images = beside(test.clone());
            let test_labels = test_images.as_ref().and_then(|_| beside(labels(&test?)));
            Ok(Source::Idx { images: path.to_owned(), labels: beside(labels(name)), test_images, test_labels })
        }
        Ok(IdxContent::Labels) => {
            Err(DataError::of_file(path, "holds labels; give the file of the images that they belong to"))
        }
        Err(error) => Err(DataError(format!("{error}. {WOULD_DO}"))),
    }
}

/// The name of the labels' file of MNIST and its relatives.
fn as_labels(images: &str) -> String {
    images.replace("images-idx3", "labels-idx1").replace("images-idx4", "labels-idx1")
}

const WOULD_DO: &str = "Data are folders of pictures, IDX files, arrays (.npy, .npz, .h5, .mat), tables (.csv, .tsv, \
                        .parquet), CIFAR's binary version and Parquet files of pictures";

/// The experiment that a source stands for on the command line: a bundled one, a .ron file, or data by their path.
///
/// # Errors
/// No experiment has this name, and no data are there.
pub fn experiment_on(argument: &str) -> Result<Experiment, String> {
    let path = PathBuf::from(argument);
    let is_ron = path.extension().is_some_and(|ending| ending == "ron");
    if is_ron || (!path.exists() && path.components().count() == 1 && path.extension().is_none()) {
        return crate::experiment::load_named_or_file(argument).map_err(|error| error.to_string());
    }
    let mut experiment = Experiment::default();
    experiment.data.source = guess_source(&path).map_err(|error| error.to_string())?;
    Ok(experiment)
}

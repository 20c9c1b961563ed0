//! CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky 2009, <https://www.cs.toronto.edu/~kriz/cifar.html>): a
//! record is one label (CIFAR-10) or two, coarse and fine (CIFAR-100), then 32 × 32 bytes each of red, green and blue.

use super::bytes::{ByteImages, MAX_BYTES, thousands};
use super::{Cancelled, DataError, ImageShape, looked_in};
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

const SHAPE: ImageShape = ImageShape { channels: 3, height: 32, width: 32 };

/// Longest file of label names.
const NAMES_MAX: u64 = 1 << 16;

/// Images with labels, and the labels' names.
pub(super) struct Cifar {
    pub training: ByteImages,
    pub test: Option<ByteImages>,
    pub label_names: Vec<String>,
    pub notes: Vec<String>,
}

/// The files of one version, and what is in their records.
struct Files {
    training: Vec<PathBuf>,
    test: Option<PathBuf>,
    /// The lines of this file are the labels' names.
    names: Option<PathBuf>,
    version: Version,
}

/// The number of labels in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Ten,
    Hundred,
}

impl Version {
    fn labels(self) -> usize {
        match self {
            Self::Ten => 1,
            Self::Hundred => 2,
        }
    }

    fn record(self) -> usize {
        self.labels() + SHAPE.pixels()
    }

    /// The number of values of each label.
    fn classes(self) -> &'static [u8] {
        match self {
            Self::Ten => &[10],
            Self::Hundred => &[20, 100],
        }
    }
}

/// Whether a folder holds the files of either version.
pub(super) fn is_cifar(folder: &Path) -> bool {
    find(folder, false).is_ok_and(|files| {
        let record = files.version.record() as u64;
        let whole = |path: &PathBuf| fs::metadata(path).is_ok_and(|it| it.len() > 0 && it.len() % record == 0);
        files.training.iter().all(whole)
    })
}

/// Read a folder with the files of either version, or one file of records. `coarse` takes the 20 superclasses of
/// CIFAR-100 as labels instead of its 100 classes.
pub(super) fn read(path: &Path, coarse: bool, cancelled: Cancelled<'_>) -> Result<Cifar, DataError> {
    let files = find(path, coarse)?;
    let label = match files.version {
        Version::Hundred if !coarse => 1,
        _ => 0,
    };
    let lengths = files.training.iter().map(|file| length(file)).collect::<Result<Vec<_>, _>>()?;
    let mut training = Stack::with_room_for(path, lengths.iter().sum())?;
    for file in &files.training {
        training.read(file, files.version, label, cancelled)?;
    }
    let test = match &files.test {
        None => None,
        Some(file) => {
            let mut stack = Stack::with_room_for(path, length(file)?)?;
            stack.read(file, files.version, label, cancelled)?;
            Some(stack.images())
        }
    };
    let classes = usize::from(files.version.classes()[label]);
    let label_names = files.names.map(|file| names(&file, classes)).transpose()?.unwrap_or_default();
    let version = match files.version {
        Version::Ten => "CIFAR-10's records, one label each",
        Version::Hundred if coarse => "CIFAR-100's records, labelled by superclass",
        Version::Hundred => "CIFAR-100's records, labelled by class",
    };
    let notes = vec![format!("{}: {version}", path.display())];
    Ok(Cifar { training: training.images(), test, label_names, notes })
}

fn find(path: &Path, coarse: bool) -> Result<Files, DataError> {
    if path.is_file() {
        let version = version_of(path)?;
        return Ok(Files { training: vec![path.to_owned()], test: None, names: None, version });
    }
    if !path.exists() {
        let message = format!("there is no such file or folder{}; check the path", looked_in(path));
        return Err(DataError::of_file(path, message));
    }
    let there = |name: &str| Some(path.join(name)).filter(|file| file.is_file());
    let batches: Vec<PathBuf> = (1..=5).filter_map(|i| there(&format!("data_batch_{i}.bin"))).collect();
    if !batches.is_empty() {
        let (test, names) = (there("test_batch.bin"), there("batches.meta.txt"));
        return Ok(Files { training: batches, test, names, version: Version::Ten });
    }
    if let Some(training) = there("train.bin") {
        let names = there(if coarse { "coarse_label_names.txt" } else { "fine_label_names.txt" });
        return Ok(Files { training: vec![training], test: there("test.bin"), names, version: Version::Hundred });
    }
    let message = "holds neither data_batch_1.bin … (CIFAR-10) nor train.bin (CIFAR-100); unpack the binary version \
                   (cifar-10-binary.tar.gz, cifar-100-binary.tar.gz) and give the folder in it";
    Err(DataError::of_file(path, message))
}

/// The version of one file, by its length and the labels of its first record.
fn version_of(path: &Path) -> Result<Version, DataError> {
    let length = length(path)? as usize;
    let mut start = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    let fits = |version: &Version| {
        length.is_multiple_of(version.record()) && start.iter().zip(version.classes()).all(|(it, &most)| *it < most)
    };
    match [Version::Ten, Version::Hundred].into_iter().find(fits).filter(|_| read.is_ok()) {
        Some(version) => Ok(version),
        None => Err(DataError::of_file(
            path,
            format!(
                "its {} bytes are no whole number of CIFAR's records (3,073 bytes, or 3,074 in CIFAR-100) with labels \
                 in range; give a .bin file of the binary version",
                thousands(length as u64)
            ),
        )),
    }
}

fn length(path: &Path) -> Result<u64, DataError> {
    let metadata = fs::metadata(path).map_err(|error| DataError::of_file(path, format!("cannot be read: {error}")))?;
    // Opening a pipe would wait for somebody to write.
    if !metadata.is_file() {
        return Err(DataError::of_file(path, "is no regular file; give CIFAR's .bin files"));
    }
    Ok(metadata.len())
}

/// Images as they are read, with a label each.
struct Stack {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Stack {
    /// Room for files of `bytes` bytes together.
    fn with_room_for(path: &Path, bytes: u64) -> Result<Self, DataError> {
        let mut pixels = Vec::new();
        if bytes > MAX_BYTES || pixels.try_reserve_exact(bytes as usize).is_err() {
            let message = format!("its {} bytes are more than can be held", thousands(bytes));
            return Err(DataError::of_file(path, message));
        }
        Ok(Self { pixels, labels: Vec::new() })
    }

    fn read(&mut self, path: &Path, version: Version, label: usize, cancelled: Cancelled<'_>) -> Result<(), DataError> {
        let wrong = |message: String| DataError::of_file(path, message);
        let file = File::open(path).map_err(|error| wrong(format!("cannot be opened: {error}")))?;
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut record = vec![0; version.record()];
        loop {
            if cancelled() {
                return Err(DataError::cancelled());
            }
            let mut found = 0;
            while found < record.len() {
                match file.read(&mut record[found..]) {
                    Ok(0) => break,
                    Ok(count) => found += count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
                }
            }
            if found == 0 {
                break;
            }
            let number = self.labels.len() + 1;
            if found < record.len() {
                return Err(wrong(format!("ends within record {number}; fetch the file again")));
            }
            let (labels, pixels) = record.split_at(version.labels());
            for (&it, &most) in labels.iter().zip(version.classes()) {
                if it >= most {
                    let message = format!("record {number} has the label {it}, not 0 to {}; is this CIFAR?", most - 1);
                    return Err(wrong(message));
                }
            }
            self.labels.push(labels[label]);
            self.pixels.extend_from_slice(pixels);
        }
        if self.labels.is_empty() {
            return Err(wrong("is empty; fetch the file again".into()));
        }
        Ok(())
    }

    fn images(self) -> ByteImages {
        ByteImages { shape: SHAPE, pixels: self.pixels, labels: Some(self.labels) }
    }
}

/// The names of labels, one a line.
fn names(path: &Path, classes: usize) -> Result<Vec<String>, DataError> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(NAMES_MAX).read_to_string(&mut text))
        .map_err(|error| DataError::of_file(path, format!("cannot be read: {error}; replace or remove it")))?;
    let names: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from).collect();
    match names.len() == classes {
        true => Ok(names),
        false => Err(DataError::of_file(
            path,
            format!("names {} labels where there are {classes}; replace or remove it", names.len()),
        )),
    }
}

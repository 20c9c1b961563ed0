//! A file of arrays, told by its first bytes, and the arrays in it.

use super::element::Element;
use super::header::{Header, NoArray};
use super::open::{hint, open};
use super::{hdf5, npy, npz};
use crate::data::bytes::thousands;
use crate::data::{Cancelled, DataError};
use crate::files::contained;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes that are read at once, about.
const PIECE: usize = 1 << 18;

/// Number of arrays that a message names.
const NAMED: usize = 20;

/// The kind of a file of arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Npy,
    Npz,
    Hdf5,
}

/// A file of arrays whose headers have been read.
#[derive(Clone, Debug)]
pub struct ArrayFile {
    path: PathBuf,
    arrays: Vec<Array>,
    /// Entries that are no arrays of numbers or texts, each with the reason.
    others: Vec<(String, String)>,
}

/// An array in a file: its header, and how its elements are reached.
#[derive(Clone, Debug)]
pub struct Array {
    /// The file that the array is in.
    pub path: PathBuf,
    /// The array's name in its file; empty in a file of one array.
    pub name: String,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
    pub element: Element,
    /// Whether the first axis varies fastest in the stream of elements, not the last.
    pub fortran: bool,
    /// Bytes of elements that the file can hold at most, as its length has it.
    most: u64,
    format: Format,
}

impl ArrayFile {
    /// Read the headers of all arrays in a file.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let wrong = |message: String| DataError::of_file(path, message);
        let mut file = open(path)?;
        let mut start = [0; 8];
        let mut found = 0;
        while found < start.len() {
            match file.read(&mut start[found..]) {
                Ok(0) => break,
                Ok(count) => found += count,
                Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
            }
        }
        let start = &start[..found];
        let format = match start {
            _ if start.starts_with(b"\x93NUMPY") => Format::Npy,
            _ if start.starts_with(b"PK") => Format::Npz,
            _ if start.starts_with(hdf5::START) || is_matlab(&mut file) => Format::Hdf5,
            _ => return Err(wrong(format!("is neither NPY, NPZ nor HDF5{}; check the path", hint(start)))),
        };
        let (mut arrays, mut others) = (Vec::new(), Vec::new());
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let headers = match format {
            Format::Npy => vec![(String::new(), length, npy::header(&mut BufReader::new(open(path)?)))],
            Format::Npz => npz::headers(path, length)?,
            Format::Hdf5 => {
                contained(|| hdf5::headers(path, length)).map_err(|panic| wrong(hdf5::damaged(&panic)))??
            }
        };
        let only = headers.len() == 1;
        for (name, most, header) in headers {
            match header {
                Ok(Header { shape, element, fortran }) => {
                    arrays.push(Array { path: path.to_owned(), name, shape, element, fortran, most, format });
                }
                // One that is damaged may be the very array that is meant.
                Err(NoArray { reason, damaged }) if only || damaged => return Err(wrong(with_name(&name, reason))),
                Err(NoArray { reason, .. }) => others.push((name, reason)),
            }
        }
        Ok(Self { path: path.to_owned(), arrays, others })
    }

    /// The arrays of numbers and texts, in the order of the file.
    pub fn arrays(&self) -> &[Array] {
        &self.arrays
    }

    /// The entries that are no arrays of numbers or texts, each with the reason.
    pub fn others(&self) -> &[(String, String)] {
        &self.others
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The array of a name, with or without `.npy`.
    pub fn array(&self, name: &str) -> Result<&Array, DataError> {
        let bare = name.strip_suffix(".npy").unwrap_or(name).trim_start_matches('/');
        if let Some(array) = self.arrays.iter().find(|array| array.name == bare) {
            return Ok(array);
        }
        let message = match self.others.iter().find(|(other, _)| other == bare) {
            Some((_, reason)) => with_name(bare, reason.clone()),
            None => format!("has no array `{name}`; it has {}", self.list()),
        };
        Err(DataError::of_file(&self.path, message))
    }

    /// The arrays' names and shapes in words.
    pub fn list(&self) -> String {
        let mut named: Vec<String> = self.arrays.iter().take(NAMED).map(Array::describe).collect();
        if self.arrays.len() > NAMED {
            named.push(format!("{} more", thousands((self.arrays.len() - NAMED) as u64)));
        }
        match named.len() {
            0 => "no arrays of numbers or texts".into(),
            _ => named.join(", "),
        }
    }
}

impl Array {
    /// The array's name, shape and type in words.
    pub fn describe(&self) -> String {
        let shape = match self.shape.as_slice() {
            [] => "one number".to_owned(),
            shape => shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × "),
        };
        match self.name.as_str() {
            "" => format!("{shape}, {}", self.element),
            name => format!("`{name}` ({shape}, {})", self.element),
        }
    }

    /// An error about this array.
    pub fn wrong(&self, message: impl Into<String>) -> DataError {
        DataError::of_file(&self.path, with_name(&self.name, message.into()))
    }

    /// The number of bytes that the header announces, which the file is long enough to hold.
    pub fn announced(&self) -> Result<usize, DataError> {
        let bytes = self.shape.iter().try_fold(self.element.size, |product, &side| product.checked_mul(side));
        match bytes {
            Some(bytes) if bytes as u64 <= self.most => Ok(bytes),
            _ => Err(self.wrong(format!(
                "truncated: its header announces {}, more than the file can hold; fetch the file again",
                self.describe()
            ))),
        }
    }

    /// Where the elements begin in the file, if they lie in it as they are, one after the other: in an NPY file.
    ///
    /// # Errors
    /// The file is shorter or longer than its header says.
    pub fn start(&self) -> Result<Option<usize>, DataError> {
        if self.format != Format::Npy {
            return Ok(None);
        }
        let mut file = BufReader::new(open(&self.path)?);
        npy::header(&mut file).map_err(|no| self.wrong(no.reason))?;
        let start = file.stream_position().map_err(|error| self.wrong(format!("cannot be read: {error}")))?;
        let length = file.get_ref().metadata().map_or(0, |metadata| metadata.len());
        let [announced, found] = [self.announced()? as u64, length.saturating_sub(start)];
        if announced != found {
            let [announced, found] = [announced, found].map(thousands);
            let message = "bytes of elements, and its header announces";
            return Err(self.wrong(format!("has {found} {message} {announced}; fetch the file again")));
        }
        Ok(Some(start as usize))
    }

    /// The bytes of all elements, in their order in the file, in pieces of whole elements. The stream must be neither
    /// shorter nor longer than the header says.
    pub fn stream(
        &self,
        cancelled: Cancelled<'_>,
        take: &mut dyn FnMut(&[u8]) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        match self.format {
            Format::Npy => {
                let mut file = BufReader::with_capacity(PIECE, open(&self.path)?);
                npy::header(&mut file).map_err(|no| self.wrong(no.reason))?;
                self.elements(&mut file, cancelled, take)
            }
            Format::Npz => npz::entry(&self.path, &self.name, &mut |entry| {
                npy::header(entry).map_err(|no| self.wrong(no.reason))?;
                self.elements(entry, cancelled, take)
            }),
            Format::Hdf5 => {
                let (path, name, announced) = (&self.path, &self.name, self.announced()?);
                let mut take = |bytes: &[u8]| if cancelled() { Err(DataError::cancelled()) } else { take(bytes) };
                contained(|| hdf5::stream(path, name, self.element, announced, &mut take))
                    .map_err(|panic| self.wrong(hdf5::damaged(&panic)))?
            }
        }
    }

    /// The numbers of all elements, as [`stream`](Self::stream) gives their bytes.
    pub fn numbers(
        &self,
        cancelled: Cancelled<'_>,
        take: &mut dyn FnMut(&[f64]) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut numbers = Vec::new();
        self.stream(cancelled, &mut |bytes| {
            self.element.numbers(bytes, &mut numbers);
            take(&numbers)
        })
    }

    fn elements(
        &self,
        source: &mut dyn Read,
        cancelled: Cancelled<'_>,
        take: &mut dyn FnMut(&[u8]) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let unreadable = |error: std::io::Error| match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
                self.wrong(format!("its compressed data are damaged ({error}); fetch the file again"))
            }
            _ => self.wrong(format!("cannot be read: {error}")),
        };
        let (size, claimed) = (self.element.size, self.announced()?);
        let mut piece = vec![0; (PIECE / size).max(1) * size];
        let mut left = claimed;
        while left > 0 {
            if cancelled() {
                return Err(DataError::cancelled());
            }
            let wanted = left.min(piece.len());
            let mut found = 0;
            while found < wanted {
                match source.read(&mut piece[found..wanted]).map_err(unreadable)? {
                    0 => {
                        let bytes = thousands((claimed - left + found) as u64);
                        let claimed = thousands(claimed as u64);
                        let message = "truncated: its header announces";
                        return Err(self.wrong(format!(
                            "{message} {claimed} bytes of elements, but only {bytes} follow; fetch the file again"
                        )));
                    }
                    count => found += count,
                }
            }
            take(&piece[..wanted])?;
            left -= wanted;
        }
        // Reaching the end also makes a decompressor compare its checksum.
        if source.read(&mut [0]).map_err(unreadable)? > 0 {
            let claimed = thousands(claimed as u64);
            return Err(
                self.wrong(format!("more bytes follow the {claimed} that its header announces; fetch the file again"))
            );
        }
        Ok(())
    }
}

/// Whether an HDF5 file begins behind MATLAB's own 512 bytes.
fn is_matlab(file: &mut std::fs::File) -> bool {
    let mut start = vec![0; hdf5::START.len()];
    let found = file.seek(SeekFrom::Start(512)).and_then(|_| file.read_exact(&mut start));
    found.is_ok() && start == hdf5::START
}

fn with_name(name: &str, message: String) -> String {
    if name.is_empty() { message } else { format!("`{name}`: {message}") }
}

/// The shapes of the arrays in an NPY or NPZ file, by their headers.
///
/// # Errors
/// The file cannot be read, or holds no array of numbers or texts.
pub fn array_content(path: &Path) -> Result<Vec<Vec<usize>>, DataError> {
    Ok(ArrayFile::open(path)?.arrays.into_iter().map(|array| array.shape).collect())
}

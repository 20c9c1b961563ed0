//! HDF5, also as MATLAB 7.3 writes it: data sets in groups, read by rows of their first axis.

use super::element::{Element, Kind};
use super::header::{Header, NoArray};
use super::open::open;
use crate::data::DataError;
use hdf5_pure::{Chunk, Dataset, Datatype, DatatypeByteOrder, File, Group};
use std::fs;
use std::path::Path;

/// The first bytes of a file; MATLAB puts 512 bytes of its own before them.
pub const START: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Most data sets and groups that are looked at, and how deep.
const OBJECTS: usize = 2_000;
const DEPTH: usize = 8;

/// Bytes that a text of variable length may have; longer ones are cut.
const TEXT: usize = 256;

/// Largest number of bytes that deflate can compress into one.
const DEFLATE_MOST: u64 = 1_032;

/// The attribute by which MATLAB's variables are known.
const MATLAB: &str = "MATLAB_class";

/// Bytes that are read at once, about.
const PIECE: usize = 1 << 20;

type Found = (String, u64, Result<Header, NoArray>);

fn file(path: &Path) -> Result<File, DataError> {
    drop(open(path)?);
    File::open_streaming(path).map_err(|error| DataError::of_file(path, damaged(&error)))
}

pub fn damaged(error: &impl std::fmt::Display) -> String {
    format!("its HDF5 data cannot be read ({error}); fetch the file again, or save it without special filters")
}

/// The header of each data set in a file that is `length` bytes long, by its path in the file.
pub fn headers(path: &Path, length: u64) -> Result<Vec<Found>, DataError> {
    let file = file(path)?;
    let mut found = Vec::new();
    let mut groups = vec![(String::new(), file.root(), 0)];
    let mut seen = 0;
    while let Some((prefix, group, depth)) = groups.pop() {
        let wrong = |error: hdf5_pure::Error| DataError::of_file(path, damaged(&error));
        for (name, dataset) in group.iter_datasets().map_err(wrong)? {
            let most = length.saturating_mul(if dataset.is_chunked() { DEFLATE_MOST } else { 1 });
            found.push((format!("{prefix}{name}"), most, header(&dataset, most).map_err(NoArray::from)));
        }
        let inner: Vec<(String, Group)> = group.iter_groups().map_err(wrong)?.collect();
        seen += inner.len() + 1;
        if found.len() + seen > OBJECTS {
            return Err(DataError::of_file(path, format!("has more than {OBJECTS} groups and data sets")));
        }
        // Groups whose names begin with # hold MATLAB's references, not variables.
        let inner = inner.into_iter().filter(|(name, _)| depth < DEPTH && !name.starts_with('#'));
        groups.extend(inner.map(|(name, group)| (format!("{prefix}{name}/"), group, depth + 1)));
    }
    if found.is_empty() {
        return Err(DataError::of_file(path, "is an HDF5 file without data sets; give one with arrays"));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// The header of a data set whose bytes can become `most` bytes.
fn header(dataset: &Dataset, most: u64) -> Result<Header, String> {
    let datatype = dataset.datatype().map_err(|error| damaged(&error))?;
    let element = element(&datatype)?;
    // The reader makes room for a whole chunk, whatever the data set's shape is.
    let chunk = dataset.chunk_shape().map_err(|error| damaged(&error))?.unwrap_or_default();
    let chunk = chunk.into_iter().fold(element.size as u64, u64::saturating_mul);
    if chunk > most {
        return Err(format!("a chunk of it claims {chunk} bytes, more than the file can hold; fetch the file again"));
    }
    let shape = dataset.shape().map_err(|error| damaged(&error))?;
    let shape = shape.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>();
    let mut shape = shape.map_err(|error| damaged(&error))?;
    // MATLAB writes its columns one after the other, and so the lengths of its axes from the last to the first.
    let fortran = dataset.attrs().is_ok_and(|attributes| attributes.contains_key(MATLAB));
    if fortran {
        shape.reverse();
    }
    Ok(Header { shape, element, fortran })
}

fn element(datatype: &Datatype) -> Result<Element, String> {
    let (kind, size, order) = match datatype {
        Datatype::FixedPoint { size, byte_order, layout } if whole(layout.bit_offset, layout.bit_precision, *size) => {
            (if layout.signed { Kind::Signed } else { Kind::Unsigned }, *size, *byte_order)
        }
        Datatype::FloatingPoint { size, byte_order, layout }
            if whole(layout.bit_offset, layout.bit_precision, *size)
                && [(2, 5), (4, 8), (8, 11)].contains(&(*size, layout.exponent_size)) =>
        {
            (Kind::Float, *size, *byte_order)
        }
        Datatype::String { size, .. } => (Kind::Bytes, *size, DatatypeByteOrder::LittleEndian),
        Datatype::VariableLength { is_string: true, .. } => (Kind::Bytes, TEXT as u32, DatatypeByteOrder::LittleEndian),
        // h5py's booleans.
        Datatype::Enumeration { base_type, members, .. } if members.len() == 2 => {
            let base = element(base_type)?;
            return Ok(if base.size == 1 { Element { kind: Kind::Bool, ..base } } else { base });
        }
        Datatype::Enumeration { base_type, .. } => return element(base_type),
        _ => return Err("its elements are neither numbers nor texts; save each field as a data set of its own".into()),
    };
    let big_endian = match order {
        DatatypeByteOrder::LittleEndian => false,
        DatatypeByteOrder::BigEndian => true,
        DatatypeByteOrder::Vax => return Err("its numbers are in the byte order of the VAX; save others".into()),
    };
    Element::new(kind, size as usize, big_endian)
        .ok_or_else(|| format!("its elements have {size} bytes; save numbers of 1, 2, 4 or 8"))
}

/// Whether all bits of an element are its number's.
fn whole(offset: u16, precision: u16, size: u32) -> bool {
    offset == 0 && u32::from(precision) == 8 * size
}

/// Give the elements of a data set to `take`, in pieces of whole rows.
pub fn stream(
    path: &Path,
    name: &str,
    element: Element,
    announced: usize,
    take: &mut dyn FnMut(&[u8]) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let wrong = |error: hdf5_pure::Error| DataError::of_file(path, format!("`{name}`: {}", damaged(&error)));
    let file = file(path)?;
    let dataset = file.dataset(name).map_err(wrong)?;
    // The reader makes room for the bytes that a chunk claims before it reads them.
    let length = fs::metadata(path).map_or(0, |file| file.len());
    let is_beyond = |chunk: &Chunk| chunk.address.saturating_add(chunk.storage_size) > length;
    if dataset.is_chunked() && dataset.chunks().is_ok_and(|chunks| chunks.iter().any(is_beyond)) {
        let message = format!("`{name}`: a chunk of it ends behind the end of the file; fetch the file again");
        return Err(DataError::of_file(path, message));
    }
    let rows = dataset.shape().map_err(wrong)?.first().copied().unwrap_or(1);
    let texts = matches!(dataset.datatype().map_err(wrong)?, Datatype::VariableLength { .. });
    let row = (announced as u64 / rows.max(1)).max(1);
    let chunk = dataset.chunk_shape().map_err(wrong)?.and_then(|shape| shape.first().copied()).unwrap_or(1).max(1);
    // Whole chunks, so that none is unpacked twice.
    let step = (PIECE as u64 / row / chunk).max(1).saturating_mul(chunk);
    let mut found = 0;
    for start in (0..rows).step_by(step as usize) {
        let bytes = match texts {
            true => {
                let texts = dataset.read_string_rows(start, step).map_err(wrong)?;
                texts.iter().flat_map(|text| padded(text)).collect()
            }
            false => dataset.read_raw_rows(start, step).map_err(wrong)?,
        };
        found += bytes.len();
        if found > announced || !bytes.len().is_multiple_of(element.size) {
            break;
        }
        take(&bytes)?;
    }
    match found == announced {
        true => Ok(()),
        false => Err(DataError::of_file(
            path,
            format!("`{name}`: has other elements than it announces; fetch the file again"),
        )),
    }
}

/// A text with zeros behind it, cut at a letter where it is too long.
fn padded(text: &str) -> [u8; TEXT] {
    let mut bytes = [0; TEXT];
    let end = (0..=text.len().min(TEXT)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    bytes[..end].copy_from_slice(&text.as_bytes()[..end]);
    bytes
}

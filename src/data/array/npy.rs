//! NPY, NumPy's format for one array: a header in Python's syntax, then the elements
//! (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).

use super::element::{Element, Kind};
use super::header::{Header, NoArray};
use npyz::{DType, NpyHeader, Order, TypeChar};
use std::io::Read;

/// Longest header that is read, in bytes; NumPy itself reads 10,000.
const HEADER_MAX: usize = 1 << 16;

/// Most brackets that a header may have: that of an array of numbers has three pairs.
const BRACKETS: usize = 32;

/// Most axes that an array may have.
const AXES: usize = 8;

const RECORDS: &str = "its elements are records, not numbers; save each field as an array of its own";

/// Read a header, and leave `source` at the first element; the reason if it is none, or if the array's elements are
/// neither numbers nor texts.
pub fn header(source: &mut dyn Read) -> Result<Header, NoArray> {
    let damaged = |error: &dyn std::fmt::Display| NoArray {
        reason: format!("its NPY header is damaged ({error}); fetch the file again"),
        damaged: true,
    };
    // npyz would allocate and parse whatever the header claims: so it gets one of bounded length and depth.
    let mut head = vec![0; 10];
    source.read_exact(&mut head).map_err(|error| damaged(&error))?;
    if !head.starts_with(b"\x93NUMPY") {
        return Err(damaged(&"its first bytes are not those of NPY"));
    }
    if head[6] > 1 {
        head.resize(12, 0);
        source.read_exact(&mut head[10..]).map_err(|error| damaged(&error))?;
    }
    let length = head[8..].iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte));
    if length > HEADER_MAX {
        return Err(damaged(&format!("it claims to be {length} bytes long")));
    }
    let start = head.len();
    head.resize(start + length, 0);
    source.read_exact(&mut head[start..]).map_err(|error| damaged(&error))?;
    if head[start..].iter().filter(|byte| b"([{".contains(byte)).count() > BRACKETS {
        return Err(RECORDS.to_owned().into());
    }
    let header = NpyHeader::from_reader(&mut head.as_slice()).map_err(|error| damaged(&error))?;
    let element = element(&header.dtype())?;
    if header.shape().len() > AXES {
        return Err(format!("it has {} axes; images have at most 4: N × H × W × C", header.shape().len()).into());
    }
    let shape = header.shape().iter().map(|&side| usize::try_from(side));
    let shape = shape.collect::<Result<_, _>>().map_err(|error| damaged(&error))?;
    Ok(Header { shape, element, fortran: header.order() == Order::Fortran })
}

fn element(dtype: &DType) -> Result<Element, String> {
    let DType::Plain(plain) = dtype else {
        return Err(RECORDS.into());
    };
    let kind = match plain.type_char() {
        TypeChar::Bool => Kind::Bool,
        TypeChar::Int => Kind::Signed,
        TypeChar::Uint => Kind::Unsigned,
        TypeChar::Float => Kind::Float,
        TypeChar::ByteStr => Kind::Bytes,
        TypeChar::UnicodeStr => Kind::Unicode,
        TypeChar::Complex => return Err("its elements are complex numbers; save real ones".into()),
        TypeChar::TimeDelta | TypeChar::DateTime => {
            return Err("its elements are times; save them as numbers".into());
        }
        TypeChar::Object => {
            let message = "its elements are Python objects (pickled), which Elbow does not read";
            return Err(format!("{message}; save arrays of numbers or texts"));
        }
        _ => return Err("its elements are raw bytes without a meaning; save numbers".into()),
    };
    let size = plain.num_bytes().unwrap_or(0);
    let big_endian = plain.endianness() == npyz::Endianness::Big;
    Element::new(kind, size, big_endian).ok_or_else(|| match kind {
        Kind::Bytes | Kind::Unicode if size == 0 => "its texts are all empty".to_owned(),
        Kind::Bytes | Kind::Unicode => format!("its texts are {size} bytes long; labels may have 4,096"),
        _ => format!("its numbers have {size} bytes; save them with 1, 2, 4 or 8"),
    })
}

//! Parquet files that claim no more memory than their bytes can fill.

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length, SerializedFileReader};
use std::fs::File;
use std::io::{BufRead, BufReader};

/// Bytes that a page may claim beyond [`RATIO`] times its own.
const PAGE: u64 = 4 << 20;
/// Bytes that decompression may make of one: deflate makes at most 1,032, snappy 22.
const RATIO: u64 = 1_100;
/// Bytes at the end of a file where no page begins.
const FOOTER: u64 = 8;

/// A reader of a Parquet file, which panics on some damaged files (see [`contained`](super::contained)).
pub type ParquetReader = SerializedFileReader<ParquetPages>;

/// A Parquet file for [`ParquetReader`], which takes memory for a page as the page's header claims it, whatever
/// follows. A page that claims more than its bytes can become is refused.
pub struct ParquetPages(File);

impl From<File> for ParquetPages {
    fn from(file: File) -> Self {
        Self(file)
    }
}

impl Length for ParquetPages {
    fn len(&self) -> u64 {
        Length::len(&self.0)
    }
}

impl ChunkReader for ParquetPages {
    type T = BufReader<File>;

    /// A reader from `start` on, where the crate reads a page's header (or the file's footer).
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut reader = self.0.get_read(start)?;
        if start.saturating_add(FOOTER) < self.len() {
            let problem = match Claim::read(reader.fill_buf()?) {
                Some(claim) => claim.problem(),
                None => Some("the header of a page is damaged".into()),
            };
            if let Some(problem) = problem {
                return Err(ParquetError::General(problem));
            }
        }
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

/// The sizes that a page's header claims.
#[derive(Debug, PartialEq, Eq)]
struct Claim {
    /// Bytes of the page without and with compression.
    whole: u64,
    stored: u64,
    /// Number of values, where the page is a dictionary.
    dictionary: u64,
}

impl Claim {
    /// The claim of a header, a struct in Thrift's compact protocol: fields 1 to 4 are whole numbers, the second and
    /// third of them the sizes; field 7 is a dictionary's header, whose first field is its number of values. `None`
    /// where a size is missing.
    fn read(mut header: &[u8]) -> Option<Self> {
        let (mut id, mut sizes, mut dictionary) = (0, [None; 2], 0);
        while let Some(next) = field(&mut header, id) {
            id = next;
            match id {
                2 | 3 => sizes[id as usize - 2] = Some(number(&mut header)?),
                1 | 4 => _ = zigzag(&mut header)?,
                7 if field(&mut header, 0) == Some(1) => {
                    dictionary = number(&mut header).unwrap_or(0);
                    break;
                }
                _ => break,
            }
        }
        let [whole, stored] = sizes;
        Some(Self { whole: whole?, stored: stored?, dictionary })
    }

    /// Why the bytes cannot become what is claimed.
    fn problem(&self) -> Option<String> {
        let Self { whole, stored, dictionary } = self;
        if *whole > PAGE + RATIO * stored {
            return Some(format!("a page of {stored} bytes claims to be {whole} bytes when decompressed"));
        }
        // No value takes less than a byte.
        (dictionary > whole).then(|| format!("a dictionary of {whole} bytes claims to have {dictionary} values"))
    }
}

/// The number of the next field of a struct, which is taken from the bytes; `None` behind the last one. The low bits of
/// a field's first byte are its type, which the crate does not compare.
fn field(bytes: &mut &[u8], last: i16) -> Option<i16> {
    let (&first, rest) = bytes.split_first().filter(|(first, _)| **first & 0x0f != 0)?;
    *bytes = rest;
    match i16::from(first >> 4) {
        0 => zigzag(bytes).map(|id| id as i16),
        further => last.checked_add(further),
    }
}

/// A number of 32 bits that is not negative, which is taken from the bytes; further bits are dropped, as the crate
/// drops them.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    u64::try_from(zigzag(bytes)? as i32).ok()
}

/// A signed number of variable length, which is taken from the bytes.
fn zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let (mut number, mut shift) = (0_u64, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        // Of a number that is too long, the crate lets the bits come round.
        number |= u64::from(byte & 0x7f).wrapping_shl(shift);
        shift += 7;
        if byte & 0x80 == 0 {
            return Some((number >> 1) as i64 ^ -((number & 1) as i64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, ParquetPages};
    use parquet::file::reader::ChunkReader;
    use std::io::Write;

    /// A page's header: its type, its sizes, then the header of a data page.
    const HONEST: &[u8] = &[0x15, 0x00, 0x15, 0xd0, 0x0f, 0x15, 0x90, 0x03, 0x2c, 0x15, 0x06];
    /// The header of a page of 169 bytes that claims 469 million, of a type that there is not.
    const LARGE: &[u8] = &[0x15, 0x15, 0x15, 0xfe, 0xef, 0xbb, 0xbf, 0x03, 0x15, 0xd2, 0x02, 0x4c, 0x15];
    /// The header of a dictionary of 255 bytes that claims 573,489 values.
    const MANY: &[u8] = &[0x15, 0x04, 0x15, 0xfe, 0x03, 0x15, 0xd2, 0x02, 0x4c, 0x15, 0xe2, 0x80, 0x46, 0x15];

    #[test]
    fn claims_are_read_from_the_start_of_a_header() {
        let read =
            |header: &[u8]| Claim::read(header).map(|Claim { whole, stored, dictionary }| [whole, stored, dictionary]);
        assert_eq!(read(HONEST), Some([1_000, 200, 0]));
        assert_eq!(read(LARGE), Some([469_203_967, 169, 0]));
        assert_eq!(read(MANY), Some([255, 169, 573_489]));
        // With another type, with the fields' numbers written out, and with a field too few.
        assert_eq!(read(&[&HONEST[..5], &[0x1d], &HONEST[6..]].concat()), Some([1_000, 200, 0]));
        assert_eq!(read(&[0x05, 0x04, 0xd0, 0x0f, 0x05, 0x06, 0x90, 0x03, 0x00]), Some([1_000, 200, 0]));
        // Its size has 49 bits, of which the lowest 32 count.
        assert_eq!(
            read(&[&LARGE[..3], &[0xdb, 0x9d, 0xfe, 0xef, 0xbb, 0xbf, 0x03], &LARGE[8..]].concat()),
            Some([553_662_610, 169, 0])
        );
        assert_eq!(read(&HONEST[..5]), None);
        assert_eq!(read(&[0xff; 20]), None);
    }

    #[test]
    fn a_page_that_claims_more_than_its_bytes_can_become_is_refused() {
        for (header, is_refused) in [(HONEST, false), (LARGE, true), (MANY, true)] {
            let mut file = tempfile::tempfile().expect("a temporary file");
            file.write_all(header).and_then(|()| file.write_all(&[0; 64])).expect("a writable file");
            let read = ParquetPages(file).get_read(0);
            assert_eq!(read.is_err(), is_refused, "{header:?}");
        }
    }
}

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
        if start.saturating_add(FOOTER) < self.len()
            && let Some([claimed, stored]) = page_sizes(reader.fill_buf()?)
            && claimed > PAGE + RATIO * stored
        {
            let message = format!("a page of {stored} bytes claims to be {claimed} bytes when decompressed");
            return Err(ParquetError::General(message));
        }
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

/// The sizes of a page without and with compression, in bytes, from the start of its header: a struct in Thrift's
/// compact protocol, whose fields 1 to 4 are whole numbers, the second and third of them these. `None` where they are
/// missing.
fn page_sizes(mut header: &[u8]) -> Option<[u64; 2]> {
    let (mut id, mut sizes) = (0_i64, [None; 2]);
    // The low bits of a field's first byte are its type, or 0 behind the last field. The crate does not compare types.
    while let Some((&field, rest)) = header.split_first().filter(|(field, _)| *field & 0x0f != 0) {
        header = rest;
        id = match i64::from(field >> 4) {
            0 => zigzag(&mut header)?,
            further => id + further,
        };
        if !(1..=4).contains(&id) {
            break;
        }
        let value = u64::try_from(zigzag(&mut header)?).ok();
        if let 2 | 3 = id {
            sizes[id as usize - 2] = value;
        }
    }
    let [claimed, stored] = sizes;
    Some([claimed?, stored?])
}

/// A signed number of variable length, which is taken from the bytes.
fn zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((number >> 1) as i64 ^ -((number & 1) as i64));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{ParquetPages, page_sizes};
    use parquet::file::reader::ChunkReader;
    use std::io::Write;

    /// A page's header: type 0, then its sizes.
    const HONEST: [u8; 9] = [0x15, 0x00, 0x15, 0xd0, 0x0f, 0x15, 0x90, 0x03, 0x2c];
    /// The header of a page of 169 bytes that claims 469 million.
    const CLAIM: [u8; 13] = [0x15, 0x15, 0x15, 0xfe, 0xef, 0xbb, 0xbf, 0x03, 0x15, 0xd2, 0x02, 0x4c, 0x15];

    #[test]
    fn sizes_are_read_from_the_start_of_a_header() {
        assert_eq!(page_sizes(&HONEST), Some([1_000, 200]));
        assert_eq!(page_sizes(&CLAIM), Some([469_203_967, 169]));
        // With another type, with the fields' numbers written out, and with a field too few.
        assert_eq!(page_sizes(&[&HONEST[..5], &[0x1d], &HONEST[6..]].concat()), Some([1_000, 200]));
        assert_eq!(page_sizes(&[0x05, 0x04, 0xd0, 0x0f, 0x05, 0x06, 0x90, 0x03, 0x00]), Some([1_000, 200]));
        assert_eq!(page_sizes(&HONEST[..5]), None);
        assert_eq!(page_sizes(&[0xff; 20]), None);
    }

    #[test]
    fn a_page_that_claims_more_than_its_bytes_can_become_is_refused() {
        for (header, is_refused) in [(&HONEST[..], false), (&CLAIM, true)] {
            let mut file = tempfile::tempfile().expect("a temporary file");
            file.write_all(header).and_then(|()| file.write_all(&[0; 64])).expect("a writable file");
            let read = ParquetPages(file).get_read(0);
            assert_eq!(read.is_err(), is_refused, "{header:?}");
        }
    }
}

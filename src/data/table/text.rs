//! The records of a table as text, one at a time, in bounded memory.

use super::records::Records;
use crate::data::gzip::Members;
use crate::data::{Cancelled, DataError, looked_in};
use csv::{ByteRecord, ReaderBuilder, Trim};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::rc::Rc;

/// Largest size of a record in bytes: one that is longer has a quote that is never closed, or is no table.
const RECORD_MOST: u64 = 16 << 20;

/// Number of bytes at the beginning of a table from which the delimiter is found.
const LOOK: usize = 1 << 16;

/// The records of a table as text.
pub struct TextRecords<'a> {
    path: &'a Path,
    reader: csv::Reader<Bounded<'a>>,
    record: ByteRecord,
    since: Rc<Cell<u64>>,
    /// Line of the record that was read last, from 1.
    line: u64,
    /// Whether a comma is the decimal point: where semicolons separate cells.
    decimal_comma: bool,
}

impl<'a> TextRecords<'a> {
    /// Open a table: plain or gzip, with commas, semicolons or tabs between cells.
    pub fn open(path: &'a Path, cancelled: Cancelled<'a>) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                DataError::of_file(path, format!("there is no such file{}; check the path", looked_in(path)))
            }
            _ => DataError::of_file(path, format!("cannot be opened: {error}")),
        })?;
        if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Err(DataError::of_file(path, "is no file; give a table (.csv or .tsv)"));
        }
        Self::of(path, BufReader::with_capacity(LOOK, file), cancelled)
    }

    /// The records of a stream. `path` is only for messages and for the ending `.tsv`.
    pub fn of(path: &'a Path, mut stream: impl BufRead + 'a, cancelled: Cancelled<'a>) -> Result<Self, DataError> {
        let unreadable = |error: io::Error| DataError::of_file(path, format!("cannot be read: {error}"));
        let gzip = stream.fill_buf().map_err(unreadable)?.starts_with(&[0x1f, 0x8b]);
        let plain: Box<dyn Read + 'a> = if gzip { Box::new(Members::new(stream)) } else { Box::new(stream) };
        let mut head = Vec::new();
        let mut plain = plain;
        plain.by_ref().take(LOOK as u64).read_to_end(&mut head).map_err(unreadable)?;
        if head.contains(&0) {
            let message = "is no table: it has zero bytes; give text with commas, semicolons or tabs between cells";
            return Err(DataError::of_file(path, message));
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        let delimiter = delimiter(path, &head);
        let since = Rc::new(Cell::new(0));
        let stream = Bounded { stream: Box::new(io::Cursor::new(head).chain(plain)), since: since.clone(), cancelled };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(delimiter)
            .buffer_capacity(LOOK)
            .from_reader(stream);
        let decimal_comma = delimiter == b';';
        Ok(Self { path, reader, record: ByteRecord::new(), since, line: 0, decimal_comma })
    }
}

impl Records for TextRecords<'_> {
    fn advance(&mut self) -> Result<bool, DataError> {
        self.since.set(0);
        let more = self.reader.read_byte_record(&mut self.record).map_err(|error| {
            let what = match error.into_kind() {
                csv::ErrorKind::Io(error) => error.to_string(),
                _ => "it is no table".into(),
            };
            let line = self.reader.position().line();
            DataError::of_file(self.path, format!("line {line}: cannot be read: {what}"))
        })?;
        self.line = self.record.position().map_or(self.line, csv::Position::line);
        Ok(more)
    }

    fn cells(&self) -> usize {
        self.record.len()
    }

    fn cell(&self, column: usize) -> Result<&str, DataError> {
        std::str::from_utf8(self.record.get(column).unwrap_or_default()).map_err(|_| {
            let place = format!("line {}, column {}", self.line, column + 1);
            DataError::of_file(self.path, format!("{place}: is not UTF-8 text; save the table as UTF-8"))
        })
    }

    fn place(&self) -> String {
        format!("line {}", self.line)
    }

    fn decimal_comma(&self) -> bool {
        self.decimal_comma
    }
}

/// Number of rows from which the delimiter is found.
const ROWS: usize = 20;

/// The character between cells: a tab for `.tsv`; else, by the first rows outside quotes, a semicolon if each of them
/// has as many as the first row, one at least, and the first has no tab; a tab if the first row has at least as many as
/// commas and as semicolons; or a comma.
fn delimiter(path: &Path, head: &[u8]) -> u8 {
    let name = path.to_string_lossy().to_lowercase();
    if name.ends_with(".tsv") || name.ends_with(".tsv.gz") {
        return b'\t';
    }
    let counts = counts(head);
    let [commas, semicolons, tabs] = counts.first().copied().unwrap_or_default();
    // A comma among semicolons or tabs is a decimal point, or part of a text; so is a semicolon that other rows lack.
    if semicolons > 0 && tabs == 0 && counts.iter().all(|count| count[1] == semicolons) {
        b';'
    } else if tabs > 0 && tabs >= commas.max(semicolons) {
        b'\t'
    } else {
        b','
    }
}

/// Number of commas, semicolons and tabs outside quotes in each of the first rows that have some. A row that is cut by
/// the end of `head` does not count, unless it is the only one.
fn counts(head: &[u8]) -> Vec<[usize; 3]> {
    let (mut quoted, mut rows, mut row) = (false, Vec::new(), [0; 3]);
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'\n' | b'\r' => {
                if row != [0; 3] {
                    rows.push(std::mem::take(&mut row));
                }
                if rows.len() == ROWS {
                    break;
                }
            }
            b',' => row[0] += 1,
            b';' => row[1] += 1,
            b'\t' => row[2] += 1,
            _ => {}
        }
    }
    if rows.is_empty() {
        rows.push(row);
    }
    rows
}

/// A stream that ends with an error where a record is too long, or where the reading is called off.
struct Bounded<'a> {
    stream: Box<dyn Read + 'a>,
    /// Bytes read since the last record began.
    since: Rc<Cell<u64>>,
    cancelled: Cancelled<'a>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.cancelled)() {
            return Err(io::Error::other(crate::data::error::CANCELLED));
        }
        if self.since.get() > RECORD_MOST {
            let most = RECORD_MOST >> 20;
            return Err(io::Error::other(format!("a row is longer than {most} MiB; is a quote not closed?")));
        }
        let count = self.stream.read(buffer)?;
        self.since.set(self.since.get() + count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_of_the_first_rows() {
        let of = |name: &str, text: &str| delimiter(Path::new(name), text.as_bytes()) as char;
        assert_eq!(of("a.csv", "a,b;c,d\n1;2\n"), ';');
        assert_eq!(of("a.csv", "a,b;c,d\n1,2,3\n"), ',');
        assert_eq!(of("a.csv", "1,5;2,5\n1,5;2,5\n1,5;"), ';');
        assert_eq!(of("a.csv", "a,b,c\n1;2;3"), ',');
        assert_eq!(of("a.txt", "a\tb, c\td\n"), '\t');
        assert_eq!(of("a.tsv", "a,b\n"), '\t');
        assert_eq!(of("a.csv", "\"a;b;c\",d\n"), ',');
        assert_eq!(of("a.csv", "1,5;2,5\n"), ';');
        assert_eq!(of("a.csv", "one\n2\n"), ',');
    }

    #[test]
    fn a_quote_that_is_never_closed_is_an_error_in_bounded_memory() {
        let endless = b"a,b\n1,\"".as_slice().chain(io::repeat(b'x').take(1 << 30));
        let path = Path::new("t.csv");
        let mut records = TextRecords::of(path, BufReader::new(endless), &|| false).expect("a beginning");
        assert!(records.advance().expect("the first line"));
        let error = records.advance().expect_err("a record without an end").0;
        assert!(error.contains("t.csv") && error.contains("quote"), "{error}");
    }
}

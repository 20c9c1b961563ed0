//! NumPy's arrays in a zip archive: one array a column, as `numpy.load` reads them.

use super::column::{Column, Sink, Values};
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive that is being written. Until the last row has come, each column is in a temporary file of its own, since
/// an archive holds one array after another.
pub struct Npz<'a, W: Write + Seek> {
    file: &'a mut W,
    arrays: Vec<Array>,
}

/// An array that grows.
struct Array {
    name: String,
    shape: Vec<usize>,
    rows: usize,
    values: Spool,
}

enum Spool {
    /// Numbers of a type in NumPy's notation, in a temporary file.
    Numbers(&'static str, BufWriter<File>),
    /// Texts, whose common width is known at the end.
    Text(Vec<String>),
}

impl Array {
    fn new(column: &Column) -> io::Result<Self> {
        let numbers = |kind| Ok::<_, io::Error>(Spool::Numbers(kind, BufWriter::new(tempfile::tempfile()?)));
        let values = match &column.values {
            Values::Whole(_) => numbers("<i8")?,
            Values::Single(_) => numbers("<f4")?,
            Values::Double(_) => numbers("<f8")?,
            Values::Text(_) => Spool::Text(Vec::new()),
        };
        Ok(Self { name: column.name.clone(), shape: column.shape.clone(), rows: 0, values })
    }

    fn push(&mut self, column: &Column) -> io::Result<()> {
        self.rows += column.rows();
        match (&mut self.values, &column.values) {
            (Spool::Numbers(_, file), Values::Whole(values)) => write_all(file, values, |v| v.to_le_bytes()),
            (Spool::Numbers(_, file), Values::Single(values)) => write_all(file, values, |v| v.to_le_bytes()),
            (Spool::Numbers(_, file), Values::Double(values)) => write_all(file, values, |v| v.to_le_bytes()),
            (Spool::Text(all), Values::Text(values)) => {
                all.extend_from_slice(values);
                Ok(())
            }
            _ => Err(io::Error::other(format!("the values of column {} change their type", column.name))),
        }
    }

    fn write(self, archive: &mut ZipWriter<&mut (impl Write + Seek)>) -> io::Result<()> {
        let shape: Vec<usize> = [self.rows].into_iter().chain(self.shape).collect();
        match self.values {
            Spool::Numbers(kind, file) => {
                archive.write_all(&header(kind, &shape))?;
                let mut file = file.into_inner().map_err(|error| error.into_error())?;
                file.seek(SeekFrom::Start(0))?;
                io::copy(&mut file, archive)?;
            }
            Spool::Text(texts) => {
                let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
                archive.write_all(&header(&format!("<U{width}"), &shape))?;
                for text in texts {
                    let mut wide: Vec<u8> = text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
                    wide.resize(4 * width, 0);
                    archive.write_all(&wide)?;
                }
            }
        }
        Ok(())
    }
}

fn write_all<T: Copy, const N: usize>(file: &mut impl Write, values: &[T], bytes: fn(T) -> [u8; N]) -> io::Result<()> {
    values.iter().try_for_each(|&value| file.write_all(&bytes(value)))
}

/// The head of a `.npy` file, version 1.0: a multiple of 64 bytes.
fn header(kind: &str, shape: &[usize]) -> Vec<u8> {
    let sides: String = shape.iter().map(|side| format!("{side}, ")).collect();
    let mut text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}), }}", sides.trim_end());
    let padded = (10 + text.len() + 1).next_multiple_of(64);
    text.extend(std::iter::repeat_n(' ', padded - 11 - text.len()));
    text.push('\n');
    let length = (text.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], text.as_bytes()].concat()
}

impl<'a, W: Write + Seek> Npz<'a, W> {
    pub fn new(file: &'a mut W) -> Self {
        Self { file, arrays: Vec::new() }
    }
}

impl<W: Write + Seek> Sink for Npz<'_, W> {
    fn push(&mut self, columns: &[Column]) -> io::Result<()> {
        if self.arrays.is_empty() {
            self.arrays = columns.iter().map(Array::new).collect::<io::Result<_>>()?;
        }
        self.arrays.iter_mut().zip(columns).try_for_each(|(array, column)| array.push(column))
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let mut archive = ZipWriter::new(self.file);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
        for array in self.arrays {
            archive.start_file(format!("{}.npy", array.name), options).map_err(io::Error::other)?;
            array.write(&mut archive)?;
        }
        archive.finish().map_err(io::Error::other)?;
        Ok(())
    }
}

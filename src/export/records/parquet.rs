//! Records as Apache Parquet: plain columns, with a group of rows for each call of `push`.

use super::column::{Column, Sink, Values};
use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;
use std::io::{self, Write};
use std::sync::Arc;

/// The file; it is begun when the first rows say its columns.
pub enum Parquet<'a, W: Write + Send> {
    Empty(&'a mut W),
    Begun(SerializedFileWriter<&'a mut W>),
    /// While the file is begun, and where beginning it failed.
    Gone,
}

impl<'a, W: Write + Send> Parquet<'a, W> {
    pub fn new(file: &'a mut W) -> Self {
        Self::Empty(file)
    }
}

/// The columns of the file's schema.
fn schema(columns: &[Column]) -> Result<Type, ParquetError> {
    let fields = columns.iter().flat_map(|column| {
        let (physical, logical) = match column.values {
            Values::Whole(_) => (Physical::INT64, None),
            Values::Single(_) => (Physical::FLOAT, None),
            Values::Double(_) => (Physical::DOUBLE, None),
            Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        column.names().into_iter().map(move |name| {
            Type::primitive_type_builder(&name, physical)
                .with_repetition(Repetition::REQUIRED)
                .with_logical_type(logical.clone())
                .build()
                .map(Arc::new)
        })
    });
    Type::group_type_builder("rows").with_fields(fields.collect::<Result<_, _>>()?).build()
}

/// Every `width`-th value from `place` on.
fn strided<T: Clone>(values: &[T], place: usize, width: usize) -> Vec<T> {
    values.iter().skip(place).step_by(width).cloned().collect()
}

fn write_group<W: Write + Send>(file: &mut SerializedFileWriter<W>, columns: &[Column]) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for column in columns {
        let width = column.width();
        for place in 0..width {
            let Some(mut writer) = group.next_column()? else {
                return Err(ParquetError::General("the columns change from row to row".into()));
            };
            match (writer.untyped(), &column.values) {
                (ColumnWriter::Int64ColumnWriter(writer), Values::Whole(values)) => {
                    writer.write_batch(&strided(values, place, width), None, None)?
                }
                (ColumnWriter::FloatColumnWriter(writer), Values::Single(values)) => {
                    writer.write_batch(&strided(values, place, width), None, None)?
                }
                (ColumnWriter::DoubleColumnWriter(writer), Values::Double(values)) => {
                    writer.write_batch(&strided(values, place, width), None, None)?
                }
                (ColumnWriter::ByteArrayColumnWriter(writer), Values::Text(values)) => {
                    let texts: Vec<ByteArray> =
                        strided(values, place, width).iter().map(|text| text.as_str().into()).collect();
                    writer.write_batch(&texts, None, None)?
                }
                _ => return Err(ParquetError::General(format!("the values of {} change their type", column.name))),
            };
            writer.close()?;
        }
    }
    group.close()?;
    Ok(())
}

impl<W: Write + Send> Sink for Parquet<'_, W> {
    fn push(&mut self, columns: &[Column]) -> io::Result<()> {
        *self = match std::mem::replace(self, Self::Gone) {
            Self::Empty(file) => {
                let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
                let schema = schema(columns).map_err(io::Error::other)?;
                let file = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties));
                Self::Begun(file.map_err(io::Error::other)?)
            }
            other => other,
        };
        match self {
            Self::Begun(file) => write_group(file, columns).map_err(io::Error::other),
            _ => Err(io::Error::other("the file was not begun")),
        }
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        match *self {
            Self::Begun(file) => file.close().map(|_| ()).map_err(io::Error::other),
            _ => Ok(()),
        }
    }
}

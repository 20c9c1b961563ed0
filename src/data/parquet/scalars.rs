//! Columns of numbers and texts.

use super::file::taken;
use crate::data::DataError;
use crate::data::factors::Value;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::ColumnDescriptor;
use std::fmt::Write;
use std::path::Path;

/// Days of 24 hours in a unit of time.
const DAYS: [f64; 3] = [1.0 / 86_400e3, 1.0 / 86_400e6, 1.0 / 86_400e9];

/// The meaning of a column's values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    Whole,
    Unsigned,
    Real,
    /// Numbers that stand for so much each: decimals; dates and times in days, from 1970 on.
    Scaled(f64),
    Text,
}

/// One value of a column.
#[derive(Clone, Debug)]
pub enum Scalar {
    Missing,
    Whole(i64),
    Single(f32),
    Real(f64),
    Text(ByteArray),
}

impl Meaning {
    /// The meaning of a column's values; `None` for lists, bytes, and whatever else is neither number nor text.
    pub fn of(column: &ColumnDescriptor) -> Option<Self> {
        let (logical, converted) = (column.logical_type_ref(), column.converted_type());
        let decimal = match logical {
            Some(LogicalType::Decimal(decimal)) => Some(decimal.scale),
            _ if converted == ConvertedType::DECIMAL => Some(column.type_scale()),
            _ => None,
        };
        let decimal = decimal.map(|scale| Self::Scaled(10_f64.powi(-scale)));
        match column.physical_type() {
            _ if column.max_rep_level() > 0 => None,
            Type::BOOLEAN => Some(Self::Whole),
            Type::INT32 | Type::INT64 if decimal.is_some() => decimal,
            Type::INT32 | Type::INT64 => Some(match (logical, converted) {
                (Some(LogicalType::Date), _) | (_, ConvertedType::DATE) => Self::Scaled(1.0),
                (Some(LogicalType::Timestamp(time)), _) => of_time(&time.unit),
                (Some(LogicalType::Time(time)), _) => of_time(&time.unit),
                (_, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIME_MILLIS) => Self::Scaled(DAYS[0]),
                (_, ConvertedType::TIMESTAMP_MICROS | ConvertedType::TIME_MICROS) => Self::Scaled(DAYS[1]),
                (Some(LogicalType::Integer(int)), _) if !int.is_signed => Self::Unsigned,
                (
                    _,
                    ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
                ) => Self::Unsigned,
                _ => Self::Whole,
            }),
            Type::INT96 => Some(Self::Scaled(DAYS[1])),
            Type::FLOAT | Type::DOUBLE => Some(Self::Real),
            Type::BYTE_ARRAY if decimal.is_some() => decimal,
            Type::BYTE_ARRAY => {
                let named = matches!(logical, Some(LogicalType::String | LogicalType::Enum | LogicalType::Json));
                let known = matches!(converted, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON);
                (named || known).then_some(Self::Text)
            }
            Type::FIXED_LEN_BYTE_ARRAY => decimal,
        }
    }
}

/// Times count days.
fn of_time(unit: &TimeUnit) -> Meaning {
    Meaning::Scaled(match unit {
        TimeUnit::MILLIS => DAYS[0],
        TimeUnit::MICROS => DAYS[1],
        TimeUnit::NANOS => DAYS[2],
    })
}

impl Scalar {
    /// Append the value as text to `text`: a number so that it is read back the same, nothing where it is missing.
    /// False where it is no UTF-8.
    pub fn write(&self, text: &mut String) -> bool {
        let _ = match self {
            Self::Missing => Ok(()),
            Self::Whole(value) => write!(text, "{value}"),
            Self::Single(value) if value.is_nan() => Ok(()),
            Self::Single(value) => write!(text, "{value}"),
            Self::Real(value) if value.is_nan() => Ok(()),
            Self::Real(value) => write!(text, "{value}"),
            Self::Text(bytes) => match std::str::from_utf8(bytes.data()) {
                Ok(value) => write!(text, "{}", value.trim()),
                Err(_) => return false,
            },
        };
        true
    }

    /// The value as that of a factor; `None` where it is missing.
    pub fn factor(&self) -> Option<Value> {
        match self {
            Self::Missing => None,
            Self::Whole(value) => Some(Value::number(*value as f64)),
            Self::Single(value) => (!value.is_nan()).then(|| Value::number(f64::from(*value))),
            Self::Real(value) => (!value.is_nan()).then(|| Value::number(*value)),
            Self::Text(bytes) => Some(Value::Text(String::from_utf8_lossy(bytes.data()).into_owned())),
        }
    }
}

/// A column of numbers or texts of one group of rows.
pub struct Scalars {
    column: ColumnReader,
    meaning: Meaning,
}

impl Scalars {
    /// The column at a path in the schema, in one group of rows of a file.
    ///
    /// # Errors
    /// There is no such column, or its values are neither numbers nor texts.
    pub fn open(path: &Path, group: &dyn RowGroupReader, name: &str) -> Result<Self, DataError> {
        let place = place(path, group, name)?;
        let Some(meaning) = Meaning::of(&group.metadata().columns()[place].column_descr_ptr()) else {
            return Err(DataError::of_file(path, format!("its column `{name}` has neither numbers nor texts")));
        };
        Ok(Self { column: taken(path, || group.get_column_reader(place))?, meaning })
    }

    /// The next values, at most `most`; none at the end.
    pub fn next(&mut self, path: &Path, most: usize) -> Result<Vec<Scalar>, DataError> {
        fn all<T>(values: Vec<Option<T>>, scalar: impl Fn(T) -> Scalar) -> Vec<Scalar> {
            values.into_iter().map(|value| value.map_or(Scalar::Missing, &scalar)).collect()
        }
        let meaning = self.meaning;
        let whole = |value: i64| match meaning {
            Meaning::Scaled(unit) => Scalar::Real(value as f64 * unit),
            _ => Scalar::Whole(value),
        };
        let unsigned = |value: u64| i64::try_from(value).map_or(Scalar::Real(value as f64), Scalar::Whole);
        let is_unsigned = meaning == Meaning::Unsigned;
        let decimal = |bytes: &[u8]| match meaning {
            Meaning::Scaled(unit) => Scalar::Real(big_endian(bytes) * unit),
            _ => Scalar::Missing,
        };
        Ok(match &mut self.column {
            ColumnReader::BoolColumnReader(column) => {
                all(next(path, column, most)?, |value| Scalar::Whole(i64::from(value)))
            }
            ColumnReader::Int32ColumnReader(column) => all(next(path, column, most)?, |value| match is_unsigned {
                true => unsigned(u64::from(value as u32)),
                false => whole(i64::from(value)),
            }),
            ColumnReader::Int64ColumnReader(column) => all(next(path, column, most)?, |value| match is_unsigned {
                true => unsigned(value as u64),
                false => whole(value),
            }),
            ColumnReader::Int96ColumnReader(column) => all(next(path, column, most)?, |value| whole(value.to_micros())),
            ColumnReader::FloatColumnReader(column) => all(next(path, column, most)?, Scalar::Single),
            ColumnReader::DoubleColumnReader(column) => all(next(path, column, most)?, Scalar::Real),
            ColumnReader::ByteArrayColumnReader(column) => {
                all(next(path, column, most)?, |bytes: ByteArray| match meaning {
                    Meaning::Text => Scalar::Text(bytes),
                    _ => decimal(bytes.data()),
                })
            }
            ColumnReader::FixedLenByteArrayColumnReader(column) => {
                all(next(path, column, most)?, |bytes| decimal(bytes.data()))
            }
        })
    }
}

/// A whole number of any length in two's complement.
fn big_endian(bytes: &[u8]) -> f64 {
    let Some((&first, rest)) = bytes.split_first() else { return 0.0 };
    rest.iter().fold(f64::from(first as i8), |value, &byte| value * 256.0 + f64::from(byte))
}

/// The place of the column of a name in a group of rows.
pub fn place(path: &Path, group: &dyn RowGroupReader, name: &str) -> Result<usize, DataError> {
    let place = group.metadata().columns().iter().position(|column| column.column_path().string() == name);
    place.ok_or_else(|| DataError::of_file(path, format!("has no column `{name}`, which the first file has")))
}

/// The next values of a column, at most `most`; `None` for those that are missing.
pub fn next<T: DataType>(
    path: &Path,
    column: &mut ColumnReaderImpl<T>,
    most: usize,
) -> Result<Vec<Option<T::T>>, DataError> {
    let (mut defined, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (records, read, levels) =
        taken(path, || column.read_records(most, Some(&mut defined), Some(&mut repeated), &mut values))?;
    if repeated.iter().any(|&level| level > 0) || levels.max(read) > records {
        return Err(DataError::of_file(path, "has lists in a column of pictures, numbers or texts; they are not read"));
    }
    let full = defined.iter().copied().max().unwrap_or(0);
    let missing = |i: usize| defined.get(i).is_some_and(|&level| level < full);
    if read == records {
        return Ok(values.into_iter().map(Some).collect());
    }
    // With nothing there at all, the highest level is that of nothing.
    let mut values = values.into_iter();
    Ok((0..records).map(|i| if missing(i) { None } else { values.next() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_so_that_they_are_read_back_the_same() {
        let text = |scalar: Scalar| {
            let mut text = String::new();
            assert!(scalar.write(&mut text));
            text
        };
        for value in [0.1, -2.5e-300, 1.0 / 3.0, 1e22, f64::MAX] {
            assert_eq!(text(Scalar::Real(value)).parse(), Ok(value));
        }
        assert_eq!(text(Scalar::Single(0.1)), "0.1");
        assert_eq!([text(Scalar::Real(f64::NAN)), text(Scalar::Missing)], ["", ""]);
        assert_eq!(text(Scalar::Text(" émeu ".into())), "émeu");
        assert!(!Scalar::Text(vec![0xff].into()).write(&mut String::new()));
    }

    #[test]
    fn decimals_of_any_length_keep_their_sign() {
        assert_eq!([big_endian(&[0xff]), big_endian(&[0xff, 0x38]), big_endian(&[1, 0, 0])], [-1.0, -200.0, 65_536.0]);
        assert_eq!(big_endian(&[]), 0.0);
    }
}

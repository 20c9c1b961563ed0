//! Pictures in Parquet files, as Hugging Face stores data sets of images: a column of structs with the bytes of each
//! picture's file and its path, a column of labels whose names are in the file's metadata, and columns of factors.

use super::file::{SplitFiles, open, taken};
use super::scalars::{Meaning, Scalar, Scalars, next, place};
use crate::data::bytes::{ByteImages, MAX_BYTES, MAX_COUNT, thousands};
use crate::data::decode::{Pace, Tally, side_by_side, stretch};
use crate::data::factors::{FactorColumns, FactorTable};
use crate::data::picture::{Backdrop, bytes_into};
use crate::data::{Cancelled, DataError, ImageShape};
use crate::files::ParquetReader;
use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::schema::types::ColumnDescPtr;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Names that columns of pictures and of labels usually have, the likeliest first.
const IMAGES: [&str; 5] = ["image", "img", "jpg", "png", "picture"];
const LABELS: [&str; 6] = ["label", "labels", "fine_label", "class", "target", "character"];

/// Number of labels that there can be.
const CLASSES: usize = 256;

/// The Parquet file, or folder of them, to read, and the columns to read of it.
pub struct Wanted<'a> {
    pub path: &'a Path,
    /// The column of pictures; empty where it is guessed.
    pub image: &'a str,
    /// The column of labels; empty where it is guessed.
    pub label: &'a str,
    /// The columns of known factors, with commas between them, a star behind one whose values have no order.
    pub factors: &'a str,
}

/// The columns of a source, by their paths in the schema.
#[derive(Clone)]
struct Columns {
    image: String,
    label: Option<String>,
    factors: Vec<String>,
}

/// The files of a source, with their headers read.
pub struct ParquetImages {
    pub training: Files,
    pub validation: Option<Files>,
    pub test: Option<Files>,
    /// The names of labels that are numbers; empty where they are not given.
    names: Vec<String>,
    /// The names of the factors, as in [`FactorColumns::finish`].
    factor_names: String,
    pub notes: Vec<String>,
}

/// The files of one split.
pub struct Files {
    files: Vec<PathBuf>,
    rows: usize,
    columns: Columns,
}

/// The label of one picture as its file has it.
#[derive(Clone, Debug)]
enum Label {
    Number(i64),
    Text(String),
    Missing,
}

/// The pictures and labels of the splits.
pub struct Read {
    pub training: ByteImages,
    pub validation: Option<ByteImages>,
    pub test: Option<ByteImages>,
    pub label_names: Vec<String>,
    /// The factors of all pictures, also of those for training that are not read; `None` where none are asked for.
    pub factors: Option<FactorTable>,
}

impl ParquetImages {
    /// Find the files and columns.
    pub fn find(wanted: &Wanted<'_>) -> Result<Self, DataError> {
        let SplitFiles { training, validation, test, note } = SplitFiles::find(wanted.path)?;
        let mut notes: Vec<String> = note.into_iter().collect();
        let first = &training[0];
        let reader = open(first)?;
        let columns = Columns::find(first, &reader, wanted)?;
        let column = columns.image.trim_end_matches(".bytes");
        let labelled = columns.label.as_ref().map_or(String::new(), |label| format!(", the labels in `{label}`"));
        notes.push(format!("{}: the pictures are in the column `{column}`{labelled}", wanted.path.display()));
        let names = columns.label.as_ref().map_or(Vec::new(), |label| label_names(&reader, label));
        let some = |files: Vec<PathBuf>| match files.is_empty() {
            true => Ok(None),
            false => Files::of(files, &columns).map(Some),
        };
        Ok(Self {
            validation: some(validation)?,
            test: some(test)?,
            training: Files::of(training, &columns)?,
            names,
            factor_names: named_factors(wanted.factors).collect::<Vec<_>>().join(","),
            notes,
        })
    }

    /// Decode the pictures: of those for training only the `kept`, ascending (all where it is `None`).
    pub fn read(
        self,
        shape: ImageShape,
        backdrop: Backdrop,
        kept: Option<&[u32]>,
        tally: &mut Tally,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<Read, DataError> {
        let [rows, own_test] = [self.training.rows, self.test.as_ref().map_or(0, |test| test.rows)];
        let mut factors = FactorColumns::new(0, self.training.columns.factors.len());
        let mut read = |files: &Files, first: usize, kept: Option<&[u32]>| {
            let kept = kept.map_or(Kept::All(files.rows), Kept::Some);
            files.read(shape, backdrop, first as u32, kept, &mut factors, tally, progress, cancelled)
        };
        let (mut training, labels) = read(&self.training, 0, kept)?;
        let test = self.test.as_ref().map(|files| read(files, rows, None)).transpose()?;
        let validation = self.validation.as_ref().map(|files| read(files, rows + own_test, None)).transpose()?;
        // Labels mean the same in all splits.
        let all = [Some(&labels), test.as_ref().map(|it| &it.1), validation.as_ref().map(|it| &it.1)];
        let texts: BTreeSet<&str> = all
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|label| if let Label::Text(text) = label { Some(text.as_str()) } else { None })
            .collect();
        let texts: Vec<String> = texts.into_iter().map(String::from).collect();
        let known = if texts.is_empty() { self.names } else { texts };
        training.labels = numbered(&labels, &known);
        let with_labels = |(mut images, labels): (ByteImages, Vec<Label>)| {
            images.labels = numbered(&labels, &known);
            images
        };
        let (test, validation) = (test.map(with_labels), validation.map(with_labels));
        let label_names = if training.labels.is_some() { known } else { Vec::new() };
        let factors = match factors.width() {
            0 => None,
            _ => Some(factors.finish(&self.factor_names).map_err(|message| {
                let field = "data.source.factors";
                DataError::of_file(&self.training.files[0], format!("{field}: {message}"))
            })?),
        };
        Ok(Read { training, validation, test, label_names, factors })
    }
}

/// Labels as bytes; `None` where any is missing or beyond the 256 there can be.
fn numbered(labels: &[Label], names: &[String]) -> Option<Vec<u8>> {
    if labels.is_empty() || names.len() > CLASSES {
        return None;
    }
    let number = |label: &Label| match label {
        Label::Number(number) => u8::try_from(*number).ok(),
        Label::Text(text) => names.binary_search(text).ok().map(|place| place as u8),
        Label::Missing => None,
    };
    labels.iter().map(number).collect()
}

/// The names of factors, with their stars.
fn named_factors(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

impl Columns {
    /// The columns that are asked for, or have the names that such columns usually have.
    fn find(path: &Path, reader: &ParquetReader, wanted: &Wanted<'_>) -> Result<Self, DataError> {
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let leaf = |column: &ColumnDescPtr| (column.path().string(), column.physical_type(), Meaning::of(column));
        let leaves: Vec<(String, Type, Option<Meaning>)> = schema.columns().iter().map(leaf).collect();
        let there = || leaves.iter().map(|(name, ..)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let bytes_of = |name: &str| {
            let is = |wanted: &str| leaves.iter().any(|(it, kind, _)| it == wanted && *kind == Type::BYTE_ARRAY);
            [format!("{name}.bytes"), name.to_owned()].into_iter().find(|name| is(name))
        };
        let image = match wanted.image {
            "" => IMAGES.iter().find_map(|name| bytes_of(name)).or_else(|| {
                let nested: Vec<&String> =
                    leaves.iter().map(|(it, ..)| it).filter(|it| it.ends_with(".bytes")).collect();
                if let [only] = nested[..] { Some(only.clone()) } else { None }
            }),
            name => bytes_of(name),
        };
        let Some(image) = image else {
            let message = match wanted.image {
                "" => "has no column of pictures that can be guessed".to_owned(),
                name => format!("has no column `{name}` with the bytes of pictures"),
            };
            return Err(DataError::of_file(path, format!("{message}; its columns are {}", there())));
        };
        let meaning = |name: &str| leaves.iter().find(|(it, ..)| it == name).and_then(|(.., meaning)| *meaning);
        let labels = |name: &str| matches!(meaning(name), Some(Meaning::Whole | Meaning::Unsigned | Meaning::Text));
        let label = match wanted.label {
            "" => LABELS.iter().find(|name| labels(name)).map(|name| (*name).to_owned()),
            name if labels(name) => Some(name.to_owned()),
            name => {
                let message = format!("has no column `{name}` of whole numbers or texts; its columns are {}", there());
                return Err(DataError::of_file(path, message));
            }
        };
        let factor = |name: &str| {
            let name = name.trim_end_matches('*').trim_end();
            let message = || {
                format!("data.source.factors: has no column `{name}` of numbers or texts; its columns are {}", there())
            };
            meaning(name).map(|_| name.to_owned()).ok_or_else(|| DataError::of_file(path, message()))
        };
        let factors = named_factors(wanted.factors).map(factor).collect::<Result<_, _>>()?;
        Ok(Self { image, label, factors })
    }
}

/// The names of a column of labels, as Hugging Face writes them into the metadata.
fn label_names(reader: &ParquetReader, label: &str) -> Vec<String> {
    let entries = reader.metadata().file_metadata().key_value_metadata();
    let text = entries.and_then(|entries| entries.iter().find(|entry| entry.key == "huggingface")?.value.as_ref());
    let Some(Ok(json)) = text.map(|text| serde_json::from_str::<serde_json::Value>(text)) else { return Vec::new() };
    let names = json.pointer("/info/features").and_then(|features| features.get(label)?.get("names"));
    let names = names.and_then(serde_json::Value::as_array);
    names.map_or(Vec::new(), |names| names.iter().filter_map(|name| name.as_str().map(String::from)).collect())
}

/// The rows of a split that are read.
#[derive(Clone, Copy)]
enum Kept<'a> {
    All(usize),
    Some(&'a [u32]),
}

impl Kept<'_> {
    fn len(self) -> usize {
        match self {
            Self::All(count) => count,
            Self::Some(kept) => kept.len(),
        }
    }

    fn has(self, row: usize) -> bool {
        match self {
            Self::All(_) => true,
            Self::Some(kept) => kept.binary_search(&(row as u32)).is_ok(),
        }
    }
}

/// A row that is read.
struct Row {
    number: u32,
    path: PathBuf,
    bytes: Option<ByteArray>,
}

impl Files {
    fn of(files: Vec<PathBuf>, columns: &Columns) -> Result<Self, DataError> {
        let mut rows = 0_usize;
        for path in &files {
            let claimed = open(path)?.metadata().file_metadata().num_rows();
            rows = rows.saturating_add(usize::try_from(claimed).unwrap_or(usize::MAX));
        }
        if rows == 0 || rows > MAX_COUNT {
            let message = format!("has {rows} rows, but 1 to {} can be held", thousands(MAX_COUNT as u64));
            return Err(DataError::of_file(&files[0], message));
        }
        Ok(Self { files, rows, columns: columns.clone() })
    }

    /// How many pictures there are.
    pub fn count(&self) -> usize {
        self.rows
    }

    #[expect(clippy::too_many_arguments, reason = "what is read, how, and who is told")]
    fn read(
        &self,
        shape: ImageShape,
        backdrop: Backdrop,
        first: u32,
        kept: Kept<'_>,
        factors: &mut FactorColumns,
        tally: &mut Tally,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<(ByteImages, Vec<Label>), DataError> {
        let (size, count) = (shape.pixels(), kept.len());
        if count as u64 * size as u64 > MAX_BYTES {
            let [count, most] = [count as u64, MAX_BYTES >> 30].map(thousands);
            let message = format!("{count} pictures of this size are more than the {most} GiB that can be held");
            return Err(DataError::of_file(&self.files[0], format!("{message}; choose a smaller size or data.limit")));
        }
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        let decode = |row: &Row, out: &mut [u8]| {
            let of_row = |message: String| {
                DataError::of_file(&row.path, format!("row {}: {message}; replace the file", row.number))
            };
            let Some(bytes) = &row.bytes else { return Err(of_row("has no picture".into())) };
            bytes_into(bytes.data(), shape, backdrop, out).map_err(of_row)
        };
        let (pace, mut row) = (Pace::begin(self.rows), 0);
        for path in &self.files {
            let reader = open(path)?;
            let start = row;
            for group in 0..reader.num_row_groups() {
                let group = taken(path, || reader.get_row_group(group))?;
                let mut images = byte_column(path, &*group, &self.columns.image)?;
                let open = |name: &String| Scalars::open(path, &*group, name);
                let mut group_labels = self.columns.label.as_ref().map(open).transpose()?;
                let mut group_factors = self.columns.factors.iter().map(open).collect::<Result<Vec<_>, _>>()?;
                loop {
                    let [number, all] = [row + 1, self.rows].map(|n| thousands(n as u64));
                    progress(&format!("reading picture {number} of {all}{}", pace.left(row)));
                    let bytes = next(path, &mut images, stretch())?;
                    if bytes.is_empty() {
                        break;
                    }
                    let mut beside = |column: &mut Scalars| {
                        let values = column.next(path, bytes.len())?;
                        let message = "its columns have different numbers of rows; fetch the file again";
                        if values.len() == bytes.len() { Ok(values) } else { Err(DataError::of_file(path, message)) }
                    };
                    let more = group_labels.as_mut().map(&mut beside).transpose()?;
                    let beside_all = group_factors.iter_mut().map(&mut beside).collect::<Result<Vec<_>, _>>()?;
                    let at = Stretch { path, row: row - start, image: first as usize + row };
                    at.put_factors(&self.columns.factors, &beside_all, factors)?;
                    let numbers: Vec<usize> = (row..row + bytes.len()).collect();
                    row += bytes.len();
                    let rows: Vec<Row> = numbers
                        .iter()
                        .zip(bytes)
                        .filter(|&(&number, _)| kept.has(number))
                        .map(|(&number, bytes)| Row { number: (number - start + 1) as u32, path: path.clone(), bytes })
                        .collect();
                    let wanted: Vec<usize> = numbers.iter().copied().filter(|&number| kept.has(number)).collect();
                    if let Some(more) = more {
                        let with = numbers.iter().zip(more).filter(|&(&number, _)| kept.has(number));
                        labels.extend(with.map(|(_, label)| label_of(label)));
                    }
                    let from = pixels.len();
                    pixels.resize(from + rows.len() * size, 0);
                    let outcomes = side_by_side(&rows, size, &mut pixels[from..], &decode, cancelled)?;
                    for (number, outcome) in wanted.into_iter().zip(outcomes) {
                        tally.note(first + number as u32, outcome);
                    }
                }
            }
        }
        if row != self.rows || pixels.len() != count * size || !(labels.is_empty() || labels.len() == count) {
            let message = "has other rows than its header announces; fetch the file again";
            return Err(DataError::of_file(&self.files[0], message));
        }
        Ok((ByteImages { shape, pixels, labels: None }, labels))
    }
}

/// Where a stretch of rows begins: in its file, and among all pictures.
struct Stretch<'a> {
    path: &'a Path,
    row: usize,
    image: usize,
}

impl Stretch<'_> {
    /// Put in the values of the columns of factors, which are named by `names`.
    fn put_factors(
        &self,
        names: &[String],
        columns: &[Vec<Scalar>],
        factors: &mut FactorColumns,
    ) -> Result<(), DataError> {
        for (place, (name, values)) in names.iter().zip(columns).enumerate() {
            for (i, scalar) in values.iter().enumerate() {
                let wrong = |message: &str| {
                    let row = self.row + i + 1;
                    DataError::of_file(self.path, format!("row {row}, column `{name}`: {message}"))
                };
                let missing = || wrong("has no value, but each picture needs one of each factor");
                let value = scalar.factor().ok_or_else(missing)?;
                if !factors.put((self.image + i) * names.len() + place, value) {
                    return Err(wrong("is one of more than 256 different values, too many for a factor"));
                }
            }
        }
        Ok(())
    }
}

fn byte_column(
    path: &Path,
    group: &dyn RowGroupReader,
    name: &str,
) -> Result<ColumnReaderImpl<ByteArrayType>, DataError> {
    let place = place(path, group, name)?;
    match taken(path, || group.get_column_reader(place))? {
        ColumnReader::ByteArrayColumnReader(reader) => Ok(reader),
        _ => {
            Err(DataError::of_file(path, format!("its column `{name}` holds no bytes, as that of the first file does")))
        }
    }
}

fn label_of(scalar: Scalar) -> Label {
    match scalar {
        Scalar::Whole(number) => Label::Number(number),
        Scalar::Text(bytes) => Label::Text(String::from_utf8_lossy(bytes.data()).into_owned()),
        Scalar::Missing | Scalar::Single(_) | Scalar::Real(_) => Label::Missing,
    }
}

//! A table beside a folder of pictures: a row for each, with its file's name, a label and factors.

use super::bytes::thousands;
use super::factors::{FactorColumns, FactorTable, Value};
use super::{DataError, looked_in};
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Longest table in bytes, and the longest first line that is looked at for the separator.
const BYTES_MAX: u64 = 256 << 20;
const LINE_MAX: usize = 1 << 16;

/// Names that the column of file names usually has.
const FILES: [&str; 8] = ["file_name", "filename", "file", "image", "path", "image_id", "name", "id"];

/// Number of pictures that a message names, and of labels that there can be.
const NAMED: usize = 5;
const LABELS: usize = 256;

/// The names of labels, and the label of each row: its number among the names.
type NamedLabels = (Vec<String>, Vec<u8>);

/// The chosen columns of a table.
pub(super) struct PictureTable {
    path: PathBuf,
    /// The row of each picture, by its file's name as the table has it.
    rows: HashMap<String, usize>,
    labels: Option<Vec<String>>,
    factor_names: String,
    /// `rows × factors` values.
    factors: Vec<String>,
    factor_count: usize,
}

impl PictureTable {
    /// Read the column of labels and those of factors, which are separated by commas; a star behind a factor's name
    /// marks one without order. An empty name of a column asks for none, except that a column `label` is taken.
    pub fn read(path: &Path, label: &str, factors: &str) -> Result<Self, DataError> {
        let wrong = |message: String| DataError::of_file(path, message);
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                wrong(format!("there is no such file{}; check data.source.table", looked_in(path)))
            }
            _ => wrong(format!("cannot be read: {error}")),
        };
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() || metadata.len() > BYTES_MAX {
            return Err(wrong(format!("is no regular file of at most {} MiB", BYTES_MAX >> 20)));
        }
        let mut file = BufReader::with_capacity(LINE_MAX, File::open(path).map_err(unreadable)?);
        let start = file.fill_buf().map_err(unreadable)?;
        let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |separator: u8| line.iter().filter(|&&byte| byte == separator).count();
        let separator = [b',', b';', b'\t'].into_iter().max_by_key(|&it| (count(it), it == b',')).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(file);
        let malformed = |error: csv::Error| wrong(format!("is no table with a row for each picture ({error})"));
        let header: Vec<String> = reader.headers().map_err(malformed)?.iter().map(String::from).collect();
        let there = || header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let place = |name: &str| {
            header
                .iter()
                .position(|it| it == name)
                .ok_or_else(|| wrong(format!("has no column `{name}`; its columns are {}", there())))
        };
        let known = |name: &&str| header.iter().position(|it| it.eq_ignore_ascii_case(name));
        let file_column = FILES.iter().find_map(known).unwrap_or(0);
        let label_column = match label {
            "" => header.iter().position(|it| it.eq_ignore_ascii_case("label")),
            name => Some(place(name)?),
        };
        let names: Vec<&str> = factors.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let columns = names.iter().map(|name| place(name.trim_end_matches('*').trim_end()));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut table = Self {
            path: path.to_owned(),
            rows: HashMap::new(),
            labels: label_column.map(|_| Vec::new()),
            factor_names: names.join(","),
            factors: Vec::new(),
            factor_count: columns.len(),
        };
        for (number, record) in reader.records().enumerate() {
            let record = record.map_err(malformed)?;
            let cell = |column: usize| record.get(column).unwrap_or_default().to_owned();
            let name = cell(file_column).trim_start_matches("./").replace('\\', "/");
            if table.rows.insert(name.clone(), number).is_some() {
                return Err(wrong(format!("row {}: `{name}` has a row already; leave one", number + 1)));
            }
            if let (Some(labels), Some(column)) = (&mut table.labels, label_column) {
                labels.push(cell(column));
            }
            table.factors.extend(columns.iter().map(|&column| cell(column)));
        }
        Ok(table)
    }

    /// The row of each picture of a folder: by its path within the folder, by its name alone, or without its ending.
    pub fn rows_of(&self, folder: &Path, pictures: &[PathBuf]) -> Result<Vec<usize>, DataError> {
        let row = |picture: &PathBuf| {
            let within = picture.strip_prefix(folder).unwrap_or(picture);
            let by = |path: &Path| self.rows.get(&path.to_string_lossy().replace('\\', "/")).copied();
            let name = within.file_name().map(Path::new).unwrap_or(within);
            by(within)
                .or_else(|| by(name))
                .or_else(|| by(&within.with_extension("")))
                .or_else(|| by(&name.with_extension("")))
        };
        let rows: Vec<Option<usize>> = pictures.iter().map(row).collect();
        let missing: Vec<String> = pictures
            .iter()
            .zip(&rows)
            .filter(|(_, row)| row.is_none())
            .map(|(picture, _)| picture.strip_prefix(folder).unwrap_or(picture).display().to_string())
            .collect();
        if missing.is_empty() {
            return Ok(rows.into_iter().flatten().collect());
        }
        let named = missing.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = if missing.len() > NAMED { ", …" } else { "" };
        let count = thousands(missing.len() as u64);
        Err(DataError::of_file(
            &self.path,
            format!("has no row for {count} of the pictures ({named}{more}); add rows, or remove the pictures"),
        ))
    }

    /// The labels' names, and the label of each row; `None` where there are none.
    pub fn labels(&self) -> Result<Option<NamedLabels>, DataError> {
        let Some(labels) = &self.labels else { return Ok(None) };
        if let Ok(numbers) = labels.iter().map(|label| label.parse::<u8>()).collect::<Result<Vec<_>, _>>() {
            return Ok(Some((Vec::new(), numbers)));
        }
        let names: BTreeSet<&String> = labels.iter().collect();
        if names.len() > LABELS {
            let count = thousands(names.len() as u64);
            let message = format!("its column of labels has {count} different values, but there can be {LABELS}");
            return Err(DataError::of_file(&self.path, format!("{message}; name another in data.source.label")));
        }
        let names: Vec<String> = names.into_iter().cloned().collect();
        let number = |label| names.binary_search(label).unwrap_or_default() as u8;
        let numbers = labels.iter().map(number).collect();
        Ok(Some((names, numbers)))
    }

    /// The factors of the pictures of these rows; `None` where none are asked for.
    pub fn factors(&self, rows: &[usize]) -> Result<Option<FactorTable>, DataError> {
        let count = self.factor_count;
        if count == 0 {
            return Ok(None);
        }
        let wrong = |message: String| DataError::of_file(&self.path, message);
        let numbers: Vec<bool> = (0..count)
            .map(|column| self.factors.iter().skip(column).step_by(count).all(|it| it.parse::<f64>().is_ok()))
            .collect();
        let mut columns = FactorColumns::new(rows.len(), count);
        for (image, &row) in rows.iter().enumerate() {
            for (column, text) in self.factors[row * count..][..count].iter().enumerate() {
                let value = match text.parse() {
                    Ok(number) if numbers[column] => Value::number(number),
                    _ => Value::Text(text.clone()),
                };
                let place = image * count + column;
                if !columns.put(place, value) {
                    return Err(wrong(FactorColumns::crowded(place, count)));
                }
            }
        }
        columns.finish(&self.factor_names).map(Some).map_err(wrong)
    }
}

//! Tables: rows of numbers and words (CSV, TSV, Parquet) as vectors.

mod choice;
mod column;
mod open;
mod records;
mod text;

use super::bytes::{MAX_BYTES, MAX_COUNT, thousands};
use super::loaded::Loaded;
use super::stack::Stack;
use super::{Cancelled, Column, Columns, DataError, ImageShape};
use crate::experiment::{Choice, Header, Source};
use column::{Cells, Kind, Reading, number};
use open::{Opened, Part};
pub(super) use records::Records;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use text::TextRecords;

/// The words that stand for a missing value where the experiment names none; their case does not matter.
const MISSING: [&str; 5] = ["na", "n/a", "nan", "null", "?"];

/// The columns and words that an experiment asks for when a table is read.
struct Wanted<'a> {
    columns: &'a str,
    label: &'a str,
    categories: &'a str,
    missing: Vec<String>,
    header: Header,
}

/// The chosen columns of a part of a table, as read.
struct File {
    path: PathBuf,
    /// The names of all columns of the file.
    names: Vec<String>,
    columns: Vec<Reading>,
    /// Each row's label, if a column has labels.
    labels: Option<Vec<String>>,
    rows: usize,
    /// A sentence on columns that are no numbers or texts.
    passed_over: Option<String>,
}

/// 178 wines of three cultivars with 13 measurements each (Aeberhard & Forina 1992; UCI machine learning repository,
/// CC BY 4.0).
const WINE: &[u8] = include_bytes!("../../../assets/tables/wine.csv");

/// The wines that are built in.
pub(super) fn wine(cancelled: Cancelled<'_>) -> Result<Loaded, DataError> {
    let mut source = Source::ALL.iter().find(|source| matches!(source, Source::Table { .. })).cloned();
    if let Some(Source::Table { path, label, .. }) = &mut source {
        (*path, *label) = ("wine".into(), "cultivar".into());
    }
    let path = Path::new("wine");
    let records = Box::new(TextRecords::of(path, WINE, cancelled)?);
    let training = Part { path: path.to_owned(), records };
    let opened = Opened { training, validation: None, test: None, note: None };
    read_opened(&source.unwrap_or_default(), opened, &mut |_| {})
}

/// Read a table, and its test table if there is one; `source` must be a [`Source::Table`]. The columns' scales are yet
/// to be found, on the training rows.
pub(super) fn read(
    source: &Source,
    progress: &mut dyn FnMut(&str),
    cancelled: Cancelled<'_>,
) -> Result<Loaded, DataError> {
    let Source::Table { path, test, .. } = source else { unreachable!("the caller has a table") };
    read_opened(source, open::open(path, test.as_deref(), cancelled)?, progress)
}

fn read_opened(source: &Source, opened: Opened<'_>, progress: &mut dyn FnMut(&str)) -> Result<Loaded, DataError> {
    let Source::Table { path, columns, label, categories, missing, scaling, header, sequence, test: _ } = source else {
        unreachable!("the caller has a table")
    };
    let missing = match missing.trim() {
        "" => MISSING.map(String::from).to_vec(),
        words => words.split(',').map(|word| word.trim().to_lowercase()).collect(),
    };
    let wanted = Wanted { columns, label, categories, missing, header: *header };
    let mut training = File::read(opened.training, &wanted, None, progress)?;
    let passed_over = training.passed_over.take();
    let mut like =
        |part: Option<Part<'_>>| part.map(|part| File::read(part, &wanted, Some(&training), progress)).transpose();
    let (validation, test) = (like(opened.validation)?, like(opened.test)?);
    let mut warnings = Vec::new();
    for column in training.columns.iter().filter(|column| matches!(column.cells, Cells::Unknown(_))) {
        warnings.push(format!("{}: column `{}` has no value and is left out", path.display(), column.name));
    }
    let columns = Columns { list: training.entries(), sequence: *sequence };
    let width = columns.len();
    if width == 0 || width > Columns::MOST {
        let message = format!("its columns become {width} numbers a row; 1 to {} are possible", Columns::MOST);
        return Err(DataError::of_file(path, message));
    }
    let all = [Some(&training), validation.as_ref(), test.as_ref()];
    let label_names = label_names(path, all.into_iter().flatten())?;
    let mut note = format!("{}: {} columns", path.display(), training.columns.len());
    if !columns.categories().is_empty() {
        let categories = columns.categories().len();
        note += &format!(", {categories} of them categories, become {width} numbers a row");
    }
    let places = training.columns.iter().map(Reading::entries).collect::<Vec<_>>();
    let stack = |file: &File| file.stack(width, &places, &label_names);
    let test = test.as_ref().map(stack).transpose()?;
    let mut loaded = Loaded::plain(stack(&training)?, test);
    loaded.validation = validation.as_ref().map(stack).transpose()?;
    (loaded.label_names, loaded.columns, loaded.warnings) = (label_names, Some(columns), warnings);
    loaded.scaling = *scaling;
    loaded.notes.extend(opened.note.into_iter().chain([note]));
    loaded.notes.extend(passed_over.map(|words| format!("{}: {words}", path.display())));
    Ok(loaded)
}

/// Number of rows and of entries of a row of a table, by reading it; `None` for files of more than `most` bytes and for
/// other sources.
///
/// # Errors
/// The table cannot be read.
pub fn table_size(source: &Source, most: u64) -> Result<Option<(usize, usize)>, DataError> {
    let Source::Table { path, .. } = source else { return Ok(None) };
    if open::bytes(path) > most {
        return Ok(None);
    }
    let mut source = source.clone();
    if let Source::Table { test, .. } = &mut source {
        *test = None;
    }
    let loaded = read(&source, &mut |_| {}, &|| false)?;
    Ok(Some((loaded.count, loaded.training.shape.width)))
}

impl File {
    /// Read a part; one that is not for training has the columns of the training rows `like`, by name where both have
    /// names.
    fn read(
        part: Part<'_>,
        wanted: &Wanted<'_>,
        like: Option<&Self>,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, DataError> {
        let Part { path, mut records } = part;
        progress(&format!("reading {}", path.display()));
        let wrong = |message: String| DataError::of_file(&path, message);
        // Whether the record that has been read is data.
        let mut first_is_row = false;
        let names = match records.names() {
            Some(names) => names.to_vec(),
            None => {
                let (names, has_names) = wanted.first_record(&path, &mut *records)?;
                first_is_row = !has_names;
                names
            }
        };
        let field = |name: &str, message: String| wrong(format!("data.source.{name}: {message}"));
        let label = (!wanted.label.trim().is_empty()).then(|| choice::column(wanted.label, &names)).transpose();
        let label = label.map_err(|message| field("label", message))?;
        let mut columns = Vec::new();
        let mut places = Vec::new();
        if let Some(like) = like {
            for column in &like.columns {
                let place = choice::column(&column.name, &names).map_err(|message| {
                    wrong(format!("{message}; the rows of each split need the columns of {}", like.path.display()))
                })?;
                places.push(place);
                let kind = if matches!(column.cells, Cells::Words { .. }) { Kind::Category } else { Kind::Numbers };
                columns.push(Reading::new(&column.name, kind));
            }
        } else {
            places = choice::columns(wanted.columns, &names).map_err(|message| field("columns", message))?;
            places.retain(|place| Some(*place) != label);
            let mut categories = Vec::new();
            for part in choice::parts(wanted.categories, &names) {
                categories.push(choice::column(&part, &names).map_err(|message| field("categories", message))?);
            }
            let kind = |place: &usize| if categories.contains(place) { Kind::Category } else { Kind::Guessed };
            columns.extend(places.iter().map(|place| Reading::new(&names[*place], kind(place))));
        }
        if columns.is_empty() {
            return Err(field("columns", "no column is left; choose at least one".into()));
        }
        let all: BTreeSet<usize> = places.iter().copied().chain(label).collect();
        records.choose(&all.into_iter().collect::<Vec<_>>());
        let passed_over = records.passed_over();
        let labels = label.map(|_| Vec::new());
        let mut file = Self { path: path.clone(), names, columns, labels, rows: 0, passed_over };
        while std::mem::take(&mut first_is_row) || records.advance()? {
            let added = file.add(&*records, &places, label, wanted);
            added.map_err(|error| wrong(format!("{}, {error}", records.place())))?;
            if file.rows.is_multiple_of(100_000) {
                progress(&format!("reading {}, row {}", path.display(), thousands(file.rows as u64)));
            }
        }
        match file.rows {
            0 => Err(wrong("has names of columns and no rows".into())),
            _ => Ok(file),
        }
    }

    /// Add the record that was read last.
    ///
    /// # Errors
    /// The row has another number of cells, or a cell does not fit its column; the message begins with the column.
    fn add(
        &mut self,
        records: &dyn Records,
        places: &[usize],
        label: Option<usize>,
        wanted: &Wanted<'_>,
    ) -> Result<(), String> {
        let (found, expected) = (records.cells(), self.names.len());
        if found != expected {
            let last = found.min(expected);
            return Err(format!(
                "column {last}: the row has {found} cells where the first row has {expected}; quote a text with a \
                 comma in it"
            ));
        }
        let cell = |place: usize| records.cell(place).map_err(|error| error.0);
        for (column, &place) in self.columns.iter_mut().zip(places) {
            let text = cell(place)?;
            let value = (!wanted.is_missing(text)).then_some(text);
            let added = column.add(value, records.decimal_comma());
            added.map_err(|message| format!("column {} (`{}`): {message}", place + 1, column.name))?;
        }
        if let (Some(labels), Some(place)) = (&mut self.labels, label) {
            let text = cell(place)?;
            labels.push(if wanted.is_missing(text) { "?".into() } else { text.to_owned() });
        }
        self.rows += 1;
        let width: usize = self.columns.iter().map(Reading::width).sum();
        if self.rows > MAX_COUNT || (self.rows * width) as u64 > MAX_BYTES / 4 {
            let most = MAX_BYTES >> 30;
            return Err(format!("column 1: the table so far fills the {most} GiB that can be held; leave columns out"));
        }
        Ok(())
    }

    /// The entries of a vector, without the columns that have no value.
    fn entries(&self) -> Vec<Column> {
        let mut entries = Vec::new();
        let mut categories = 0;
        for column in &self.columns {
            match &column.cells {
                Cells::Unknown(_) => {}
                Cells::Numbers(_) => entries.push(Column::number(&column.name)),
                Cells::Words { levels, .. } => {
                    let level = |level: &String| Column {
                        category: Some(categories),
                        ..Column::number(format!("{}: {level}", column.name))
                    };
                    entries.extend(levels.keys().map(level));
                    categories += 1;
                }
            }
        }
        entries
    }

    /// The rows as vectors of `width` entries, which `entries` has for each column of the training file: a test file
    /// has them in the same places, with values or without.
    fn stack(&self, width: usize, entries: &[Entries], label_names: &[String]) -> Result<Stack, DataError> {
        let mut values = vec![f32::NAN; self.rows * width];
        let mut from = 0;
        for (column, entries) in self.columns.iter().zip(entries) {
            match (&column.cells, entries) {
                (Cells::Numbers(numbers), Entries::Number) => {
                    let column = values.iter_mut().skip(from).step_by(width);
                    column.zip(numbers).for_each(|(entry, &number)| *entry = number);
                }
                (Cells::Words { rows, levels: own }, Entries::Levels(levels)) => {
                    // Levels are numbered by their names, in whichever order they were met.
                    let mut places = vec![0; own.len()];
                    for (name, &number) in own {
                        places[usize::from(number)] = levels.binary_search(name).map_err(|_| {
                            let message = "is a level that the training rows do not have; leave such rows out";
                            DataError::of_file(&self.path, format!("column `{}`: `{name}` {message}", column.name))
                        })?;
                    }
                    for (row, level) in values.chunks_exact_mut(width).zip(rows) {
                        if let Some(level) = level {
                            row[from..from + levels.len()].fill(0.0);
                            row[from + places[usize::from(*level)]] = 1.0;
                        }
                    }
                }
                // All are missing; or the training file has no value, and the column no entry.
                _ => {}
            }
            from += entries.count();
        }
        let shape = ImageShape { channels: 1, height: 1, width };
        let label = |name: &String| label_names.iter().position(|it| it == name).unwrap_or_default() as u8;
        let labels = self.labels.as_ref().map(|labels| labels.iter().map(label).collect());
        Ok(Stack { labels, ..Stack::of_numbers(shape, values) })
    }
}

/// The entries of a vector that a column of the training file becomes.
enum Entries {
    /// The column has no value there.
    None,
    Number,
    /// One for each level, by ascending names.
    Levels(Vec<String>),
}

impl Entries {
    fn count(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Number => 1,
            Self::Levels(levels) => levels.len(),
        }
    }
}

impl Reading {
    fn entries(&self) -> Entries {
        match &self.cells {
            Cells::Unknown(_) => Entries::None,
            Cells::Numbers(_) => Entries::Number,
            Cells::Words { levels, .. } => Entries::Levels(levels.keys().cloned().collect()),
        }
    }
}

impl Wanted<'_> {
    /// The names of the columns, and whether the first record, which this reads, has them.
    fn first_record(&self, path: &Path, records: &mut dyn Records) -> Result<(Vec<String>, bool), DataError> {
        if !records.advance()? {
            return Err(DataError::of_file(path, "is empty"));
        }
        let first = (0..records.cells()).map(|i| records.cell(i).map(String::from)).collect::<Result<Vec<_>, _>>()?;
        let is_value = |cell: &String| self.is_missing(cell) || number(cell, records.decimal_comma()).is_some();
        let has_names = match self.header {
            Header::Yes => true,
            Header::No => false,
            Header::Auto => !first.iter().all(is_value),
        };
        let name = |(i, cell): (usize, &String)| match has_names && !cell.is_empty() {
            true => cell.clone(),
            false => format!("column {}", i + 1),
        };
        Ok((first.iter().enumerate().map(name).collect(), has_names))
    }

    fn is_missing(&self, cell: &str) -> bool {
        cell.is_empty() || self.missing.iter().any(|word| word.eq_ignore_ascii_case(cell))
    }
}

/// The names of all labels: in the order of their numbers if all are numbers, else of their letters.
fn label_names<'a>(path: &Path, files: impl Iterator<Item = &'a File>) -> Result<Vec<String>, DataError> {
    let all = files.filter_map(|file| file.labels.as_ref()).flatten();
    let mut names: Vec<String> = all.map(|name| (name, ())).collect::<BTreeMap<_, _>>().into_keys().cloned().collect();
    if names.len() > 256 {
        let count = thousands(names.len() as u64);
        let message = format!("data.source.label: there are {count} different labels, more than 256; choose another");
        return Err(DataError::of_file(path, message));
    }
    if names.iter().all(|name| number(name, false).is_some()) {
        let value = |name: &String| number(name, false).unwrap_or_default();
        names.sort_by(|a, b| value(a).total_cmp(&value(b)));
    }
    Ok(names)
}

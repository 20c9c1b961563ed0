//! Codes from a file that [`write_records`](super::write_records), or a script, has written.

use super::format::RecordFormat;
use crate::files::{ParquetReader, contained};
use ::parquet::file::reader::FileReader;
use ::parquet::record::Field;
use npyz::{DType, NpyFile, Order, TypeChar};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Most numbers that are read from one file.
const NUMBERS_MAX: u64 = 1 << 28;

/// The names that are looked for where none is given, in this order.
const NAMES: [&str; 4] = ["z", "mean", "codes", "draws"];

/// Vectors of `width` numbers from a file: an array of `.npy` or `.npz`, columns of `.csv`, `.tsv` or `.parquet`.
/// `name` is that of the array, or the beginning of the columns' names (`mean` for `mean_0`, `mean_1`, …); without it,
/// `z`, `mean`, `codes` and `draws` are looked for, and a file with numbers and nothing else is taken as it is. An
/// array of three dimensions is a list of vectors after its last. The result is `vectors × width`.
///
/// # Errors
/// The file cannot be read, or has no such vectors; the message names the file and what is wrong.
pub fn read_vectors(path: &Path, name: Option<&str>, width: usize) -> Result<Vec<f32>, String> {
    let is_npy = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    let read = match RecordFormat::of(path) {
        _ if is_npy => open(path).and_then(|file| array(file, width)),
        Ok(RecordFormat::Npz) => npz(path, name, width),
        Ok(RecordFormat::Csv) => table(path, b',', name, width),
        Ok(RecordFormat::Tsv) => table(path, b'\t', name, width),
        Ok(RecordFormat::Parquet) => contained(|| parquet(path, name, width)).flatten(),
        Err(_) => Err("codes are read from .npy, .npz, .csv, .tsv and .parquet".into()),
    };
    let vectors = read.map_err(|what| format!("{}: {what}", path.display()))?;
    match vectors.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(format!(
            "{}: vector {} has {} as entry {}: codes are finite numbers",
            path.display(),
            place / width,
            vectors[place],
            place % width
        )),
        None => Ok(vectors),
    }
}

fn open(path: &Path) -> Result<BufReader<File>, String> {
    File::open(path).map(BufReader::new).map_err(|error| error.to_string())
}

/// The names to look for.
fn names(name: Option<&str>) -> Vec<&str> {
    name.map_or(NAMES.to_vec(), |name| vec![name])
}

fn npz(path: &Path, name: Option<&str>, width: usize) -> Result<Vec<f32>, String> {
    let mut archive = zip::ZipArchive::new(open(path)?).map_err(|error| error.to_string())?;
    let files = archive.file_names().collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    let there: Vec<String> = files.iter().map(|name| name.strip_suffix(".npy").unwrap_or(name).to_owned()).collect();
    drop(files);
    let found = names(name).into_iter().find(|name| there.iter().any(|other| other == name));
    let found = found
        .ok_or_else(|| format!("there is no array {} in it; it has {}", names(name).join(", "), there.join(", ")))?;
    let file = archive.by_name(&format!("{found}.npy")).map_err(|error| error.to_string())?;
    array(file, width)
}

fn array(reader: impl Read, width: usize) -> Result<Vec<f32>, String> {
    let file = NpyFile::new(reader).map_err(|error| error.to_string())?;
    let shape = file.shape().to_vec();
    let all = shape.iter().try_fold(1_u64, |all, &side| all.checked_mul(side)).filter(|&all| all <= NUMBERS_MAX);
    if all.is_none() || shape.len() < 2 || shape.last() != Some(&(width as u64)) || file.order() != Order::C {
        return Err(format!("the array is {shape:?}; codes of this model are vectors × {width}, row by row"));
    }
    let kind = match file.dtype() {
        DType::Plain(kind) => Some((kind.type_char(), kind.size_field())),
        _ => None,
    };
    let failed = |error: std::io::Error| error.to_string();
    match kind {
        Some((TypeChar::Float, 4)) => file.into_vec::<f32>().map_err(failed),
        Some((TypeChar::Float, 8)) => {
            Ok(file.into_vec::<f64>().map_err(failed)?.into_iter().map(|value| value as f32).collect())
        }
        _ => Err("the array must be of float32 or float64".into()),
    }
}

/// The places of the columns that hold the vectors, given all columns' names.
fn columns(header: &[String], name: Option<&str>, width: usize) -> Result<Vec<usize>, String> {
    for name in names(name) {
        let wanted = (0..width).map(|i| header.iter().position(|column| *column == format!("{name}_{i}")));
        if let Some(places) = wanted.collect::<Option<Vec<usize>>>() {
            // One column more: the codes are of a model with more latent dimensions.
            if header.contains(&format!("{name}_{width}")) {
                return Err(format!("it has more columns {name}_… than {width}: the codes are not this model's"));
            }
            return Ok(places);
        }
    }
    let last = width.saturating_sub(1);
    Err(format!("it has no columns {}_0 to {}_{last}", names(name)[0], names(name)[0]))
}

fn table(path: &Path, separator: u8, name: Option<&str>, width: usize) -> Result<Vec<f32>, String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(open(path)?);
    let mut places: Option<Vec<usize>> = None;
    let mut vectors = Vec::new();
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        let places = match &places {
            Some(places) => places,
            None => {
                let numbers = record.iter().all(|field| field.trim().parse::<f32>().is_ok());
                if numbers && record.len() != width {
                    return Err(format!("line 1 has {} numbers where this model's codes have {width}", record.len()));
                }
                let header: Vec<String> = record.iter().map(|field| field.trim().to_owned()).collect();
                let found = if numbers { (0..width).collect() } else { columns(&header, name, width)? };
                let found = places.insert(found);
                if !numbers {
                    continue;
                }
                found
            }
        };
        for &place in places {
            let field = record.get(place).unwrap_or_default();
            let value = field.trim().parse::<f32>();
            vectors.push(value.map_err(|_| format!("line {}: {field:?} is not a number", line + 1))?);
        }
        if vectors.len() as u64 > NUMBERS_MAX {
            return Err("it has too many numbers".into());
        }
    }
    Ok(vectors)
}

fn parquet(path: &Path, name: Option<&str>, width: usize) -> Result<Vec<f32>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = ParquetReader::new(file.into()).map_err(|error| error.to_string())?;
    let metadata = reader.metadata().file_metadata();
    if u64::try_from(metadata.num_rows()).unwrap_or(u64::MAX).saturating_mul(width as u64) > NUMBERS_MAX {
        return Err("it has too many numbers".into());
    }
    let header: Vec<String> = metadata.schema_descr().columns().iter().map(|column| column.name().to_owned()).collect();
    let places = columns(&header, name, width)?;
    let mut vectors = Vec::new();
    for row in reader.get_row_iter(None).map_err(|error| error.to_string())? {
        let row = row.map_err(|error| error.to_string())?;
        let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
        for &place in &places {
            vectors.push(match fields.get(place) {
                Some(Field::Float(value)) => *value,
                Some(Field::Double(value)) => *value as f32,
                other => return Err(format!("column {}: {other:?} is not a number", header[place])),
            });
        }
    }
    Ok(vectors)
}

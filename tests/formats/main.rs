//! Files that other programs wrote: each format's fixtures, made by its own reference library (`make.py`), are read
//! back equal, and every malformed one is refused in words.

mod arrays;
mod cifar;
mod masks;
mod parquet;
mod pictures;
mod rows;

use elbow::data::{Dataset, Split};
use elbow::experiment::{Binarisation, Data, Source};
use std::path::PathBuf;

/// A file that `make.py` made.
fn good(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats/good").join(name)
}

/// Image `n` of the fixtures, `channels × 4 × 5` bytes, by the formula in `make.py`.
fn expected(n: usize, channels: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in 0..channels {
        for h in 0..4 {
            bytes.extend((0..5).map(|w| ((n * 41 + c * 97 + h * 13 + w * 7) % 256) as u8));
        }
    }
    bytes
}

fn load(source: Source) -> Result<Dataset, String> {
    load_data(Data { source, binarisation: Binarisation::None, validation: 0, ..Data::default() })
}

fn load_data(data: Data) -> Result<Dataset, String> {
    Dataset::load(&data, 0, &mut |_| {}).map_err(|error| error.to_string())
}

/// Every image of a data set as bytes, with the name of its label, sorted by it.
fn all_images(dataset: &Dataset) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for split in [Split::Train, Split::Test] {
        for index in 0..dataset.len(split) {
            let bytes = dataset.gather_grey(split, &[index]).pixels.iter().map(|x| (x * 255.0).round() as u8).collect();
            let label = dataset.label(split, index).map_or_else(String::new, |label| dataset.label_name(label));
            all.push((label, bytes));
        }
    }
    all.sort();
    all
}

//! Codes of images as columns of records.

use super::records::{Column, Values};
use crate::data::Factors;
use crate::explore::{Codes, Encoded};

/// The codes as columns: each image's number, split, label, factors and cluster, as far as there are any, then the mean
/// and the standard deviation of q(z|x), then draws from it.
pub fn codes_columns(codes: &Codes, names: &[String]) -> Vec<Column> {
    let Codes { images, latent, mean, deviation, .. } = codes;
    let whole = |name: &str, of: &dyn Fn(&Encoded) -> Option<i64>| {
        let values: Option<Vec<i64>> = images.iter().map(of).collect();
        values.map(|values| Column::new(name, Values::Whole(values)))
    };
    let mut columns = image_columns(images, names);
    columns.extend(
        (0..Factors::NAMES.len()).filter_map(|factor| {
            whole(Factors::NAMES[factor], &|image| Some(i64::from(image.factors?.levels[factor])))
        }),
    );
    columns.extend(whole("cluster", &|image| image.cluster.map(i64::from)));
    columns.push(Column::block("mean", &[*latent], mean.clone()));
    columns.push(Column::block("deviation", &[*latent], deviation.clone()));
    let draws = codes.draws.len() / (images.len() * latent).max(1);
    if draws > 0 {
        columns.push(Column::block("draws", &[draws, *latent], codes.draws.clone()));
    }
    columns
}

/// The columns that tell images apart: the number in the source, the split unless the images are undivided, and labels
/// (with their names, where they have some), if all images have one.
pub fn image_columns(images: &[Encoded], names: &[String]) -> Vec<Column> {
    let numbers = images.iter().map(|image| i64::from(image.number)).collect();
    let mut columns = vec![Column::new("index", Values::Whole(numbers))];
    let splits: Option<Vec<String>> = images.iter().map(|image| Some(image.split?.name().to_owned())).collect();
    columns.extend(splits.map(|splits| Column::new("split", Values::Text(splits))));
    columns.extend(labels(images.iter().map(|image| image.label), names));
    columns
}

/// The columns of labels: the numbers and, where they have names, the names; none where an image has no label.
fn labels(labels: impl Iterator<Item = Option<u8>>, names: &[String]) -> Vec<Column> {
    let Some(labels) = labels.collect::<Option<Vec<u8>>>() else { return Vec::new() };
    let mut columns = vec![Column::new("label", Values::Whole(labels.iter().copied().map(i64::from).collect()))];
    if !names.is_empty() {
        let name = |&label: &u8| names.get(usize::from(label)).map_or_else(|| label.to_string(), String::clone);
        columns.push(Column::new("label_name", Values::Text(labels.iter().map(name).collect())));
    }
    columns
}

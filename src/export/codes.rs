//! Codes of images as columns of records.

use super::records::{Column, Values};
use crate::explore::{Codes, Encoded};
use std::collections::HashSet;

/// The level of a factor in a column of whole numbers, where an image's factors are not known.
const UNKNOWN: i64 = -1;

/// The codes as columns: each image's number, split, label, factors and cluster, as far as there are any, then the mean
/// and the standard deviation of q(z|x), then draws from it.
pub fn codes_columns(codes: &Codes, names: &[String]) -> Vec<Column> {
    let Codes { images, latent, mean, deviation, .. } = codes;
    let mut columns = image_columns(images, names);
    let place = columns.len();
    let clusters: Option<Vec<i64>> = images.iter().map(|image| image.cluster.map(i64::from)).collect();
    columns.extend(clusters.map(|values| Column::new("cluster", Values::Whole(values))));
    columns.push(Column::block("mean", &[*latent], mean.clone()));
    columns.push(Column::block("deviation", &[*latent], deviation.clone()));
    let draws = codes.draws.len() / (images.len() * latent).max(1);
    if draws > 0 {
        columns.push(Column::block("draws", &[draws, *latent], codes.draws.clone()));
    }
    let taken = columns.iter().flat_map(|column| column.names().into_iter().chain([column.name.clone()])).collect();
    columns.splice(place..place, factors(codes, taken));
    columns
}

/// A column for each known factor: its level, from 0, and behind it the level's name where levels are words. Data call
/// their factors what they like: one whose name is `taken` by another column gets a longer one.
fn factors(codes: &Codes, mut taken: HashSet<String>) -> Vec<Column> {
    let mut own = |name: &str| {
        let mut name = name.replace(['/', '\\'], "_");
        while !taken.insert(name.clone()) {
            name.insert_str(0, "factor_");
        }
        name
    };
    let mut columns = Vec::new();
    for (place, factor) in codes.factors.iter().enumerate() {
        let levels: Vec<Option<u8>> = codes.levels.iter().skip(place).step_by(codes.factors.len()).copied().collect();
        let numbers = levels.iter().map(|level| level.map_or(UNKNOWN, i64::from)).collect();
        columns.push(Column::new(own(&factor.name), Values::Whole(numbers)));
        if !factor.level_names.is_empty() {
            let name = |level: Option<u8>| level.map_or("", |level| &factor.level_names[usize::from(level)]).to_owned();
            let texts = levels.into_iter().map(name).collect();
            columns.push(Column::new(own(&format!("{}_name", factor.name)), Values::Text(texts)));
        }
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

//! A look at data before anything is trained: counts, values, labels, repeats, and which likelihoods suit the values.

mod classes;
mod columns;
mod gallery;
mod likelihoods;
mod repeats;
mod values;
mod visit;

pub use classes::ClassCount;
pub use columns::{ColumnFound, Known};
pub use gallery::Gallery;
pub use likelihoods::Verdict;
pub use repeats::Repeats;
pub use values::Values;

use super::{Cancelled, DataError, Dataset, Noun, Split};
use crate::experiment::Binarisation;
use serde::Serialize;
use visit::{each_image, own_splits};

/// The findings of a look at a data set. All values are those that [`Dataset::gather_grey`] gives: before binarisation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Survey {
    /// The name of the source.
    pub source: String,
    /// The noun for one item of the data: image, row or point.
    pub noun: Noun,
    /// Number of training images.
    pub train: usize,
    /// Number of images held out for validation; 0 where the training images serve.
    pub validation: usize,
    /// Number of test images.
    pub test: usize,
    /// Channels, height and width of an image.
    pub shape: [usize; 3],
    /// How the source was read, in sentences; what was passed over is among them.
    pub notes: Vec<String>,
    /// Warnings about the data, in sentences for the user.
    pub warnings: Vec<String>,
    /// The values of all images.
    pub values: Values,
    /// The columns if the items are vectors, each in its own scale; empty for images.
    pub columns: Vec<ColumnFound>,
    /// The labels, with the number of images of each; empty where there are none.
    pub classes: Vec<ClassCount>,
    /// The known factors, each with its number of levels.
    pub factors: Vec<FactorCount>,
    /// Images that are there several times, and constant ones.
    pub repeats: Repeats,
    /// Whether each likelihood suits the values, with the reason.
    pub likelihoods: Vec<Verdict>,
}

/// A known factor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactorCount {
    /// The factor's name.
    pub name: String,
    /// Its number of levels.
    pub levels: usize,
    /// Whether its levels have an order.
    pub ordered: bool,
}

impl Survey {
    /// Look at every image of a data set. `progress` is called with the current activity in words.
    ///
    /// # Errors
    /// The look was called off.
    pub fn of(dataset: &Dataset, progress: &mut dyn FnMut(&str), cancelled: Cancelled<'_>) -> Result<Self, DataError> {
        let shape = dataset.shape();
        let mut values = values::Collector::new(shape.pixels());
        let mut repeats = repeats::Collector::default();
        each_image(dataset, progress, cancelled, "looking at", &mut |split, _, image| {
            values.add(image);
            repeats.add(split, image);
        })?;
        let vectors = dataset.columns();
        let mut counter = values.counter(if vectors.is_some() { columns::BARS } else { 0 });
        each_image(dataset, progress, cancelled, "counting the values of", &mut |_, _, image| counter.add(image))?;
        let columns = vectors.map_or_else(Vec::new, |vectors| {
            let rows = own_splits(dataset).into_iter().map(|split| dataset.len(split) as u64).sum();
            columns::describe(&vectors, rows, &values.spreads(), counter.of_pixels())
        });
        let mut warnings = dataset.warnings();
        warnings.extend(columns::doubts(&columns, &warnings));
        let values = values.finish(counter);
        let held_out = if dataset.validates_on_training() { 0 } else { dataset.len(Split::Validation) };
        let factors = dataset.known_factors().iter();
        Ok(Self {
            source: dataset.name().to_owned(),
            train: dataset.len(Split::Train),
            validation: held_out,
            test: dataset.len(Split::Test),
            noun: dataset.noun(),
            shape: [shape.channels, shape.height, shape.width],
            notes: dataset.notes().to_vec(),
            warnings,
            likelihoods: likelihoods::verdicts(&values, &columns, dataset.binarisation() != Binarisation::None),
            values,
            columns,
            classes: classes::count(dataset),
            factors: factors
                .map(|it| FactorCount { name: it.name.clone(), levels: it.levels, ordered: !it.categorical })
                .collect(),
            repeats: repeats.finish(),
        })
    }
}

//! How many images each label has.

use super::visit::own_splits;
use crate::data::{Dataset, Split};
use serde::Serialize;
use std::collections::BTreeMap;

/// A label and the number of its images in each split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// The label's name.
    pub name: String,
    /// The label itself.
    pub label: u8,
    /// Number of training images.
    pub train: usize,
    /// Number of validation images held out.
    pub validation: usize,
    /// Number of test images.
    pub test: usize,
}

/// The labels that there are, ascending.
pub fn count(dataset: &Dataset) -> Vec<ClassCount> {
    let mut counts: BTreeMap<u8, [usize; 3]> = BTreeMap::new();
    for split in own_splits(dataset) {
        for index in 0..dataset.len(split) {
            if let Some(label) = dataset.label(split, index) {
                counts.entry(label).or_default()[split as usize] += 1;
            }
        }
    }
    let [train, validation, test] = [Split::Train, Split::Validation, Split::Test].map(|split| split as usize);
    let class = |(label, counts): (u8, [usize; 3])| ClassCount {
        name: dataset.label_name(label),
        label,
        train: counts[train],
        validation: counts[validation],
        test: counts[test],
    };
    counts.into_iter().map(class).collect()
}

//! Every image of a data set once.

use crate::data::{Cancelled, DataError, Dataset, Split};

/// Number of images that are looked at between two reports of progress.
const STRETCH: usize = 1_000;

/// The splits that have images of their own.
pub fn own_splits(dataset: &Dataset) -> Vec<Split> {
    let mut splits = vec![Split::Train, Split::Validation, Split::Test];
    splits.retain(|&split| dataset.in_truth(split) == split);
    splits
}

/// Every image of a data set once, split by split.
pub fn each_image(
    dataset: &Dataset,
    progress: &mut dyn FnMut(&str),
    cancelled: Cancelled<'_>,
    doing: &str,
    take: &mut dyn FnMut(Split, usize, &[f32]),
) -> Result<(), DataError> {
    for split in own_splits(dataset) {
        let all = dataset.len(split);
        for start in (0..all).step_by(STRETCH) {
            if cancelled() {
                return Err(DataError::cancelled());
            }
            let (split_of, noun) = (split.adjective(), dataset.noun().one());
            progress(&format!("{doing} {split_of} {noun} {} of {all}", start + 1));
            let indices: Vec<usize> = (start..all.min(start + STRETCH)).collect();
            let images = dataset.gather_grey(split, &indices);
            indices.iter().enumerate().for_each(|(i, &index)| take(split, index, images.image(i)));
        }
    }
    Ok(())
}

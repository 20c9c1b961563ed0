//! Images that are there more than once, and images of one value.

use crate::data::Split;
use serde::Serialize;
use std::collections::HashMap;

/// Images that repeat others, value by value, and images without any content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Repeats {
    /// Number of images that equal one before them in the same split.
    pub duplicates: usize,
    /// Number of validation and test images that equal a training image: what is measured on them is seen in training.
    pub leaked: usize,
    /// Number of images with one value throughout, missing ones left out.
    pub constant_images: usize,
    /// Number of images of which every value is missing.
    pub empty_images: usize,
}

/// The images seen so far, by their hashes, and the repeats among them.
#[derive(Default)]
pub struct Collector {
    /// The splits, as bits, in which an image was seen.
    seen: HashMap<[u8; 16], u8>,
    found: Repeats,
}

impl Collector {
    pub fn add(&mut self, split: Split, image: &[f32]) {
        let mut hasher = blake3::Hasher::new();
        let mut piece = [0; 4 * 256];
        for values in image.chunks(256) {
            // 0 and −0 look the same, and so do missing values.
            let bytes = piece.as_chunks_mut::<4>().0.iter_mut().zip(values);
            bytes.for_each(|(bytes, &value)| {
                *bytes = (if value.is_nan() { f32::NAN } else { value + 0.0 }).to_le_bytes();
            });
            hasher.update(&piece[..4 * values.len()]);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        let seen = self.seen.entry(key).or_default();
        let bit = 1 << split as u8;
        self.found.duplicates += usize::from(*seen & bit != 0);
        // Training images come first.
        let trained = *seen & (1 << Split::Train as u8) != 0;
        self.found.leaked += usize::from(split != Split::Train && trained);
        *seen |= bit;
        let mut known = image.iter().filter(|value| !value.is_nan());
        let first = known.next();
        self.found.constant_images += usize::from(first.is_some() && known.all(|value| Some(value) == first));
        self.found.empty_images += usize::from(first.is_none());
    }

    pub fn finish(self) -> Repeats {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_within_a_split_and_across_splits_are_told_apart() {
        let mut collector = Collector::default();
        let long = vec![0.25; 700];
        let mut other = long.clone();
        other[699] = 0.5;
        for (split, image) in [
            (Split::Train, &long),
            (Split::Train, &other),
            (Split::Train, &other),
            (Split::Validation, &other),
            (Split::Test, &vec![0.0; 700]),
            (Split::Test, &vec![-0.0; 700]),
        ] {
            collector.add(split, image);
        }
        assert_eq!(collector.finish(), Repeats { duplicates: 2, leaked: 1, constant_images: 3, empty_images: 0 });
    }

    #[test]
    fn missing_values_neither_make_an_image_constant_nor_hide_that_it_is() {
        let mut collector = Collector::default();
        for image in [[f32::NAN, 2.0, 2.0], [2.0, f32::NAN, 3.0], [f32::NAN; 3], [-f32::NAN; 3]] {
            collector.add(Split::Train, &image);
        }
        assert_eq!(collector.finish(), Repeats { duplicates: 1, leaked: 0, constant_images: 1, empty_images: 2 });
    }
}

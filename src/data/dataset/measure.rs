//! Numbers that all images of a data set give: the training mean and the fingerprint.

use super::Dataset;
use crate::data::fingerprint::{Fingerprint, Hashing, Part};
use crate::data::item::Item;
use crate::data::{Cancelled, DataError, ImageShape, Split};

/// Number of images between two reports of progress.
const STRETCH: usize = 20_000;

/// Number of images between two questions whether to stop.
const STEP: usize = 1_000;

impl Dataset {
    /// Find the training mean and the fingerprint, in one passage over the images; returns how many training images are
    /// constant.
    ///
    /// # Errors
    /// The reading was called off.
    pub(super) fn measure(
        &mut self,
        progress: &mut dyn FnMut(&str),
        cancelled: Cancelled<'_>,
    ) -> Result<usize, DataError> {
        let mut mean = Mean::of(self.shape().pixels());
        let gaps = self.incomplete || self.hidden.is_some();
        let (mut constant, mut image) = (0, vec![0.0; self.shape().pixels()]);
        let mut part = |split: Split, look: &mut dyn FnMut(u32, Item<'_>)| -> Result<Part, DataError> {
            let (numbers, mut hashing) = (self.splits.of(split), Hashing::default());
            for (i, &number) in numbers.iter().enumerate() {
                if i % STEP == 0 && cancelled() {
                    return Err(DataError::cancelled());
                }
                if i % STRETCH == 0 && i > 0 {
                    progress(&format!("measuring {} image {i} of {}", split.adjective(), numbers.len()));
                }
                let (images, place) = self.place(number);
                let content = images.content(place);
                hashing.add(content.item(), images.observed(place));
                look(number, content.item());
            }
            Ok(hashing.finish())
        };
        let train = part(Split::Train, &mut |number, item| {
            constant += usize::from(item.is_constant());
            self.binariser.expect(item, self.counter(number), &mut image);
            self.hide(number, &mut image);
            if gaps { mean.add_known(&image) } else { mean.add(&image) }
        })?;
        let mut other =
            |split| if self.in_truth(split) == split { part(split, &mut |_, _| ()) } else { Ok(train.clone()) };
        let validation = other(Split::Validation)?;
        let test = if self.is_whole() { train.clone() } else { other(Split::Test)? };
        let ImageShape { channels, height, width } = self.shape();
        self.fingerprint = Fingerprint { shape: [channels, height, width], train, validation, test };
        self.training_mean = mean.finish();
        Ok(constant)
    }
}

/// The mean of each value over images as they come.
struct Mean {
    images: u64,
    sum: Vec<f64>,
    /// In how many images each value is missing.
    missing: Vec<u64>,
}

impl Mean {
    fn of(pixels: usize) -> Self {
        Self { images: 0, sum: vec![0.0; pixels], missing: vec![0; pixels] }
    }

    /// Add an image of which all values are known.
    fn add(&mut self, image: &[f32]) {
        self.images += 1;
        self.sum.iter_mut().zip(image).for_each(|(sum, &value)| *sum += f64::from(value));
    }

    /// Add an image whose missing values are NaN.
    fn add_known(&mut self, image: &[f32]) {
        self.images += 1;
        for ((sum, missing), &value) in self.sum.iter_mut().zip(&mut self.missing).zip(image) {
            *sum += if value.is_nan() { 0.0 } else { f64::from(value) };
            *missing += u64::from(value.is_nan());
        }
    }

    /// The mean of the values that are known; 0 for a value that no image has.
    fn finish(self) -> Vec<f32> {
        let known = self.missing.iter().map(|missing| (self.images - missing).max(1) as f64);
        self.sum.iter().zip(known).map(|(sum, known)| (sum / known) as f32).collect()
    }
}

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
            mean.add(&image);
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
    sum: Vec<f64>,
    known: Vec<u64>,
}

impl Mean {
    fn of(pixels: usize) -> Self {
        Self { sum: vec![0.0; pixels], known: vec![0; pixels] }
    }

    fn add(&mut self, image: &[f32]) {
        for ((sum, known), &value) in self.sum.iter_mut().zip(&mut self.known).zip(image) {
            if !value.is_nan() {
                *sum += f64::from(value);
                *known += 1;
            }
        }
    }

    /// The mean of the values that are known; 0 for a value that no image has.
    fn finish(self) -> Vec<f32> {
        self.sum.iter().zip(self.known).map(|(sum, known)| (sum / known.max(1) as f64) as f32).collect()
    }
}

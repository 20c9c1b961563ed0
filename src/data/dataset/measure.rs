//! Numbers that all images of a data set give: the training mean and the fingerprint.

use super::Dataset;
use crate::data::fingerprint::{Fingerprint, Part};
use crate::data::{ImageShape, Split};

impl Dataset {
    /// The mean of the values that are known; 0 for a value that no training image has.
    pub(super) fn compute_training_mean(&self) -> Vec<f32> {
        let mut sum = vec![0.0f64; self.shape().pixels()];
        let mut missing = vec![0_usize; self.shape().pixels()];
        let mut image = vec![0.0; self.shape().pixels()];
        let train = self.splits.of(Split::Train);
        for &number in train {
            self.binariser.expect(self.grey(number), self.counter(number), &mut image);
            self.hide(number, &mut image);
            for ((sum, missing), &value) in sum.iter_mut().zip(&mut missing).zip(&image) {
                if value.is_nan() {
                    *missing += 1;
                } else {
                    *sum += f64::from(value);
                }
            }
        }
        let known = missing.iter().map(|missing| (train.len() - missing).max(1));
        sum.iter().zip(known).map(|(sum, known)| (sum / known as f64) as f32).collect()
    }

    pub(super) fn compute_fingerprint(&self) -> Fingerprint {
        let ImageShape { channels, height, width } = self.shape();
        let part = |split| Part::of(self.splits.of(split).iter().map(|&number| self.content(number)));
        let train = part(Split::Train);
        let validation = if self.validates_on_training() { train.clone() } else { part(Split::Validation) };
        Fingerprint { shape: [channels, height, width], train, validation, test: part(Split::Test) }
    }
}

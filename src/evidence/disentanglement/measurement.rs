//! The scores of a trained model, in slices.

use super::{Codes, Factor, Scores, Scoring};
use crate::data::{Dataset, Factors, Split};
use crate::model::{Model, Pass};
use burn::tensor::{ExecutionError, Tensor, TensorData};

/// Training images that the scores are made of, at most.
const IMAGES: usize = 10_000;
/// Images encoded in one slice.
const SLICE: usize = 500;

/// The codes of the first training images, as far as they are known.
pub struct Measurement {
    images: usize,
    codes: Codes,
    scoring: Scoring,
}

impl Measurement {
    /// `None` for data whose factors are not known. What is drawn at random follows the seed.
    pub fn new(dataset: &Dataset, latent: usize, seed: u64) -> Option<Self> {
        dataset.factors(Split::Train, 0)?;
        let factors = Factors::NAMES.iter().zip(Factors::LEVELS).enumerate();
        // Shapes have no order.
        let factors = factors.map(|(i, (&name, levels))| Factor { name, levels, categorical: i == 0 }).collect();
        let codes = Codes { means: Vec::new(), latent, levels: Vec::new(), factors };
        Some(Self { images: dataset.len(Split::Train).min(IMAGES), codes, scoring: Scoring::new(seed) })
    }

    /// Work done and in all, in images; a score counts as a slice of them.
    pub fn progress(&self) -> (usize, usize) {
        let (done, all) = (self.scoring.done(), Scoring::slices(self.codes.factors.len()));
        (self.codes.len() + done * SLICE, self.images + all * SLICE)
    }

    /// Encode some more images, or work out one more score; the scores once all are done.
    ///
    /// # Errors
    /// The device's.
    pub fn slice(&mut self, model: &Model, pass: &Pass, dataset: &Dataset) -> Result<Option<Scores>, ExecutionError> {
        let done = self.codes.len();
        if done == self.images {
            return Ok(self.scoring.slice(&self.codes));
        }
        let indices: Vec<usize> = (done..self.images.min(done + SLICE)).collect();
        let images = dataset.gather(Split::Train, &indices);
        let x = TensorData::new(images.pixels.clone(), [images.count, images.pixels_per_image()]);
        let x = Tensor::<2>::from_data(x, &pass.parameters[0].device());
        self.codes.means.extend(model.encode(pass, x).mean().try_into_data()?.iter::<f32>().map(f64::from));
        for index in indices {
            let factors = dataset.factors(Split::Train, index).expect("all images of a data set have factors, or none");
            self.codes.levels.extend(factors.levels);
        }
        Ok(None)
    }
}

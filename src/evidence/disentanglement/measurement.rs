//! The measurement of a trained model's disentanglement scores, in slices.

use super::codes::{Codes, Factor};
use super::scores::Scores;
use super::scoring::Scoring;
use crate::data::{Dataset, Factors, Split};
use crate::model::{Model, Pass};
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Tensor, TensorData};

/// Largest number of training images that scores are computed from.
const IMAGES: usize = 10_000;
/// Number of images that one slice encodes.
const SLICE: usize = 500;

/// A model with its parameters, and the data on which its codes are scored.
pub struct Subject<'a> {
    /// The model whose encoder gives the codes.
    pub model: &'a Model,
    /// The model's parameter values.
    pub pass: Pass<'a>,
    /// Images with known factors.
    pub dataset: &'a Dataset,
}

/// A measurement in progress: it encodes the first training images, then computes their scores.
pub struct Measurement {
    images: usize,
    codes: Codes,
    scoring: Box<Scoring>,
}

impl Measurement {
    /// A measurement whose random draws follow `seed`; `None` for data without known factors.
    pub fn new(dataset: &Dataset, latent: usize, seed: u64) -> Option<Self> {
        dataset.factors(Split::Train, 0)?;
        let factors = Factors::NAMES.iter().zip(Factors::LEVELS).enumerate();
        // Shapes have no order.
        let factors = factors.map(|(i, (&name, levels))| Factor { name, levels, categorical: i == 0 });
        let codes = Codes { means: Vec::new(), latent, levels: Vec::new(), factors: factors.collect() };
        let scoring = Box::new(Scoring::new(codes.factors.len(), seed));
        Some(Self { images: dataset.len(Split::Train).min(IMAGES), codes, scoring })
    }
}

impl Sliced<Subject<'_>> for Measurement {
    type Found = Scores;
    type Error = ExecutionError;

    /// Encode some more images, or compute one more score.
    fn slice(&mut self, subject: &Subject<'_>, threads: usize) -> Result<bool, ExecutionError> {
        let Subject { model, pass, dataset } = subject;
        let done = self.codes.len();
        if done == self.images {
            let Ok(done) = self.scoring.slice(&self.codes, threads);
            return Ok(done);
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
        Ok(false)
    }

    /// Progress counted in images; a score counts as much as a slice of images.
    fn progress(&self) -> Progress {
        let Progress { done, all, .. } = self.scoring.progress();
        let (done, all) = (self.codes.len() + done * SLICE, self.images + all * SLICE);
        Progress { done, all, what: "how the code matches the factors" }
    }

    fn finish(self: Box<Self>) -> Scores {
        self.scoring.finish()
    }
}

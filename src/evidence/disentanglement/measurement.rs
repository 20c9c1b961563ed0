//! The measurement of a trained model's disentanglement scores, in slices.

use super::codes::{Codes, Dice};
use super::scores::Scores;
use super::scoring::Scoring;
use crate::data::{Dataset, Split};
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

/// A measurement in progress: it encodes training images, then computes their scores.
pub struct Measurement {
    /// The training images to encode, ascending.
    images: Vec<usize>,
    codes: Codes,
    scoring: Box<Scoring>,
}

impl Measurement {
    /// A measurement whose random draws follow `seed`; `None` for data without known factors.
    pub fn new(dataset: &Dataset, latent: usize, seed: u64) -> Option<Self> {
        let factors = dataset.known_factors().to_vec();
        if factors.is_empty() {
            return None;
        }
        let codes = Codes { means: Vec::new(), latent, levels: Vec::new(), factors };
        let scoring = Box::new(Scoring::new(codes.factors.len(), seed));
        let all = dataset.len(Split::Train);
        let images = match dataset.has_random_order() {
            true => (0..all.min(IMAGES)).collect(),
            false => drawn(all, IMAGES, seed),
        };
        Some(Self { images, codes, scoring })
    }
}

impl Sliced<Subject<'_>> for Measurement {
    type Found = Scores;
    type Error = ExecutionError;

    /// Encode some more images, or compute one more score.
    fn slice(&mut self, subject: &Subject<'_>, threads: usize) -> Result<bool, ExecutionError> {
        let Subject { model, pass, dataset } = subject;
        let done = self.codes.len();
        if done == self.images.len() {
            let Ok(done) = self.scoring.slice(&self.codes, threads);
            return Ok(done);
        }
        let indices = &self.images[done..self.images.len().min(done + SLICE)];
        let images = dataset.gather(Split::Train, indices);
        let x = TensorData::new(images.pixels.clone(), [images.count, images.pixels_per_image()]);
        let x = Tensor::<2>::from_data(x, &pass.parameters[0].device());
        self.codes.means.extend(model.encode(pass, x).mean().try_into_data()?.iter::<f32>().map(f64::from));
        for &index in indices {
            let levels = dataset.factor_levels(Split::Train, index);
            self.codes.levels.extend(levels.expect("factors are known of all training images, or of none"));
        }
        Ok(false)
    }

    /// Progress counted in images; a score counts as much as a slice of images.
    fn progress(&self) -> Progress {
        let Progress { done, all, .. } = self.scoring.progress();
        let (done, all) = (self.codes.len() + done * SLICE, self.images.len() + all * SLICE);
        Progress { done, all, what: "how the code matches the factors" }
    }

    fn finish(self: Box<Self>) -> Scores {
        self.scoring.finish()
    }
}

/// `count` of `all` images (all of them if they are fewer) by seed, ascending: those of an array often lie in the order
/// of their factors.
fn drawn(all: usize, count: usize, seed: u64) -> Vec<usize> {
    let mut dice = Dice::new(seed, 4);
    let mut images: Vec<usize> = (0..all).collect();
    for i in 0..count.min(all) {
        images.swap(i, i + dice.below(all - i));
    }
    images.truncate(count);
    images.sort_unstable();
    images
}

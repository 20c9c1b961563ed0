//! The request for an evaluation: which images, and by which methods.

use crate::data::Split;
use crate::evidence::{Effort, Methods, ais};

/// A request to evaluate the first `images` of a split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationRequest {
    /// The images' split.
    pub split: Split,
    /// Number of images, from the first.
    pub images: usize,
    /// Number of importance samples per image; for the adaptive method they include the pilot's.
    pub samples: usize,
    /// The methods for log p(x).
    pub methods: Methods,
    /// Number of images that are annealed, from the first; as many simulated images are annealed too.
    pub annealed_images: usize,
    /// Number of annealed chains per image.
    pub chains: usize,
    /// Number of intermediate distributions in annealing.
    pub temperatures: usize,
    /// Number of images, from the first, on which the gap is split in its parts; 0 for none.
    pub gap_images: usize,
    /// Number of draws of z per image for the parts of the KL term; 0 leaves them out.
    pub aggregate_draws: usize,
}

impl EvaluationRequest {
    /// The defaults of `elbow eval`: 1,000 test images, 5,000 samples per image.
    pub fn new() -> Self {
        Self {
            split: Split::Test,
            images: 1_000,
            samples: 5_000,
            methods: Methods::Auto,
            annealed_images: 32,
            chains: 16,
            temperatures: 2_000,
            gap_images: 64,
            aggregate_draws: 1,
        }
    }
}

/// Number of leapfrog steps per annealed transition.
pub(super) const LEAPFROG: usize = 2;

impl EvaluationRequest {
    /// Passes for the bound, and samples per image in each: a twentieth of the importance samples, so that the bound is
    /// known as well as log p(x) and takes little of the time.
    pub(super) fn bound_passes(&self) -> (usize, usize) {
        let samples = (self.samples / 20).clamp(1, 250);
        let passes = samples.min(10);
        (passes, samples / passes)
    }

    /// Samples of z per image for the bound.
    pub(super) fn bound_samples(&self) -> usize {
        let (passes, samples) = self.bound_passes();
        passes * samples
    }

    /// The effort of the methods that the request asks for.
    pub(super) fn effort(&self, seed: u64) -> Effort {
        let Self { samples, chains, temperatures, .. } = *self;
        let annealing = ais::Settings { chains, temperatures, leapfrog: LEAPFROG, seed, ..ais::Settings::default() };
        Effort { annealing, samples, seed, ..Effort::default() }
    }
}

impl Default for EvaluationRequest {
    fn default() -> Self {
        Self::new()
    }
}

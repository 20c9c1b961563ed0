//! What to evaluate, and by which methods.

use crate::data::Split;
use crate::evidence::{Effort, Methods, ais};

/// What to evaluate: the first `images` of a split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationRequest {
    /// Which images.
    pub split: Split,
    /// How many of them, from the first.
    pub images: usize,
    /// Importance samples an image; of the adaptive method the pilot's are among them.
    pub samples: usize,
    /// How log p(x) is measured.
    pub methods: Methods,
    /// The first so many images are annealed, and as many simulated ones.
    pub annealed_images: usize,
    /// Chains an image.
    pub chains: usize,
    /// Intermediate distributions.
    pub temperatures: usize,
    /// The gap is split on the first so many images; 0: not at all.
    pub gap_images: usize,
    /// Draws of z an image for the parts of the KL; 0: none.
    pub aggregate_draws: usize,
}

impl EvaluationRequest {
    /// The contract's defaults: 1,000 test images, 5,000 samples.
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

/// Leapfrog steps of an annealed transition.
pub(super) const LEAPFROG: usize = 2;

impl EvaluationRequest {
    /// How hard the methods try.
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

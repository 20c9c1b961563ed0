//! The report of a run about its training or validation.

use crate::data::Split;
use serde::{Deserialize, Serialize};

/// One row of `metrics.csv`: the bound's terms, averaged over the training images since the last report or over
/// validation images. All information is in nats per image; the KL is not weighted (β = 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Number of optimiser steps taken.
    pub step: u64,
    /// Passes over the training images so far, a fraction included.
    pub epoch: f64,
    /// Number of training images seen so far, with repetitions.
    pub images: u64,
    /// Seconds of training so far, without pauses.
    pub seconds: f64,
    /// The split that the images belong to.
    pub split: Split,
    /// Measured on the whole split rather than on a batch or a fixed part.
    pub whole: bool,
    /// The ELBO E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)], with β = 1.
    pub elbo: f64,
    /// Standard error of `elbo` over images.
    pub elbo_se: f64,
    /// The reconstruction term E_q[log p(x|z)].
    pub reconstruction: f64,
    /// The KL term KL[q(z|x) ‖ p(z)], with β = 1.
    pub kl: f64,
    /// The KL of each latent dimension; the sum is `kl`.
    pub kl_per_dimension: Vec<f32>,
    /// The importance-weighted bound with `samples` samples per image; it equals the ELBO for one sample.
    pub iwae: f64,
    /// Number of Monte Carlo samples K per image.
    pub samples: usize,
    /// The weight β of the KL term at this step; the weighted term is `beta * kl`.
    pub beta: f64,
    /// The learning rate at this step, schedule included.
    pub learning_rate: f64,
    /// Global norm of the gradient before clipping, averaged since the last report; NaN for validation.
    pub gradient_norm: f64,
    /// Training images per second since the last report.
    pub images_per_second: f64,
}

impl Report {
    /// Whether both bounds are finite. (The importance-weighted one can be infinite where the ELBO is not.)
    pub fn is_finite(&self) -> bool {
        self.elbo.is_finite() && self.iwae.is_finite()
    }
}

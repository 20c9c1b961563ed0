//! What a run says about itself.

use crate::data::Split;
use serde::{Deserialize, Serialize};

/// One row of `metrics.csv`: the bound's terms over the images since the last report (training) or over a
/// validation set. Everything in nats per image, KL unweighted (β = 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Optimiser steps taken.
    pub step: u64,
    /// Passes over the training images so far.
    pub epoch: f64,
    /// Training images seen so far.
    pub images: u64,
    /// Seconds of training so far (pauses left out).
    pub seconds: f64,
    /// Which images.
    pub split: Split,
    /// Measured on the whole split rather than on a batch or a fixed subset.
    pub whole: bool,
    /// E_q[log p(x|z)] − KL, β = 1.
    pub elbo: f64,
    /// Standard error of `elbo` over images.
    pub elbo_se: f64,
    /// E_q[log p(x|z)].
    pub reconstruction: f64,
    /// KL[q(z|x) ‖ p(z)].
    pub kl: f64,
    /// KL of each latent dimension; they add up to `kl`.
    pub kl_per_dimension: Vec<f32>,
    /// The importance-weighted bound of `samples` samples an image; the ELBO for one.
    pub iwae: f64,
    /// Monte Carlo samples K.
    pub samples: usize,
    /// The KL's weight at this step; β·KL is `beta * kl`.
    pub beta: f64,
    /// The rate in force, schedule included.
    pub learning_rate: f64,
    /// Global norm of the gradient before clipping, averaged since the last report; NaN for validation.
    pub gradient_norm: f64,
    /// Training throughput since the last report.
    pub images_per_second: f64,
}

impl Report {
    /// Whether both bounds are numbers: the importance-weighted one can be infinite where the ELBO is not.
    pub fn is_finite(&self) -> bool {
        self.elbo.is_finite() && self.iwae.is_finite()
    }
}

//! The continuous Bernoulli on [0, 1] (Loaiza-Ganem & Cunningham 2019); the decoder gives logits ℓ.
//!
//! The density is C(λ)·λˣ(1 − λ)¹⁻ˣ with λ = sigmoid(ℓ), which equals e^(ℓx) divided by its integral (e^ℓ − 1)/ℓ. The
//! normaliser C(λ) = 2 artanh(1 − 2λ)/(1 − 2λ), which cancels near λ = ½, is ℓ/tanh(ℓ/2) in terms of the logit.

use super::{Likelihood, PixelNoise, by_row, by_sample};
use crate::kernels::continuous_bernoulli_log_prob;
use crate::model::math::log_sinhc;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// Continuous Bernoulli likelihood: log p(x|z) = Σ (x − ½)·ℓ − log(sinh(ℓ/2)/(ℓ/2)), in nats.
pub struct ContinuousBernoulli;

impl ContinuousBernoulli {
    pub fn new(_layout: &mut Layout) -> Self {
        Self
    }
}

impl Likelihood for ContinuousBernoulli {
    fn log_prob(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
        continuous_bernoulli_log_prob(images, output)
    }

    fn log_prob_per_pixel(&self, _pass: &Pass, images: Tensor<2>, output: Tensor<2>) -> Tensor<2> {
        let (x, logits) = by_sample(images, output);
        by_row((x - 0.5) * logits.clone() - log_sinhc(logits * 0.5))
    }

    /// E[x|z] = ½ + ½(coth h − 1/h) with h = ℓ/2.
    fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        let h = output * 0.5;
        let near = h.clone().abs().lower_elem(0.1);
        // coth h − 1/h = h/3 − h³/45 + …, below 3e-8 off at 0.1.
        let series = h.clone() / 3.0 - h.clone().powi_scalar(3) / 45.0;
        let far = h.clone().tanh().recip() - h.recip();
        far.mask_where(near, series) * 0.5 + 0.5
    }

    /// A draw by inverting the distribution function u = (e^(ℓx) − 1)/(e^ℓ − 1), from the end at which it is steep.
    fn draw(&self, _pass: &Pass, output: Tensor<2>, noise: PixelNoise) -> Tensor<2> {
        let steep_at_1 = output.clone().greater_elem(0.0);
        let u = noise.uniform;
        let u = u.clone().mask_where(steep_at_1.clone(), u.neg() + 1.0);
        let rate = output.abs().clamp_min(1e-3);
        let from_end = (u * (rate.clone().neg().exp() - 1.0)).log1p() / rate.neg();
        from_end.clone().mask_where(steep_at_1, from_end.neg() + 1.0)
    }

    fn output_bias(&self, training_mean: &[f32]) -> Vec<f32> {
        training_mean.iter().map(|&mean| logit_of_mean(mean)).collect()
    }
}

/// The logit ℓ of the continuous Bernoulli with a given mean, by bisection, kept within ±50 (means from 0.02 to 0.98).
pub fn logit_of_mean(mean: f32) -> f32 {
    let mean_at = |logit: f64| match logit / 2.0 {
        h if h.abs() < 1e-3 => 0.5 + h / 6.0,
        h => 0.5 + 0.5 * (h.tanh().recip() - h.recip()),
    };
    let (mut low, mut high) = (-50.0, 50.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if mean_at(middle) < f64::from(mean) { low = middle } else { high = middle }
    }
    (0.5 * (low + high)) as f32
}

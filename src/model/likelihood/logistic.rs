//! The logistic distribution, discretised to the 256 grey levels k/255 (Salimans et al. 2017, section 2.1): its mean
//! and draws from it. Its probabilities are [`discretised_logistic`](crate::kernels::discretised_logistic).

use crate::kernels::softplus;
use burn::tensor::Tensor;

/// The smallest log s, at which a single level has nearly all the probability.
const LOG_SCALE_MIN: f64 = -7.5;

/// The decoder's output for log s before training.
pub const LOG_SCALE_START: f32 = -2.0;

/// The mean of a logistic clipped to [0, 1], s·(softplus(m/s) − softplus((m − 1)/s)); the mean of its discretised form
/// is within a quarter of a level.
pub fn mean<const D: usize>(mean: Tensor<D>, log_scale: Tensor<D>) -> Tensor<D> {
    let scale = log_scale.clamp_min(LOG_SCALE_MIN).exp();
    (softplus(mean.clone() / scale.clone()) - softplus((mean - 1.0) / scale.clone())) * scale
}

/// A level drawn from the discretised logistic by uniforms on (0, 1).
pub fn draw<const D: usize>(mean: Tensor<D>, log_scale: Tensor<D>, uniform: Tensor<D>) -> Tensor<D> {
    let scale = log_scale.clamp_min(LOG_SCALE_MIN).exp();
    let logit = uniform.clone().log() - uniform.neg().log1p();
    ((mean + logit * scale).clamp(0.0, 1.0) * 255.0).round() / 255.0
}

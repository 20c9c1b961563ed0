//! The logistic distribution, discretised to the 256 grey levels k/255 (Salimans et al. 2017, section 2.1): each level
//! has the probability of the interval of width 1/255 around it; black and white also have everything beyond.

use crate::kernels::softplus;
use crate::model::math::log_1m_exp;
use burn::tensor::Tensor;

/// Half the distance between two levels.
const HALF: f64 = 0.5 / 255.0;

/// The smallest log s, at which a single level has nearly all the probability.
const LOG_SCALE_MIN: f64 = -7.5;

/// The decoder's output for log s before training.
pub const LOG_SCALE_START: f32 = -2.0;

/// log P(x) in nats of levels x under discretised logistics with mean m and scale s, of shapes that broadcast.
///
/// With a, b = (x ± 1/510 − m)/s, the probability is sigmoid(a) − sigmoid(b) = sigmoid(a)·sigmoid(−b)·(1 − e^(b−a)): a
/// sum of logarithms, each accurate however far x is from m. For black only the first factor counts, for white only the
/// second.
pub fn log_prob<const D: usize>(x: Tensor<D>, mean: Tensor<D>, log_scale: Tensor<D>) -> Tensor<D> {
    let precision = log_scale.clamp_min(LOG_SCALE_MIN).neg().exp();
    let not_white = x.clone().lower_elem(1.0 - HALF).float();
    let not_black = x.clone().greater_elem(HALF).float();
    let centre = (x - mean) * precision.clone();
    let half = precision * HALF;
    let below = softplus((centre.clone() + half.clone()).neg()) * not_white.clone();
    let above = softplus(centre - half.clone()) * not_black.clone();
    log_1m_exp(half * 2.0) * not_white * not_black - below - above
}

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

//! The logistic distribution discretised to the 256 grey levels k/255 (Salimans et al. 2017, section 2.1): each level
//! has the probability of the interval of width 1/255 around it, black and white all that lies beyond.

use crate::kernels::softplus;
use crate::model::math::log_1m_exp;
use burn::tensor::Tensor;

/// Half the distance of two levels.
const HALF: f64 = 0.5 / 255.0;

/// The smallest log s, where a level gets nearly all.
const LOG_SCALE_MIN: f64 = -7.5;

/// log s as the decoder's output starts.
pub const LOG_SCALE_START: f32 = -2.0;

/// log P(x) of levels x under logistics of mean m and scale s, all of shapes that broadcast.
///
/// With a, b = (x ± 1/510 − m)/s, sigmoid(a) − sigmoid(b) = sigmoid(a)·sigmoid(−b)·(1 − e^(b−a)): a sum of logarithms,
/// each exact however far out x lies; black has only the first, white only the second.
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

/// The mean of the logistic clipped to [0, 1], s·(softplus(m/s) − softplus((m − 1)/s)); that of the levels is within a
/// quarter of a level of it.
pub fn mean<const D: usize>(mean: Tensor<D>, log_scale: Tensor<D>) -> Tensor<D> {
    let scale = log_scale.clamp_min(LOG_SCALE_MIN).exp();
    (softplus(mean.clone() / scale.clone()) - softplus((mean - 1.0) / scale.clone())) * scale
}

/// The level drawn by a uniform.
pub fn draw<const D: usize>(mean: Tensor<D>, log_scale: Tensor<D>, uniform: Tensor<D>) -> Tensor<D> {
    let scale = log_scale.clamp_min(LOG_SCALE_MIN).exp();
    let logit = uniform.clone().log() - uniform.neg().log1p();
    ((mean + logit * scale).clamp(0.0, 1.0) * 255.0).round() / 255.0
}

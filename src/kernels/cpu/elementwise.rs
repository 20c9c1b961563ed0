//! Element-wise operations between two matrix products, each in one pass over memory.

use super::LANES;
use super::function::{Function, with_function};
use crate::experiment::Activation;
use crate::kernels::levels::{HALF_LEVEL, LOG_SCALES};
use crate::kernels::vector::{self, vectorised};

/// y ← f(y + b), with one entry of b per column.
pub fn bias_and_activation(y: &mut [f32], bias: &[f32], activation: Activation) {
    with_function!(activation, F => map_rows::<F>(y, bias));
}

vectorised! {
    fn map_rows<F: Function>(y: &mut [f32], bias: &[f32]) {
        for row in y.chunks_exact_mut(bias.len()) {
            for (y, b) in row.iter_mut().zip(bias) {
                *y = F::value(*y + b);
            }
        }
    }
}

/// y ← f(y + b), with one entry of b per channel of `area` positions.
pub fn channel_bias_and_activation(y: &mut [f32], bias: &[f32], area: usize, activation: Activation) {
    with_function!(activation, F => map_channels::<F>(y, bias, area));
}

vectorised! {
    fn map_channels<F: Function>(y: &mut [f32], bias: &[f32], area: usize) {
        for map in y.chunks_exact_mut(bias.len() * area) {
            for (channel, b) in map.chunks_exact_mut(area).zip(bias) {
                for y in channel {
                    *y = F::value(*y + b);
                }
            }
        }
    }
}

/// y ← f(y).
pub fn activate(y: &mut [f32], activation: Activation) {
    with_function!(activation, F => map::<F>(y));
}

vectorised! {
    fn map<F: Function>(y: &mut [f32]) {
        for y in y {
            *y = F::value(*y);
        }
    }
}

/// f(x); x is overwritten by f′(x).
pub fn activate_and_slope(x: &mut [f32], activation: Activation) -> Vec<f32> {
    // A few at a time, so that what is copied is still in cache.
    const CHUNK: usize = 1 << 11;
    let mut y = Vec::with_capacity(x.len());
    for x in x.chunks_mut(CHUNK) {
        let start = y.len();
        y.extend_from_slice(x);
        with_function!(activation, F => map_and_slope::<F>(&mut y[start..], x));
    }
    y
}

vectorised! {
    /// y ← f(y), slope ← f′(y).
    fn map_and_slope<F: Function>(y: &mut [f32], slope: &mut [f32]) {
        for (y, slope) in y.iter_mut().zip(slope) {
            let x = *y;
            (*y, *slope) = (F::value(x), F::slope(x));
        }
    }
}

/// g ← g·f′, with the derivative f′ computed from what the forward pass has kept.
pub fn activation_gradient(gradient: &mut [f32], kept: &[f32], activation: Activation) {
    with_function!(activation, F => map_back::<F>(gradient, kept));
}

vectorised! {
    fn map_back<F: Function>(gradient: &mut [f32], kept: &[f32]) {
        for (g, kept) in gradient.iter_mut().zip(kept) {
            *g = F::backward(*kept, *g);
        }
    }
}

vectorised! {
    /// y ← y·m, where m is 1/keep if a uniform number is below `keep`, else 0; m overwrites the numbers.
    pub fn drop_out(y: &mut [f32], uniform: &mut [f32], keep: f32) {
        let kept = 1.0 / keep;
        for (y, m) in y.iter_mut().zip(uniform) {
            *m = if *m < keep { kept } else { 0.0 };
            *y *= *m;
        }
    }
}

vectorised! {
    /// sums ← sums + Σ over rows and positions, separately for each channel.
    pub fn add_channels(sums: &mut [f32], rows: &[f32], area: usize) {
        for map in rows.chunks_exact(sums.len() * area) {
            for (channel, sum) in map.chunks_exact(area).zip(sums.iter_mut()) {
                let mut lanes = [0.0_f32; LANES];
                let mut chunks = channel.chunks_exact(LANES);
                for chunk in chunks.by_ref() {
                    for (lane, v) in lanes.iter_mut().zip(chunk) {
                        *lane += v;
                    }
                }
                *sum += lanes.iter().sum::<f32>() + chunks.remainder().iter().sum::<f32>();
            }
        }
    }
}

vectorised! {
    /// sums ← sums + Σ over rows.
    pub fn add_rows(sums: &mut [f32], rows: &[f32]) {
        for row in rows.chunks_exact(sums.len()) {
            for (sum, v) in sums.iter_mut().zip(row) {
                *sum += v;
            }
        }
    }
}

// Plain loops below: what an iterator's `map` and `sum` are given is compiled apart, without the vector instructions.

vectorised! {
    /// The Bernoulli log-likelihood of each row of logits, in nats.
    pub fn bernoulli(sums: &mut [f32], images: &[f32], logits: &[f32], pixels: usize) {
        let rows = images.len() / pixels;
        for (index, (sum, logits)) in sums.iter_mut().zip(logits.chunks_exact(pixels)).enumerate() {
            let image = &images[(index % rows) * pixels..][..pixels];
            *sum = 0.0;
            for (x, logits) in image.chunks(STRETCH).zip(logits.chunks(STRETCH)) {
                let mut log_prob = LogProb::new();
                let (x, x_rest) = x.as_chunks::<LANES>();
                let (logits, rest) = logits.as_chunks::<LANES>();
                for (x, logits) in x.iter().zip(logits) {
                    for lane in 0..LANES {
                        log_prob.add(lane, x[lane], logits[lane]);
                    }
                }
                *sum += log_prob.total();
                for (x, logit) in x_rest.iter().zip(rest) {
                    *sum += x * logit - vector::softplus(*logit);
                }
            }
        }
    }
}

vectorised! {
    /// log P(x) of levels under discretised logistics, which overwrites their means.
    pub fn logistic(x: &[f32], mean: &mut [f32], log_scale: &[f32]) {
        for ((x, mean), log_scale) in x.iter().zip(mean).zip(log_scale) {
            *mean = logistic_at(*x, *mean, *log_scale)[0];
        }
    }
}

vectorised! {
    /// log P(x) of levels under discretised logistics; means and log scales are overwritten by its derivatives with
    /// respect to them.
    pub fn logistic_and_slopes(value: &mut [f32], x: &[f32], mean: &mut [f32], log_scale: &mut [f32]) {
        for (((value, x), mean), log_scale) in value.iter_mut().zip(x).zip(mean).zip(log_scale) {
            [*value, *mean, *log_scale] = logistic_at(*x, *mean, *log_scale);
        }
    }
}

/// log P(x) of a level under a discretised logistic, and its derivatives with respect to mean and log scale.
#[inline(always)]
pub fn logistic_at(x: f32, mean: f32, log_scale: f32) -> [f32; 3] {
    // Comparisons, not `min` and `max`, which would turn NaN into a number.
    let bounded = if log_scale < LOG_SCALES[0] { LOG_SCALES[0] } else { log_scale };
    let bounded = if bounded > LOG_SCALES[1] { LOG_SCALES[1] } else { bounded };
    let precision = vector::exp(-bounded);
    let (centre, half) = ((x - mean) * precision, precision * HALF_LEVEL);
    let not_white = if x < 1.0 - HALF_LEVEL { 1.0 } else { 0.0 };
    let not_black = if x > HALF_LEVEL { 1.0 } else { 0.0 };
    // log(1 + eᵘ) and sigmoid(u) by one exponential.
    let logit = |u: f32| {
        let t = vector::exp_of_term(-u.abs());
        ((if u < 0.0 { 0.0 } else { u }) + vector::log1p_unit(t), (if u >= 0.0 { 1.0 } else { t }) / (1.0 + t))
    };
    let (below, by_below) = logit(-(centre + half));
    let (above, by_above) = logit(centre - half);
    let (by_below, by_above, both) = (by_below * not_white, by_above * not_black, not_white * not_black);
    // The width of a level, d: 1 − e^−d, and d's derivative 1/(eᵈ − 1).
    let width = 2.0 * half;
    let share = vector::ln(-vector::expm1(-width));
    let by_width = 1.0 / vector::expm1(width);
    let value = share * both - below * not_white - above * not_black;
    let by_centre = by_below - by_above;
    let by_half = by_below + by_above + 2.0 * by_width * both;
    let by_scale = -(centre * by_centre + half * by_half);
    // Both are false of NaN.
    let (below, beyond) = (log_scale < LOG_SCALES[0], log_scale > LOG_SCALES[1]);
    [value, -precision * by_centre, if below | beyond { 0.0 } else { by_scale }]
}

vectorised! {
    /// The Bernoulli log-likelihood of each row of logits, in nats; the logits are overwritten by x − sigmoid(ℓ).
    pub fn bernoulli_and_residual(sums: &mut [f32], images: &[f32], logits: &mut [f32], pixels: usize) {
        let rows = images.len() / pixels;
        for (index, (sum, logits)) in sums.iter_mut().zip(logits.chunks_exact_mut(pixels)).enumerate() {
            let image = &images[(index % rows) * pixels..][..pixels];
            *sum = 0.0;
            for (x, logits) in image.chunks(STRETCH).zip(logits.chunks_mut(STRETCH)) {
                let mut log_prob = LogProb::new();
                let (x, x_rest) = x.as_chunks::<LANES>();
                let (logits, rest) = logits.as_chunks_mut::<LANES>();
                for (x, logits) in x.iter().zip(logits) {
                    for lane in 0..LANES {
                        let logit = logits[lane];
                        let t = log_prob.add(lane, x[lane], logit);
                        logits[lane] = x[lane] - (if logit >= 0.0 { 1.0 } else { t }) / (1.0 + t);
                    }
                }
                *sum += log_prob.total();
                for (x, logit) in x_rest.iter().zip(rest) {
                    *sum += x * *logit - vector::softplus(*logit);
                    *logit = x - vector::sigmoid(*logit);
                }
            }
        }
    }
}

/// Number of pixels whose log-likelihood is summed with one logarithm per lane; see [`LogProb`].
const STRETCH: usize = 96 * LANES;

/// Accumulates Σ x·ℓ − softplus(ℓ) with few logarithms. Since softplus(ℓ) = max(ℓ, 0) + log(1 + e^−|ℓ|), the factors 1
/// + e^−|ℓ| ≤ 2 are multiplied, at most 96 per lane, and one logarithm of the product serves them all.
struct LogProb {
    linear: [f32; LANES],
    product: [f32; LANES],
}

impl LogProb {
    #[inline(always)]
    fn new() -> Self {
        Self { linear: [0.0; LANES], product: [1.0; LANES] }
    }

    /// Add one pixel; returns e^−|ℓ|.
    #[inline(always)]
    fn add(&mut self, lane: usize, x: f32, logit: f32) -> f32 {
        let t = vector::exp(-logit.abs());
        // NaN stays NaN in this sum, even if the product below loses it.
        self.linear[lane] += x.mul_add(logit, if logit > 0.0 { -logit } else { 0.0 });
        self.product[lane] *= 1.0 + t;
        t
    }

    #[inline(always)]
    fn total(&self) -> f32 {
        let mut total = 0.0;
        for lane in 0..LANES {
            total += self.linear[lane] - vector::ln(self.product[lane]);
        }
        total
    }
}

vectorised! {
    /// Multiply each row by its factor.
    pub fn scale_rows(rows: &mut [f32], factors: &[f32]) {
        let columns = rows.len() / factors.len();
        for (row, factor) in rows.chunks_exact_mut(columns).zip(factors) {
            row.iter_mut().for_each(|v| *v *= factor);
        }
    }
}

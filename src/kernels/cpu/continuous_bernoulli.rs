//! The continuous Bernoulli log-likelihood, forwards and backwards in one pass.

use super::LANES;
use crate::kernels::vector::{self, vectorised};

vectorised! {
    /// The continuous Bernoulli log-likelihood of each row of logits, in nats; the logits are overwritten by its
    /// derivatives.
    pub fn log_prob_and_residual(sums: &mut [f32], images: &[f32], logits: &mut [f32], pixels: usize) {
        let rows = images.len() / pixels;
        for (index, (sum, logits)) in sums.iter_mut().zip(logits.chunks_exact_mut(pixels)).enumerate() {
            let image = &images[(index % rows) * pixels..][..pixels];
            let mut totals = [0.0; LANES];
            let (x, x_rest) = image.as_chunks::<LANES>();
            let (logits, rest) = logits.as_chunks_mut::<LANES>();
            for (x, logits) in x.iter().zip(logits) {
                for lane in 0..LANES {
                    let (value, residual) = at(x[lane], logits[lane]);
                    totals[lane] += value;
                    logits[lane] = residual;
                }
            }
            *sum = 0.0;
            for (x, logit) in x_rest.iter().zip(rest) {
                let (value, residual) = at(*x, *logit);
                *sum += value;
                *logit = residual;
            }
            for total in totals {
                *sum += total;
            }
        }
    }
}

/// (x − ½)·ℓ − log(sinh(h)/h) with h = ℓ/2, and its derivative with respect to ℓ, x − ½ − ½·(coth h − 1/h).
#[inline(always)]
fn at(x: f32, logit: f32) -> (f32, f32) {
    let h = 0.5 * logit;
    let (a, s) = (h.abs(), h * h);
    // Below ½ by series in h², whose next terms are below 1e-8; else by 1 − e^−2|h|.
    let near = a < 0.5;
    let series = s * (s * (s * (s * (-1.0 / 37_800.0) + 1.0 / 2_835.0) - 1.0 / 180.0) + 1.0 / 6.0);
    let slope_series =
        a * (s * (s * (s * (s * (2.0 / 93_555.0) - 1.0 / 4_725.0) + 2.0 / 945.0) - 1.0 / 45.0) + 1.0 / 3.0);
    let share = -vector::expm1(-2.0 * a);
    let far = a + vector::ln(share / (2.0 * a));
    let slope_far = (2.0 - share) / share - 1.0 / a;
    let slope = (if near { slope_series } else { slope_far }).copysign(h);
    let centred = x - 0.5;
    (centred * logit - if near { series } else { far }, centred - 0.5 * slope)
}

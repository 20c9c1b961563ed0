//! The Monte Carlo estimate of the bound.

use super::model::LatentCurve;
use super::posterior::Q;
use crate::random::{Purpose, Stream};

/// An estimate of the ELBO from K draws of z, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimates {
    /// The K draws z ~ q(z|x).
    pub z: Vec<f64>,
    /// 1/K Σ_k log p(x|z_k) − KL[q ‖ p(z)], as the objective of a VAE is estimated (Kingma & Welling 2013, eq. 7).
    pub bound: f64,
}

/// The noise of draw `draw` of estimate `number`: three standard normal numbers.
pub(super) fn noise(seed: u64, number: u64, draw: usize) -> [f64; 3] {
    let mut noise = [0.0_f32; 4];
    Stream::new(seed, Purpose::Tour).fill_normal_from(number, 4 * draw, &mut noise);
    [noise[0], noise[1], noise[2]].map(f64::from)
}

/// Estimate number `number` of a seed, from `samples` draws (at least one).
pub fn estimates(model: &LatentCurve, x: f64, q: &Q, samples: usize, seed: u64, number: u64) -> Estimates {
    let samples = samples.max(1);
    let z: Vec<f64> = (0..samples).map(|draw| q.draw(noise(seed, number, draw))).collect();
    let likelihood = z.iter().map(|&z| model.log_likelihood(x, z)).sum::<f64>() / samples as f64;
    Estimates { bound: likelihood - q.kl_to_prior(), z }
}

/// The standard deviation of an estimate from `samples` draws: that of log p(x|z) under q, over √K.
pub fn spread(model: &LatentCurve, x: f64, q: &Q, samples: usize) -> f64 {
    let mean = q.expectation(|z| model.log_likelihood(x, z));
    let variance = q.expectation(|z| (model.log_likelihood(x, z) - mean).powi(2));
    (variance / samples.max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tour::{Bump, Identity};

    #[test]
    fn estimates_scatter_about_the_bound_as_one_over_the_root_of_k() {
        let model = LatentCurve::default();
        let q = Q::Skewed(Bump { mean: 0.3, deviation: 0.5 }, 1.5);
        let exact = Identity::of(&model, 0.7, &q).elbo();
        for samples in [1, 4, 16] {
            let found: Vec<f64> = (0..2_000).map(|i| estimates(&model, 0.7, &q, samples, 1, i).bound).collect();
            let mean = found.iter().sum::<f64>() / found.len() as f64;
            let deviation = (found.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / found.len() as f64).sqrt();
            let expected = spread(&model, 0.7, &q, samples);
            assert!((mean - exact).abs() < 4.0 * expected / (found.len() as f64).sqrt(), "{samples}: {mean}, {exact}");
            // The error's distribution has a heavy tail, so that its spread is known less well than a normal one's.
            assert!((deviation / expected - 1.0).abs() < 0.15, "{samples}: {deviation}, not {expected}");
        }
    }
}

//! InfoVAE: the maximum mean discrepancy (MMD) between q(z) and the prior.

use super::{Codes, Penalty};
use burn::tensor::Tensor;

/// `weight`·MMD²[q(z), N(0, I)] (Gretton et al. 2012, eq. 3) with the kernel exp(−|z − z'|²/d²) in d dimensions, as in
/// Zhao, Song & Ermon 2017. Their α is 1 − β and their λ is `weight` − α + 1, so that β = 0 gives their MMD-VAE.
/// Expectations over the prior are integrals in closed form, so that q's samples are the only noise; the estimate is
/// unbiased.
pub struct Mmd {
    /// The factor on the discrepancy.
    pub weight: f64,
}

impl Penalty for Mmd {
    fn value(&self, codes: Codes) -> Tensor<1> {
        discrepancy(codes.z) * self.weight
    }
}

/// MMD²[q, N(0, I)] from samples of q, `B × d`; a tensor with one entry.
fn discrepancy(z: Tensor<2>) -> Tensor<1> {
    let [images, latent] = z.dims();
    let (n, d) = (images as f64, latent as f64);
    // exp(−|z − z'|²/2h²).
    let h2 = d * d / 2.0;
    let squares = z.clone().square().sum_dim(1);
    // E over z' ~ N(0, I) of the kernel, and over both.
    let with_prior = (squares.clone() * (-0.5 / (1.0 + h2))).exp().mean() * (h2 / (1.0 + h2)).powf(d / 2.0);
    let of_prior = (h2 / (2.0 + h2)).powf(d / 2.0);
    let distances = squares.clone() + squares.transpose() - z.clone().matmul(z.transpose()) * 2.0;
    // A point is at distance 0 from itself: the diagonal adds n ones to the sum, which are taken off.
    let pairs = (distances.clamp_min(0.0) * (-0.5 / h2)).exp().sum() - n;
    pairs / (n * (n - 1.0).max(1.0)) - with_prior * 2.0 + of_prior
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::read;
    use crate::random::{Purpose, Stream};
    use burn::tensor::{Device, TensorData};

    /// `count` points of N(centre, σ²I) in d dimensions.
    fn points(count: usize, d: usize, centre: f32, sigma: f32, counter: u64) -> Tensor<2> {
        let mut values = vec![0.0; count * d];
        Stream::new(4, Purpose::Prior).fill_normal(counter, &mut values);
        values.iter_mut().for_each(|v| *v = centre + sigma * *v);
        Tensor::from_data(TensorData::new(values, [count, d]), &Device::flex())
    }

    /// MMD² of N(m·1, σ²I) and N(0, I): every expectation of the kernel is a Gaussian integral.
    fn exact(d: usize, centre: f64, sigma: f64) -> f64 {
        let (d, s2) = (d as f64, sigma * sigma);
        let h2 = d * d / 2.0;
        let kernel = |variance: f64, distance2: f64| {
            (h2 / (h2 + variance)).powf(d / 2.0) * (-0.5 * distance2 / (h2 + variance)).exp()
        };
        kernel(2.0 * s2, 0.0) - 2.0 * kernel(1.0 + s2, d * centre * centre) + kernel(2.0, 0.0)
    }

    #[test]
    fn samples_give_the_discrepancy_of_their_distributions() {
        for (d, centre, sigma) in [(2, 0.0, 1.0), (2, 1.0, 0.5), (5, 0.5, 1.5), (10, 0.0, 0.1)] {
            let repeats: Vec<f64> = (0..40).map(|i| read(discrepancy(points(200, d, centre, sigma, i)))[0]).collect();
            let mean = repeats.iter().sum::<f64>() / 40.0;
            let variance = repeats.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / 39.0;
            let expected = exact(d, f64::from(centre), f64::from(sigma));
            let error = (mean - expected).abs();
            assert!(error < 4.0 * (variance / 40.0).sqrt() + 1e-5, "d = {d}: {mean}, not {expected}");
        }
    }
}

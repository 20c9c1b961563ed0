//! A Gaussian fitted by its moments.

use crate::evidence::marginal::cholesky;

/// Share of the mean variance that is added to each variance, so that a dimension that codes nothing does no harm.
const RIDGE: f64 = 1e-6;

/// The Gaussian N(m, L·Lᵀ).
pub struct Gaussian {
    mean: Vec<f64>,
    /// The Cholesky factor L, lower triangular, row by row.
    factor: Vec<f64>,
}

impl Gaussian {
    /// The Gaussian with the mean and covariance of codes, `rows × latent`.
    pub fn fit(codes: &[f64], latent: usize) -> Self {
        let rows = (codes.len() / latent) as f64;
        let mut mean = vec![0.0; latent];
        codes.chunks(latent).for_each(|z| mean.iter_mut().zip(z).for_each(|(mean, z)| *mean += z / rows));
        let mut covariance = vec![0.0; latent * latent];
        for z in codes.chunks(latent) {
            let centred: Vec<f64> = z.iter().zip(&mean).map(|(z, mean)| z - mean).collect();
            for (i, a) in centred.iter().enumerate() {
                let row = &mut covariance[i * latent..][..=i];
                row.iter_mut().zip(&centred).for_each(|(entry, b)| *entry += a * b / rows);
            }
        }
        let trace: f64 = (0..latent).map(|i| covariance[i * latent + i]).sum();
        let ridge = RIDGE * (trace / latent as f64) + f64::MIN_POSITIVE;
        (0..latent).for_each(|i| covariance[i * latent + i] += ridge);
        Self { mean, factor: cholesky(&covariance, latent) }
    }

    /// The whitened code L⁻¹(z − m).
    pub fn whiten(&self, z: &[f64]) -> Vec<f64> {
        let n = z.len();
        let mut white = vec![0.0; n];
        for i in 0..n {
            let row = &self.factor[i * n..][..=i];
            let sum: f64 = row[..i].iter().zip(&white).map(|(l, w)| l * w).sum();
            white[i] = (z[i] - self.mean[i] - sum) / row[i];
        }
        white
    }

    /// The code m + L·u of a whitened code u.
    pub fn colour(&self, white: &[f64]) -> Vec<f64> {
        let row = |i: usize| self.factor[i * white.len()..][..=i].iter().zip(white).map(|(l, w)| l * w).sum::<f64>();
        (0..white.len()).map(|i| self.mean[i] + row(i)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_codes_have_mean_zero_and_covariance_one_and_are_coloured_back() {
        // A lattice, sheared; the third dimension is the first again, but for a little.
        let codes: Vec<f64> = (0..60)
            .flat_map(|i| {
                let (a, b) = (f64::from(i % 10), f64::from(i / 10));
                [3.0 + a + 2.0 * b, b - 0.5 * a, 100.0 + a + 2.0 * b + 0.1 * f64::from(i * i % 7)]
            })
            .collect();
        let gaussian = Gaussian::fit(&codes, 3);
        let white: Vec<Vec<f64>> = codes.chunks(3).map(|z| gaussian.whiten(z)).collect();
        for i in 0..3 {
            let mean = white.iter().map(|w| w[i]).sum::<f64>() / 60.0;
            assert!(mean.abs() < 1e-9, "mean {i}: {mean}");
            for j in 0..2 {
                let covariance = white.iter().map(|w| w[i] * w[j]).sum::<f64>() / 60.0;
                assert!((covariance - f64::from(u8::from(i == j))).abs() < 1e-3, "{i}, {j}: {covariance}");
            }
        }
        for (z, white) in codes.chunks(3).zip(&white) {
            assert!(gaussian.colour(white).iter().zip(z).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }

    #[test]
    fn codes_that_never_vary_are_sampled_as_they_are() {
        let gaussian = Gaussian::fit(&[1.0, 2.0, 1.0, 2.0], 2);
        let z = gaussian.colour(&[1.0, -1.0]);
        assert!((z[0] - 1.0).abs() < 1e-6 && (z[1] - 2.0).abs() < 1e-6, "{z:?}");
    }
}

//! DIP-VAE: disentangled inferred prior.

use super::{Codes, Penalty};
use burn::tensor::Tensor;

/// λ_od Σ_{i≠j} C_ij² + λ_d Σ_i (C_ii − 1)² (Kumar, Sattigeri & Balakrishnan 2018, eq. 6 and 7): C is the covariance over
/// the batch of the posterior means (DIP-VAE-I), or that of q(z), which adds E[diag σ²] (DIP-VAE-II).
pub struct Dip {
    pub off_diagonal: f64,
    pub diagonal: f64,
    /// DIP-VAE-II.
    pub of_aggregate: bool,
}

impl Penalty for Dip {
    fn value(&self, codes: Codes) -> Tensor<1> {
        let [images, latent] = codes.mean.dims();
        let centred = codes.mean.clone() - codes.mean.mean_dim(0);
        let covariance = centred.clone().transpose().matmul(centred) / images as f64;
        let eye = Tensor::<2>::eye(latent, &covariance.device().without_autodiff());
        let mut variances = (covariance.clone() * eye.clone()).sum_dim(0);
        if self.of_aggregate {
            variances = variances + codes.deviation.square().mean_dim(0);
        }
        let off_diagonal = (covariance * (-eye + 1.0)).square().sum();
        off_diagonal * self.off_diagonal + (variances - 1.0).square().sum() * self.diagonal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::weights::tests::read;
    use burn::tensor::Device;

    #[test]
    fn both_penalise_the_covariance_of_their_definition() {
        let device = Device::flex();
        let mean = Tensor::<2>::from_floats([[1.0, 0.0], [-1.0, 2.0], [3.0, 4.0], [1.0, 2.0]], &device);
        let deviation = Tensor::<2>::from_floats([[0.5, 1.0], [0.5, 1.0], [1.5, 2.0], [0.5, 1.0]], &device);
        // Means 1 and 2: variances 2 and 2, covariance 1; mean variances 0.75 and 1.75.
        let value = |of_aggregate| {
            let codes = Codes { z: mean.clone(), mean: mean.clone(), deviation: deviation.clone(), training_images: 4 };
            read(Dip { off_diagonal: 10.0, diagonal: 3.0, of_aggregate }.value(codes))[0]
        };
        assert!((value(false) - (10.0 * 2.0 + 3.0 * 2.0)).abs() < 1e-4, "{}", value(false));
        let expected = 10.0 * 2.0 + 3.0 * (1.75_f64.powi(2) + 2.75_f64.powi(2));
        assert!((value(true) - expected).abs() < 1e-4, "{}", value(true));
    }
}

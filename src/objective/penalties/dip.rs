//! DIP-VAE: the distance of a covariance of the codes from I (Kumar, Sattigeri & Balakrishnan 2018, section 2).

use super::Codes;
use burn::tensor::Tensor;

/// The choice of the covariance C.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The covariance of the posterior means `E_q[z]` over images.
    Means,
    /// The covariance of the aggregate posterior q(z), which is that of the means plus E[diag σ²].
    Aggregate,
}

/// Σ_{i≠j} C_ij² and Σ_i (C_ii − 1)², a tensor with one entry each.
pub(super) fn distances(codes: Codes, of: Of) -> [Tensor<1>; 2] {
    let [images, latent] = codes.mean.dims();
    let centred = codes.mean.clone() - codes.mean.mean_dim(0);
    let covariance = centred.clone().transpose().matmul(centred) / images as f64;
    let eye = Tensor::<2>::eye(latent, &covariance.device().without_autodiff());
    let mut variances = (covariance.clone() * eye.clone()).sum_dim(0);
    if of == Of::Aggregate {
        variances = variances + codes.deviation.square().mean_dim(0);
    }
    let off_diagonal = (covariance * (-eye + 1.0)).square().sum();
    [off_diagonal, (variances - 1.0).square().sum()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::read;
    use burn::tensor::Device;

    #[test]
    fn both_penalise_the_covariance_of_their_definition() {
        let device = Device::flex();
        let mean = Tensor::<2>::from_floats([[1.0, 0.0], [-1.0, 2.0], [3.0, 4.0], [1.0, 2.0]], &device);
        let deviation = Tensor::<2>::from_floats([[0.5, 1.0], [0.5, 1.0], [1.5, 2.0], [0.5, 1.0]], &device);
        // Means 1 and 2: variances 2 and 2, covariance 1; mean variances 0.75 and 1.75.
        let check = |of, expected: [f64; 2]| {
            let codes = Codes {
                z: mean.clone(),
                mean: mean.clone(),
                deviation: deviation.clone(),
                training_images: 4,
                discriminator: None,
            };
            for (found, expected) in distances(codes, of).into_iter().zip(expected) {
                let found = read(found)[0];
                assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
            }
        };
        check(Of::Means, [2.0, 1.0 + 1.0]);
        check(Of::Aggregate, [2.0, 1.75_f64.powi(2) + 2.75_f64.powi(2)]);
    }
}

//! DIP-VAE-I: the covariance of the posterior means.

use super::{Codes, Penalty, dip};
use burn::tensor::Tensor;

/// λ_od Σ_{i≠j} C_ij² + λ_d Σ_i (C_ii − 1)² (Kumar, Sattigeri & Balakrishnan 2018, eq. 6).
pub struct DipI {
    /// Weight λ_od of covariances.
    pub off_diagonal: f64,
    /// Weight λ_d of the variances' distance from 1.
    pub diagonal: f64,
}

impl Penalty for DipI {
    fn value(&self, codes: Codes) -> Tensor<1> {
        let [off_diagonal, diagonal] = dip::distances(codes, dip::Of::Means);
        off_diagonal * self.off_diagonal + diagonal * self.diagonal
    }
}

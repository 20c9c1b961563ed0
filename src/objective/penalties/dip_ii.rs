//! DIP-VAE-II: the covariance of q(z).

use super::{Codes, Penalty, dip};
use burn::tensor::Tensor;

/// λ_od Σ_{i≠j} C_ij² + λ_d Σ_i (C_ii − 1)² (Kumar, Sattigeri & Balakrishnan 2018, eq. 7).
pub struct DipII {
    /// Weight λ_od of covariances.
    pub off_diagonal: f64,
    /// Weight λ_d of the variances' distance from 1.
    pub diagonal: f64,
}

impl Penalty for DipII {
    fn value(&self, codes: Codes) -> Tensor<1> {
        let [off_diagonal, diagonal] = dip::distances(codes, dip::Of::Aggregate);
        off_diagonal * self.off_diagonal + diagonal * self.diagonal
    }
}

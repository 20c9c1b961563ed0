//! FactorVAE: the total correlation, estimated by a discriminator.

use super::{Codes, Penalty};
use crate::objective::Discriminator;
use burn::tensor::Tensor;

/// γ·TC[q(z)], with the total correlation TC from a discriminator (Kim & Mnih 2018, eq. 2 and 3).
pub struct FactorVae {
    /// The weight γ.
    pub weight: f64,
    /// Number of hidden layers of the discriminator.
    pub layers: usize,
    /// Number of units in each hidden layer of the discriminator.
    pub hidden: usize,
    /// Learning rate of the discriminator's Adam.
    pub rate: f64,
}

impl Penalty for FactorVae {
    /// The penalty with the discriminator's own loss added. Neither of the two has a gradient with respect to the
    /// parameters of the other's network, so that one backward pass serves both networks.
    fn value(&self, codes: Codes) -> Tensor<1> {
        let Codes { z, discriminator, .. } = codes;
        let pass = discriminator.expect("whoever trains this penalty trains its discriminator");
        let network = self.network(z.dims()[1]);
        network.total_correlation(pass, z.clone()) * self.weight + network.loss(pass, z)
    }

    fn discriminator(&self, latent: usize) -> Option<Discriminator> {
        Some(self.network(latent))
    }
}

impl FactorVae {
    fn network(&self, latent: usize) -> Discriminator {
        Discriminator { latent, layers: self.layers, hidden: self.hidden, rate: self.rate }
    }
}

//! The evidence lower bound and its two terms.

use crate::experiment::Bound;
use crate::model::{Model, Pass};
use burn::tensor::Tensor;

/// The terms of the bound for each of B images.
pub struct Terms {
    /// E_q[log p(x|z)], averaged over the K samples; `B`.
    pub reconstruction: Tensor<1>,
    /// KL[q(z|x) ‖ p(z)] per latent dimension, `B × latent`.
    pub kl: Tensor<2>,
}

impl Terms {
    /// KL[q(z|x) ‖ p(z)], `B`.
    pub fn total_kl(&self) -> Tensor<1> {
        let images = self.kl.dims()[0];
        self.kl.clone().sum_dim(1).reshape([images])
    }
}

/// Estimate the terms with K samples an image (Kingma & Welling 2013, eq. 7): `images` is `B × pixels`, `epsilon`
/// `K·B × latent` standard normals, row k·B + b for image b.
pub fn terms(model: &Model, pass: &Pass, images: Tensor<2>, epsilon: Tensor<2>) -> Terms {
    let count = images.dims()[0];
    let samples = epsilon.dims()[0] / count;
    let q = model.encode(pass, images.clone());
    let z = q.sample(epsilon);
    let log_likelihood = model.likelihood().log_prob(pass, images, model.decode(pass, z.clone()));
    let over_samples = |values: Tensor<1>| values.reshape([samples, count]).mean_dim(0);
    // Where the KL has no closed form its Monte Carlo estimate stands in one column.
    let kl = model
        .prior()
        .kl(q.as_ref())
        .unwrap_or_else(|| over_samples(q.log_prob(z.clone()) - model.prior().log_prob(z)).transpose());
    Terms { reconstruction: over_samples(log_likelihood).reshape([count]), kl }
}

/// What training maximises, one entry an image, at KL weight β.
pub fn objective(bound: Bound, terms: &Terms, beta: f64) -> Tensor<1> {
    match bound {
        Bound::Elbo => terms.reconstruction.clone() - terms.total_kl() * beta,
    }
}

//! The bounds, their gradients, and what they are compared with. Everything in nats per image.

pub mod aggregate;
pub mod ais;
mod batch;
pub mod bounds;
mod estimate;
pub mod estimators;
pub mod gap;
mod hmc;
mod joint;
mod kl_term;
mod logsum;
pub mod marginal;
mod noise;
pub mod penalties;
pub mod plane;
pub mod quadrature;
pub mod simulate;
mod terms;
mod threads;
pub mod weights;

pub use batch::{Batch, Path, Setting, Surrogate};
pub use estimate::Estimate;
pub use joint::{Block, Joint, ModelJoint, Outputs};
pub use terms::{Draws, Terms};

use crate::model::{Model, Pass};
use bounds::Bound;
use burn::tensor::Tensor;

/// Estimate the terms with K samples an image (Kingma & Welling 2013, eq. 7): `images` is `B × pixels`, `epsilon`
/// `K·B × latent` standard normals, row k·B + b for image b.
pub fn terms(model: &Model, pass: &Pass, images: Tensor<2>, epsilon: Tensor<2>) -> Terms {
    bounds::Elbo.surrogate(&Batch { model, pass, images, epsilon, setting: Setting::default() }).terms
}

/// What to differentiate for the objective of `batch`, and what to report.
pub fn surrogate(batch: &Batch) -> Surrogate {
    match batch.setting.estimator.rule() {
        Some(estimator) => estimator.surrogate(batch),
        None => batch.setting.bound.rule().surrogate(batch),
    }
}

//! The objective that is trained: bounds on log p(x), estimators of their gradients, KL terms and penalties, on a
//! minibatch. All values are in nats per image.

mod batch;
pub mod bounds;
mod discriminator;
pub mod estimators;
pub mod kl_terms;
pub mod penalties;
mod setting;
pub mod snr;
mod surrogate;
mod terms;
pub mod weights;

pub use batch::{Batch, Kl};
pub use discriminator::{Discriminator, DiscriminatorPass};
pub use setting::Setting;
pub use surrogate::{SecondPath, Surrogate};
pub use terms::{Draws, Terms};

use crate::model::{Model, Pass};
use burn::tensor::Tensor;

/// Estimate the terms of the ELBO with K samples per image (Kingma & Welling 2013, eq. 7). `images` is `B × pixels`,
/// `epsilon` `K·B × latent` standard normal noise; row k·B + b belongs to image b.
pub fn terms(model: &Model, pass: &Pass, images: Tensor<2>, epsilon: Tensor<2>) -> Terms {
    let batch = Batch::new(model, pass, images, epsilon, Setting::default());
    bounds::build(batch.setting.bound).surrogate(&batch).terms
}

/// The surrogate of the objective for `batch`: a function to differentiate, and the terms to report.
pub fn surrogate(batch: &Batch) -> Surrogate {
    estimators::build(batch.setting.estimator).surrogate(batch)
}

//! Penalties on the aggregate posterior q(z) = E_x[q(z|x)], taken off the ELBO. They look across images, so a batch
//! with a penalty is computed in one piece. To add one: a file here, an entry in the list of penalties in
//! [`experiment::method`](crate::experiment::method).

mod dip;
mod total_correlation;

use super::{Batch, Discriminator, DiscriminatorPass};
use crate::experiment::Penalty as Spec;
use crate::experiment::method::{PenaltyKind, implement, penalties};
use crate::model::posterior::Distribution;
use burn::tensor::Tensor;

penalties!(implement());

/// The codes of a batch under a diagonal Gaussian q(z|x); each `B × latent`.
pub struct Codes<'a> {
    /// One sample of each image.
    pub z: Tensor<2>,
    /// `E_q[z]`.
    pub mean: Tensor<2>,
    /// Standard deviations of q(z|x).
    pub deviation: Tensor<2>,
    /// Images N in the training set.
    pub training_images: usize,
    /// The network of a penalty that has one.
    pub discriminator: Option<DiscriminatorPass<'a>>,
}

/// How far the aggregate posterior is from what is wanted.
pub trait Penalty {
    /// One number, in nats an image. Its gradient is that of the penalty, and for a discriminator's parameters that of
    /// the discriminator's loss.
    fn value(&self, codes: Codes) -> Tensor<1>;

    /// The network that is trained beside the model, if it needs one.
    fn discriminator(&self, _latent: usize) -> Option<Discriminator> {
        None
    }
}

/// The penalty of an objective on a batch with samples z `K·B × latent`; `None` where it has none.
pub(super) fn of(batch: &Batch, q: &dyn Distribution, z: Tensor<2>) -> Option<Tensor<1>> {
    let setting = &batch.setting;
    if setting.penalty.kind() == PenaltyKind::Nothing {
        return None;
    }
    let mean = q.mean();
    let z = z.narrow(0, 0, mean.dims()[0]);
    let (training_images, discriminator) = (setting.training_images, batch.discriminator);
    let codes = Codes { z, mean, deviation: q.deviation(), training_images, discriminator };
    Some(build(setting.penalty).value(codes))
}

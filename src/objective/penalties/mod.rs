//! Penalties on the aggregate posterior q(z) = E_x[q(z|x)], subtracted from the ELBO. They compare images, so that a
//! batch with a penalty is computed in one piece. To add one, add a file here and an entry in the list of penalties in
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
    /// One sample z of each image.
    pub z: Tensor<2>,
    /// The posterior means `E_q[z]`.
    pub mean: Tensor<2>,
    /// Standard deviations of q(z|x).
    pub deviation: Tensor<2>,
    /// The number N of images in the training set.
    pub training_images: usize,
    /// The discriminator, for a penalty that trains one.
    pub discriminator: Option<DiscriminatorPass<'a>>,
}

/// A penalty on the codes of a batch, such as a distance of the aggregate posterior from the prior. The enum
/// [`experiment::Penalty`](Spec) names a penalty in an experiment; this trait, of equal name since both come from one
/// list, computes it, and [`build`] leads from the one to the other.
pub trait Penalty {
    /// The penalty in nats per image, a tensor with one entry. Its gradient is the penalty's, and with respect to a
    /// discriminator's parameters that of the discriminator's loss.
    fn value(&self, codes: Codes) -> Tensor<1>;

    /// The discriminator that the penalty trains beside the model, if it needs one.
    fn discriminator(&self, _latent: usize) -> Option<Discriminator> {
        None
    }
}

/// The penalty of the objective on a batch with samples z `K·B × latent`; `None` if the objective has no penalty.
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

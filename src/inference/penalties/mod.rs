//! Penalties on the aggregate posterior q(z) = E_x[q(z|x)], taken off the ELBO. They look across images, so a batch
//! with a penalty is computed in one piece. To add one: a file here, an entry in the list of penalties in
//! [`experiment::method`](crate::experiment::method).

mod dip;
mod total_correlation;

use super::Setting;
use crate::experiment::Penalty as Spec;
use crate::experiment::method::{PenaltyKind, penalties};
use crate::model::posterior::Distribution;
use burn::tensor::Tensor;

penalties!(rules);

/// The codes of a batch under a diagonal Gaussian q(z|x); each `B × latent`.
pub struct Codes {
    /// One sample of each image.
    pub z: Tensor<2>,
    /// E_q[z].
    pub mean: Tensor<2>,
    /// Standard deviations of q(z|x).
    pub deviation: Tensor<2>,
    /// Images N in the training set.
    pub training_images: usize,
}

/// How far the aggregate posterior is from what is wanted.
pub trait Penalty {
    /// One number, in nats an image.
    fn value(&self, codes: Codes) -> Tensor<1>;
}

/// The penalty of an objective on a batch with samples z `K·B × latent`; `None` where it has none.
pub(super) fn of(setting: &Setting, q: &dyn Distribution, z: Tensor<2>) -> Option<Tensor<1>> {
    if setting.penalty.kind() == PenaltyKind::Nothing {
        return None;
    }
    let mean = q.mean();
    let z = z.narrow(0, 0, mean.dims()[0]);
    let codes = Codes { z, mean, deviation: q.deviation(), training_images: setting.training_images };
    Some(build(setting.penalty).value(codes))
}

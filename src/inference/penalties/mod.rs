//! Penalties on the aggregate posterior q(z) = E_x[q(z|x)], taken off the ELBO. They look across images, so a batch
//! with a penalty is computed in one piece. To add one: a file here and a line in the list of
//! [`experiment::Penalty`](crate::experiment::Penalty).

mod dip;
mod mmd;
mod total_correlation;

pub use dip::Dip;
pub use mmd::Mmd;
pub use total_correlation::{TotalCorrelation, Weighting};

use super::Setting;
use crate::experiment::Penalty as Spec;
use crate::model::posterior::Distribution;
use burn::tensor::Tensor;

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

impl Spec {
    /// Its mathematics; `None` where there is none.
    fn rule(self) -> Option<Box<dyn Penalty>> {
        Some(match self {
            Self::None => return None,
            Self::TotalCorrelationWeighted { weight } => {
                Box::new(TotalCorrelation { weight, weighting: Weighting::Weighted })
            }
            Self::TotalCorrelationStratified { weight } => {
                Box::new(TotalCorrelation { weight, weighting: Weighting::Stratified })
            }
            Self::DipI { off_diagonal, diagonal } => Box::new(Dip { off_diagonal, diagonal, of_aggregate: false }),
            Self::DipII { off_diagonal, diagonal } => Box::new(Dip { off_diagonal, diagonal, of_aggregate: true }),
            Self::Mmd { weight } => Box::new(Mmd { weight }),
        })
    }
}

/// The penalty of an objective on a batch with samples z `K·B × latent`; `None` where it has none.
pub(super) fn of(setting: &Setting, q: &dyn Distribution, z: Tensor<2>) -> Option<Tensor<1>> {
    let penalty = setting.penalty.rule()?;
    let mean = q.mean();
    let z = z.narrow(0, 0, mean.dims()[0]);
    Some(penalty.value(Codes { z, mean, deviation: q.deviation(), training_images: setting.training_images }))
}

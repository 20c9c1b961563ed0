//! The bounds, their gradients, and what they are compared with. Everything in nats per image.

/// Of a list of methods: their modules, and `build`, which makes the one that an experiment names. Where it is used, `Spec`
/// is the experiment's enum.
macro_rules! rules {
    (
        $(#[$doc:meta])* $set:ident of $kind:ty;
        $(
            $module:ident::$variant:ident
                $({ $($field:ident: $type:ty = $default:literal in $range:expr, $label:literal, $hint:literal;)+ })?
                : $is:expr, $name:literal, $about:literal, $reference:literal, |$sizes:ident| $counts:expr;
        )+
    ) => {
        $(mod $module;)+

        /// The method that an experiment names.
        pub fn build(spec: Spec) -> Box<dyn $set> {
            match spec {
                $(Spec::$variant $({ $($field),+ })? => Box::new($module::$variant $({ $($field),+ })?),)+
            }
        }
    };
}

pub mod aggregate;
pub mod ais;
mod batch;
pub mod bounds;
mod estimate;
pub mod estimators;
pub mod gap;
mod hmc;
mod joint;
pub mod kl_terms;
mod logsum;
pub mod marginal;
mod noise;
pub mod penalties;
pub mod plane;
pub mod quadrature;
pub mod simulate;
pub mod snr;
mod terms;
mod threads;
pub mod weights;

pub use batch::{Batch, Path, Setting, Surrogate};
pub use estimate::Estimate;
pub use joint::{Block, Joint, ModelJoint, Outputs};
pub use logsum::LogSum;
pub use terms::{Draws, Terms};
pub(crate) use threads::side_by_side;

use crate::model::{Model, Pass};
use burn::tensor::Tensor;

/// Estimate the terms with K samples an image (Kingma & Welling 2013, eq. 7): `images` is `B × pixels`, `epsilon`
/// `K·B × latent` standard normals, row k·B + b for image b.
pub fn terms(model: &Model, pass: &Pass, images: Tensor<2>, epsilon: Tensor<2>) -> Terms {
    let batch = Batch::new(model, pass, images, epsilon, Setting::default());
    bounds::build(batch.setting.bound).surrogate(&batch).terms
}

/// What to differentiate for the objective of `batch`, and what to report.
pub fn surrogate(batch: &Batch) -> Surrogate {
    estimators::build(batch.setting.estimator).surrogate(batch)
}

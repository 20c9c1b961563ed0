//! Questions about a model; the answers are images and numbers on the host.

mod answer;
mod codes;
mod context;
mod contour;
mod density;
mod even;
mod fitted;
mod host_model;
mod impute;
mod microscope;
mod names;
mod one_step;
mod outline;
mod plane;
mod prior_view;
mod procrustes;
mod quantile;
mod question;
mod sphere;
#[cfg(test)]
mod tests;
mod visible;
mod ways;

pub use answer::answer;
pub use codes::{Codes, Encode, Encoded};
pub use density::{DensityView, SourceDensity};
pub use fitted::Sampler;
pub use host_model::{HostModel, NamedTensor, Reference};
pub use impute::{EntryError, ImputationError, Imputations, Imputed};
pub use microscope::{BestPosterior, Ellipsoid, Microscope};
pub use names::z_name;
pub use one_step::{MovedTensor, OneStep};
pub use outline::Outline;
pub use plane::{Plane, Surface};
pub use prior_view::{PriorComponents, PriorView};
pub use procrustes::{procrustes, turned};
pub use question::{Answer, Axis, Question, Reconstruction, ScatterPoint, Start, Subject, Traversal};
pub use sphere::Sphere;
pub use ways::{Interpolations, Walk};

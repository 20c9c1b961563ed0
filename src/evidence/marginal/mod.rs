//! log p(x) in closed form, where the model is linear and Gaussian, and by importance sampling, from q(z|x) or from a
//! proposal that is adapted to each image.

mod adaptive;
mod importance;
mod linear_gaussian;
mod log_weights;
mod pareto;
mod quality;

pub use adaptive::{Adaptive, AdaptiveSampling, adaptive, adapts};
pub use importance::{Importance, ImportanceSampling, importance, log_weights};
pub use linear_gaussian::{LinearGaussian, cholesky};
pub use log_weights::LogWeights;
pub use pareto::{Tail, fit, threshold};
pub use quality::WeightQuality;

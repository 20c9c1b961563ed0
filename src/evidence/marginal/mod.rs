//! log p(x): in closed form where the model is linear and Gaussian, and by importance sampling from q(z|x) or from a proposal
//! that is adapted to each image.

mod adaptive;
mod chunks;
mod importance;
mod linear_gaussian;
mod log_weights;
mod pareto;

pub use adaptive::{Adaptive, AdaptiveSampling, adaptive, adapts};
pub use chunks::{Chunk, log_weights, log_weights_of_chunks};
pub use importance::{Importance, ImportanceSampling, importance};
pub use linear_gaussian::{LinearGaussian, cholesky};
pub use log_weights::LogWeights;
pub use pareto::{Tail, fit, threshold};

//! The mathematics of the tour's pages on a model that is small enough to know everything about: a latent variable z
//! with one dimension, x = f(z) + noise. log p(x), p(z|x) and every term of the identity are integrals over a line,
//! which a sum over a grid gives to many digits. All values are in nats.

mod best;
mod curve;
mod dimensions;
mod estimates;
mod gradients;
mod grid;
mod identity;
mod model;
mod normal;
mod posterior;
mod simplex;

pub use best::best;
pub use curve::{Curve, KNOTS, Shape, knot_z};
pub use dimensions::{AGE_OF_THE_UNIVERSE, EVALUATIONS_PER_SECOND, evaluations, told_duration};
pub use estimates::{Estimates, estimates, spread};
pub use gradients::{Gradient, GradientEstimator, exact_gradient, gradient_estimates};
pub use grid::Grid;
pub use identity::{Identity, bound};
pub use model::{Draw, LatentCurve};
pub use posterior::{Bump, Family, Q};

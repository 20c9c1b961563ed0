//! log p(x) by adaptive multiple importance sampling (Cornuet, Marin, Mira & Robert 2012), for images whose q(z|x) may
//! miss part of p(z|x). A pilot for each image, with draws from q, a wider q, the prior and a wider prior, looks for
//! points to which the present proposal gives too little density. At those with the largest weights, at a distance from
//! each other, components are placed and fitted, and then sampled in turn, round after round (incremental mixture
//! importance sampling with optimisation: Raftery & Bao 2010, "Estimating and projecting trends in HIV/AIDS generalized
//! epidemics using incremental mixture importance sampling"). Then the mixture is fixed, and the final samples are
//! drawn from it anew: given the pilot, the mean of their weights is an unbiased estimate of p(x), however well or
//! badly the pilot went.

mod fit;
mod group;
mod mixture;
mod plan;
mod result;
mod sampling;
mod student;

pub use plan::adapts;
pub use result::Adaptive;
pub use sampling::{AdaptiveSampling, adaptive};

//! log p(x) by adaptive multiple importance sampling (Cornuet, Marin, Mira & Robert 2012) where q(z|x) may miss part of
//! p(z|x). A pilot of every image, from q, a wider q, the prior and a wider prior, looks for points that the proposal
//! so far gives too little; at the heaviest ones, apart from each other, components are placed and fitted, and sampled
//! in their turn, round after round (incremental mixture importance sampling with optimisation: Raftery & Bao 2010,
//! "Estimating and projecting trends in HIV/AIDS generalized epidemics using incremental mixture importance sampling").
//! Then the mixture is fixed, and the samples that count are drawn from it anew: given the pilot, the mean of their
//! weights is unbiased for p(x), however well or badly the pilot went.

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

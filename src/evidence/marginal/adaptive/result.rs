//! The result of adaptive importance sampling.

use crate::estimate::Estimate;
use crate::evidence::marginal::pareto::threshold;

/// What adaptive importance sampling finds for one image; nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adaptive {
    /// log p(x); below it on average by about half the square of its error. The error takes the samples as independent
    /// draws from the mixture, which is somewhat too large where its parts differ.
    pub log_px: Estimate,
    /// The effective sample size (Σ w)²/Σ w² of the `samples`.
    pub effective_samples: f64,
    /// The Pareto shape k̂ of the weights; `None` if all are equal or there are too few.
    pub pareto_k: Option<f64>,
    /// KL[q(z|x) ‖ p(z|x)]: log p(x) minus the ELBO of those samples that came from q.
    pub kl: Estimate,
    /// Samples that count.
    pub samples: usize,
    /// Components of the mixture beside q and the prior.
    pub components: usize,
}

impl Adaptive {
    /// Whether k̂ says that the standard error cannot be trusted.
    pub fn is_degenerate(&self) -> bool {
        self.pareto_k.is_some_and(|k| k > threshold(self.samples))
    }
}

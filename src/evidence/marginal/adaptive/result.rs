//! The result of adaptive importance sampling.

use crate::estimate::Estimate;
use crate::evidence::marginal::quality::WeightQuality;

/// The result of adaptive importance sampling for one image, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Adaptive {
    /// log p(x), whose estimate is too low on average by about half the square of its standard error. The standard
    /// error treats the samples as independent draws from the mixture, which makes it somewhat too large where the
    /// parts differ.
    pub log_px: Estimate,
    /// KL[q(z|x) ‖ p(z|x)]: log p(x) minus the ELBO of those samples that came from q.
    pub kl: Estimate,
    /// The quality of the weights of the final samples, from which log p(x) is estimated.
    pub weights: WeightQuality,
    /// Number of the mixture's components beside q and the prior.
    pub components: usize,
    /// Draws from p(z|x), as many as were asked for, `draws × latent`: of the samples that count, by their weights.
    pub draws: Vec<f32>,
}

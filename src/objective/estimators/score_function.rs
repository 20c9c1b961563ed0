//! The score-function estimator with a leave-one-out baseline.

use super::Estimator;
use crate::objective::{Batch, Surrogate, weights};
use burn::tensor::Tensor;

/// The gradient of the ELBO with respect to the encoder's parameters φ from values of the densities alone: 1/K Σ_k (f_k
/// − mean of the other f_j) ∂log q(z_k|x)/∂φ with f = log p(x|z) + β (log p(z) − log q(z|x)) (Williams 1992; the
/// baseline: Mnih & Rezende 2016, Kool et al. 2019). It needs no gradient of the decoder with respect to z, so that z
/// need not be continuous; the price is a high variance. Needs K ≥ 2.
pub struct ScoreFunction;

impl Estimator for ScoreFunction {
    fn surrogate(&self, batch: &Batch) -> Surrogate {
        let q = batch.encode();
        let z = q.sample(batch.epsilon.clone()).detach();
        let log_posterior = q.log_prob(z.clone());
        let draws = batch.densities_at(z, log_posterior);
        let f = draws.log_weights(batch.beta());
        let signal = leave_one_out(f.clone().without_autodiff());
        // The score's own term, −β·∂log q/∂φ in f, has mean 0 and is left in: it belongs to ∂f.
        let objective = weights::mean(draws.log_posterior.clone() * signal) + weights::mean(f);
        Surrogate::new(objective, batch.terms(q.as_ref(), &draws))
    }
}

/// f_k − 1/(K−1) Σ_{j≠k} f_j = K/(K−1) (f_k − mean f), for `K × B`.
fn leave_one_out(f: Tensor<2>) -> Tensor<2> {
    let samples = f.dims()[0] as f64;
    (f.clone() - f.mean_dim(0)) * (samples / (samples - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::{column, logs, read};

    #[test]
    fn each_sample_is_compared_with_the_others() {
        let found = read(leave_one_out(logs()));
        for image in 0..2 {
            let f = column(image);
            for (k, value) in f.iter().enumerate() {
                let others = (f.iter().sum::<f64>() - value) / (f.len() - 1) as f64;
                let error = found[2 * k + image] - (value - others);
                assert!(error.abs() < 1e-3, "sample {k} of image {image}: off by {error}");
            }
        }
    }
}

//! Two estimators of the gradient of the ELBO by the parameters of a Gaussian q, and the gradient itself.

use super::estimates::noise;
use super::model::LatentCurve;
use super::posterior::{Bump, Q};

/// The gradient of the ELBO by the mean μ and by log σ of a Gaussian q(z|x) = N(μ, σ²).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gradient {
    /// ∂ELBO/∂μ.
    pub mean: f64,
    /// ∂ELBO/∂log σ.
    pub log_deviation: f64,
}

/// An unbiased estimator of the gradient of E_q[log p(x|z)]. The KL term is differentiated in closed form with both, so
/// that they differ in nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GradientEstimator {
    /// log p(x|z) ∇ log q(z), the score function's (Williams 1992): the height of log p(x|z) weighs a direction.
    ScoreFunction,
    /// ∇ log p(x|μ + σε), the reparameterised one (Kingma & Welling 2013; Rezende et al. 2014): it uses the slope.
    Reparameterised,
}

impl GradientEstimator {
    /// Both estimators.
    pub const ALL: [Self; 2] = [Self::ScoreFunction, Self::Reparameterised];

    /// The estimator's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScoreFunction => "Score function",
            Self::Reparameterised => "Reparameterised",
        }
    }
}

/// ∂KL[q ‖ p(z)]/∂(μ, log σ) = (μ, σ² − 1).
fn kl_gradient(q: Bump) -> Gradient {
    Gradient { mean: q.mean, log_deviation: q.deviation * q.deviation - 1.0 }
}

/// The gradient of the ELBO, by a sum over a grid: E_q[log p(x|z) ∇ log q(z)] − ∇KL.
pub fn exact_gradient(model: &LatentCurve, x: f64, q: Bump) -> Gradient {
    let of = |weight: fn(f64) -> f64| {
        let t = |z: f64| (z - q.mean) / q.deviation;
        Q::Gaussian(q).expectation(|z| model.log_likelihood(x, z) * weight(t(z)))
    };
    let kl = kl_gradient(q);
    Gradient { mean: of(|t| t) / q.deviation - kl.mean, log_deviation: of(|t| t * t - 1.0) - kl.log_deviation }
}

/// `count` estimates of the gradient, each from `samples` draws of z.
pub fn gradient_estimates(
    model: &LatentCurve,
    x: f64,
    q: Bump,
    estimator: GradientEstimator,
    samples: usize,
    count: usize,
    seed: u64,
) -> Vec<Gradient> {
    let kl = kl_gradient(q);
    let one = |number: u64, draw: usize| {
        let [epsilon, ..] = noise(seed, number, draw);
        let z = q.mean + q.deviation * epsilon;
        match estimator {
            GradientEstimator::ScoreFunction => {
                let likelihood = model.log_likelihood(x, z);
                [likelihood * epsilon / q.deviation, likelihood * (epsilon * epsilon - 1.0)]
            }
            GradientEstimator::Reparameterised => {
                let slope = model.likelihood_slope(x, z);
                [slope, slope * q.deviation * epsilon]
            }
        }
    };
    let samples = samples.max(1);
    let estimate = |number: u64| {
        let sum = (0..samples).map(|draw| one(number, draw)).fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
        let [mean, log_deviation] = sum.map(|sum| sum / samples as f64);
        Gradient { mean: mean - kl.mean, log_deviation: log_deviation - kl.log_deviation }
    };
    (0..count as u64).map(estimate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Estimate;
    use crate::tour::{Shape, bound};

    fn settings() -> impl Iterator<Item = (LatentCurve, f64, Bump)> {
        let places = [(0.9, Bump { mean: 0.2, deviation: 0.4 }), (-1.2, Bump { mean: -0.5, deviation: 0.7 })];
        Shape::ALL
            .into_iter()
            .flat_map(move |shape| places.map(|(x, q)| (LatentCurve { curve: shape.curve(), noise: 0.5 }, x, q)))
    }

    #[test]
    fn the_exact_gradient_is_the_slope_of_the_bound() {
        for (model, x, q) in settings() {
            let exact = exact_gradient(&model, x, q);
            let h = 1e-5;
            let at = |mean: f64, log: f64| {
                bound(&model, x, &Q::Gaussian(Bump { mean: q.mean + mean, deviation: q.deviation * log.exp() }), 1.0)
            };
            let found = [(at(h, 0.0) - at(-h, 0.0)) / (2.0 * h), (at(0.0, h) - at(0.0, -h)) / (2.0 * h)];
            for (found, exact) in found.into_iter().zip([exact.mean, exact.log_deviation]) {
                assert!((found - exact).abs() < 1e-6 * (1.0 + exact.abs()), "{found}, not {exact}");
            }
        }
    }

    #[test]
    fn both_estimators_have_the_exact_gradient_as_their_mean() {
        for (model, x, q) in settings() {
            let exact = exact_gradient(&model, x, q);
            for estimator in GradientEstimator::ALL {
                let found = gradient_estimates(&model, x, q, estimator, 2, 20_000, 11);
                let check = |of: fn(&Gradient) -> f64| {
                    let values: Vec<f64> = found.iter().map(of).collect();
                    let Estimate { value, se, .. } = Estimate::mean(&values);
                    let error = value - of(&exact);
                    assert!(error.abs() < 3.0 * se, "{estimator:?}: {value} ± {se}, not {}", of(&exact));
                };
                check(|gradient| gradient.mean);
                check(|gradient| gradient.log_deviation);
            }
        }
    }

    #[test]
    fn the_score_function_scatters_more_than_the_reparameterised_gradient() {
        let (model, q) = (LatentCurve::default(), Bump { mean: 0.4, deviation: 0.35 });
        let spread = |estimator| {
            let found = gradient_estimates(&model, 0.8, q, estimator, 1, 4_000, 2);
            let mean = found.iter().map(|gradient| gradient.mean).sum::<f64>() / found.len() as f64;
            found.iter().map(|gradient| (gradient.mean - mean).powi(2)).sum::<f64>() / found.len() as f64
        };
        let [score, pathwise] = GradientEstimator::ALL.map(spread);
        assert!(score > 1.5 * pathwise, "{score}, {pathwise}");
    }
}

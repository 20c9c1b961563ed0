//! Every estimator has the expectation of the reparameterised gradient, and the variance that its paper says.

use super::support::{Case, experiment, mean, squared_error};
use elbow::experiment::{Bound, Choice, Estimator, Likelihood, Objective, Posterior, Prior};
use elbow::random::{Purpose, Stream};

fn objective(bound: Bound, estimator: Estimator, samples: usize) -> Objective {
    Objective { bound, estimator, samples, ..Objective::default() }
}

/// Independent estimates of the gradient, each the mean over `draws`.
fn estimates(case: &Case, objective: &Objective, repeats: u64, draws: usize) -> Vec<Vec<f64>> {
    (0..repeats).map(|counter| case.step(objective, draws, counter).gradient).collect()
}

fn coordinate(estimates: &[Vec<f64>], i: usize) -> Vec<f64> {
    estimates.iter().map(|gradient| gradient[i]).collect()
}

/// The largest difference of the means of two sets of estimates, in standard errors.
fn worst_difference(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let of = |i: usize| {
        let (a, b) = (coordinate(a, i), coordinate(b, i));
        let error = (squared_error(&a) + squared_error(&b)).sqrt();
        // Coordinates that are never moved agree; rounding is no difference.
        (mean(&a) - mean(&b)).abs() / error.max(1e-6)
    };
    (0..a[0].len()).map(of).fold(0.0, f64::max)
}

const REPEATS: u64 = 60;
const DRAWS: usize = 400;
/// Standard errors (with 118 degrees of freedom) that the worst of some sixty coordinates may differ by.
const LIMIT: f64 = 4.5;

#[test]
fn each_estimator_has_the_mean_of_the_reparameterised_gradient() {
    check_means(&Case::new(&experiment(2), 0.7), &[1.0, 0.5]);
}

/// h₂'s noise is that of one layer, its mean and variance depend on a sample of another.
#[test]
fn with_two_layers_too() {
    let mut two = experiment(2);
    two.latent.posterior = Posterior::TwoLayer { upper: 1, hidden: 3, depth: 1 };
    two.latent.prior = Prior::TwoLayer { hidden: 3, depth: 1 };
    check_means(&Case::new(&two, 0.7), &[1.0]);
}

fn check_means(case: &Case, betas: &[f64]) {
    for &beta in betas {
        for (bound, samples, estimators) in [
            (Bound::Elbo, 3, &[Estimator::StickingTheLanding, Estimator::ScoreFunction][..]),
            (Bound::Iwae, 3, &[Estimator::DoublyReparameterised, Estimator::Vimco][..]),
        ] {
            let with = |estimator| Objective {
                beta: elbow::experiment::BetaSchedule::Constant(beta),
                ..objective(bound, estimator, samples)
            };
            let truth = estimates(case, &with(Estimator::Reparameterised), REPEATS, DRAWS);
            for &estimator in estimators {
                // Other draws than the truth's: the errors are independent.
                let found: Vec<_> =
                    (0..REPEATS).map(|i| case.step(&with(estimator), DRAWS, 1_000 + i).gradient).collect();
                let worst = worst_difference(&truth, &found);
                assert!(worst < LIMIT, "{bound:?}, β = {beta}, {estimator:?}: means differ by {worst} standard errors");
            }
        }
    }
}

/// The criterion above can fail, and sticking the landing is not offered for IWAE for a reason (Tucker et al. 2019).
#[test]
fn sticking_the_landing_would_be_biased_for_iwae() {
    let case = Case::new(&experiment(2), 0.7);
    let iwae = estimates(&case, &objective(Bound::Iwae, Estimator::Reparameterised, 3), REPEATS, DRAWS);
    let elbo = estimates(&case, &objective(Bound::Elbo, Estimator::StickingTheLanding, 3), REPEATS, DRAWS);
    let worst = worst_difference(&iwae, &elbo);
    assert!(worst > 2.0 * LIMIT, "the gradients of two bounds differ by only {worst} standard errors");
    let mut refused = experiment(2);
    refused.objective.bound = Bound::Iwae;
    assert!(Estimator::StickingTheLanding.why_not(&refused, None).is_some());
}

/// Σ of the variances of the encoder's coordinates, for single draws.
fn encoder_variance(case: &Case, objective: &Objective) -> f64 {
    let found = estimates(case, objective, 300, 1);
    let of_encoder = case.of_encoder();
    (0..of_encoder.len()).filter(|&i| of_encoder[i]).map(|i| squared_error(&coordinate(&found, i)) * 300.0).sum()
}

#[test]
fn the_score_function_is_noisier_than_reparameterised_gradients() {
    let case = Case::new(&experiment(2), 0.7);
    let of = |bound, estimator| encoder_variance(&case, &objective(bound, estimator, 4));
    let through_samples = of(Bound::Elbo, Estimator::Reparameterised);
    let from_values = of(Bound::Elbo, Estimator::ScoreFunction);
    assert!(from_values > 2.0 * through_samples, "score function {from_values}, reparameterised {through_samples}");
    let through_samples = of(Bound::Iwae, Estimator::Reparameterised);
    let from_values = of(Bound::Iwae, Estimator::Vimco);
    assert!(from_values > through_samples, "VIMCO {from_values}, reparameterised {through_samples}");
}

/// Signal-to-noise ratio of the encoder's gradient, averaged over coordinates (Rainforth et al. 2018).
fn signal_to_noise(case: &Case, objective: &Objective) -> f64 {
    let repeats = 400;
    let found = estimates(case, objective, repeats, 1);
    let of_encoder = case.of_encoder();
    let ratios: Vec<f64> = (0..of_encoder.len())
        .filter(|&i| of_encoder[i])
        .map(|i| coordinate(&found, i))
        .filter(|values| values.iter().any(|&v| v != 0.0))
        .map(|values| mean(&values).abs() / (squared_error(&values) * repeats as f64).sqrt())
        .collect();
    mean(&ratios)
}

#[test]
fn doubly_reparameterised_gradients_gain_by_more_samples_where_others_lose() {
    // Near the exact posterior, and broader than it, so that the weights have a variance: the asymptotic regime.
    let mut case = exact_posterior();
    let of_encoder = case.of_encoder();
    let mut noise = vec![0.0; of_encoder.len()];
    Stream::new(9, Purpose::Choice).fill_normal(0, &mut noise);
    let values = case.parameters.iter_mut().flatten().zip(&noise).zip(&of_encoder);
    values.filter(|(_, of_encoder)| **of_encoder).for_each(|((value, noise), _)| *value += 0.05 * noise);
    let names: Vec<String> = case.model.parameters().iter().map(|spec| spec.name.clone()).collect();
    let heads = names.iter().position(|name| name == "encoder.heads.bias").expect("an encoder has heads");
    case.parameters[heads][2..].iter_mut().for_each(|log_variance| *log_variance += 0.3);
    let ratio = |estimator, samples| signal_to_noise(&case, &objective(Bound::Iwae, estimator, samples));
    let (few, many) = (2, 200);
    let dreg = ratio(Estimator::DoublyReparameterised, many) / ratio(Estimator::DoublyReparameterised, few);
    let plain = ratio(Estimator::Reparameterised, many) / ratio(Estimator::Reparameterised, few);
    // √100 = 10 and 1/10 in the limit.
    assert!(dreg > 3.0, "DReG's ratio grows by {dreg}");
    assert!(plain < 0.6, "the reparameterised ratio grows by {plain}");
}

/// p(x|z) = N(Wz + b, σ²I) with orthogonal columns of W, and q(z|x) = p(z|x): μ_j = w_j·(x − b)/(|w_j|² + σ²), variance
/// σ²/(|w_j|² + σ²).
fn exact_posterior() -> Case {
    let sigma = 0.6_f32;
    let mut linear = experiment(2);
    linear.encoder.clear();
    linear.decoder.likelihood = Likelihood::GaussianFixed { sigma: f64::from(sigma) };
    let mut case = Case::new(&linear, 0.0);
    let loadings = [[0.78_f32, 1.04, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.48, -0.64, 0.0]];
    let bias = [0.1_f32, -0.2, 0.3, 0.05, 0.4, -0.1];
    let gains = loadings.map(|w| w.iter().map(|w| w * w).sum::<f32>() + sigma * sigma);
    for (spec, values) in case.model.parameters().iter().zip(&mut case.parameters) {
        match spec.name.as_str() {
            "encoder.heads.weight" => {
                for (pixel, row) in values.chunks_mut(4).enumerate() {
                    (0..2).for_each(|j| row[j] = loadings[j][pixel] / gains[j]);
                }
            }
            "encoder.heads.bias" => {
                for j in 0..2 {
                    values[j] = -(0..6).map(|p| loadings[j][p] * bias[p]).sum::<f32>() / gains[j];
                    values[2 + j] = (sigma * sigma / gains[j]).ln();
                }
            }
            "decoder.output.weight" => values.copy_from_slice(&loadings.concat()),
            "decoder.output.bias" => values.copy_from_slice(&bias),
            other => panic!("unexpected parameter {other}"),
        }
    }
    case
}

#[test]
fn sticking_the_landing_has_no_variance_at_the_exact_posterior() {
    let case = exact_posterior();
    let landing = encoder_variance(&case, &objective(Bound::Elbo, Estimator::StickingTheLanding, 1));
    let plain = encoder_variance(&case, &objective(Bound::Iwae, Estimator::Reparameterised, 1));
    assert!(plain > 1.0 && landing < 1e-8 * plain, "sticking the landing {landing}, reparameterised {plain}");
    // DReG is the same at K = 1, and every weight of more samples is p(x) as well.
    let doubly = encoder_variance(&case, &objective(Bound::Iwae, Estimator::DoublyReparameterised, 5));
    assert!(doubly < 1e-8 * plain, "DReG {doubly}");
}

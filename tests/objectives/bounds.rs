//! Bounds and what is reported beside them.

use super::support::{Case, experiment, mean, read, squared_error};
use elbow::experiment::{Bound, Estimator, Objective};

fn objective(bound: Bound, samples: usize) -> Objective {
    Objective { bound, samples, ..Objective::default() }
}

/// Whatever is optimised, the same terms are reported from the same draws.
#[test]
fn the_terms_reported_do_not_depend_on_the_objective() {
    let case = Case::new(&experiment(2), 0.7);
    for samples in [1, 4] {
        let truth = case.step(&objective(Bound::Elbo, samples), 3, 0).terms;
        let truth = [read(truth.iwae()), read(truth.reconstruction), read(truth.kl)];
        let bounds = [
            Bound::Iwae,
            Bound::Miwae { groups: samples },
            Bound::Piwae { groups: samples },
            Bound::Ciwae { elbo_share: 0.5 },
            Bound::Renyi { alpha: 0.5 },
            Bound::Autoencoder,
        ];
        let others = bounds.map(|bound| (format!("{bound:?}"), objective(bound, samples)));
        let estimated = [Estimator::StickingTheLanding, Estimator::ScoreFunction]
            .map(|estimator| (format!("{estimator:?}"), Objective { estimator, ..objective(Bound::Elbo, samples) }));
        for (what, objective) in others.into_iter().chain(estimated) {
            if samples == 1 && objective.estimator == Estimator::ScoreFunction {
                continue;
            }
            let terms = case.step(&objective, 3, 0).terms;
            for (found, truth) in [read(terms.iwae()), read(terms.reconstruction), read(terms.kl)].iter().zip(&truth) {
                let near = found.len() == truth.len() && found.iter().zip(truth).all(|(a, b)| (a - b).abs() < 1e-4);
                assert!(near, "{what}, K = {samples}: {found:?}, not {truth:?}");
            }
        }
    }
}

/// ELBO ≤ IWAE-2 ≤ IWAE-8 ≤ … ≤ log p(x) (Burda et al. 2015, theorem 1), log p(x) by a lattice over the one latent.
#[test]
fn the_importance_weighted_bound_climbs_to_the_marginal_likelihood() {
    let case = Case::new(&experiment(1), 0.7);
    let log_px = {
        let points: Vec<f32> = (0..4_001).map(|i| -10.0 + 0.005 * i as f32).collect();
        let log_joint = case.log_joint(&points);
        let max = log_joint.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        max + (log_joint.iter().map(|l| (l - max).exp()).sum::<f64>() * 0.005).ln()
    };
    let mut last = f64::NEG_INFINITY;
    for samples in [1, 2, 8, 64, 1_000] {
        let draws = (40_000 / samples).max(200);
        let bounds = read(case.step(&objective(Bound::Iwae, samples), draws, 7).terms.iwae());
        let (bound, error) = (mean(&bounds), squared_error(&bounds).sqrt());
        assert!(bound > last - 3.0 * error, "K = {samples}: {bound} ± {error} after {last}");
        assert!(bound < log_px + 3.0 * error, "K = {samples}: {bound} ± {error} above log p(x) = {log_px}");
        last = bound;
    }
    let elbo = mean(&read(case.step(&objective(Bound::Elbo, 1), 20_000, 8).terms.iwae()));
    let (gap, left) = (log_px - elbo, log_px - last);
    assert!(gap > 0.1 && left < 0.05 * gap, "the gap of {gap} has become {left}");
}

/// The limits of the one-parameter families, by their gradients.
#[test]
fn families_meet_their_ends() {
    let case = Case::new(&experiment(2), 0.7);
    let gradient = |bound| case.step(&objective(bound, 4), 5, 3).gradient;
    let same = |what: &str, a: Bound, b: Bound| {
        let (a, b) = (gradient(a), gradient(b));
        let worst = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-4, "{what}: {worst}");
    };
    same("MIWAE of one group", Bound::Miwae { groups: 1 }, Bound::Iwae);
    same("PIWAE of one group", Bound::Piwae { groups: 1 }, Bound::Iwae);
    same("CIWAE without the ELBO", Bound::Ciwae { elbo_share: 0.0 }, Bound::Iwae);
    same("Rényi at α = 0", Bound::Renyi { alpha: 0.0 }, Bound::Iwae);
    same("MIWAE of K groups", Bound::Miwae { groups: 4 }, Bound::Renyi { alpha: 1.0 });
    same("CIWAE of the ELBO alone", Bound::Ciwae { elbo_share: 1.0 }, Bound::Renyi { alpha: 1.0 });
}

/// PIWAE's decoder climbs IWAE, its encoder MIWAE.
#[test]
fn piwae_has_a_bound_for_each_half() {
    let case = Case::new(&experiment(2), 0.7);
    let gradient = |bound| case.step(&objective(bound, 6), 5, 3).gradient;
    let (piwae, iwae, miwae) =
        (gradient(Bound::Piwae { groups: 3 }), gradient(Bound::Iwae), gradient(Bound::Miwae { groups: 3 }));
    for (i, of_encoder) in case.of_encoder().into_iter().enumerate() {
        let expected = if of_encoder { miwae[i] } else { iwae[i] };
        assert!((piwae[i] - expected).abs() < 1e-5, "coordinate {i}: {}, not {expected}", piwae[i]);
    }
    assert!(iwae.iter().zip(&miwae).any(|(a, b)| (a - b).abs() > 1e-3), "the two bounds do not differ");
}

/// An autoencoder's code is the mean: the variance's head gets no gradient.
#[test]
fn an_autoencoder_leaves_the_variance_alone() {
    let case = Case::new(&experiment(2), 0.7);
    let gradient = case.step(&objective(Bound::Autoencoder, 1), 2, 0).gradient;
    let names = case.model.parameters().iter().zip(&case.parameters);
    let names: Vec<&str> = names.flat_map(|(spec, v)| vec![spec.name.as_str(); v.len()]).collect();
    let heads: Vec<f64> =
        (0..gradient.len()).filter(|&i| names[i] == "encoder.heads.bias").map(|i| gradient[i]).collect();
    assert!(heads[..2].iter().all(|&g| g != 0.0) && heads[2..] == [0.0, 0.0], "{heads:?}");
}

//! Made-up results of jobs: gradients whose signal follows the theory, an evaluation whose methods agree.

use crate::data::Split;
use crate::estimate::Estimate;
use crate::evidence::disentanglement::Scores;
use crate::experiment::{Bound, Estimator};
use crate::objective::snr::{Curve, GradientEstimator, Point};
use crate::worker::{Agreement, EvaluatedState, Evaluation, GapSplit, GradientFindings, Measured, Term, Weights};

/// Two estimators whose signal follows the theory exactly.
pub fn gradients(complete: bool) -> GradientFindings {
    let curve = |estimator, power: f64| {
        let point = |samples: usize| {
            let k = samples as f64;
            Point {
                samples,
                encoder: 0.5 * k.powf(power),
                decoder: 0.8 * k.sqrt(),
                seconds: 1e-3 * (4.0 + k),
                bound: Estimate { value: -104.0 + k.log2() / 4.0, se: 0.3 },
                bound_variance: 5.0 / k,
            }
        };
        let points = [1, 2, 4, 8, 16, 32, 64].map(point).to_vec();
        Curve { gradient: GradientEstimator { bound: Bound::Iwae, estimator }, points }
    };
    let curves = vec![curve(Estimator::Reparameterised, -0.5), curve(Estimator::DoublyReparameterised, 0.5)];
    GradientFindings { run: 1, step: 12_300, split: Split::Train, images: 16, repeats: 64, curves, complete }
}

/// Two methods that agree, and the gap in its parts.
pub fn evaluation() -> Evaluation {
    let estimate = |value, se| Estimate { value, se };
    let names = ["quadrature over z", "importance sampling from q(z|x)"].map(String::from);
    let measured = |method: &String, log_px, log_px_se, kl| Measured {
        method: method.clone(),
        images: 1_000,
        log_px,
        log_px_se,
        posterior_kl: Some(kl),
        seconds: 2.5,
    };
    Evaluation {
        step: 12_300,
        state: EvaluatedState::Last,
        split: Split::Test,
        images: 1_000,
        elbo: -104.2,
        elbo_se: 0.8,
        reconstruction: -79.1,
        kl: 25.1,
        bound_samples: 25,
        log_px: -101.02,
        log_px_se: 0.0,
        method: names[0].clone(),
        samples: 500,
        active_units: 2,
        active_units_by_layer: None,
        posterior_kl: Some(estimate(3.2, 0.0)),
        residual: Some(estimate(-0.02, 0.012)),
        identity: [
            ("log p(x)", -101.02, 0.001, 0.78),
            ("KL[q(z|x) ‖ p(z|x)]", 3.2, 0.002, 0.05),
            ("ELBO", -104.2, 0.011, 0.8),
            ("E_q[log p(x|z)]", -79.1, 0.011, 0.7),
            ("KL[q(z|x) ‖ p(z)]", 25.1, 0.0, 0.2),
        ]
        .map(|(name, value, measurement_se, images_se)| Term { name: name.into(), value, measurement_se, images_se })
        .to_vec(),
        methods: vec![
            measured(&names[0], -101.02, 0.0, estimate(3.2, 0.0)),
            measured(&names[1], -101.033, 0.01, estimate(3.19, 0.01)),
        ],
        agreement: vec![Agreement {
            methods: names,
            images: 1_000,
            difference: 0.013,
            difference_se: 0.01,
            images_within: 0.993,
            agree: Some(true),
        }],
        importance: Some(Weights {
            elbo: estimate(-104.21, 0.01),
            reverse_kl: 2.1,
            effective_samples: 61.0,
            effective_samples_min: 2.3,
            pareto_k: Some(0.41),
            pareto_k_max: Some(0.93),
            pareto_k_threshold: 0.63,
            degenerate_images: 3,
        }),
        adaptive: None,
        annealing: None,
        gap_split: Some(GapSplit {
            images: 64,
            elbo: estimate(-104.2, 0.02),
            best_elbo: estimate(-102.1, 0.02),
            amortisation_gap: estimate(2.1, 0.01),
            approximation_gap: estimate(1.1, 0.02),
            steps: 300,
            converged: true,
        }),
        aggregate: None,
        disentanglement: Some(Scores {
            images: 10_000,
            mig: 0.321,
            sap: 0.25,
            dci_disentanglement: 0.4,
            dci_completeness: 0.5,
            dci_informativeness: 0.8,
            factor_vae: 0.7,
            beta_vae: 0.9,
        }),
        warnings: vec!["3 images have heavy tails".into()],
        per_image: Vec::new(),
    }
}

//! The identity log p(x) − KL[q(z|x) ‖ p(z|x)] = ELBO = E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)], every term by itself.

use super::model::LatentCurve;
use super::posterior::Q;

/// The terms of the identity for one x, in nats. The gap and the bound are computed by different integrals, so that
/// their sum is a test and no definition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity {
    /// log p(x), by a sum over all z.
    pub evidence: f64,
    /// KL[q(z|x) ‖ p(z|x)], by a sum over all z with the normalised posterior.
    pub gap: f64,
    /// E_q[log p(x|z)], by a sum over the z of q.
    pub reconstruction: f64,
    /// KL[q(z|x) ‖ p(z)].
    pub kl: f64,
}

impl Identity {
    /// The terms for one x.
    pub fn of(model: &LatentCurve, x: f64, q: &Q) -> Self {
        let evidence = model.log_evidence(x);
        let gap = LatentCurve::grid().integral(|z| {
            let log_q = q.log_density(z);
            let density = log_q.exp();
            if density == 0.0 { 0.0 } else { density * (log_q - (model.log_joint(x, z) - evidence)) }
        });
        let reconstruction = q.expectation(|z| model.log_likelihood(x, z));
        Self { evidence, gap, reconstruction, kl: q.kl_to_prior() }
    }

    /// The ELBO E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)].
    pub fn elbo(&self) -> f64 {
        self.reconstruction - self.kl
    }

    /// The part of log p(x) that gap and ELBO together miss: 0 but for rounding.
    pub fn residual(&self) -> f64 {
        self.evidence - self.gap - self.elbo()
    }
}

/// The bound E_q[log p(x|z)] − β·KL[q(z|x) ‖ p(z)] (β: Higgins et al. 2017).
pub fn bound(model: &LatentCurve, x: f64, q: &Q, beta: f64) -> f64 {
    q.expectation(|z| model.log_likelihood(x, z)) - beta * q.kl_to_prior()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tour::{Bump, Curve};
    use proptest::prelude::*;

    fn bumps() -> impl Strategy<Value = Bump> {
        (-2.5..2.5_f64, 0.05..1.5_f64).prop_map(|(mean, deviation)| Bump { mean, deviation })
    }

    fn posteriors() -> impl Strategy<Value = Q> {
        prop_oneof![
            bumps().prop_map(Q::Gaussian),
            (bumps(), -8.0..8.0_f64).prop_map(|(bump, skew)| Q::Skewed(bump, skew)),
            (0.02..0.98_f64, bumps(), bumps()).prop_map(|(weight, a, b)| Q::TwoBumps(weight, a, b)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

        #[test]
        fn gap_and_bound_add_up_to_the_evidence(
            knots in prop::array::uniform9(-3.0..3.0_f64), noise in 0.1..1.0_f64, x in -3.0..3.0_f64, q in posteriors()
        ) {
            let model = LatentCurve { curve: Curve { knots }, noise };
            let found = Identity::of(&model, x, &q);
            prop_assert!(found.residual().abs() < 1e-6, "{found:?}: {}", found.residual());
            prop_assert!(found.gap > -1e-9 && found.kl > -1e-9);
        }
    }

    #[test]
    fn the_true_posterior_of_a_straight_curve_leaves_no_gap() {
        let mut model = LatentCurve { noise: 0.5, ..LatentCurve::default() };
        for (knot, value) in model.curve.knots.iter_mut().enumerate() {
            *value = 1.2 * crate::tour::knot_z(knot);
        }
        let x = 0.8;
        let precision = 1.0 + (1.2_f64 / 0.5).powi(2);
        let q = Q::Gaussian(Bump { mean: 1.2 * x / 0.25 / precision, deviation: precision.powf(-0.5) });
        let found = Identity::of(&model, x, &q);
        assert!(found.gap.abs() < 1e-10 && (found.elbo() - found.evidence).abs() < 1e-10, "{found:?}");
    }
}

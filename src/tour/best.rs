//! The best member of a family: the q that the bound is highest for.

use super::grid::Grid;
use super::model::LatentCurve;
use super::normal::log_density;
use super::posterior::{Bump, Family, Q};
use super::simplex::maximise;

/// Least standard deviation: with β = 0 the best q is a spike.
const DEVIATION_MIN: f64 = 0.03;
/// Points of z in a unit: three to the least deviation, which is enough for a sum.
const FINENESS: usize = 100;
const REACH: f64 = 6.0;
const ROUNDS: usize = 400;

/// The member of a family that maximises E_q[log p(x|z)] − β·KL[q ‖ p(z)]; with β = 1 it minimises KL[q ‖ p(z|x)] too.
/// The search begins at several places, since there may be more than one top.
pub fn best(model: &LatentCurve, x: f64, family: Family, beta: f64) -> Q {
    let grid = Grid::new(-REACH, REACH, 2 * REACH as usize * FINENESS + 1);
    // log p(x|z) + β log p(z) does not change with q.
    let fixed: Vec<f64> = grid.points().map(|z| model.log_likelihood(x, z) + beta * log_density(z)).collect();
    let value = |q: &Q| {
        let terms = grid.points().zip(&fixed).map(|(z, fixed)| {
            let log_q = q.log_density(z);
            let density = log_q.exp();
            if density == 0.0 { [0.0; 2] } else { [density, density * (fixed - beta * log_q)] }
        });
        let [area, sum] = terms.fold([0.0; 2], |sum, term| [sum[0] + term[0], sum[1] + term[1]]);
        // A q that reaches beyond the grid would be judged by a part of it.
        if (area * grid.step() - 1.0).abs() < 1e-3 { sum * grid.step() } else { f64::NEG_INFINITY }
    };
    let starts = [-1.5, 0.0, 1.5];
    let highest = |found: Vec<Q>| found.into_iter().max_by(|a, b| value(a).total_cmp(&value(b))).unwrap_or_default();
    let gaussian = || {
        let of = |p: &[f64; 2]| Q::Gaussian(bump(p[0], p[1]));
        let from = |mean| of(&maximise([mean, -0.7], 0.4, ROUNDS, |p| value(&of(p))));
        highest(starts.into_iter().map(from).collect())
    };
    match family {
        Family::Gaussian => gaussian(),
        Family::Skewed => {
            let Bump { mean, deviation } = gaussian().moments();
            let of = |p: &[f64; 3]| Q::Skewed(bump(p[0], p[1]), p[2].clamp(-20.0, 20.0));
            let from = |skew| of(&maximise([mean, deviation.ln(), skew], 0.4, ROUNDS, |p| value(&of(p))));
            highest([-2.0, 0.0, 2.0].into_iter().map(from).collect())
        }
        Family::TwoBumps => {
            let of = |p: &[f64; 5]| Q::TwoBumps(weight(p[0]), bump(p[1], p[2]), bump(p[3], p[4]));
            let from = |apart: f64| {
                let start = [0.0, -apart, -0.9, apart, -0.9];
                of(&maximise(start, 0.4, 3 * ROUNDS, |p| value(&of(p))))
            };
            highest([0.7, 1.5].into_iter().map(from).collect())
        }
    }
}

fn bump(mean: f64, log_deviation: f64) -> Bump {
    Bump { mean, deviation: log_deviation.exp().max(DEVIATION_MIN) }
}

/// A weight in (0, 1) from a number.
fn weight(logit: f64) -> f64 {
    (1.0 / (1.0 + (-logit).exp())).clamp(0.01, 0.99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tour::{Identity, Shape, knot_z};

    #[test]
    fn the_best_gaussian_of_a_straight_curve_is_the_posterior() {
        let mut model = LatentCurve { noise: 0.5, ..LatentCurve::default() };
        for (knot, value) in model.curve.knots.iter_mut().enumerate() {
            *value = 1.2 * knot_z(knot);
        }
        let found = best(&model, 0.8, Family::Gaussian, 1.0);
        assert!(Identity::of(&model, 0.8, &found).gap < 1e-6, "{found:?}");
    }

    #[test]
    fn a_larger_family_comes_closer_and_one_bump_misses_the_second_mode() {
        let model = LatentCurve { curve: Shape::Fold.curve(), noise: 0.45 };
        let gap = |family| Identity::of(&model, 0.9, &best(&model, 0.9, family, 1.0)).gap;
        let [one, skewed, two] = Family::ALL.map(gap);
        // Half of the posterior is missed: log 2 at least, but for what the modes share.
        assert!((one - std::f64::consts::LN_2).abs() < 0.08, "{one}");
        assert!(skewed <= one + 1e-6 && two < 0.05, "{skewed}, {two}");
    }

    #[test]
    fn a_large_beta_presses_q_onto_the_prior_and_none_makes_it_a_spike() {
        let model = LatentCurve::default();
        let of = |beta| best(&model, 1.0, Family::Gaussian, beta).moments();
        let pressed = of(200.0);
        assert!(pressed.mean.abs() < 0.05 && (pressed.deviation - 1.0).abs() < 0.05, "{pressed:?}");
        let spike = of(0.0);
        assert!(spike.deviation < 0.05 && (model.curve.at(spike.mean) - 1.0).abs() < 0.02, "{spike:?}");
    }
}

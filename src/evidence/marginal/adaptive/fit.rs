//! The fit of a component: a Gaussian is moved to the mode of log p(x, z) near a point and takes its width, by Newton
//! steps on gradients. The curvature is measured between points one standard deviation away on both sides along each
//! axis of the present Gaussian, and thus at the Gaussian's own scale (the identities of Bonnet and Price for E[∇f] and
//! E[∇²f] under the Gaussian, as in natural-gradient variational inference: Opper & Archambeau 2009, "The variational
//! Gaussian approximation revisited"). A fit only makes a proposal: its errors do not bias an estimate.

use crate::evidence::marginal::linear_gaussian::cholesky;

/// Number of steps from a point to its component.
pub const STEPS: usize = 4;
/// The smallest curvature along an axis that is believed, in units of the present Gaussian: no step widens it by more
/// than √10.
const LEAST: f64 = 0.1;

/// A Gaussian that is being fitted.
#[derive(Clone, Debug)]
pub struct Fit {
    pub mean: Vec<f64>,
    /// The Cholesky factor L of the covariance L·Lᵀ, lower triangular, `latent × latent`.
    pub factor: Vec<f64>,
}

impl Fit {
    /// A Gaussian around a point, with a standard deviation for each dimension.
    pub fn new(mean: Vec<f64>, deviation: &[f64]) -> Self {
        let n = mean.len();
        let mut factor = vec![0.0; n * n];
        deviation.iter().enumerate().for_each(|(d, s)| factor[d * n + d] = *s);
        Self { mean, factor }
    }

    /// The points at which the next step needs gradients: mean ± each column of L, `2·latent` in all.
    pub fn points(&self) -> impl Iterator<Item = Vec<f64>> {
        let n = self.mean.len();
        let point = move |d: usize, sign: f64| (0..n).map(|i| self.mean[i] + sign * self.factor[i * n + d]).collect();
        (0..n).flat_map(move |d| [point(d, 1.0), point(d, -1.0)])
    }

    /// One step, from the gradients at [`points`](Self::points), in their order. Only the width changes unless `moving`
    /// is set. The Gaussian stays unchanged if the gradients are not finite.
    pub fn step(&mut self, gradients: &[f64], moving: bool) {
        let n = self.mean.len();
        // In the Gaussian's own coordinates, z = mean + L·y: Lᵀ times the gradient.
        let mut own = vec![0.0; gradients.len()];
        for (own, gradient) in own.chunks_exact_mut(n).zip(gradients.chunks_exact(n)) {
            for (i, (row, gradient)) in self.factor.chunks_exact(n).zip(gradient).enumerate() {
                own.iter_mut().zip(&row[..=i]).for_each(|(own, l)| *own += l * gradient);
            }
        }
        if own.iter().any(|v| !v.is_finite()) {
            return;
        }
        let at = |point: usize, d: usize| own[point * n + d];
        let slope: Vec<f64> = (0..n).map(|d| (0..2 * n).map(|p| at(p, d)).sum::<f64>() / (2 * n) as f64).collect();
        let bend = |i: usize, j: usize| 0.5 * (at(2 * j + 1, i) - at(2 * j, i));
        let curvature: Vec<f64> = (0..n * n).map(|k| 0.5 * (bend(k / n, k % n) + bend(k % n, k / n))).collect();
        let root = positive(curvature, n);
        // Newton's step, no further than four deviations along each axis.
        let mut step = solve_transposed(&root, &solve(&root, &slope));
        let length = step.iter().map(|s| s * s).sum::<f64>().sqrt();
        let most = 4.0 * (n as f64).sqrt();
        let share = if moving { (most / length).min(1.0) } else { 0.0 };
        step.iter_mut().for_each(|s| *s *= share);
        let mean: Vec<f64> =
            (0..n).map(|i| self.mean[i] + (0..=i).map(|j| self.factor[i * n + j] * step[j]).sum::<f64>()).collect();
        // L·C⁻¹·Lᵀ with the curvature C = R·Rᵀ is the product of rows of L·R⁻ᵀ: the solutions of R·m = (row of L).
        let rows: Vec<Vec<f64>> = (0..n).map(|i| solve(&root, &self.factor[i * n..(i + 1) * n])).collect();
        let product = |i: usize, j: usize| rows[i].iter().zip(&rows[j]).map(|(a, b)| a * b).sum::<f64>();
        let factor = cholesky(&(0..n * n).map(|k| product(k / n, k % n)).collect::<Vec<f64>>(), n);
        if mean.iter().chain(&factor).all(|v| v.is_finite()) && (0..n).all(|d| factor[d * n + d] > 0.0) {
            *self = Self { mean, factor };
        }
    }
}

/// The Cholesky factor of a symmetric matrix or, if it is not positive enough, of a mixture of the matrix and I.
fn positive(matrix: Vec<f64>, n: usize) -> Vec<f64> {
    let unit = |k: usize| f64::from(u8::from(k / n == k % n));
    let between = |share: f64| -> Vec<f64> {
        matrix.iter().enumerate().map(|(k, v)| share * v + (1.0 - share) * unit(k)).collect()
    };
    let roots = [1.0, 0.75, 0.5, 0.25, 0.1].into_iter().map(|share| cholesky(&between(share), n));
    let enough = |root: &Vec<f64>| (0..n).all(|d| root[d * n + d].powi(2) >= LEAST);
    roots.into_iter().find(enough).unwrap_or_else(|| (0..n * n).map(unit).collect())
}

/// R⁻¹·v.
fn solve(root: &[f64], v: &[f64]) -> Vec<f64> {
    let n = v.len();
    let mut y = v.to_vec();
    for i in 0..n {
        let sum: f64 = (0..i).map(|j| root[i * n + j] * y[j]).sum();
        y[i] = (y[i] - sum) / root[i * n + i];
    }
    y
}

/// R⁻ᵀ·v.
fn solve_transposed(root: &[f64], v: &[f64]) -> Vec<f64> {
    let n = v.len();
    let mut y = v.to_vec();
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|j| root[j * n + i] * y[j]).sum();
        y[i] = (y[i] - sum) / root[i * n + i];
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(fit: &mut Fit, steps: usize, gradient: impl Fn(&[f64]) -> Vec<f64>) {
        for _ in 0..steps {
            let gradients: Vec<f64> = fit.points().flat_map(|z| gradient(&z)).collect();
            fit.step(&gradients, true);
        }
    }

    /// One step lands on a correlated Gaussian that is near; a few reach one that is some deviations away and narrower.
    #[test]
    fn a_gaussian_is_found() {
        // The precision of the target, and its mean.
        let (precision, centre) = ([50.0, 30.0, 30.0, 40.0], [0.5, -0.2]);
        let gradient = |z: &[f64]| {
            let d = [z[0] - centre[0], z[1] - centre[1]];
            vec![-precision[0] * d[0] - precision[1] * d[1], -precision[2] * d[0] - precision[3] * d[1]]
        };
        for (start, deviation, steps) in [([0.4, -0.1], 0.1, 1), ([1.3, 0.7], 0.3, STEPS)] {
            let mut fit = Fit::new(start.to_vec(), &[deviation, deviation]);
            run(&mut fit, steps, gradient);
            assert!(fit.mean.iter().zip(centre).all(|(a, b)| (a - b).abs() < 1e-9), "{fit:?}");
            let l = &fit.factor;
            let covariance = [l[0] * l[0], l[0] * l[2], l[2] * l[2] + l[3] * l[3]];
            // The inverse of the precision, whose determinant is 1100.
            let expected = [40.0 / 1_100.0, -30.0 / 1_100.0, 50.0 / 1_100.0];
            assert!(covariance.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{covariance:?}");
        }
    }

    /// From where the density bends upwards, and where it is not a number.
    #[test]
    fn saddles_and_nonsense_do_no_harm() {
        // log density −4(z² − 1)²: two modes with a hollow between. With s the deviation, the slopes at m ± s cancel
        // where m² = 1 − 3s², and their difference is that of the deviation where 128s⁴ − 32s² + 1 = 0, so s = 0.1913
        // and m = 0.9435.
        let mut fit = Fit::new(vec![0.1], &[0.05]);
        run(&mut fit, 12, |z| vec![-16.0 * z[0] * (z[0] * z[0] - 1.0)]);
        assert!((fit.mean[0] - 0.9435).abs() < 0.01 && (fit.factor[0] - 0.1913).abs() < 0.01, "{fit:?}");
        let before = fit.clone();
        run(&mut fit, 1, |_| vec![f64::NAN]);
        assert_eq!(fit.mean, before.mean);
    }
}

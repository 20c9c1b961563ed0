//! Radial flows (Rezende & Mohamed 2015, section 4.1): each step pushes z away from a centre c or towards it. The
//! encoder gives the base Gaussian, and c, α and β of each step.

use super::flow::{Flow, Step, base_and_rest, of_step, parts_of_steps};
use super::{Distribution, Posterior, repeat};
use crate::kernels::softplus;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The family of radial flows.
pub struct RadialFlow {
    latent: usize,
    length: usize,
}

impl RadialFlow {
    pub fn new(layout: &mut Layout, length: usize) -> Self {
        Self { latent: layout.plan.latent, length }
    }
}

impl Posterior for RadialFlow {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let (base, numbers) = base_and_rest(output, self.latent);
        // β > −α keeps a step invertible (appendix A.2): the encoder gives α and α + β.
        let [centre, alpha, sum] = parts_of_steps(numbers, [self.latent, 1, 1]);
        let (alpha, sum) = (softplus(alpha) + 1e-3, softplus(sum));
        let steps = (0..self.length).map(|step| {
            let [centre, alpha, sum] = [&centre, &alpha, &sum].map(|steps| of_step(steps, step));
            Box::new(Radial { centre, alpha, sum }) as Box<dyn Step>
        });
        Box::new(Flow { base, steps: steps.collect() })
    }
}

/// Added to |z − c|², since the square root has no derivative at 0.
const ROUND: f64 = 1e-12;

/// One radial step f(z) = z + β·(z − c)/(α + r), with r = √(|z − c|² + [`ROUND`]).
struct Radial {
    /// `B × latent`.
    centre: Tensor<2>,
    /// α and α + β, both positive; `B × 1`.
    alpha: Tensor<2>,
    sum: Tensor<2>,
}

impl Radial {
    /// z − c, r, α and α + β, by row.
    fn around(&self, z: Tensor<2>) -> [Tensor<2>; 4] {
        let rows = z.dims()[0];
        let from_centre = z - repeat(self.centre.clone(), rows);
        let radius = (from_centre.clone().square().sum_dim(1) + ROUND).sqrt();
        [from_centre, radius, repeat(self.alpha.clone(), rows), repeat(self.sum.clone(), rows)]
    }
}

impl Step for Radial {
    /// f(z) and log |det ∂f|. With h = 1/(α + r), the determinant is (1 + βh)^(d−1)·(1 + βh − βh²·|z − c|²/r). As sums
    /// of positive numbers, its factors are (r + α + β)·h and (r² + α·(2r − ε/r) + (α + β)·(α + ε/r))·h², where ε is
    /// [`ROUND`].
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let [rows, latent] = z.dims();
        let [from_centre, radius, alpha, sum] = self.around(z.clone());
        let log_h = (alpha.clone() + radius.clone()).log().neg();
        let push = (sum.clone() - alpha.clone()) / (alpha.clone() + radius.clone());
        let across = (radius.clone() + sum.clone()).log() + log_h.clone();
        let round = radius.clone().recip() * ROUND;
        let along = radius.clone().square() + alpha.clone() * (radius * 2.0 - round.clone()) + sum * (alpha + round);
        let along = along.log() + log_h * 2.0;
        (z + from_centre * push, (across * (latent as f64 - 1.0) + along).reshape([rows]))
    }

    /// f⁻¹(z): r solves r + βr/(α + r) = |f(z) − c|, a quadratic equation; each root is computed in the form without
    /// cancellation.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2> {
        let rows = z.dims()[0];
        let [from_centre, pushed, alpha, sum] = self.around(z);
        let half = (pushed.clone() - sum.clone()) * 0.5;
        let product = alpha.clone() * pushed;
        let far = (half.clone().square() + product.clone()).sqrt() + half.clone().abs();
        let radius = far.clone().mask_where(half.lower_elem(0.0), product / far);
        let factor = (alpha.clone() + radius.clone()) / (sum + radius);
        from_centre * factor + repeat(self.centre.clone(), rows)
    }

    fn detached(&self) -> Box<dyn Step> {
        let [centre, alpha, sum] = [&self.centre, &self.alpha, &self.sum].map(|t| t.clone().detach());
        Box::new(Self { centre, alpha, sum })
    }
}

#[cfg(test)]
mod tests {
    use super::super::extreme_numbers::{doubles, number, row, vector};
    use super::super::jacobian::log_determinant;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn item_19_the_log_determinant_is_that_of_the_map_applied(
            (centre, z, same) in (1_usize..5).prop_flat_map(|d| (vector(d, 4.0), vector(d, 4.0), 0_u8..4)),
            alpha in number(6.0),
            sum in number(6.0),
        ) {
            let z = if same == 0 { centre.clone() } else { z };
            let [alpha, sum] = [softplus(row(&[alpha])) + 1e-3, softplus(row(&[sum]))];
            let step = Radial { centre: row(&centre), alpha: alpha.clone(), sum: sum.clone() };
            let (pushed, found) = step.forward(row(&z));
            let found = doubles(found)[0];
            let [alpha, sum] = [alpha, sum].map(|t| doubles(t)[0]);
            let [centre, z] = [&centre, &z].map(|v| v.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>());
            let radius = |z: &[f64]| (z.iter().zip(&centre).map(|(z, c)| (z - c).powi(2)).sum::<f64>() + ROUND).sqrt();
            // About the centre, so that differences keep their digits.
            let map = |away: &[f64]| -> Vec<f64> {
                let r = (away.iter().map(|a| a * a).sum::<f64>() + ROUND).sqrt();
                away.iter().map(|a| a * (r + sum) / (alpha + r)).collect()
            };
            let away: Vec<f64> = z.iter().zip(&centre).map(|(z, c)| z - c).collect();
            let r = radius(&z);
            let exact = log_determinant(map, &away, 1e-3 * r);
            // z − c in single precision is off by the rounding of the larger.
            let size = z.iter().chain(&centre).map(|v| v.abs()).fold(0.0, f64::max);
            let error = 1e-4 + 1e-6 * z.len() as f64 * size / r;
            prop_assert!((found - exact).abs() < error, "{} instead of {} ± {}", found, exact, error);

            // And back, as far as single precision of what was pushed tells the places apart.
            let back = doubles(step.inverse(pushed.clone()));
            let across = (r + sum) / (alpha + r);
            let along = (r * r + 2.0 * alpha * r + alpha * sum) / (alpha + r).powi(2);
            let error = 1e-5 * (size + r) + 1e-6 * (1.0 + size + r * across) / across.min(along).min(1.0);
            for (back, z) in back.iter().zip(&z) {
                prop_assert!((back - z).abs() < error, "{} instead of {} ± {}", back, z, error);
            }
        }
    }
}

//! Planar flows (Rezende & Mohamed 2015, section 4.1): each step pushes z apart or together along a direction u, on
//! both sides of a plane with normal w. The encoder gives the base Gaussian, and u, w and b of each step.

use super::flow::{Flow, Step, base_and_rest, of_step, parts_of_steps};
use super::{Distribution, Posterior, repeat};
use crate::kernels::{planar_flow, softplus};
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The family of planar flows.
pub struct PlanarFlow {
    latent: usize,
}

impl PlanarFlow {
    pub fn new(layout: &mut Layout, _length: usize) -> Self {
        Self { latent: layout.plan.latent }
    }
}

impl Posterior for PlanarFlow {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let (base, numbers) = base_and_rest(output, self.latent);
        let [u, w, b] = parts_of_steps(numbers, [self.latent, self.latent, 1]);
        Box::new(Flow { base, steps: vec![Box::new(Planar::new(u, w, b))] })
    }
}

/// Added to |w|², so that û stays bounded as w goes to 0.
const HELD: f64 = 1e-8;

/// T planar steps f(z) = z + û·tanh(w·z + b), each of which is invertible if w·û > −1.
struct Planar {
    /// û and w, `B × T × latent`.
    u: Tensor<3>,
    w: Tensor<3>,
    /// `B × T × 1`.
    b: Tensor<3>,
    /// 1 + w·û > 0 computed without cancellation, `B × T × 1`.
    rise: Tensor<3>,
}

impl Planar {
    /// û is u, moved along w so that w·û = softplus(w·u) − 1 > −1 (Rezende & Mohamed 2015, appendix A.1). As w goes to
    /// 0 this target is −0.31, which no bounded û reaches: for tiny w, where w·u is above −0.54, û is moved less and
    /// w·û only approaches the target. Where w·u is below −0.54, û is moved by at most the length of u and reaches the
    /// target. So w·û > −1 for every w.
    fn new(u: Tensor<3>, w: Tensor<3>, b: Tensor<3>) -> Self {
        let along = (w.clone() * u.clone()).sum_dim(2);
        let rise = softplus(along.clone());
        let push = rise.clone() - 1.0 - along;
        let held = push.clone().lower_elem(0.0).float() * HELD;
        // As small as it may be without overflow.
        let squares = (w.clone().square().sum_dim(2) + held.clone()).clamp_min(1e-37);
        let u = u + push.clone() * (w.clone() / squares.clone());
        let rise = rise - push * (held / squares);
        Self { u, w, b, rise }
    }
}

impl Step for Planar {
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        planar_flow(z, self.u.clone(), self.w.clone(), self.b.clone(), self.rise.clone())
    }

    /// From the last step to the first: a = w·z solves a + w·û·tanh(a + b) = w·f(z), whose left side is increasing in
    /// a; by bisection.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2> {
        let (rows, [_, steps, _]) = (z.dims()[0], self.u.dims());
        (0..steps).rev().fold(z, |z, step| {
            let parts = [&self.u, &self.w, &self.b, &self.rise];
            let [u, w, b, rise] = parts.map(|steps| repeat(of_step(steps, step), rows));
            let stretch = rise - 1.0;
            let target = (w * z.clone()).sum_dim(1);
            let mut low = target.clone() - stretch.clone().abs();
            let mut high = target.clone() + stretch.clone().abs();
            for _ in 0..40 {
                let middle = (low.clone() + high.clone()) * 0.5;
                let bend = (middle.clone() + b.clone()).tanh();
                let short = (middle.clone() + stretch.clone() * bend).lower(target.clone());
                low = low.mask_where(short.clone(), middle.clone());
                high = middle.mask_where(short, high);
            }
            z - u * ((low + high) * 0.5 + b).tanh()
        })
    }

    fn detached(&self) -> Box<dyn Step> {
        let [u, w, b, rise] = [&self.u, &self.w, &self.b, &self.rise].map(|t| t.clone().detach());
        Box::new(Self { u, w, b, rise })
    }
}

#[cfg(test)]
mod tests {
    use super::super::extreme_numbers::{doubles, number, row, vector};
    use super::super::jacobian::log_determinant;
    use super::*;
    use proptest::prelude::*;

    fn planar(u: &[f32], w: &[f32], b: f32) -> Planar {
        let [u, w, b] = [u, w, &[b]].map(|values| row(values).unsqueeze_dim(1));
        Planar::new(u, w, b)
    }

    /// û, w and b of a step as it applies them, in double precision.
    fn applied(step: &Planar) -> [Vec<f64>; 3] {
        [&step.u, &step.w, &step.b].map(|t| doubles(t.clone()))
    }

    fn dot64(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    /// log |det| as the step says and in double precision of the map that it applies, and what rounding of û and of
    /// w·z + b to single precision may make of it.
    fn item_19(u: &[f32], w: &[f32], b: f32, z: &[f32]) -> [f64; 3] {
        let step = planar(u, w, b);
        let found = doubles(step.forward(row(z)).1)[0];
        let [moved, w, b] = applied(&step);
        let z: Vec<f64> = z.iter().map(|&z| f64::from(z)).collect();
        let height = dot64(&w, &z) + b[0];
        let slope = height.cosh().recip().powi(2);
        let determinant = 1.0 + dot64(&w, &moved) * slope;
        let sizes = w.iter().zip(&moved).zip(u);
        let of_u: f64 = sizes.map(|((w, moved), &u)| w.abs() * (moved.abs() + f64::from(u).abs())).sum();
        let of_height: f64 = w.iter().zip(&z).map(|(w, z)| (w * z).abs()).sum::<f64>() + b[0].abs();
        let rounding = 1e-6 * (of_u * slope / determinant.abs() + of_height);
        assert!(determinant > -1e-6 * of_u * slope - 1e-6, "not invertible: {determinant}");
        [found, determinant.abs().ln(), 2e-5 + rounding]
    }

    #[test]
    fn item_19_a_pure_shift_costs_nothing() {
        for w in [0.0, 1e-42, 1e-20, 1e-9] {
            let [found, exact, _] = item_19(&[0.7, -2.0], &[w, -w], 0.3, &[1.0, 0.5]);
            assert!(found.abs() < 1e-6 && exact.abs() < 1e-6, "w = {w}: {found}, {exact}");
        }
    }

    /// Where the map all but folds the plane w·z + b = 0 onto a point.
    #[test]
    fn item_19_a_fold_has_its_small_determinant() {
        for along in [-3.0_f32, -10.0, -17.0, -40.0] {
            let step = planar(&[along, 0.0], &[1.0, 0.0], 0.0);
            let found = doubles(step.forward(row(&[0.0, 1.0])).1)[0];
            let exact = f64::from(along).exp().ln_1p().ln();
            assert!((found - exact).abs() < 1e-5, "w·u = {along}: {found}, not {exact}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn item_19_the_log_determinant_is_that_of_the_map_applied(
            (u, w, z) in (1_usize..5).prop_flat_map(|d| (vector(d, 15.0), vector(d, 15.0), vector(d, 6.0))),
            b in number(6.0),
        ) {
            let [found, exact, error] = item_19(&u, &w, b, &z);
            // Where rounding of û alone may fold the map or unfold it, there is no truth.
            let close = (found - exact).abs() < error || (found < -80.0 && exact < -80.0) || error > 0.1;
            prop_assert!(close && found.is_finite(), "{} instead of {} ± {}", found, exact, error);
        }

        /// The log determinant against differences, where double precision can tell them.
        #[test]
        fn item_19_the_log_determinant_is_that_of_differences(
            (u, w, z) in (1_usize..5).prop_flat_map(|d| (vector(d, 1.0), vector(d, 1.0), vector(d, 1.0))),
            b in number(1.0),
        ) {
            let [found, _, error] = item_19(&u, &w, b, &z);
            let [u, w, b] = applied(&planar(&u, &w, b));
            let map = |z: &[f64]| -> Vec<f64> {
                let bend = (dot64(&w, z) + b[0]).tanh();
                z.iter().zip(&u).map(|(z, u)| z + u * bend).collect()
            };
            let z: Vec<f64> = z.iter().map(|&z| f64::from(z)).collect();
            let exact = log_determinant(map, &z, 1e-3 / (1.0 + dot64(&w, &w).sqrt()));
            prop_assert!((found - exact).abs() < error + 1e-4 || exact < -9.0, "{} instead of {}", found, exact);
        }
    }
}

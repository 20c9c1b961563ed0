//! Planar flows (Rezende & Mohamed 2015, section 4.1): each step pushes z apart or together along a direction u, on
//! both sides of a plane with normal w. The encoder gives the base Gaussian, and u, w and b of each step.

use super::flow::{Flow, Step, dot, parts};
use super::{Distribution, Posterior, repeat};
use crate::kernels::softplus;
use crate::model::{Layout, Pass};
use burn::tensor::Tensor;

/// The family of planar flows.
pub struct PlanarFlow {
    latent: usize,
    length: usize,
}

impl PlanarFlow {
    pub fn new(layout: &mut Layout, length: usize) -> Self {
        Self { latent: layout.plan.latent, length }
    }
}

impl Posterior for PlanarFlow {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let widths = [self.latent, self.latent, 1].repeat(self.length);
        let (base, numbers) = parts(output, self.latent, &widths);
        let steps = numbers.chunks(3).map(|numbers| {
            let [u, w, b] = numbers else { unreachable!("chunks of three") };
            Box::new(Planar::new(u.clone(), w.clone(), b.clone())) as Box<dyn Step>
        });
        Box::new(Flow { base, steps: steps.collect() })
    }
}

/// Added to |w|², so that û stays bounded as w goes to 0.
const HELD: f64 = 1e-8;

/// One planar step f(z) = z + û·tanh(w·z + b), which is invertible if w·û > −1.
struct Planar {
    /// û and w, `B × latent`.
    u: Tensor<2>,
    w: Tensor<2>,
    /// `B × 1`.
    b: Tensor<2>,
    /// w·û, and 1 + w·û > 0 computed without cancellation; both `B × 1`.
    stretch: Tensor<2>,
    rise: Tensor<2>,
}

impl Planar {
    /// û is u, moved along w so that w·û = softplus(w·u) − 1 > −1 (Rezende & Mohamed 2015, appendix A.1). As w goes to
    /// 0 this target is −0.31, which no bounded û reaches: for tiny w, where w·u is above −0.54, û is moved less and
    /// w·û only approaches the target. Where w·u is below −0.54, û is moved by at most the length of u and reaches the
    /// target. So w·û > −1 for every w.
    fn new(u: Tensor<2>, w: Tensor<2>, b: Tensor<2>) -> Self {
        let along = dot(&w, &u);
        let rise = softplus(along.clone());
        let push = rise.clone() - 1.0 - along;
        let held = push.clone().lower_elem(0.0).float() * HELD;
        // As small as it may be without overflow.
        let squares = (w.clone().square().sum_dim(1) + held.clone()).clamp_min(1e-37);
        let u = u + push.clone() * (w.clone() / squares.clone());
        let rise = rise - push * (held / squares);
        Self { u, w, b, stretch: rise.clone() - 1.0, rise }
    }

    /// w·z + b, one entry per row.
    fn height(&self, z: &Tensor<2>) -> Tensor<2> {
        dot(&self.w, z) + repeat(self.b.clone(), z.dims()[0])
    }
}

impl Step for Planar {
    /// f(z) and log |det ∂f|. With t = tanh(w·z + b) the determinant is 1 + w·û·(1 − t²) = t² + (1 + w·û)·(1 − t²), a
    /// sum of positive numbers.
    fn forward(&self, z: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let rows = z.dims()[0];
        let height = self.height(&z);
        let bend = height.clone().tanh();
        // 1 − t², which cancels where t is near 1.
        let fade = (height.abs() * -2.0).exp();
        let slope = fade.clone() * 4.0 / (fade + 1.0).square();
        let determinant = bend.clone().square() + repeat(self.rise.clone(), rows) * slope;
        (z + repeat(self.u.clone(), rows) * bend, determinant.clamp_min(1e-37).log().reshape([rows]))
    }

    /// f⁻¹(z): a = w·z solves a + w·û·tanh(a + b) = w·f(z), whose left side is increasing in a; by bisection.
    fn inverse(&self, z: Tensor<2>) -> Tensor<2> {
        let rows = z.dims()[0];
        let (b, stretch) = (repeat(self.b.clone(), rows), repeat(self.stretch.clone(), rows));
        let target = dot(&self.w, &z);
        let mut low = target.clone() - stretch.clone().abs();
        let mut high = target.clone() + stretch.clone().abs();
        for _ in 0..40 {
            let middle = (low.clone() + high.clone()) * 0.5;
            let short = (middle.clone() + stretch.clone() * (middle.clone() + b.clone()).tanh()).lower(target.clone());
            low = low.mask_where(short.clone(), middle.clone());
            high = middle.mask_where(short, high);
        }
        let bend = ((low + high) * 0.5 + b).tanh();
        z - repeat(self.u.clone(), rows) * bend
    }

    fn detached(&self) -> Box<dyn Step> {
        let [u, w, b, stretch, rise] =
            [&self.u, &self.w, &self.b, &self.stretch, &self.rise].map(|t| t.clone().detach());
        Box::new(Self { u, w, b, stretch, rise })
    }
}

#[cfg(test)]
mod tests {
    use super::super::extreme_numbers::{doubles, number, row, vector};
    use super::super::jacobian::log_determinant;
    use super::*;
    use proptest::prelude::*;

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
        let step = Planar::new(row(u), row(w), row(&[b]));
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
            let step = Planar::new(row(&[along, 0.0]), row(&[1.0, 0.0]), row(&[0.0]));
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
            let [u, w, b] = applied(&Planar::new(row(&u), row(&w), row(&[b])));
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

//! Functions that need care to be numerically stable, in single precision and under automatic differentiation.

use burn::tensor::{Int, Tensor};

/// log(sinh(h)/h), an even function with value 0 at h = 0 and |h| − log 2|h| for large |h|.
pub fn log_sinhc<const D: usize>(h: Tensor<D>) -> Tensor<D> {
    // The series to h⁸, whose next term is below 1e-9 at ½; further out the definition in terms of e^−2|h|. Each branch
    // is kept off the other's ground, where its gradient could overflow.
    let near = h.clone().abs().lower_elem(0.5);
    let s = h.clone().square().clamp_max(0.25);
    let series =
        s.clone() * (s.clone() * (s.clone() * (s * (-1.0 / 37_800.0) + 1.0 / 2_835.0) - 1.0 / 180.0) + 1.0 / 6.0);
    let a = h.abs().clamp_min(0.5);
    let far = a.clone() + (a.clone() * -2.0).exp().neg().log1p() - (a * 2.0).log();
    far.mask_where(near, series)
}

/// log Γ(x) for x > 0, by Stirling's series after eight steps of Γ(x + 1) = x·Γ(x).
pub fn log_gamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // Products of four, of which none overflows below x = 10⁹.
    let product =
        |from: usize| (from..from + 4).map(|i| x.clone() + i as f64).reduce(|a, b| a * b).expect("four factors");
    let below = product(0).log() + product(4).log();
    let y = x.clone() + 8.0;
    let inverse = y.clone().recip();
    let square = inverse.clone().square();
    let series = (square.clone() * (square * (1.0 / 1_260.0) - 1.0 / 360.0) + 1.0 / 12.0) * inverse;
    (y.clone() - 0.5) * y.clone().log() - y + series + 0.918_938_533_204_672_7 - below
}

/// A smooth lower limit: floor + softplus(x − floor) (Rybkin et al. 2021).
pub fn soft_floor<const D: usize>(x: Tensor<D>, floor: f64) -> Tensor<D> {
    crate::kernels::softplus(x - floor) + floor
}

/// Choose one of several along dimension 1, with probabilities `weights` and one uniform draw each (length 1 in
/// dimension 1): the result is 1 at the chosen one, 0 elsewhere.
pub fn choose(weights: Tensor<3>, uniform: Tensor<3>) -> Tensor<3> {
    let above = weights.clone().cumsum(1);
    // The last sum is 1 but for rounding.
    let scale = weights.clone().sum_dim(1);
    let uniform = uniform * scale;
    let below = above.clone() - weights;
    let chosen = uniform.clone().greater_equal(below).bool_and(uniform.lower(above));
    chosen.float()
}

/// The places of uniform numbers among G cells in a row, by the inverse of a distribution function that the cells'
/// masses give. Not differentiable.
pub struct Quantile {
    /// The cell into which each number falls, and the share of the cell that is before it; both `B × K`.
    cell: Tensor<2, Int>,
    share: Tensor<2>,
}

impl Quantile {
    /// The places of numbers from 0 to 1, `K·B × 1` (row k·B + b belongs to image b), among cells with the given
    /// masses, `B × G`, whose sum need not be 1.
    pub fn new(masses: Tensor<2>, uniform: Tensor<2>) -> Self {
        let ([images, cells], [rows, _]) = (masses.dims(), uniform.dims());
        let sums = masses.clone().cumsum(1);
        let uniform = uniform.reshape([rows / images, images]).swap_dims(0, 1) * masses.clone().sum_dim(1);
        let passed = sums.clone().unsqueeze_dim::<3>(1).lower_equal(uniform.clone().unsqueeze_dim(2));
        // The last sum is 1 but for rounding.
        let cell = passed.float().sum_dim(2).squeeze_dim::<2>(2).clamp_max(cells as f64 - 1.0).int();
        let mass = masses.gather(1, cell.clone());
        let rest = (sums.gather(1, cell.clone()) - uniform) / mass.clamp_min(1e-30);
        Self { cell, share: (rest.neg() + 1.0).clamp(0.0, 1.0) }
    }

    /// The places in cells, real numbers from 0 to G, `K·B × 1`.
    pub fn position(&self) -> Tensor<2> {
        rows(self.cell.clone().float() + self.share.clone())
    }

    /// Of numbers of cells, `B × G`, the one of the cell into which each uniform falls, `K·B × 1`.
    pub fn of_cell(&self, numbers: Tensor<2>) -> Tensor<2> {
        rows(numbers.gather(1, self.cell.clone()))
    }

    /// The sum of numbers of cells, `B × G`, up to each place: those of the cells before, and the share that is before
    /// it of its own cell's; `K·B × 1`.
    pub fn sum_before(&self, numbers: Tensor<2>) -> Tensor<2> {
        let through = numbers.clone().cumsum(1).gather(1, self.cell.clone());
        rows(through - numbers.gather(1, self.cell.clone()) * (self.share.clone().neg() + 1.0))
    }
}

/// `B × K` as `K·B × 1`, sample by sample.
fn rows(values: Tensor<2>) -> Tensor<2> {
    let [images, samples] = values.dims();
    values.swap_dims(0, 1).reshape([samples * images, 1])
}

/// Φ(x), the distribution function of the standard normal.
pub fn normal_cdf<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    (x * std::f64::consts::FRAC_1_SQRT_2).erf() * 0.5 + 0.5
}

/// The log of the area of the unit sphere in ℝᵈ, 2π^(d/2)/Γ(d/2); in ℝ¹ the sphere is two points, of area 2.
pub fn log_sphere_area(dimension: usize) -> f64 {
    // Γ(½) = √π, Γ(1) = 1, Γ(x + 1) = x·Γ(x).
    let half = dimension as f64 / 2.0;
    let start = if dimension.is_multiple_of(2) { 1.0 } else { 0.5 };
    let mut log_gamma = if start == 1.0 { 0.0 } else { 0.5 * std::f64::consts::PI.ln() };
    let mut x = start;
    while x < half {
        log_gamma += x.ln();
        x += 1.0;
    }
    std::f64::consts::LN_2 + half * std::f64::consts::PI.ln() - log_gamma
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn check(what: &str, points: &[f32], f: fn(Tensor<1>) -> Tensor<1>, truth: fn(f64) -> f64) {
        let x = Tensor::<1>::from_floats(points, &Device::flex().autodiff()).require_grad();
        let value = f(x.clone());
        let slope = x.grad(&value.clone().sum().backward()).unwrap();
        let (value, slope) = (value.into_data(), slope.into_data());
        for ((&x, value), slope) in points.iter().zip(value.iter::<f64>()).zip(slope.iter::<f64>()) {
            let x = f64::from(x);
            let expected = truth(x);
            assert!((value - expected).abs() < 1e-6 * expected.abs().max(1.0), "{what}({x}) = {value}, not {expected}");
            // Relative to x, as these functions bend ever more sharply towards 0.
            let h = 1e-4 * x.abs().max(1e-3);
            let expected = (truth(x + h) - truth(x - h)) / (2.0 * h);
            assert!(
                (slope - expected).abs() < 2e-5 * expected.abs().max(1.0),
                "{what}'({x}) = {slope}, not {expected}"
            );
        }
    }

    #[test]
    fn log_sinhc_is_exact_near_and_far() {
        let truth = |h: f64| match h.abs() {
            a if a < 1e-3 => h * h / 6.0,
            a => a + (-(-2.0 * a).exp()).ln_1p() - (2.0 * a).ln(),
        };
        check("log_sinhc", &[-90.0, -2.0, -0.501, -0.499, -0.1, -1e-3, 1e-4, 0.3, 0.5, 7.0, 300.0], log_sinhc, truth);
        let zero = Tensor::<1>::from_floats([0.0_f32], &Device::flex().autodiff()).require_grad();
        let value = log_sinhc(zero.clone());
        assert_eq!(value.clone().into_scalar::<f32>(), 0.0);
        assert_eq!(zero.grad(&value.backward()).unwrap().into_scalar::<f32>(), 0.0);
    }

    #[test]
    fn spheres_have_their_areas() {
        use std::f64::consts::PI;
        for (dimension, area) in [(1, 2.0), (2, 2.0 * PI), (3, 4.0 * PI), (4, 2.0 * PI * PI), (5, 8.0 / 3.0 * PI * PI)]
        {
            assert!((log_sphere_area(dimension).exp() - area).abs() < 1e-12 * area, "{dimension}");
        }
    }

    #[test]
    fn quantiles_invert_the_distribution_function() {
        let device = Device::flex();
        let masses = Tensor::<2>::from_floats([[1.0_f32, 2.0, 5.0], [4.0, 4.0, 0.0]], &device);
        let uniform = Tensor::<2>::from_floats([[0.25_f32], [0.25], [0.375], [0.75], [1.0], [1.0]], &device);
        let found = Quantile::new(masses.clone(), uniform);
        let assert_are = |values: Tensor<2>, expected: [f32; 6]| {
            let values: Vec<f32> = values.into_data().iter::<f32>().collect();
            let close = values.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
            assert!(close, "{values:?}, not {expected:?}");
        };
        // Σ of cells before, and the rest's share of the cell: 1 + (0.25·8 − 1)/2, 0.25·8/4, 1 + (0.375·8 − 1)/2 = 2.
        // All of the mass ends with the last cell, also where the last has none.
        assert_are(found.position(), [1.5, 0.5, 2.0, 1.5, 3.0, 3.0]);
        assert_are(found.of_cell(masses.clone()), [2.0, 4.0, 5.0, 4.0, 5.0, 0.0]);
        assert_are(found.sum_before(masses), [2.0, 2.0, 3.0, 6.0, 8.0, 8.0]);
    }

    #[test]
    fn a_choice_falls_where_the_cumulative_weights_say() {
        let device = Device::flex();
        let weights = Tensor::<3>::from_floats([[[0.2_f32], [0.5], [0.3]]], &device).repeat_dim(0, 4);
        let uniform = Tensor::<3>::from_floats([[[0.1_f32]], [[0.69]], [[0.71]], [[0.9999]]], &device);
        let chosen: Vec<f32> = choose(weights, uniform).into_data().iter::<f32>().collect();
        assert_eq!(chosen, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    }
}

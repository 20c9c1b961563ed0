//! The von Mises–Fisher distribution on the unit sphere in ℝᵈ (S-VAE: Davidson et al. 2018), with density ∝ e^(κ·μᵀz).
//! The encoder gives μ, which is normalised, and κ.
//!
//! The cosine w = μᵀz of a sample has density ∝ e^(κw)·(1 − w²)^((d−3)/2) on [−1, 1]; the direction perpendicular to μ
//! is uniform. Davidson et al. draw w by Wood's rejection sampling. Here w is drawn by inverting its distribution
//! function, summed on a grid that Wood's envelope adapts to κ: no rejection, one ε per dimension, and a gradient
//! without correction terms. These sums also give the normaliser and the mean, so that no Bessel functions are needed.
//!
//! Where κ is large, w is near 1, and κ·(w − 1) computed from w in single precision would be off by κ·6e-8 nats. So
//! everything is expressed by the drop 1 − w = ½|z − μ|², which is computed without subtracting from 1. κ is at most
//! 10⁶, where a sample is at distance √d/1,000 from μ: beyond that, single precision cannot tell directions apart well
//! enough for a density.

use super::{Distribution, Posterior, repeat};
use crate::kernels::{log_sum_exp_and_shares, softplus};
use crate::model::math::{Quantile, log_sphere_area, normal_cdf};
use crate::model::{Layout, Pass};
use burn::tensor::{Device, Tensor};
use std::f64::consts::PI;

/// Number of cells of the grid.
const CELLS: usize = 512;
/// The largest concentration κ.
const KAPPA_MAX: f64 = 1e6;

/// The von Mises–Fisher family.
pub struct VonMisesFisher {
    latent: usize,
}

impl VonMisesFisher {
    pub fn new(layout: &mut Layout) -> Self {
        Self { latent: layout.plan.latent }
    }
}

impl Posterior for VonMisesFisher {
    fn distribution(&self, _pass: &Pass, output: Tensor<2>) -> Box<dyn Distribution> {
        let images = output.dims()[0];
        let direction = unit(output.clone().slice([0..images, 0..self.latent]));
        // At least 1, as in the authors' code.
        let kappa = softplus(output.slice([0..images, self.latent..self.latent + 1])) + 1.0;
        Box::new(OnSphere::new(direction, kappa.clamp_max(KAPPA_MAX)))
    }
}

/// Vectors scaled to length 1, `rows × latent`; a vector of nearly length 0 becomes the first axis.
fn unit(vectors: Tensor<2>) -> Tensor<2> {
    let short = vectors.clone().square().sum_dim(1).lower_elem(1e-12).float() * 1e-5;
    let axis = first_axis(vectors.dims()[1], &short.device());
    let vectors = vectors + axis * short;
    let length = vectors.clone().square().sum_dim(1).sqrt();
    vectors / length
}

/// The first axis (1, 0, …, 0), `1 × latent`.
fn first_axis(latent: usize, device: &Device) -> Tensor<2> {
    let first: Vec<f32> = (0..latent).map(|axis| f32::from(axis == 0)).collect();
    Tensor::<1>::from_floats(first.as_slice(), &device.clone().without_autodiff()).unsqueeze()
}

/// One von Mises–Fisher distribution per image.
///
/// All that is tabulated depends on κ alone, so that its derivative is one number an image, which the tables give too:
/// the tables themselves are not differentiated.
struct OnSphere {
    /// μ, `B × latent`.
    direction: Tensor<2>,
    /// κ, `B × 1`.
    kappa: Tensor<2>,
    /// b of Wood's envelope, `B × 1`: w = (1 − (1 + b)t)/(1 − (1 − b)t) for t from 0 to 1. It has no gradient, since
    /// the result does not depend on the choice of b.
    envelope: Tensor<2>,
    /// The drops 1 − w at the middles of the cells, and the probabilities of the cells; both `B × CELLS`.
    drop: Tensor<2>,
    masses: Tensor<2>,
    /// log Σ of the integrand over the cells, and the mean of the drop, which is minus the former's derivative by κ;
    /// both `B × 1`.
    log_sum: Tensor<2>,
    mean_drop: Tensor<2>,
}

impl OnSphere {
    /// Tabulate the integrand. With t = sin²(θ/2), e^(κ(w−1))·(1 − w²)^((d−3)/2)·|dw/dθ| is
    /// e^(κ(w−1))·sin^(d−2)θ·b^((d−1)/2)/(1 − (1 − b)t)^(d−1), which is smooth from θ = 0 to π.
    fn new(direction: Tensor<2>, kappa: Tensor<2>) -> Self {
        let across = direction.dims()[1] as f64 - 1.0;
        let fixed = kappa.clone().without_autodiff();
        let double = fixed.clone() * 2.0;
        let envelope = (double.clone() + (double.square() + across * across).sqrt()).recip() * across;
        let middles = (0..CELLS).map(|cell| (cell as f64 + 0.5) * PI / CELLS as f64);
        let middles: Vec<f32> = middles.map(|theta| theta as f32).collect();
        let theta: Tensor<2> = Tensor::<1>::from_floats(middles.as_slice(), &envelope.device()).unsqueeze();
        let [drop, denominator] = place(theta.clone(), envelope.clone());
        let weight =
            theta.sin().log() * (across - 1.0) + envelope.clone().log() * (0.5 * across) - denominator.log() * across;
        let (log_sum, masses) = log_sum_exp_and_shares(weight - fixed * drop.clone(), 1);
        let mean_drop = (masses.clone() * drop.clone()).sum_dim(1);
        Self { direction, kappa, envelope, drop, masses, log_sum, mean_drop }
    }

    /// A function of κ from its value and its derivative by κ, neither of which is differentiated; `B × 1` or
    /// `K·B × 1`.
    fn of_kappa(&self, value: Tensor<2>, slope: impl FnOnce() -> Tensor<2>) -> Tensor<2> {
        if !self.kappa.is_autodiff() {
            return value;
        }
        let rows = value.dims()[0];
        value + slope() * repeat(self.kappa.clone() - self.kappa.clone().without_autodiff(), rows)
    }

    /// The log normaliser, `B × 1`: the log density of z at cosine w is −κ(1 − w) minus this.
    fn log_normaliser(&self) -> Tensor<2> {
        let latent = self.direction.dims()[1];
        let constant = (PI / CELLS as f64).ln() + log_sphere_area(latent - 1);
        self.of_kappa(self.log_sum.clone() + constant, || self.mean_drop.clone().neg())
    }

    /// log q(z|x) in nats of points with the given drops 1 − w, `K·B × 1`.
    fn log_prob_of_drops(&self, drop: Tensor<2>) -> Tensor<1> {
        let rows = drop.dims()[0];
        let log_prob = drop * repeat(self.kappa.clone(), rows).neg() - repeat(self.log_normaliser(), rows);
        log_prob.reshape([rows])
    }

    /// The mean and the variance of the drop 1 − w, each `B × 1`. By κ, which multiplies −(1 − w) in the exponent, the
    /// derivative of the mean is minus the variance, and that of the variance minus the third central moment.
    fn moments(&self) -> [Tensor<2>; 2] {
        let apart = self.drop.clone() - self.mean_drop.clone();
        let squares = self.masses.clone() * apart.clone().square();
        let variance = squares.clone().sum_dim(1);
        let mean = self.of_kappa(self.mean_drop.clone(), || variance.clone().neg());
        [mean, self.of_kappa(variance.clone(), || (squares * apart).sum_dim(1).neg())]
    }

    /// The angle parameters θ of cosines drawn by uniform numbers, `K·B × 1`. With F the distribution function and f
    /// its density, dθ/dκ = −(∂F/∂κ)/f (implicit reparameterisation: Figurnov, Mohamed & Mnih 2018), and the mass of a
    /// cell changes by −mass·(drop − mean drop).
    fn angles(&self, uniform: Tensor<2>) -> Tensor<2> {
        let quantile = Quantile::new(self.masses.clone(), uniform);
        let slope = || {
            let falls = self.masses.clone() * (self.drop.clone() - self.mean_drop.clone());
            // Hardly any sample falls into a cell that is next to empty, where rounding would be most of a slope.
            quantile.sum_before(falls) / quantile.of_cell(self.masses.clone()).clamp_min(1e-7)
        };
        self.of_kappa(quantile.position(), slope) * (PI / CELLS as f64)
    }

    /// Samples, and the drop 1 − w of each, `K·B × 1`. The first ε of a sample gives the drop, the others the direction
    /// perpendicular to μ; a reflection then takes the first axis to μ.
    fn sample_with_drops(&self, epsilon: Tensor<2>) -> [Tensor<2>; 2] {
        let [rows, latent] = epsilon.dims();
        let uniform = normal_cdf(epsilon.clone().slice([0..rows, 0..1]));
        let theta = self.angles(uniform);
        let envelope = repeat(self.envelope.clone(), rows);
        let [drop, denominator] = place(theta.clone(), envelope.clone());
        let sine = theta.sin() * envelope.sqrt() / denominator;
        let across = epsilon.slice([0..rows, 1..latent]);
        let across = across.clone() / (across.square().sum_dim(1) + 1e-12).sqrt() * sine;
        let across = Tensor::cat(vec![drop.zeros_like(), across], 1);

        // Only what is across μ is reflected, and kept across it: rounding would show along μ.
        let mirror = repeat(first_axis(latent, &across.device()) - self.direction.clone(), rows);
        let squares = mirror.clone().square().sum_dim(1).clamp_min(1e-30);
        let across = across.clone() - mirror.clone() * ((across * mirror).sum_dim(1) * 2.0 / squares);
        let direction = repeat(self.direction.clone(), rows);
        let along = drop.clone().neg() + 1.0 - (across.clone() * direction.clone()).sum_dim(1);
        [direction * along + across, drop]
    }
}

/// 1 − w and 1 − (1 − b)t at angle parameter θ.
fn place(theta: Tensor<2>, envelope: Tensor<2>) -> [Tensor<2>; 2] {
    let half = theta * 0.5;
    let scaled = envelope * half.clone().sin().square();
    let denominator = half.cos().square() + scaled.clone();
    [scaled * 2.0 / denominator.clone(), denominator]
}

impl Distribution for OnSphere {
    fn sample(&self, epsilon: Tensor<2>) -> Tensor<2> {
        let [z, _] = self.sample_with_drops(epsilon);
        z
    }

    fn sample_with_log_prob(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let [z, drop] = self.sample_with_drops(epsilon);
        (z, self.log_prob_of_drops(drop))
    }

    fn log_prob(&self, z: Tensor<2>) -> Tensor<1> {
        let rows = z.dims()[0];
        self.log_prob_of_drops((z - repeat(self.direction.clone(), rows)).square().sum_dim(1) * 0.5)
    }

    fn detached(&self) -> Box<dyn Distribution> {
        let [direction, kappa] = [&self.direction, &self.kappa].map(|t| t.clone().detach());
        let (envelope, drop, masses) = (self.envelope.clone(), self.drop.clone(), self.masses.clone());
        let (log_sum, mean_drop) = (self.log_sum.clone(), self.mean_drop.clone());
        Box::new(Self { direction, kappa, envelope, drop, masses, log_sum, mean_drop })
    }

    /// −κ·E[1 − w] minus the log normaliser, plus the log of the sphere's area.
    fn kl_to_uniform_on_sphere(&self) -> Option<Tensor<2>> {
        let [drop, _] = self.moments();
        let latent = self.direction.dims()[1];
        Some(drop * self.kappa.clone().neg() - self.log_normaliser() + log_sphere_area(latent))
    }

    fn mean(&self) -> Tensor<2> {
        let [drop, _] = self.moments();
        self.direction.clone() * (drop.neg() + 1.0)
    }

    /// Standard deviations by dimension: along μ the variance is that of w, perpendicular to μ it is (1 − E[w²])/(d −
    /// 1).
    fn deviation(&self) -> Tensor<2> {
        let across = self.direction.dims()[1] as f64 - 1.0;
        let [drop, along] = self.moments();
        let share = self.direction.clone().square();
        // 1 − E[w²] = 2·E[1 − w] − E[(1 − w)²].
        let rest = drop.clone() * 2.0 - drop.square() - along.clone();
        let variance = along * share.clone() + rest / across * (share.neg() + 1.0);
        variance.clamp_min(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::super::extreme_numbers::{doubles, row};
    use super::*;
    use crate::random::{Purpose, Stream};

    const KAPPAS: [f64; 8] = [1e-3, 0.1, 1.0, 30.0, 1e3, 1e4, 1e5, 1e6];
    const DIMENSIONS: [usize; 5] = [2, 3, 10, 20, 50];

    /// In double precision, over the angle from μ in fine steps: drops 1 − w with their masses, and the logarithm of
    /// the integral of e^−κ(1 − w) over the sphere.
    fn exact(latent: usize, kappa: f64) -> (Vec<[f64; 2]>, f64) {
        const STEPS: usize = 50_000;
        let reach = (20.0 * (latent as f64 / kappa).sqrt()).min(PI);
        let points = (0..STEPS).map(|i| {
            let angle = (i as f64 + 0.5) * reach / STEPS as f64;
            let drop = 2.0 * (0.5 * angle).sin().powi(2);
            (drop, angle.sin().ln() * (latent as f64 - 2.0) - kappa * drop)
        });
        let points: Vec<(f64, f64)> = points.collect();
        let peak = points.iter().fold(f64::NEG_INFINITY, |peak, p| peak.max(p.1));
        let total: f64 = points.iter().map(|p| (p.1 - peak).exp()).sum();
        let log_integral = peak + (total * reach / STEPS as f64).ln() + log_sphere_area(latent - 1);
        (points.iter().map(|p| [p.0, (p.1 - peak).exp() / total]).collect(), log_integral)
    }

    fn tensor(values: &[f64]) -> Tensor<2> {
        row(&values.iter().map(|&v| v as f32).collect::<Vec<f32>>())
    }

    fn normals(rows: usize, latent: usize) -> Tensor<2> {
        let mut values = vec![0.0; rows * latent];
        Stream::new(20, Purpose::Choice).fill_normal(0, &mut values);
        row(&values).reshape([rows, latent])
    }

    /// Some directions: any, the first axis, and one that is hardly off it.
    fn directions(latent: usize) -> Vec<Tensor<2>> {
        let mut near = vec![0.0; latent];
        (near[0], near[1]) = (1.0, 1e-3);
        let axis: Vec<f64> = (0..latent).map(|i| f64::from(i == 0)).collect();
        let any: Vec<f64> = (0..latent).map(|i| ((i * 7 + 3) % 11) as f64 - 4.6).collect();
        [any, axis, near].iter().map(|v| unit(tensor(v))).collect()
    }

    #[test]
    fn item_20_the_kl_and_its_slope_hold_for_every_kappa() {
        for latent in DIMENSIONS {
            for kappa in KAPPAS {
                let (masses, log_integral) = exact(latent, kappa);
                let mean: f64 = masses.iter().map(|[drop, mass]| drop * mass).sum();
                let variance: f64 = masses.iter().map(|[drop, mass]| (drop - mean).powi(2) * mass).sum();
                let expected = -kappa * mean - log_integral + log_sphere_area(latent);
                let leaf = tensor(&[kappa]).autodiff().require_grad();
                let q = OnSphere::new(directions(latent).remove(0).autodiff(), leaf.clone());
                let kl = q.kl_to_uniform_on_sphere().expect("a closed form");
                let found = doubles(kl.clone())[0];
                assert!(
                    (found - expected).abs() < 2e-6 * (10.0 + expected.abs()),
                    "κ = {kappa}, d = {latent}: {found}, not {expected}"
                );
                // dKL/dκ = κ·Var[w].
                let slope = doubles(leaf.grad(&kl.sum().backward()).expect("κ takes part"))[0] * kappa;
                let expected = kappa * kappa * variance;
                assert!(
                    (slope - expected).abs() < 1e-3 * expected + 2e-5 * latent as f64,
                    "κ = {kappa}, d = {latent}: κ·dKL/dκ = {slope}, not {expected}"
                );
            }
        }
    }

    /// In three dimensions log C = log κ − log 2π − log(1 − e^−2κ) at the mode.
    #[test]
    fn item_20_the_normaliser_is_the_closed_form_in_three_dimensions() {
        for kappa in KAPPAS {
            let q = OnSphere::new(directions(3).remove(0), tensor(&[kappa]));
            let found = doubles(q.log_prob(q.direction.clone()))[0];
            let expected = (kappa / (2.0 * PI)).ln() - (-(-2.0 * kappa).exp_m1()).ln();
            assert!((found - expected).abs() < 1e-5, "κ = {kappa}: {found}, not {expected}");
        }
    }

    /// Samples lie on the sphere, fall off as they should, and have the density that they say, also when asked anew.
    #[test]
    fn item_20_samples_and_their_densities_hold_for_every_kappa() {
        const ROWS: usize = 2_000;
        for latent in DIMENSIONS {
            let epsilon = normals(ROWS, latent);
            for kappa in KAPPAS {
                let (masses, log_integral) = exact(latent, kappa);
                for direction in directions(latent) {
                    let q = OnSphere::new(direction.clone(), tensor(&[kappa]));
                    let (z, log_q) = q.sample_with_log_prob(epsilon.clone());
                    let anew = doubles(q.log_prob(z.clone()));
                    let mean = doubles(direction);
                    let length = mean.iter().map(|m| m * m).sum::<f64>().sqrt();
                    let (z, log_q) = (doubles(z), doubles(log_q));
                    let mut drops = Vec::with_capacity(ROWS);
                    for (row, z) in z.chunks_exact(latent).enumerate() {
                        let own = z.iter().map(|v| v * v).sum::<f64>().sqrt();
                        assert!((own - 1.0).abs() < 1e-5, "|z| = {own}");
                        let apart = z.iter().zip(&mean).map(|(z, m)| (z / own - m / length).powi(2)).sum::<f64>();
                        let (drop, what) = (0.5 * apart, format!("κ = {kappa}, d = {latent}, sample {row}"));
                        let expected = -kappa * drop - log_integral;
                        // A sample's coordinates are rounded to 6e-8.
                        let error = 1e-4 + 2e-6 * expected.abs() + 5e-7 * kappa * apart.sqrt();
                        for found in [log_q[row], anew[row]] {
                            assert!((found - expected).abs() < error, "{what}: {found}, not {expected} ± {error}");
                        }
                        drops.push(drop);
                    }
                    // The greatest distance of the distribution functions, as Kolmogorov & Smirnov.
                    drops.sort_by(f64::total_cmp);
                    let (mut below, mut at, mut distance) = (0.0, 0, 0.0_f64);
                    for [drop, mass] in &masses {
                        below += mass;
                        while at < ROWS && drops[at] < *drop {
                            at += 1;
                        }
                        distance = distance.max((below - at as f64 / ROWS as f64).abs());
                    }
                    assert!(distance < 2.0 / (ROWS as f64).sqrt(), "κ = {kappa}, d = {latent}: {distance}");
                }
            }
        }
    }

    /// The drop of a sample changes with κ by −(∂F/∂κ)/f, with the distribution function F and its density f.
    #[test]
    fn item_20_a_sample_follows_kappa_for_every_kappa() {
        for latent in DIMENSIONS {
            for kappa in KAPPAS {
                let (masses, _) = exact(latent, kappa);
                let mean: f64 = masses.iter().map(|[drop, mass]| drop * mass).sum();
                for first in [-2.0_f32, -0.4, 0.9, 2.3] {
                    let mut epsilon = vec![0.5; latent];
                    epsilon[0] = first;
                    let uniform = doubles(normal_cdf(row(&[first])))[0];
                    let leaf = tensor(&[kappa]).autodiff().require_grad();
                    let q = OnSphere::new(directions(latent).remove(0).autodiff(), leaf.clone());
                    let [_, drop] = q.sample_with_drops(row(&epsilon));
                    let slope = leaf.grad(&drop.clone().sum().backward()).expect("κ takes part");
                    let (drop, slope) = (doubles(drop)[0], doubles(slope)[0]);
                    // F falls by Σ mass·(drop − mean) of what is below.
                    let (mut below, mut falls) = (0.0, 0.0);
                    let at = masses.iter().position(|[drop, mass]| {
                        below += mass;
                        falls += mass * (drop - mean);
                        below >= uniform
                    });
                    let at = at.expect("the masses are 1 in all").max(1);
                    let density = masses[at][1] / (masses[at][0] - masses[at - 1][0]);
                    let (found, expected) = (kappa * slope, kappa * falls / density);
                    let what = format!("κ = {kappa}, d = {latent}, ε = {first}");
                    assert!((drop - masses[at][0]).abs() < 0.01 * drop, "{what}: {drop}, not {}", masses[at][0]);
                    // The density within a cell is taken as constant, which tells most where it falls off steeply.
                    assert!((found - expected).abs() < 0.1 * expected.abs(), "{what}: {found}, not {expected}");
                }
            }
        }
    }

    /// Encoder outputs of 0, tiny ones and huge ones still name a direction and a κ.
    #[test]
    fn item_20_every_output_is_a_distribution() {
        let family = VonMisesFisher { latent: 3 };
        for scale in [0.0_f32, 1e-40, 1e-9, 1.0, 1e6, 1e15] {
            for head in [-1e15_f32, 0.0, 1e15] {
                let output = row(&[scale, -scale, 0.5 * scale, head]);
                let q = family.distribution(&Pass::evaluation(&[], &[]), output);
                let (z, log_q) = q.sample_with_log_prob(normals(16, 3));
                let lengths = z.square().sum_dim(1);
                assert!(doubles(lengths).iter().all(|l| (l - 1.0).abs() < 1e-5), "{scale} {head}");
                assert!(doubles(log_q).iter().all(|l| l.is_finite()), "{scale} {head}");
                let kl = doubles(q.kl_to_uniform_on_sphere().expect("a closed form"))[0];
                assert!((0.0..15.0).contains(&kl), "{scale} {head}: {kl}");
            }
        }
    }
}

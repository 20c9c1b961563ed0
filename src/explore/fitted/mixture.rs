//! A mixture of diagonal Gaussians by expectation–maximisation (Dempster, Laird & Rubin 1977; Bishop 2006, § 9.2).

use crate::evidence::LogSum;
use crate::random::{Purpose, Stream};
use std::f64::consts::TAU;

/// EM ends when the mean log density rises by less than this, in nats.
const CONVERGED: f64 = 1e-4;
const ITERATIONS: usize = 100;
/// The smallest variance of a component, where all codes together have variance 1, so that no component shrinks to a
/// single code.
const VARIANCE: f64 = 1e-3;

/// The mixture Σ_k w_k N(m_k, diag v_k).
pub struct Mixture {
    latent: usize,
    weights: Vec<f64>,
    /// The means, `components × latent`.
    means: Vec<f64>,
    variances: Vec<f64>,
}

impl Mixture {
    /// Fit a mixture to whitened codes, `rows × latent`; the seed decides at which codes the components start.
    pub fn fit(codes: &[f64], latent: usize, components: usize, seed: u64) -> Self {
        let mut mixture = Self::start(codes, latent, components, seed);
        let mut last = f64::NEG_INFINITY;
        for _ in 0..ITERATIONS {
            let now = mixture.improve(codes);
            if now - last < CONVERGED {
                break;
            }
            last = now;
        }
        mixture
    }

    /// A mixture with means at codes far apart from each other: each is drawn with a probability in proportion to its
    /// squared distance from the nearest mean so far (k-means++; Arthur & Vassilvitskii 2007).
    fn start(codes: &[f64], latent: usize, components: usize, seed: u64) -> Self {
        let rows = codes.len() / latent;
        let components = components.clamp(1, rows);
        let mut uniform = vec![0.0; components];
        Stream::new(seed, Purpose::Choice).fill_uniform(0, &mut uniform);
        let mut means: Vec<f64> = Vec::new();
        let mut distances = vec![1.0; rows];
        for u in uniform {
            let mut left = f64::from(u) * distances.iter().sum::<f64>();
            let passed = |distance: &f64| {
                left -= distance;
                left <= 0.0
            };
            let chosen = distances.iter().position(passed).unwrap_or(rows - 1);
            let first = means.is_empty();
            means.extend_from_slice(&codes[chosen * latent..][..latent]);
            let newest = &means[means.len() - latent..];
            for (distance, code) in distances.iter_mut().zip(codes.chunks(latent)) {
                let own = code.iter().zip(newest).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
                *distance = if first { own } else { distance.min(own) };
            }
        }
        let weights = vec![1.0 / components as f64; components];
        Self { latent, weights, means, variances: vec![0.5; components * latent] }
    }

    /// log w_k N(z; m_k, v_k) of each component.
    fn log_parts(&self, z: &[f64]) -> Vec<f64> {
        let components = self.means.chunks(self.latent).zip(self.variances.chunks(self.latent));
        let part = |((mean, variance), weight): ((&[f64], &[f64]), &f64)| {
            let entry = |((z, m), v): ((&f64, &f64), &f64)| (z - m).powi(2) / v + (TAU * v).ln();
            weight.ln() - 0.5 * z.iter().zip(mean).zip(variance).map(entry).sum::<f64>()
        };
        components.zip(&self.weights).map(part).collect()
    }

    /// One step of EM; returns the mean log density of the codes before it.
    fn improve(&mut self, codes: &[f64]) -> f64 {
        let (latent, components) = (self.latent, self.weights.len());
        let mut counts = vec![0.0; components];
        let mut sums = vec![0.0; components * latent];
        let mut squares = sums.clone();
        let mut log_density = 0.0;
        for z in codes.chunks(latent) {
            let parts = self.log_parts(z);
            let mut sum = LogSum::default();
            parts.iter().for_each(|&part| sum.push(part));
            log_density += sum.value();
            for (k, part) in parts.into_iter().enumerate() {
                let share = (part - sum.value()).exp();
                counts[k] += share;
                let own = k * latent..(k + 1) * latent;
                for ((sum, square), z) in sums[own.clone()].iter_mut().zip(&mut squares[own]).zip(z) {
                    *sum += share * z;
                    *square += share * z * z;
                }
            }
        }
        let rows = codes.len() as f64 / latent as f64;
        for (k, count) in counts.into_iter().enumerate() {
            // A component that no code belongs to stays where it is and is never drawn.
            self.weights[k] = count / rows;
            if count < 1e-9 {
                continue;
            }
            for i in k * latent..(k + 1) * latent {
                self.means[i] = sums[i] / count;
                self.variances[i] = (squares[i] / count - self.means[i].powi(2)).max(VARIANCE);
            }
        }
        log_density / rows
    }

    /// A draw m_k + √v_k·noise from the component k that `uniform` chooses.
    pub fn draw(&self, noise: &[f64], uniform: f64) -> Vec<f64> {
        let mut left = uniform * self.weights.iter().sum::<f64>();
        let passed = |weight: &f64| {
            left -= weight;
            left <= 0.0
        };
        let k = self.weights.iter().position(passed).unwrap_or(0) * self.latent;
        noise.iter().enumerate().map(|(i, noise)| self.means[k + i] + self.variances[k + i].sqrt() * noise).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];
    const MEANS: [[f64; 2]; 3] = [[-1.2, 0.3], [0.9, 1.0], [0.8, -1.5]];
    const DEVIATIONS: [[f64; 2]; 3] = [[0.3, 0.2], [0.1, 0.3], [0.25, 0.15]];

    fn known(rows: usize) -> Vec<f64> {
        let (mut normal, mut uniform) = (vec![0.0; 2 * rows], vec![0.0; rows]);
        Stream::new(8, Purpose::Prior).fill_normal(0, &mut normal);
        Stream::new(8, Purpose::Prior).fill_uniform(1, &mut uniform);
        let component = |u: f64| usize::from(u > 0.5) + usize::from(u > 0.8);
        let row = |(n, &u): (&[f32], &f32)| {
            let k = component(f64::from(u));
            [0, 1].map(|i| MEANS[k][i] + DEVIATIONS[k][i] * f64::from(n[i]))
        };
        normal.chunks(2).zip(&uniform).flat_map(row).collect()
    }

    #[test]
    fn a_known_mixture_is_found_again() {
        let rows = 4_000;
        let mixture = Mixture::fit(&known(rows), 2, 3, 1);
        for k in 0..3 {
            let nearest = |other: usize| {
                (mixture.means[2 * other] - MEANS[k][0]).hypot(mixture.means[2 * other + 1] - MEANS[k][1])
            };
            let found = (0..3).min_by(|&a, &b| nearest(a).total_cmp(&nearest(b))).expect("three components");
            // 4.5 standard errors each.
            let count = WEIGHTS[k] * rows as f64;
            let error = (WEIGHTS[k] * (1.0 - WEIGHTS[k]) / rows as f64).sqrt();
            assert!(
                (mixture.weights[found] - WEIGHTS[k]).abs() < 4.5 * error,
                "weight {k}: {}",
                mixture.weights[found]
            );
            for i in 0..2 {
                let (mean, deviation) = (mixture.means[2 * found + i], mixture.variances[2 * found + i].sqrt());
                let error = DEVIATIONS[k][i] / count.sqrt();
                assert!((mean - MEANS[k][i]).abs() < 4.5 * error, "mean {k}, {i}: {mean}");
                assert!((deviation - DEVIATIONS[k][i]).abs() < 4.5 * error, "deviation {k}, {i}: {deviation}");
            }
        }
    }

    #[test]
    fn the_density_of_the_codes_never_falls() {
        let codes = known(500);
        let mut mixture = Mixture::start(&codes, 2, 6, 2);
        let steps: Vec<f64> = (0..30).map(|_| mixture.improve(&codes)).collect();
        assert!(steps.windows(2).all(|pair| pair[1] > pair[0] - 1e-9), "{steps:?}");
        assert!(steps[29] > steps[0] + 0.1);
    }

    #[test]
    fn more_components_than_codes_do_no_harm() {
        let mixture = Mixture::fit(&[0.0, 1.0, 1.0, 1.0], 1, 10, 0);
        let drawn = mixture.draw(&[0.0], 0.7)[0];
        assert!((-0.1..=1.1).contains(&drawn), "{drawn}");
    }
}

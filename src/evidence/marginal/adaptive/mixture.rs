//! The proposal for one image: a mixture of q(z|x), the prior and fitted components. Each part is sampled as often as
//! its share says, and every sample is weighted by the density of the whole mixture (the balance heuristic, Veach &
//! Guibas 1995, section 3.2; the deterministic mixture of Owen & Zhou 2000), so that a part which misses something does
//! no harm where another part covers it. Because it contains q and the prior the mixture is defensive (Hesterberg
//! 1995): no weight exceeds the weight under q alone, or the prior alone, by more than the inverse of their shares; and
//! since p(x|z) is bounded, the variance of the weights is finite.

use super::student::Student;

/// The least share of q in the mixture.
const Q: f64 = 0.2;
/// The least share of the prior.
const PRIOR: f64 = 0.05;
/// The least share of all components together.
const COMPONENTS: f64 = 0.05;
/// Points with a smaller share of the total weight do not influence the shares.
const NEGLIGIBLE: f64 = 1e-7;
/// Number of EM steps that the shares take towards their optimum.
const STEPS: usize = 20;

/// A part of the mixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Q,
    Prior,
    Component(usize),
}

/// An evaluated point, with its log densities in nats.
#[derive(Clone, Debug)]
pub struct Point {
    pub z: Vec<f64>,
    pub log_joint: f64,
    pub log_q: f64,
    pub log_prior: f64,
}

/// The number of samples of each part, and the components.
#[derive(Clone, Debug, Default)]
pub struct Mixture {
    /// Number of samples of q, of the prior, and of each component.
    counts: Vec<usize>,
    pub components: Vec<Student>,
}

impl Mixture {
    /// A mixture of `q` samples of q(z|x) and `prior` samples of the prior.
    pub fn new(q: usize, prior: usize) -> Self {
        Self { counts: vec![q, prior], components: Vec::new() }
    }

    /// A mixture of q and the prior alone, with no more than the prior's least share.
    pub fn defensive(samples: usize) -> Self {
        Self { counts: divided(samples, &[1.0 - PRIOR, PRIOR]), components: Vec::new() }
    }

    /// Add a component with `samples` samples.
    pub fn push(&mut self, component: Student, samples: usize) {
        self.counts.push(samples);
        self.components.push(component);
    }

    /// Number of samples of all parts together.
    pub fn samples(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The part from which sample number `sample` is drawn: first come q's, then the prior's, then each component's.
    pub fn part(&self, sample: usize) -> Part {
        let mut before = 0;
        let part = self.counts.iter().position(|count| {
            before += count;
            sample < before
        });
        match part.unwrap_or(0) {
            0 => Part::Q,
            1 => Part::Prior,
            component => Part::Component(component - 2),
        }
    }

    /// The log densities of each part at some points, part by part.
    fn log_parts(&self, points: &[Point]) -> Vec<Vec<f64>> {
        let of_q = points.iter().map(|point| point.log_q).collect();
        let of_prior = points.iter().map(|point| point.log_prior).collect();
        let at: Vec<&[f64]> = points.iter().map(|point| point.z.as_slice()).collect();
        let components = self.components.iter().map(|component| component.log_probs(&at));
        [of_q, of_prior].into_iter().chain(components).collect()
    }

    /// The log of the mixture's density at each point, from the log densities of its parts.
    fn log_whole(&self, parts: &[Vec<f64>]) -> Vec<f64> {
        let samples = self.samples() as f64;
        let log_shares: Vec<f64> = self.counts.iter().map(|&count| (count as f64 / samples).ln()).collect();
        let at = |point: usize| parts.iter().zip(&log_shares).map(move |(logs, share)| logs[point] + share);
        (0..parts[0].len()).map(|point| log_sum(at(point))).collect()
    }

    /// The log weight of each point in nats: log p(x, z) minus the log of the mixture's density.
    pub fn log_weights(&self, points: &[Point]) -> Vec<f64> {
        let whole = self.log_whole(&self.log_parts(points));
        points.iter().zip(whole).map(|(point, whole)| point.log_joint - whole).collect()
    }

    /// A mixture of the same parts with shares fitted to `points`, which were drawn from `self`. The shares minimise
    /// KL[p(z|x) ‖ mixture], by EM on the weighted points (Cappé, Douc, Guillin, Marin & Robert 2008, "Adaptive
    /// importance sampling in general mixture classes", section 4), subject to each part's least share.
    pub fn fitted(self, points: &[Point], samples: usize) -> Self {
        let parts = self.log_parts(points);
        let whole = self.log_whole(&parts);
        let weights = truncated(points.iter().zip(&whole).map(|(point, whole)| point.log_joint - whole).collect());
        // Of the points that matter, the density of each part over that of the mixture that they were drawn from.
        let matter = weights.iter().zip(&whole).enumerate().filter(|(_, (weight, _))| **weight > NEGLIGIBLE);
        let ratios: Vec<(f64, Vec<f64>)> = matter
            .map(|(i, (weight, whole))| (*weight, parts.iter().map(|logs| (logs[i] - whole).exp()).collect()))
            .collect();
        let mut shares: Vec<f64> = self.counts.iter().map(|&count| count as f64 / self.samples() as f64).collect();
        for _ in 0..STEPS {
            let mut next = vec![0.0; shares.len()];
            for (weight, ratios) in &ratios {
                let whole: f64 = ratios.iter().zip(&shares).map(|(ratio, share)| ratio * share).sum();
                for ((next, ratio), share) in next.iter_mut().zip(ratios).zip(&shares) {
                    *next += weight * share * ratio / whole;
                }
            }
            shares = next;
        }
        let fixed = |part: usize| match part {
            0 => Q,
            1 => PRIOR,
            _ => COMPONENTS / self.components.len() as f64,
        };
        let rest = 1.0 - (0..shares.len()).map(fixed).sum::<f64>();
        let shares: Vec<f64> = shares.iter().enumerate().map(|(part, share)| fixed(part) + rest * share).collect();
        Self { counts: divided(samples, &shares), components: self.components }
    }
}

/// Normalised weights, with those above √n times the mean cut off, so that no single one dominates (Ionides 2008,
/// "Truncated importance sampling").
fn truncated(logs: Vec<f64>) -> Vec<f64> {
    let n = logs.len() as f64;
    let most = log_sum(logs.iter().copied()) - 0.5 * n.ln();
    let logs: Vec<f64> =
        logs.into_iter().map(|log| if log.is_nan() { f64::NEG_INFINITY } else { log.min(most) }).collect();
    let sum = log_sum(logs.iter().copied());
    if !sum.is_finite() {
        return vec![1.0 / n; logs.len()];
    }
    logs.into_iter().map(|log| (log - sum).exp()).collect()
}

/// Whole numbers that add up to `samples`, as nearly as possible in proportion to `shares`.
fn divided(samples: usize, shares: &[f64]) -> Vec<usize> {
    let sum: f64 = shares.iter().sum();
    let mut reached = 0.0;
    let mut before = 0;
    shares
        .iter()
        .enumerate()
        .map(|(part, share)| {
            reached += share / sum;
            let end = if part + 1 == shares.len() { samples } else { (reached * samples as f64).round() as usize };
            let count = end.clamp(before, samples) - before;
            before += count;
            count
        })
        .collect()
}

/// log Σ exp, ignoring NaN.
fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + logs.map(|log| (log - most).exp()).filter(|term| !term.is_nan()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_divided_in_proportion() {
        assert_eq!(divided(10, &[0.5, 0.25, 0.25]), [5, 3, 2]);
        assert_eq!(divided(3, &[1.0, 1.0, 1.0, 1.0]).iter().sum::<usize>(), 3);
        let mut mixture = Mixture::new(2, 1);
        mixture.push(Student::new(vec![0.0], vec![1.0]), 3);
        let parts: Vec<Part> = (0..6).map(|sample| mixture.part(sample)).collect();
        assert_eq!(parts[..3], [Part::Q, Part::Q, Part::Prior]);
        assert!(parts[3..].iter().all(|&part| part == Part::Component(0)));
    }

    /// The density of the whole, and shares that go to the part which the target is.
    #[test]
    fn shares_go_where_the_mass_is() {
        let target = Student::new(vec![2.0], vec![0.1]);
        let other = Student::new(vec![-2.0], vec![0.1]);
        let mut mixture = Mixture::new(50, 50);
        mixture.push(other, 50);
        mixture.push(target.clone(), 50);
        let points: Vec<Point> = (0..200)
            .map(|i| {
                let z = vec![-4.0 + 0.04 * f64::from(i)];
                Point { log_joint: target.log_probs(&[&z])[0] - 7.0, log_q: -3.0, log_prior: -3.0, z }
            })
            .collect();
        let whole = (0.5 * (-3.0_f64).exp()
            + 0.25 * mixture.components.iter().map(|c| c.log_probs(&[&[2.1]])[0].exp()).sum::<f64>())
        .ln();
        let point = Point { z: vec![2.1], log_joint: -1.0, log_q: -3.0, log_prior: -3.0 };
        assert!((mixture.log_weights(&[point])[0] - (-1.0 - whole)).abs() < 1e-12);
        let fitted = mixture.fitted(&points, 1_000);
        assert_eq!(fitted.samples(), 1_000);
        assert!(fitted.counts[3] > 650 && fitted.counts[0] >= 200 && fitted.counts[1] >= 50, "{:?}", fitted.counts);
    }
}

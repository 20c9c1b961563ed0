//! The spacing of the inverse temperatures β of an annealed run. If the chains mix, the variance of its log weights is
//! the sum over temperatures of Δβ²·Var_β[U], with U = log p(x, z) − log f₀(z). For a given number of temperatures it
//! is least where all terms are equal: dβ ∝ 1/√Var_β[U], which is constant speed along the thermodynamic length ∫
//! √Var_β[U] dβ (Gelman & Meng 1998, "Simulating normalizing constants", section 4.3; Crooks 2007, "Measuring
//! thermodynamic length"; Grosse, Maddison & Salakhutdinov 2013, "Annealing between distributions by averaging
//! moments"). A pilot run measures Var_β[U] of each image, and suitable step lengths, at temperatures that rise by a
//! constant factor. Its chains are discarded, and the path is fixed before the main run, so that the weights of the
//! main run are unbiased whatever the pilot run found.

use super::super::hmc::{Chains, Motion};

/// The spacing of the main run's inverse temperatures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// Evenly along the thermodynamic length that the pilot run measures for each image.
    #[default]
    Measured,
    /// A sigmoid, slow at both ends and equal for every image (Wu et al. 2017, appendix).
    Sigmoid,
}

/// Number of transitions at the first temperature before the pilot run's measurements count.
pub const WARM_UP: usize = 30;
/// The acceptance probability that step lengths are tuned to: high, since trajectories are short (Neal 2011, section
/// 4.4).
const ACCEPTANCE: f64 = 0.8;
/// The speed of tuning: a transition changes the step length by the factor exp(0.2·(acceptance − target)).
const TUNING: f64 = 0.2;
/// The weight of the newest transition in the running curvature.
const NEWEST: f64 = 0.1;
/// The pilot run's first β is where √Var[U]·β, with the variance under f₀, has this value.
const FIRST: f64 = 0.1;
/// Number of temperatures on each side over which Var_β[U] is averaged.
const WINDOW: usize = 4;
/// The share of temperatures that is spread evenly over the pilot run's range, whatever it measured.
const SPREAD: f64 = 0.1;

/// A temperature of the pilot run.
#[derive(Clone, Debug)]
struct Knot {
    /// (β·√Var_β[U])²: the squared length of the path per unit of log β.
    speed: f64,
    motion: Motion,
}

/// The pilot run of one image.
#[derive(Clone, Debug)]
pub struct Pilot {
    first: f64,
    temperatures: usize,
    transitions: usize,
    step: f64,
    /// A running mean of squared slopes: E[(∂ log π)²] = −E[∂² log π], the density's curvature along each dimension.
    curvature: Vec<f64>,
    knots: Vec<Knot>,
}

impl Pilot {
    /// A pilot run with `temperatures` temperatures, from draws of f₀ (those of image `image` in `chains`).
    pub fn new(chains: &Chains, image: usize, temperatures: usize) -> Self {
        let first = (FIRST / deviation(chains, image)).clamp(1e-12, FIRST);
        let curvature = curvature(chains, image, first);
        Self { first, temperatures, transitions: 0, step: 0.2, curvature, knots: Vec::new() }
    }

    /// The number of transitions of a pilot run.
    pub fn transitions(temperatures: usize) -> usize {
        WARM_UP + temperatures - 1
    }

    /// The parameters of the next transition.
    pub fn motion(&self) -> Motion {
        let done = (self.transitions + 1).saturating_sub(WARM_UP) as f64 / (self.temperatures - 1) as f64;
        // Along dimensions that nothing bends, no further than a hundred of the narrowest one's widths.
        let most = self.curvature.iter().copied().fold(0.0, f64::max);
        let scale = self.curvature.iter().map(|c| if most > 0.0 { c.max(1e-4 * most).powf(-0.5) as f32 } else { 1.0 });
        Motion { beta: self.first.powf(1.0 - done), step: self.step, scale: scale.collect() }
    }

    /// Learn from the transition made with [`motion`](Self::motion).
    pub fn note(&mut self, chains: &Chains, image: usize, acceptance: f64) {
        let motion = self.motion();
        for (mean, new) in self.curvature.iter_mut().zip(curvature(chains, image, motion.beta)) {
            *mean += NEWEST * (new - *mean);
        }
        self.step *= (TUNING * (acceptance - ACCEPTANCE)).exp();
        self.transitions += 1;
        if self.transitions >= WARM_UP {
            let speed = (motion.beta * deviation(chains, image)).powi(2);
            self.knots.push(Knot { speed, motion: Motion { step: self.step, ..motion } });
        }
    }

    /// The path that the finished pilot run determines, with temperatures numbered from 0 to `temperatures`.
    pub fn path(self, schedule: Schedule, temperatures: usize) -> Path {
        let share = |t: usize| t as f64 / temperatures as f64;
        let betas = match schedule {
            Schedule::Measured => {
                let grid: Vec<f64> = self.knots.iter().map(|knot| knot.motion.beta).collect();
                let speeds: Vec<f64> = self.knots.iter().map(|knot| knot.speed).collect();
                evenly(&grid, &speeds, temperatures)
            }
            Schedule::Sigmoid => (0..=temperatures).map(|t| sigmoid(share(t))).collect(),
        };
        Path { betas, motions: self.knots.into_iter().map(|knot| knot.motion).collect() }
    }
}

/// The path of one image from β = 0 to 1: fixed before the main run, and the same in both directions.
#[derive(Clone, Debug)]
pub struct Path {
    betas: Vec<f64>,
    motions: Vec<Motion>,
}

impl Path {
    /// The inverse temperature β of temperature number `temperature`: 0 for the first, 1 for the last.
    pub fn beta(&self, temperature: usize) -> f64 {
        self.betas[temperature]
    }

    /// The parameters of transitions at a temperature: those of the pilot run at its next lower temperature.
    pub fn motion(&self, temperature: usize) -> Motion {
        let beta = self.betas[temperature];
        let above = self.motions.partition_point(|motion| motion.beta <= beta);
        Motion { beta, ..self.motions[above.saturating_sub(1)].clone() }
    }
}

/// √Var[U] over the chains of an image; 0 where it cannot be determined.
fn deviation(chains: &Chains, image: usize) -> f64 {
    let own = image * chains.chains..(image + 1) * chains.chains;
    let values = own.map(|row| chains.at.log_joint[row] - chains.at.log_start[row]).filter(|u| u.is_finite());
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|u| (u - mean).powi(2)).sum();
    if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 }
}

/// The mean squared derivative of the log density along each dimension, over the chains of an image.
fn curvature(chains: &Chains, image: usize, beta: f64) -> Vec<f64> {
    let latent = chains.z.len() / chains.at.log_joint.len();
    let from = image * chains.chains * latent;
    let square = |d: usize, chain: usize| f64::from(chains.at.slope(from + chain * latent + d, beta)).powi(2);
    let mean = |d: usize| {
        let squares = (0..chains.chains).map(|chain| square(d, chain)).filter(|s| s.is_finite());
        squares.sum::<f64>() / chains.chains as f64
    };
    (0..latent).map(mean).collect()
}

/// β of the sigmoid schedule, at a share of the way from 0 to 1.
fn sigmoid(share: f64) -> f64 {
    const RADIUS: f64 = 4.0;
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let at = sigmoid(RADIUS * (2.0 * share - 1.0));
    (at - sigmoid(-RADIUS)) / (sigmoid(RADIUS) - sigmoid(-RADIUS))
}

/// β from 0 to 1 in `count` steps of equal length, given (β·√Var_β[U])² on a grid that ascends to 1.
fn evenly(grid: &[f64], speeds: &[f64], count: usize) -> Vec<f64> {
    let smooth = |k: usize| {
        let near = &speeds[k.saturating_sub(WINDOW)..speeds.len().min(k + WINDOW + 1)];
        let finite: Vec<f64> = near.iter().copied().filter(|v| v.is_finite()).collect();
        (finite.iter().sum::<f64>() / finite.len().max(1) as f64).sqrt()
    };
    // Below the first point Var_β[U] is as there: β·√Var is what has been come by.
    let lengths: Vec<f64> = (0..grid.len())
        .map(|k| if k == 0 { smooth(0) } else { 0.5 * (smooth(k - 1) + smooth(k)) * (grid[k] / grid[k - 1]).ln() })
        .collect();
    let sum: f64 = lengths.iter().sum();
    let (measured, spread) = if sum > 0.0 { ((1.0 - SPREAD) / sum, SPREAD) } else { (0.0, 1.0) };
    let reached: Vec<f64> = lengths
        .iter()
        .scan(0.0, |reached, length| {
            *reached += measured * length + spread / grid.len() as f64;
            Some(*reached)
        })
        .collect();
    let at = |share: f64| {
        let k = reached.partition_point(|r| *r < share).min(grid.len() - 1);
        let before = if k == 0 { 0.0 } else { reached[k - 1] };
        let part = ((share - before) / (reached[k] - before)).clamp(0.0, 1.0);
        if k == 0 { part * grid[0] } else { grid[k - 1] * (grid[k] / grid[k - 1]).powf(part) }
    };
    (0..=count).map(|t| if t == count { 1.0 } else { at(t as f64 / count as f64) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(points: i32) -> Vec<f64> {
        (0..points).map(|k| 1e-4_f64.powf(1.0 - f64::from(k) / f64::from(points - 1))).collect()
    }

    #[test]
    fn schedules_rise_from_zero_to_one() {
        let strange: [fn(usize) -> f64; 5] = [
            |_| 1.0,
            |_| 0.0,
            |k| if k % 3 == 0 { f64::NAN } else { (k as f64).sin().abs() * 100.0 },
            |_| f64::INFINITY,
            |k| if k == 17 { 1e12 } else { 0.0 },
        ];
        for (i, speed) in strange.into_iter().enumerate() {
            for count in [2, 3, 40, 1_000] {
                let betas = evenly(&grid(60), &(0..60).map(speed).collect::<Vec<f64>>(), count);
                assert_eq!((betas.len(), betas[0], betas[count]), (count + 1, 0.0, 1.0), "{i}");
                assert!(betas.windows(2).all(|pair| pair[0] < pair[1]), "{i}: {betas:?}");
            }
        }
        let sigmoid: Vec<f64> = (0..=40).map(|t| sigmoid(f64::from(t) / 40.0)).collect();
        assert!(sigmoid[0] == 0.0 && sigmoid[40] == 1.0 && sigmoid.windows(2).all(|pair| pair[0] < pair[1]));
    }

    /// Of N(0, 1) to N(0, 1/(1 + a)) the length is ∫ √½·a/(1 + a·β) dβ: equal ratios of precisions are equally long.
    #[test]
    fn steps_along_a_gaussian_path_are_of_equal_length() {
        let a = 1e4;
        let grid = grid(200);
        let speeds: Vec<f64> = grid.iter().map(|beta| 0.5 * (a * beta / (1.0 + a * beta)).powi(2)).collect();
        let betas = evenly(&grid, &speeds, 100);
        let precision = |t: usize| (1.0 + a * betas[t]).ln();
        // All but the tenth that is spread evenly over log β, and the first, which begins below the grid.
        let whole = precision(100);
        for t in 10..90 {
            let step = (precision(t + 1) - precision(t)) / whole;
            assert!((0.008..0.0125).contains(&step), "{t}: {step}");
        }
    }
}

//! The gap log p(x) − ELBO in its two parts (Cremer et al. 2018, "Inference suboptimality in variational autoencoders",
//! eq. 4–6). With the decoder unchanged, q*(z|x) is the best member of q's family for each image separately; `L[q]` is
//! the ELBO with the posterior q.
//!
//! ```text
//! log p(x) − L[q]  =  (log p(x) − L[q*])  +  (L[q*] − L[q])
//!                       approximation gap      amortisation gap
//! ```

use super::joint::{Joint, Outputs, read};
use super::noise::epsilon;
use super::threads::side_by_side;
use crate::estimate::Estimate;
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use burn::tensor::ExecutionError;

/// Settings of the search for q*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Number of samples of z per image and step.
    pub samples: usize,
    /// Number of samples of z per image on which progress is judged, with the same ε each time.
    pub judging: usize,
    /// Number of samples of z per image for the reported bounds, with fresh ε.
    pub reporting: usize,
    /// Adam's initial step length; each image halves its own where its bound no longer rises.
    pub learning_rate: f64,
    /// An image is finished when its step length has fallen by this factor, or after `max_steps` steps.
    pub decay: f64,
    /// Improvements of the bound below this (nats) count as no progress.
    pub tolerance: f64,
    /// Largest number of optimiser steps.
    pub max_steps: usize,
    /// Seed of the ε with which the bounds are estimated.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            samples: 16,
            judging: 128,
            reporting: 512,
            learning_rate: 0.03,
            decay: 1e-2,
            tolerance: 1e-3,
            max_steps: 2_000,
            seed: 0,
        }
    }
}

/// The bounds of one image, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// `L[q]`, the ELBO with the encoder's q(z|x).
    pub elbo: Estimate,
    /// `L[q*]`, the ELBO with the best member of q's family.
    pub best: Estimate,
    /// The amortisation gap `L[q*]` − `L[q]`, from the same ε in both terms.
    pub amortisation_gap: Estimate,
}

/// The best posterior q* of every image.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// The parameters of q*, in the form of the encoder's output.
    pub outputs: Outputs,
    /// The bounds before and after the search, in the order of the images.
    pub bounds: Vec<Bounds>,
    /// Number of steps until the last image was finished.
    pub steps: usize,
    /// Whether every image was finished before the largest number of steps.
    pub converged: bool,
}

/// Number of steps between two judgements.
const ROUND: usize = 25;
/// Rows of z in one pass on one thread.
const ROWS: usize = 2_000;
/// Adam's constants (Kingma & Ba 2015).
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.99;

/// The search for q* of some images, in slices.
pub struct Search {
    settings: Settings,
    start: Outputs,
    current: Vec<Member>,
    step: usize,
    /// The images of the next slice, as a range of those not finished.
    phase: Phase,
    bounds: Vec<Bounds>,
}

enum Phase {
    Judge { from: usize, first: bool },
    Climb { steps_left: usize },
    Report { from: usize },
    Done,
}

/// The search of one image: Adam's state, and the averages of its last round.
struct Member {
    output: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    steps: i32,
    rate: f64,
    /// Sum of the parameters of q over the steps of this round.
    sum: Vec<f64>,
    /// Mean of the parameters of q over the last round, which averages out the noise of sampled gradients.
    mean: Vec<f64>,
    /// The bound at `mean`.
    value: f64,
}

impl Member {
    fn new(output: &[f32], rate: f64) -> Self {
        let output: Vec<f64> = output.iter().map(|&v| f64::from(v)).collect();
        let zeros = vec![0.0; output.len()];
        Self {
            first: zeros.clone(),
            second: zeros.clone(),
            steps: 0,
            rate,
            sum: zeros,
            mean: output.clone(),
            value: f64::NEG_INFINITY,
            output,
        }
    }

    /// One step of Adam up the gradient.
    fn climb(&mut self, gradient: &[f64]) {
        if gradient.iter().all(|g| g.is_finite()) {
            self.steps += 1;
            let (correct1, correct2) = (1.0 - BETA1.powi(self.steps), 1.0 - BETA2.powi(self.steps));
            let moments = self.first.iter_mut().zip(&mut self.second);
            for ((output, (m, v)), g) in self.output.iter_mut().zip(moments).zip(gradient) {
                *m = *m * BETA1 + g * (1.0 - BETA1);
                *v = *v * BETA2 + g * g * (1.0 - BETA2);
                *output += self.rate * (*m / correct1) / ((*v / correct2).sqrt() + 1e-8);
            }
        }
        self.sum.iter_mut().zip(&self.output).for_each(|(sum, v)| *sum += v);
    }

    fn end_round(&mut self) {
        self.mean.iter_mut().zip(&mut self.sum).for_each(|(mean, sum)| *mean = std::mem::take(sum) / ROUND as f64);
    }

    /// Halve the step length if the bound no longer rises. (Keeping the better of two results instead would fit q* to
    /// the samples on which it is judged.)
    fn judge(&mut self, value: f64, tolerance: f64) {
        let rise = value - self.value;
        // NaN is no rise.
        if rise.is_nan() || rise < tolerance {
            self.rate *= 0.5;
        }
        self.value = value;
    }
}

impl Search {
    /// A search that starts at the encoder's q(z|x), for all images of `joint`.
    pub fn new(joint: &dyn Joint, outputs: Outputs, settings: Settings) -> Self {
        let current =
            (0..joint.images()).map(|i| Member::new(outputs.row(i), settings.learning_rate)).collect::<Vec<_>>();
        Self {
            settings,
            start: outputs,
            current,
            step: 0,
            phase: Phase::Judge { from: 0, first: true },
            bounds: Vec::new(),
        }
    }

    fn live(&self) -> Vec<usize> {
        let least = self.settings.learning_rate * self.settings.decay;
        (0..self.current.len()).filter(|&i| self.current[i].rate > least).collect()
    }

    /// Numbers of every member.
    fn outputs(&self, of: fn(&Member) -> &[f64]) -> Outputs {
        let values = self.current.iter().flat_map(of);
        Outputs { columns: self.start.columns, values: values.map(|&v| v as f32).collect() }
    }

    /// The gradient of L with respect to the parameters of q for the given images, with fresh ε (Kingma & Welling 2013)
    /// and without the score term of log q, whose mean is 0: its noise then vanishes where q equals the posterior
    /// (Roeder et al. 2017, eq. 8).
    fn gradients(
        &self,
        joint: &dyn Joint,
        outputs: &Outputs,
        live: &[usize],
        threads: usize,
    ) -> Result<Vec<Vec<f64>>, ExecutionError> {
        let samples = self.settings.samples;
        let noise = Stream::new(self.settings.seed, Purpose::EpsilonClimbing);
        let size = live.len().div_ceil(threads.max(1)).max(1);
        let parts: Vec<&[usize]> = live.chunks(size).collect();
        let work = |images: &[usize]| -> Result<Vec<Vec<f64>>, ExecutionError> {
            let mut gradients = Vec::new();
            for images in images.chunks((ROWS / samples).max(1)) {
                let epsilon = epsilon(joint, noise, self.step as u64, images, samples);
                let leaf = outputs.rows(images, &joint.device()).autodiff().require_grad();
                let q = joint.approximation(leaf.clone());
                let (z, log_q) = q.sample_with_log_prob(epsilon);
                let log_q = if q.has_density() { q.detached().log_prob(z.clone()) } else { log_q };
                let objective = (joint.log_joint(images, z) - log_q).sum() / samples as f64;
                let mut found = objective.backward();
                let gradient = leaf.grad_remove(&mut found).unwrap_or_else(|| leaf.without_autodiff().zeros_like());
                let gradient: Vec<f64> = gradient.try_into_data()?.iter::<f64>().collect();
                gradients.extend(gradient.chunks(outputs.columns).map(<[f64]>::to_vec));
            }
            Ok(gradients)
        };
        let found = side_by_side(parts, work);
        found.into_iter().collect::<Result<Vec<_>, _>>().map(|parts| parts.into_iter().flatten().collect())
    }
}

impl Sliced<dyn Joint + '_> for Search {
    /// The best posteriors q*, with their bounds.
    type Found = Best;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        let Settings { judging, reporting, seed, tolerance, max_steps, .. } = self.settings;
        let live = self.live();
        match self.phase {
            Phase::Judge { from, first } => {
                let part: Vec<usize> = live.iter().copied().filter(|&i| i >= from).collect();
                let part = &part[..part.len().min(threads * (ROWS / judging).max(1))];
                let outputs = self.outputs(|member| &member.mean);
                let noise = Stream::new(seed, Purpose::EpsilonJudging);
                let values = values(joint, &outputs, part, noise, judging, threads)?;
                for (&i, values) in part.iter().zip(values) {
                    let value = Estimate::mean(&values).value;
                    let member = &mut self.current[i];
                    if first { member.value = value } else { member.judge(value, tolerance) }
                }
                self.phase = match part.last() {
                    Some(&last) if live.iter().any(|&i| i > last) => Phase::Judge { from: last + 1, first },
                    _ if self.live().is_empty() || self.step >= max_steps => Phase::Report { from: 0 },
                    _ => Phase::Climb { steps_left: ROUND },
                };
            }
            Phase::Climb { steps_left } => {
                let outputs = self.outputs(|member| &member.output);
                for (i, gradient) in live.iter().zip(self.gradients(joint, &outputs, &live, threads)?) {
                    self.current[*i].climb(&gradient);
                }
                self.step += 1;
                self.phase = match steps_left {
                    1 => {
                        live.iter().for_each(|&i| self.current[i].end_round());
                        Phase::Judge { from: 0, first: false }
                    }
                    left => Phase::Climb { steps_left: left - 1 },
                };
            }
            Phase::Report { from } => {
                let to = self.current.len().min(from + threads * (ROWS / reporting).max(1));
                let part: Vec<usize> = (from..to).collect();
                let noise = Stream::new(seed, Purpose::EpsilonReporting);
                let before = values(joint, &self.start, &part, noise, reporting, threads)?;
                let after = values(joint, &self.outputs(|m| &m.mean), &part, noise, reporting, threads)?;
                for ((&i, before), after) in part.iter().zip(&before).zip(&after) {
                    let mut found = bounds(before, after);
                    // A q that the search made worse for certain stays as it was.
                    let rise = found.amortisation_gap;
                    if rise.value.is_nan() || rise.value < -4.0 * rise.se {
                        self.current[i].mean = self.start.row(i).iter().map(|&v| f64::from(v)).collect();
                        found = bounds(before, before);
                    }
                    self.bounds.push(found);
                }
                self.phase = if to < self.current.len() { Phase::Report { from: to } } else { Phase::Done };
            }
            Phase::Done => {}
        }
        Ok(matches!(self.phase, Phase::Done))
    }

    /// Progress counted in steps, out of the largest possible number.
    fn progress(&self) -> Progress {
        Progress { done: self.step, all: self.settings.max_steps, what: "splitting the gap" }
    }

    fn finish(self: Box<Self>) -> Best {
        let converged = self.live().is_empty();
        Best { outputs: self.outputs(|member| &member.mean), bounds: self.bounds, steps: self.step, converged }
    }
}

/// Search for q* in one call, on at most `threads` threads (more than 1 only on the CPU).
///
/// # Errors
/// The device fails.
pub fn search(joint: &dyn Joint, outputs: Outputs, settings: Settings, threads: usize) -> Result<Best, ExecutionError> {
    Search::new(joint, outputs, settings).run(joint, threads)
}

/// log p(x, z) − log q(z|x) of `samples` samples of each of some images; the same `noise` gives the same ε.
fn values(
    joint: &dyn Joint,
    outputs: &Outputs,
    images: &[usize],
    noise: Stream,
    samples: usize,
    threads: usize,
) -> Result<Vec<Vec<f64>>, ExecutionError> {
    let parts: Vec<&[usize]> = images.chunks(images.len().div_ceil(threads.max(1)).max(1)).collect();
    let work = |images: &[usize]| -> Result<Vec<Vec<f64>>, ExecutionError> {
        let q = joint.approximation(outputs.rows(images, &joint.device()));
        let (z, log_q) = q.sample_with_log_prob(epsilon(joint, noise, 0, images, samples));
        let values = read(joint.log_joint(images, z) - log_q)?;
        Ok((0..images.len()).map(|b| values.iter().skip(b).step_by(images.len()).copied().collect()).collect())
    };
    let found = side_by_side(parts, work);
    found.into_iter().collect::<Result<Vec<_>, _>>().map(|parts| parts.into_iter().flatten().collect())
}

/// The bounds of one image from its log ratios before and after the search, which share their ε.
fn bounds(before: &[f64], after: &[f64]) -> Bounds {
    let rises: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    Bounds { elbo: Estimate::mean(before), best: Estimate::mean(after), amortisation_gap: Estimate::mean(&rises) }
}

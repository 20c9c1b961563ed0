//! log p(x) by annealed importance sampling (Neal 2001) with HMC transitions, as Wu, Burda, Salakhutdinov & Grosse 2017
//! ("On the quantitative analysis of decoder-based generative models") set it up. Chains run from f₀ to p(z|x) through
//! f₀^(1−β)·p(x, z)^β and give a stochastic lower bound; chains run backwards from an exact draw of p(z|x), which there is
//! for data simulated from the model, give an upper one (bidirectional Monte Carlo: Grosse, Ghahramani & Adams 2015).

use super::estimate::Estimate;
use super::hmc::{Chains, Target};
use super::joint::{Joint, Outputs, read};
use super::marginal::LogWeights;
use super::noise::{choices, epsilon};
use crate::model::prior::Noise;
use crate::random::{Purpose, Stream};
use burn::tensor::ExecutionError;

pub use super::hmc::Start;

/// How the chains run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Chains an image.
    pub chains: usize,
    /// Intermediate distributions; more bring the bounds together.
    pub temperatures: usize,
    /// Leapfrog steps a transition.
    pub leapfrog: usize,
    pub start: Start,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { chains: 16, temperatures: 500, leapfrog: 10, start: Start::Prior, seed: 0 }
    }
}

/// Which way chains run.
#[derive(Clone, Debug, PartialEq)]
pub enum Direction {
    /// From f₀: a lower bound.
    Forward,
    /// From exact draws of p(z|x), one an image, `images × latent`: an upper bound.
    Reverse(Vec<f32>),
}

/// What annealing finds for one image; nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Annealed {
    /// A lower bound on log p(x) in expectation, or an upper one of reverse chains.
    /// Its error by the delta method over chains.
    pub log_px: Estimate,
    /// How many of the chains count, (Σ w)²/Σ w².
    pub effective_chains: f64,
    /// Mean acceptance probability of the transitions.
    pub acceptance: f64,
}

/// Chains (rows of z) in one pass of one thread.
const ROWS: usize = 256;
/// The acceptance that step lengths are tuned to.
const ACCEPTANCE: f64 = 0.65;
/// How fast: a step length changes by the factor exp(0.2·(acceptance − 0.65)).
const TUNING: f64 = 0.2;
/// Transitions at the first temperature before the tuned ones count.
const WARM_UP: usize = 30;

/// Annealed importance sampling of some images, in slices of one transition.
pub struct AnnealedSampling {
    settings: Settings,
    outputs: Outputs,
    direction: Direction,
    images: usize,
    group: Option<Group>,
    done: Vec<Annealed>,
    transitions: usize,
}

/// Images whose chains run side by side.
struct Group {
    chains: Chains,
    /// The step length of each image at each temperature, as the pilot run found it.
    steps: Vec<Vec<f64>>,
    stage: Stage,
    log_weights: Vec<f64>,
    acceptance: Vec<f64>,
}

enum Stage {
    /// A run that only tunes; its chains are thrown away.
    Pilot { transition: usize, step: Vec<f64> },
    /// The run that counts, with fixed step lengths.
    Run { temperature: usize },
}

impl AnnealedSampling {
    /// All images of `joint`; `outputs` is q's, which only [`Start::Approximation`] looks at.
    pub fn new(joint: &dyn Joint, outputs: Outputs, direction: Direction, settings: Settings) -> Self {
        let settings = Settings { temperatures: settings.temperatures.max(2), ..settings };
        let images = joint.images();
        Self { settings, outputs, direction, images, group: None, done: Vec::new(), transitions: 0 }
    }

    /// Transitions of all groups done and in all.
    pub fn progress(&self, threads: usize) -> (usize, usize) {
        let groups = self.images.div_ceil(self.group_size(threads));
        (self.transitions, groups * (WARM_UP + 2 * (self.settings.temperatures - 1)))
    }

    /// The images that are done.
    pub fn done(&self) -> &[Annealed] {
        &self.done
    }

    fn group_size(&self, threads: usize) -> usize {
        (threads.max(1) * ROWS / self.settings.chains).max(1)
    }

    /// β at a temperature from 0 to `temperatures`: a sigmoid, slow at both ends (Wu et al. 2017, appendix).
    fn beta(&self, temperature: usize) -> f64 {
        const RADIUS: f64 = 4.0;
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let at = sigmoid(RADIUS * (2.0 * temperature as f64 / self.settings.temperatures as f64 - 1.0));
        (at - sigmoid(-RADIUS)) / (sigmoid(RADIUS) - sigmoid(-RADIUS))
    }

    /// A part of the work, on so many threads (one, except on the CPU); `true` once all is done.
    ///
    /// # Errors
    /// The device's.
    pub fn slice(&mut self, joint: &dyn Joint, threads: usize) -> Result<bool, ExecutionError> {
        let from = self.done.len();
        if from == self.images {
            return Ok(true);
        }
        let outputs = std::mem::replace(&mut self.outputs, Outputs { columns: 0, values: Vec::new() });
        let target = Target { joint, outputs: &outputs, start: self.settings.start, threads };
        let outcome = self.advance(&target, from, threads);
        self.outputs = outputs;
        outcome?;
        Ok(self.done.len() == self.images)
    }

    fn advance(&mut self, target: &Target, from: usize, threads: usize) -> Result<(), ExecutionError> {
        let mut group = match self.group.take() {
            Some(group) => group,
            None => {
                let images: Vec<usize> = (from..self.images.min(from + self.group_size(threads))).collect();
                let pilots = self.settings.chains.div_ceil(4);
                let step = vec![0.2; images.len()];
                let acceptance = vec![0.0; images.len()];
                let stage = Stage::Pilot { transition: 0, step };
                let chains = self.start(target, images, pilots, 0)?;
                Group { chains, steps: Vec::new(), stage, log_weights: Vec::new(), acceptance }
            }
        };
        match &mut group.stage {
            Stage::Pilot { transition, step } => {
                let temperature = (*transition + 2).saturating_sub(WARM_UP).max(1);
                let acceptance =
                    self.move_chains(target, &mut group.chains, temperature, step, *transition as u64, 0)?;
                for (step, acceptance) in step.iter_mut().zip(acceptance) {
                    *step *= (TUNING * (acceptance - ACCEPTANCE)).exp();
                }
                *transition += 1;
                if *transition >= WARM_UP {
                    group.steps.push(step.clone());
                }
                if group.steps.len() == self.settings.temperatures - 1 {
                    let images = group.chains.images.clone();
                    let chains = self.settings.chains;
                    let temperature = match &self.direction {
                        Direction::Forward => {
                            group.chains = self.start(target, images, chains, 1)?;
                            1
                        }
                        Direction::Reverse(z) => {
                            let latent = target.joint.latent();
                            let own = images.iter().map(|&i| &z[i * latent..][..latent]);
                            let z = own.flat_map(|z| std::iter::repeat_n(z, chains).flatten()).copied().collect();
                            group.chains = target.chains(images, chains, z)?;
                            self.settings.temperatures
                        }
                    };
                    group.log_weights = vec![0.0; group.chains.log_joint.len()];
                    group.stage = Stage::Run { temperature };
                }
            }
            Stage::Run { temperature } => {
                let now = *temperature;
                let rise = self.beta(now) - self.beta(now - 1);
                let Chains { log_joint, log_start, .. } = &group.chains;
                for (weight, (joint, start)) in group.log_weights.iter_mut().zip(log_joint.iter().zip(log_start)) {
                    *weight += rise * (joint - start);
                }
                let forward = self.direction == Direction::Forward;
                // The distribution to move in before the next weight, if there is one.
                let at = if forward { now } else { now - 1 };
                if (1..self.settings.temperatures).contains(&at) {
                    let steps = &group.steps[at - 1];
                    let phase = if forward { 1 } else { 2 };
                    let found = self.move_chains(target, &mut group.chains, at, steps, at as u64, phase)?;
                    group.acceptance.iter_mut().zip(found).for_each(|(sum, a)| *sum += a);
                    *temperature = if forward { now + 1 } else { now - 1 };
                } else {
                    self.close(&group, forward);
                    return Ok(());
                }
            }
        }
        self.transitions += 1;
        self.group = Some(group);
        Ok(())
    }

    /// Chains at independent draws of f₀.
    fn start(&self, target: &Target, images: Vec<usize>, chains: usize, phase: u64) -> Result<Chains, ExecutionError> {
        let joint = target.joint;
        let noise = Stream::new(self.settings.seed, Purpose::AnnealingStart);
        let normal = epsilon(joint, noise, phase, &images, chains);
        let z = match self.settings.start {
            Start::Prior => {
                let uniform = choices(joint, noise, phase, &images, chains);
                joint.draw_prior(Noise { normal, uniform })
            }
            Start::Approximation => joint.approximation(target.outputs.rows(&images, &joint.device())).sample(normal),
        };
        // From chain by chain to image by image.
        let latent = joint.latent();
        let z = read(z.reshape([images.len() * chains * latent]))?;
        let rows = (0..images.len()).flat_map(|b| (0..chains).map(move |c| (c, b)));
        let z = rows.flat_map(|(c, b)| &z[(c * images.len() + b) * latent..][..latent]).map(|&v| v as f32).collect();
        target.chains(images, chains, z)
    }

    fn move_chains(
        &self,
        target: &Target,
        chains: &mut Chains,
        temperature: usize,
        steps: &[f64],
        counter: u64,
        phase: u64,
    ) -> Result<Vec<f64>, ExecutionError> {
        let seed = self.settings.seed;
        let (momenta, acceptance) =
            (Stream::new(seed, Purpose::AnnealingMomentum), Stream::new(seed, Purpose::AnnealingAcceptance));
        let mut normal = vec![0.0; chains.z.len()];
        let mut uniform = vec![0.0; chains.log_joint.len()];
        let per_image = normal.len() / chains.images.len();
        for (i, &image) in chains.images.iter().enumerate() {
            let counter = ((counter * 4 + phase) << 32) | image as u64;
            momenta.fill_normal(counter, &mut normal[i * per_image..][..per_image]);
            acceptance.fill_uniform(counter, &mut uniform[i * chains.chains..][..chains.chains]);
        }
        target.transition(chains, self.beta(temperature), (self.settings.leapfrog, steps), normal, &uniform)
    }

    /// The group's results.
    fn close(&mut self, group: &Group, forward: bool) {
        let transitions = (self.settings.temperatures - 1) as f64;
        let sign = if forward { 1.0 } else { -1.0 };
        for (logs, acceptance) in group.log_weights.chunks_exact(group.chains.chains).zip(&group.acceptance) {
            let mut weights = LogWeights::default();
            logs.iter().for_each(|log| weights.push(sign * log));
            self.done.push(Annealed {
                log_px: Estimate { value: sign * weights.log_mean(), se: weights.standard_error() },
                effective_chains: weights.effective_sample_size(),
                acceptance: acceptance / transitions,
            });
        }
    }

    /// The results, image by image.
    pub fn finish(self) -> Vec<Annealed> {
        self.done
    }
}

/// All at once, on so many threads.
///
/// # Errors
/// The device's.
pub fn anneal(
    joint: &dyn Joint,
    outputs: Outputs,
    direction: Direction,
    settings: Settings,
    threads: usize,
) -> Result<Vec<Annealed>, ExecutionError> {
    let mut sampling = AnnealedSampling::new(joint, outputs, direction, settings);
    while !sampling.slice(joint, threads)? {}
    Ok(sampling.finish())
}

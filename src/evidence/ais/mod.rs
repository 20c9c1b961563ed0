//! log p(x) by annealed importance sampling (Neal 2001) with Hamiltonian transitions, as in Wu, Burda, Salakhutdinov &
//! Grosse 2017 ("On the quantitative analysis of decoder-based generative models"). Chains move from a start density f₀
//! to p(z|x) through the densities f₀^(1−β)·p(x, z)^β and give a stochastic lower bound. Chains that run backwards from
//! an exact draw of p(z|x), which is known for data simulated from the model, give an upper bound (bidirectional Monte
//! Carlo: Grosse, Ghahramani & Adams 2015).

mod path;

use super::hmc::{Chains, Chance, Motion, Target};
use super::joint::{Joint, Outputs, read};
use super::marginal::LogWeights;
use super::noise::{choices, epsilon};
use crate::estimate::Estimate;
use crate::model::prior::LatentNoise;
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use burn::tensor::ExecutionError;

pub use super::hmc::Start;
pub use path::Schedule;
use path::{Path, Pilot};

/// The settings of annealed importance sampling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Number of chains per image.
    pub chains: usize,
    /// Number of intermediate distributions; more of them bring lower and upper bound closer together.
    pub temperatures: usize,
    /// Number of leapfrog steps per transition.
    pub leapfrog: usize,
    /// The density f₀ at inverse temperature β = 0, where forward chains start.
    pub start: Start,
    /// How the inverse temperatures β are spaced.
    pub schedule: Schedule,
    /// Seed of the chains' noise.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let (start, schedule) = (Start::default(), Schedule::default());
        Self { chains: 16, temperatures: 2_000, leapfrog: 2, start, schedule, seed: 0 }
    }
}

impl Settings {
    /// Number of temperatures of the pilot run: a quarter of those of the main run, but not too few.
    fn pilot_temperatures(&self) -> usize {
        (self.temperatures / 4).max(64)
    }

    fn pilot_chains(&self) -> usize {
        self.chains.div_ceil(2).max(4)
    }
}

/// The direction in which chains run.
#[derive(Clone, Debug, PartialEq)]
pub enum Direction {
    /// From f₀ to p(z|x), which gives a stochastic lower bound on log p(x).
    Forward,
    /// From exact draws of p(z|x) to f₀, with one draw per image, `images × latent`: a stochastic upper bound on log
    /// p(x).
    Reverse(Vec<f32>),
}

/// The result of annealed importance sampling for one image; log p(x) in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Annealed {
    /// log p(x): in expectation a lower bound, from reverse chains an upper bound. Its standard error is by the delta
    /// method over chains.
    pub log_px: Estimate,
    /// The effective number of chains, (Σ w)²/Σ w².
    pub effective_chains: f64,
    /// Mean acceptance probability of the transitions.
    pub acceptance: f64,
}

/// Chains (rows of z) in one pass on one thread.
const ROWS: usize = 256;
/// Annealed importance sampling of some images; a slice is one transition of a group of images.
pub struct AnnealedSampling {
    settings: Settings,
    outputs: Outputs,
    direction: Direction,
    images: usize,
    group: Option<Group>,
    done: Vec<Annealed>,
    transitions: usize,
    /// Number of threads of the last slice, which determines how many images run side by side.
    threads: usize,
}

/// Images whose chains run side by side.
struct Group {
    chains: Chains,
    stage: Stage,
    log_weights: Vec<f64>,
    acceptance: Vec<f64>,
}

/// The stage that a group of images is in.
enum Stage {
    /// The pilot run, which measures the path; its chains are discarded.
    Pilot { transition: usize, pilots: Vec<Pilot> },
    /// The main run, on paths that no longer change.
    Run { temperature: usize, paths: Vec<Path> },
}

impl AnnealedSampling {
    /// A measurement of all images of `joint`. `outputs` are the encoder's; only [`Start::Approximation`] uses them.
    pub fn new(joint: &dyn Joint, outputs: Outputs, direction: Direction, settings: Settings) -> Self {
        let settings = Settings { temperatures: settings.temperatures.max(2), ..settings };
        let images = joint.images();
        Self { settings, outputs, direction, images, group: None, done: Vec::new(), transitions: 0, threads: 1 }
    }

    fn group_size(&self, threads: usize) -> usize {
        (threads.max(1) * ROWS / self.settings.chains).max(1)
    }

    fn advance(&mut self, target: &Target, from: usize, threads: usize) -> Result<(), ExecutionError> {
        let mut group = match self.group.take() {
            Some(group) => group,
            None => {
                let images: Vec<usize> = (from..self.images.min(from + self.group_size(threads))).collect();
                let acceptance = vec![0.0; images.len()];
                let chains = self.start(target, images, self.settings.pilot_chains(), 0)?;
                let temperatures = self.settings.pilot_temperatures();
                let pilots = (0..acceptance.len()).map(|i| Pilot::new(&chains, i, temperatures)).collect();
                Group { chains, stage: Stage::Pilot { transition: 0, pilots }, log_weights: Vec::new(), acceptance }
            }
        };
        match &mut group.stage {
            Stage::Pilot { transition, pilots } => {
                let motions: Vec<Motion> = pilots.iter().map(Pilot::motion).collect();
                let acceptance = self.move_chains(target, &mut group.chains, &motions, *transition as u64, 0)?;
                for (i, (pilot, acceptance)) in pilots.iter_mut().zip(acceptance).enumerate() {
                    pilot.note(&group.chains, i, acceptance);
                }
                *transition += 1;
                if *transition == Pilot::transitions(self.settings.pilot_temperatures()) {
                    let Settings { schedule, temperatures, .. } = self.settings;
                    let paths = pilots.drain(..).map(|pilot| pilot.path(schedule, temperatures)).collect();
                    self.begin(target, &mut group, paths)?;
                }
            }
            Stage::Run { temperature, paths } => {
                let (now, chains) = (*temperature, self.settings.chains);
                for (i, (path, weights)) in paths.iter().zip(group.log_weights.chunks_exact_mut(chains)).enumerate() {
                    let rise = path.beta(now) - path.beta(now - 1);
                    for (weight, row) in weights.iter_mut().zip(i * chains..) {
                        *weight += rise * (group.chains.at.log_joint[row] - group.chains.at.log_start[row]);
                    }
                }
                let forward = self.direction == Direction::Forward;
                // The distribution to move in before the next weight, if there is one.
                let at = if forward { now } else { now - 1 };
                if (1..self.settings.temperatures).contains(&at) {
                    let motions: Vec<Motion> = paths.iter().map(|path| path.motion(at)).collect();
                    let phase = if forward { 1 } else { 2 };
                    let found = self.move_chains(target, &mut group.chains, &motions, at as u64, phase)?;
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

    /// Go from the pilot run to the main run, with new chains at one end of the paths.
    fn begin(&self, target: &Target, group: &mut Group, paths: Vec<Path>) -> Result<(), ExecutionError> {
        let (images, chains) = (group.chains.images.clone(), self.settings.chains);
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
        group.log_weights = vec![0.0; paths.len() * chains];
        group.stage = Stage::Run { temperature, paths };
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
                joint.draw_prior(LatentNoise { normal, uniform })
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
        motions: &[Motion],
        counter: u64,
        phase: u64,
    ) -> Result<Vec<f64>, ExecutionError> {
        let stream = |purpose| Stream::new(self.settings.seed, purpose);
        let (momenta, uniforms) = (stream(Purpose::AnnealingMomentum), stream(Purpose::AnnealingAcceptance));
        let rows = chains.images.len() * chains.chains;
        let mut chance =
            Chance { momenta: vec![0.0; chains.z.len()], acceptance: vec![0.0; rows], length: vec![0.0; rows] };
        let per_image = chains.z.len() / chains.images.len();
        let mut own = vec![0.0; 2 * chains.chains];
        for (i, &image) in chains.images.iter().enumerate() {
            let counter = ((counter * 4 + phase) << 32) | image as u64;
            momenta.fill_normal(counter, &mut chance.momenta[i * per_image..][..per_image]);
            uniforms.fill_uniform(counter, &mut own);
            let (acceptance, length) = own.split_at(chains.chains);
            chance.acceptance[i * chains.chains..][..chains.chains].copy_from_slice(acceptance);
            chance.length[i * chains.chains..][..chains.chains].copy_from_slice(length);
        }
        target.transition(chains, motions, self.settings.leapfrog, chance)
    }

    /// Store the group's results.
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
}

impl Sliced<dyn Joint + '_> for AnnealedSampling {
    /// The results, in the order of the images.
    type Found = Vec<Annealed>;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        self.threads = threads;
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

    /// Progress counted in transitions of all groups.
    fn progress(&self) -> Progress {
        let groups = self.images.div_ceil(self.group_size(self.threads));
        let pilot = Pilot::transitions(self.settings.pilot_temperatures());
        let all = groups * (pilot + self.settings.temperatures - 1);
        Progress { done: self.transitions, all, what: "annealing" }
    }

    fn finish(self: Box<Self>) -> Vec<Annealed> {
        self.done
    }
}

/// Run annealed importance sampling in one call, on at most `threads` threads.
///
/// # Errors
/// The device fails.
pub fn anneal(
    joint: &dyn Joint,
    outputs: Outputs,
    direction: Direction,
    settings: Settings,
    threads: usize,
) -> Result<Vec<Annealed>, ExecutionError> {
    AnnealedSampling::new(joint, outputs, direction, settings).run(joint, threads)
}

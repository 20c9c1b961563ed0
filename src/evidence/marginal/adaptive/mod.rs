//! log p(x) by adaptive multiple importance sampling (Cornuet, Marin, Mira & Robert 2012) where q(z|x) may miss part of
//! p(z|x). A pilot of every image, from q, a wider q, the prior and a wider prior, looks for points that the proposal so far gives too
//! little; at the heaviest ones, apart from each other, components are placed and fitted, and sampled in their turn, round
//! after round (incremental mixture importance sampling with optimisation: Raftery & Bao 2010, "Estimating and projecting
//! trends in HIV/AIDS generalized epidemics using incremental mixture importance sampling"). Then the mixture is fixed, and
//! the samples that count are drawn from it anew: given the pilot, the mean of their weights is unbiased for p(x), however
//! well or badly the pilot went.

mod fit;
mod group;
mod mixture;
mod student;

use super::pareto::threshold;
use crate::estimate::Estimate;
use crate::evidence::joint::{Joint, Outputs};
use crate::evidence::threads::side_by_side;
use burn::tensor::ExecutionError;
use group::Group;

/// What adaptive importance sampling finds for one image; nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adaptive {
    /// log p(x); below it on average by about half the square of its error. The error takes the samples as independent
    /// draws from the mixture, which is somewhat too large where its parts differ.
    pub log_px: Estimate,
    /// (Σ w)²/Σ w² of the `samples`.
    pub effective_samples: f64,
    /// k̂ of the weights; `None` where all are equal or too few.
    pub pareto_k: Option<f64>,
    /// KL[q(z|x) ‖ p(z|x)]: log p(x) less the ELBO of those samples that came from q.
    pub kl: Estimate,
    /// Samples that count.
    pub samples: usize,
    /// Components of the mixture beside q and the prior.
    pub components: usize,
}

impl Adaptive {
    /// Whether k̂ says that the standard error cannot be trusted.
    pub fn is_degenerate(&self) -> bool {
        self.pareto_k.is_some_and(|k| k > threshold(self.samples))
    }
}

/// How the samples of an image are spent. Half of them at most go to the pilot, where a gradient counts as three samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    /// First draws: from q, from the prior, from a wider q and from a wider prior.
    q: usize,
    prior: usize,
    wide: usize,
    broad: usize,
    /// Components placed in each round.
    rounds: [usize; ROUNDS],
    /// Samples that count.
    counted: usize,
}

const ROUNDS: usize = 6;
/// Latent dimensions of a space that a few hundred draws fill.
const FEW: usize = 3;
/// Draws from a new component.
const DRAWS: usize = 48;
/// Components placed at most.
const COMPONENTS: usize = 24;
/// A gradient in samples: it takes about as long as three.
const GRADIENT: usize = 3;
/// Fewer samples than this are not worth a pilot; nor are so few that they pay for no component.
const LEAST: usize = 500;

impl Plan {
    fn new(samples: usize, latent: usize) -> Self {
        let pilot = samples / 2;
        let first = pilot / 3;
        let component = GRADIENT * fit::STEPS * 2 * latent + DRAWS;
        let components = ((pilot - first) / component).min(COMPONENTS);
        if samples < LEAST || components == 0 {
            return Self { q: 0, prior: 0, wide: 0, broad: 0, rounds: [0; ROUNDS], counted: samples };
        }
        // Draws from everywhere find what is anywhere as long as there is little space.
        let [prior, wide, broad] = match latent {
            1..=FEW => [first * 3 / 8, first / 8, first * 3 / 8],
            _ => [first / 16, first / 4, 0],
        };
        let rounds = std::array::from_fn(|round| (components + ROUNDS - 1 - round) / ROUNDS);
        Self {
            q: first - prior - wide - broad,
            prior,
            wide,
            broad,
            rounds,
            counted: samples - first - components * component,
        }
    }

    /// Samples of the pilot and of the rest, and gradients as so many samples.
    fn all(&self, latent: usize) -> usize {
        let components: usize = self.rounds.iter().sum();
        self.q
            + self.prior
            + self.wide
            + self.broad
            + components * (GRADIENT * fit::STEPS * 2 * latent + DRAWS)
            + self.counted
    }
}

/// Whether so many samples pay for a pilot that places components. Without, all are drawn from q and, a twentieth, the prior.
pub fn adapts(samples: usize, latent: usize) -> bool {
    Plan::new(samples, latent).q > 0
}

/// Images that one thread has in hand.
const IMAGES: usize = 8;

/// Adaptive importance sampling of some images, in slices of bounded memory.
pub struct AdaptiveSampling {
    outputs: Outputs,
    seed: u64,
    plan: Plan,
    samples: usize,
    /// A group of images for each thread, in order.
    groups: Vec<Group>,
    done: Vec<Adaptive>,
    images: usize,
}

impl AdaptiveSampling {
    /// `samples` an image for all images of `joint`, those of the pilot among them.
    pub fn new(joint: &dyn Joint, outputs: Outputs, samples: usize, seed: u64) -> Self {
        let plan = Plan::new(samples, joint.latent());
        let samples = plan.all(joint.latent());
        Self { outputs, seed, plan, samples, groups: Vec::new(), done: Vec::new(), images: joint.images() }
    }

    /// Samples done and in all.
    pub fn progress(&self) -> (usize, usize) {
        let under_way: usize = self.groups.iter().map(Group::spent).sum();
        (self.done.len() * self.samples + under_way, self.images * self.samples)
    }

    /// The images that are done.
    pub fn done(&self) -> &[Adaptive] {
        &self.done
    }

    /// A part of the work, on so many threads (one, except on the CPU); `true` once all is done.
    ///
    /// # Errors
    /// The device's.
    pub fn slice(&mut self, joint: &dyn Joint, threads: usize) -> Result<bool, ExecutionError> {
        if self.groups.is_empty() {
            let all: Vec<usize> = (self.done.len()..self.images).collect();
            let next = all.chunks(IMAGES).take(threads.max(1));
            self.groups = next.map(|images| Group::new(images.to_vec(), self.plan, self.seed)).collect();
        }
        let outputs = &self.outputs;
        let busy: Vec<&mut Group> = self.groups.iter_mut().filter(|group| !group.is_done()).collect();
        for outcome in side_by_side(busy, |group| group.advance(joint, outputs)) {
            outcome?;
        }
        if self.groups.iter().all(Group::is_done) {
            self.done.extend(self.groups.drain(..).flat_map(Group::finish));
        }
        Ok(self.done.len() == self.images)
    }

    /// The results, image by image.
    pub fn finish(self) -> Vec<Adaptive> {
        self.done
    }
}

/// All at once, on so many threads.
///
/// # Errors
/// The device's.
pub fn adaptive(
    joint: &dyn Joint,
    outputs: Outputs,
    samples: usize,
    seed: u64,
    threads: usize,
) -> Result<Vec<Adaptive>, ExecutionError> {
    let mut sampling = AdaptiveSampling::new(joint, outputs, samples, seed);
    while !sampling.slice(joint, threads)? {}
    Ok(sampling.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_spends_what_it_has() {
        for samples in [1, 100, 500, 1_000, 5_000, 100_000] {
            for latent in [1, 2, 3, 10, 20, 50, 200] {
                let plan = Plan::new(samples, latent);
                assert_eq!(plan.all(latent), samples, "{plan:?}");
                assert!(plan.counted * 2 >= samples, "{plan:?}");
            }
        }
        let in_two = Plan::new(5_000, 2);
        assert!(in_two.rounds.iter().sum::<usize>() >= 8 && in_two.prior >= 300, "{in_two:?}");
        assert!(Plan::new(5_000, 20).rounds[0] == 1 && adapts(5_000, 50) && !adapts(5_000, 100) && !adapts(400, 2));
    }
}

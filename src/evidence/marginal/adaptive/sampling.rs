//! Adaptive importance sampling of many images.

use super::group::Group;
use super::plan::Plan;
use super::result::Adaptive;
use crate::evidence::joint::{Joint, Outputs};
use crate::evidence::threads::side_by_side;
use crate::kernels::part;
use crate::sliced::{Progress, Sliced};
use burn::tensor::ExecutionError;

/// The largest number of images that one thread works on at a time.
const IMAGES: usize = 8;
/// The number of groups is a multiple of this, so that two or four threads end together.
const TOGETHER: usize = 4;

/// Adaptive importance sampling of some images, in slices of bounded memory.
pub struct AdaptiveSampling {
    outputs: Outputs,
    seed: u64,
    plan: Plan,
    samples: usize,
    draws: usize,
    /// One group of images for each thread, in order.
    groups: Vec<Group>,
    /// Number of groups that were begun.
    begun: usize,
    done: Vec<Adaptive>,
    images: usize,
}

impl AdaptiveSampling {
    /// A measurement with `samples` samples per image, including those of the pilot, for all images of `joint`.
    pub fn new(joint: &dyn Joint, outputs: Outputs, samples: usize, seed: u64) -> Self {
        let plan = Plan::new(samples, joint.latent());
        let samples = plan.all(joint.latent());
        let images = joint.images();
        Self { outputs, seed, plan, samples, draws: 0, groups: Vec::new(), begun: 0, done: Vec::new(), images }
    }

    /// This measurement, with `draws` draws from p(z|x) of each image.
    #[must_use]
    pub fn drawing(self, draws: usize) -> Self {
        Self { draws, ..self }
    }
}

impl Sliced<dyn Joint + '_> for AdaptiveSampling {
    /// The results, in the order of the images.
    type Found = Vec<Adaptive>;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        if self.groups.is_empty() {
            // Groups do not depend on the number of threads, and so neither do random numbers.
            let all = self.images.div_ceil(IMAGES).next_multiple_of(TOGETHER).min(self.images);
            let next = self.begun..all.min(self.begun + threads.max(1));
            self.begun = next.end;
            let images = next.map(|group| part(group, all, self.images).collect());
            self.groups = images.map(|images| Group::new(images, self.plan, self.seed, self.draws)).collect();
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

    /// Progress counted in samples.
    fn progress(&self) -> Progress {
        let under_way: usize = self.groups.iter().map(Group::spent).sum();
        let done = self.done.len() * self.samples + under_way;
        Progress { done, all: self.images * self.samples, what: "adaptive importance sampling" }
    }

    fn finish(self: Box<Self>) -> Vec<Adaptive> {
        self.done
    }
}

/// Run adaptive importance sampling in one call, on at most `threads` threads.
///
/// # Errors
/// The device fails.
pub fn adaptive(
    joint: &dyn Joint,
    outputs: Outputs,
    samples: usize,
    seed: u64,
    threads: usize,
) -> Result<Vec<Adaptive>, ExecutionError> {
    AdaptiveSampling::new(joint, outputs, samples, seed).run(joint, threads)
}

//! log p(x) by importance sampling from q(z|x), with diagnostics that tell whether to trust it.

use super::log_weights::LogWeights;
use super::pareto::Tail;
use super::quality::WeightQuality;
use crate::estimate::Estimate;
use crate::evidence::joint::{Joint, Outputs, read};
use crate::evidence::noise::epsilon;
use crate::evidence::threads::side_by_side;
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Tensor};

/// Number of images in one pass.
const IMAGES: usize = 20;
/// Number of samples per image in one pass on one thread.
const SAMPLES: usize = 50;

/// The result of importance sampling for one image, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Importance {
    /// log p(x) (Burda et al. 2015, eq. 8), whose estimate is too low on average by about half the square of its
    /// standard error.
    pub log_px: Estimate,
    /// The ELBO E_q[log w], from the same samples.
    pub elbo: Estimate,
    /// KL[q(z|x) ‖ p(z|x)], with self-normalised weights.
    pub kl: Estimate,
    /// KL[p(z|x) ‖ q(z|x)], with self-normalised weights.
    pub reverse_kl: f64,
    /// The quality of the weights of all samples.
    pub weights: WeightQuality,
}

/// Importance sampling of some images, in slices of bounded memory.
pub struct ImportanceSampling {
    outputs: Outputs,
    samples: usize,
    noise: Stream,
    /// Number of samples done for the present group of images.
    sampled: usize,
    group: Vec<(LogWeights, Tail)>,
    done: Vec<Importance>,
    images: usize,
}

impl ImportanceSampling {
    /// A measurement with `samples` samples per image, for all images of `joint`.
    pub fn new(joint: &dyn Joint, outputs: Outputs, samples: usize, seed: u64) -> Self {
        let noise = Stream::new(seed, Purpose::EpsilonMarginal);
        Self { outputs, samples, noise, sampled: 0, group: Vec::new(), done: Vec::new(), images: joint.images() }
    }
}

impl Sliced<dyn Joint + '_> for ImportanceSampling {
    /// The results, in the order of the images.
    type Found = Vec<Importance>;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        let from = self.done.len();
        let images: Vec<usize> = (from..self.images.min(from + IMAGES)).collect();
        if images.is_empty() {
            return Ok(true);
        }
        if self.sampled == 0 {
            self.group = vec![(LogWeights::default(), Tail::new(self.samples)); images.len()];
        }
        let mut chunks = Vec::new();
        while chunks.len() < threads.max(1) && self.sampled < self.samples {
            let samples = SAMPLES.min(self.samples - self.sampled);
            chunks.push((self.sampled, samples));
            self.sampled += samples;
        }
        let (outputs, noise) = (&self.outputs, self.noise);
        let work = |(counter, samples): (usize, usize)| {
            log_weights(joint, outputs, &images, epsilon(joint, noise, counter as u64, &images, samples))
        };
        for weights in side_by_side(chunks, work) {
            for (i, weight) in weights?.into_iter().enumerate() {
                let (sums, tail) = &mut self.group[i % images.len()];
                sums.push(weight);
                tail.push(weight);
            }
        }
        if self.sampled >= self.samples {
            let samples = self.samples;
            self.done.extend(self.group.drain(..).map(|(weights, tail)| Importance {
                log_px: Estimate { value: weights.log_mean(), se: weights.standard_error() },
                elbo: Estimate { value: weights.mean_log(), se: weights.mean_log_se() },
                kl: Estimate { value: weights.kl(), se: weights.kl_se() },
                reverse_kl: weights.reverse_kl(),
                weights: WeightQuality {
                    samples,
                    effective_samples: weights.effective_sample_size(),
                    pareto_k: tail.shape(),
                },
            }));
            self.sampled = 0;
        }
        Ok(self.done.len() == self.images)
    }

    /// Progress counted in samples.
    fn progress(&self) -> Progress {
        let done = self.done.len() * self.samples + self.group.len() * self.sampled;
        Progress { done, all: self.images * self.samples, what: "importance sampling" }
    }

    fn finish(self: Box<Self>) -> Vec<Importance> {
        self.done
    }
}

/// The log weights log p(x, z) − log q(z|x) in nats of the B images with the numbers `images`: `K·B` values, sample by
/// sample like `epsilon`, `K·B × latent`.
///
/// # Errors
/// The device fails; it shows when the values are read back.
pub fn log_weights(
    joint: &dyn Joint,
    outputs: &Outputs,
    images: &[usize],
    epsilon: Tensor<2>,
) -> Result<Vec<f64>, ExecutionError> {
    let q = joint.approximation(outputs.rows(images, &joint.device()));
    let (z, log_q) = q.sample_with_log_prob(epsilon);
    read(joint.log_joint(images, z) - log_q)
}

/// Run importance sampling in one call, on at most `threads` threads.
///
/// # Errors
/// The device fails.
pub fn importance(
    joint: &dyn Joint,
    outputs: Outputs,
    samples: usize,
    seed: u64,
    threads: usize,
) -> Result<Vec<Importance>, ExecutionError> {
    ImportanceSampling::new(joint, outputs, samples, seed).run(joint, threads)
}

//! log p(x) by importance sampling from q(z|x), with what tells whether to believe it.

use super::log_weights::LogWeights;
use super::pareto::{Tail, threshold};
use crate::estimate::Estimate;
use crate::evidence::joint::{Joint, Outputs, read};
use crate::evidence::noise::epsilon;
use crate::evidence::threads::side_by_side;
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Tensor};

/// Images in one pass.
const IMAGES: usize = 20;
/// Samples an image in one pass of one thread.
const SAMPLES: usize = 50;

/// What importance sampling finds for one image; nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Importance {
    /// log p(x) (Burda et al. 2015, eq. 8); below it on average by about half the square of its error.
    pub log_px: Estimate,
    /// (Σ w)²/Σ w² of the `samples`.
    pub effective_samples: f64,
    /// k̂; `None` where all weights are equal or too few.
    pub pareto_k: Option<f64>,
    /// E_q[log w], the ELBO by the same samples.
    pub elbo: Estimate,
    /// KL[q(z|x) ‖ p(z|x)] with self-normalised weights.
    pub kl: Estimate,
    /// KL[p(z|x) ‖ q(z|x)] with self-normalised weights.
    pub reverse_kl: f64,
    /// Samples drawn for the image.
    pub samples: usize,
}

impl Importance {
    /// Whether k̂ says that the standard error cannot be trusted.
    pub fn is_degenerate(&self) -> bool {
        self.pareto_k.is_some_and(|k| k > threshold(self.samples))
    }
}

/// Importance sampling of some images, in slices of bounded memory.
pub struct ImportanceSampling {
    outputs: Outputs,
    samples: usize,
    noise: Stream,
    /// Samples done for the current group of images.
    sampled: usize,
    group: Vec<(LogWeights, Tail)>,
    done: Vec<Importance>,
    images: usize,
}

impl ImportanceSampling {
    /// `samples` an image for all images of `joint`.
    pub fn new(joint: &dyn Joint, outputs: Outputs, samples: usize, seed: u64) -> Self {
        let noise = Stream::new(seed, Purpose::EpsilonMarginal);
        Self { outputs, samples, noise, sampled: 0, group: Vec::new(), done: Vec::new(), images: joint.images() }
    }
}

impl Sliced<dyn Joint + '_> for ImportanceSampling {
    /// Image by image.
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
                effective_samples: weights.effective_sample_size(),
                pareto_k: tail.shape(),
                elbo: Estimate { value: weights.mean_log(), se: weights.mean_log_se() },
                kl: Estimate { value: weights.kl(), se: weights.kl_se() },
                reverse_kl: weights.reverse_kl(),
                samples,
            }));
            self.sampled = 0;
        }
        Ok(self.done.len() == self.images)
    }

    /// By samples.
    fn progress(&self) -> Progress {
        let done = self.done.len() * self.samples + self.group.len() * self.sampled;
        Progress { done, all: self.images * self.samples, what: "importance sampling" }
    }

    fn finish(self: Box<Self>) -> Vec<Importance> {
        self.done
    }
}

/// log w = log p(x, z) − log q(z|x), nats, of the B images `images`, by number: sample by sample as `epsilon` is,
/// `K·B × latent`.
///
/// # Errors
/// The device's, when the numbers are read back.
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

/// All at once, on so many threads.
///
/// # Errors
/// The device's.
pub fn importance(
    joint: &dyn Joint,
    outputs: Outputs,
    samples: usize,
    seed: u64,
    threads: usize,
) -> Result<Vec<Importance>, ExecutionError> {
    ImportanceSampling::new(joint, outputs, samples, seed).run(joint, threads)
}

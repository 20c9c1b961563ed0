//! The aggregate posterior q(z) = 1/N Σ_n q(z|x_n) of a set of images, and the decomposition of the ELBO's KL term
//! (Hoffman & Johnson 2016, "ELBO surgery"; Chen et al. 2018, "Isolating sources of disentanglement", eq. 2):
//!
//! ```text
//! E_x KL[q(z|x) ‖ p(z)]  =  I_q(x; z)  +  KL[q(z) ‖ Π_j q(z_j)]  +  Σ_j KL[q(z_j) ‖ p(z_j)]
//!                           mutual        total correlation       dimension-wise KL
//!                           information   └───────── KL[q(z) ‖ p(z)] ─────────────┘
//! ```
//!
//! All terms are means of log density ratios at draws z ~ q(z|x_n), with q(z) and q(z_j) summed over *all* N images,
//! including the one that z was drawn for.

use super::joint::{Joint, Outputs, read, repeat_rows};
use super::logsum::LogSum;
use super::noise::epsilon;
use super::threads::side_by_side;
use crate::estimate::Estimate;
use crate::random::{Purpose, Stream};
use crate::sliced::{Progress, Sliced};
use burn::tensor::{ExecutionError, Tensor};

/// A sentence for the user on how the values of [`Aggregate`] are estimated, and on their bias.
pub const ESTIMATOR: &str = "means over z ~ q(z|x) of log ratios, with q(z) the exact mixture over these N images: \
    unbiased for these images' aggregate; as an estimate for the population the mutual information is too small (it \
    cannot exceed log N) and KL[q(z) ‖ p(z)] and its parts too large, by amounts that vanish as N grows";

/// A latent dimension is inactive if its posterior mean has a smaller variance over images (Burda et al. 2015, section
/// 5).
const ACTIVE_VARIANCE: f64 = 0.01;
/// Pairs of a draw and an image in one pass on one thread.
const PAIRS: usize = 50_000;

/// The decomposed KL term of N images: means over images with their standard errors, in nats per image.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Number N of images whose posteriors q(z) is the mixture of.
    pub images: usize,
    /// Number of draws of z per image.
    pub draws: usize,
    /// The KL term E_x KL[q(z|x) ‖ p(z)], from the same draws as its parts.
    pub kl: Estimate,
    /// The mutual information I_q(x; z) = E_x KL[q(z|x) ‖ q(z)] ≤ log N.
    pub mutual_information: Estimate,
    /// The marginal KL[q(z) ‖ p(z)].
    pub marginal_kl: Estimate,
    /// The total correlation KL[q(z) ‖ Π_j q(z_j)]; `None` where the marginals of q(z|x) have no closed form.
    pub total_correlation: Option<Estimate>,
    /// The dimension-wise KL[q(z_j) ‖ p(z_j)]; `None` where the marginals of q(z|x) have no closed form or p(z) does
    /// not factorise.
    pub dimension_wise_kl: Option<Vec<Estimate>>,
}

/// Whether each latent dimension is an active unit, that is, whether its posterior mean has a variance over x above
/// 0.01 (Burda et al. 2015, section 5). `means` is `images × latent`. The variance is that of a sample of N images, on
/// average too small by the factor 1 − 1/N.
pub fn active_units(means: &[f32], latent: usize) -> Vec<bool> {
    let images = means.len() as f64 / latent as f64;
    let variance = |d: usize| {
        let values = means.iter().skip(d).step_by(latent).map(|&v| f64::from(v));
        let mean = values.clone().sum::<f64>() / images;
        values.map(|v| (v - mean).powi(2)).sum::<f64>() / images
    };
    (0..latent).map(|d| variance(d) > ACTIVE_VARIANCE).collect()
}

/// The log densities at one draw of z, in nats.
#[derive(Clone, Default)]
struct Ratios {
    /// log q(z|x) of the image that z was drawn for, log q(z), and log p(z).
    own: f64,
    aggregate: f64,
    prior: f64,
    /// log q(z_j) and log p(z_j) of each dimension j.
    marginals: Vec<f64>,
    prior_marginals: Vec<f64>,
}

/// The measurement of the aggregate posterior of some images, in slices.
pub struct AggregatePosterior {
    outputs: Outputs,
    draws: usize,
    seed: u64,
    /// The log densities, ordered by image, then by draw.
    ratios: Vec<Ratios>,
    images: usize,
}

impl AggregatePosterior {
    /// A measurement with `draws` draws of z per image, for all images of `outputs`.
    pub fn new(outputs: Outputs, draws: usize, seed: u64) -> Self {
        Self { images: outputs.images(), outputs, draws: draws.max(1), seed, ratios: Vec::new() }
    }

    /// Draw z for some images, and evaluate it under q(z|x) of all images.
    fn look(&self, joint: &dyn Joint, images: &[usize]) -> Result<Vec<Ratios>, ExecutionError> {
        let (device, latent, count) = (joint.device(), joint.latent(), self.images);
        let noise = Stream::new(self.seed, Purpose::EpsilonAggregate);
        let own = joint.approximation(self.outputs.rows(images, &device));
        let (z, own_log) = own.sample_with_log_prob(epsilon(joint, noise, 0, images, self.draws));
        let draws = images.len() * self.draws;
        let own_log = read(own_log)?;
        let prior = read(joint.log_prior(z.clone()))?;
        let flat = |values: Option<Tensor<2>>| match values {
            Some(values) => read(values.reshape([draws * latent])),
            None => Ok(Vec::new()),
        };
        let prior_marginals = flat(joint.log_prior_per_dimension(z.clone()))?;
        let z: Vec<f32> = z.try_into_data()?.iter::<f32>().collect();

        let everyone: Vec<usize> = (0..count).collect();
        let all = joint.approximation(self.outputs.rows(&everyone, &device));
        let mut ratios = vec![Ratios::default(); draws];
        // Row k·B + b of the sampled draws; image by image outside.
        let place = |row: usize| (row % images.len()) * self.draws + row / images.len();
        let step = (PAIRS / count).max(1);
        for (chunk, z) in z.chunks(step * latent).enumerate() {
            let rows = repeat_rows(z, latent, count, &device);
            let pairs = read(all.log_prob(rows.clone()))?;
            let marginals = match all.marginal_log_prob(rows) {
                Some(marginals) => read(marginals.reshape([pairs.len() * latent]))?,
                None => Vec::new(),
            };
            for (i, logs) in pairs.chunks_exact(count).enumerate() {
                let row = chunk * step + i;
                let own_marginals = marginals.get(i * count * latent..(i + 1) * count * latent).unwrap_or(&[]);
                ratios[place(row)] = Ratios {
                    own: own_log[row],
                    aggregate: log_mean(logs.iter().copied(), count),
                    prior: prior[row],
                    marginals: (0..latent.min(own_marginals.len()))
                        .map(|d| log_mean(own_marginals.iter().skip(d).step_by(latent).copied(), count))
                        .collect(),
                    prior_marginals: prior_marginals.chunks_exact(latent).nth(row).unwrap_or(&[]).to_vec(),
                };
            }
        }
        Ok(ratios)
    }
}

impl Sliced<dyn Joint + '_> for AggregatePosterior {
    type Found = Aggregate;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        let from = self.ratios.len() / self.draws;
        let size = (PAIRS / (self.images * self.draws)).max(1);
        let to = self.images.min(from + threads.max(1) * size);
        let images: Vec<usize> = (from..to).collect();
        let parts: Vec<&[usize]> = images.chunks(size).collect();
        let found = side_by_side(parts, |images| self.look(joint, images));
        for ratios in found {
            self.ratios.extend(ratios?);
        }
        Ok(to == self.images)
    }

    /// Progress counted in images.
    fn progress(&self) -> Progress {
        Progress { done: self.ratios.len() / self.draws, all: self.images, what: "the parts of the KL" }
    }

    fn finish(self: Box<Self>) -> Aggregate {
        // The draws of an image are one observation: they share x.
        let mean = |of: &dyn Fn(&Ratios) -> f64| {
            let by_image: Vec<f64> = self
                .ratios
                .chunks_exact(self.draws)
                .map(|draws| draws.iter().map(of).sum::<f64>() / self.draws as f64)
                .collect();
            Estimate::mean(&by_image)
        };
        let has = |of: fn(&Ratios) -> &Vec<f64>| self.ratios.first().is_some_and(|ratios| !of(ratios).is_empty());
        let marginals = has(|ratios| &ratios.marginals);
        let dimensions = self.ratios.first().map_or(0, |ratios| ratios.marginals.len());
        let factorised = marginals && has(|ratios| &ratios.prior_marginals);
        Aggregate {
            images: self.images,
            draws: self.draws,
            kl: mean(&|r| r.own - r.prior),
            mutual_information: mean(&|r| r.own - r.aggregate),
            marginal_kl: mean(&|r| r.aggregate - r.prior),
            total_correlation: marginals.then(|| mean(&|r| r.aggregate - r.marginals.iter().sum::<f64>())),
            dimension_wise_kl: factorised
                .then(|| (0..dimensions).map(|d| mean(&|r| r.marginals[d] - r.prior_marginals[d])).collect()),
        }
    }
}

/// log 1/n Σ exp.
fn log_mean(logs: impl Iterator<Item = f64>, n: usize) -> f64 {
    let mut sum = LogSum::default();
    logs.for_each(|log| sum.push(log));
    sum.value() - (n as f64).ln()
}

/// Measure the aggregate posterior in one call, on at most `threads` threads.
///
/// # Errors
/// The device fails.
pub fn aggregate(
    joint: &dyn Joint,
    outputs: Outputs,
    draws: usize,
    seed: u64,
    threads: usize,
) -> Result<Aggregate, ExecutionError> {
    AggregatePosterior::new(outputs, draws, seed).run(joint, threads)
}

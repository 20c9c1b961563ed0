//! How well the dimensions of a code match the known factors of the data: scores from 0 to 1, one file each.
//!
//! The code of an image is the mean of q(z|x). All scores are computed from one table of codes and factors, by the
//! settings of Locatello et al. 2019 ("Challenging Common Assumptions …", appendix C) unless said otherwise.

mod beta_vae;
mod dci;
mod factor_vae;
mod forest;
mod measurement;
mod mig;
mod sap;
mod scoring;

#[cfg(test)]
mod tests;

pub use measurement::Measurement;

use scoring::Scoring;

use crate::random::{Purpose, Stream};
use serde::Serialize;

/// Codes whose variance over images is below this are taken for constant.
const CONSTANT: f64 = 1e-8;

/// The codes of N images and what they were drawn from.
#[derive(Clone, Debug)]
pub struct Codes {
    /// `N × latent`: posterior means.
    pub means: Vec<f64>,
    pub latent: usize,
    /// `N × factors`: the level of each factor.
    pub levels: Vec<u8>,
    pub factors: Vec<Factor>,
}

/// A factor of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Factor {
    pub name: &'static str,
    /// How many levels it has.
    pub levels: u8,
    /// Whether its levels have no order.
    pub categorical: bool,
}

/// All scores; 1 is a dimension for each factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Images that the scores are made of.
    pub images: usize,
    /// Mutual information gap (Chen et al. 2018).
    pub mig: f64,
    /// Separated attribute predictability (Kumar et al. 2018).
    pub sap: f64,
    /// Each dimension informs of one factor (Eastwood & Williams 2018).
    pub dci_disentanglement: f64,
    /// Each factor is informed of by one dimension.
    pub dci_completeness: f64,
    /// How much of the factors all dimensions together tell: R² on held-out images.
    pub dci_informativeness: f64,
    /// Kim & Mnih 2018.
    pub factor_vae: f64,
    /// Higgins et al. 2017.
    pub beta_vae: f64,
}

impl Scores {
    /// Each with its name and what it says.
    pub fn named(&self) -> [(&'static str, f64, &'static str); 7] {
        [
            (
                "MIG",
                self.mig,
                "Mutual information gap: one dimension tells of a factor, no other does (Chen et al. 2018).",
            ),
            ("SAP", self.sap, "The same by how well a factor is predicted (Kumar et al. 2018)."),
            (
                "DCI disentanglement",
                self.dci_disentanglement,
                "Each dimension tells of one factor (Eastwood & Williams 2018).",
            ),
            ("DCI completeness", self.dci_completeness, "Each factor is told of by one dimension."),
            (
                "DCI informativeness",
                self.dci_informativeness,
                "All dimensions together tell the factors: R² on held-out images.",
            ),
            (
                "FactorVAE",
                self.factor_vae,
                "The dimension that varies least tells which factor was fixed (Kim & Mnih 2018).",
            ),
            (
                "β-VAE",
                self.beta_vae,
                "The mean difference of codes tells which factor was shared (Higgins et al. 2017).",
            ),
        ]
    }

    /// The scores of a table of codes; what is drawn at random follows `seed`.
    pub fn of(codes: &Codes, seed: u64) -> Self {
        let mut scoring = Scoring::new(seed);
        loop {
            if let Some(scores) = scoring.slice(codes) {
                return scores;
            }
        }
    }
}

impl Codes {
    /// Images N.
    pub fn len(&self) -> usize {
        self.levels.len() / self.factors.len()
    }

    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// The code of an image.
    fn code(&self, image: usize) -> &[f64] {
        &self.means[image * self.latent..][..self.latent]
    }

    /// One dimension of every code.
    fn dimension(&self, dimension: usize) -> Vec<f64> {
        self.means.iter().skip(dimension).step_by(self.latent).copied().collect()
    }

    /// The level of one factor in every image.
    fn factor(&self, factor: usize) -> Vec<usize> {
        self.levels.iter().skip(factor).step_by(self.factors.len()).map(|&level| usize::from(level)).collect()
    }

    /// The images of each level of a factor.
    fn images_by_level(&self, factor: usize) -> Vec<Vec<usize>> {
        let mut images = vec![Vec::new(); usize::from(self.factors[factor].levels)];
        self.factor(factor).into_iter().enumerate().for_each(|(image, level)| images[level].push(image));
        images
    }

    /// The variance of each dimension over images.
    fn variances(&self) -> Vec<f64> {
        (0..self.latent).map(|dimension| variance(&self.dimension(dimension))).collect()
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// The largest value less the second largest (0 where there is none), averaged over columns.
fn mean_gap(columns: impl Iterator<Item = Vec<f64>>) -> f64 {
    let gaps = columns.map(|mut column| {
        column.sort_by(|a, b| b.total_cmp(a));
        column.first().copied().unwrap_or(0.0) - column.get(1).copied().unwrap_or(0.0)
    });
    mean(&gaps.collect::<Vec<_>>())
}

/// Whole numbers drawn at random, one after the other.
struct Dice {
    stream: Stream,
    counter: u64,
}

impl Dice {
    fn new(seed: u64, salt: u64) -> Self {
        Self { stream: Stream::new(seed, Purpose::Choice), counter: salt << 40 }
    }

    /// A number below `n`, which is small.
    fn below(&mut self, n: usize) -> usize {
        let mut bits = [0];
        self.stream.fill_bits(self.counter, &mut bits);
        self.counter += 1;
        ((u64::from(bits[0]) * n as u64) >> 32) as usize
    }

    /// One of some things.
    fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }
}

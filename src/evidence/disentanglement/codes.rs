//! A table of codes and factors, and what all scores need of it.

use crate::random::{Purpose, Stream};
use serde::Serialize;

/// Codes whose variance over images is below this are taken for constant.
pub const CONSTANT: f64 = 1e-8;

/// The codes of N images and what they were drawn from.
#[derive(Clone, Debug)]
pub struct Codes {
    /// `N × latent`: posterior means.
    pub means: Vec<f64>,
    /// Dimension of z.
    pub latent: usize,
    /// `N × factors`: the level of each factor.
    pub levels: Vec<u8>,
    /// The known factors of the images.
    pub factors: Vec<Factor>,
}

/// A factor of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Factor {
    /// The factor's name: "scale".
    pub name: &'static str,
    /// How many levels it has.
    pub levels: u8,
    /// Whether its levels have no order.
    pub categorical: bool,
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
    pub fn code(&self, image: usize) -> &[f64] {
        &self.means[image * self.latent..][..self.latent]
    }

    /// One dimension of every code.
    pub fn dimension(&self, dimension: usize) -> Vec<f64> {
        self.means.iter().skip(dimension).step_by(self.latent).copied().collect()
    }

    /// The level of one factor in every image.
    pub fn factor(&self, factor: usize) -> Vec<usize> {
        self.levels.iter().skip(factor).step_by(self.factors.len()).map(|&level| usize::from(level)).collect()
    }

    /// The images of each level of a factor.
    pub fn images_by_level(&self, factor: usize) -> Vec<Vec<usize>> {
        let mut images = vec![Vec::new(); usize::from(self.factors[factor].levels)];
        self.factor(factor).into_iter().enumerate().for_each(|(image, level)| images[level].push(image));
        images
    }

    /// The variance of each dimension over images.
    pub fn variances(&self) -> Vec<f64> {
        (0..self.latent).map(|dimension| variance(&self.dimension(dimension))).collect()
    }
}

/// The mean of some numbers.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The variance of some numbers.
pub fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// The largest value less the second largest (0 where there is none), averaged over columns.
pub fn mean_gap(columns: impl Iterator<Item = Vec<f64>>) -> f64 {
    let gaps = columns.map(|mut column| {
        column.sort_by(|a, b| b.total_cmp(a));
        column.first().copied().unwrap_or(0.0) - column.get(1).copied().unwrap_or(0.0)
    });
    mean(&gaps.collect::<Vec<_>>())
}

/// Whole numbers drawn at random, one after the other.
pub struct Dice {
    stream: Stream,
    counter: u64,
}

impl Dice {
    /// Random choices by a seed; different `salt`s give independent ones.
    pub fn new(seed: u64, salt: u64) -> Self {
        Self { stream: Stream::new(seed, Purpose::Choice), counter: salt << 40 }
    }

    /// A number below `n`, which is small.
    pub fn below(&mut self, n: usize) -> usize {
        let mut bits = [0];
        self.stream.fill_bits(self.counter, &mut bits);
        self.counter += 1;
        ((u64::from(bits[0]) * n as u64) >> 32) as usize
    }

    /// One of some things.
    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }
}

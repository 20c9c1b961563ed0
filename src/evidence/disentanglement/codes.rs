//! A table of codes and factors, and functions of it that several scores need.

use crate::data::Factor;
use crate::random::{Purpose, Stream};

/// Codes with a smaller variance over images count as constant.
pub const CONSTANT: f64 = 1e-8;

/// The codes of N images with the factors that the images were drawn from.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The posterior means, `N × latent`.
    pub means: Vec<f64>,
    /// Dimension of z.
    pub latent: usize,
    /// The level of each factor, `N × factors`.
    pub levels: Vec<u8>,
    /// The known factors of the images.
    pub factors: Vec<Factor>,
}

impl Codes {
    /// The number of images N.
    pub fn len(&self) -> usize {
        self.levels.len() / self.factors.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// The code of an image.
    pub fn code(&self, image: usize) -> &[f64] {
        &self.means[image * self.latent..][..self.latent]
    }

    /// One dimension of the codes of all images.
    pub fn dimension(&self, dimension: usize) -> Vec<f64> {
        self.means.iter().skip(dimension).step_by(self.latent).copied().collect()
    }

    /// The level of one factor in all images.
    pub fn factor(&self, factor: usize) -> Vec<usize> {
        self.levels.iter().skip(factor).step_by(self.factors.len()).map(|&level| usize::from(level)).collect()
    }

    /// The images with each level of a factor.
    pub fn images_by_level(&self, factor: usize) -> Vec<Vec<usize>> {
        let mut images = vec![Vec::new(); self.factors[factor].levels];
        self.factor(factor).into_iter().enumerate().for_each(|(image, level)| images[level].push(image));
        images
    }

    /// The variance of each latent dimension over images.
    pub fn variances(&self) -> Vec<f64> {
        (0..self.latent).map(|dimension| variance(&self.dimension(dimension))).collect()
    }
}

/// The mean of `values`.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The variance of `values`.
pub fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// The largest value minus the second largest (0 where there is none), averaged over columns.
pub fn mean_gap(columns: impl Iterator<Item = Vec<f64>>) -> f64 {
    let gaps = columns.map(|mut column| {
        column.sort_by(|a, b| b.total_cmp(a));
        column.first().copied().unwrap_or(0.0) - column.get(1).copied().unwrap_or(0.0)
    });
    mean(&gaps.collect::<Vec<_>>())
}

/// A sequence of random whole numbers.
pub struct Dice {
    stream: Stream,
    counter: u64,
}

impl Dice {
    /// A sequence by a seed; different salts give independent sequences.
    pub fn new(seed: u64, salt: u64) -> Self {
        Self { stream: Stream::new(seed, Purpose::Choice), counter: salt << 40 }
    }

    /// A random number below `n`, which must be small.
    pub fn below(&mut self, n: usize) -> usize {
        let mut bits = [0];
        self.stream.fill_bits(self.counter, &mut bits);
        self.counter += 1;
        ((u64::from(bits[0]) * n as u64) >> 32) as usize
    }

    /// A random element of `things`.
    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }
}

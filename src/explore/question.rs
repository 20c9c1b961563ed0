//! The questions that can be asked of a model, and their answers. Plain host data.

use super::fitted::Sampler;
use super::microscope::{BestPosterior, Microscope};
use crate::data::{Images, Split};
use std::sync::Arc;

/// Where a traversal starts: all latent dimensions but the traversed one stay there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Start {
    /// The prior's mean (0, where that is no place to be: in a ring or on a sphere).
    #[default]
    PriorMean,
    /// The posterior mean of an image.
    Image {
        /// The part of the data set that the image is in.
        split: Split,
        /// Its place in that split.
        index: usize,
    },
    /// A draw from the prior.
    Draw {
        /// Seed of the draw.
        seed: u64,
    },
}

/// An image to look at.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// One of the data's.
    Image {
        /// The part of the data set that the image is in.
        split: Split,
        /// Its place in that split.
        index: usize,
    },
    /// One that the user has drawn on, masked or brought: its pixels, and which of them are seen (the others leave the
    /// likelihood).
    Drawn {
        /// Grey levels or colours, 0 to 1.
        pixels: Arc<[f32]>,
        /// Whether a pixel counts in the likelihood.
        seen: Arc<[bool]>,
    },
}

/// A standing question: answered at once, then again now and then while the model trains.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// `count` images of a split, chosen by `choice` (0: the first ones; else a seed), with mean and draw.
    Reconstructions {
        /// The part of the data set.
        split: Split,
        /// How many images.
        count: usize,
        /// 0 for the first ones, else the seed of a choice.
        choice: u64,
    },
    /// One row per latent dimension, ordered by KL, at most `rows`; `columns` prior quantiles from `from` to `to`
    /// (in (0, 1)).
    Traversals {
        /// Most latent dimensions.
        rows: usize,
        /// Values along each of them.
        columns: usize,
        /// Least quantile of the prior, in (0, 1).
        from: f64,
        /// Largest quantile of the prior, in (0, 1).
        to: f64,
        /// Where the other dimensions stay.
        start: Start,
    },
    /// z ~ p(z), or of what is fitted to q(z), from noise scaled by `temperature`, x ~ p(x|z): `count` means and draws.
    /// A new `seed` is fresh noise.
    PriorSamples {
        /// Where z comes from.
        sampler: Sampler,
        /// How many images.
        count: usize,
        /// Factor on the noise.
        temperature: f64,
        /// Seed of the noise.
        seed: u64,
    },
    /// Decoded means on a `side × side` grid of two axes, other dimensions at 0; spaced by prior quantiles between
    /// `from` and `to`.
    Manifold {
        /// Values along each axis.
        side: usize,
        /// The two latent dimensions.
        axes: [usize; 2],
        /// Least quantile of the prior, in (0, 1).
        from: f64,
        /// Largest quantile of the prior, in (0, 1).
        to: f64,
    },
    /// Posterior means and deviations of the first `count` images of a split.
    Scatter {
        /// The part of the data set.
        split: Split,
        /// How many images, from the first.
        count: usize,
    },
    /// The mean image at one z (missing entries are 0).
    Sculptor {
        /// The point; missing entries are 0.
        z: Vec<f32>,
    },
    /// The true posterior of one image on a grid of `side × side`, and `draws` from it. `axes` say which plane, where
    /// there are more than two dimensions; `None`: where it differs most from q.
    Microscope {
        /// The image.
        subject: Subject,
        /// Two latent dimensions; `None`: where p(z|x) and q(z|x) differ most.
        axes: Option<[usize; 2]>,
        /// Points along each side of the grid.
        side: usize,
        /// Draws from p(z|x).
        draws: usize,
    },
    /// The best q of the family for one image.
    MicroscopeBest {
        /// The image.
        subject: Subject,
    },
    /// The mean image at one z, for the microscope's pointer.
    MicroscopePoint {
        /// The point.
        z: Vec<f32>,
    },
}

/// One image and what the model makes of it; nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstruction {
    /// Index within its split.
    pub index: usize,
    /// Its label, where it has one.
    pub label: Option<u8>,
    /// The ELBO of this image.
    pub elbo: f64,
    /// E_q[log p(x|z)] of this image.
    pub reconstruction: f64,
    /// KL[q(z|x) ‖ p(z)] of this image.
    pub kl: f64,
}

/// One latent axis of a traversal.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The latent dimension, from 0.
    pub dimension: usize,
    /// Its KL, nats per image, over the images that order the rows; `None` where the KL is no sum over dimensions, and
    /// the spread of the posterior means orders them.
    pub kl: Option<f64>,
}

/// The values visited along every axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Traversal {
    /// The rows, from the top.
    pub axes: Vec<Axis>,
    /// z along each row, length `columns`.
    pub values: Vec<f32>,
    /// The start, length of the latent dimension.
    pub start: Vec<f32>,
}

/// One image in latent space.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterPoint {
    /// Index within its split.
    pub index: usize,
    /// Its label, where it has one.
    pub label: Option<u8>,
    /// Posterior mean, all dimensions.
    pub mean: Vec<f32>,
    /// Posterior standard deviation, all dimensions.
    pub deviation: Vec<f32>,
}

/// What a question is answered with. Every image stack is in reading order.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Three stacks of equal length: inputs as the model saw them, means of p(x|z), draws from p(x|z).
    Reconstructions {
        /// Each image's place, label and terms of the bound.
        items: Vec<Reconstruction>,
        /// The images as the model saw them.
        inputs: Images,
        /// Means of p(x|z).
        means: Images,
        /// Draws from p(x|z).
        draws: Images,
    },
    /// `axes × values` means.
    Traversals {
        /// The latent dimensions and their values.
        traversal: Traversal,
        /// Means of p(x|z).
        means: Images,
    },
    /// Images made up from z of the sampler.
    PriorSamples {
        /// Where z came from.
        sampler: Sampler,
        /// Means of p(x|z).
        means: Images,
        /// Draws from p(x|z).
        draws: Images,
    },
    /// `side × side` means; the first axis runs left to right, the second bottom to top (row 0 is the top row).
    Manifold {
        /// Values along each axis.
        side: usize,
        /// The two latent dimensions.
        axes: [usize; 2],
        /// z along either axis, ascending, length `side`.
        values: Vec<f32>,
        /// Means of p(x|z).
        means: Images,
    },
    /// Codes of images.
    Scatter {
        /// The images' places.
        points: Vec<ScatterPoint>,
        /// KL per latent dimension over these images, nats; empty where it is no sum over dimensions.
        kl_per_dimension: Vec<f32>,
    },
    /// Also of the microscope's pointer.
    Sculptor {
        /// The point.
        z: Vec<f32>,
        /// The mean of p(x|z) there.
        mean: Images,
    },
    /// The posterior of one image.
    Microscope(Box<Microscope>),
    /// q* of the image under the microscope.
    MicroscopeBest(BestPosterior),
}

//! The questions that can be asked about a model, and their answers, as plain host data.

use super::codes::{Codes, Encode};
use super::density::DensityView;
use super::fitted::Sampler;
use super::host_model::HostModel;
use super::impute::Imputations;
use super::microscope::{BestPosterior, Microscope};
use super::one_step::OneStep;
use super::outline::Outline;
use super::prior_view::{PriorComponents, PriorView};
use super::ways::{Interpolations, Walk};
use crate::data::{Images, Split};
use std::sync::Arc;

/// The point from which a traversal starts: all latent dimensions but the traversed one stay there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Start {
    /// The prior mean; 0 for priors with little density at their mean, such as the ring and the sphere.
    #[default]
    PriorMean,
    /// The posterior mean of an image.
    Image {
        /// The image's split.
        split: Split,
        /// The image's index in its split.
        index: usize,
    },
    /// A draw from the prior.
    Draw {
        /// Seed of the draw.
        seed: u64,
    },
}

/// The image under the microscope.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// An image of the data set.
    Image {
        /// The image's split.
        split: Split,
        /// The image's index in its split.
        index: usize,
    },
    /// An image that the user has drawn on, masked or loaded; pixels that are not seen do not enter the likelihood.
    Drawn {
        /// The pixels, from 0 to 1.
        pixels: Arc<[f32]>,
        /// For each pixel, whether it enters the likelihood.
        seen: Arc<[bool]>,
    },
}

/// A standing question: it is answered at once, and again from time to time while the model trains.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Images of a split, each with the mean and a draw of its reconstruction.
    Reconstructions {
        /// The images' split.
        split: Split,
        /// Number of images.
        count: usize,
        /// 0 for the first images of the split, else the seed of a random choice.
        choice: u64,
    },
    /// The missing values of images of a split, imputed: the mean given what is known, and draws.
    Imputations {
        /// The images' split.
        split: Split,
        /// Number of the first image.
        first: usize,
        /// Number of images.
        count: usize,
        /// Importance samples of z for each image.
        samples: usize,
        /// Draws for each image.
        draws: usize,
    },
    /// Traversals of the latent dimensions with the highest KL, one row each, along quantiles of the prior.
    Traversals {
        /// Largest number of latent dimensions.
        rows: usize,
        /// Number of values along each dimension.
        columns: usize,
        /// Lowest quantile of the prior, in (0, 1).
        from: f64,
        /// Highest quantile of the prior, in (0, 1).
        to: f64,
        /// The point at which the other dimensions stay.
        start: Start,
    },
    /// Generated images: z from a sampler, then means of p(x|z) and draws x ~ p(x|z). A new `seed` gives new noise.
    PriorSamples {
        /// The distribution from which z is drawn.
        sampler: Sampler,
        /// Number of images.
        count: usize,
        /// Factor on the noise from which z is made.
        temperature: f64,
        /// Seed of the noise.
        seed: u64,
    },
    /// Means of p(x|z) on a grid over two latent dimensions, spaced by quantiles of the prior; the other dimensions are
    /// 0.
    Manifold {
        /// Number of values along each axis.
        side: usize,
        /// The two latent dimensions.
        axes: [usize; 2],
        /// Lowest quantile of the prior, in (0, 1).
        from: f64,
        /// Highest quantile of the prior, in (0, 1).
        to: f64,
    },
    /// Straight ways through latent space between the posterior means of two images each.
    Interpolations {
        /// The images' split.
        split: Split,
        /// Number of pairs of images.
        pairs: usize,
        /// Number of images on each way, its ends among them.
        columns: usize,
        /// 0 for the first images of the split, else the seed of a random choice.
        choice: u64,
    },
    /// A closed way round the plane of a [`Manifold`](Self::Manifold), and the plane itself.
    Walk {
        /// Number of values along each axis of the plane.
        side: usize,
        /// The two latent dimensions.
        axes: [usize; 2],
        /// Lowest quantile of the prior, in (0, 1).
        from: f64,
        /// Highest quantile of the prior, in (0, 1).
        to: f64,
        /// Number of places on the way.
        steps: usize,
    },
    /// Posterior means and standard deviations of the first images of a split.
    Scatter {
        /// The images' split.
        split: Split,
        /// Number of images, from the first.
        count: usize,
    },
    /// q(z|x) of one image as its marginal over two axes.
    Posterior {
        /// The part of the data set.
        split: Split,
        /// The image's place in it.
        index: usize,
        /// The latent dimensions across and up.
        axes: [usize; 2],
    },
    /// The prior as its marginal over two axes.
    Prior {
        /// The latent dimensions across and up.
        axes: [usize; 2],
    },
    /// The components of the prior, at most `count`, the heaviest first.
    PriorComponents {
        /// Most components.
        count: usize,
    },
    /// A point of the prior's support: a draw, or the point nearest to the mean.
    PriorPoint {
        /// Seed of a draw from the prior; `None` for the point of the prior's support that is nearest to its mean.
        seed: Option<u64>,
    },
    /// The mean image at one z (missing entries are 0).
    Sculptor {
        /// The point z; missing entries are 0.
        z: Vec<f32>,
    },
    /// The true posterior of one image on a grid over a plane, and draws from it.
    Microscope {
        /// The image.
        subject: Subject,
        /// The two latent dimensions of the plane, where there are more; `None` for those in which p(z|x) and q(z|x)
        /// differ most.
        axes: Option<[usize; 2]>,
        /// Number of points along each side of the grid.
        side: usize,
        /// Number of draws from p(z|x).
        draws: usize,
    },
    /// The best q of the family for one image, seen along two axes.
    MicroscopeBest {
        /// The image.
        subject: Subject,
        /// The two latent dimensions of the picture that it is drawn into.
        axes: [usize; 2],
    },
    /// The codes of images, to take away.
    Codes(Encode),
    /// The whole model, as numbers.
    Model,
    /// Images at given codes.
    Decoded {
        /// The codes, `rows × latent`.
        z: Arc<[f32]>,
        /// Seed of draws from p(x|z); `None` for means.
        draws: Option<u64>,
        /// The number of the first row, on which the noise of its draw depends.
        first: usize,
    },
    /// The mean of p(x|z) at one z, under the microscope's pointer.
    MicroscopePoint {
        /// The point z.
        z: Vec<f32>,
    },
    /// p(x) of the model on a grid, where x has one or two entries, beside some of the training data.
    Density {
        /// Number of grid points along each axis, at least 2.
        side: usize,
        /// Number of training data.
        data: usize,
    },
    /// The values of the newest optimiser step, with the first `images` of its minibatch. While the question stands,
    /// the trainer keeps a trace of a step now and then.
    OneStep {
        /// Number of images of the minibatch to show.
        images: usize,
    },
}

/// One image with the terms of its bound, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstruction {
    /// The image's index in its split.
    pub index: usize,
    /// The image's label, if it has one.
    pub label: Option<u8>,
    /// The ELBO of this image.
    pub elbo: f64,
    /// E_q[log p(x|z)] of this image.
    pub reconstruction: f64,
    /// KL[q(z|x) ‖ p(z)] of this image.
    pub kl: f64,
}

/// One latent dimension of a traversal.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The latent dimension, from 0.
    pub dimension: usize,
    /// The dimension's KL in nats per image, over the images by which dimensions are ordered. `None` where the KL is
    /// not a sum over dimensions; they are then ordered by the variance of the posterior means.
    pub kl: Option<f64>,
}

/// The values that a traversal visits along every dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Traversal {
    /// The traversed dimensions, as rows from the top.
    pub axes: Vec<Axis>,
    /// The values of z along each row.
    pub values: Vec<f32>,
    /// The point from which the traversal starts, one entry per latent dimension.
    pub start: Vec<f32>,
}

/// One image in latent space.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterPoint {
    /// The image's index in its split.
    pub index: usize,
    /// The image's label, if it has one.
    pub label: Option<u8>,
    /// The posterior mean of each latent dimension.
    pub mean: Vec<f32>,
    /// The posterior standard deviation of each latent dimension.
    pub deviation: Vec<f32>,
}

/// The answer to a question. Stacks of images are in reading order: row by row, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The kept state that was asked for cannot be looked at, and why: it has left the history, or its file is missing
    /// or damaged.
    NoState(String),
    /// Three stacks of equal length: the images as the model saw them, means of p(x|z), and draws from p(x|z).
    Reconstructions {
        /// Each image's index, label and terms of the bound.
        items: Vec<Reconstruction>,
        /// The images as the model saw them.
        inputs: Images,
        /// Means of p(x|z).
        means: Images,
        /// Draws from p(x|z).
        draws: Images,
    },
    /// Images with their missing values imputed.
    Imputations(Box<Imputations>),
    /// Means of p(x|z) for each dimension and value.
    Traversals {
        /// The latent dimensions and their values.
        traversal: Traversal,
        /// Means of p(x|z).
        means: Images,
    },
    /// The codes of images, to take away.
    Codes(Codes),
    /// The whole model, as numbers.
    Model(Box<HostModel>),
    /// Images at given codes.
    Decoded(Images),
    /// Generated images.
    PriorSamples {
        /// The distribution from which z was drawn.
        sampler: Sampler,
        /// Means of p(x|z).
        means: Images,
        /// Draws from p(x|z).
        draws: Images,
    },
    /// Means of p(x|z) on a grid: the first dimension runs from left to right, the second from bottom to top (row 0 is
    /// the top row).
    Manifold {
        /// Number of values along each axis.
        side: usize,
        /// The two latent dimensions.
        axes: [usize; 2],
        /// The values of z along either axis, ascending.
        values: Vec<f32>,
        /// Means of p(x|z).
        means: Images,
    },
    /// Images on ways between images.
    Interpolations(Interpolations),
    /// Images on a way round a plane of latent space.
    Walk(Box<Walk>),
    /// The codes of images.
    Scatter {
        /// The code of each image.
        points: Vec<ScatterPoint>,
        /// The KL of each latent dimension over these images, in nats; empty where the KL is not a sum over dimensions.
        kl_per_dimension: Vec<f32>,
    },
    /// q(z|x) of one image.
    Posterior(Outline),
    /// p(z).
    Prior(PriorView),
    /// The components of p(z); none if it is no mixture.
    PriorComponents(PriorComponents),
    /// A point of latent space, on the prior's support.
    Point {
        /// All of its entries.
        z: Vec<f32>,
    },
    /// Also of the microscope's pointer.
    Sculptor {
        /// The point z.
        z: Vec<f32>,
        /// The mean of p(x|z) there.
        mean: Images,
    },
    /// The true posterior of one image.
    Microscope(Box<Microscope>),
    /// The best posterior q* of the image under the microscope.
    MicroscopeBest(BestPosterior),
    /// The density of x; `None` where x has more than two entries.
    Density(Option<Box<DensityView>>),
    /// The newest optimiser step that was traced; `None` before one was.
    OneStep(Option<Box<OneStep>>),
}

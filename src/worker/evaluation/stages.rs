//! The parts of an evaluation of one group of images, each in slices.

use super::request::{EvaluationRequest, Method};
use crate::evidence::ais::{self, AnnealedSampling, Direction};
use crate::evidence::gap::{self, Search};
use crate::evidence::marginal::{AdaptiveSampling, ImportanceSampling};
use crate::evidence::quadrature::{self, Quadrature};
use crate::evidence::{Joint, ModelJoint, Outputs};
use burn::tensor::ExecutionError;

/// What is done with a group, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The bound and its terms.
    Terms,
    LogPx(Method),
    GapSplit,
}

impl Part {
    /// For the progress bar.
    pub fn what(self) -> &'static str {
        match self {
            Self::Terms => "the bound",
            Self::LogPx(method) => method.name(),
            Self::GapSplit => "splitting the gap",
        }
    }

    /// Rows through the decoder, roughly: what tells the progress.
    pub fn cost(self, request: &EvaluationRequest, images: usize) -> f64 {
        let images = images as f64;
        match self {
            Self::Terms | Self::LogPx(Method::Exact) => images,
            Self::LogPx(Method::Quadrature) => 7_000.0 * images,
            Self::LogPx(Method::Importance | Method::Adaptive) => images * request.samples as f64,
            // An eighth more for the pilot; a gradient is three passes.
            Self::LogPx(Method::Annealing) => {
                images * 1.125 * (request.chains * request.temperatures * LEAPFROG * 3) as f64
            }
            Self::GapSplit => images * 30_000.0,
        }
    }
}

/// Leapfrog steps of a transition.
pub const LEAPFROG: usize = 2;

/// A part in progress.
pub enum Stage {
    Quadrature(Box<Quadrature>),
    Importance(Box<ImportanceSampling>),
    Adaptive(Box<AdaptiveSampling>),
    Annealing(Box<AnnealedSampling>),
    GapSplit(Box<Search>),
}

/// How chains run.
pub fn annealing(request: &EvaluationRequest, seed: u64) -> ais::Settings {
    let EvaluationRequest { chains, temperatures, .. } = *request;
    ais::Settings { chains, temperatures, leapfrog: LEAPFROG, seed, ..ais::Settings::default() }
}

impl Stage {
    /// Begin a part of sampling or search.
    pub fn begin(
        part: Part,
        joint: &ModelJoint,
        outputs: Outputs,
        request: &EvaluationRequest,
        seed: u64,
    ) -> Result<Option<Self>, ExecutionError> {
        Ok(Some(match part {
            Part::LogPx(Method::Quadrature) => {
                let settings = quadrature::Settings::default();
                Self::Quadrature(Box::new(Quadrature::new(joint, outputs, settings)?))
            }
            Part::LogPx(Method::Importance) => {
                Self::Importance(Box::new(ImportanceSampling::new(joint, outputs, request.samples, seed)))
            }
            Part::LogPx(Method::Adaptive) => {
                Self::Adaptive(Box::new(AdaptiveSampling::new(joint, outputs, request.samples, seed)))
            }
            Part::LogPx(Method::Annealing) => {
                let settings = annealing(request, seed);
                Self::Annealing(Box::new(AnnealedSampling::new(joint, outputs, Direction::Forward, settings)))
            }
            Part::GapSplit => {
                let settings = gap::Settings { seed, ..gap::Settings::default() };
                Self::GapSplit(Box::new(Search::new(joint, outputs, settings)))
            }
            Part::Terms | Part::LogPx(Method::Exact) => return Ok(None),
        }))
    }

    /// Some of its work; `true` once it is done.
    pub fn slice(&mut self, joint: &dyn Joint, threads: usize) -> Result<bool, ExecutionError> {
        match self {
            Self::Quadrature(quadrature) => quadrature.slice(joint, threads),
            Self::Importance(sampling) => sampling.slice(joint, threads),
            Self::Adaptive(sampling) => sampling.slice(joint, threads),
            Self::Annealing(sampling) => sampling.slice(joint, threads),
            Self::GapSplit(search) => search.slice(joint, threads),
        }
    }

    /// Done, from 0 to 1.
    pub fn share(&self, threads: usize) -> f64 {
        let (done, all) = match self {
            Self::Quadrature(quadrature) => quadrature.progress(),
            Self::Importance(sampling) => sampling.progress(),
            Self::Adaptive(sampling) => sampling.progress(),
            Self::Annealing(sampling) => sampling.progress(threads),
            Self::GapSplit(search) => search.progress(),
        };
        done as f64 / all.max(1) as f64
    }
}

//! The parts of an evaluation of one group of images, each carried out in slices.

use super::request::{EvaluationRequest, LEAPFROG};
use crate::evidence::gap::{self, Search};
use crate::evidence::{BoundMeasurement, Measurement, Method, ModelJoint, Outputs};
use crate::random::{Purpose, Stream};
use crate::sliced::Sliced;
use burn::tensor::ExecutionError;

/// A part of an evaluation; a group of images goes through them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The bound and its terms.
    Terms,
    LogPx(Method),
    GapSplit,
}

impl Part {
    /// The part's activity in words, for the progress bar.
    pub fn what(self) -> &'static str {
        match self {
            Self::Terms => "the bound",
            Self::LogPx(method) => method.name(),
            Self::GapSplit => "splitting the gap",
        }
    }

    /// The part's cost, estimated by the number of rows through the decoder, for the progress bar.
    pub fn cost(self, request: &EvaluationRequest, images: usize) -> f64 {
        let images = images as f64;
        match self {
            Self::Terms => images * request.bound_samples() as f64,
            Self::LogPx(Method::ClosedForm) => images,
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

/// A part in progress.
pub enum Stage {
    Terms(Box<BoundMeasurement>),
    LogPx(Box<Measurement>),
    GapSplit(Box<Search>),
}

impl Stage {
    /// Begin a part; `None` if it does not work in slices.
    pub fn begin(
        part: Part,
        joint: &ModelJoint,
        outputs: Outputs,
        request: &EvaluationRequest,
        seed: u64,
    ) -> Result<Option<Self>, ExecutionError> {
        Ok(match part {
            Part::Terms => {
                let (passes, samples) = request.bound_passes();
                let noise = Stream::new(seed, Purpose::EpsilonBound);
                Some(Self::Terms(Box::new(BoundMeasurement::new(joint, passes, samples, noise, 0))))
            }
            Part::LogPx(method) => {
                let measurement = Measurement::new(method, joint, outputs, &request.effort(seed))?;
                measurement.map(|measurement| Self::LogPx(Box::new(measurement)))
            }
            Part::GapSplit => {
                let settings = gap::Settings { seed, ..gap::Settings::default() };
                Some(Self::GapSplit(Box::new(Search::new(joint, outputs, settings))))
            }
        })
    }

    /// Do some of the part's work; `true` once it is finished.
    pub fn slice(&mut self, joint: &ModelJoint, threads: usize) -> Result<bool, ExecutionError> {
        match self {
            Self::Terms(measurement) => measurement.slice(joint, threads),
            Self::LogPx(measurement) => measurement.slice(joint, threads),
            Self::GapSplit(search) => search.slice(joint, threads),
        }
    }

    /// The share of the work that is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        let progress = match self {
            Self::Terms(measurement) => measurement.progress(),
            Self::LogPx(measurement) => measurement.progress(),
            Self::GapSplit(search) => search.progress(),
        };
        f64::from(progress.share())
    }
}

//! An evaluation beside training: the bound, log p(x) by every method that is asked for, the gap in its parts, the
//! parts of the KL, whether they agree, and how the code matches known factors.

mod found;
mod job;
mod report;
mod request;
mod result;
mod stages;

pub use request::EvaluationRequest;
pub use result::{
    AdaptiveWeights, AggregateParts, Agreement, Annealing, Evaluation, GapSplit, Measured, Sandwich, Weights,
};

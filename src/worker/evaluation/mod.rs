//! An evaluation beside training: the bound, log p(x) by every method asked for and how well the methods agree, the gap
//! in its parts, the KL term in its parts, and disentanglement scores.

mod found;
mod job;
mod report;
mod request;
mod result;
mod stages;

pub use request::EvaluationRequest;
pub use result::{
    AdaptiveWeights, AggregateParts, Agreement, Annealing, EvaluatedState, Evaluation, GapSplit, ImageScore, Measured,
    Sandwich, Term, Weights,
};

//! The evaluation that a study asks for, as a request to the worker.

use crate::data::Split;
use crate::evidence::{Method, Methods};
use crate::experiment::study::{EvaluatedSplit, EvaluationMethod, StudyEvaluation};
use crate::worker::EvaluationRequest;

/// The worker's request for the evaluation of a study's points.
pub fn request(evaluation: &StudyEvaluation) -> EvaluationRequest {
    let StudyEvaluation { split, images, samples, method, gap_images, draws } = *evaluation;
    let split = match split {
        EvaluatedSplit::Train => Split::Train,
        EvaluatedSplit::Validation => Split::Validation,
        EvaluatedSplit::Test => Split::Test,
    };
    let methods = match method {
        EvaluationMethod::Auto => Methods::Auto,
        EvaluationMethod::Exact => Methods::Only(Method::ClosedForm),
        EvaluationMethod::Quadrature => Methods::Only(Method::Quadrature),
        EvaluationMethod::Importance => Methods::Only(Method::Importance),
        EvaluationMethod::Adaptive => Methods::Only(Method::Adaptive),
        EvaluationMethod::Annealing => Methods::Only(Method::Annealing),
        EvaluationMethod::All => Methods::All,
    };
    EvaluationRequest {
        split,
        images,
        samples,
        methods,
        gap_images,
        aggregate_draws: draws,
        ..EvaluationRequest::new()
    }
}

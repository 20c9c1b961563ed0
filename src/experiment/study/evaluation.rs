//! What is measured of each point after its training.

use crate::experiment::Problem;
use serde::{Deserialize, Serialize};

/// What `elbow eval` would be asked of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StudyEvaluation {
    /// Which images.
    pub split: EvaluatedSplit,
    /// How many of them, from the first.
    pub images: usize,
    /// Importance samples an image.
    pub samples: usize,
    /// How log p(x) is measured.
    pub method: EvaluationMethod,
    /// The gap is split on the first so many images; 0: not at all.
    pub gap_images: usize,
    /// Draws of z an image for the parts of the KL; 0: none.
    pub draws: usize,
}

impl Default for StudyEvaluation {
    fn default() -> Self {
        Self {
            split: EvaluatedSplit::Test,
            images: 1_000,
            samples: 5_000,
            method: EvaluationMethod::Auto,
            gap_images: 0,
            draws: 1,
        }
    }
}

/// A part of the data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvaluatedSplit {
    /// Images that the model is trained on.
    Train,
    /// Images held out of the training images.
    Validation,
    /// The source's test images.
    Test,
}

/// How log p(x) is measured, as `elbow eval --method` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvaluationMethod {
    /// The best that the model allows, and importance sampling from q(z|x).
    Auto,
    /// The closed form of a linear-Gaussian model.
    Exact,
    /// Quadrature, for one or two latent dimensions.
    Quadrature,
    /// Importance sampling from q(z|x).
    Importance,
    /// Importance sampling from a mixture adapted to each image.
    Adaptive,
    /// Annealed importance sampling.
    Annealing,
    /// All that the model allows.
    All,
}

impl StudyEvaluation {
    /// What is wrong with its numbers.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let limits = [
            ("images", self.images, 1, usize::MAX),
            ("samples", self.samples, 1, 100_000),
            ("draws", self.draws, 0, 1_000),
        ];
        let outside = limits.into_iter().filter(|(_, value, least, most)| !(least..=most).contains(&value));
        let message = |(name, value, least, most): (&str, usize, usize, usize)| {
            let most = if most == usize::MAX { "more".to_string() } else { format!("up to {most}") };
            Problem::error(format!("evaluate.{name}"), format!("{value} is out of range; write {least} or {most}"))
        };
        outside.map(message).collect()
    }
}

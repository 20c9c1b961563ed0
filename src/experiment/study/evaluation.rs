//! The evaluation of each point after its training.

use crate::experiment::Problem;
use serde::{Deserialize, Serialize};

/// The evaluation of a study's points, with the options of `elbow eval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StudyEvaluation {
    /// The images' split.
    pub split: EvaluatedSplit,
    /// Number of images, from the first.
    pub images: usize,
    /// Number of importance samples per image.
    pub samples: usize,
    /// The method for log p(x).
    pub method: EvaluationMethod,
    /// Number of images, from the first, on which the gap is split in its parts; 0 for none.
    pub gap_images: usize,
    /// Number of draws of z per image for the parts of the KL term; 0 leaves them out.
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

/// A split of the data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvaluatedSplit {
    /// Images that the model is trained on.
    Train,
    /// Images held out of the training images.
    Validation,
    /// The source's test images.
    Test,
}

/// A method for log p(x), as `elbow eval --method` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvaluationMethod {
    /// The best method that the model allows, and importance sampling from q(z|x).
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
    /// Every method that the model allows.
    All,
}

impl StudyEvaluation {
    /// The problems of the numbers that are out of range.
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

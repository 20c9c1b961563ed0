//! Questions asked of a model; the answers are host images and numbers.

mod answer;
mod quantile;
mod question;

pub use answer::answer;
pub use quantile::normal_quantile;
pub use question::{Answer, Axis, Question, Reconstruction, ScatterPoint, Start, Traversal, View};

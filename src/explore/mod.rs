//! Questions asked of a model; the answers are host images and numbers.

mod question;

pub use question::{Answer, Axis, Question, Reconstruction, ScatterPoint, Start, Traversal, View};

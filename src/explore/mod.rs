//! Questions about a model; the answers are images and numbers on the host.

mod answer;
mod context;
mod fitted;
mod microscope;
mod quantile;
mod question;
mod visible;

pub use answer::answer;
pub use fitted::Sampler;
pub use microscope::{BestPosterior, Ellipsoid, Microscope, Plane};
pub use question::{Answer, Axis, Question, Reconstruction, ScatterPoint, Start, Subject, Traversal};

//! The panes: each looks at the run in one way. They read host data, ask the worker questions, and keep as their own
//! state only what the user chose, so that all of it can be saved with the window.

mod bound;
mod evaluation;
mod gradients;
mod latent_space;
mod latents;
mod ledger;
mod microscope;
mod optimisation;
mod prior;
mod rate_distortion;
mod reconstructions;
mod sculptor;
mod traversals;

pub use bound::Bound;
pub use evaluation::Evaluation;
pub use gradients::Gradients;
pub use latent_space::LatentSpace;
pub use latents::Latents;
pub use ledger::Ledger;
pub use microscope::Microscope;
pub use optimisation::Optimisation;
pub use prior::Prior;
pub use rate_distortion::RateDistortion;
pub use reconstructions::Reconstructions;
pub use sculptor::Sculptor;
pub use traversals::Traversals;

use serde::{Deserialize, Serialize};

/// All panes with what the user chose in them.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Panes {
    pub bound: Bound,
    pub ledger: Ledger,
    pub latents: Latents,
    pub optimisation: Optimisation,
    pub rate_distortion: RateDistortion,
    pub evaluation: Evaluation,
    pub gradients: Gradients,
    pub reconstructions: Reconstructions,
    pub prior: Prior,
    pub traversals: Traversals,
    pub latent_space: LatentSpace,
    pub microscope: Microscope,
    pub sculptor: Sculptor,
}

/// The dimension of z, once there is a model.
fn latent_dimension(status: &crate::worker::Status) -> usize {
    status.experiment.as_ref().map_or(0, |experiment| experiment.latent.total())
}

/// "z₃".
fn z_name(dimension: usize) -> String {
    // Counted from one, as in print.
    format!("z{}", super::format::subscript(dimension + 1))
}

#[cfg(test)]
mod tests;

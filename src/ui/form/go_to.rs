//! The way to a field of the form, by its path.

use eframe::egui::Context;

/// The fields that a user can be taken to, by path, with their labels.
pub const FIELDS: &[(&str, &str)] = &[
    ("data.source", "Source"),
    ("data.binarisation", "Binarisation"),
    ("data.validation", "Validation images"),
    ("data.limit", "Limit"),
    ("data.missing", "Missing values"),
    ("latent.dimension", "Latent dimension"),
    ("latent.posterior", "Posterior q(z|x)"),
    ("latent.prior", "Prior p(z)"),
    ("decoder.likelihood", "Likelihood p(x|z)"),
    ("objective.bound", "Bound (objective)"),
    ("objective.estimator", "Gradient"),
    ("objective.samples", "Samples K"),
    ("objective.beta", "β schedule"),
    ("objective.kl", "KL by"),
    ("objective.kl_term", "KL term"),
    ("objective.penalty", "Penalty on q(z)"),
    ("training.optimiser", "Optimiser"),
    ("training.learning_rate", "Learning rate"),
    ("training.batch", "Batch size"),
    ("training.length", "Length"),
    ("training.schedule", "Schedule"),
    ("training.clip", "Clip gradient"),
    ("training.initialisation", "Initial weights"),
    ("training.shards", "Shards"),
    ("training.history", "History"),
    ("device", "Train on"),
    ("seed", "Seed"),
];

/// Frames until a group has unfolded and the form has scrolled.
const FRAMES: u8 = 20;

/// A field that the user is being taken to.
#[derive(Clone, Copy, Debug)]
pub struct GoTo {
    pub path: &'static str,
    frames: u8,
}

impl GoTo {
    pub fn new(path: &'static str) -> Self {
        Self { path, frames: FRAMES }
    }

    /// The way to the field in the next frame; `None` when it is over.
    pub fn next_frame(self, ctx: &Context) -> Option<Self> {
        ctx.request_repaint();
        self.frames.checked_sub(1).map(|frames| Self { frames, ..self })
    }
}

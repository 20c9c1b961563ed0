//! The panes: each shows one aspect of the run. They read host data and ask the worker questions; their own state is
//! only what the user chose, so that all of it can be saved with the window.
//!
//! [`define`] makes of the list below the enum that menus, tiles, shortcuts and help read, and the struct that holds
//! the panes. A new pane is its file, its `mod` line and its entry.

mod bound;
mod data;
mod density;
mod evaluation;
mod gradients;
mod help;
mod latent_axes;
mod latent_space;
mod latents;
mod ledger;
mod list;
mod log;
mod microscope;
mod one_step;
mod optimisation;
mod points;
mod prior;
mod queue;
mod rate_distortion;
mod reconstructions;
mod runs;
mod sculptor;
mod side_by_side;
mod splits;
mod studies;
mod tour;
mod traversals;
mod vectors;

use super::pane::{Pane, Place};
use eframe::egui::Key;
use help::{about, glossary, guide, shortcuts};
use list::define;
pub use points::gallery_ui as gallery_points_ui;
use serde::{Deserialize, Serialize};

define! {
    // As a kept layout names it, its type; its title, the key that shows or hides it (with the command key, unless it
    // is a function key), where it lies at first, and what it shows in a sentence.
    Bound: bound::BoundPane, "Bound", Num1, Centre,
        "The ELBO and its terms over the run, in nats per image.";
    // The identity.
    Ledger: ledger::LedgerPane, "Ledger", I, Centre,
        "Every term of log p(x) − KL[q‖p(z|x)] = ELBO = E_q[log p(x|z)] − KL[q‖p(z)], measured by itself.";
    Kl: latents::KlPane, "KL per dimension", Num2, BelowLeft,
        "How many nats each latent dimension carries, and which are idle.";
    LatentSpace: latent_space::LatentSpacePane, "Latent space", Num3, BelowRight,
        "Where images lie in latent space, and what the decoder makes of each place.";
    // The posterior. It needs room, and stays in sight when a point of the latent space below is clicked.
    Microscope: microscope::MicroscopePane, "Microscope", P, Centre,
        "The true posterior p(z|x) of one image, and how the encoder's q(z|x) differs from it.";
    Density: density::DensityPane, "Density", Semicolon, Centre,
        "The model's density p(x) under the data, where x has one or two entries.";
    Reconstructions: reconstructions::ReconstructionsPane, "Reconstructions", Num4, RightTop,
        "Images, the means that the decoder makes of their codes, and draws from the likelihood.";
    PriorSamples: prior::PriorSamplesPane, "Prior samples", Num5, RightMiddle,
        "Images that the model makes up: z from the prior, decoded.";
    Traversals: traversals::TraversalsPane, "Traversals", Num6, RightBottom,
        "The effect of each latent dimension: one walks through the prior while the others stay.";
    Sculptor: sculptor::SculptorPane, "Sculptor", Num7, RightBottom,
        "The image at a point of latent space that sliders move about.";
    RateDistortion: rate_distortion::RateDistortionPane, "Rate–distortion", D, Centre,
        "What the code costs (rate) against how badly it explains the images (distortion).";
    Evaluation: evaluation::EvaluationPane, "Evaluation", J, Centre,
        "log p(x) by every method that applies, whether they agree, and the gap to the bound.";
    Gradients: gradients::GradientsPane, "Gradient lab", G, Centre,
        "Signal-to-noise ratios of the gradient estimators against K.";
    OneStep: one_step::OneStepPane, "One step", Comma, Centre,
        "The last optimiser step, box by box: images, codes, the bound, the gradient, the parameters it moved.";
    Optimisation: optimisation::OptimisationPane, "Optimisation", Num8, Centre,
        "How the optimiser fares: the gradient's norm, the learning rate, images per second.";
    Data: data::DataPane, "Data", F5, Centre,
        "A look at the form's data before anything is trained: images, values, labels, duplicates.";
    Runs: runs::RunsPane, "Runs", T, Centre,
        "Every run that was kept, as a table: filter, sort, compare, continue.";
    Queue: queue::QueuePane, "Queue", W, Centre,
        "What waits to be trained, what trains, and what became of those before.";
    SideBySide: side_by_side::SideBySidePane, "Side by side", H, Centre,
        "Several runs, or two states A | B of this one, of the same images and the same noise.";
    Log: log::LogPane, "Log", Num9, Centre,
        "What the run does, and what goes wrong.";
    Studies: studies::StudiesPane, "Studies", U, Centre,
        "Many runs of one experiment: how its points stand, what a field does, and which setting is best.";
    Tour: tour::TourPane, "Tour", F6, Beside,
        "Variational inference from its beginning, in ten pages with live pictures.";
    Guide: guide::GuidePane, "Guide", F4, Centre,
        "How Elbow works and what its figures mean, a page for each subject.";
    Shortcuts: shortcuts::ShortcutsPane, "Keyboard shortcuts", F1, Help,
        "Every key, by menu.";
    Glossary: glossary::GlossaryPane, "What the terms mean", F2, Help,
        "ELBO, KL, posterior: the field's words in a sentence each, and what they are in this experiment.";
    About: about::AboutPane, "About Elbow", F3, Help,
        "Version, licence, and the identity that this is all about.";
}

impl PaneKind {
    /// The panes that explain, hidden until they are asked for.
    pub const HELP: &'static [Self] = &[Self::Tour, Self::Guide, Self::Shortcuts, Self::Glossary, Self::About];

    /// The page of the guide that says more about the pane.
    pub const fn guide(self) -> &'static str {
        match self {
            Self::Ledger => "ledger.md",
            Self::Microscope => "microscope.md",
            Self::Evaluation => "evidence.md",
            Self::Gradients => "gradients.md",
            Self::Data => "data.md",
            Self::Runs => "runs.md",
            Self::Studies => "studies.md",
            Self::Queue | Self::SideBySide => "comparing.md",
            Self::Guide => "start.md",
            _ => "window.md",
        }
    }

    /// The panes that look at the run.
    pub fn of_the_run() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| !Self::HELP.contains(kind))
    }
}

#[cfg(test)]
mod tests;

//! The parts of a film: the states that are shown, the pictures that are made of them, and their captions.

use crate::explore::Answer;
use crate::export::RgbImage;

/// A kept state and its answer to the film's question.
#[derive(Clone, Debug)]
pub struct Shot {
    /// Optimiser steps that the run had taken.
    pub step: u64,
    /// The ELBO in nats per image of the nearest report, and the step of this report; `None` where there is none.
    pub elbo: Option<(f64, u64)>,
    /// The state's answer.
    pub answer: Answer,
}

/// A picture of a film.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The picture; all of one film are of one size.
    pub picture: RgbImage,
    /// How long it is shown, in seconds.
    pub seconds: f64,
}

/// The course that passes with the time of a film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilmOver {
    /// The training: a picture for each kept state of the run.
    #[default]
    Training,
    /// Latent space: a picture for each place on a way through it, of one state.
    Latent,
}

impl FilmOver {
    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Latent => "latent",
        }
    }

    /// Seconds that a picture is shown, unless the user chooses others.
    pub fn seconds(self) -> f64 {
        match self {
            Self::Training => 0.5,
            Self::Latent => 0.08,
        }
    }
}

/// How a film is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilmOptions {
    /// Whether training or a way through latent space passes with the film's time.
    pub over: FilmOver,
    /// Side of an image's pixel in pixels of the picture.
    pub scale: usize,
    /// Draws from p(x|z) in place of its means, where both are answered.
    pub draws: bool,
    /// Seconds that a kept state, or a place on a way, is shown.
    pub seconds: f64,
}

impl Default for FilmOptions {
    fn default() -> Self {
        Self { over: FilmOver::Training, scale: 2, draws: false, seconds: FilmOver::Training.seconds() }
    }
}

/// The caption of a shot: "step 320   ELBO -98.2", or "step 320   ELBO -98.2 at step 300" where the nearest report is
/// of another step. The ELBO is in nats per image.
pub(super) fn caption(shot: &Shot) -> String {
    match shot.elbo {
        None => format!("step {}", shot.step),
        Some((elbo, at)) if at == shot.step => format!("step {}   ELBO {elbo:.1}", shot.step),
        Some((elbo, at)) => format!("step {}   ELBO {elbo:.1} at step {at}", shot.step),
    }
}

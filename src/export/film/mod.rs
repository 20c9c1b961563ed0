//! Films: the kept states of a run as a moving picture, each with its step and its bound as a caption.

mod caption;
mod elbo;
mod latent;
mod shot;
mod write;

pub use elbo::elbo_at;
pub use latent::widest;
pub use shot::{FilmOptions, Frame, Shot};
pub use write::write_film;

use super::{ExportError, GridLabels, GridOptions, Sheet, grid};
use crate::data::Split;
use crate::explore::{Answer, Question, Sampler, Start};
use caption::{captioned, padded};
use latent::latent_frames;
use shot::caption;

/// The subject of a film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilmOf {
    /// Images that the model makes up, of the same noise in every shot.
    #[default]
    Samples,
    /// Images of the data and their reconstructions, of one choice of images in every shot.
    Reconstructions,
    /// Traversals: one latent dimension moves, the others stay.
    Traversals,
    /// Posterior means of images; between two kept states they are drawn hollow, since nobody has measured them there.
    Latent,
    /// The decoder's means on a grid over two latent dimensions.
    Manifold,
}

impl FilmOf {
    /// Every subject.
    pub const ALL: [Self; 5] = [Self::Samples, Self::Reconstructions, Self::Traversals, Self::Latent, Self::Manifold];

    /// The subject's name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Reconstructions => "reconstructions",
            Self::Traversals => "traversals",
            Self::Latent => "latent",
            Self::Manifold => "manifold",
        }
    }

    /// The question that each state is asked; `axes` are the latent dimensions of a manifold.
    pub fn question(self, axes: [usize; 2]) -> Question {
        let (from, to) = (0.02, 0.98);
        match self {
            Self::Samples => Question::PriorSamples { sampler: Sampler::Prior, count: 64, temperature: 1.0, seed: 0 },
            Self::Reconstructions => Question::Reconstructions { split: Split::Test, count: 16, choice: 0 },
            Self::Traversals => Question::Traversals { rows: 10, columns: 11, from, to, start: Start::PriorMean },
            Self::Latent => Question::Scatter { split: Split::Test, count: 1_000 },
            Self::Manifold => Question::Manifold { side: 16, axes, from, to },
        }
    }

    /// Whether a model with `latent` dimensions of z has this subject: two subjects need at least 2.
    pub fn suits(self, latent: usize) -> bool {
        latent >= 2 || !matches!(self, Self::Latent | Self::Manifold)
    }
}

/// The pictures of a film. The last state is shown three times as long.
///
/// # Errors
/// There are no shots, a picture would be too large, or an answer has no images.
pub fn film(shots: &[Shot], options: &FilmOptions) -> Result<Vec<Frame>, ExportError> {
    if shots.is_empty() {
        return Err(ExportError::Empty);
    }
    let mut frames = match shots[0].answer {
        Answer::Scatter { .. } => latent_frames(shots, options)?,
        _ => shots.iter().map(|shot| picture(shot, options)).collect::<Result<_, _>>()?,
    };
    if let Some(last) = frames.last_mut() {
        last.seconds *= 3.0;
    }
    Ok(padded(frames))
}

fn picture(shot: &Shot, options: &FilmOptions) -> Result<Frame, ExportError> {
    let Sheet { images, columns, labels, charts } = sheet(&shot.answer, options.draws).ok_or(ExportError::Empty)?;
    let scale = if charts { 1 } else { options.scale };
    let options_of_grid = GridOptions { columns, scale, ..GridOptions::default() };
    let picture = grid(&images, &options_of_grid, &labels)?;
    Ok(Frame { picture: captioned(&picture, &caption(shot)), seconds: options.seconds })
}

fn sheet(answer: &Answer, draws: bool) -> Option<Sheet> {
    let square = |count: usize| (count as f64).sqrt().ceil() as usize;
    match answer {
        Answer::PriorSamples { means, .. } => Sheet::samples(answer, draws, square(means.count)),
        Answer::Reconstructions { .. } => Sheet::reconstructions(answer, 8),
        Answer::Traversals { .. } => Sheet::traversals(answer),
        Answer::Manifold { side, means, .. } => {
            Some(Sheet { images: means.clone(), columns: *side, labels: GridLabels::default(), charts: false })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;

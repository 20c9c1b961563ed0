//! Films: the kept states of a run as a moving picture, or a way through the latent space of one state; with step and
//! bound as a caption.

mod caption;
mod elbo;
mod latent;
mod moving;
mod scale;
mod shot;
mod write;

pub use elbo::elbo_at;
pub use latent::widest;
pub use shot::{FilmOptions, FilmOver, Frame, Shot};
pub use write::write_film;

use super::vector_chart::Range;
use super::{ExportError, GridLabels, GridOptions, Sheet, grid};
use crate::data::Split;
use crate::explore::{Answer, Question, Sampler, Start};
use caption::{captioned, padded};
use latent::latent_frames;
use moving::moving_frames;
use scale::{drawn, scale_of};
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
    /// Interpolations: images on straight ways between the posterior means of two images each.
    Interpolations,
    /// Posterior means of images; between two kept states they are drawn hollow, since nobody has measured them there.
    Latent,
    /// The decoder's means on a grid over two latent dimensions.
    Manifold,
}

impl FilmOf {
    /// Every subject.
    pub const ALL: [Self; 6] =
        [Self::Samples, Self::Reconstructions, Self::Traversals, Self::Interpolations, Self::Latent, Self::Manifold];

    /// The subject's name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Reconstructions => "reconstructions",
            Self::Traversals => "traversals",
            Self::Interpolations => "interpolations",
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
            Self::Interpolations => Question::Interpolations { split: Split::Test, pairs: 6, columns: 9, choice: 0 },
            Self::Latent => Question::Scatter { split: Split::Test, count: 1_000 },
            Self::Manifold => Question::Manifold { side: 16, axes, from, to },
        }
    }

    /// Whether a model with `latent` dimensions of z has this subject: two subjects need at least 2.
    pub fn suits(self, latent: usize) -> bool {
        latent >= 2 || !matches!(self, Self::Latent | Self::Manifold)
    }

    /// Whether the subject can be filmed over `over`: a way through latent space is one of three.
    pub fn has(self, over: FilmOver) -> bool {
        over == FilmOver::Training || matches!(self, Self::Traversals | Self::Interpolations | Self::Manifold)
    }
}

/// The question whose answer is a film over latent space, with as many places as it takes to look smooth: of a question
/// about the same subject for a still picture.
pub fn on_the_way(question: Question) -> Question {
    match question {
        Question::Traversals { rows, from, to, start, .. } => {
            Question::Traversals { rows, columns: STEPS, from, to, start }
        }
        Question::Interpolations { split, pairs, choice, .. } => {
            Question::Interpolations { split, pairs, columns: STEPS, choice }
        }
        Question::Manifold { side, axes, from, to } => Question::Walk { side, axes, from, to, steps: WALK },
        other => other,
    }
}

/// Places on a way there, which a film also goes back, and on a closed way.
const STEPS: usize = 31;
const WALK: usize = 120;

/// The pictures of a film: over training of all shots, the last of which is shown three times as long; over latent
/// space of the last, which answers a question of [`on_the_way`].
///
/// # Errors
/// There are no shots, a picture would be too large, or an answer has no images.
pub fn film(shots: &[Shot], options: &FilmOptions) -> Result<Vec<Frame>, ExportError> {
    let last = shots.last().ok_or(ExportError::Empty)?;
    if options.over == FilmOver::Latent {
        return Ok(padded(moving_frames(last, options)?));
    }
    let mut frames = match shots[0].answer {
        Answer::Scatter { .. } => latent_frames(shots, options)?,
        _ => {
            let range = scale_of(shots.iter().map(|shot| &shot.answer), options.draws);
            shots.iter().map(|shot| picture(shot, options, range)).collect::<Result<_, _>>()?
        }
    };
    if let Some(last) = frames.last_mut() {
        last.seconds *= 3.0;
    }
    Ok(padded(frames))
}

fn picture(shot: &Shot, options: &FilmOptions, range: Option<Range>) -> Result<Frame, ExportError> {
    let sheet = sheet(&shot.answer, options.draws, range).ok_or(ExportError::Empty)?;
    let Sheet { images, columns, labels, charts } = sheet;
    let (images, scale) = drawn(&images, options.scale, range);
    let scale = if charts { 1 } else { scale };
    let options_of_grid = GridOptions { columns, scale, ..GridOptions::default() };
    let picture = grid(&images, &options_of_grid, &labels)?;
    Ok(Frame { picture: captioned(&picture, &caption(shot)), seconds: options.seconds })
}

fn sheet(answer: &Answer, draws: bool, range: Option<Range>) -> Option<Sheet> {
    let square = |count: usize| (count as f64).sqrt().ceil() as usize;
    match answer {
        Answer::PriorSamples { means, .. } => Sheet::samples_on(answer, draws, square(means.count), range),
        Answer::Reconstructions { .. } => Sheet::reconstructions_on(answer, 8, range),
        Answer::Traversals { .. } => Sheet::traversals_on(answer, range),
        Answer::Interpolations(_) => Sheet::interpolations(answer),
        Answer::Manifold { side, means, .. } => {
            Some(Sheet { images: means.clone(), columns: *side, labels: GridLabels::default(), charts: false })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
